"""Dropout at ten rates: what it does to a layer, and what it does to a training."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, PAPER, canvas, drawing

RATES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
UNITS = 10


def outputs(rate: float) -> np.ndarray:
    """Return what the package's Dropout layer makes of ten units that all put out 1."""
    layer = dlcourse.layers.Dropout(rate, seed=5)
    return layer(np.ones((1, UNITS), dtype="float32"), training=True)[0]


@drawing
def draw_layer(rate: float):
    """Draw a layer in training, its silenced units crossed out, and the same layer in use."""
    values = outputs(rate)
    figure, axes = canvas(width=4.6, height=3.4)
    for column, (name, row) in enumerate((("training", values), ("in use", np.ones(UNITS)))):
        for place, value in enumerate(row):
            y = UNITS - 1 - place
            alive = value > 0
            colour = COLOURS.prediction if alive else COLOURS.muted
            axes.plot([column - 0.28, column], [y, y], color=colour, lw=1.5 * value, zorder=1)
            axes.plot([column, column + 0.28], [y, y], color=colour, lw=1.5 * value, zorder=1)
            axes.scatter(column, y, s=330, color=PAPER, edgecolor=colour, linewidth=1.6, zorder=2)
            text = f"{value:.2g}" if alive else "×"
            axes.text(column, y, text, ha="center", va="center", fontsize=9.6, zorder=3)
        axes.text(column, UNITS - 0.2, name, ha="center", va="bottom", fontweight="bold")
    axes.set(xlim=(-0.5, 1.5), ylim=(-0.7, UNITS + 0.6))
    axes.axis("off")
    dropped = int(np.sum(values == 0))
    factor = "" if rate == 0 else f", the others are multiplied by {1 / (1 - rate):.3g}"
    return figure, (
        f"Rate {rate:g}: in this step {dropped} of {UNITS} units are silenced{factor}. In use, "
        "nothing is dropped and nothing is scaled."
    )


@functools.cache
def accuracies(rate: float) -> tuple[float, float]:
    """Return the shares of right answers on the digits trained on, and on new ones, over two runs.

    The training set is small, 400 digits, and a quarter of its labels are drawn anew at random.
    """
    (x, y), (x_new, y_new) = dlcourse.datasets.digits.load_data()
    x, x_new = x[:400].reshape(-1, 64) / 16, x_new.reshape(-1, 64) / 16
    rng = np.random.default_rng(0)
    y = np.where(rng.random(400) < 0.25, rng.integers(0, 10, 400), y[:400])
    he = dlcourse.initializers.HeNormal
    found = []
    for seed in range(2):
        model = dlcourse.Sequential(
            [
                dlcourse.Input((64,)),
                dlcourse.layers.Dense(
                    128, activation="relu", kernel_initializer=he(seed=10 * seed)
                ),
                dlcourse.layers.Dropout(rate, seed=seed),
                dlcourse.layers.Dense(
                    10, activation="softmax", kernel_initializer=he(seed=10 * seed + 1)
                ),
            ]
        )
        adam = dlcourse.optimizers.Adam(0.003)
        model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size=20, epochs=40, seed=seed, verbose=0)
        pairs = ((x, y), (x_new, y_new))
        found.append([model.evaluate(*pair, verbose=0)[1] for pair in pairs])
    seen, new = np.mean(found, axis=0)
    return float(seen), float(new)


@drawing
def draw_accuracies(rate: float):
    """Draw accuracy on seen and on new digits over the rate, and mark one rate."""
    figure, axes = canvas(width=4.6, height=3.4)
    seen, new = np.array([accuracies(r) for r in RATES]).T
    for values, colour, name in ((seen, COLOURS.data, "seen"), (new, COLOURS.prediction, "new")):
        axes.plot(RATES, values, color=colour)
        axes.scatter(rate, values[RATES.index(rate)], color=colour, s=50, zorder=3)
        axes.text(0.93, values[-1], name, color=colour, va="center")
    axes.set(xlabel="dropout rate", ylabel="right answers", xlim=(0, 1.06), ylim=(0.7, 0.92))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    mine = accuracies(rate)
    best = RATES[int(new.argmax())]
    return figure, (
        f"Trained with rate {rate:g} on 400 digits with many wrong labels: {mine[0]:.1%} of those "
        f"labels are learned, and {mine[1]:.1%} of new digits are right. Rate {best:g} is best, "
        f"with {new.max():.1%}."
    )


def explorer() -> Explorer:
    """Return the figure with the dropout slider."""
    return Explorer(
        draw_layer, draw_accuracies, rate=Slider(RATES, label="dropout rate", start=0.4)
    )
