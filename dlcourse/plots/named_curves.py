"""Curves with a name at the end of each: learning curves that exercises ask the reader to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from dlcourse.plots.picture import drawing
from dlcourse.plots.style import CYCLE, canvas


@drawing
def named_curves(
    curves: Mapping[str, Sequence[float]],
    x_label: str = "epoch",
    y_label: str = "loss",
    start: int = 1,
    panels: bool = False,
) -> tuple[Figure, str]:
    """Draw curves over 1, 2, 3, ... (or from `start`), each with its name where it ends.

    With `panels`, each curve has a panel of its own, all to one scale, and its name above it. The
    sentence gives the numbers and leaves it to the reader to read them.
    """
    number = len(curves) if panels else 1
    figure, grid = canvas(1, number, width=2.4 * number + 1 if panels else 6.4, sharey=True)
    every = np.atleast_1d(grid)
    sentences = []
    for index, (name, values) in enumerate(curves.items()):
        axes = every[index % number]
        y = np.asarray(values, dtype=float)
        x = np.arange(start, start + len(y))
        axes.plot(x, y, color=CYCLE[index % len(CYCLE)])
        if panels:
            axes.set_title(name)
        else:
            axes.annotate(name, (x[-1], y[-1]), (6, 0), textcoords="offset points", va="center")
        sentences.append(f"{name}: {_numbers(y)}")
    every[0].set_ylabel(y_label)
    for axes in every:
        axes.set_xlabel(x_label)
    return figure, f"{y_label.capitalize()} by {x_label}, from {start}. {'; '.join(sentences)}."


def _numbers(values: np.ndarray) -> str:
    """Return the values in words; of a long curve, how it begins and how it ends."""
    words = [f"{value:.2f}" for value in values]
    if len(words) <= 12:
        return ", ".join(words)
    return f"{', '.join(words[:6])} and so on to {', '.join(words[-2:])}"
