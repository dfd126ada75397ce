"""Figures of the chapter on layers: numbers flowing through, regions, curves, depth."""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.figure import Figure

import dlcourse
from dlcourse.activations import relu, sigmoid
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.network import draw_units, draw_weights, frame, layer_colours, unit_places
from dlcourse.plots.text import number

Array = np.ndarray

UNITS = [1, 2, 3, 4, 6, 8, 16]
DATA = {"moons": "two moons", "circles": "a ring around a disc", "xor": "four corners (XOR)"}

# --- numbers flowing through a network ---------------------------------------------------------

# The network of this figure: two inputs, two hidden ReLU units, one sigmoid output.
KERNELS = (np.array([[1.0, -1.0], [-2.0, 1.0]]), np.array([[2.0], [-1.0]]))
BIASES = (np.array([0.5, 0.0]), np.array([-0.5]))


def forward(x: Array) -> tuple[Array, Array, Array, Array]:
    """Return (z1, h, z2, y): the pre-activations and outputs of the two layers."""
    z1 = x @ KERNELS[0] + BIASES[0]
    h = relu(z1)
    z2 = h @ KERNELS[1] + BIASES[1]
    return z1, h, z2, sigmoid(z2)


@drawing
def draw_forward(x1: float, x2: float):
    """Draw the network with the number in each unit and the weight on each line."""
    z1, h, z2, y = forward(np.array([x1, x2]))
    figure, axes = canvas(width=5.0, height=3.8)
    places = unit_places((2, 2, 1))
    for layer in places:
        layer[:, 1] *= 1.4
    draw_weights(axes, places, KERNELS)
    numbers = [[x1, x2], h, y]
    texts = [[number(round(float(value), 2)) for value in layer] for layer in numbers]
    draw_units(axes, places, layer_colours(3), texts)
    frame(axes, (2, 2, 1), ["inputs", "hidden\n(ReLU)", "output\n(sigmoid)"], above=0.98)
    axes.set_ylim(-1.45, 2.0)
    for left, right, kernel in zip(places[:-1], places[1:], KERNELS, strict=True):
        for (i, j), weight in np.ndenumerate(kernel):
            x, y_place = left[i] + (right[j] - left[i]) * 0.32
            axes.text(x, y_place + 0.06, _weight(weight), ha="center", va="bottom")
    for place, z, bias, side in zip(places[1], z1, BIASES[0], (1, -1), strict=True):
        note = f"bias {_weight(bias)}\nz = {_signed(z)}"
        axes.text(place[0], place[1] + 0.3 * side, note, ha="center", va=_beside(side))
    note = f"bias {_weight(BIASES[1][0])}\nz = {_signed(z2[0])}"
    axes.text(2, -0.3, note, ha="center", va="top")
    return figure, (
        f"Inputs {number(x1)} and {number(x2)} give hidden sums {_signed(z1[0])} and "
        f"{_signed(z1[1])}, hidden outputs {h[0]:.2f} and {h[1]:.2f}, and the output "
        f"sigmoid({_signed(z2[0])}) = {y[0]:.3f}."
    )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _weight(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


def _beside(side: int) -> str:
    return "bottom" if side > 0 else "top"


def forward_explorer() -> Explorer:
    """Return the figure in which two inputs run through a network of 2 + 2 + 1 units."""
    values = [-2, -1, 0, 1, 2]
    return Explorer(
        draw_forward,
        x1=Slider(values, label="input x₁", start=1, form=number),
        x2=Slider(values, label="input x₂", start=-1, form=number),
    )


# --- how many units does a boundary need? ------------------------------------------------------


def sample(data: str) -> tuple[Array, Array]:
    """Return 160 points of a data set in the plane, scaled to a common size, and their classes."""
    makers = {
        "moons": lambda: dlcourse.datasets.moons(160, noise=0.12, seed=1),
        "circles": lambda: dlcourse.datasets.circles(160, noise=0.08, seed=1),
        "xor": lambda: dlcourse.datasets.xor(160, noise=0.2, seed=1),
    }
    x, y = makers[data]()
    return (x - x.mean(axis=0)) / x.std(axis=0), np.ravel(y)


@functools.cache
def classifier(data: str, units: int):
    """Return a network 2 → units → 1, the best of four trained from different starts."""
    x, y = sample(data)
    best, lowest = None, np.inf
    for seed in range(4):
        model = dlcourse.Sequential(
            [
                dlcourse.Input((2,)),
                dlcourse.layers.Dense(
                    units,
                    activation="relu",
                    kernel_initializer=dlcourse.initializers.HeNormal(seed=seed),
                ),
                dlcourse.layers.Dense(
                    1,
                    activation="sigmoid",
                    kernel_initializer=dlcourse.initializers.GlorotUniform(seed=seed),
                ),
            ]
        )
        model.compile(optimizer=dlcourse.optimizers.Adam(0.05), loss="binary_crossentropy")
        loss = model.fit(x, y, batch_size=160, epochs=300, shuffle=False, verbose=0)
        if loss.history["loss"][-1] < lowest:
            best, lowest = model, loss.history["loss"][-1]
    return best


def share_right(model, data: str) -> float:
    """Return the share of the points that a network puts into their class."""
    x, y = sample(data)
    return float(np.mean((model.predict(x, verbose=0).ravel() > 0.5) == y))


def units_needed(data: str) -> int:
    """Return the fewest hidden units of the slider whose network has 99 points in 100 right."""
    return next(units for units in UNITS if share_right(classifier(data, units), data) >= 0.99)


@drawing
def draw_regions(data: str, units: int):
    """Draw the two regions of a trained network, the line of each hidden unit, and the points."""
    figure, right = draw_plane(classifier(data, units), data)
    word = "unit" if units == 1 else "units"
    return figure, (
        f"{DATA[data][0].upper() + DATA[data][1:]}, {units} hidden {word}: {right:.0%} of the "
        "points are on the right side of the green boundary. Each dashed line is where one hidden "
        "unit begins to answer."
    )


def draw_plane(model, data: str) -> tuple[Figure, float]:
    """Draw what one hidden layer makes of the plane; return the share of points it has right."""
    x, y = sample(data)
    ticks = np.linspace(-2.4, 2.4, 97)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    answer = model.predict(grid, verbose=0).reshape(97, 97)
    figure, axes = canvas(width=4.7, height=4.4)
    sides = [COLOURS.data, COLOURS.other]
    axes.contourf(ticks, ticks, answer, levels=[0, 0.5, 1], colors=sides, alpha=0.2)
    axes.contour(ticks, ticks, answer, levels=[0.5], colors=[COLOURS.prediction], linewidths=2.5)
    kernel, bias = model.layers[0].get_weights()
    for (a, b), c in zip(kernel.T, bias, strict=True):
        _draw_line(axes, a, b, c)
    for label, colour, marker in ((0, COLOURS.data, "o"), (1, COLOURS.other, "s")):
        axes.scatter(*x[y == label].T, s=14, color=colour, marker=marker, linewidth=0)
    axes.set(xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), xlabel="x₁", ylabel="x₂", aspect="equal")
    return figure, share_right(model, data)


