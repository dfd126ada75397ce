"""The neuron, and the perceptron that learns: Rosenblatt's rule, with every step on record.

Neuron(weights=[0, 1], bias=4)([2, 3])          # sigmoid(7) = 0.99908895

perceptron = Perceptron().fit(X, y)
perceptron.predict(X)
perceptron.updates                              # what was learned from which sample
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import activations
from dlcourse.arrays import as_floats
from dlcourse.messages import wrong

Array = np.ndarray


class Neuron:
    """One neuron: a weighted sum of the inputs plus a bias, through an activation function.

        neuron(x) = activation(Σ weights x + bias)

    Shapes: weights (n,); x (n,) or (samples, n); the output is a number or (samples,).

    Errors: ValueError for an input of another width, or an unknown activation.

    Keras twin: keras.layers.Dense(1, activation), equal to 1e-12.
    """

    def __init__(
        self,
        weights: Any,
        bias: float = 0.0,
        activation: str | Callable[..., Array] | None = "sigmoid",
    ) -> None:
        self.weights = as_floats(weights, "Neuron: weights").copy()
        if self.weights.ndim != 1 or self.weights.size == 0:
            expected = "one weight for each input, e.g. [0.5, -1]"
            raise ValueError(wrong("Neuron: weights", expected, self.weights))
        if np.ndim(bias) != 0:
            raise ValueError(wrong("Neuron: bias", "one number", bias))
        self.bias = float(as_floats(bias, "Neuron: bias"))
        self.activation = activations.get(activation)

    def weighted_sum(self, x: Any) -> Array:
        """Return Σ weights x + bias, what goes into the activation."""
        x = as_floats(x, "Neuron: input")
        if x.ndim not in (1, 2) or x.shape[-1] != self.weights.size:
            n = self.weights.size
            expected = f"the shape ({n},) or (samples, {n})"
            raise ValueError(wrong("Neuron: input", expected, x))
        return x @ self.weights + self.bias

    def __call__(self, x: Any) -> Array:
        """Return the output of the neuron."""
        return self.activation(self.weighted_sum(x))


@dataclass(frozen=True)
class Update:
    """One correction: the sample that was classified wrongly, and the weights afterwards.

    `epoch` counts from 1; `sample` is the index in X; `label` and `output` are -1 or +1.
    """

    epoch: int
    sample: int
    label: int
    output: int
    weights: Array
    bias: float


class Perceptron:
    """Rosenblatt's perceptron: two classes, a step, and a rule that learns from mistakes alone.

        output   = +1 if weights · x + bias >= 0 else -1
        weights += learning_rate label x        # only if output != label
        bias    += learning_rate label

    Labels are -1 and +1; 0 and 1 are taken as -1 and +1, and `predict` answers in the labels that
    `fit` was given. Training starts from zero weights, goes through the samples in their order,
    and ends with the first epoch without a mistake, or after `epochs`.

    After `fit`: `weights` (n,), `bias`, `updates` (each correction), `mistakes` (their number in
    each epoch), `converged`.

    Errors: ValueError for wrong shapes, no samples, numbers that are not finite, or other labels.

    Source: Rosenblatt (1958), https://doi.org/10.1037/h0042519. Keras has no perceptron.
    """

    def __init__(self, learning_rate: float = 1.0, epochs: int = 100) -> None:
        if not learning_rate > 0:
            expected = "a positive number"
            raise ValueError(wrong("Perceptron: learning_rate", expected, learning_rate))
        if not isinstance(epochs, int | np.integer) or epochs < 1:
            raise ValueError(wrong("Perceptron: epochs", "a positive integer", epochs))
        self.learning_rate = learning_rate
        self.epochs = epochs

    def fit(self, X: Any, y: Any) -> Perceptron:
        """Learn from samples X (samples, n) and labels y (samples,); return the perceptron."""
        X = _samples(X)
        signs = to_signs(y, len(X))
        self._negative = min(np.asarray(y).min(), 0)  # what predict says for -1: -1 or 0
        self.weights = np.zeros(X.shape[1])
        self.bias = 0.0
        self.updates: list[Update] = []
        self.mistakes: list[int] = []
        for epoch in range(1, self.epochs + 1):
            self.mistakes.append(sum(self._learn(X, signs, i, epoch) for i in range(len(X))))
            if self.mistakes[-1] == 0:
                break
        self.converged = self.mistakes[-1] == 0
        return self

    def _learn(self, X: Array, signs: Array, sample: int, epoch: int) -> bool:
        """Correct the weights if a sample is answered wrongly; return whether it was."""
        x, label = X[sample], int(signs[sample])
        output = 1 if self.weights @ x + self.bias >= 0 else -1
        if output == label:
            return False
        self.weights = self.weights + self.learning_rate * label * x
        self.bias += self.learning_rate * label
        update = Update(epoch, sample, label, output, self.weights, self.bias)
        self.updates.append(update)
        return True

    def decision_function(self, X: Any) -> Array:
        """Return weights · x + bias for each sample: positive on one side of the boundary."""
        self._check_fitted()
        X = _samples(X)
        if X.shape[1] != self.weights.size:
            raise ValueError(wrong("Perceptron: X", f"{self.weights.size} features", X))
        return X @ self.weights + self.bias

    def predict(self, X: Any) -> Array:
        """Return the class of each sample, in the labels that fit was given."""
        return np.where(self.decision_function(X) >= 0, 1, self._negative).astype(int)

    def boundary(self, x: Any = None) -> Array:
        """Return where the weighted sum is 0: a point for one input, a line for two.

            -bias / w                           # one input: a number; no x needed
            -(w_1 x + bias) / w_2               # two inputs: the height of the line at x

        Errors: ValueError for more inputs, where it is a plane or hyperplane; or for a weight of 0.
        """
        self._check_fitted()
        if self.weights.size > 2:
            raise ValueError(
                f"Perceptron: boundary: expected 1 or 2 inputs, received {self.weights.size}. "
                "With more inputs the boundary is a hyperplane: weights · x + bias = 0."
            )
        if self.weights[-1] == 0:
            raise ValueError(
                f"Perceptron: boundary: the last weight is 0 (weights {self.weights.tolist()}), so "
                "the boundary has no height there: it is vertical, or there is none."
            )
        if self.weights.size == 1:
            return -self.bias / self.weights[0]
        if x is None:
            raise ValueError("Perceptron: boundary: with two inputs, say where: boundary(x).")
        x = as_floats(x, "Perceptron: x")
        return -(self.weights[0] * x + self.bias) / self.weights[1]

    def _check_fitted(self) -> None:
        if not hasattr(self, "weights"):
            raise ValueError("Perceptron: it has learned nothing yet. Call fit(X, y) first.")


@dataclass(frozen=True)
class Margin:
    """How widely a line separates the data, and how many mistakes that allows at most.

    `radius` is the length R of the longest sample, `gap` the distance γ of the closest one from
    the boundary; the perceptron makes at most `bound` = (R/γ)² corrections. Both are measured with
    the bias as one more weight, whose input is always 1.
    """

    radius: float
    gap: float
    bound: float


def margin(X: Any, y: Any, weights: Any = None, bias: float = 0.0) -> Margin:
    """Return R, γ and the bound (R/γ)² on the corrections, measured with a separating line.

        x' = (x, 1);  u = (weights, bias) / |(weights, bias)|
        R = max |x'|;  γ = min label (u · x')

    Any line that separates the data gives a bound, and the one with the widest gap gives the best.
    Without `weights` that line is sought.

    Errors: ValueError if the line does not separate the data, for then there is no bound.

    Source: Novikoff (1962), On convergence proofs on perceptrons.
    """
    X = _samples(X)
    signs = to_signs(y, len(X))
    extended = np.column_stack([X, np.ones(len(X))])
    if weights is None:
        direction = _widest(extended * signs[:, None])
    else:
        weights = as_floats(weights, "margin: weights")
        if weights.shape != X.shape[1:]:
            raise ValueError(wrong("margin: weights", f"the shape {X.shape[1:]}", weights))
        direction = np.append(weights, bias)
    length = np.linalg.norm(direction)
    gap = float((signs * (extended @ direction)).min() / length) if length > 0 else 0.0
    if gap <= 0:
        line = (
            "no line was found that separates" if weights is None else "the line does not separate"
        )
        raise ValueError(
            f"margin: expected two classes that a line separates; {line} them: "
            f"the worst sample is {abs(gap):.3g} away from its own side."
        )
    radius = float(np.linalg.norm(extended, axis=1).max())
    return Margin(radius, gap, (radius / gap) ** 2)


def _widest(signed: Array, steps: int = 10_000) -> Array:
    """Return the direction with the widest gap, for samples times their labels.

    It points to the point of their convex hull that is nearest to the origin, which steps towards
    the worst sample find (Gilbert 1966, https://doi.org/10.1137/0304007). A step too few leaves a
    gap a little too narrow, and so a bound that holds all the same.
    """
    point = signed.mean(axis=0)
    for _ in range(steps):
        worst = signed[np.argmin(signed @ point)]
        towards = worst - point
        downhill = -(point @ towards)  # no sample is worse than the point itself: arrived
        if downhill <= 1e-12 * (point @ point):
            break
        point = point + min(1.0, downhill / (towards @ towards)) * towards
    return point


def to_signs(y: Any, samples: int) -> Array:
    """Return labels as -1 and +1: 0 and 1 become -1 and +1.

    Errors: ValueError for other labels, or another number of them than `samples`.
    """
    y = as_floats(y, "Perceptron: y")
    if y.shape != (samples,):
        raise ValueError(wrong("Perceptron: y", f"one label for each of {samples} samples", y))
    if not (np.isin(y, (0, 1)).all() or np.isin(y, (-1, 1)).all()):
        seen = ", ".join(f"{value:g}" for value in np.unique(y)[:6])
        raise ValueError(
            f"Perceptron: y: expected labels -1 and +1, or 0 and 1, received {seen}. "
            "Use np.where(y > 0, 1, -1)."
        )
    return np.where(y > 0, 1, -1)


def _samples(X: Any) -> Array:
    X = as_floats(X, "Perceptron: X", np.float64)
    if X.ndim != 2 or X.size == 0:
        advice = "Use X.reshape(-1, 1) if each sample is one number." if X.ndim == 1 else ""
        raise ValueError(wrong("Perceptron: X", "the shape (samples, features)", X, advice))
    if not np.isfinite(X).all():
        row, column = np.argwhere(~np.isfinite(X))[0]
        raise ValueError(
            f"Perceptron: X: expected finite numbers, received {X[row, column]} in sample {row}, "
            f"feature {column}."
        )
    return X
