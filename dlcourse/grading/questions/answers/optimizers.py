"""Right answers to the questions of chapter 8, and wrong ones that are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.values import Values, array

Array = np.ndarray

CURVATURES = np.array([100.0, 1.0])
ALLOWED = 1e-6
STEPS = 100


def momentum_step(w: Array, g: Array, velocity: Array, rate: float, momentum: float) -> tuple:
    """Return Keras's rule: velocity = momentum velocity - rate g; w + velocity."""
    velocity = momentum * velocity - rate * g
    return w + velocity, velocity


def rmsprop_step(
    w: Array, g: Array, mean_square: Array, rate: float, rho: float, epsilon: float
) -> tuple:
    """Return Keras's rule, with epsilon inside the root."""
    return rmsprop_variant()(w, g, mean_square, rate, rho, epsilon)


def rmsprop_variant(
    new: bool = True,
    power: int = 2,
    root: bool = True,
    inside: bool = True,
    sign: int = -1,
    swapped: bool = False,
    stale: bool = False,
) -> Any:
    """Return a step of RMSprop, right as it stands, or with a mistake."""

    def variant(
        w: Array, g: Array, mean_square: Array, rate: float, rho: float, epsilon: float
    ) -> tuple:
        keep = 1 - rho if swapped else rho
        after = keep * mean_square + ((1 - keep) if new else 1) * g**power
        used = mean_square if stale else after
        if not root:
            scale = used + epsilon
        else:
            scale = np.sqrt(used + epsilon) if inside else np.sqrt(used) + epsilon
        return w + sign * rate * g / scale, after

    return variant


def adam_step(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    t: int,
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple:
    """Return algorithm 1 of Kingma and Ba (2015)."""
    return adam_variant()(w, g, m, v, t, rate, beta_1, beta_2, epsilon)


def adam_variant(
    correct_1: bool = True,
    correct_2: bool = True,
    shift: int = 0,
    epsilon_at: str = "outside",
    square: bool = True,
    root: bool = True,
    swapped: bool = False,
    sign: int = -1,
    corrected_state: bool = False,
    uses_gradient: bool = False,
) -> Any:
    """Return a step of Adam, right as it stands, or with a mistake."""

    def variant(
        w: Array,
        g: Array,
        m: Array,
        v: Array,
        t: int,
        rate: float,
        beta_1: float,
        beta_2: float,
        epsilon: float,
    ) -> tuple:
        b1, b2 = (beta_2, beta_1) if swapped else (beta_1, beta_2)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * (g**2 if square else g)
        m_hat = m / (1 - b1 ** (t + shift)) if correct_1 else m
        v_hat = v / (1 - b2 ** (t + shift)) if correct_2 else v
        if not root:
            scale = v_hat + epsilon
        elif epsilon_at == "inside":
            scale = np.sqrt(v_hat + epsilon)
        elif epsilon_at == "before correction":
            scale = (np.sqrt(v) + epsilon) / np.sqrt(1 - b2**t)
        else:
            scale = np.sqrt(v_hat) + epsilon
        step = sign * rate * (g if uses_gradient else m_hat) / scale
        return (w + step, m_hat, v_hat) if corrected_state else (w + step, m, v)

    return variant


def cosine_rate(step: int, total: int, first: float, last: float) -> float:
    """Fall from first to last along half a cosine, and stay."""
    done = min(step / total, 1)
    return last + (first - last) * (1 + np.cos(np.pi * done)) / 2


def share_done(step: int, total: int) -> float:
    """Return the share of the steps that is done, 1 at most."""
    return min(step / total, 1)


def ravine_loss(rate: float, momentum: float) -> float:
    """Return the loss after 100 steps of momentum down the ravine of the question."""
    w, velocity = np.ones(2), np.zeros(2)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            velocity = momentum * velocity - rate * CURVATURES * w
            w = w + velocity
        return float((CURVATURES * w**2).sum() / 2)


def ravine_accept(received: Values) -> str | None:
    """Return None when rate and momentum reach the loss, else the mistake."""
    rate, momentum = array(received.get("rate")), array(received.get("momentum"))
    if rate is None or momentum is None or rate.shape != () or momentum.shape != ():
        return "two_numbers"
    if not np.isfinite(rate + momentum) or rate <= 0:
        return "two_numbers"
    if not 0 <= momentum < 1:
        return "momentum_range"
    loss = ravine_loss(float(rate), float(momentum))
    if loss <= ALLOWED:
        return None
    if momentum == 0:
        return "no_momentum"
    if not np.isfinite(loss) or loss > ravine_loss(0.0, 0.0):
        return "diverges"
    return "too_heavy" if momentum > 0.87 else "too_slow"
