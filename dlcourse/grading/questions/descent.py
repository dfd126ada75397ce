"""The questions of chapter 6, gradient descent."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.descent import (
    batches_where,
    descend,
    descent_variant,
    line_gradient,
    minibatches,
    rate_accept,
    repeats_last,
    repeats_last_after_start,
    without_start,
)

QUESTIONS = (
    Question(
        "largest_rate",
        points=1,
        minutes=5,
        kind="predict",
        truth=1 / 3,
        rtol=2e-3,
        mistakes=(
            Mistake(
                "one_over",
                "1 / λ is the rate that jumps to the bottom of the steepest direction in one "
                "step. It still converges at up to twice that rate.",
                1 / 6,
            ),
            Mistake(
                "coefficient",
                "3 is the coefficient of x², not the curvature: the second derivative of 3 x² is "
                "6.",
                2 / 3,
            ),
            Mistake(
                "flattest",
                "You took the flattest direction. The steepest one diverges first.",
                2.0,
            ),
            Mistake(
                "flattest_coefficient",
                "You took the flattest direction, and its coefficient instead of its curvature.",
                4.0,
            ),
            Mistake(
                "sum",
                "You added the curvatures up. Each direction moves on its own; the steepest "
                "decides.",
                2 / 7,
            ),
        ),
    ),
    Question(
        "rate_too_high",
        points=1,
        minutes=4,
        kind="read a curve",
        truth="c",
        mistakes=(
            Mistake(
                "slow",
                "Curve A comes down all the way, slowly: its rate is too low, if anything.",
                "a",
            ),
            Mistake(
                "good",
                "Curve B overshoots once and settles within a few steps: its rate is about right.",
                "b",
            ),
            Mistake(
                "zigzag",
                "Curve D jumps from side to side, and each jump is smaller than the one before: "
                "it converges. One curve does not.",
                "d",
            ),
        ),
    ),
    Question(
        "descend",
        points=2,
        minutes=10,
        kind="implement",
        truth=descend,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "uphill",
                "The path climbs. The gradient points uphill: subtract it.",
                descent_variant(sign=1),
            ),
            Mistake(
                "no_start",
                "The start is missing from the path: its first row is where you began.",
                when=without_start,
            ),
            Mistake(
                "one_step_too_few",
                "The last step is missing: `steps` steps give steps + 1 points.",
                descent_variant(extra=-1),
            ),
            Mistake(
                "one_step_too_many",
                "There is a step too many: `steps` steps give steps + 1 points.",
                descent_variant(extra=1),
            ),
            Mistake(
                "gradient_of_the_start",
                "Every step uses the gradient at the start. Compute it afresh where you stand.",
                descent_variant(frozen=True),
            ),
            Mistake(
                "same_array",
                "All rows are the last point: the list holds one array many times, and `w -= ...` "
                "changes them all. Append a copy, or write `w = w - ...`.",
                repeats_last,
            ),
            Mistake(
                "same_array_but_start",
                "All rows after the start are the last point: the list holds one array many times. "
                "Append a copy, or write `w = w - ...`.",
                when=repeats_last_after_start,
            ),
            Mistake(
                "unit_steps",
                "Each step has the same length: you divide by the length of the gradient. Near "
                "the bottom, steps should grow small by themselves.",
                descent_variant(unit=True),
            ),
            Mistake(
                "last_point_only",
                "You return the last point. Return all of them, one row each.",
                lambda g, s, r, n: descend(g, s, r, n)[-1],
            ),
        ),
    ),
    Question(
        "line_gradient",
        points=2,
        minutes=10,
        kind="implement",
        truth=line_gradient,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "n_times",
                "Your gradient is exactly n times too large: the loss is a mean.",
                lambda s, i, x, y: tuple(len(x) * g for g in line_gradient(s, i, x, y)),
            ),
            Mistake(
                "sign",
                "The sign is turned round: the miss is the prediction minus y.",
                lambda s, i, x, y: tuple(-g for g in line_gradient(s, i, x, y)),
            ),
            Mistake(
                "no_two",
                "The factor 2 of the square is missing.",
                lambda s, i, x, y: tuple(g / 2 for g in line_gradient(s, i, x, y)),
            ),
            Mistake(
                "no_x",
                "The derivative by the slope has a factor x inside the mean: that is the inner "
                "derivative.",
                lambda s, i, x, y: (line_gradient(s, i, x, y)[1],) * 2,
            ),
            Mistake(
                "x_outside",
                "x stands inside the mean, multiplied with each miss. You multiplied two means.",
                lambda s, i, x, y: (
                    line_gradient(s, i, x, y)[1] * x.mean(),
                    line_gradient(s, i, x, y)[1],
                ),
            ),
            Mistake(
                "swapped",
                "Right numbers in the wrong order: the slope comes first.",
                lambda s, i, x, y: line_gradient(s, i, x, y)[::-1],
            ),
            Mistake(
                "no_intercept",
                "The prediction leaves out the intercept.",
                lambda s, i, x, y: line_gradient(s, 0 * i, x, y),
            ),
            Mistake(
                "half_sum",
                "That is the gradient of half the sum of squares. The loss is their mean, without "
                "a half.",
                lambda s, i, x, y: tuple(len(x) / 2 * g for g in line_gradient(s, i, x, y)),
            ),
        ),
    ),
    Question(
        "minibatches",
        points=2,
        minutes=10,
        kind="find the bug",
        truth=minibatches,
        mistakes=(
            Mistake(
                "drops_the_rest",
                "The samples that do not fill a batch are lost. They make one more, smaller batch.",
                batches_where(drop=True),
            ),
            Mistake(
                "empty_batch",
                "An empty batch comes last where the size divides the number of samples.",
                lambda x, y, size, order: [
                    (x[order[i : i + size]], y[order[i : i + size]])
                    for i in range(0, len(x) // size * size + 1, size)
                ],
            ),
            Mistake(
                "evened_out",
                "Your batches are of about equal size. Each holds `size` samples, and only the "
                "last may be smaller.",
                lambda x, y, size, order: [
                    (x[part], y[part]) for part in np.array_split(order, -(-len(x) // size))
                ],
            ),
            Mistake(
                "labels_not_shuffled",
                "The samples are shuffled and their labels are not: each sample gets the label of "
                "another. Index both with the same order.",
                batches_where(shuffle="x"),
            ),
            Mistake(
                "samples_not_shuffled",
                "The labels are shuffled and the samples are not. Index both with the same order.",
                batches_where(shuffle="y"),
            ),
            Mistake(
                "not_shuffled",
                "Neither samples nor labels are shuffled: `order` is not used.",
                batches_where(shuffle=""),
            ),
            Mistake(
                "gaps",
                "A sample is lost at the end of each batch: a slice a:b already stops before b.",
                batches_where(gap=1),
            ),
            Mistake(
                "size_is_number",
                "`size` is the number of samples in a batch, not the number of batches.",
                lambda x, y, size, order: list(
                    zip(np.array_split(x[order], size), np.array_split(y[order], size), strict=True)
                ),
            ),
            Mistake(
                "overlapping",
                "The batches overlap: move on by `size` samples, not by one.",
                lambda x, y, size, order: [
                    (x[order[i : i + size]], y[order[i : i + size]]) for i in range(len(x))
                ],
            ),
        ),
    ),
    Question(
        "tuned_rate",
        points=2,
        minutes=8,
        kind="tune",
        truth=0.19,
        accept=rate_accept,
        mistakes=(
            Mistake("no_number", "Give one ordinary number, the learning rate."),
            Mistake(
                "not_positive",
                "The learning rate is positive: the minus stands in the rule already.",
            ),
            Mistake(
                "diverges",
                "It diverges: the loss grows in the steep direction. Keep below 2 / λ of the "
                "steepest curvature.",
            ),
            Mistake(
                "at_the_edge",
                "So near to 2 / λ the steps overshoot by almost as much as they correct, and the "
                "steep direction shrinks slowly. Go a little lower.",
            ),
            Mistake(
                "too_slow",
                "After 60 steps the flat direction is still far from 0. The rate may be much "
                "higher before the steep direction diverges.",
            ),
        ),
    ),
)
