"""The activations and their derivatives, against keras.activations."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from dlcourse import activations, gradcheck, twins
from dlcourse.ledger.entry import CHECKS, Case, Entry, Generator, Run, choose, random_shape

ELEMENTWISE = ["linear", "sigmoid", "tanh", "relu", "softplus", "silu"]


def draw(rng: Generator, least: int = 1) -> np.ndarray:
    """Return an array of random shape; now and then with zeros and numbers that overflow exp."""
    shape = (*random_shape(rng), int(rng.integers(least, 7)))
    x = rng.normal(size=shape) * choose(rng, 1.0, 3.0, 30.0)
    if rng.random() < 0.25:
        x = np.where(rng.random(shape) < 0.3, rng.choice([-1000.0, 0.0, 1000.0], shape), x)
    return x


def compare(rng: Generator, ours: Any, theirs: Any, x: np.ndarray, number: int) -> Case:
    """Compare an activation and its way back with a function of Keras."""
    dy = rng.normal(size=x.shape)
    y, dx = twins.tape(theirs, x, dy)
    slope = None
    if number < CHECKS:
        near = np.clip(x, -5, 5) + 0.01 * np.sign(rng.normal(size=x.shape))
        slope = gradcheck.check_function(ours, partial(activations.vjp, ours), near).error
    return Case(
        forward=gradcheck.scaled_error(ours(x), y),
        gradients=gradcheck.scaled_error(activations.vjp(ours, x, dy), dx),
        check=slope,
    )


def elementwise(name: str, rng: Generator, number: int) -> Case:
    """Compare an activation that has no arguments."""
    theirs = getattr(twins.import_keras().activations, name)
    return compare(rng, getattr(activations, name), theirs, draw(rng), number)


def with_argument(name: str, argument: str, rng: Generator, number: int) -> Case:
    """Compare an activation with a random number for its argument, one that float32 holds."""
    chosen = {argument: choose(rng, 0.125, 0.25, 0.5, 2.0)}
    theirs = partial(getattr(twins.import_keras().activations, name), **chosen)
    return compare(rng, partial(getattr(activations, name), **chosen), theirs, draw(rng), number)


def plain(name: str, rng: Generator) -> float:
    """Compare with the function of Keras as it comes, its rounded constants included."""
    x = 3 * rng.normal(size=(5, 4))
    theirs = getattr(twins.import_keras().activations, name)(x)
    return gradcheck.scaled_error(getattr(activations, name)(x), theirs)


def gelu(rng: Generator, number: int) -> Case:
    """Compare gelu with its formula in TensorFlow, with constants in float64."""
    ops, approximate = twins.import_keras().ops, choose(rng, False, True)

    def theirs(x: Any) -> Any:
        if approximate:
            return x * (1 + ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
        return x * (1 + ops.erf(x / math.sqrt(2))) / 2

    x = np.clip(draw(rng), -30, 30)  # where 1 + erf still has digits
    return compare(rng, partial(activations.gelu, approximate=approximate), theirs, x, number)


def vectors(name: str, rng: Generator, number: int) -> Case:
    """Compare an activation along a random axis, and at a random temperature T by x / T."""
    x = draw(rng, least=2)
    axis = int(rng.choice([a for a in range(x.ndim) if x.shape[a] > 1])) - choose(rng, 0, x.ndim)
    temperature = choose(rng, 1.0, 0.5, 4.0)
    function = getattr(twins.import_keras().activations, name)
    ours = partial(getattr(activations, name), axis=axis, temperature=temperature)
    return compare(rng, ours, lambda x: function(x / temperature, axis=axis), x, number)


def logsumexp(rng: Generator, number: int) -> Case:
    """Compare log Σ exp along a random axis."""
    x = draw(rng)
    arguments = {"axis": int(rng.integers(-x.ndim, x.ndim)), "keepdims": choose(rng, False, True)}
    theirs = twins.import_keras().ops.logsumexp(x, **arguments)
    return Case(gradcheck.scaled_error(activations.logsumexp(x, **arguments), theirs))


ROUNDED = {
    "leaky_relu": "TensorFlow rounds the slope to float32, even for float64 arrays; measured at "
    "slopes that float32 holds exactly, such as 1/4.",
    "gelu": "TensorFlow rounds the constants √½ and 0.044715 to float32, even for float64 arrays; "
    "measured against the same formula with exact constants.",
}
NO_TEMPERATURE = "Keras has no temperature T; its function is given x / T."
RUNS: dict[str, Run] = {name: partial(elementwise, name) for name in ELEMENTWISE} | {
    "leaky_relu": partial(with_argument, "leaky_relu", "negative_slope"),
    "elu": partial(with_argument, "elu", "alpha"),
    "gelu": gelu,
    "softmax": partial(vectors, "softmax"),
    "log_softmax": partial(vectors, "log_softmax"),
}


def entries() -> list[Entry]:
    """Return the entries of this kind, in the order of the page."""
    found = [
        Entry(
            name,
            f"keras.activations.{name}",
            run,
            cases=30,
            remark=NO_TEMPERATURE if "softmax" in name else ROUNDED.get(name, ""),
            plain=partial(plain, name) if name in ROUNDED else None,
        )
        for name, run in RUNS.items()
    ]
    return [*found, Entry("logsumexp", "keras.ops.logsumexp", logsumexp, cases=30)]
