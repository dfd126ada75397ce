"""The metrics: classes against keras.metrics, functions of all samples against scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from dlcourse import losses, metrics, twins
from dlcourse.gradcheck import scaled_error
from dlcourse.ledger.entry import Case, Entry, Generator, choose, in_turn, random_shape

ACCURACIES: list[tuple[str, dict[str, Any]]] = [
    ("BinaryAccuracy", {}),
    ("BinaryAccuracy", {"threshold": 0.25}),
    ("CategoricalAccuracy", {}),
    ("SparseCategoricalAccuracy", {}),
    ("TopKCategoricalAccuracy", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", {"k": 2}),
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
]
COUNTERS: list[dict[str, Any]] = [
    {},
    {"thresholds": 0.25},
    {"thresholds": [0.2, 0.5, 0.9]},
    {"thresholds": [0.9, 0.2]},
    {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]},
    {"class_id": 1},
    {"top_k": 2},
    {"top_k": 1, "class_id": 2},
]
AUCS: list[dict[str, Any]] = [
    {"curve": curve, "summation_method": method, **more}
    for curve in ("ROC", "PR")
    for method in ("interpolation", "minoring", "majoring")
    for more in (
        {},
        {"num_thresholds": 7},
        {"thresholds": [0.3, 0.31, 0.8]},
        {"thresholds": [0.25, 0.5, 0.75]},
    )
]
F1S: list[dict[str, Any]] = [
    {"average": average, "threshold": threshold}
    for average in (None, "micro", "macro", "weighted")
    for threshold in (None, 0.4, 1.0)
]
CASES = [
    *ACCURACIES,
    *((name, arguments) for name in ("Precision", "Recall") for arguments in COUNTERS),
    *(("F1Score", arguments) for arguments in F1S),
    *(("AUC", arguments) for arguments in AUCS),
    ("Mean", {}),
]
SCORES = np.array([0.0, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1.0])  # drawn from, so that many tie


def draw(rng: Generator, name: str, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and predictions that a metric accepts; scores have ties."""
    y_pred = rng.choice(SCORES, shape)
    if "TopK" in name:
        y_pred = y_pred.astype(np.float32)  # TensorFlow's in_top_k knows nothing else
    classes = rng.integers(0, shape[-1], shape[:-1])
    if name.startswith("Sparse"):
        return classes, y_pred
    if "Categorical" in name or name == "F1Score":
        return np.eye(shape[-1])[classes], y_pred
    return rng.integers(0, 2, shape).astype(float), y_pred


def largest_error(ours: Any, theirs: Any, batches: Sequence[tuple[np.ndarray, ...]]) -> float:
    """Feed both with the same batches; return the largest difference of the results after each."""
    error = 0.0
    for batch in batches:
        ours.update_state(*batch)
        theirs.update_state(*batch)
        error = max(error, scaled_error(ours.result(), np.asarray(theirs.result())))
    return error


def run(name: str, rng: Generator, number: int) -> Case:
    """Compare one of the cases of a metric over three batches, the last of them weighted."""
    arguments = in_turn([a for n, a in CASES if n == name], number)
    keras = twins.import_keras().metrics
    rank = 1 if name == "F1Score" else choose(rng, 1, 1, 2)
    columns = int(rng.integers(3, 6))
    batches: list[tuple[np.ndarray, ...]] = []
    lead = random_shape(rng, rank)
    for i in range(3):
        shape = (lead[0] + i, *lead[1:], columns)
        y_true, y_pred = draw(rng, name, shape)
        data = (y_pred,) if name == "Mean" else (y_true, y_pred)
        batches.append((*data, rng.uniform(0, 2, shape[:-1])) if i == 2 else data)
    ours, theirs = (getattr(module, name)(**arguments) for module in (metrics, keras))
    return Case(largest_error(ours, theirs, batches))


