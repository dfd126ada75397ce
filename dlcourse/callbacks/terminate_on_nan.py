"""TerminateOnNaN: end training quietly when the loss is no longer a number."""

from __future__ import annotations

import math

from dlcourse.callbacks.base import Callback, Logs


class TerminateOnNaN(Callback):
    """Stop training, with one line of text, when a batch has a loss that is NaN or infinite.

    Without this callback `fit` raises FloatingPointError and says which layer was the first to
    overflow. With it, `fit` returns the history up to there.

    Errors: RuntimeError instead of the line of text with `raise_error=True`.

    Keras twin: keras.callbacks.TerminateOnNaN.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss", 0.0)
        if math.isfinite(loss):
            return
        message = f"Batch {batch}: the loss is {loss}, so training ends here."
        if self.raise_error:
            raise RuntimeError(message)
        print(message)
        self.model.stop_training = True
