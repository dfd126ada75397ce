"""EarlyStopping: end training when the validation loss has stopped falling."""

from __future__ import annotations

from dlcourse.callbacks.base import Logs
from dlcourse.callbacks.monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Stop when `monitor` has not got better for `patience` epochs.

        if better(current, best, min_delta):  best, wait = current, 0
        else:                                 wait = wait + 1; stop if wait >= patience

    With a `baseline`, the wait starts again only when the number also beats the baseline.
    `restore_best_weights=True` puts the weights of the best epoch back at the end; otherwise the
    model keeps those of the last one. Epochs before `start_from_epoch` do not count.

    Errors: ValueError for an unknown mode or monitor.

    Source: Prechelt (1998), https://doi.org/10.1007/3-540-49430-8_3.

    Keras twin: keras.callbacks.EarlyStopping, stops after the same epoch.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.on_train_begin()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the training before, so that the callback can be used again."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: list | None = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare with the best epoch; stop if the patience is at an end."""
        current = self.monitored(logs)
        if epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # A first number that is not a number beats nothing, but is all there is.
            self._keep_weights(epoch)
        self.wait += 1
        if self.is_better(current, self.best):
            self.best = current
            self._keep_weights(epoch)
            if self.baseline is None or self.is_better(current, self.baseline):
                self.wait = 0
            return
        # The first epoch never stops training, not even with patience 0.
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Put the best weights back if asked for."""
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Restoring the weights of the best epoch, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def _keep_weights(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()
