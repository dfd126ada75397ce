"""The picture that says when to stop: the loss in training, and on data held back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.plots.picture import drawing
from dlcourse.plots.scales import log_scale
from dlcourse.plots.style import COLOURS, canvas


@drawing
def when_to_stop(training: Sequence[float], held_back: Sequence[float]):
    """Draw both losses over the epochs, and mark the epoch that is best on the data held back."""
    epochs = np.arange(1, len(training) + 1)
    best = int(np.argmin(held_back))
    figure, axes = canvas(width=5.0, height=3.3)
    for losses, colour, name in (
        (training, COLOURS.data, "data trained on"),
        (held_back, COLOURS.other, "data held back"),
    ):
        axes.plot(epochs, losses, color=colour)
        axes.annotate(
            name, (epochs[-1], losses[-1]), (6, 0), textcoords="offset points", va="center"
        )
    axes.plot(epochs[best], held_back[best], "o", markersize=9, color=COLOURS.accent, zorder=5)
    axes.annotate(
        f"lowest: epoch {epochs[best]}",
        (epochs[best], held_back[best]),
        (0, 12),
        textcoords="offset points",
    )
    log_scale(axes, "y")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set(xlabel="epoch", ylabel="loss", xlim=(0, len(epochs) * 1.32))
    axes.set_xticks(np.linspace(0, len(epochs), 5))
    return figure, (
        f"Trained for {len(epochs)} epochs: the loss on the data trained on falls to "
        f"{training[-1]:.2g}; on the data held back it is lowest, {held_back[best]:.2f}, in epoch "
        f"{epochs[best]}, and ends at {held_back[-1]:.2f}."
    )
