"""The questions of chapter 1, what deep learning is."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.introduction import (
    features_and_labels,
    line_accept,
    weighted_sum,
)

QUESTIONS = (
    Question(
        "program_that_learns",
        points=1,
        minutes=3,
        kind="predict",
        truth="d",
        mistakes=(
            Mistake(
                "searches",
                "Trying all moves is search, with rules that people wrote. Nothing in the program "
                "changes when it sees more games.",
                "a",
            ),
            Mistake(
                "rules",
                "Somebody wrote the list of words. To learn would mean to find the words, or "
                "their weights, from examples of mail.",
                "b",
            ),
            Mistake(
                "reacts",
                "The thermostat reacts to the temperature by a fixed rule; no example ever "
                "changes that rule.",
                "c",
            ),
        ),
    ),
    Question(
        "nested_fields",
        points=1,
        minutes=2,
        kind="predict",
        truth="b",
        mistakes=(
            Mistake(
                "turned_round",
                "Turn it round: a decision tree learns from data too, and has no layers of "
                "representations.",
                "a",
            ),
            Mistake(
                "only_learning",
                "Search and logic are part of AI and need not learn from data.",
                "c",
            ),
            Mistake(
                "apart",
                "Deep learning finds its weights from data: that makes it machine learning.",
                "d",
            ),
        ),
    ),
    Question(
        "weighted_sum",
        points=1,
        minutes=5,
        kind="implement",
        truth=weighted_sum,
        mistakes=(
            Mistake(
                "no_bias",
                "The bias is missing: add it to the sum, once.",
                lambda x, w, b: float(np.dot(x, w)),
            ),
            Mistake(
                "average",
                "You divide by the number of inputs. A neuron takes the sum of the products, not "
                "their mean.",
                lambda x, w, b: float(np.dot(x, w)) / len(x) + b,
            ),
            Mistake(
                "bias_each",
                "The bias is added once for each input. Add it after the loop, once.",
                lambda x, w, b: float(np.dot(x, w)) + b * len(x),
            ),
            Mistake(
                "sums_multiplied",
                "You multiply the sum of the inputs by the sum of the weights. Multiply each "
                "input by its own weight first.",
                lambda x, w, b: sum(x) * sum(w) + b,
            ),
            Mistake(
                "first_only",
                "Only the first product is there. Does `return` stand inside the loop?",
                lambda x, w, b: x[0] * w[0] + b,
            ),
            Mistake(
                "last_only",
                "Only the last product is there. Add to the sum, `+=`, instead of replacing it.",
                lambda x, w, b: x[-1] * w[-1] + b,
            ),
            Mistake(
                "bias_times",
                "The bias is added, not multiplied.",
                lambda x, w, b: float(np.dot(x, w)) * b,
            ),
        ),
    ),
    Question(
        "updates_in_training",
        points=1,
        minutes=4,
        kind="predict",
        truth=160,
        mistakes=(
            Mistake(
                "drops_the_rest",
                "31 batches of 32 leave 8 samples over. They make one more, smaller batch in each "
                "epoch.",
                31 * 5,
            ),
            Mistake(
                "fraction",
                "There is no quarter of an update: the 8 samples that are left make a batch of "
                "their own.",
                156.25,
            ),
            Mistake(
                "rest_once",
                "The smaller batch comes round in every epoch, not only at the end.",
                157,
            ),
            Mistake("one_epoch", "That is one epoch. The whole data set is seen five times.", 32),
            Mistake(
                "each_sample",
                "One update a sample would mean a batch size of 1. Here 32 samples share one.",
                5000,
            ),
            Mistake(
                "each_epoch",
                "That is one update an epoch. Each batch makes its own.",
                5,
            ),
        ),
    ),
    Question(
        "features_and_labels",
        points=1,
        minutes=5,
        kind="find the bug",
        truth=features_and_labels,
        mistakes=(
            Mistake(
                "leaks_the_label",
                "The features still hold the last column: the model would be shown the answer.",
                lambda t: (t, t[:, -1]),
            ),
            Mistake(
                "cuts_rows",
                "You cut off the last row. Samples are rows; the label is the last *column*, "
                "`table[:, -1]`.",
                lambda t: (t[:-1], t[-1]),
            ),
            Mistake(
                "label_column_kept",
                "The labels have the shape (rows, 1): `-1` takes a column as (rows,), `-1:` keeps "
                "the axis.",
                lambda t: (t[:, :-1], t[:, -1:]),
            ),
            Mistake(
                "first_column",
                "You took the first column as the label. It is the last.",
                lambda t: (t[:, 1:], t[:, 0]),
            ),
            Mistake(
                "lost_a_column",
                "A column of features is lost: `:-1` already leaves out the last one.",
                lambda t: (t[:, :-2], t[:, -1]),
            ),
            Mistake(
                "swapped",
                "Features first, labels second.",
                lambda t: (t[:, -1], t[:, :-1]),
            ),
        ),
    ),
    Question(
        "line_by_hand",
        points=2,
        minutes=8,
        kind="tune",
        truth=(2.7, 35.0),
        accept=line_accept,
        mistakes=(
            Mistake("two_numbers", "Give a slope and an intercept, two ordinary numbers."),
            Mistake("too_high", "The line lies above every point: lower the intercept."),
            Mistake("too_low", "The line lies below every point: raise the intercept."),
            Mistake(
                "too_steep",
                "The line is too low for small flats and too high for large ones: lower the slope.",
            ),
            Mistake(
                "too_flat",
                "The line is too high for small flats and too low for large ones: raise the slope.",
            ),
        ),
    ),
)
