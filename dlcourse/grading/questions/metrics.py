"""The questions of chapter 11, measuring success."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.metrics import (
    balanced_accuracy,
    confusion_matrix,
    counted_once,
    f1_plain_python,
    f1_score,
    f1_unguarded,
    pairs,
    precision,
    recall,
    roc_auc,
    shares,
    threshold_for_recall,
    threshold_where,
)

QUESTIONS = (
    Question(
        "precision_by_hand",
        points=1,
        minutes=4,
        kind="predict",
        truth=0.25,
        mistakes=(
            Mistake(
                "recall",
                "That is the recall: the share of the ill that were found. Precision is the share "
                "of the alarms that were right.",
                0.6,
            ),
            Mistake(
                "accuracy",
                "That is the accuracy, which is high because nearly everybody is healthy.",
                0.978,
            ),
            Mistake(
                "false_share",
                "That is the share of *false* alarms among the alarms. The rest of them were "
                "right.",
                0.75,
            ),
            Mistake("f1", "That is F1, the harmonic mean of precision and recall.", 12 / 34),
            Mistake(
                "of_everybody",
                "You divide by everybody. Divide by the number of alarms.",
                0.006,
            ),
            Mistake(
                "by_false_alarms",
                "You divide by the false alarms alone. Divide by all alarms, right and false.",
                6 / 18,
            ),
        ),
    ),
    Question(
        "confusion_matrix",
        points=2,
        minutes=8,
        kind="implement",
        truth=confusion_matrix,
        banned=("sklearn", "dlcourse", "tensorflow", "keras"),
        mistakes=(
            Mistake(
                "transposed",
                "Rows and columns are swapped: the true class names the row.",
                lambda t, p, n: confusion_matrix(p, t, n),
            ),
            Mistake(
                "counts_once",
                "Each pair is counted once at most: matrix[y_true, y_pred] += 1 does not add up "
                "equal indices. Loop, or use np.add.at.",
                counted_once,
            ),
            Mistake(
                "shares",
                "Those are shares of each row. The question asks for numbers of samples.",
                shares,
            ),
            Mistake(
                "size_from_labels",
                "A class that never occurs still has a row and a column: the shape is (classes, "
                "classes).",
                lambda t, p, n: confusion_matrix(t, p, 3),
            ),
            Mistake(
                "only_right_ones",
                "Only the diagonal is filled: mistakes are counted too, off the diagonal.",
                lambda t, p, n: np.diag(np.diag(confusion_matrix(t, p, n))),
            ),
            Mistake(
                "only_wrong_ones",
                "The diagonal is empty: right predictions are counted too.",
                lambda t, p, n: (
                    confusion_matrix(t, p, n) - np.diag(np.diag(confusion_matrix(t, p, n)))
                ),
            ),
        ),
    ),
    Question(
        "balanced_accuracy",
        points=1,
        minutes=6,
        kind="find the bug",
        truth=balanced_accuracy,
        mistakes=(
            Mistake(
                "precision",
                "You divide by the sums of the columns, the predicted classes: that is the mean "
                "precision. Recall divides by how many there are of each true class, the rows.",
                lambda m: (np.diag(m) / m.sum(axis=0)).mean(),
            ),
            Mistake(
                "accuracy",
                "That is the plain accuracy, in which a large class outweighs a small one.",
                lambda m: np.diag(m).sum() / m.sum(),
            ),
            Mistake(
                "sum",
                "You add the recalls up. Take their mean.",
                lambda m: (np.diag(m) / m.sum(axis=1)).sum(),
            ),
            Mistake(
                "not_averaged",
                "You return the recall of each class. Take their mean.",
                lambda m: np.diag(m) / m.sum(axis=1),
            ),
            Mistake(
                "whole_rows",
                "You divide the whole rows. Only the diagonal was recognised rightly.",
                lambda m: (m / m.sum(axis=1, keepdims=True)).mean(),
            ),
            Mistake(
                "worst",
                "That is the recall of the worst class. Take the mean of all.",
                lambda m: (np.diag(m) / m.sum(axis=1)).min(),
            ),
        ),
    ),
    Question(
        "f1_score",
        points=2,
        minutes=10,
        kind="implement",
        truth=f1_score,
        banned=("sklearn", "dlcourse", "tensorflow", "keras"),
        mistakes=(
            Mistake(
                "arithmetic_mean",
                "That is the arithmetic mean of precision and recall. F1 is the harmonic mean, "
                "which is small as soon as one of them is.",
                lambda t, p: (precision(t, p) + recall(t, p)) / 2,
            ),
            Mistake("precision", "That is the precision alone.", precision),
            Mistake("recall", "That is the recall alone.", recall),
            Mistake("accuracy", "That is the accuracy.", lambda t, p: (t == p).mean()),
            Mistake(
                "no_two",
                "Half of the right value: the harmonic mean is 2 p r / (p + r).",
                lambda t, p: f1_score(t, p) / 2,
            ),
            Mistake(
                "zero_by_zero",
                "Right, but for a model that never says yes: 0 / 0. F1 is 0 there.",
                f1_unguarded,
            ),
            Mistake(
                "zero_by_zero",
                "Right, but for a model that never says yes: 0 / 0. F1 is 0 there.",
                f1_plain_python,
            ),
            Mistake(
                "geometric_mean",
                "That is the geometric mean of precision and recall. F1 is the harmonic mean.",
                lambda t, p: np.sqrt(precision(t, p) * recall(t, p)),
            ),
            Mistake(
                "wrong_class",
                "That is the F1 of class 0. The class that counts is 1.",
                lambda t, p: f1_score(1 - t, 1 - p),
            ),
        ),
    ),
    Question(
        "threshold_for_recall",
        points=2,
        minutes=12,
        kind="implement",
        truth=threshold_for_recall,
        mistakes=(
            Mistake(
                "lowest",
                "That is the lowest score of a positive, which lets all of them in. Start from the "
                "highest score, and stop as soon as the recall is reached.",
                lambda y, s, recall: s[y == 1].min(),
            ),
            Mistake(
                "one_too_low",
                "One positive more than needed is let in: the threshold could be higher.",
                threshold_where(shift=1),
            ),
            Mistake(
                "one_too_high",
                "One positive too few is let in. Round the number that is needed up, not down.",
                threshold_where(shift=-1),
            ),
            Mistake(
                "rounds_down",
                "Right where the recall is met exactly; between two steps round the number of "
                "positives up.",
                lambda t, s, r: float(
                    np.sort(s[t == 1])[::-1][int(np.floor(r * (t == 1).sum() + 1e-9)) - 1]
                ),
            ),
            Mistake(
                "from_the_bottom",
                "You count from the lowest score. The highest scores are let in first.",
                threshold_where(order=1),
            ),
            Mistake(
                "all_samples",
                "Recall is a share of the *positives*; you count all samples.",
                threshold_where(pool="all"),
            ),
            Mistake(
                "recall_as_threshold",
                "The recall itself is no score.",
                lambda t, s, r: r,
            ),
            Mistake(
                "negatives",
                "You count the negatives. Recall is a share of the positives.",
                threshold_where(pool="negatives"),
            ),
        ),
    ),
    Question(
        "roc_auc",
        points=3,
        minutes=15,
        kind="implement",
        truth=roc_auc,
        banned=("sklearn", "dlcourse", "tensorflow", "keras", "scipy"),
        mistakes=(
            Mistake(
                "turned_round",
                "It is one minus the right value: the *positive* should have the higher score.",
                lambda t, s: 1 - roc_auc(t, s),
            ),
            Mistake(
                "ties_count_nothing",
                "Right without ties. A pair with equal scores counts half.",
                pairs(0.0),
            ),
            Mistake(
                "ties_count_full",
                "Right without ties. A pair with equal scores counts half, not as right.",
                pairs(1.0),
            ),
            Mistake(
                "accuracy",
                "That is an accuracy at the threshold 0.5. The area looks at every threshold.",
                lambda t, s: ((s > 0.5) == t).mean(),
            ),
            Mistake(
                "not_a_share",
                "That is the number of pairs. Divide by how many there are.",
                lambda t, s: roc_auc(t, s) * (t == 1).sum() * (t == 0).sum(),
            ),
            Mistake(
                "all_pairs",
                "You divide by the number of all pairs. Only pairs of a positive and a negative "
                "count.",
                lambda t, s: (
                    roc_auc(t, s) * (t == 1).sum() * (t == 0).sum() / (len(t) * (len(t) - 1) / 2)
                ),
            ),
            Mistake(
                "mean_gap",
                "That is the gap between the mean scores. Only the order of the scores counts.",
                lambda t, s: s[t == 1].mean() - s[t == 0].mean(),
            ),
        ),
    ),
)
