"""Right answers to the questions of chapter 10, and wrong ones that are known."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def penalised_gradient(w: Array, gradient: Array, strength: float) -> Array:
    """Add the derivative of strength · w² to the gradient of the loss."""
    return gradient + 2 * strength * w


def inverted_dropout(x: Array, rate: float, keep: Array, training: bool) -> Array:
    """Drop what is not kept, and make up for it by 1 / (1 - rate); in use, change nothing."""
    return x * keep / (1 - rate) if training else x


def shrink(w: Array, threshold: float) -> Array:
    """Move each weight towards 0 by the threshold, and stop there."""
    return np.sign(w) * np.maximum(np.abs(w) - threshold, 0)


def stop_early(losses: list[float], patience: int) -> tuple[int, int]:
    """Return the epoch at which training stops, and the one with the lowest loss."""
    return stopping()(losses, patience)


def stopping(
    slack: int = 0, compare: str = "best", reset: bool = True, ties: bool = False, base: int = 0
) -> Any:
    """Return a rule for stopping, right as it stands, or with a mistake."""

    def variant(losses: list[float], patience: int) -> tuple[int, int]:
        best, best_epoch, waited, epoch = np.inf, 0, 0, 0
        for epoch, loss in enumerate(losses):
            reference = losses[epoch - 1] if compare == "last" and epoch else best
            better = loss <= reference if ties else loss < reference
            if better:
                waited = 0 if reset else waited
            else:
                waited += 1
            if loss < best or (ties and loss == best):
                best, best_epoch = loss, epoch
            if waited >= patience + slack:
                break
        return epoch + base, best_epoch + base

    return variant


def k_folds(n: int, k: int) -> list[Array]:
    """Cut the indices into k parts whose sizes differ by one at most, the larger ones first."""
    return list(np.array_split(np.arange(n), k))


def equal_folds(n: int, k: int) -> list[Array]:
    """Leave out what does not fill k equal folds."""
    return [np.arange(n)[i * (n // k) : (i + 1) * (n // k)] for i in range(k)]


def rest_in_last(n: int, k: int) -> list[Array]:
    """Put all that is left into the last fold."""
    folds = equal_folds(n, k)
    return [*folds[:-1], np.arange((k - 1) * (n // k), n)]


def complements(n: int, k: int) -> list[Array]:
    """Return the samples to train on."""
    return [np.setdiff1d(np.arange(n), fold) for fold in k_folds(n, k)]
