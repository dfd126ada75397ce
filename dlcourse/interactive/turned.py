"""The figure of the chapter on optimizers in which a valley is turned against the axes."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse import optimizers
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray

STEEPNESS = [1, 10, 100]
ANGLES = [0, 10, 20, 30, 45]
START = np.array([-4.0, 1.2])  # along the valley, and across it
MOST = 600
COLOUR = {"SGD": COLOURS.data, "Adam": COLOURS.loss}


def turn(angle: float) -> Array:
    """Return the matrix that turns a point by an angle in degrees."""
    a = np.radians(angle)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


def curvature(steepness: float, angle: float) -> Array:
    """Return the Hessian of a valley: 1 along it, `steepness` across it, turned by an angle."""
    return turn(angle) @ np.diag([1.0, steepness]) @ turn(angle).T


def make(name: str, steepness: float) -> optimizers.Optimizer:
    """Return SGD at 0.9 of the largest rate that does not diverge, or Adam at rate 0.1."""
    return optimizers.SGD(1.8 / steepness) if name == "SGD" else optimizers.Adam(0.1)


@functools.cache
def walk(name: str, steepness: float, angle: float) -> Array:
    """Return the path (601, 2) of an optimizer; the start turns with the valley."""
    hessian, optimizer = curvature(steepness, angle), make(name, steepness)
    place = turn(angle) @ START
    path = [place.copy()]
    for _ in range(MOST):
        optimizer.apply([hessian @ place], [place])
        path.append(place.copy())
    return np.array(path)


def steps_needed(name: str, steepness: float, angle: float) -> int:
    """Return after how many steps the height stays below a hundredth of the start's."""
    path = walk(name, steepness, angle)
    height = np.einsum("ti,ij,tj->t", path, curvature(steepness, angle), path)
    return int(np.flatnonzero(height >= 0.01 * height[0])[-1]) + 1


@drawing
def draw_turned(steepness: int, angle: int):
    """Draw the valley from above, with both paths until they have arrived."""
    figure, axes = canvas(width=4.6, height=3.9)
    x, y = np.meshgrid(np.linspace(-5, 3, 41), np.linspace(-4, 3, 41))
    points = np.stack([x, y], axis=-1)
    height = np.einsum("...i,ij,...j", points, curvature(steepness, angle), points) / 2
    levels = steepness * np.array([0.3, 1.2, 2.7, 4.8, 7.5, 10.8, 14.7])
    axes.contour(x, y, height, levels=levels, colors=[COLOURS.muted], linewidths=0.7, alpha=0.6)
    counts = {name: steps_needed(name, steepness, angle) for name in COLOUR}
    for name, colour in COLOUR.items():
        path = walk(name, steepness, angle)[: counts[name] + 1]
        label = f"{name}: {counts[name]} steps"
        axes.plot(*path.T, color=colour, linewidth=1.3, marker=".", markersize=4, label=label)
    axes.plot(*(turn(angle) @ START), marker="x", color=COLOURS.muted, markeredgewidth=2)
    axes.plot(0, 0, marker="*", markersize=12, color=COLOURS.prediction, zorder=4)
    axes.set(xlim=(-5, 3), ylim=(-4, 3), xlabel="weight 1", ylabel="weight 2", aspect="equal")
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.2)
    faster = min(counts, key=counts.get)
    shape = "A round bowl" if steepness == 1 else f"A valley {steepness} times as steep across"
    return figure, (
        f"{shape}, turned by {angle}°: SGD needs "
        f"{counts['SGD']} steps to a hundredth of the height, Adam {counts['Adam']}. "
        f"{faster} is faster."
    )


def turned_explorer() -> Explorer:
    """Return the figure in which Adam's advantage depends on the direction of the valley."""
    return Explorer(
        draw_turned,
        angle=Slider(ANGLES, label="turned by", start=0, form="{}°"),
        steepness=Slider(STEEPNESS, label="steepness", start=100),
    )
