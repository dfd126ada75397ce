"""The figure of the chapter on Keras: one training in two libraries, and how far they are apart."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, INK, PAPER, canvas, drawing, log_scale
from dlcourse.plots.text import power_of_ten

EPOCHS = 12


def build(k):
    """Return a small network for digits from either library."""
    model = k.Sequential(
        [
            k.Input((64,)),
            k.layers.Dense(16, activation="relu"),
            k.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(k.optimizers.SGD(0.125), "sparse_categorical_crossentropy")
    return model


@functools.cache
def losses() -> tuple[np.ndarray, np.ndarray]:
    """Return the loss after each epoch, of dlcourse and of Keras, from the same weights."""
    (x, y), _ = dlcourse.datasets.digits.load_data()
    run = dlcourse.twins.compare_fit(
        build, x[:500].reshape(-1, 64) / 16, y[:500], batch_size=25, epochs=EPOCHS
    )
    return np.array(run.history["loss"]), np.array(run.keras_history["loss"])


def units_apart() -> np.ndarray:
    """Return by how many units of float64's last digit the two losses differ, epoch by epoch."""
    ours, theirs = losses()
    return np.abs(ours - theirs) / np.spacing(theirs)


@drawing
def draw_twins(epoch: int):
    """Draw both losses up to an epoch, with the difference."""
    ours, theirs = losses()
    figure, axes = canvas(width=4.8, height=3.2)
    epochs = np.arange(1, EPOCHS + 1)
    axes.plot(epochs, theirs, color=COLOURS.muted, linewidth=9, alpha=0.25)
    axes.plot(epochs[:epoch], theirs[:epoch], color=COLOURS.other, linewidth=9, alpha=0.6)
    axes.plot(epochs[:epoch], ours[:epoch], color=COLOURS.data, linewidth=2)
    axes.scatter(epoch, ours[epoch - 1], color=COLOURS.data, zorder=3)
    axes.set(xlabel="epoch", ylabel="loss", xlim=(0.6, EPOCHS + 0.4), ylim=(0, 1.05 * theirs.max()))
    axes.set_xticks([1, 4, 8, 12])
    axes.text(EPOCHS, theirs.max() * 0.9, "Keras: thick", color=COLOURS.other, ha="right")
    axes.text(EPOCHS, theirs.max() * 0.76, "dlcourse: thin", color=COLOURS.data, ha="right")
    one, other = ours[epoch - 1], theirs[epoch - 1]
    units = units_apart()[epoch - 1]
    return figure, (
        f"After epoch {epoch}: dlcourse {one:.15f}, Keras {other:.15f}. They differ by "
        f"{units:.0f} {'unit' if units == 1 else 'units'} of the last digit that float64 has."
    )


@drawing
def draw_difference(epoch: int):
    """Draw the difference of the two losses after each epoch, far below the losses themselves."""
    figure, axes = canvas(width=4.8, height=3.2)
    ours, theirs = losses()
    epochs = np.arange(1, EPOCHS + 1)
    gap = np.maximum(np.abs(ours - theirs), 1e-17)
    axes.plot(epochs[:epoch], theirs[:epoch], color=COLOURS.other, linewidth=6, alpha=0.6)
    axes.plot(epochs[:epoch], gap[:epoch], color=COLOURS.loss, marker="o")
    axes.axhline(np.finfo("float32").eps, color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.text(EPOCHS, 4e-7, "what float32 can tell", color=COLOURS.muted, ha="right")
    axes.text(EPOCHS, 2e-2, "the loss", color=COLOURS.other, ha="right")
    axes.text(EPOCHS, 1e-13, "the difference", color=COLOURS.loss, ha="right")
    log_scale(axes, "y")
    axes.set(xlabel="epoch", xlim=(0.6, EPOCHS + 0.4), ylim=(3e-18, 30))
    axes.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    axes.set_xticks([1, 4, 8, 12])
    return figure, (
        f"On a scale of powers of ten: the loss is {theirs[epoch - 1]:.2f}, the difference "
        f"{power_of_ten(abs(ours - theirs)[epoch - 1], 1)}."
    )


def explorer() -> Explorer:
    """Return the figure in which two libraries train the same network."""
    return Explorer(
        draw_twins,
        draw_difference,
        epoch=Slider(range(1, EPOCHS + 1), label="epoch", start=4),
    )


# --- paths that split and meet -----------------------------------------------------------------


@drawing
def draw_paths():
    """Draw the functional model of the chapter: a skip connection and a second branch."""
    figure, axes = canvas(width=5.4, height=2.6, margins=(0.05, 0.05, 0.05, 0.05))
    places = {
        "input": (0.5, 1),
        "dense\n32": (2.6, 1),
        "dense\n32 ": (4.8, 1),
        "add": (6.8, 1),
        "join": (8.7, 1),
        "dense\n10": (10.7, 1),
        "dense\n8": (4.8, -0.8),
    }
    for start, end, colour, bend in (
        ("input", "dense\n32", INK, 0),
        ("dense\n32", "dense\n32 ", INK, 0),
        ("dense\n32 ", "add", INK, 0),
        ("add", "join", INK, 0),
        ("join", "dense\n10", INK, 0),
        ("dense\n32", "add", COLOURS.prediction, -0.5),
        ("input", "dense\n8", COLOURS.other, 0.25),
        ("dense\n8", "join", COLOURS.other, 0.25),
    ):
        shrink = 20 if end.startswith("dense") and not bend else 17
        arrow = {
            "arrowstyle": "-|>",
            "color": colour,
            "lw": 1.8,
            "connectionstyle": f"arc3,rad={bend}",
            "shrinkA": 10,
            "shrinkB": shrink + (5 if bend else 0),
        }
        axes.annotate("", places[end], places[start], arrowprops=arrow)
    for name, place in places.items():
        box = {"boxstyle": "round,pad=0.3", "facecolor": PAPER, "edgecolor": COLOURS.data}
        axes.text(*place, name.strip(), ha="center", va="center", bbox=box, zorder=3)
    axes.text(4.7, 2.45, "skip connection", ha="center", color=COLOURS.prediction)
    axes.text(7.6, -1.35, "second branch", ha="center", color=COLOURS.other)
    axes.set(xlim=(-0.3, 11.6), ylim=(-1.7, 2.9))
    axes.axis("off")
    return figure, (
        "The input goes to a dense layer of 32 and, in a second branch, to one of 8. The first "
        "layer's output goes through another dense layer of 32 and, by a skip connection, around "
        "it; both are added. The sum and the second branch are joined, and a dense layer of 10 "
        "gives the answer."
    )
