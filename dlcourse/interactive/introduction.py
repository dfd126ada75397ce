"""Figures of the landing page and of the introduction: learning as something that one can watch."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray

EPOCHS = [0, 1, 2, 4, 7, 10, 14, 18, 24, 32, 50, 100]
REACH = 1.25  # half the side of the picture, in the units of the data


@functools.cache
def spirals() -> tuple[Array, Array]:
    """Return 300 points of two spirals within ±1, and their classes."""
    x, y = dlcourse.datasets.spirals(300, noise=0.03, seed=2)
    return x / np.abs(x).max(), np.ravel(y)


class Run(NamedTuple):
    """A network that was watched while it learned: its answers, the share right, its weights."""

    seen: dict[int, tuple[Array, float]]
    model: dlcourse.Sequential
    first_kernels: list[Array]
    last_kernels: list[Array]


@functools.cache
def learning() -> Run:
    """Train one network, and return for each epoch its answer over the plane and its accuracy."""
    x, y = spirals()
    ticks = np.linspace(-REACH, REACH, 81)
    plane = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    dense = dlcourse.layers.Dense
    he = dlcourse.initializers.HeNormal
    model = dlcourse.Sequential(
        [
            dlcourse.Input((2,)),
            dense(32, activation="relu", kernel_initializer=he(seed=0)),
            dense(32, activation="relu", kernel_initializer=he(seed=1)),
            dense(1, activation="sigmoid", kernel_initializer=he(seed=2)),
        ]
    )
    model.compile(optimizer=dlcourse.optimizers.Adam(0.004), loss="binary_crossentropy")
    first_kernels = [layer.kernel.copy() for layer in model.layers]
    seen, done = {}, 0
    for epoch in EPOCHS:
        if epoch > done:
            model.fit(x, y, batch_size=32, epochs=epoch - done, seed=epoch, verbose=0)
        done = epoch
        answer = model.predict(plane, verbose=0).reshape(81, 81)
        right = np.mean((model.predict(x, verbose=0).ravel() > 0.5) == y)
        seen[epoch] = answer, float(right)
    return Run(seen, model, first_kernels, [layer.kernel for layer in model.layers])


@drawing
def draw_spirals(epoch: int):
    """Draw what the network believes about every place of the plane after some epochs."""
    answer, right = learning().seen[epoch]
    x, y = spirals()
    figure, axes = canvas(width=4.6, height=4.6)
    ticks = np.linspace(-REACH, REACH, 81)
    shades = np.linspace(0, 1, 9)
    colours = [COLOURS.data] * 4 + [COLOURS.other] * 4
    for low, high, colour in zip(shades[:-1], shades[1:], colours, strict=True):
        strength = 0.08 + 0.62 * abs((low + high) / 2 - 0.5)
        axes.contourf(ticks, ticks, answer, levels=[low, high], colors=[colour], alpha=strength)
    axes.contour(ticks, ticks, answer, levels=[0.5], colors=[COLOURS.prediction], linewidths=2)
    for label, colour, marker in ((0, COLOURS.data, "o"), (1, COLOURS.other, "s")):
        axes.scatter(*x[y == label].T, s=13, color=colour, marker=marker, linewidth=0)
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    axes.axis("off")
    if epoch == 0:
        return figure, (
            f"Before training, with random weights: the network puts {right:.0%} of the points on "
            "the right side of its green boundary, as a coin would."
        )
    word = "pass" if epoch == 1 else "passes"
    return figure, (
        f"After {epoch} {word} over the 300 points: {right:.0%} are on the right side of the green "
        "boundary. The stronger the colour, the surer the network."
    )


def learning_explorer() -> Explorer:
    """Return the figure in which a network learns to tell two spirals apart."""
    return Explorer(draw_spirals, epoch=Slider(EPOCHS, label="passes over the data", start=10))


# --- the same points, as each layer sees them ----------------------------------------------------

STEPS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]  # layers passed; in between, on the way
PLACES = ("the input", "the first hidden layer", "the second hidden layer")


@functools.cache
def views() -> list[tuple[Array, float]]:
    """Return the points in a plane, and the share that one straight line gets right, by layer.

    A hidden layer has 32 outputs for each point. Of these the plane keeps two directions: upwards
    the distance from the straight line (in 32 dimensions a hyperplane) that separates the classes
    best by least squares; across, the direction in which the points spread most besides.
    """
    x, y = spirals()
    seen, outputs = [], x.astype("float32")
    for layer in [None, *learning().model.layers[:-1]]:
        outputs = outputs if layer is None else layer(outputs)
        points = outputs.astype("float64")
        ones = np.ones((len(points), 1))
        fitted = np.linalg.lstsq(np.hstack([points, ones]), 2 * y - 1, rcond=None)[0]
        line, offset = fitted[:-1], fitted[-1]
        up = (points @ line + offset) / np.linalg.norm(line)
        rest = points - points.mean(axis=0)
        rest = rest - np.outer(rest @ line, line) / (line @ line)
        across = rest @ np.linalg.svd(rest, full_matrices=False)[2][0]
        if np.dot(across, seen[-1][0][:, 0] if seen else x[:, 0]) < 0:
            across = -across  # a direction has no sign of its own: keep left on the left
        plane = np.column_stack([across, up])
        seen.append((plane / np.abs(plane).max(axis=0), float(np.mean((up > 0) == (y > 0.5)))))
    return seen


@drawing
def draw_view(passed: float):
    """Draw the points of the two spirals where the layers have put them."""
    before, after = int(passed), min(int(passed) + 1, 2)
    way = passed - before
    points = (1 - way) * views()[before][0] + way * views()[after][0]
    right = views()[before][1]
    _, y = spirals()
    figure, axes = canvas(width=4.6, height=4.0, margins=(0.1, 0.1, 0.1, 0.1))
    if not way:
        axes.axhline(0, color=COLOURS.prediction, linewidth=2)
    for label, colour, marker in ((0, COLOURS.data, "o"), (1, COLOURS.other, "s")):
        axes.scatter(*points[y == label].T, s=16, color=colour, marker=marker, linewidth=0)
    axes.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
    axes.axis("off")
    if way:
        share = {0.25: "A quarter", 0.5: "Half", 0.75: "Three quarters"}[way]
        return figure, f"{share} of the way from {PLACES[before]} to {PLACES[after]}."
    return figure, (
        f"The points as they leave {PLACES[before]}: the line that is best by least squares "
        f"has {right:.0%} of them on the right side."
    )


def view_explorer() -> Explorer:
    """Return the figure in which two layers pull two spirals apart."""
    return Explorer(draw_view, passed=Slider(STEPS, label="layers passed", start=0))


# --- what data buys, with learned features and with features chosen by hand ---------------------

EXAMPLES = [20, 50, 100, 200, 500, 1200]


def features_by_hand(images: Array) -> Array:
    """Return six numbers for each 8×8 image: ink in all, in its halves, its middle, its balance.

    Shapes: images (samples, 8, 8) -> (samples, 6).
    """
    ink = images
    mirrored = np.abs(ink - ink[:, :, ::-1])
    return np.column_stack(
        [
            ink.mean(axis=(1, 2)),
            ink[:, :4].mean(axis=(1, 2)),
            ink[:, :, :4].mean(axis=(1, 2)),
            ink[:, 3:5, 3:5].mean(axis=(1, 2)),
            mirrored.mean(axis=(1, 2)),
            ink.max(axis=2).mean(axis=1),
        ]
    )


@functools.cache
def accuracy(examples: int, by_hand: bool, hidden: bool) -> tuple[float, float]:
    """Return the shares of its own examples and of new digits that a trained model names rightly.

    by_hand: the model sees the six features above, else the 64 pixels; hidden: it looks at them
    through a hidden layer that learns 64 features of its own, else its one layer decides directly.
    """
    (x, y), (x_test, y_test) = dlcourse.datasets.digits.load_data()
    prepare = features_by_hand if by_hand else lambda images: images.reshape(len(images), 64)
    x, x_test = prepare(x), prepare(x_test)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    x, x_test = (x - mean) / spread, (x_test - mean) / spread
    x, y = x[:examples], y[:examples]
    glorot = dlcourse.initializers.GlorotUniform
    between = dlcourse.layers.Dense(64, activation="relu", kernel_initializer=glorot(seed=0))
    model = dlcourse.Sequential(
        [
            dlcourse.Input(x.shape[1:]),
            *([between] if hidden else []),
            dlcourse.layers.Dense(10, activation="softmax", kernel_initializer=glorot(seed=1)),
        ]
    )
    model.compile(optimizer=dlcourse.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
    passes = max(20, 6000 // examples)
    model.fit(x, y, batch_size=32, epochs=passes, seed=0, verbose=0)

    def right(samples: Array, labels: Array) -> float:
        return float(np.mean(model.predict(samples, verbose=0).argmax(axis=1) == labels))

    return right(x, y), right(x_test, y_test)