def _draw_line(axes, a: float, b: float, c: float) -> None:
    """Draw a·x₁ + b·x₂ + c = 0 across the picture, dashed."""
    ends = np.array([-2.4, 2.4])
    if abs(b) > abs(a):
        across, up = ends, -(a * ends + c) / b
    else:
        across, up = -(b * ends + c) / (a or 1e-12), ends
    axes.plot(across, up, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), alpha=0.6)


def regions_explorer() -> Explorer:
    """Return the figure in which hidden units fold a boundary around three data sets."""
    return Explorer(
        draw_regions,
        units=Slider(UNITS, label="hidden units", start=3),
        data=Choice(list(DATA), label="data"),
    )


# --- how many units does a curve need? ---------------------------------------------------------

CURVE_UNITS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]


def target(x: Array) -> Array:
    """Return the curve that the network of this figure has to follow."""
    return np.sin(3 * x) + 0.4 * np.cos(7 * x)


def fit_curve(units: int, x: Array) -> Array:
    """Return the best sum of `units` hinges at fixed, evenly spaced places, on the points x.

    The hidden layer is given (each unit is a ReLU that starts at its own place), so the output
    layer is a linear least-squares problem: what is left is how well the shape can do, not luck.
    """
    return hidden_outputs(units, x) @ _curve_weights(units)


