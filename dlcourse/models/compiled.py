"""Compiled: what can be done with a network without changing it: evaluate and predict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import optimizers
from dlcourse.callbacks import Callback, CallbackList, History
from dlcourse.callbacks.progress import can_redraw, numbers
from dlcourse.layers.base import positive_integer
from dlcourse.models import data
from dlcourse.models.data import Samples
from dlcourse.models.divergence import explain
from dlcourse.models.network import Network
from dlcourse.models.objective import Objective, check_names

Array = np.ndarray


class Compiled(Network):
    """A network with an optimizer, a loss and metrics: it can be compared with targets.

    Keras twin: keras.Model.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.optimizer: Any = None
        self.objective: Any = None  # an Objective, once the model is compiled and built
        self.history: History | None = None
        self.stop_training = False
        self.compiled: dict[str, Any] = {}  # the other arguments of compile

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
    ) -> None:
        """Choose the optimizer, the loss to lower, and the metrics to watch.

        `metrics` leave sample weights out, `weighted_metrics` use them. With several outputs each
        of the arguments may be a list, or a dict by the names of the outputs.

        Errors: ValueError for an unknown name, naming the nearest known one, or for a metric that
        is called "loss" (in Keras it takes the place of the loss).
        """
        self.optimizer = optimizers.get(optimizer)
        check_names(loss, [metrics, weighted_metrics])
        self.compiled = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self.objective = None
        if self.built:
            self._make_objective()

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        callbacks: Callback | Sequence[Callback] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss, or a list of the loss and the metrics; a dict if asked for.

        Errors: ValueError for wrong shapes, labels or NaN in the data; FloatingPointError if the
        loss is not finite.

        Keras twin: keras.Model.evaluate, equal.
        """
        samples = self._samples(x, y, sample_weight)
        calls = CallbackList(as_list(callbacks), self, verbose=verbose)
        logs = self._evaluate(samples, size_of_batch(batch_size), "evaluate", calls)
        if verbose not in ("auto", 0) or (verbose == "auto" and can_redraw()):
            print(numbers(logs))
        return result(logs, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        callbacks: Callback | Sequence[Callback] | None = None,
    ) -> Any:
        """Return the outputs for all samples, worked out batch by batch to save memory.

        `verbose=1` prints how many samples were predicted; "auto" and 0 print nothing.

        Errors: ValueError for wrong shapes or NaN in the data.

        Keras twin: keras.Model.predict, equal.
        """
        arrays = self._inputs(x)
        batch_size = size_of_batch(batch_size)
        calls = CallbackList(as_list(callbacks), self, verbose=verbose)
        calls.call("on_predict_begin")
        parts = []
        for step, batch in enumerate(Samples(arrays, [], []).batches(batch_size)):
            calls.call("on_predict_batch_begin", step)
            values = self.graph.forward(batch.x)
            parts.append([values[i] for i in self.graph.outputs])
            calls.call("on_predict_batch_end", step)
        calls.call("on_predict_end")
        if verbose not in ("auto", 0):
            print(f"{len(arrays[0])} samples predicted")
        results = [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]
        return results if len(results) > 1 else results[0]

    # ------------------------------------------------------------ batches

    def _evaluate(
        self, samples: Samples, batch_size: int, place: str, calls: CallbackList
    ) -> dict[str, float]:
        """Return the loss and the metrics of these samples."""
        objective, graph = self.objective, self.graph
        penalties = float(sum(self.losses))
        objective.reset()
        calls.call("on_test_begin")
        for step, batch in enumerate(samples.batches(batch_size)):
            x, y, weights = batch.x, batch.y, batch.weights
            calls.call("on_test_batch_begin", step)
            with objective.on_logits(), np.errstate(all="ignore"):
                values = graph.forward(x)
                outputs = [values[i] for i in graph.outputs]
                losses = objective.values(y, outputs, weights)
            loss = objective.sum(losses) + penalties
            if not math.isfinite(loss):
                raise FloatingPointError(explain(self, batch, loss, place, training=False))
            objective.update(loss, losses, y, outputs, weights)
            calls.call("on_test_batch_end", step)
        logs = objective.results()
        calls.call("on_test_end", logs)
        return logs

    # ------------------------------------------------------------ what goes in

    def _inputs(self, x: Any) -> list[Array]:
        """Return the inputs as checked arrays; build the model if they are the first."""
        arrays = data.inputs(x, several=self.built and len(self.inputs) > 1)
        self._prepare(arrays[0].shape)
        self._check_inputs(arrays)
        return arrays

    def _samples(self, x: Any, y: Any, sample_weight: Any = None) -> Samples:
        """Return inputs, targets and weights as checked arrays."""
        if self.optimizer is None:
            raise ValueError(
                f"{self.name}: the model is not compiled. "
                'Call compile(optimizer="adam", loss="mse") first, with your loss.'
            )
        arrays = self._inputs(x)
        if self.objective is None:
            self._make_objective()
        outputs = self.objective.outputs
        shapes = [tensor.shape for tensor in self.outputs]
        y = data.targets(y, shapes, [o.sparse for o in outputs], self.outputs[0].dtype)
        data.same_length([arrays[0], *y], "x and y")
        weights = data.sample_weights(sample_weight, len(y[0]), shapes, self.outputs[0].dtype)
        if not self.objective.has_metrics:
            self.objective.make_metrics(y, shapes)
        return Samples(arrays, y, weights, self.outputs[0].dtype)

    def _make_objective(self) -> None:
        read = Counter(id(t) for tensor in self.graph.tensors for t in tensor.inputs)
        read.update(id(tensor) for tensor in self.outputs)
        self.objective = Objective(
            # An output with another reader must stay what it is, so it cannot become logits.
            [tensor.layer if read[id(tensor)] == 1 else None for tensor in self.outputs],
            [tensor.name for tensor in self.outputs],
            **self.compiled,
        )


def result(logs: dict[str, float], return_dict: bool) -> Any:
    """Return the numbers as Keras does: one alone, several as a list, or a dict if asked for."""
    if return_dict:
        return by_name(logs)
    return list(logs.values()) if len(logs) > 1 else logs["loss"]


def by_name(logs: dict[str, float]) -> dict[str, float]:
    """Return the numbers in the order of their names, which is Keras's order in a history."""
    return dict(sorted(logs.items()))


def size_of_batch(batch_size: int | None) -> int:
    """Return the number of samples in a batch: 32 unless told otherwise, as in Keras."""
    return 32 if batch_size is None else positive_integer(batch_size, "batch_size")


def as_list(value: Any) -> list:
    """Return one callback, several, or none, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
