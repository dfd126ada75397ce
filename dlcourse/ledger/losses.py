"""The losses and their gradients, against keras.losses."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcourse import gradcheck, losses, twins
from dlcourse.activations import softmax
from dlcourse.ledger.entry import (
    CHECKS,
    Case,
    Entry,
    Generator,
    choose,
    differences_in,
    in_turn,
    random_shape,
)

# Every loss, with every argument that changes what it computes.
CASES: list[tuple[str, dict[str, Any]]] = [
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
    ("Huber", {}),
    ("Huber", {"delta": 0.3}),
    ("BinaryCrossentropy", {}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    ("BinaryCrossentropy", {"label_smoothing": 0.2, "from_logits": True}),
    ("CategoricalCrossentropy", {}),
    ("CategoricalCrossentropy", {"from_logits": True}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1, "from_logits": True}),
    ("SparseCategoricalCrossentropy", {}),
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("Hinge", {}),
    ("SquaredHinge", {}),
    ("CategoricalHinge", {}),
    ("KLDivergence", {}),
]
OF_PROBABILITIES = (
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
)


def draw(
    rng: Generator, name: str, arguments: dict[str, Any], shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and predictions that a loss accepts."""
    y_pred = 2 * rng.normal(size=shape)
    classes = rng.integers(0, shape[-1], shape[:-1])
    if name in OF_PROBABILITIES and not arguments.get("from_logits"):
        y_pred = softmax(y_pred)
    if name == "SparseCategoricalCrossentropy":
        return classes, y_pred
    if name.startswith("Categorical"):
        return np.eye(shape[-1])[classes], y_pred
    if name == "KLDivergence":
        return softmax(rng.normal(size=shape)), softmax(y_pred)
    if name in ("BinaryCrossentropy", "Hinge", "SquaredHinge"):
        y_true = rng.integers(0, 2, shape).astype(float)
        y_true.flat[:2] = 0, 1  # so that both labels occur
        return (2 * y_true - 1 if "Hinge" in name else y_true), y_pred
    return rng.normal(size=shape), y_pred


def compare(ours: Any, theirs: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Case:
    """Compare the value and the gradient of a loss with its twin."""
    value, gradient = twins.tape(lambda p: theirs(y_true, p, sample_weight), y_pred)
    # Averaged over a batch, gradients are small numbers: measured by their own size.
    return Case(
        forward=gradcheck.scaled_error(ours(y_true, y_pred, sample_weight), value),
        gradients=gradcheck.scaled_error(
            ours.gradient(y_true, y_pred, sample_weight), gradient, 1e-3
        ),
    )


def run(name: str, rng: Generator, number: int) -> Case:
    """Compare one of the cases of a loss, on data of a random shape, with weights or without."""
    arguments = in_turn([a for n, a in CASES if n == name], number)
    shape = (*random_shape(rng, choose(rng, 1, 2, 3)), int(rng.integers(2, 6)))
    y_true, y_pred = draw(rng, name, arguments, shape)
    weight = choose(rng, None, rng.uniform(0, 2, shape[:-1]))
    ours = getattr(losses, name)(**arguments)
    case = compare(
        ours,
        getattr(twins.import_keras().losses, name)(**arguments),
        y_true,
        y_pred,
        weight,
    )
    if number >= CHECKS:
        return case
    # Off 0 and 1, where a logarithm bends so much that a small step does not measure its slope.
    near = np.clip(y_pred, 0.1, 0.9) if y_pred.min() > 0 else y_pred
    slope = gradcheck.check_loss(ours, y_true, near, weight).error
    return Case(case.forward, case.gradients, slope)


def entries() -> list[Entry]:
    """Return the entries of this kind, in the order of the page."""
    functions = {c.__name__: f.__name__ for f, c in losses._CLASSES.items()}
    return [
        Entry(
            name,
            f"keras.losses.{name}",
            partial(run, name),
            cases=40,
            remark=differences_in(getattr(losses, name).__doc__),
            also=(functions[name],),
        )
        for name in dict.fromkeys(name for name, _ in CASES)
    ]
