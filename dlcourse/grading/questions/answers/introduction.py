"""Right answers to the questions of chapter 1, and wrong ones that are known."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.values import Values, array

SIZES = np.array([30.0, 45.0, 60.0, 80.0, 100.0, 120.0])
PRICES = np.array([118.0, 161.0, 189.0, 252.0, 297.0, 361.0])
ALLOWED = 8.0


def weighted_sum(inputs: list[float], weights: list[float], bias: float) -> float:
    """Add each input times its weight, and the bias once."""
    return float(np.dot(inputs, weights)) + bias


def features_and_labels(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut the last column off."""
    return table[:, :-1], table[:, -1]


def line_accept(received: Values) -> str | None:
    """Return None when the line misses by at most 8 on average, else the mistake."""
    slope, intercept = array(received.get("slope")), array(received.get("intercept"))
    if slope is None or intercept is None or slope.shape != () or intercept.shape != ():
        return "two_numbers"
    with np.errstate(all="ignore"):
        miss = slope * SIZES + intercept - PRICES
    if not np.isfinite(miss).all():
        return "two_numbers"
    if np.abs(miss).mean() <= ALLOWED:
        return None
    if (miss > 0).all():
        return "too_high"
    if (miss < 0).all():
        return "too_low"
    return "too_steep" if miss[-1] > miss[0] else "too_flat"
