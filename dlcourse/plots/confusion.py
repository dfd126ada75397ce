"""The confusion matrix as a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from dlcourse.plots.picture import drawing
from dlcourse.plots.style import COLOURS, INK, canvas


@drawing
def confusion(matrix: np.ndarray):
    """Draw counts of true classes (rows) taken for predicted ones (columns); mistakes stand out."""
    classes = len(matrix)
    figure, axes = canvas(width=5.0, height=4.6)
    largest = (matrix - np.diag(np.diag(matrix))).max() or 1
    for (row, column), count in np.ndenumerate(matrix):
        right = row == column
        colour = COLOURS.prediction if right else COLOURS.loss
        strength = 0.25 if right else 0.75 * count / largest
        axes.add_patch(
            _cell(column, row, colour, strength if count else 0.0),
        )
        if count:
            axes.text(column, row, str(count), ha="center", va="center", color=INK, fontsize=10)
    axes.set(xlim=(-0.5, classes - 0.5), ylim=(classes - 0.5, -0.5), aspect="equal")
    axes.set_xticks(range(classes))
    axes.set_yticks(range(classes))
    axes.set(xlabel="taken for", ylabel="really")
    mistakes = matrix - np.diag(np.diag(matrix))
    row, column = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return figure, (
        f"{int(matrix.trace())} of {int(matrix.sum())} right. The most frequent mistake: {row} "
        f"taken for {column}, {mistakes.max()} times."
    )


def _cell(x: float, y: float, colour: str, strength: float):
    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, alpha=strength, linewidth=0)
