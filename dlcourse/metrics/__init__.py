"""Metrics: scores for people, where losses are scores for gradients.

    metric = metrics.get("accuracy", y_true.shape, y_pred.shape)
    for batch in batches:
        metric.update_state(y_true, y_pred)
    metric.result()

Classes collect batches and are equal to Keras's. Functions such as `roc_curve` and `f1_score` see
all samples at once and are equal to scikit-learn's.
"""

from __future__ import annotations

import inspect
from typing import Any

from dlcourse import losses
from dlcourse.losses import mean_absolute_error, mean_squared_error
from dlcourse.messages import unknown_name, wrong
from dlcourse.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from dlcourse.metrics.auc import AUC
from dlcourse.metrics.base import Mean, MeanMetricWrapper, Metric
from dlcourse.metrics.confusion import confusion_matrix, f1_score, precision_score, recall_score
from dlcourse.metrics.counting import F1Score, Precision, Recall
from dlcourse.metrics.curves import (
    auc,
    average_precision_score,
    calibration_curve,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

__all__ = [
    "AUC",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "F1Score",
    "Mean",
    "MeanAbsoluteError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "Recall",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "auc",
    "average_precision_score",
    "binary_accuracy",
    "calibration_curve",
    "categorical_accuracy",
    "confusion_matrix",
    "f1_score",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "precision_recall_curve",
    "precision_score",
    "recall_score",
    "roc_auc_score",
    "roc_curve",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


class MeanSquaredError(MeanMetricWrapper):
    """The mean squared error over all samples.

    Keras twin: keras.metrics.MeanSquaredError, equal to 1e-12.
    """

    def __init__(self, name: str = "mean_squared_error") -> None:
        super().__init__(mean_squared_error, name)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean absolute error over all samples.

    Keras twin: keras.metrics.MeanAbsoluteError, equal to 1e-12.
    """

    def __init__(self, name: str = "mean_absolute_error") -> None:
        super().__init__(mean_absolute_error, name)


_CLASSES: tuple[type[Metric], ...] = (
    *(BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy),
    *(TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy),
    *(Precision, Recall, F1Score, AUC, Mean, MeanSquaredError, MeanAbsoluteError),
)
_BY_NAME: dict[str, type[Metric]] = {c.__name__: c for c in _CLASSES}
_BY_NAME |= {c().name: c for c in _CLASSES}
_BY_NAME |= {"mse": MeanSquaredError, "MSE": MeanSquaredError}
_BY_NAME |= {"mae": MeanAbsoluteError, "MAE": MeanAbsoluteError}


def get(
    identifier: Any,
    y_true_shape: tuple[int, ...] | None = None,
    y_pred_shape: tuple[int, ...] | None = None,
) -> Metric:
    """Return a metric by its name, class, function or config; a Metric as it is.

    The name of a loss gives its mean, e.g. "binary_crossentropy". "accuracy" (or "acc") means the
    accuracy that fits the labels, as in Keras:

        y_pred (..., 1)                         BinaryAccuracy
        y_true with fewer axes than y_pred      SparseCategoricalAccuracy      (or a last axis of 1)
        otherwise                               CategoricalAccuracy

    A metric made from a name carries that name.

    Errors: ValueError for an unknown name, with the nearest known one, or for "accuracy" without
    the shapes.
    """
    if isinstance(identifier, Metric):
        return identifier
    if inspect.isclass(identifier) and issubclass(identifier, Metric):
        return identifier()
    if isinstance(identifier, dict) and set(identifier) >= {"class_name", "config"}:
        return type(get(identifier["class_name"])).from_config(identifier["config"])
    if isinstance(identifier, str):
        metric = _named(identifier, y_true_shape, y_pred_shape)
        metric.name = identifier
        return metric
    if isinstance(identifier, losses.Loss):
        return MeanMetricWrapper(identifier.call, identifier.name)
    if callable(identifier):
        return MeanMetricWrapper(identifier)
    raise ValueError(wrong("metric", "a name, a Metric or a function", identifier))


def _named(
    name: str, y_true_shape: tuple[int, ...] | None, y_pred_shape: tuple[int, ...] | None
) -> Metric:
    if name.lower() in ("accuracy", "acc"):
        if y_true_shape is None or y_pred_shape is None:
            raise ValueError(
                f"metrics.get({name!r}): expected the shapes of y_true and y_pred too, since they "
                'tell which accuracy is meant. Use "binary_accuracy", "categorical_accuracy" or '
                '"sparse_categorical_accuracy" without them.'
            )
        return _accuracy(y_true_shape, y_pred_shape)
    if name in _BY_NAME:
        return _BY_NAME[name]()
    if name in losses._BY_NAME:
        return MeanMetricWrapper(losses._BY_NAME[name]().call)
    known = {*_BY_NAME, *losses._BY_NAME, "accuracy", "acc"}
    raise ValueError(unknown_name("metric", name, known))


def _accuracy(y_true_shape: tuple[int, ...], y_pred_shape: tuple[int, ...]) -> Metric:
    if y_pred_shape[-1] == 1:
        return BinaryAccuracy()
    if len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1:
        return SparseCategoricalAccuracy()
    return CategoricalAccuracy()
