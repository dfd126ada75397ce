"""What weights start from and what keeps them small: initializers and regularizers."""

from __future__ import annotations

from functools import partial

import numpy as np

from dlcourse import initializers, regularizers, twins
from dlcourse.gradcheck import check_function, scaled_error
from dlcourse.ledger.entry import (
    CHECKS,
    Case,
    Entry,
    Generator,
    choose,
    differences_in,
    random_shape,
)

RANDOM = [
    "GlorotUniform",
    "GlorotNormal",
    "HeUniform",
    "HeNormal",
    "LecunUniform",
    "LecunNormal",
    "VarianceScaling",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
]
FIXED = ["Zeros", "Ones", "Constant"]
SHAPE = (250, 400)  # 100,000 draws
# Two samples of one distribution, 100,000 numbers each, are further apart than this once in a
# thousand times (Kolmogorov-Smirnov). A spread that is 5 % too large is twice as far.
SAMPLING = 1.95 * (2 / (SHAPE[0] * SHAPE[1])) ** 0.5


def fixed(name: str, rng: Generator, number: int) -> Case:
    """Compare the values of an initializer that draws none."""
    arguments = {"value": choose(rng, 0.25, -3.0)} if name == "Constant" else {}
    shape = random_shape(rng)
    theirs = getattr(twins.import_keras().initializers, name)(**arguments)(shape)
    return Case(scaled_error(getattr(initializers, name)(**arguments)(shape), np.asarray(theirs)))


def random(name: str, rng: Generator, number: int) -> Case:
    """Return how far apart the distributions of two samples are: the random streams differ."""
    keras = twins.import_keras().initializers
    ours = getattr(initializers, name)(seed=number)(SHAPE).ravel()
    theirs = np.asarray(getattr(keras, name)(seed=number)(SHAPE)).ravel()
    return Case(distance_of_distributions(ours, theirs))


def distance_of_distributions(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest difference of the shares of numbers below any value."""
    one, other = np.sort(one), np.sort(other)
    values = np.concatenate([one, other])
    below = [np.searchsorted(sample, values, side="right") / sample.size for sample in (one, other)]
    return float(np.abs(below[0] - below[1]).max())


def orthogonal(rng: Generator, number: int) -> Case:
    """Return how far columns and rows are from orthogonal: the random streams differ."""
    shape = random_shape(rng, choose(rng, 2, 4))
    w = initializers.Orthogonal(gain=3.0, seed=number)(shape, dtype="float64")
    w = w.reshape(-1, shape[-1])
    w = w if len(w) >= w.shape[1] else w.T
    return Case(scaled_error(w.T @ w, 9 * np.eye(w.shape[1])))


def penalty(name: str, rng: Generator, number: int) -> Case:
    """Compare the value and the gradient of a regularizer of random strength."""
    names = {"L1": ["l1"], "L2": ["l2"], "L1L2": ["l1", "l2"]}[name]
    arguments = {n: choose(rng, 0.0625, 0.25, 0.75) for n in names}
    ours = getattr(regularizers, name)(**arguments)
    w = rng.normal(size=random_shape(rng))
    theirs = getattr(twins.import_keras().regularizers, name)(**arguments)
    value, gradient = twins.tape(theirs, w)
    slope = None
    if number < CHECKS:
        slope = check_function(ours, lambda w, dy: dy * ours.gradient(w), w).error
    return Case(scaled_error(ours(w), value), scaled_error(ours.gradient(w), gradient), slope)


def initializer_entries() -> list[Entry]:
    """Return the entries of the initializers."""
    found = [
        Entry(
            name,
            f"keras.initializers.{name}",
            partial(random, name),
            cases=3,
            tolerance=SAMPLING,
            remark=f"The random streams differ: this is the distance of the distributions of two "
            f"samples of 100 000 numbers, allowed {SAMPLING:.4f}. "
            f"{differences_in(getattr(initializers, name).__doc__)}".strip(),
        )
        for name in RANDOM
    ]
    remark = "The random streams differ: this is how far WᵀW is from gain² times the identity."
    found.append(Entry("Orthogonal", "its definition", orthogonal, remark=remark))
    return found + [
        Entry(name, f"keras.initializers.{name}", partial(fixed, name), cases=5) for name in FIXED
    ]


def regularizer_entries() -> list[Entry]:
    """Return the entries of the regularizers."""
    remark = "Keras rounds the strength to float32; measured at strengths that float32 holds."
    return [
        Entry(name, f"keras.regularizers.{name}", partial(penalty, name), remark=remark)
        for name in ("L1", "L2", "L1L2")
    ]
