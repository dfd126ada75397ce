"""Two ways to change the learning rate between epochs: by a plan, or when progress stops."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from dlcourse.callbacks.base import Callback, Logs
from dlcourse.callbacks.monitor import MonitorCallback
from dlcourse.messages import wrong


class LearningRateScheduler(Callback):
    """Set the learning rate of each epoch by a function of yours.

        optimizer.learning_rate = schedule(epoch, optimizer.learning_rate)
        optimizer.learning_rate = schedule(epoch)       # if it has one parameter only

    The learning rate comes into the history as "learning_rate".

    Errors: ValueError if the function takes other arguments, or returns something else than a
    float.

    Keras twin: keras.callbacks.LearningRateScheduler, equal exactly.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not (_takes(schedule, 2) or _takes(schedule, 1)):
            expected = "a function of the epoch, or of the epoch and the present learning rate"
            raise ValueError(wrong("LearningRateScheduler: schedule", expected, schedule))
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the learning rate."""
        arguments = (epoch, self.model.optimizer.learning_rate)
        rate = self.schedule(*arguments if _takes(self.schedule, 2) else arguments[:1])
        if not isinstance(rate, float | np.floating):
            what = "LearningRateScheduler: what the schedule returns"
            raise ValueError(wrong(what, "a float", rate))
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate {rate:g}")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Put the learning rate into the logs."""
        if logs is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate


def _takes(function: Callable, arguments: int) -> bool:
    """Return whether something is a function that can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*range(arguments))
    except TypeError:
        return False
    except ValueError:  # some built-in functions do not tell
        return arguments == 2
    return True


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` when `monitor` has not got better for a while.

        if better(current, best, min_delta):  best, wait = current, 0
        else:                                 wait = wait + 1
        if wait >= patience:                  learning_rate = max(learning_rate * factor, min_lr)

    After a reduction, `cooldown` epochs pass before waiting starts again.
    The learning rate comes into the history as "learning_rate".

    Errors: ValueError for a factor that is not below 1, or an unknown mode or monitor.

    Keras twin: keras.callbacks.ReduceLROnPlateau, equal exactly.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        if not 0 < factor < 1:
            raise ValueError(wrong("ReduceLROnPlateau: factor", "a number in (0, 1)", factor))
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.on_train_begin()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the training before, so that the callback can be used again."""
        self.best: float | None = None
        self.wait = 0
        self.cooldown_counter = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare with the best epoch; reduce the learning rate if the patience is at an end."""
        optimizer = self.model.optimizer
        if logs is not None:
            logs["learning_rate"] = optimizer.learning_rate
        current = self.monitored(logs)
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(current, self.best):
            self.best = current
            self.wait = 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            if self.wait >= self.patience and optimizer.learning_rate > self.min_lr:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        optimizer.learning_rate = max(optimizer.learning_rate * self.factor, self.min_lr)
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate reduced to {optimizer.learning_rate:g}")
