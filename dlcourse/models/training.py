"""Training: fit, and the single steps that it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.arguments import checked
from dlcourse.callbacks import Callback, CallbackList, EpochLogger, History, ProgbarLogger
from dlcourse.callbacks.progress import can_redraw
from dlcourse.layers.base import Layer, positive_integer
from dlcourse.messages import wrong
from dlcourse.models import data
from dlcourse.models.compiled import Compiled, as_list, by_name, result, size_of_batch
from dlcourse.models.data import Samples
from dlcourse.models.divergence import explain
from dlcourse.models.network import Network

Array = np.ndarray


class Training(Compiled):
    """A network that learns, step by step.

        y_pred = forward(x)
        loss   = loss(y, y_pred) + penalties of the regularizers
        backward(loss.gradient(y, y_pred))        # fills the grads of all layers
        optimizer.apply(grads, weights)

    Keras twin: keras.Model. From the same weights and batches, the histories agree.
    """

    @checked
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Callback | Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        seed: int | np.random.Generator | None = None,
    ) -> History:
        """Train the model, and return the losses and metrics of all epochs.

        Shapes: x (samples, ...) like the Input, y (samples, ...) like the output, or class labels
        (samples,) for a sparse loss; sample_weight (samples,), or (samples, steps) for an output
        (samples, steps, units). A batch has 32 samples unless `batch_size` says otherwise; the
        last one may be smaller.

        `seed` makes the shuffling repeatable. `validation_split=0.2` sets the last fifth of the
        samples aside, before shuffling. `verbose`: 0 is silent, 1 draws a bar, 2 prints a line for
        each epoch; "auto" is 1 in a terminal or notebook, else 2.

        Ctrl-C ends training; weights and history stay as they are.

        Errors: ValueError for wrong shapes, labels or NaN in the data; FloatingPointError when the
        loss is no longer finite, naming the layer, epoch and step where that began.

        Keras twin: keras.Model.fit, but for `seed`, with the same history. For an output with
        steps Keras takes sample_weight (samples, 1), not (samples,); `class_weight` there is an
        error here, as are keys that are no classes.
        """
        samples = self._samples(x, y, sample_weight)
        samples, validation = self._validation(samples, validation_split, validation_data)
        shape = self.outputs[0].shape
        samples = data.with_class_weights(samples, class_weight, shape)  # validation has none
        batch_size = size_of_batch(batch_size)
        verbose = _verbosity(verbose)
        self.history = History()
        calls = CallbackList(
            [*as_list(callbacks), self.history, *_logger(verbose)],
            self,
            epochs=positive_integer(epochs, "epochs"),
            steps=math.ceil(len(samples) / batch_size),
            verbose=verbose,
        )
        rng = np.random.default_rng(seed)
        self._begin_steps()
        self.stop_training = False
        calls.call("on_train_begin")
        logs: dict[str, float] = {}
        try:
            for epoch in range(initial_epoch, epochs):
                order = rng.permutation(len(samples)) if shuffle else None
                logs = self._epoch(epoch, samples, batch_size, order, validation, calls)
                if self.stop_training:
                    break
        except KeyboardInterrupt:
            print(
                f"\nStopped by Ctrl-C in epoch {epoch + 1}. The model keeps its weights, and "
                f"model.history the {len(self.history.epoch)} epochs that were completed."
            )
        finally:
            calls.call("on_train_end", logs)
        return self.history

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Take one step on one batch; return its loss, or its loss and metrics.

        Errors: as `fit`.

        Keras twin: keras.Model.train_on_batch, equal.
        """
        batch = self._samples(x, y, sample_weight)
        batch = data.with_class_weights(batch, class_weight, self.outputs[0].shape)
        self._begin_steps()
        self.objective.reset()
        with np.errstate(all="ignore"):
            loss = self._train_step(batch)
        if not math.isfinite(loss):
            raise FloatingPointError(explain(self, batch, loss, "train_on_batch", training=True))
        return result(self.objective.results(), return_dict)

    def gradients(self, x: Any, y: Any, sample_weight: Any = None) -> list[Array]:
        """Return the gradients of the loss by the trainable weights, without changing these.

        It is what a GradientTape returns for a Keras model; `grads` has them by name.

        Errors: as `fit`.
        """
        batch = self._samples(x, y, sample_weight)
        self._begin_steps()
        with np.errstate(all="ignore"):
            loss = self._backward_pass(batch)
        if not math.isfinite(loss):
            raise FloatingPointError(explain(self, batch, loss, "gradients", training=True))
        self._collect_gradients()
        return [layer.grads[name] for layer, name in self._trained]

    # ------------------------------------------------------------ steps

    def _epoch(
        self,
        epoch: int,
        samples: Samples,
        batch_size: int,
        order: Array | None,
        validation: Samples | None,
        calls: CallbackList,
    ) -> dict[str, float]:
        """Train on all samples once; validate; return the numbers of the epoch."""
        at_begin = calls.listens("on_train_batch_begin", "on_batch_begin")
        at_end = calls.listens("on_train_batch_end", "on_batch_end")
        self.objective.reset()
        calls.call("on_epoch_begin", epoch)
        for step, batch in enumerate(samples.batches(batch_size, order)):
            if at_begin:
                calls.call("on_train_batch_begin", step)
            with np.errstate(all="ignore"):  # fit tells about overflow in its own words
                loss = self._train_step(batch)
            if at_end:
                calls.call("on_train_batch_end", step, by_name(self.objective.results()))
            if self.stop_training:
                break
            if not math.isfinite(loss):
                place = f"epoch {epoch + 1}, step {step + 1}"
                raise FloatingPointError(explain(self, batch, loss, place, training=True))
        logs = by_name(self.objective.results())
        if validation is not None:
            if math.isfinite(logs["loss"]):
                place = f"the validation of epoch {epoch + 1}"
                results = self._evaluate(validation, batch_size, place, calls)
            else:  # TerminateOnNaN ended training: there is nothing left to validate
                results = dict.fromkeys(logs, math.nan)
            logs |= {f"val_{name}": value for name, value in by_name(results).items()}
        calls.call("on_epoch_end", epoch, logs)
        return logs

    def _begin_steps(self) -> None:
        """Find the weights to train, and what the backward pass needs for them, once."""
        self._trained = [
            (layer, name) for layer in self.layers for name in layer.weight_names(trainable=True)
        ]
        if not self._trained:
            raise ValueError(f"{self.name}: no layer has weights to train.")
        self._trained_weights = self.trainable_weights
        self._statistics = list(_moving_statistics(self.layers))
        self._has_penalties = bool(self.losses)
        self.graph.plan_backward()

    def _train_step(self, batch: Samples) -> float:
        """Go forward, backward, and one step down; return the loss before the step."""
        loss = self._backward_pass(batch)
        if math.isfinite(loss):
            grads = [layer.grads[name] for layer, name in self._trained]
            self.optimizer.apply(grads, self._trained_weights)
        return loss

    def _backward_pass(self, batch: Samples) -> float:
        """Fill the `grads` of all layers for the loss of a batch, and return the loss.

        A loss that is not finite leaves `grads` and the moving statistics as they were.
        """
        objective, graph = self.objective, self.graph
        x, y, weights = batch.x, batch.y, batch.weights
        statistics = [weight.copy() for weight in self._statistics]
        with objective.on_logits():
            values = graph.forward(x, training=True)
            outputs = [values[i] for i in graph.outputs]
            losses = objective.values(y, outputs, weights)
            loss = objective.sum(losses)
            if self._has_penalties:
                loss += float(sum(self.losses))
            if math.isfinite(loss):
                graph.backward(objective.gradients(y, outputs, weights))
            else:
                for weight, before in zip(self._statistics, statistics, strict=True):
                    weight[...] = before
        objective.update(loss, losses, y, outputs, weights)
        return loss

    def _validation(
        self, samples: Samples, split: float, given: Any
    ) -> tuple[Samples, Samples | None]:
        """Return the samples to train on and those to validate on."""
        if given is not None:
            if not isinstance(given, tuple | list) or len(given) not in (2, 3):
                expected = "a tuple (x, y) or (x, y, sample_weight)"
                raise ValueError(wrong("fit: validation_data", expected, given))
            return samples, self._samples(*given)
        if not 0 <= split < 1:
            raise ValueError(wrong("fit: validation_split", "a share in [0, 1)", split))
        if not split:
            return samples, None
        kept = math.floor(len(samples) * (1 - split))
        if kept in (0, len(samples)):
            expected = f"a share that leaves samples on both sides of {len(samples)}"
            raise ValueError(wrong("fit: validation_split", expected, split))
        return samples.part(slice(None, kept)), samples.part(slice(kept, None))


def _moving_statistics(layers: Sequence[Layer]) -> Iterator[Array]:
    """Yield the weights that a forward pass may change: those of layers that are not frozen."""
    for layer in layers:
        if isinstance(layer, Network):  # frozen as a whole, it may hold layers that are not
            yield from _moving_statistics(layer.layers)
        elif layer.trainable:
            yield from layer.non_trainable_weights


def _verbosity(verbose: str | int) -> int:
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(wrong("fit: verbose", '"auto", 0, 1 or 2', verbose))
    if verbose == "auto":
        return 1 if can_redraw() else 2
    return int(verbose)


def _logger(verbose: int) -> list[Callback]:
    if verbose == 0:
        return []
    return [ProgbarLogger() if verbose == 1 else EpochLogger()]
