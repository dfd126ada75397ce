"""CSVLogger: a table of all epochs in a file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.callbacks.base import Callback, Logs
from dlcourse.messages import wrong


class CSVLogger(Callback):
    """Write the loss and metrics of each epoch to a file, one line an epoch.

        epoch,accuracy,loss,val_accuracy,val_loss
        0,0.71,0.92,0.80,0.65

    `append=True` adds to a file that exists. A line is on disk as soon as its epoch is over.

    Keras twin: keras.callbacks.CSVLogger, whose files have the same lines.
    """

    def __init__(self, filename: str | Path, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        if not isinstance(filename, str | Path):
            raise ValueError(wrong("CSVLogger: filename", 'e.g. "log.csv"', filename))
        self.filename = Path(filename)
        self.separator = separator
        self.append = append
        self._file: Any = None
        self._writer: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Open the file."""
        self._has_header = (
            self.append and self.filename.exists() and self.filename.stat().st_size > 0
        )
        self._file = self.filename.open("a" if self.append else "w", newline="", encoding="utf-8")
        self._writer = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write a line, and the line of names before the first."""
        logs = logs or {}
        if self._writer is None:
            names = sorted(logs)
            if not any(name.startswith("val_") for name in names):
                # Keras leaves room for validation that starts later; so do we.
                names += [f"val_{name}" for name in names]
            self._writer = csv.DictWriter(
                self._file,
                ["epoch", *names],
                restval="NA",
                extrasaction="ignore",
                delimiter=self.separator,
            )
            if not self._has_header:
                self._writer.writeheader()
        cells = {name: _cell(value) for name, value in logs.items()}
        self._writer.writerow({"epoch": epoch, **cells})
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the file."""
        self._file.close()


def _cell(value: Any) -> Any:
    """Return what stands in one cell: a metric with several numbers as one text, as in Keras."""
    return f'"[{", ".join(map(str, value))}]"' if np.ndim(value) else value
