"""AUC batch by batch: the area under a curve through a fixed number of thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.losses.base import EPSILON, check_range, same_shape
from dlcourse.messages import unknown_name, wrong
from dlcourse.metrics.base import Metric, ratio
from dlcourse.metrics.counting import check_thresholds, count_above, element_weights


class AUC(Metric):
    """The area under the ROC or precision-recall curve, from counts at 200 thresholds.

        curve="ROC"     x = false positives / negatives,  y = recall
        curve="PR"      x = recall,                       y = precision
        area = Σ (x_i - x_{i+1}) height_i

    The height between two thresholds is their mean ("interpolation"), the lower ("minoring") or
    the higher ("majoring") of the two; for PR the interpolation follows Davis and Goadrich.

    It is an approximation, since it only knows the counts at its thresholds: that is what lets it
    go through batches. `roc_auc_score` and `average_precision_score` are exact, need all
    predictions at once, and equal scikit-learn's.

    Shapes: y_true and y_pred alike, labels 0 and 1.

    Errors: ValueError for predictions outside [0, 1] (unless from_logits), other labels, or an
    unknown curve or method. With a NaN among the predictions the result is nan; Keras returns a
    number even then.

    Source: Davis and Goadrich (2006), https://doi.org/10.1145/1143844.1143874.

    Keras twin: keras.metrics.AUC, equal to 1e-12; without `multi_label` and the curve "PRGAIN".
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str = "auc",
        thresholds: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        if not isinstance(num_thresholds, int | np.integer) or num_thresholds < 2:
            expected = "an integer from 2 up"
            raise ValueError(wrong("AUC: num_thresholds", expected, num_thresholds))
        if curve not in ("ROC", "PR"):
            raise ValueError(unknown_name("curve of AUC:", curve, ("ROC", "PR")))
        methods = ("interpolation", "minoring", "majoring")
        if summation_method not in methods:
            kind = "summation method of AUC:"
            raise ValueError(unknown_name(kind, summation_method, methods))
        if thresholds is None:
            inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        else:
            inner = sorted(check_thresholds(thresholds, "AUC").tolist())
            num_thresholds = len(inner) + 2
        self.num_thresholds = num_thresholds
        self.curve = curve
        self.summation_method = summation_method
        self.thresholds = thresholds
        self.from_logits = from_logits
        # All predictions are above the first threshold, and none above the last.
        self._thresholds = np.array([-EPSILON, *inner, 1 + EPSILON])
        super().__init__(name)

    def reset_state(self) -> None:
        """Forget all batches."""
        self.positives = 0.0
        self.negatives = 0.0
        self.true_positives = np.zeros(self.num_thresholds)
        self.false_positives = np.zeros(self.num_thresholds)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of labels 0 and 1, and probabilities."""
        y_true, y_pred = same_shape(y_true, y_pred, self.name)
        if self.from_logits:
            y_pred = sigmoid(y_pred)
        advice = "Are these logits? Use AUC(from_logits=True)."
        check_range(y_pred, 0, 1, f"{self.name}: y_pred", advice)
        weights = element_weights(sample_weight, y_pred, self.name)
        positives, negatives, hits, alarms = count_above(
            y_true, y_pred, weights, self._thresholds, self.name
        )
        self.positives += positives
        self.negatives += negatives
        self.true_positives += hits
        self.false_positives += alarms

    def result(self) -> float:
        """Return the area; without positives (or negatives, for ROC) it is 0, as in Keras."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated_precision_recall()
        recall = ratio(self.true_positives, self.positives)
        if self.curve == "ROC":
            x, y = ratio(self.false_positives, self.negatives), recall
        else:
            x, y = recall, ratio(self.true_positives, self.true_positives + self.false_positives)
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        elif self.summation_method == "minoring":
            heights = np.minimum(y[:-1], y[1:])
        else:
            heights = np.maximum(y[:-1], y[1:])
        return float(((x[:-1] - x[1:]) * heights).sum())

    def _interpolated_precision_recall(self) -> float:
        """Return the area under a precision that follows true = intercept + slope × alarms.

        Between two thresholds the true positives grow in proportion to all alarms, so that the
        precision bends, and is not a straight line:  ∫ precision d(true) / positives.
        """
        hits = self.true_positives
        alarms = hits + self.false_positives
        slope = ratio(hits[:-1] - hits[1:], np.maximum(alarms[:-1] - alarms[1:], 0))
        intercept = hits[1:] - slope * alarms[1:]
        both = (alarms[:-1] > 0) & (alarms[1:] > 0)
        growth = np.where(both, ratio(alarms[:-1], alarms[1:]), 1.0)
        areas = slope * (hits[:-1] - hits[1:] + intercept * np.log(growth))
        return float(areas.sum() / self.positives) if self.positives else 0.0
