"""Callback, the list that calls several of them, and History, which every fit has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcourse.arguments import CheckedArguments
from dlcourse.messages import wrong

Logs = dict[str, float]


class Callback(CheckedArguments):
    """Something that is told of each stage of training, and may act on it.

        class Notice(Callback):
            def on_epoch_end(self, epoch, logs=None):
                print(epoch, logs["loss"])

    A subclass writes the methods it needs. `self.model` is the model, `self.params` a dict with
    "epochs", "steps" and "verbose". `logs` holds the loss and the metrics so far; what
    `on_epoch_end` adds to it comes into the history. `self.model.stop_training = True` ends
    training after the present batch.

    Keras twin: keras.callbacks.Callback.
    """

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self.model: Any = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def set_params(self, params: dict[str, Any]) -> None:
        """Remember "epochs", "steps" and "verbose"."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Remember the model."""
        self.model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Act before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Act after the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Act before an epoch; the first is epoch 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Act after an epoch and its validation."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Act before a batch of training; another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Act after a batch of training; another name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Act before a batch of training."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Act after a batch of training."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Act before an evaluation, that of validation data included."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Act after an evaluation."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Act before a batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Act after a batch of an evaluation."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Act before a prediction."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Act after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Act before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Act after a batch of a prediction."""


class History(Callback):
    """The losses and metrics of all epochs: `fit` returns one.

        history = model.fit(...)
        history.history["val_loss"][-1]      # a list for each name
        history.epoch                        # the epochs they belong to

    Keras twin: keras.callbacks.History.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Count the epochs of this training only."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Add the numbers of the epoch to the lists."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class CallbackList:
    """Several callbacks called as one: `callbacks.call("on_epoch_end", epoch, logs)`.

    Calling an empty method costs time in every batch, so `listens(name)` tells which stages have a
    listener at all, and the numbers for the others need not be worked out.

    Errors: ValueError for something that is not a callback.

    Keras twin: keras.callbacks.CallbackList.
    """

    def __init__(
        self, callbacks: Callback | Sequence[Callback] | None, model: Any, **params: Any
    ) -> None:
        if callbacks is None:
            callbacks = []
        self.callbacks = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                advice = "Use e.g. callbacks=[EarlyStopping()], with the brackets of the call."
                raise ValueError(wrong("callbacks", "a list of Callback objects", callback, advice))
            callback.set_model(model)
            callback.set_params(params)

    def call(self, stage: str, *arguments: Any) -> None:
        """Call this method of all callbacks."""
        for callback in self.callbacks:
            getattr(callback, stage)(*arguments)

    def listens(self, *stages: str) -> bool:
        """Return whether a callback has a method of its own for one of these stages."""
        return any(
            getattr(type(callback), stage) is not getattr(Callback, stage)
            for callback in self.callbacks
            for stage in stages
        )
