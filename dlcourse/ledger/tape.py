"""The operations of our tape and their gradients, against TensorFlow's GradientTape."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlcourse import autodiff, gradcheck, twins
from dlcourse.ledger.entry import CHECKS, Case, Entry, Generator, choose, in_turn, random_shape

# Each operation on our nodes (or on plain arrays), and the same on tensors.
Operation = tuple[Callable[..., Any], Callable[..., Any]]

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
}
UNARY: dict[str, Operation] = {
    "negative": (lambda x: -x, lambda tf, x: -x),
    "exp": (np.exp, lambda tf, x: tf.exp(x)),
    "log": (lambda x: np.log(x * x), lambda tf, x: tf.math.log(x * x)),
    "sqrt": (lambda x: np.sqrt(x * x + 1), lambda tf, x: tf.sqrt(x * x + 1)),
    "absolute": (np.abs, lambda tf, x: tf.abs(x)),
    "activate": (np.tanh, lambda tf, x: tf.tanh(x)),
}
# What is done with a node by itself; x has the shape (2, 3, 4).
NODE: dict[str, Operation] = {
    "square": (lambda x: x**2, lambda tf, x: x**2),
    "cube": (lambda x: x**3.0, lambda tf, x: x**3.0),
    "inverse": (lambda x: 1 / x, lambda tf, x: 1 / x),
    "two to the x": (lambda x: 2.0**x, lambda tf, x: 2.0**x),
    "one minus": (lambda x: 1 - x, lambda tf, x: 1 - x),
    "minus one": (lambda x: x - 1, lambda tf, x: x - 1),
    "twice": (lambda x: 2 * x + x, lambda tf, x: 2 * x + x),
    "transpose": (lambda x: x.T, lambda tf, x: tf.transpose(x)),
    "axes": (lambda x: x.transpose(2, 0, 1), lambda tf, x: tf.transpose(x, (2, 0, 1))),
    "reshape": (lambda x: x.reshape(4, -1), lambda tf, x: tf.reshape(x, (4, -1))),
    "rows": (lambda x: x.reshape((6, 4)), lambda tf, x: tf.reshape(x, (6, 4))),
    "entry": (lambda x: x[1], lambda tf, x: x[1]),
    "slice": (lambda x: x[:, 1:, ::2], lambda tf, x: x[:, 1:, ::2]),
    "new axis": (lambda x: x[:, None], lambda tf, x: x[:, None]),
    "rows twice": (lambda x: x[[1, 1, 0]], lambda tf, x: tf.gather(x, [1, 1, 0])),
    "mask": (
        lambda x: x[np.array([True, False])],
        lambda tf, x: tf.boolean_mask(x, [True, False]),
    ),
    "sum": (lambda x: x.sum((0, 2)), lambda tf, x: tf.reduce_sum(x, (0, 2))),
    "mean": (lambda x: x.mean(1), lambda tf, x: tf.reduce_mean(x, 1)),
    "max": (lambda x: x.max(-1), lambda tf, x: tf.reduce_max(x, -1)),
}


def ours(f: Callable, *arrays: Any, dy: Any = None) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the value of f and its gradient by each array, from our tape."""
    tape = autodiff.Tape()
    nodes = [tape.watch(a) for a in arrays]
    y = f(*nodes)
    return y.value, tape.gradient(y, nodes, dy)


def compare(rng: Generator, f: Callable, g: Callable, *arrays: np.ndarray) -> Case:
    """Compare our tape on f with GradientTape on g, with a random upstream gradient."""
    dy = rng.normal(size=np.shape(ours(f, *arrays)[0]))
    y, gradients = ours(f, *arrays, dy=dy)
    expected, expected_gradients = twins.tape(lambda tensors: g(*tensors), list(arrays), dy)
    return Case(
        forward=gradcheck.scaled_error(y, expected),
        gradients=max(map(gradcheck.scaled_error, gradients, expected_gradients)),
    )


def checked(case: Case, f: Callable, number: int, *arrays: np.ndarray) -> Case:
    """Return the case, the first few with the errors of our gradients against small steps."""
    if number >= CHECKS:
        return case
    first, *others = arrays

    def of_first(x: Any) -> Any:
        return f(x, *others)

    def vjp(x: np.ndarray, dy: np.ndarray) -> np.ndarray:
        return ours(of_first, x, dy=dy)[1][0]

    report = gradcheck.check_function(lambda x: ours(of_first, x)[0], vjp, first)
    return Case(case.forward, case.gradients, report.error)


def broadcast(rng: Generator) -> list[np.ndarray]:
    """Return two arrays whose shapes fit together: axes of length 1, and axes that one has not."""
    shape = random_shape(rng, choose(rng, 1, 2, 3))
    arrays = []
    for _ in range(2):
        narrow = tuple(choose(rng, n, n, 1) for n in shape)[choose(rng, 0, 0, 1) :]
        arrays.append(rng.uniform(0.5, 2, narrow) * rng.choice([-1, 1], narrow))
    return arrays


def binary(name: str, rng: Generator, number: int) -> Case:
    """Compare an operation on two arrays of different shapes."""
    tf = twins.import_tensorflow()
    a, b = broadcast(rng)
    a = np.abs(a) if name == "power" else a
    f = autodiff.maximum if name == "maximum" else BINARY[name]
    g = tf.maximum if name == "maximum" else BINARY[name]
    return checked(compare(rng, f, g, a, b), f, number, a, b)


def matmul(rng: Generator, number: int) -> Case:
    """Compare a matrix product, of one matrix or of a stack of them."""
    tf = twins.import_tensorflow()
    rows, inner, columns = random_shape(rng, 3)
    stack = choose(rng, (), (2,), (3, 2))
    a, b = rng.normal(size=(*stack, rows, inner)), rng.normal(size=(inner, columns))
    return checked(compare(rng, autodiff.matmul, tf.matmul, a, b), autodiff.matmul, number, a, b)


def unary(operations: dict[str, Operation], rng: Generator, number: int) -> Case:
    """Compare an operation on one array."""
    tf = twins.import_tensorflow()
    f, g = in_turn(list(operations.values()), number)
    x = rng.normal(size=(2, 3, 4))
    return checked(compare(rng, f, lambda x: g(tf, x), x), f, number, x)


def entries() -> list[Entry]:
    """Return the entries of this kind, in the order of the page."""
    twin = "GradientTape of tf.{}".format
    found = [
        Entry(name, twin("pow" if name == "power" else name), partial(binary, name))
        for name in (*BINARY, "maximum")
    ]
    found.append(Entry("matmul", "GradientTape of tf.matmul", matmul))
    found += [
        Entry(name, "GradientTape", partial(unary, {name: operation}))
        for name, operation in UNARY.items()
    ]
    remark = "Powers, indexing, reshaping and transposing, and the reductions sum, mean and max."
    node = Entry("Node", "GradientTape", partial(unary, NODE), cases=2 * len(NODE), remark=remark)
    return [*found, node]
