"""How the answers of chapter 6 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_choice, keep_value


def descend(answer: Any, trial: Trial) -> None:
    """Try a curved bowl in two dimensions, then in one, then no step at all."""
    rng = trial.rng
    curvature, centre = rng.uniform(0.5, 3, size=2), rng.normal(size=2)

    def bowl(w: np.ndarray) -> np.ndarray:
        return curvature * (w - centre)

    def valley(w: np.ndarray) -> np.ndarray:
        return 2 * w + np.sin(w)

    trial.call("a bowl, 4 steps", answer, bowl, rng.normal(size=2), 0.2, 4)
    trial.call("a line with bends, 3 steps", answer, valley, rng.normal(size=1), 0.1, 3)
    trial.call("no step", answer, bowl, rng.normal(size=2), 0.2, 0)


def line_gradient(answer: Any, trial: Trial) -> None:
    """Try points off the line, in two sizes of data set."""
    rng = trial.rng
    for n in (4, 7):
        x, y = rng.normal(size=(2, n))
        slope, intercept = rng.normal(size=2)
        trial.call(f"{n} points", answer, slope, intercept, x, y, names=("slope", "intercept"))


def minibatches(answer: Any, trial: Trial) -> None:
    """Try a size that divides the samples, one that does not, and one that is too large."""
    rng = trial.rng
    for n, size in ((6, 3), (7, 3), (8, 3), (2, 5)):
        x, y = rng.normal(size=(n, 2)).round(2), rng.integers(0, 10, size=n)
        order = rng.permutation(n)
        label = f"{n} samples, batches of {size}"
        trial.call(label, answer, x, y, size, order, then=_as_pairs)


def _as_pairs(batches: Any) -> Any:
    """Return the batches as arrays in a list, so that each can be compared."""
    return [(np.asarray(x), np.asarray(y)) for x, y in batches]


PROBES: dict[str, Probe] = {
    "largest_rate": keep_value,
    "rate_too_high": keep_choice,
    "descend": descend,
    "line_gradient": line_gradient,
    "minibatches": minibatches,
    "tuned_rate": keep_value,
}
