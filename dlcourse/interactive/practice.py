"""Figures of the chapter on training: initial weights, features of unequal scale, normalisation."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse import activations
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing, log_scale
from dlcourse.plots.text import power_of_ten

Array = np.ndarray

# --- initial weights ---------------------------------------------------------------------------

INITIALIZERS = {
    "zeros": lambda seed: dlcourse.initializers.Zeros(),
    "normal, 0.01": lambda seed: dlcourse.initializers.RandomNormal(stddev=0.01, seed=seed),
    "normal, 1": lambda seed: dlcourse.initializers.RandomNormal(stddev=1.0, seed=seed),
    "Glorot": lambda seed: dlcourse.initializers.GlorotNormal(seed=seed),
    "He": lambda seed: dlcourse.initializers.HeNormal(seed=seed),
}
LAYERS = 10
UNITS = 100


@functools.cache
def outputs(initializer: str, activation: str) -> list[Array]:
    """Return what each of ten layers of 100 units puts out for 200 standard-normal samples."""
    x = np.random.default_rng(0).normal(size=(200, UNITS))
    function, found = activations.get(activation), []
    for layer in range(LAYERS):
        kernel = INITIALIZERS[initializer](layer)((UNITS, UNITS), dtype="float64")
        x = function(x @ kernel)
        found.append(x)
    return found


@drawing
def draw_outputs(initializer: str, activation: str):
    """Draw a histogram of each layer's outputs, mirrored, side by side."""
    layers = outputs(initializer, activation)
    figure, axes = canvas(width=4.2, height=3.3)
    ends = np.array([np.percentile(layer, [1, 99]) for layer in layers])
    reach = max(np.abs(ends).max(), 0.05) * 1.05
    bins = np.linspace(-reach, reach, 42)
    middles = (bins[1:] + bins[:-1]) / 2
    for place, layer in enumerate(layers, start=1):
        counts = np.histogram(layer, bins)[0]
        # A root, so that the one bin with all the zeros of a ReLU does not hide the others.
        width = 0.45 * np.sqrt(counts / counts.max())
        axes.fill_betweenx(
            middles, place - width, place + width, color=COLOURS.prediction, linewidth=0, step="mid"
        )
    axes.set(ylim=(-reach, reach), xlabel="layer", ylabel="outputs")
    axes.set_xticks(range(1, LAYERS + 1))
    # The same number of digits for tiny and for huge outputs: the axes keep their width.
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3))
    first, last = layers[0].std(), layers[-1].std()
    return figure, (
        f"{initializer} weights, {activation}: outputs spread by "
        f"{power_of_ten(first, 2)} after the first layer and by {power_of_ten(last, 2)} after the "
        "tenth. Each shape is a histogram, standing upright."
    )


