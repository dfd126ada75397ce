"""ModelCheckpoint: save the model while it is trained."""

from __future__ import annotations

from pathlib import Path

from dlcourse.callbacks.base import Logs
from dlcourse.callbacks.monitor import MonitorCallback
from dlcourse.messages import unknown_name, wrong


class ModelCheckpoint(MonitorCallback):
    """Save the model, or its weights only, after each epoch or every so many batches.

        ModelCheckpoint("best.npz", save_best_only=True)
        ModelCheckpoint("epoch-{epoch:02d}-{val_loss:.3f}.npz")

    `save_best_only=True` saves only when `monitor` beats its best so far, at first
    `initial_value_threshold`. Names in braces are the epoch, the batch, and those of the logs.

    Errors: ValueError if the file does not end in .npz, for braces that hold no known name,
    an unknown mode or monitor, or a `save_freq` that is neither "epoch" nor a positive integer.

    Keras twin: keras.callbacks.ModelCheckpoint, which writes .keras files.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, min_delta=0)
        self.filepath = str(filepath)
        if not self.filepath.endswith(".npz"):
            advice = "Models are saved as plain arrays in NumPy's format."
            what = "ModelCheckpoint: filepath"
            raise ValueError(wrong(what, "a name that ends in .npz", self.filepath, advice))
        by_batches = isinstance(save_freq, int) and save_freq > 0
        if not by_batches and not (isinstance(save_freq, str) and save_freq == "epoch"):
            expected = '"epoch" or a number of batches'
            raise ValueError(wrong("ModelCheckpoint: save_freq", expected, save_freq))
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.best = initial_value_threshold
        self._epoch = 0
        self._batches = 0  # since the file was written last

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Remember the epoch for the name of the file."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save if enough batches have passed."""
        self._batches += 1
        if self.save_freq != "epoch" and self._batches >= int(self.save_freq):
            self._batches = 0
            self._save({"batch": batch + 1, **(logs or {})})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save if that is done after epochs."""
        if self.save_freq == "epoch":
            self._save(logs or {})

    def _save(self, logs: Logs) -> None:
        if self.save_best_only:
            current = self.monitored(logs)
            if not self.is_better(current, self.best):
                return
            self.best = current
        try:
            path = Path(self.filepath.format(epoch=self._epoch + 1, **logs))
        except KeyError as error:
            names = {"epoch", *logs}
            message = unknown_name("name in ModelCheckpoint's filepath", error.args[0], names)
            raise ValueError(message) from None
        except (IndexError, ValueError) as error:
            what, expected = "ModelCheckpoint: filepath", "e.g. {epoch:02d} or {val_loss:.3f} in it"
            raise ValueError(wrong(what, expected, self.filepath, f"{error}.")) from None
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            print(f"Epoch {self._epoch + 1}: saved {path}")
