"""MonitorCallback: what the callbacks share that watch one number and ask whether it got better."""

from __future__ import annotations

import numpy as np

from dlcourse.callbacks.base import Callback, Logs
from dlcourse.messages import unknown_name, wrong

# What the names of numbers contain that should fall, and that should rise.
FALLING = ("loss", "error", "mse", "mae", "crossentropy", "hinge", "huber", "divergence", "cosh")
RISING = ("acc", "precision", "recall", "auc", "f1", "top_k")


class MonitorCallback(Callback):
    """Watches `monitor` and knows whether it got better by more than `min_delta`.

    `mode="min"`: lower is better, `"max"`: higher is better, `"auto"`: told by the name, lower
    for losses and errors, higher for accuracies, precision, recall, AUC and F1.

    Errors: ValueError for an unknown mode; for a number that this training does not produce, at
    the end of the first epoch, with the nearest known name.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            what = f"{type(self).__name__}: mode"
            raise ValueError(wrong(what, '"auto", "min" or "max"', mode))
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)

    def is_better(self, current: float, reference: float | None) -> bool:
        """Return whether `current` beats `reference` by more than min_delta; None never wins."""
        if reference is None:
            return True
        if self._rises():
            return current - self.min_delta > reference
        return current + self.min_delta < reference

    def monitored(self, logs: Logs | None) -> float:
        """Return the number that is watched."""
        logs = logs or {}
        if self.monitor not in logs:
            message = unknown_name(f"{type(self).__name__} monitor", self.monitor, logs)
            if self.monitor.startswith("val_"):
                message += " Names with val_ need validation_data or validation_split in fit."
            raise ValueError(message)
        if np.ndim(logs[self.monitor]):
            what = f"{type(self).__name__}: monitor"
            advice = 'Use the mean over the classes, e.g. F1Score(average="macro").'
            raise ValueError(wrong(what, "one number", logs[self.monitor], advice))
        return logs[self.monitor]

    def _rises(self) -> bool:
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.lower()
        if any(part in name for part in FALLING):
            return False
        if any(part in name for part in RISING):
            return True
        raise ValueError(
            f"{type(self).__name__}: whether {self.monitor!r} should rise or fall cannot be told "
            'from its name. Say mode="max" or mode="min".'
        )