def hidden_outputs(units: int, x: Array) -> Array:
    """Return the outputs of the hidden ReLU units, with a column of ones for the bias."""
    starts = np.linspace(-2, 2, units, endpoint=False)
    return np.column_stack([np.ones_like(x), relu(x[:, None] - starts)])


@functools.cache
def _curve_weights(units: int) -> Array:
    x = np.linspace(-2, 2, 401)
    return np.linalg.lstsq(hidden_outputs(units, x), target(x), rcond=None)[0]


@drawing
def draw_curve(units: int):
    """Draw the curve, the network's answer, and the kinks where a hidden unit starts."""
    x = np.linspace(-2, 2, 401)
    answer = fit_curve(units, x)
    error = np.abs(answer - target(x)).max()
    starts = np.linspace(-2, 2, units, endpoint=False)
    figure, axes = canvas(width=5.0, height=3.6)
    axes.plot(x, target(x), color=COLOURS.data, linewidth=5, alpha=0.35)
    axes.plot(x, answer, color=COLOURS.prediction)
    axes.scatter(starts, fit_curve(units, starts), color=COLOURS.prediction, s=26, zorder=3)
    axes.text(2.04, target(x)[-1] + 0.12, "curve", color=COLOURS.data, va="bottom", ha="left")
    axes.text(2.04, answer[-1] - 0.12, "network", color=COLOURS.prediction, va="top", ha="left")
    axes.set(
        xlim=(-2, 2.9),
        xticks=[-2, -1, 0, 1, 2],
        yticks=[-1, 0, 1],
        ylim=(-1.9, 1.9),
        xlabel="input x",
        ylabel="output",
    )
    word = "unit" if units == 1 else "units"
    return figure, (
        f"{units} hidden {word}: a line with {units - 1} bends inside. The network is at most "
        f"{error:.2f} away from the curve."
    )


def curve_explorer() -> Explorer:
    """Return the figure in which more and more hinges follow a curve."""
    return Explorer(draw_curve, units=Slider(CURVE_UNITS, label="hidden units", start=4))


# --- depth against width -----------------------------------------------------------------------


def fold(x: Array) -> Array:
    """Return a tent of two ReLU units: 0 at 0, 1 at ½, 0 at 1."""
    return 2 * relu(x) - 4 * relu(x - 0.5)


def folded(depth: int, x: Array) -> Array:
    """Return the tent applied `depth` times: a network of `depth` layers of two units each."""
    for _ in range(depth):
        x = fold(x)
    return x


def count_pieces(y: Array) -> int:
    """Return how many straight pieces a curve on an even grid has."""
    slopes = np.diff(y)
    return 1 + int(np.sum(~np.isclose(np.diff(slopes), 0, atol=1e-9)))


@drawing
def draw_depth(depth: int):
    """Draw what a network of `depth` layers of two units each makes of a line."""
    x = np.linspace(0, 1, 2**8 + 1)
    y = folded(depth, x)
    pieces = count_pieces(y)
    figure, axes = canvas(width=5.0, height=2.9)
    axes.plot(x, y, color=COLOURS.prediction)
    axes.set(xlabel="input x", ylabel="output", ylim=(-0.05, 1.08), xlim=(0, 1))
    word = "layer" if depth == 1 else "layers"
    return figure, (
        f"{depth} hidden {word} of 2 units, {2 * depth} units in all: {pieces} straight pieces. "
        f"One hidden layer alone needs at least {pieces - 1} units for as many."
    )


def depth_explorer() -> Explorer:
    """Return the figure in which every layer doubles the number of pieces."""
    return Explorer(draw_depth, depth=Slider([1, 2, 3, 4, 5, 6], label="hidden layers", start=1))
