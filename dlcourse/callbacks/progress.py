"""ProgbarLogger: one line for each epoch, redrawn while it runs where a line can be redrawn."""

from __future__ import annotations

import sys
import time

import numpy as np

from dlcourse.callbacks.base import Callback, Logs

WIDTH = 25  # characters of a full bar
INTERVAL = 0.1  # seconds between two drawings: more often, drawing would cost more than training


def can_redraw() -> bool:
    """Return whether a line can be drawn over: in a terminal and in a notebook, not in a file."""
    in_notebook = type(sys.stdout).__module__.split(".")[0] in ("ipykernel", "pyodide_kernel")
    return in_notebook or sys.stdout.isatty()


class EpochLogger(Callback):
    """Print one line at the end of each epoch; `fit` adds one for verbose=2.

    Epoch 2/5  0.3 s  loss: 0.4122 - accuracy: 0.8802
    """

    start = ""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Start the clock."""
        self._title = f"Epoch {epoch + 1}/{self.params['epochs']}"
        self._length = 0
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Print the line."""
        seconds = time.perf_counter() - self._began
        self.draw(f"{self._title}  {seconds:.1f} s  {numbers(logs)}", end="\n")

    def draw(self, line: str, end: str = "") -> None:
        """Print the line, with blanks to cover what is left of a longer one underneath."""
        print(self.start + line.ljust(self._length), end=end, flush=True)
        self._length = len(line)


class ProgbarLogger(EpochLogger):
    """Draw a bar that grows while the epoch runs; `fit` adds one for verbose=1.

        Epoch 2/5  [=======>.................] 12/45  loss: 0.4122 - accuracy: 0.8802

    Keras twin: keras.callbacks.ProgbarLogger.
    """

    start = "\r"  # back to the beginning of the line

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Draw the line again, unless the last time was a moment ago."""
        now = time.perf_counter()
        if now - getattr(self, "_drawn", 0.0) < INTERVAL:
            return
        self._drawn = now
        steps = self.params["steps"]
        bar = ("=" * (WIDTH * (batch + 1) // steps) + ">" + "." * WIDTH)[:WIDTH]
        self.draw(f"{self._title}  [{bar}] {batch + 1}/{steps}  {numbers(logs)}")


def numbers(logs: Logs | None) -> str:
    """Return "loss: 0.4122 - accuracy: 0.8802"; of a metric with several numbers the mean."""
    return " - ".join(f"{name}: {np.mean(value):.4g}" for name, value in (logs or {}).items())
