"""The questions of chapter 9, training in practice."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.training import (
    batch_norm,
    batch_norm_variant,
    clip_always,
    clip_each,
    clip_gradients,
    clip_squared,
    clip_sum_of_norms,
    clip_unit,
    he_normal,
    normal_with,
    one_hot,
    standardise,
    standardise_by,
)

QUESTIONS = (
    Question(
        "epoch_to_keep",
        points=1,
        minutes=4,
        kind="read a curve",
        truth=6,
        mistakes=(
            Mistake(
                "lowest_training_loss",
                "The training loss is lowest there, and keeps falling while the network learns "
                "its samples by heart. The validation loss decides.",
                12,
            ),
            Mistake(
                "curves_cross",
                "There the two curves part. The validation loss still falls for a while.",
                3,
            ),
            Mistake(
                "counted_from_zero",
                "Epochs are counted from 1 in the picture: you are one too low.",
                5,
            ),
            Mistake("one_late", "There the validation loss has risen again.", 7),
            Mistake("first", "After one epoch both losses are at their highest.", 1),
        ),
    ),
    Question(
        "one_hot",
        points=1,
        minutes=6,
        kind="implement",
        truth=one_hot,
        banned=("dlcourse", "keras", "tensorflow", "sklearn"),
        mistakes=(
            Mistake(
                "counts_from_one",
                "The ones stand one column too far to the left: labels count from 0.",
                lambda y, n: np.eye(n)[y - 1],
            ),
            Mistake(
                "too_few_columns",
                "There are too few columns: a class may be missing from these labels. Use "
                "`classes`.",
                lambda y, n: np.eye(y.max() + 1)[y],
            ),
            Mistake(
                "transposed",
                "It is transposed: samples are rows, classes are columns.",
                lambda y, n: np.eye(n)[y].T,
            ),
            Mistake(
                "label_as_value",
                "The label itself stands where a 1 should.",
                lambda y, n: np.eye(n)[y] * y[:, None],
            ),
            Mistake(
                "whole_columns",
                "Whole columns are filled with ones: result[:, labels] names, for every row, all "
                "labels. Pair each row with its own: result[np.arange(len(labels)), labels].",
                lambda y, n: np.isin(np.arange(n), y)[None, :] * np.ones((len(y), 1)),
            ),
            Mistake("inverted", "Zeros and ones are swapped.", lambda y, n: 1 - np.eye(n)[y]),
        ),
    ),
    Question(
        "standardise",
        points=2,
        minutes=10,
        kind="find the bug",
        truth=standardise,
        mistakes=(
            Mistake(
                "test_by_itself",
                "The test set is scaled by its own mean and deviation. The model was trained with "
                "those of the training set: a test sample must be scaled the same way, even if it "
                "is the only one.",
                standardise_by(lambda train, test: (train, test)),
            ),
            Mistake(
                "joint",
                "Mean and deviation come from both sets together: the test set leaks into "
                "training.",
                standardise_by(lambda train, test: (np.concatenate([train, test]),) * 2),
            ),
            Mistake(
                "whole_array",
                "You take one mean over all columns. Each column, a feature, has its own: axis=0.",
                standardise_by(lambda train, test: (train, train), axis=None),
            ),
            Mistake(
                "no_centring",
                "The mean is not subtracted.",
                standardise_by(lambda train, test: (train, train), centre=False),
            ),
            Mistake(
                "no_scaling",
                "The columns are not divided by their standard deviation.",
                standardise_by(lambda train, test: (train, train), scale=False),
            ),
            Mistake(
                "by_variance",
                "You divide by the variance. Divide by its root, the standard deviation.",
                standardise_by(lambda train, test: (train, train), variance=True),
            ),
            Mistake(
                "constant_column",
                "Right, but for a column that never changes: 0 / 0 is nan. Divide such a column "
                "by 1.",
                standardise_by(lambda train, test: (train, train), guard=False),
            ),
            Mistake(
                "sample_deviation",
                "You divide by n - 1 inside the deviation (ddof=1). Here, as in NumPy, it is n.",
                standardise_by(lambda train, test: (train, train), ddof=1),
            ),
            Mistake(
                "train_unchanged",
                "The training set comes back unscaled. Scale both.",
                lambda train, test: (train, standardise(train, test)[1]),
            ),
        ),
    ),
    Question(
        "he_normal",
        points=2,
        minutes=8,
        kind="implement",
        truth=he_normal,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "variance_as_deviation",
                "2 / fan_in is the variance. The generator's `normal` takes the standard "
                "deviation, its root.",
                normal_with(lambda i, o: 2 / i),
            ),
            Mistake(
                "fan_out",
                "You scale by the number of units. The sum in a unit has fan_in terms.",
                normal_with(lambda i, o: np.sqrt(2 / o)),
            ),
            Mistake(
                "glorot",
                "That is Glorot's 2 / (fan_in + fan_out). He's is for ReLU: 2 / fan_in.",
                normal_with(lambda i, o: np.sqrt(2 / (i + o))),
            ),
            Mistake(
                "lecun",
                "The factor 2 is missing: a ReLU cuts off half of the signal, and the 2 makes up "
                "for it.",
                normal_with(lambda i, o: np.sqrt(1 / i)),
            ),
            Mistake(
                "not_scaled",
                "The numbers have a standard deviation of 1, whatever the number of inputs.",
                normal_with(lambda i, o: 1.0),
            ),
            Mistake(
                "uniform",
                "These numbers are spread evenly; the question asks for a normal distribution.",
                lambda i, o, rng: rng.uniform(-1, 1, (i, o)) * np.sqrt(6 / i),
            ),
            Mistake(
                "transposed",
                "The kernel is transposed: one row for each input.",
                lambda i, o, rng: he_normal(i, o, rng).T,
            ),
            Mistake(
                "zeros",
                "All zeros: every unit would learn the same.",
                lambda i, o, rng: np.zeros((i, o)),
            ),
        ),
    ),
    Question(
        "clip_gradients",
        points=2,
        minutes=10,
        kind="implement",
        truth=clip_gradients,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "each_alone",
                "Each gradient is clipped by its own norm, which bends the direction of the step. "
                "Take one norm over all of them.",
                clip_each,
            ),
            Mistake(
                "elementwise",
                "Each element is clipped. The question asks for the common norm, which keeps the "
                "direction.",
                lambda gs, limit: [np.clip(g, -limit, limit) for g in gs],
            ),
            Mistake(
                "always_scaled",
                "Gradients that are short enough are made longer. Change them only above the "
                "limit.",
                clip_always,
            ),
            Mistake(
                "squared_norm",
                "The root is missing: the norm is the root of the sum of squares.",
                clip_squared,
            ),
            Mistake(
                "length_one",
                "The clipped gradients have the norm 1. It should be `limit`.",
                clip_unit,
            ),
            Mistake(
                "sum_of_norms",
                "You add the norms up. Add the squares up, then take the root.",
                clip_sum_of_norms,
            ),
        ),
    ),
    Question(
        "batch_norm",
        points=3,
        minutes=12,
        kind="implement",
        truth=batch_norm,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_epsilon",
                "Epsilon is missing: it is added to the variance, under the root.",
                lambda x, gamma, beta, epsilon: batch_norm(x, gamma, beta, 0.0),
            ),
            Mistake(
                "wrong_axis",
                "Each sample is normalised over its features: that is layer normalisation. Take "
                "mean and variance over the batch, axis 0.",
                batch_norm_variant(axis=1),
            ),
            Mistake(
                "whole_array",
                "One mean over everything. Each feature has its own: axis=0.",
                batch_norm_variant(axis=None),
            ),
            Mistake(
                "epsilon_outside",
                "Epsilon is added to the deviation. It belongs inside the root, to the variance.",
                batch_norm_variant(inside=False),
            ),
            Mistake(
                "no_root",
                "You divide by the variance. Divide by its root.",
                batch_norm_variant(root=False),
            ),
            Mistake(
                "unbiased_variance",
                "You divide by n - 1 in the variance (ddof=1). Batch normalisation divides by n.",
                batch_norm_variant(ddof=1),
            ),
            Mistake(
                "not_scaled",
                "gamma and beta are not used: scale by gamma, then add beta.",
                batch_norm_variant(scaled="none"),
            ),
            Mistake(
                "no_beta", "beta is not added at the end.", batch_norm_variant(scaled="no beta")
            ),
            Mistake(
                "beta_first",
                "beta is added before gamma multiplies. Scale first, then shift.",
                batch_norm_variant(scaled="beta first"),
            ),
        ),
    ),
)
