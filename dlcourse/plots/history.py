"""Pictures of the introduction: where deep learning sits, a timeline, and what data buys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Ellipse

from dlcourse.plots.picture import drawing
from dlcourse.plots.scales import log_scale
from dlcourse.plots.style import COLOURS, INK, canvas

# Year, what happened, and whether it was a new idea, or known ones with more data and machines.
EVENTS = [
    (1943, "McCulloch, Pitts: a neuron as logic", True),
    (1958, "Rosenblatt: the perceptron learns", True),
    (1969, "Minsky, Papert: limits of one layer", True),
    (1980, "Fukushima: the Neocognitron", True),
    (1986, "Rumelhart et al.: backpropagation", True),
    (1989, "LeCun et al.: reading postcodes", True),
    (1998, "LeNet-5: reading cheques", False),
    (2012, "AlexNet: a million photographs", False),
    (2015, "ResNet: 152 layers", True),
    (2017, "Transformer: attention alone", True),
]


@drawing
def fields():
    """Draw artificial intelligence, machine learning and deep learning as nested sets."""
    figure, axes = canvas(width=5.2, height=3.7)
    rings = [
        (0.0, 0.0, 5.2, 3.6, COLOURS.muted, "artificial intelligence", "rules, search, planning"),
        (0.0, -0.42, 4.1, 2.6, COLOURS.data, "machine learning", "fitted to examples"),
        (0.0, -0.84, 3.0, 1.55, COLOURS.prediction, "deep learning", "learns its features"),
    ]
    for x, y, width, height, colour, name, note in rings:
        ring = Ellipse((x, y), width, height, facecolor=colour, alpha=0.2, edgecolor="none")
        axes.add_patch(ring)
        top = y + height / 2
        axes.text(x, top - 0.22, name, ha="center", va="top", fontweight="bold", fontsize=12)
        axes.text(x, top - 0.46, note, ha="center", va="top", fontsize=11)
    axes.set(xlim=(-2.6, 2.6), ylim=(-1.82, 1.82))
    axes.axis("off")
    return figure, (
        "Three sets, one inside the other: deep learning is part of machine learning, and that is "
        "part of artificial intelligence."
    )


@drawing
def timeline():
    """Draw ten dates of the field on a line from 1943 to 2017, true to scale."""
    figure, axes = canvas(width=4.6, height=5.8)
    axes.plot([0, 0], [1940, 2020], color=COLOURS.muted, linewidth=2, zorder=1)
    line = 0.0
    for year, event, idea in EVENTS:
        line = max(year, line + 2.6)  # two dates close together keep a line each
        colour = COLOURS.data if idea else COLOURS.other
        axes.scatter(0, year, color=colour, marker="o" if idea else "s", s=55, zorder=2)
        axes.text(-0.35, line, str(year), ha="right", va="center", fontweight="bold")
        axes.text(0.35, line, event, ha="left", va="center", color=INK)
    axes.set(xlim=(-1.7, 8.2), ylim=(2020, 1940))
    axes.axis("off")
    years = [year for year, _, _ in EVENTS]
    early = sum(year < 1990 for year in years)
    return figure, (
        f"Ten dates, true to scale; {early} of them come before 1990. Circles are new ideas, "
        "squares are known ones with more data and faster machines."
    )


@drawing
def data_buys_accuracy(
    examples: Sequence[int],
    learned: Sequence[tuple[float, float]],
    by_hand: Sequence[tuple[float, float]],
):
    """Draw accuracy over the number of training examples, for two kinds of features.

    learned, by_hand: for each number of examples the shares right on these and on new digits.
    """
    figure, axes = canvas(width=5.2, height=3.6)
    for values, colour, name in (
        (learned, COLOURS.prediction, "learned\nfeatures"),
        (by_hand, COLOURS.muted, "chosen\nby hand"),
    ):
        seen, new = np.transpose(values)
        axes.plot(examples, seen, color=colour, linewidth=1.4, linestyle=(0, (4, 3)))
        axes.plot(examples, new, color=colour, marker="o")
        axes.text(examples[-1] * 1.15, new[-1], name, color=colour, va="center")
    axes.text(21, 1.03, "on their own examples", va="bottom", fontsize=10)
    axes.text(21, learned[0][1] - 0.05, "on new digits", va="top", fontsize=10)
    log_scale(axes, "x")
    axes.set_xticks(examples, [str(n) for n in examples])
    axes.set(xlabel="training examples", ylabel="answers that are right", ylim=(0, 1.12))
    axes.set_xlim(examples[0] * 0.9, examples[-1] * 3.4)
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    return figure, (
        f"Solid: new digits. With {examples[-1]} examples, learned features are right on "
        f"{learned[-1][1]:.0%} of them, features chosen by hand on {by_hand[-1][1]:.0%}. Dashed: "
        f"the examples themselves, {learned[-1][0]:.0%} and {by_hand[-1][0]:.0%}."
    )
