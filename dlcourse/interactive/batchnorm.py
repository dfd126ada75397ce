"""The figure of the chapter on training that trains one network with and without batch norm."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse import initializers, layers, optimizers
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing, log_scale

Array = np.ndarray

RATES = [0.01, 0.03, 0.1, 0.3, 1.0]
WEIGHTS = {
    "too small (0.01)": lambda seed: initializers.RandomNormal(stddev=0.01, seed=seed),
    "He": lambda seed: initializers.HeNormal(seed=seed),
    "too large (0.5)": lambda seed: initializers.RandomNormal(stddev=0.5, seed=seed),
}
HIDDEN = 6
EPOCHS = 8


def network(weights: str, normalise: bool) -> dlcourse.Sequential:
    """Return six hidden layers of 32 ReLU units for the digits, normalised or not."""
    start = WEIGHTS[weights]
    stack: list = [dlcourse.Input((64,))]
    for layer in range(HIDDEN):
        stack.append(layers.Dense(32, kernel_initializer=start(layer)))
        if normalise:
            stack.append(layers.BatchNormalization(momentum=0.9))
        stack.append(layers.Activation("relu"))
    stack.append(layers.Dense(10, activation="softmax", kernel_initializer=start(HIDDEN)))
    return dlcourse.Sequential(stack)


@functools.cache
def train(weights: str, rate: float, normalise: bool) -> tuple[float, ...]:
    """Return the training loss after each of eight epochs; empty if training diverges."""
    (x, y), _ = dlcourse.datasets.digits.load_data()
    model = network(weights, normalise)
    model.compile(optimizers.SGD(rate), "sparse_categorical_crossentropy")
    try:
        with np.errstate(all="ignore"):
            history = model.fit(
                x[:600].reshape(-1, 64) / 16, y[:600], epochs=EPOCHS, seed=0, verbose=0
            ).history
    except FloatingPointError:
        return ()
    return tuple(float(loss) for loss in history["loss"])


@drawing
def draw_training(weights: str, rate: float):
    """Draw both training losses, and that of guessing."""
    figure, axes = canvas(width=5.0, height=3.2)
    guess = np.log(10)
    axes.axhline(guess, color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.text(EPOCHS, guess * 1.05, "guessing", color=COLOURS.muted, ha="right", va="bottom")
    words = []
    for normalise, colour, name in (
        (False, COLOURS.muted, "without"),
        (True, COLOURS.loss, "with batch normalisation"),
    ):
        losses = train(weights, rate, normalise)
        if not losses:
            axes.text(1.2, 4.6, "without: diverges in the first epoch", color=INK)
            words.append("without, it diverges")
            continue
        style = {"color": colour, "marker": ".", "label": name}
        axes.plot(range(1, EPOCHS + 1), np.clip(losses, 0.05, 5), **style)
        words.append(f"{name.split()[0]}, the loss ends at {losses[-1]:.2f}")
    log_scale(axes, "y")
    axes.set_yticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes.set(xlim=(1, EPOCHS), ylim=(0.1, 6), xlabel="epoch", ylabel="training loss")
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.2)
    return figure, (
        f"Six hidden layers, initial weights {weights}, learning rate {rate:g}: "
        f"{words[0]}; {words[1]}. Guessing is {guess:.2f}."
    )


def batchnorm_explorer() -> Explorer:
    """Return the figure in which batch normalisation forgives the start and the rate."""
    return Explorer(
        draw_training,
        rate=Slider(RATES, label="learning rate", start=0.03),
        weights=Choice(list(WEIGHTS), label="initial weights", start="He"),
    )
