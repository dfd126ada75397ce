"""A real training at nine learning rates: too low, right, too high."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
STEPS = 200


@functools.cache
def losses(rate: float) -> np.ndarray:
    """Return the loss of each of 200 SGD steps on digits; it ends where the loss is not finite."""
    (x, y), _ = dlcourse.datasets.digits.load_data()
    x = x.reshape(-1, 64) / 16
    he = dlcourse.initializers.HeNormal
    model = dlcourse.Sequential(
        [
            dlcourse.Input((64,)),
            dlcourse.layers.Dense(32, activation="relu", kernel_initializer=he(seed=0)),
            dlcourse.layers.Dense(10, activation="softmax", kernel_initializer=he(seed=1)),
        ]
    )
    model.compile(dlcourse.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    order = np.random.default_rng(0).integers(0, len(x), size=(STEPS, 32))
    found = [float(model.train_on_batch(x[batch], y[batch])) for batch in order]
    return np.array(found)


def verdict(rate: float) -> str:
    """Return what kind of rate it is, by where its loss goes."""
    first, last = losses(rate)[0], np.mean(losses(rate)[-30:])
    if losses(rate).max() > 2 * first:
        return "too high: the loss jumps up"
    if last > 0.8 * first:
        return "too low"
    return "slow" if last > 0.5 * first else "about right"


@drawing
def draw_losses(rate: float):
    """Draw the loss at one rate, with all the others faint behind it."""
    figure, axes = canvas(width=5.4, height=3.3)
    for other in RATES:
        axes.plot(_smooth(losses(other)), color=COLOURS.muted, linewidth=0.8, alpha=0.5)
    axes.plot(losses(rate), color=COLOURS.loss, linewidth=0.7, alpha=0.35)
    axes.plot(_smooth(losses(rate)), color=COLOURS.loss)
    axes.axhline(np.log(10), color=COLOURS.data, linewidth=1, linestyle="--")
    axes.text(STEPS + 2, np.log(10), "guessing", color=COLOURS.data, va="center")
    axes.set(xlim=(0, STEPS + 28), ylim=(0, 6), xlabel="step", ylabel="loss")
    last = np.mean(losses(rate)[-30:])
    return figure, (
        f"Learning rate {rate:g}: {verdict(rate)}. The loss goes from {losses(rate)[0]:.2f} to "
        f"{last:.2f}, the mean of the last 30 steps; guessing has {np.log(10):.2f}."
    )


def _smooth(values: np.ndarray, width: int = 9) -> np.ndarray:
    padded = np.concatenate([np.full(width - 1, values[0]), values])
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def explorer() -> Explorer:
    """Return the figure with the learning-rate slider."""
    return Explorer(draw_losses, rate=Slider(RATES, label="learning rate", start=0.01))
