"""The one visual language of the course: colours, type and lines, the same in every picture.

The colours are Okabe and Ito's, which readers with any of the common colour-vision deficiencies can
tell apart [1]. A colour always means the same thing, whatever the chapter: see COLOURS.

[1] M. Okabe, K. Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure

# Ink and paper are replaced by the page's own text and background colours when a picture becomes
# SVG, so that it reads well in light and in dark mode (see picture.py).
INK = "#24292e"
PAPER = "#fffffe"

COLOURS = SimpleNamespace(
    data="#0072b2",  # blue: what was observed; in two-class pictures, class 0
    other="#e69f00",  # orange: the second class, class 1
    prediction="#009e73",  # green: what the model says
    gradient="#cc79a7",  # purple: slopes and derivatives
    loss="#d55e00",  # vermilion: loss, error, what is wrong
    accent="#56b4e9",  # sky blue: the value that the reader moves
    muted="#8b949e",  # grey: what is there for comparison only
)

CYCLE = [
    COLOURS.data,
    COLOURS.other,
    COLOURS.prediction,
    COLOURS.loss,
    COLOURS.gradient,
    COLOURS.accent,
]

STYLE = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.prop_cycle": cycler(color=CYCLE),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 11,
    "font.size": 11,
    "font.family": "sans-serif",
    "mathtext.fontset": "dejavusans",
    "grid.color": COLOURS.muted,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.6,
    "axes.grid": False,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "image.cmap": "gray",
    "image.interpolation": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "dlcourse",
    "figure.dpi": 100,
    "savefig.dpi": 150,
}


def style_context() -> AbstractContextManager:
    """Return a context manager in which Matplotlib draws in the style of the course."""
    return matplotlib.rc_context(STYLE)


def canvas(
    rows: int = 1,
    columns: int = 1,
    width: float = 6.4,
    height: float = 3.6,
    margins: tuple[float, float, float, float] | None = None,
    **options: Any,
) -> tuple[Figure, Any]:
    """Return a new figure and its axes (one, or an array of rows × columns), size in inches.

    The figure belongs to nobody but the caller: pyplot does not know it, so nothing is displayed
    twice and nothing has to be closed. Options go to `Figure.subplots`.

    `margins` (left, right, bottom, top, in inches) fixes the axes, so that they stay where they are
    while a slider moves, and a state is drawn in half the time; else they are fitted to the labels.
    """
    figure = Figure(figsize=(width, height), layout=None if margins else "constrained")
    if margins:
        left, right, bottom, top = margins
        figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)
    return figure, figure.subplots(rows, columns, **options)
