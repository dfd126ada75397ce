"""The questions of chapter 5, loss functions."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.losses import (
    cross_entropy_from_logits,
    each_cross_entropy,
    huber,
    huber_of,
    is_capped,
    loses_digits,
    mse_gradient,
    overflows,
    plain_cross_entropy,
    sparse_cross_entropy,
)

QUESTIONS = (
    Question(
        "loss_for_tags",
        points=1,
        minutes=4,
        kind="predict",
        truth="c",
        mistakes=(
            Mistake(
                "softmax",
                "Softmax makes the ten outputs add up to 1, as if exactly one tag were right. A "
                "photograph can have three tags, or none.",
                "a",
            ),
            Mistake(
                "sparse",
                "Sparse categorical cross-entropy takes one class a sample. Here several can be "
                "right at once.",
                "b",
            ),
            Mistake(
                "regression",
                "It would run, and learn slowly: with a sigmoid, the gradient of the squared "
                "error vanishes where the network is surely wrong.",
                "d",
            ),
        ),
    ),
    Question(
        "loss_of_guessing",
        points=1,
        minutes=4,
        kind="predict",
        truth=float(np.log(10)),
        rtol=2e-3,
        mistakes=(
            Mistake(
                "base_ten",
                "That is the logarithm to the base 10. Losses use the natural logarithm, np.log.",
                1.0,
            ),
            Mistake(
                "base_two", "That is the logarithm to the base 2, in bits. Use np.log.", np.log2(10)
            ),
            Mistake("sign", "The loss is *minus* the logarithm of the probability.", -np.log(10)),
            Mistake("probability", "That is the probability of a right guess, not its loss.", 0.1),
            Mistake(
                "one_minus",
                "Cross-entropy is not one minus the probability, but minus its logarithm.",
                0.9,
            ),
            Mistake(
                "binary",
                "That is the loss of guessing between two classes. There are ten.",
                np.log(2),
            ),
            Mistake(
                "summed",
                "Only the right class counts: one term, not the sum of ten.",
                10 * np.log(10),
            ),
        ),
    ),
    Question(
        "mse_gradient",
        points=2,
        minutes=8,
        kind="implement",
        truth=mse_gradient,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "n_times",
                "Your gradient is exactly n times too large, n being the number of elements: the "
                "loss is a mean, not a sum.",
                lambda t, p: 2 * (p - t),
            ),
            Mistake(
                "per_sample",
                "You divide by the number of samples. The mean is taken over all elements, "
                "y_pred.size of them.",
                lambda t, p: 2 * (p - t) / len(p),
            ),
            Mistake(
                "per_output",
                "You divide by the number of outputs. The mean is taken over all elements, "
                "y_pred.size of them.",
                lambda t, p: 2 * (p - t) / p.shape[-1],
            ),
            Mistake(
                "sign",
                "The sign is turned round. A prediction that is too high has a positive gradient: "
                "prediction minus truth.",
                lambda t, p: 2 * (t - p) / p.size,
            ),
            Mistake(
                "no_two",
                "The factor 2 of the square is missing. (It is missing for ½ times the square, "
                "which is another loss.)",
                lambda t, p: (p - t) / p.size,
            ),
            Mistake(
                "loss",
                "That is the loss, one number. The gradient has one element for each prediction.",
                lambda t, p: ((p - t) ** 2).mean(),
            ),
            Mistake(
                "averaged",
                "You took the mean of the gradient. Each prediction has its own element in it.",
                lambda t, p: (2 * (p - t)).mean(),
            ),
            Mistake(
                "half_sum",
                "That is the gradient of half the sum of squares. The mean squared error has no "
                "half, and divides by the number of elements.",
                lambda t, p: p - t,
            ),
            Mistake(
                "squared",
                "The difference is still squared. The derivative of d² is 2 d.",
                lambda t, p: (p - t) ** 2 / p.size,
            ),
        ),
    ),
    Question(
        "huber",
        points=2,
        minutes=10,
        kind="implement",
        truth=huber,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_offset",
                "The straight part lies too high: it must meet the parabola at delta, so delta / "
                "2 is subtracted from the error.",
                huber_of(0.5, True, 0.0),
            ),
            Mistake(
                "full_offset",
                "The straight part lies too low: at an error of delta both parts must be delta² / "
                "2.",
                huber_of(0.5, True, 1.0),
            ),
            Mistake(
                "no_half",
                "Small errors count half their square.",
                huber_of(1.0, True, 0.5),
            ),
            Mistake(
                "slope_one",
                "The straight part must have the slope delta, as the parabola has where they meet.",
                huber_of(0.5, False, 0.5),
            ),
            Mistake(
                "sum",
                "You return the sum. Take the mean over the samples.",
                huber_of(0.5, True, 0.5, mean=False),
            ),
            Mistake(
                "squares_only",
                "Large errors are squared too. Beyond delta the loss is a straight line.",
                lambda t, p, d: ((p - t) ** 2).mean() / 2,
            ),
            Mistake(
                "signed",
                "Errors below zero are taken as small, whatever their size. Use the absolute "
                "error.",
                lambda t, p, d: np.where(
                    p - t <= d, (p - t) ** 2 / 2, d * (np.abs(p - t) - d / 2)
                ).mean(),
            ),
            Mistake(
                "signed",
                "Errors below zero are taken as small, whatever their size. Use the absolute "
                "error.",
                lambda t, p, d: np.where(
                    t - p <= d, (p - t) ** 2 / 2, d * (np.abs(p - t) - d / 2)
                ).mean(),
            ),
            Mistake(
                "branches_swapped",
                "The branches are swapped: small errors are squared, large ones are not.",
                lambda t, p, d: np.where(
                    np.abs(p - t) > d, (p - t) ** 2 / 2, d * (np.abs(p - t) - d / 2)
                ).mean(),
            ),
        ),
    ),
    Question(
        "sparse_cross_entropy",
        points=2,
        minutes=10,
        kind="find the bug",
        truth=sparse_cross_entropy,
        mistakes=(
            Mistake(
                "all_pairs",
                "probabilities[:, labels] takes, for every sample, the columns of *all* labels. "
                "Pair each row with its own label: probabilities[np.arange(n), labels].",
                lambda y, p: -np.log(p[:, y]).mean(),
            ),
            Mistake(
                "log_of_mean",
                "You take the logarithm of the mean. Take the mean of the logarithms.",
                lambda y, p: -np.log(p[np.arange(len(p)), y].mean()),
            ),
            Mistake(
                "sign",
                "Logarithms of probabilities are negative. The loss has a minus in front.",
                lambda y, p: np.log(p[np.arange(len(p)), y]).mean(),
            ),
            Mistake(
                "sum",
                "You return the sum over the samples. Return their mean.",
                lambda y, p: -np.log(p[np.arange(len(p)), y]).sum(),
            ),
            Mistake(
                "mean_over_classes",
                "You divide by the number of classes as well: mean() of the one-hot product "
                "counts its zeros. Sum over the classes, then take the mean over the samples.",
                lambda y, p: -np.log(p[np.arange(len(p)), y]).mean() / p.shape[1],
            ),
            Mistake(
                "no_log",
                "The logarithm is missing.",
                lambda y, p: -p[np.arange(len(p)), y].mean(),
            ),
            Mistake(
                "wrong_index_order",
                "The label is used as the row. The first index is the sample, the second the "
                "class.",
                lambda y, p: -np.log(p[y, np.arange(len(p))]).mean(),
            ),
            Mistake(
                "all_classes",
                "You average over all classes. Only the probability of the right one counts.",
                lambda y, p: -np.log(p).mean(),
            ),
        ),
    ),
    Question(
        "cross_entropy_from_logits",
        points=3,
        minutes=15,
        kind="implement",
        truth=cross_entropy_from_logits,
        banned=("dlcourse", "keras", "tensorflow", "scipy"),
        mistakes=(
            Mistake(
                "overflows",
                "Right for ordinary logits; for large ones an exponential overflows or the "
                "logarithm of 0 is taken. Rewrite it as max(z, 0) - y z + log(1 + exp(-|z|)).",
                when=overflows,
            ),
            Mistake(
                "capped",
                "A prediction that is sure and wrong should cost about |z|. Yours is capped: are "
                "the probabilities clipped?",
                when=is_capped,
            ),
            Mistake(
                "loses_digits",
                "Right but for very small losses, which are lost where they are added to something "
                "large: 1 + 1e-16 is 1, and 36 + 1e-16 is 36. np.log1p(e) computes log(1 + e) "
                "without adding first; let max(z, 0) - y z cancel before it is added.",
                when=loses_digits,
            ),
            Mistake(
                "sum",
                "You return the sum over the samples. Return their mean.",
                lambda y, z: cross_entropy_from_logits(y, z) * len(y),
            ),
            Mistake(
                "sign",
                "The sign is turned round: a loss is positive.",
                lambda y, z: -cross_entropy_from_logits(y, z),
            ),
            Mistake(
                "classes_swapped",
                "The two classes are swapped: a large logit must be cheap where y is 1.",
                lambda y, z: cross_entropy_from_logits(1 - y, z),
            ),
            Mistake(
                "positives_only",
                "Negative samples cost nothing: the term (1 - y) log(1 - p) is missing.",
                lambda y, z: (y * each_cross_entropy(1.0, z)).mean(),
            ),
            Mistake(
                "logits_as_probabilities",
                "You take the logarithm of the logits. They are no probabilities yet: those come "
                "out of the sigmoid.",
                plain_cross_entropy,
            ),
        ),
    ),
)