def wrapper(rng: Generator, number: int) -> Case:
    """Compare the mean of a function of one's own choice."""
    keras = twins.import_keras()
    ours = metrics.MeanMetricWrapper(losses.huber, delta=0.5)
    theirs = keras.metrics.MeanMetricWrapper(keras.losses.huber, delta=0.5)
    batches = [(rng.normal(size=(4, 3)), rng.normal(size=(4, 3))) for _ in range(3)]
    return Case(largest_error(ours, theirs, batches))


def of_classes(name: str, rng: Generator, number: int) -> Case:
    """Compare a function of true and chosen classes with scikit-learn's; some never occur."""
    size, classes = int(rng.integers(1, 40)), int(rng.integers(2, 5))
    y_true, y_pred = rng.integers(0, classes, (2, size))
    arguments: dict[str, Any] = {"average": choose(rng, None, "micro", "macro", "weighted")}
    more = {"zero_division": 0}
    if name == "confusion_matrix":
        arguments, more = {"normalize": choose(rng, None, "true", "pred", "all")}, {}
        y_true = np.append(y_true, [0, 1])  # scikit-learn warns about a single class
        y_pred = np.append(y_pred, [1, 0])
    theirs = getattr(import_module("sklearn.metrics"), name)(y_true, y_pred, **arguments, **more)
    return Case(scaled_error(getattr(metrics, name)(y_true, y_pred, **arguments), theirs))


def of_scores(name: str, rng: Generator, number: int) -> Case:
    """Compare a function of labels 0 and 1 and scores with scikit-learn's; half of them tie."""
    size = int(rng.integers(1, 40))
    y_true = np.append(rng.integers(0, 2, size), [0, 1])
    scores = choose(rng, rng.random(size + 2), rng.choice(SCORES, size + 2))
    arguments: dict[str, Any] = {}
    if name == "calibration_curve":
        arguments["n_bins"] = int(rng.integers(1, 8))
        arguments["strategy"] = choose(rng, "uniform", "quantile")
    elif name.endswith("curve"):
        arguments["drop_intermediate"] = choose(rng, False, True)
    module = "sklearn.calibration" if name == "calibration_curve" else "sklearn.metrics"
    theirs = getattr(import_module(module), name)(y_true, scores, **arguments)
    ours = getattr(metrics, name)(y_true, scores, **arguments)
    return Case(_worst(ours, theirs))


def auc(rng: Generator, number: int) -> Case:
    """Compare the area under a curve of random points."""
    from sklearn import metrics as theirs

    x, y = np.sort(rng.random(12)), rng.random(12)
    return Case(scaled_error(metrics.auc(x, y), theirs.auc(x, y)))


def _worst(ours: Any, theirs: Any) -> float:
    if not isinstance(theirs, tuple):
        return scaled_error(ours, theirs)
    return max(scaled_error(a, b) for a, b in zip(ours, theirs, strict=True))


def entries() -> list[Entry]:
    """Return the entries of this kind, in the order of the page."""
    found = []
    for name in dict.fromkeys(name for name, _ in CASES):
        also = (getattr(metrics, name)()._fn.__name__,) if name in dict(ACCURACIES) else ()
        found.append(Entry(name, f"keras.metrics.{name}", partial(run, name), cases=30, also=also))
    wrapped = "MeanMetricWrapper"
    found.append(Entry(wrapped, f"keras.metrics.{wrapped}", wrapper, cases=10))
    for name in ("precision_score", "recall_score", "f1_score", "confusion_matrix"):
        found.append(Entry(name, f"sklearn.metrics.{name}", partial(of_classes, name), cases=50))
    for name in ("roc_curve", "precision_recall_curve", "roc_auc_score", "average_precision_score"):
        found.append(Entry(name, f"sklearn.metrics.{name}", partial(of_scores, name), cases=50))
    curve = "calibration_curve"
    found.append(Entry(curve, f"sklearn.calibration.{curve}", partial(of_scores, curve), cases=50))
    return [*found, Entry("auc", "sklearn.metrics.auc", auc, cases=50)]
