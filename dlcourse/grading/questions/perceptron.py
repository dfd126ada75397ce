"""The questions of chapter 2, the perceptron."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.perceptron import (
    bias_like_weight,
    ignores_bias,
    neuron,
    one_epoch,
    perceptron_update,
    sigmoid,
    train_perceptron,
    train_variant,
    update_variant,
    updates_by_weight,
    xor_accept,
)

QUESTIONS = (
    Question(
        "neuron",
        points=1,
        minutes=5,
        kind="implement",
        truth=neuron,
        banned=("dlcourse", "scipy"),
        mistakes=(
            Mistake(
                "no_activation",
                "That is the weighted sum itself. Pass it through the sigmoid.",
                lambda x, w, b: x @ w + b,
            ),
            Mistake("no_bias", "The bias is missing from the sum.", lambda x, w, b: sigmoid(x @ w)),
            Mistake(
                "tanh",
                "That is tanh, which runs from -1 to 1. The sigmoid is 1 / (1 + exp(-z)).",
                lambda x, w, b: np.tanh(x @ w + b),
            ),
            Mistake(
                "average",
                "You take the mean of the products. A neuron takes their sum: more inputs, a "
                "larger sum.",
                lambda x, w, b: sigmoid(np.mean(x * w) + b),
            ),
            Mistake(
                "bias_outside",
                "The bias is added after the sigmoid. It belongs inside: it moves the boundary.",
                lambda x, w, b: sigmoid(x @ w) + b,
            ),
            Mistake(
                "bias_each",
                "The bias is added once for each input. It is added once, to the sum.",
                lambda x, w, b: sigmoid(np.sum(x * w + b)),
            ),
            Mistake(
                "sign",
                "The exponent has the wrong sign: sigmoid(z) = 1 / (1 + exp(-z)).",
                lambda x, w, b: sigmoid(-(x @ w + b)),
            ),
            Mistake(
                "no_sum",
                "You return one number for each input. Add the products up first.",
                lambda x, w, b: sigmoid(x * w + b),
            ),
            Mistake(
                "step",
                "That is a step function: 0 or 1. This neuron uses the sigmoid.",
                lambda x, w, b: float(x @ w + b > 0),
            ),
        ),
    ),
    Question(
        "boundary_point",
        points=1,
        minutes=3,
        kind="predict",
        truth=1.5,
        mistakes=(
            Mistake("sign", "Put your x into -2 x + 3: the result must be 0. Mind the sign.", -1.5),
            Mistake(
                "inverted", "You divided the weight by the bias. Solve w x + b = 0 for x.", 2 / 3
            ),
            Mistake(
                "inverted_sign", "You divided the weight by the bias, and lost a sign.", -2 / 3
            ),
            Mistake(
                "bias_only",
                "The bias alone is not the boundary: it is the sum at x = 0. Where is the sum 0?",
                3.0,
            ),
            Mistake(
                "subtracted", "w x is a product: divide by the weight, do not subtract it.", 5.0
            ),
        ),
    ),
    Question(
        "perceptron_update",
        points=3,
        minutes=12,
        kind="implement",
        truth=perceptron_update,
        banned=("dlcourse",),
        mistakes=(
            Mistake(
                "sign",
                "The step goes the wrong way. When the target is 1 and the prediction 0, the sum "
                "must grow: the error is target - prediction.",
                update_variant(sign=-1),
            ),
            Mistake(
                "always_updates",
                "A point that is already right must leave the weights alone: the error is then 0.",
                update_variant(always=True),
            ),
            Mistake(
                "no_bias",
                "The bias never changes. Treat it as a weight whose input is 1.",
                update_variant(bias=False),
            ),
            Mistake("no_rate", "The learning rate is not used.", update_variant(rated=False)),
            Mistake(
                "uses_sum",
                "You compare the target with the sum itself. The perceptron compares it with the "
                "output of the step, 0 or 1.",
                update_variant(uses_sum=True),
            ),
            Mistake(
                "ignores_bias",
                "The prediction leaves out the bias. It is 1 where x · w + b > 0.",
                ignores_bias,
            ),
            Mistake(
                "bias_times_bias",
                "The bias moves by rate · error · 1, for its input is always 1.",
                bias_like_weight,
            ),
            Mistake(
                "weights_times_weights",
                "The weights move along the input x, not along themselves.",
                updates_by_weight,
            ),
        ),
    ),
    Question(
        "train_perceptron",
        points=3,
        minutes=12,
        kind="find the bug",
        truth=train_perceptron,
        mistakes=(
            Mistake(
                "one_epoch",
                "The result is that of a single epoch. Are the weights set back to zero inside "
                "the loop over the epochs, or does the `return` stand inside it?",
                one_epoch,
            ),
            Mistake(
                "no_bias",
                "The bias stays 0, so that the boundary always passes through the origin.",
                train_variant(bias=False),
            ),
            Mistake(
                "frozen_predictions",
                "The predictions of an epoch all use the weights from its start. The rule "
                "corrects after each point, and the next point meets the corrected weights.",
                train_variant(batch=True),
            ),
            Mistake(
                "stops_at_right_point",
                "It leaves the epoch at the first point that is right. That point needs no "
                "correction; the ones after it may.",
                train_variant(early=True),
            ),
            Mistake(
                "sign",
                "The corrections go the wrong way: the error is target - prediction.",
                train_variant(sign=-1),
            ),
        ),
    ),
    Question(
        "xor_weights",
        points=2,
        minutes=12,
        kind="complete a model",
        truth=([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [1.0, -1.0], -0.5),
        accept=xor_accept,
        mistakes=(
            Mistake(
                "shapes",
                "Give (w1, b1, w2, b2) with shapes (2, 2), (2,), (2,) and a single number.",
            ),
            Mistake(
                "computes_or",
                "Your network computes OR: it is 1 at (1, 1) too. A second hidden unit that "
                "detects AND can switch the output off there.",
            ),
            Mistake(
                "computes_and",
                "Your network computes AND. XOR is OR but not AND: use one hidden unit for each.",
            ),
            Mistake(
                "computes_nand",
                "Your network computes NAND: it is 1 at (0, 0) too. XOR is OR and NAND together.",
            ),
            Mistake(
                "computes_xnor",
                "Your network computes the opposite of XOR. Flip the signs of w2 and b2.",
            ),
            Mistake(
                "constant",
                "Your network gives the same output at all four corners. Compute the two hidden "
                "units by hand for (0, 0) and (0, 1).",
            ),
            Mistake(
                "other_function",
                "Your network is wrong at some corners. Let one hidden unit detect OR (bias -0.5) "
                "and one AND (bias -1.5), and subtract.",
            ),
        ),
    ),
)
