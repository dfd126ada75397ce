"""The questions of chapter 8, optimizers."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.optimizers import (
    adam_step,
    adam_variant,
    cosine_rate,
    momentum_step,
    ravine_accept,
    rmsprop_step,
    rmsprop_variant,
    share_done,
)

QUESTIONS = (
    Question(
        "first_adam_step",
        points=1,
        minutes=5,
        kind="predict",
        truth=0.001,
        rtol=1e-3,
        mistakes=(
            Mistake(
                "plain_descent",
                "That is rate times gradient, the step of SGD. Adam divides by the size of the "
                "gradient.",
                0.1,
            ),
            Mistake(
                "no_correction",
                "Without bias correction it would be so: 10 over the root of 10. With it, m̂ = "
                "100 and v̂ = 10 000.",
                0.001 * 10 / np.sqrt(10),
            ),
            Mistake(
                "no_root",
                "You divide by v̂ instead of its root.",
                0.001 * 100 / 10_000,
            ),
            Mistake(
                "only_first_moment",
                "m is 10 before the correction, 100 after it.",
                0.0001,
            ),
            Mistake(
                "not_scaled",
                "The ratio m̂ / √v̂ is 1 here; the learning rate multiplies it.",
                1.0,
            ),
            Mistake(
                "sign", "The question asks for the size of the step, which is positive.", -0.001
            ),
        ),
    ),
    Question(
        "momentum_step",
        points=2,
        minutes=8,
        kind="implement",
        truth=momentum_step,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "uphill",
                "The step goes uphill: the gradient is subtracted from the velocity.",
                lambda w, g, v, r, m: (w + m * v + r * g, m * v + r * g),
            ),
            Mistake(
                "other_sign",
                "Your velocity points uphill and is subtracted. Keras's velocity is added to w: "
                "it holds the minus of the gradient.",
                lambda w, g, v, r, m: (w - m * v - r * g, m * v + r * g),
            ),
            Mistake(
                "rate_outside",
                "Your velocity does not hold the rate: it multiplies the whole step instead. In "
                "Keras's rule the velocity is momentum · velocity - rate · gradient.",
                lambda w, g, v, r, m: (w - r * (m * v + g), m * v + g),
            ),
            Mistake(
                "damped",
                "The gradient is damped by 1 - momentum, as in Adam's mean. Plain momentum adds "
                "it in full.",
                lambda w, g, v, r, m: (w + m * v - (1 - m) * r * g, m * v - (1 - m) * r * g),
            ),
            Mistake(
                "old_velocity",
                "You move by the old velocity. Update the velocity first, then move by it.",
                lambda w, g, v, r, m: (w + v, m * v - r * g),
            ),
            Mistake(
                "no_memory",
                "The old velocity is lost: that is plain gradient descent.",
                lambda w, g, v, r, m: (w - r * g, -r * g),
            ),
            Mistake(
                "velocity_not_returned",
                "The second value should be the new velocity; you return the old one.",
                lambda w, g, v, r, m: (w + m * v - r * g, v),
            ),
            Mistake(
                "nesterov",
                "That is Nesterov's step, which looks ahead. The question asks for the plain one.",
                lambda w, g, v, r, m: (w + m * (m * v - r * g) - r * g, m * v - r * g),
            ),
            Mistake(
                "subtracted_velocity",
                "With Keras's sign the velocity holds the minus already: add it.",
                lambda w, g, v, r, m: (w - (m * v - r * g), m * v - r * g),
            ),
        ),
    ),
    Question(
        "rmsprop_step",
        points=2,
        minutes=10,
        kind="find the bug",
        truth=rmsprop_step,
        mistakes=(
            Mistake(
                "grows_for_ever",
                "The mean grows for ever: the new square must weigh 1 - rho, so that the weights "
                "of all squares add up to 1. (Without it this is nearly Adagrad.)",
                rmsprop_variant(new=False),
            ),
            Mistake(
                "not_squared",
                "The mean is one of squares: g ** 2.",
                rmsprop_variant(power=1),
            ),
            Mistake(
                "no_root",
                "The root is missing: divide by the root of the mean square.",
                rmsprop_variant(root=False),
            ),
            Mistake(
                "epsilon_outside",
                "Right, but epsilon stands outside the root. Keras's RMSprop has it inside.",
                rmsprop_variant(inside=False),
            ),
            Mistake("uphill", "The step goes uphill: subtract it from w.", rmsprop_variant(sign=1)),
            Mistake(
                "swapped",
                "rho and 1 - rho are swapped: rho weighs the old mean.",
                rmsprop_variant(swapped=True),
            ),
            Mistake(
                "stale",
                "The step uses the mean from before this gradient. Update it first.",
                rmsprop_variant(stale=True),
            ),
        ),
    ),
    Question(
        "cosine_rate",
        points=2,
        minutes=8,
        kind="implement",
        truth=cosine_rate,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "rises_again",
                "Right up to the end; past it the cosine rises again. The rate should stay at "
                "`last`.",
                lambda s, n, a, b: b + (a - b) * (1 + np.cos(np.pi * s / n)) / 2,
            ),
            Mistake(
                "no_half",
                "1 + cos runs from 2 to 0: halve it.",
                lambda s, n, a, b: b + (a - b) * (1 + np.cos(np.pi * share_done(s, n))),
            ),
            Mistake(
                "whole_wave",
                "That is a whole wave, down and up again. Half a wave is pi, not 2 pi.",
                lambda s, n, a, b: b + (a - b) * (1 + np.cos(2 * np.pi * share_done(s, n))) / 2,
            ),
            Mistake(
                "quarter_wave",
                "That is a quarter of a wave, which starts flat and ends steep. The whole half "
                "wave, pi, is flat at both ends.",
                lambda s, n, a, b: b + (a - b) * np.cos(np.pi / 2 * share_done(s, n)),
            ),
            Mistake(
                "no_pi",
                "The cosine takes radians: half a wave is pi.",
                lambda s, n, a, b: b + (a - b) * (1 + np.cos(share_done(s, n))) / 2,
            ),
            Mistake(
                "ends_at_zero",
                "It falls to 0. It should end at `last`.",
                lambda s, n, a, b: a * (1 + np.cos(np.pi * share_done(s, n))) / 2,
            ),
            Mistake(
                "adds_last",
                "It starts above `first`: only the difference first - last falls.",
                lambda s, n, a, b: b + a * (1 + np.cos(np.pi * share_done(s, n))) / 2,
            ),
            Mistake(
                "straight",
                "That is a straight line from first to last.",
                lambda s, n, a, b: a + (b - a) * share_done(s, n),
            ),
            Mistake(
                "turned_round",
                "It rises from last to first.",
                lambda s, n, a, b: a + (b - a) * (1 + np.cos(np.pi * share_done(s, n))) / 2,
            ),
        ),
    ),
    Question(
        "adam_step",
        points=4,
        minutes=20,
        kind="implement",
        truth=adam_step,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_correction",
                "The bias correction is missing. m and v start at 0 and are too small at first: "
                "divide them by 1 - beta ** t.",
                adam_variant(correct_1=False, correct_2=False),
            ),
            Mistake(
                "only_m_corrected",
                "v is not corrected: divide it by 1 - beta_2 ** t.",
                adam_variant(correct_2=False),
            ),
            Mistake(
                "only_v_corrected",
                "m is not corrected: divide it by 1 - beta_1 ** t.",
                adam_variant(correct_1=False),
            ),
            Mistake(
                "t_off_by_one",
                "The correction uses t + 1; t counts from 1 already.",
                adam_variant(shift=1),
            ),
            Mistake(
                "t_from_zero",
                "The correction uses t - 1, which divides by 0 in the first step: t counts from 1.",
                adam_variant(shift=-1),
            ),
            Mistake(
                "epsilon_inside",
                "Epsilon stands inside the root. In this question it is added after it.",
                adam_variant(epsilon_at="inside"),
            ),
            Mistake(
                "epsilon_hat",
                "That is the form Keras uses: epsilon joins the root of v before the correction "
                "(the paper calls it epsilon hat). The question asks for the paper's algorithm 1.",
                adam_variant(epsilon_at="before correction"),
            ),
            Mistake(
                "not_squared",
                "v is a mean of the *squares* of the gradients.",
                adam_variant(square=False),
            ),
            Mistake("no_root", "The root is missing: divide by √v̂.", adam_variant(root=False)),
            Mistake(
                "betas_swapped", "beta_1 belongs to m, beta_2 to v.", adam_variant(swapped=True)
            ),
            Mistake("uphill", "The step goes uphill: subtract it from w.", adam_variant(sign=1)),
            Mistake(
                "corrected_state",
                "You return m̂ and v̂. Return m and v as they are before the correction: the next "
                "step goes on from them.",
                adam_variant(corrected_state=True),
            ),
            Mistake(
                "uses_gradient",
                "The step uses the gradient itself. It moves along m̂, the mean of the gradients.",
                adam_variant(uses_gradient=True),
            ),
        ),
    ),
    Question(
        "rate_and_momentum",
        points=2,
        minutes=10,
        kind="tune",
        truth=(0.03, 0.7),
        accept=ravine_accept,
        mistakes=(
            Mistake("two_numbers", "Give a positive rate and a momentum, two ordinary numbers."),
            Mistake("momentum_range", "The momentum lies between 0 and 1, and below 1."),
            Mistake(
                "no_momentum",
                "Without momentum no rate is fast enough: below 2 / 100 the flat direction hardly "
                "moves.",
            ),
            Mistake(
                "diverges",
                "It diverges. With momentum the steep direction bears a rate up to 2 (1 + "
                "momentum) / 100.",
            ),
            Mistake(
                "too_heavy",
                "So much momentum swings to and fro for longer than 100 steps. Use less.",
            ),
            Mistake(
                "too_slow",
                "Too slow along the flat direction: raise the rate, or the momentum, or both.",
            ),
        ),
    ),
)