@drawing
def draw_spreads(initializer: str, activation: str):
    """Draw the spread of each layer's outputs on a logarithmic scale that stays as it is."""
    spreads = np.array([layer.std() for layer in outputs(initializer, activation)])
    figure, axes = canvas(width=4.0, height=3.3)
    axes.axhline(1, color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.plot(
        range(1, LAYERS + 1), np.maximum(spreads, 1e-14), color=COLOURS.prediction, marker="o"
    )
    log_scale(axes, "y")
    axes.set_yticks([1e-12, 1e-8, 1e-4, 1, 1e4, 1e8])
    axes.set_xticks(range(1, LAYERS + 1))
    axes.set(ylim=(1e-14, 1e10), xlabel="layer", ylabel="spread of the outputs")
    factor = (spreads[-1] / spreads[0]) ** (1 / (LAYERS - 1)) if spreads[0] > 0 else 0.0
    return figure, f"Each layer multiplies the spread by about {power_of_ten(factor, 2)}."


def initializer_explorer() -> Explorer:
    """Return the figure in which initial weights let signals fade, burst or live."""
    return Explorer(
        draw_outputs,
        draw_spreads,
        initializer=Choice(list(INITIALIZERS), label="initial weights", start="normal, 0.01"),
        activation=Choice(["relu", "tanh"], label="activation"),
    )


# --- features of unequal scale -----------------------------------------------------------------

SCALES = [1.0, 2.0, 3.0, 5.0, 7.0, 10.0]


def condition(scale: float) -> float:
    """Return the ratio of the largest to the smallest curvature of the squared error."""
    curvatures = np.linalg.eigvalsh(_hessian(scale))
    return float(curvatures[-1] / curvatures[0])


def _hessian(scale: float) -> Array:
    x = np.random.default_rng(0).normal(size=(200, 2)) * [1.0, scale]
    return x.T @ x / len(x)


def descent(scale: float, steps: int = 60) -> Array:
    """Return the path of gradient descent at 0.9 of the largest rate that does not diverge."""
    hessian = _hessian(scale)
    rate = 0.9 * 2 / np.linalg.eigvalsh(hessian)[-1]
    best, w = np.array([1.0, 1.0]), np.array([-1.0, 1.0 + 1.5 / scale])
    path = [w]
    for _ in range(steps):
        w = w - rate * hessian @ (w - best)
        path.append(w)
    return np.array(path)


@drawing
def draw_scale(scale: float):
    """Draw the loss from above with the path of gradient descent."""
    hessian, path = _hessian(scale), descent(scale)
    figure, axes = canvas(width=5.0, height=3.3)
    across, up = np.meshgrid(np.linspace(-1.4, 2.0, 61), np.linspace(-0.8, 2.8, 61))
    offset = np.stack([across - 1, up - 1], axis=-1)
    loss = 0.5 * np.einsum("...i,ij,...j", offset, hessian, offset)
    levels = loss.max() * np.linspace(0.03, 1, 9) ** 2
    axes.contour(across, up, loss, levels=levels, colors=[COLOURS.muted], linewidths=0.7, alpha=0.6)
    axes.plot(*path.T, color=COLOURS.data, linewidth=1.2, marker=".", markersize=5)
    axes.scatter(1, 1, color=COLOURS.loss, marker="*", s=110, zorder=3)
    axes.set(xlim=(-1.4, 2.0), ylim=(-0.8, 2.8), xlabel="weight of x₁", ylabel="weight of x₂")
    missing = np.linalg.norm(path[-1] - 1)
    return figure, (
        f"Second feature {scale:g} times as large as the first: curvatures differ by a factor of "
        f"{condition(scale):.0f}, and 60 steps at nine tenths of the largest rate end "
        f"{power_of_ten(missing, 2)} away from the lowest point."
    )


def scale_explorer() -> Explorer:
    """Return the figure in which one large feature slows everything down."""
    return Explorer(draw_scale, scale=Slider(SCALES, label="size of x₂ over x₁", start=7.0))


# --- batch normalisation -----------------------------------------------------------------------

BATCHES = [2, 4, 8, 16, 32, 64, 128]


@functools.cache
def batch_statistics(size: int) -> tuple[Array, Array]:
    """Return the means and standard deviations of 300 batches of a unit with mean 2, spread 3."""
    x = np.random.default_rng(0).normal(2, 3, size=(300, size))
    return x.mean(axis=1), x.std(axis=1)


@drawing
def draw_batches(size: int):
    """Draw what batches of a size believe the mean and the spread to be."""
    means, spreads = batch_statistics(size)
    figure, axes = canvas(width=5.0, height=3.3)
    axes.scatter(means, spreads, color=COLOURS.data, s=12, alpha=0.5, linewidth=0)
    axes.scatter(2, 3, color=COLOURS.loss, marker="*", s=140, zorder=3)
    axes.text(2.3, 3.35, "truth", color=COLOURS.loss, fontweight="bold")
    axes.set(xlim=(-5, 9), ylim=(0, 8), xlabel="mean of the batch", ylabel="spread of the batch")
    return figure, (
        f"300 batches of {size}: their means vary by {means.std():.2f} around 2, and their spread "
        f"is {spreads.mean():.2f} on average, where the truth is 3."
    )


def batch_explorer() -> Explorer:
    """Return the figure in which small batches misjudge what they normalise by."""
    return Explorer(draw_batches, size=Slider(BATCHES, label="batch size", start=4))
