"""The questions of chapter 3, activation functions."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.activations import (
    clipped,
    collapse,
    large_logits_fail,
    leaky_relu_backward,
    only_wrong,
    overflows,
    sigmoid,
    softmax,
    softmax_variant,
    tanh_slope,
)

QUESTIONS = (
    Question(
        "tanh_slope",
        points=1,
        minutes=5,
        kind="implement",
        truth=tanh_slope,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "takes_the_output",
                "You squared x. The formula 1 - t² holds for the output t = tanh(x), and the "
                "function is given the pre-activation x: compute t first.",
                lambda x: 1 - x**2,
            ),
            Mistake(
                "no_square",
                "The square is missing: the slope is 1 - tanh(x)².",
                lambda x: 1 - np.tanh(x),
            ),
            Mistake(
                "sigmoid_slope",
                "t (1 - t) is the slope of the sigmoid. For tanh it is (1 - t)(1 + t).",
                lambda x: np.tanh(x) * (1 - np.tanh(x)),
            ),
            Mistake(
                "cosh_overflow",
                "1 / cosh(x)² is right, but something computed on the way overflows and gives nan "
                "far out.",
                lambda x: (np.cosh(x) ** 2 - np.sinh(x) ** 2) / np.cosh(x) ** 2,
            ),
            Mistake(
                "twice",
                "tanh is applied twice: the slope is 1 - tanh(x)², not 1 - tanh(tanh(x))².",
                lambda x: 1 - np.tanh(np.tanh(x)) ** 2,
            ),
            Mistake("value", "That is tanh itself, not its slope.", np.tanh),
        ),
    ),
    Question(
        "surviving_gradient",
        points=1,
        minutes=4,
        kind="predict",
        truth=0.25**10,
        mistakes=(
            Mistake(
                "multiplied_by_ten",
                "The chain rule multiplies the ten slopes with each other; you multiplied one "
                "slope by ten.",
                0.25 * 10,
            ),
            Mistake(
                "half",
                "0.5 is the value of the sigmoid at 0. Its slope there is 0.5 (1 - 0.5).",
                0.5**10,
            ),
            Mistake("one_layer", "That is what one layer lets through. There are ten.", 0.25),
            Mistake("nine", "That is nine layers; the gradient passes all ten.", 0.25**9),
            Mistake("tanh", "A slope of 1 at 0 belongs to tanh. The sigmoid's is smaller.", 1.0),
        ),
    ),
    Question(
        "leaky_relu_backward",
        points=2,
        minutes=8,
        kind="find the bug",
        truth=leaky_relu_backward,
        mistakes=(
            Mistake(
                "looks_at_dy",
                "The branch is chosen by the sign of dy. It is the input x that decides which "
                "side of the kink the unit was on.",
                lambda x, dy, s: np.where(dy > 0, dy, s * dy),
            ),
            Mistake(
                "slope_times_x",
                "On the left you return slope · x, which is the forward value. Backward, dy is "
                "what gets multiplied by the slope.",
                lambda x, dy, s: np.where(x > 0, dy, s * x),
            ),
            Mistake(
                "no_upstream",
                "That is the slope alone. The chain rule multiplies it by the upstream gradient "
                "dy.",
                lambda x, dy, s: np.where(x > 0, 1.0, s),
            ),
            Mistake(
                "plain_relu",
                "The gradient is 0 on the left, as for plain ReLU. Here it is slope · dy.",
                lambda x, dy, s: dy * (x > 0),
            ),
            Mistake(
                "kink",
                "Right except at x = 0, where this course (and Keras) takes the left slope.",
                lambda x, dy, s: np.where(x >= 0, dy, s * dy),
            ),
            Mistake(
                "forward",
                "That is the forward pass. The question asks for dy times the slope at x.",
                lambda x, dy, s: np.where(x > 0, x, s * x),
            ),
        ),
    ),
    Question(
        "collapse",
        points=2,
        minutes=10,
        kind="implement",
        truth=collapse,
        mistakes=(
            Mistake(
                "order",
                "The product is in the wrong order. A row x meets the first kernel first: (x w1) "
                "w2.",
                lambda w1, b1, w2, b2: (w2 @ w1, b1 @ w2 + b2),
            ),
            Mistake(
                "lost_bias",
                "The first bias is lost. It passes through the second layer too: b1 @ w2.",
                lambda w1, b1, w2, b2: (w1 @ w2, b2),
            ),
            Mistake(
                "added_biases",
                "The first bias is added as it is, and must pass through the second kernel: b1 @ "
                "w2.",
                lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
            ),
            Mistake(
                "transposed",
                "The kernel is transposed: it should have one row an input and one column an "
                "output.",
                lambda w1, b1, w2, b2: ((w1 @ w2).T, b1 @ w2 + b2),
            ),
            Mistake(
                "elementwise",
                "`*` multiplies element by element; composing two layers is a matrix product, `@`.",
                lambda w1, b1, w2, b2: (w1 * w2, b1 * w2 + b2),
            ),
            Mistake(
                "no_second_bias",
                "The second bias is missing: b1 @ w2 + b2.",
                lambda w1, b1, w2, b2: (w1 @ w2, b1 @ w2),
            ),
        ),
    ),
    Question(
        "softmax_with_temperature",
        points=3,
        minutes=12,
        kind="implement",
        truth=softmax,
        banned=("scipy", "dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "overflow",
                "exp(1000) is inf, and inf / inf is nan. Softmax does not change when the largest "
                "logit of the row is subtracted first: then no exponent is above 0.",
                when=lambda r, t: large_logits_fail(r, t),
            ),
            Mistake(
                "wrong_axis",
                "Your columns add up to 1; the rows should. Sum along the last axis, and keep it.",
                softmax_variant(axis=0, shift=0),
            ),
            Mistake(
                "wrong_axis",
                "Your columns add up to 1; the rows should. Sum along the last axis, and keep it.",
                softmax_variant(axis=0),
            ),
            Mistake(
                "whole_array",
                "The whole array adds up to 1; each row should. Give `axis=-1` and "
                "`keepdims=True`.",
                softmax_variant(axis=None, shift=None),
            ),
            Mistake(
                "global_shift",
                "You subtract the largest logit of the whole array. A row far below it underflows "
                "to 0 / 0: subtract the largest logit of each row.",
                softmax_variant(shift=None),
            ),
            Mistake(
                "multiplied",
                "You multiply by the temperature. Divide: a high temperature makes the "
                "probabilities equal.",
                softmax_variant(cold=True),
            ),
            Mistake(
                "no_temperature",
                "The temperature has no effect: it is not used, or it divides the exponentials "
                "and cancels. Divide the logits by it, before exp.",
                softmax_variant(scaled=False),
            ),
            Mistake(
                "not_normalised",
                "The values do not add up to 1: divide by the sum of the row.",
                lambda z, T: np.exp(z / T - (z / T).max(axis=-1, keepdims=True)),
            ),
        ),
    ),
    Question(
        "stable_sigmoid",
        points=3,
        minutes=12,
        kind="implement",
        truth=sigmoid,
        banned=("scipy", "dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "sign",
                "The exponent has the wrong sign: your curve falls from 1 to 0. It is 1 / (1 + "
                "exp(-x)).",
                lambda x: sigmoid(-x),
            ),
            Mistake(
                "overflow_left",
                "Right as far as it goes, but exp(-x) overflows for x below -709. Where x is "
                "negative, use exp(x) / (1 + exp(x)). One exponential serves both sides: "
                "exp(-|x|).",
                when=lambda r, t: overflows(r, "far to the left"),
            ),
            Mistake(
                "overflow_right",
                "exp(x) overflows for x above 709; np.where computes both of its branches for "
                "every element, also the one it drops. One exponential serves both sides: "
                "exp(-|x|).",
                when=lambda r, t: overflows(r, "far to the right"),
            ),
            Mistake(
                "clipped",
                "Small values come out too large: is the input clipped? Clipping stops the "
                "overflow, and gives every input beyond the limit the same output.",
                when=clipped,
            ),
            Mistake(
                "loses_digits",
                "Far to the left the digits are lost: 1 - 0.999… keeps few of them. There, exp(x) "
                "/ (1 + exp(x)) keeps them all.",
                when=lambda r, t: only_wrong(r, t, "a small value, times 1e15"),
            ),
            Mistake(
                "tanh",
                "That is tanh, which runs from -1 to 1; the sigmoid runs from 0 to 1.",
                np.tanh,
            ),
            Mistake(
                "scaled_tanh",
                "tanh(x) is 2 sigmoid(2x) - 1: the argument of your tanh must be x / 2.",
                lambda x: (1 + np.tanh(x)) / 2,
            ),
            Mistake(
                "slope",
                "That is the slope of the sigmoid, s (1 - s); the question asks for s itself.",
                lambda x: sigmoid(x) * (1 - sigmoid(x)),
            ),
        ),
    ),
)
