"""The figure of the chapter on regularisation in which dropout thins out a network."""

from __future__ import annotations

import functools
import itertools

import numpy as np
from matplotlib.collections import LineCollection

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, PAPER, canvas, drawing
from dlcourse.plots.network import frame, unit_places

Array = np.ndarray

SIZES = (4, 8, 8, 3)
RATES = [0.0, 0.2, 0.4, 0.5, 0.6, 0.8]
MOMENTS = [1, 2, 3, 4, "in use"]


def factors(rate: float, moment: int | str) -> list[Array]:
    """Return what each unit's output is multiplied by, layer by layer; only hidden units drop.

    `moment`: the number of a training step, or "in use". The package's Dropout layer decides.
    """
    found = []
    for number, size in enumerate(SIZES):
        hidden = 0 < number < len(SIZES) - 1
        training = hidden and moment != "in use"
        seed = 0 if moment == "in use" else 100 * moment + number
        layer = dlcourse.layers.Dropout(rate, seed=seed)
        found.append(layer(np.ones((1, size)), training=training)[0])
    return found


@drawing
def draw_network(rate: float, moment: int | str):
    """Draw the network that is left in a training step, or all of it when it is in use."""
    places, scale = unit_places(SIZES), factors(rate, moment)
    figure, axes = canvas(width=4.6, height=3.9)
    for left, right, f_left, f_right in zip(
        places[:-1], places[1:], scale[:-1], scale[1:], strict=True
    ):
        ends = itertools.product(left[f_left > 0], right[f_right > 0])
        widths = np.repeat(0.5 * f_left[f_left > 0], np.sum(f_right > 0))
        axes.add_collection(LineCollection(list(ends), colors=COLOURS.data, linewidths=widths))
    for number, (layer, factor) in enumerate(zip(places, scale, strict=True)):
        edges = [COLOURS.muted if f == 0 else COLOURS.prediction for f in factor]
        axes.scatter(*layer.T, s=460, color=PAPER, edgecolor=edges, linewidth=1.8, zorder=2)
        for (x, y), f, colour in zip(layer, factor, edges, strict=True):
            if 0 < number < len(SIZES) - 1:
                text = "×" if f == 0 else f"{f:.3g}"
                axes.text(x, y, text, ha="center", va="center", fontsize=9, color=colour, zorder=3)
    frame(axes, SIZES, ["inputs", "hidden", "hidden", "outputs"], above=0.5)
    dropped = [int(np.sum(f == 0)) for f in scale[1:-1]]
    if moment == "in use":
        return figure, "In use every unit works, and none is scaled."
    return figure, (
        f"Rate {rate:g}, training step {moment}: {dropped[0]} and {dropped[1]} of 8 units are "
        f"silent, with all their weights; the others are multiplied by {1 / (1 - rate):.3g}."
    )


@functools.cache
def trained(rate: float) -> dlcourse.Sequential:
    """Return a network trained on 1,000 digits with dropout of a rate before its last layer."""
    (x, y), _ = dlcourse.datasets.digits.load_data()
    he = dlcourse.initializers.HeNormal
    model = dlcourse.Sequential(
        [
            dlcourse.Input((64,)),
            dlcourse.layers.Dense(128, activation="relu", kernel_initializer=he(seed=0)),
            dlcourse.layers.Dropout(rate, seed=0),
            dlcourse.layers.Dense(10, activation="softmax", kernel_initializer=he(seed=1)),
        ]
    )
    model.compile(dlcourse.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    model.fit(x[:1000].reshape(-1, 64) / 16, y[:1000], epochs=15, seed=0, verbose=0)
    return model


@functools.cache
def shares_right(rate: float) -> tuple[float, float]:
    """Return the shares of new digits that are right: with dropout off, and left on by accident.

    Left on, the answer is another one each time; the share is the mean of ten times.
    """
    _, (x, y) = dlcourse.datasets.digits.load_data()
    x, model = x.reshape(-1, 64) / 16, trained(rate)
    off = np.mean(model(x, training=False).argmax(axis=1) == y)
    on = np.mean([model(x, training=True).argmax(axis=1) == y for _ in range(10)])
    return float(off), float(on)


@drawing
def draw_use(rate: float):
    """Draw the share of right answers over the rate, with dropout off and on, and mark one rate."""
    figure, axes = canvas(width=4.0, height=3.5)
    off, on = np.array([shares_right(r) for r in RATES]).T
    for values, colour, name in (
        (off, COLOURS.prediction, "off, as it should be"),
        (on, COLOURS.loss, "left on"),
    ):
        axes.plot(RATES, values, color=colour, label=name)
        axes.scatter(rate, values[RATES.index(rate)], color=colour, s=60, zorder=3)
    axes.set(xlabel="dropout rate", ylabel="new digits right", xlim=(-0.03, 0.83), ylim=(0.7, 0.95))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.2)
    mine = shares_right(rate)
    return figure, (
        f"Trained with rate {rate:g}: {mine[0]:.1%} of new digits are right with dropout off, "
        f"{mine[1]:.1%} with dropout left on."
    )


def thinned_explorer() -> Explorer:
    """Return the figure in which each training step gets another network."""
    return Explorer(
        draw_network,
        draw_use,
        moment=Slider(MOMENTS, label="training step", start=1, form=str),
        rate=Slider(RATES, label="dropout rate", start=0.5),
    )
