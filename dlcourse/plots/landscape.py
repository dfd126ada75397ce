"""Loss landscapes seen from above: lines of equal loss, and the path that a descent takes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plots.picture import drawing
from dlcourse.plots.style import COLOURS, INK, canvas

Array = np.ndarray
Reach = tuple[float, float, float, float]  # left, right, bottom, top
Height = Callable[[Array, Array], Array]


def landscape(axes: Axes, height: Height, reach: Reach, bands: int = 9) -> None:
    """Draw the landscape from above, the stronger the colour the higher the ground.

    `height(x, y)` takes arrays. The bands are narrower near the lowest point, as a bowl's slope is
    gentler there.
    """
    left, right, bottom, top = reach
    x, y = np.meshgrid(np.linspace(left, right, 45), np.linspace(bottom, top, 45))
    z = height(x, y)
    shades = [(COLOURS.loss, 0.06 + 0.4 * share) for share in np.linspace(0, 1, bands)]
    filled = axes.contourf(x, y, z, levels=_levels(z, bands), colors=shades)
    # The bands' own edges are the lines of equal height: drawn apart, they would weigh as much.
    filled.set(edgecolor=(COLOURS.loss, 0.35), linewidth=0.5)
    axes.set(xlim=(left, right), ylim=(bottom, top))


def trace(axes: Axes, path: Array, dots: bool = True) -> None:
    """Draw a path (points, 2): its steps, its start as a ring, and where it is now."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    size = max(right - left, top - bottom)
    # Beyond the picture's edge a diverging path may reach numbers that no renderer takes.
    far = 20 * size
    seen = path[np.cumsum(np.abs(path).max(axis=1) > far) <= 1].clip(-far, far)
    drawn = thin(seen, size / 150)
    marks = {"marker": "o", "markersize": 3} if dots else {}
    axes.plot(*drawn.T, color=INK, linewidth=0.9, **marks)
    axes.plot(*seen[0], marker="o", markersize=9, color=INK, markerfacecolor="none")
    axes.plot(*seen[-1], marker="o", markersize=8, color=COLOURS.accent, zorder=5)


def thin(path: Array, gap: float) -> Array:
    """Return the points (n, 2) of a path without those nearer than `gap` to the last one kept."""
    kept = [path[0]]
    for point in path[1:-1]:
        if np.abs(point - kept[-1]).max() >= gap:
            kept.append(point)
    return np.array([*kept, path[-1]])


@drawing
def surface_and_map(height: Height, reach: Reach, names: tuple[str, str, str]):
    """Draw a landscape twice: from the side as a surface, from above as a map.

    `names`: what the two axes and the height are called.
    """
    left, right, bottom, top = reach
    figure, (side, above) = canvas(columns=2, width=6.4, height=2.9)
    side.remove()
    side = figure.add_subplot(1, 2, 1, projection="3d")
    x, y = np.meshgrid(np.linspace(left, right, 41), np.linspace(bottom, top, 41))
    z = height(x, y)
    levels = _levels(z, 9)
    side.plot_wireframe(x, y, z, rcount=14, ccount=14, color=COLOURS.muted, linewidth=0.5)
    side.contour(x, y, z, levels=levels[1:], colors=[COLOURS.loss], linewidths=1.4)
    side.set(xlabel=names[0], ylabel=names[1])
    side.text2D(0.0, 0.97, f"height: {names[2]}", transform=side.transAxes)
    for axis in (side.xaxis, side.yaxis, side.zaxis):
        axis.set_ticks([])
        axis.set_pane_color((0, 0, 0, 0))
        axis.labelpad = -14
    side.view_init(elev=28, azim=-60)
    side.set_box_aspect((1, 1, 0.75), zoom=1.25)
    landscape(above, height, reach)
    above.set(xlabel=names[0], ylabel=names[1], aspect="equal")
    return figure, (
        f"The same {names[2]} twice: as a surface over {names[0]} and {names[1]}, and as a map of "
        "it. Each line joins points of equal height; on the map, stronger colour is higher."
    )


def _levels(z: Array, bands: int) -> Array:
    """Return the heights of the lines: closer together near the lowest point."""
    return z.min() + (z.max() - z.min()) * np.linspace(0, 1, bands + 1) ** 2
