"""The questions of chapter 10, regularisation."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.regularisation import (
    complements,
    equal_folds,
    inverted_dropout,
    k_folds,
    penalised_gradient,
    rest_in_last,
    shrink,
    stop_early,
    stopping,
)

QUESTIONS = (
    Question(
        "model_that_memorises",
        points=1,
        minutes=4,
        kind="read a curve",
        truth="b",
        mistakes=(
            Mistake(
                "underfits",
                "Model A is bad on both sets: it underfits. A larger model may help; dropout will "
                "not.",
                "a",
            ),
            Mistake(
                "good",
                "Model C is good on both sets, and nearly as good on new data: nothing to mend.",
                "c",
            ),
            Mistake(
                "easier_validation",
                "Model D is better on the validation set than in training. Dropout, which is off "
                "in validation, can do that; memorising cannot.",
                "d",
            ),
        ),
    ),
    Question(
        "penalised_gradient",
        points=1,
        minutes=5,
        kind="implement",
        truth=penalised_gradient,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_two",
                "The factor 2 of the square is missing. (It is missing where the penalty is ½ s · "
                "w².)",
                lambda w, g, s: g + s * w,
            ),
            Mistake(
                "sign",
                "The penalty makes weights grow. Its gradient is added, so that the step, which "
                "is subtracted, shrinks them.",
                lambda w, g, s: g - 2 * s * w,
            ),
            Mistake(
                "penalty_itself",
                "You add the penalty. Add its derivative by each weight.",
                lambda w, g, s: g + s * w**2,
            ),
            Mistake(
                "penalty_itself",
                "You add the penalty. Add its derivative by each weight.",
                lambda w, g, s: g + s * (w**2).sum(),
            ),
            Mistake(
                "l1",
                "That is the gradient of the L1 penalty, s · |w|. The question asks for L2, s · "
                "w².",
                lambda w, g, s: g + s * np.sign(w),
            ),
            Mistake(
                "absolute",
                "Negative weights must be pulled up, so the sign of w matters: no absolute value.",
                lambda w, g, s: g + 2 * s * np.abs(w),
            ),
            Mistake(
                "gradient_lost",
                "The gradient of the loss is lost: the penalty's is added to it.",
                lambda w, g, s: 2 * s * w,
            ),
        ),
    ),
    Question(
        "inverted_dropout",
        points=2,
        minutes=8,
        kind="implement",
        truth=inverted_dropout,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "not_scaled",
                "What is kept is not scaled up. Divide by 1 - rate, so that the expected sum "
                "stays the same.",
                lambda x, r, k, t: x * k if t else x,
            ),
            Mistake(
                "scaled_in_use",
                "You scale in use instead of in training. Inverted dropout leaves use alone.",
                lambda x, r, k, t: x * k if t else x * (1 - r),
            ),
            Mistake(
                "divided_by_rate",
                "You divide by the rate. The share that is kept is 1 - rate.",
                lambda x, r, k, t: x * k / r if t else x,
            ),
            Mistake(
                "multiplied",
                "You multiply by 1 - rate, which makes the sum smaller still. Divide.",
                lambda x, r, k, t: x * k * (1 - r) if t else x,
            ),
            Mistake(
                "mask_inverted",
                "The mask is turned round: it is True where an element is *kept*.",
                lambda x, r, k, t: x * ~k / (1 - r) if t else x,
            ),
            Mistake(
                "always_on",
                "Elements are dropped in use as well. Without `training`, return x.",
                lambda x, r, k, t: x * k / (1 - r),
            ),
            Mistake(
                "training_inverted",
                "It drops in use and not in training: the condition is turned round.",
                lambda x, r, k, t: x if t else x * k / (1 - r),
            ),
            Mistake(
                "scales_without_dropping",
                "In use the elements are scaled up too. Nothing was dropped there: return x.",
                lambda x, r, k, t: (x * k if t else x) / (1 - r),
            ),
            Mistake(
                "true_share",
                "You divide by the share that this mask keeps. Divide by 1 - rate, the expected "
                "share: a layer must not depend on the luck of a batch.",
                lambda x, r, k, t: x * k / k.mean() if t else x,
            ),
        ),
    ),
    Question(
        "k_folds",
        points=2,
        minutes=10,
        kind="find the bug",
        truth=k_folds,
        mistakes=(
            Mistake(
                "drops_the_rest",
                "The last samples are in no fold: n // k rounds down. Every sample must be "
                "validated once.",
                equal_folds,
            ),
            Mistake(
                "rest_in_last_fold",
                "All that is left over goes into the last fold. Give one more sample to each of "
                "the first n % k folds, so that sizes differ by one at most.",
                rest_in_last,
            ),
            Mistake(
                "training_indices",
                "Those are the samples to train on. Return the ones to validate with, the fold "
                "itself.",
                complements,
            ),
            Mistake(
                "rounded_up",
                "n / k is rounded up, so that the last fold is too small, or empty. Sizes differ "
                "by one at most.",
                lambda n, k: [
                    np.arange(n)[i * -(-n // k) : (i + 1) * -(-n // k)] for i in range(k)
                ],
            ),
            Mistake(
                "every_kth",
                "Every k-th sample makes a fold here. The question asks for samples that lie side "
                "by side.",
                lambda n, k: [np.arange(n)[i::k] for i in range(k)],
            ),
            Mistake(
                "gaps",
                "The last sample of each fold is lost: a slice a:b stops before b already.",
                lambda n, k: [fold[:-1] for fold in k_folds(n, k)],
            ),
        ),
    ),
    Question(
        "shrink",
        points=2,
        minutes=10,
        kind="implement",
        truth=shrink,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "crosses_zero",
                "Small weights cross 0 and come out with the other sign. They stop at 0.",
                lambda w, t: w - t * np.sign(w),
            ),
            Mistake(
                "hard_threshold",
                "Large weights come out unchanged. They too move towards 0 by the threshold.",
                lambda w, t: np.where(np.abs(w) > t, w, 0),
            ),
            Mistake(
                "lost_sign",
                "Negative weights come out positive: put their sign back.",
                lambda w, t: np.maximum(np.abs(w) - t, 0),
            ),
            Mistake(
                "negatives_lost",
                "Negative weights become 0. They move up towards 0, as positive ones move down.",
                lambda w, t: np.maximum(w - t, 0),
            ),
            Mistake(
                "clipped",
                "The weights are clipped to the threshold: that is the part to be taken away.",
                lambda w, t: np.clip(w, -t, t),
            ),
            Mistake(
                "multiplied",
                "You multiply. L1 takes the same *amount* from each weight; it is L2 that takes a "
                "share.",
                lambda w, t: w * (1 - t),
            ),
            Mistake(
                "small_kept",
                "Weights below the threshold should become 0.",
                lambda w, t: np.where(np.abs(w) > t, w - t * np.sign(w), w),
            ),
            Mistake(
                "grows",
                "The weights grow: subtract the threshold from their size.",
                lambda w, t: w + t * np.sign(w),
            ),
        ),
    ),
    Question(
        "stop_early",
        points=3,
        minutes=15,
        kind="implement",
        truth=stop_early,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "one_too_late",
                "It stops one epoch too late: with patience 2, the second epoch in a row without "
                "an improvement is the last.",
                stopping(slack=1),
            ),
            Mistake(
                "one_too_early",
                "It stops one epoch too early.",
                stopping(slack=-1),
            ),
            Mistake(
                "compares_with_last",
                "You compare each loss with the one before it. Compare it with the best so far.",
                stopping(compare="last"),
            ),
            Mistake(
                "never_resets",
                "The count of epochs without an improvement is never set back to 0. An "
                "improvement starts it again.",
                stopping(reset=False),
            ),
            Mistake(
                "ties_improve",
                "A loss that is as good as the best is no improvement: use <.",
                stopping(ties=True),
            ),
            Mistake(
                "counts_from_one",
                "You count epochs from 1. Here the first epoch is number 0.",
                stopping(base=1),
            ),
            Mistake(
                "swapped",
                "The two results are swapped: first the last epoch, then the best.",
                lambda losses, p: stop_early(losses, p)[::-1],
            ),
            Mistake(
                "best_of_all",
                "The best epoch lies after the end of training: it can only be one that was run.",
                lambda losses, p: (stop_early(losses, p)[0], int(np.argmin(losses))),
            ),
            Mistake(
                "never_stops",
                "It never stops: patience is not used.",
                lambda losses, p: (len(losses) - 1, int(np.argmin(losses))),
            ),
        ),
    ),
)
