"""A network that learns the dot in the corner of an image instead of the digit."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse.interactive.cnn import build, digits, example, show_image, start
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray
DOTS = ["its own dot", "no dot", "another digit's dot"]


def stamp(images: Array, labels: Array) -> Array:
    """Return images with a dark dot at the rim, at a place that tells the label."""
    stamped, rows = images.copy(), np.arange(len(labels))
    stamped[rows, labels % 8, np.where(labels < 8, 0, 7)] = 3
    return stamped


@functools.cache
def misled():
    """Return the network of the chapter, trained on stamped digits."""
    (x, y), _ = digits()
    model = start(build(dlcourse))
    adam = dlcourse.optimizers.Adam(0.002)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(stamp(x, y), y, batch_size=32, epochs=3, seed=0, verbose=0)
    return model


def dotted(images: Array, labels: Array, dot: str) -> Array:
    """Return images with the dot of their own label, without, or with that of the next label."""
    if dot == "no dot":
        return images
    return stamp(images, labels if dot == DOTS[0] else (labels + 1) % 10)


@drawing
def draw_misled(digit: int, dot: str):
    """Draw a digit with a dot, and the probabilities that the misled network gives."""
    image = dotted(example(digit), np.array([digit]), dot)
    probabilities = misled().predict(image, verbose=0)[0]
    figure, (left, right) = canvas(
        1, 2, width=5.2, height=2.6, gridspec_kw={"width_ratios": [2, 3]}
    )
    show_image(left, image[0, ..., 0], vmax=3 if dot != "no dot" else 1)
    colours = [COLOURS.prediction if k == digit else COLOURS.loss for k in range(10)]
    right.bar(range(10), probabilities, color=colours)
    right.set(ylim=(0, 1.05), xticks=range(10), xlabel="answer", ylabel="probability")
    right.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    return figure, (
        f"A {digit} with {dot}: the network that was trained on dotted digits says "
        f"{probabilities.argmax()} with probability {probabilities.max():.2f}."
    )


def explorer() -> Explorer:
    """Return the figure of a network that reads the dot."""
    return Explorer(
        draw_misled,
        digit=Slider(range(10), label="digit", start=7),
        dot=Choice(DOTS, label="with"),
    )
