"""Objective: what a model is compiled with: the losses to lower and the metrics to watch."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from dlcourse import activations, losses, metrics
from dlcourse.layers import Layer
from dlcourse.messages import wrong

Array = np.ndarray

# The activations that make the probabilities which these losses take.
PROBABILITIES = {
    losses.BinaryCrossentropy: activations.sigmoid,
    losses.CategoricalCrossentropy: activations.softmax,
    losses.SparseCategoricalCrossentropy: activations.softmax,
}


class OutputObjective:
    """The loss and the metrics of one output of a model.

    The cross-entropy of a softmax (or sigmoid) is worked out from its logits z, the numbers that go
    into the softmax: log softmax(z) in one step needs no clipping, and its gradient is
    softmax(z) - y. Keras does the same. So while a loss is worked out, the last layer runs without
    its activation (see Objective.on_logits), and the metrics get what the activation makes of z.

    An output that another layer reads too, or that the model has twice, comes without its `layer`:
    its loss is worked out from the probabilities, where Keras still has the logits. That differs
    once a probability is nearer to 0 or 1 than 1e-7.
    """

    def __init__(self, layer: Layer | None, loss: Any, name: str) -> None:
        self.name = name
        self.loss = losses.get(loss)
        self.metrics: list[Any] = []
        self.weighted_metrics: list[Any] = []
        self.total, self.count = 0.0, 0
        self.sparse = isinstance(self.loss, losses.SparseCategoricalCrossentropy)
        self.layer = layer
        self.activation = getattr(layer, "activation", None)
        self.fused = False
        if self.activation is not None and self.activation is PROBABILITIES.get(type(self.loss)):
            from_logits = losses.on_logits(self.loss)
            self.fused = from_logits is not None
            self.loss = from_logits or self.loss

    def update(self, loss: float, y: Array, z: Array, weight: Array | None) -> None:
        """Take one batch into account: its loss, and its metrics."""
        self.total += loss * len(y)
        self.count += len(y)
        if not (self.metrics or self.weighted_metrics):
            return
        y_pred = self.activation(z) if self.fused else z  # type: ignore[misc]
        for metric in self.metrics:
            metric.update_state(y, y_pred)
        for metric in self.weighted_metrics:
            metric.update_state(y, y_pred, sample_weight=weight)

    def reset(self) -> None:
        """Begin to count again, as at the start of an epoch."""
        self.total, self.count = 0.0, 0
        for metric in self.metrics + self.weighted_metrics:
            metric.reset_state()


class Objective:
    """The losses and metrics of all outputs, and their averages over an epoch.

        loss = Σ loss_weight * loss(output) + penalties of the regularizers

    The loss of an epoch is the mean over its *samples*: a small last batch counts less than the
    others, so the mean of the batches' losses would be another number.
    """

    def __init__(
        self,
        layers: Sequence[Layer | None],
        names: Sequence[str],
        loss: Any,
        loss_weights: Any,
        metrics: Any,
        weighted_metrics: Any,
    ) -> None:
        each = _for_each_output(loss, names, "loss")
        if loss is None or None in each:
            advice = 'Use e.g. compile(optimizer="adam", loss="mse").'
            raise ValueError(wrong("compile: loss", "a loss for each output", loss, advice))
        self.outputs = [
            OutputObjective(layer, its_loss, name)
            for layer, its_loss, name in zip(layers, each, names, strict=True)
        ]
        weights = _for_each_output(loss_weights, names, "loss_weights")
        for w in weights:
            if not isinstance(w, int | float | np.number | None):
                raise ValueError(wrong("compile: loss_weights", "numbers", w))
        self.loss_weights = [1.0 if w is None else float(w) for w in weights]
        self._metrics = _lists_for_each_output(metrics, names, "metrics")
        self._weighted = _lists_for_each_output(weighted_metrics, names, "weighted_metrics")
        self.has_metrics = False
        self.total, self.count = 0.0, 0

    def make_metrics(self, y: Sequence[Array], shapes: Sequence[tuple]) -> None:
        """Turn the names of metrics into metrics: which accuracy it is depends on the targets."""
        lists = zip(self.outputs, y, shapes, self._metrics, self._weighted, strict=True)
        for output, target, shape, plain, weighted in lists:
            output.metrics = [metrics.get(m, target.shape, shape) for m in plain]
            output.weighted_metrics = [metrics.get(m, target.shape, shape) for m in weighted]
        self.has_metrics = True

    # ------------------------------------------------------------ one batch

    @contextmanager
    def on_logits(self) -> Iterator[None]:
        """Let the last layers return logits where the loss wants them, and put all back after."""
        fused = [output for output in self.outputs if output.fused]
        try:
            for output in fused:
                output.layer.activation = activations.linear  # type: ignore[union-attr]
            yield
        finally:
            for output in fused:
                output.layer.activation = output.activation  # type: ignore[union-attr]

    def values(
        self, y: Sequence[Array], z: Sequence[Array], weights: Sequence[Array | None]
    ) -> list[float]:
        """Return the loss of each output for one batch."""
        return [
            float(output.loss(target, pred, weight))
            for output, target, pred, weight in zip(self.outputs, y, z, weights, strict=True)
        ]

    def gradients(
        self, y: Sequence[Array], z: Sequence[Array], weights: Sequence[Array | None]
    ) -> list[Array]:
        """Return the gradient of the weighted sum of the losses, for each output."""
        return [
            gradient if factor == 1 else gradient * factor
            for factor, gradient in zip(
                self.loss_weights,
                (
                    output.loss.gradient(target, pred, weight)
                    for output, target, pred, weight in zip(
                        self.outputs, y, z, weights, strict=True
                    )
                ),
                strict=True,
            )
        ]

    def sum(self, values: Sequence[float]) -> float:
        """Return the weighted sum of the losses of the outputs."""
        return sum(f * value for f, value in zip(self.loss_weights, values, strict=True))

    # ------------------------------------------------------------ one epoch

    def update(
        self,
        total: float,
        values: Sequence[float],
        y: Sequence[Array],
        z: Sequence[Array],
        weights: Sequence[Array | None],
    ) -> None:
        """Take one batch into account."""
        self.total += total * len(y[0])
        self.count += len(y[0])
        batch = zip(self.outputs, values, y, z, weights, strict=True)
        for output, value, target, pred, weight in batch:
            output.update(value, target, pred, weight)

    def results(self) -> dict[str, float]:
        """Return the loss and the metrics so far: the loss first, then in the order given.

        A second metric of a name counts on, "precision_1", and "weighted_" tells the two kinds
        apart, as in Keras. A metric with several numbers, such as one for each class, is an array.
        """
        logs = {"loss": self.total / max(self.count, 1)}
        several = len(self.outputs) > 1
        if several:
            for output in self.outputs:
                logs[f"{output.name}_loss"] = output.total / max(output.count, 1)
        for kind in ("metrics", "weighted_metrics"):
            for output in self.outputs:
                for metric in getattr(output, kind):
                    prefix = f"{output.name}_" if several else ""
                    name = prefix + metric.name
                    if name in logs and kind == "weighted_metrics":
                        name = f"{prefix}weighted_{metric.name}"
                    value = metric.result()
                    logs[_free(name, logs)] = value if np.ndim(value) else float(value)
        return logs

    def reset(self) -> None:
        """Begin to count again."""
        self.total, self.count = 0.0, 0
        for output in self.outputs:
            output.reset()


def check_names(loss: Any, metrics_: Any) -> None:
    """Refuse unknown names of losses and metrics at once, before there is data."""
    for entry in _entries(loss):
        if isinstance(entry, str):
            losses.get(entry)
    for entry in _entries(metrics_):
        if isinstance(entry, str) and entry.lower() not in ("accuracy", "acc"):
            metrics.get(entry)
        if "loss" in (getattr(entry, "name", None), getattr(entry, "__name__", None)):
            advice = 'That is the name of the loss itself: call the metric e.g. "my_loss".'
            raise ValueError(wrong("compile: name of a metric", "another name", "loss", advice))


def _entries(value: Any) -> Iterator[Any]:
    """Yield all that nested lists and dicts hold."""
    if isinstance(value, dict) and not _is_config(value):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _entries(entry)
    else:
        yield value


def _free(name: str, taken: Container[str]) -> str:
    """Return the name, or the first of name_1, name_2, … that is not taken."""
    numbered = (f"{name}_{i}" for i in itertools.count(1))
    return next(n for n in itertools.chain([name], numbered) if n not in taken)


def _is_config(value: dict) -> bool:
    """Return whether a dict describes one loss or metric, as a saved model has them."""
    return set(value) == {"class_name", "config"}


def _for_each_output(value: Any, names: Sequence[str], what: str) -> list:
    """Return a list with one entry for each output, from one value, a list, or a dict of names."""
    if isinstance(value, dict) and not _is_config(value):
        for name in value:
            if name not in names:
                expected = f"the names of outputs: {', '.join(names)}"
                raise ValueError(wrong(f"compile: {what}", expected, name))
        return [value.get(name) for name in names]
    if isinstance(value, list | tuple):
        if len(value) != len(names):
            expected = f"one entry for each of {len(names)} outputs"
            raise ValueError(wrong(f"compile: {what}", expected, value))
        return list(value)
    return [value] * len(names)


def _lists_for_each_output(value: Any, names: Sequence[str], what: str) -> list[list]:
    """Return a list of metrics for each output."""
    if value is not None and not isinstance(value, list | tuple | dict):
        advice = f'Use e.g. {what}=["accuracy"].'
        raise ValueError(wrong(f"compile: {what}", "a list", value, advice))
    if not value:
        return [[] for _ in names]
    if len(names) == 1:
        return [list(_entries(value))]  # as in Keras, all are meant for the one output
    lists = _for_each_output(value, names, what)
    return [[] if m is None else list(m) if isinstance(m, list | tuple) else [m] for m in lists]
