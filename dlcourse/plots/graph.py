"""A computational graph as a picture: what `autodiff.to_dot` writes, drawn without Graphviz."""

from __future__ import annotations

from collections import defaultdict

from matplotlib.axes import Axes

from dlcourse.autodiff import Node, ancestors, edges
from dlcourse.autodiff.graph import short
from dlcourse.plots.picture import drawing
from dlcourse.plots.style import COLOURS, INK, PAPER, canvas

SIGNS = {
    "multiply": "×",
    "add": "+",
    "subtract": "−",
    "divide": "÷",
    "matmul": "@",
    "negative": "−",
    "power": "^",
    "sigmoid": "σ",
}


def layout(target: Node) -> dict[int, tuple[float, float]]:
    """Return a place for each ancestor of a node: operations in columns, each after its inputs.

    A column is the longest way from a source. A source stands in the column before the operation
    that needs it first, and the rows of a column are in the order of their inputs' rows.
    """
    nodes = ancestors(target)
    column: dict[int, int] = {}
    for node in nodes:
        column[node.index] = 1 + max((column[i.index] for i in node.inputs), default=-1)
    for node in nodes:
        if not node.inputs:
            needed = [column[child.index] for parent, child in edges(target) if parent is node]
            column[node.index] = min(needed, default=1) - 1
    rows: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        rows[column[node.index]].append(node)
    places: dict[int, tuple[float, float]] = {}
    for place in sorted(rows):
        group = sorted(rows[place], key=lambda node: -_wanted_row(node, places))
        for rank, node in enumerate(group):
            places[node.index] = place, (len(group) - 1) / 2 - rank
    return places


def _wanted_row(node: Node, places: dict[int, tuple[float, float]]) -> float:
    """Return the mean row of a node's inputs; sources go below what is computed."""
    known = [places[i.index][1] for i in node.inputs if i.index in places]
    return sum(known) / len(known) if known else -0.1 - 0.001 * node.index


def draw_graph(
    axes: Axes, target: Node, values: set[int], gradients: set[int], active: int | None = None
) -> None:
    """Draw the graph; show the values and the gradients of the nodes with these indices.

    `active`: the index of the node that is at work, which is drawn with a thick sky-blue edge.
    """
    places = layout(target)
    for parent, child in edges(target):
        axes.annotate(
            "",
            places[child.index],
            places[parent.index],
            arrowprops={"arrowstyle": "-|>", "color": COLOURS.muted, "shrinkA": 20, "shrinkB": 22},
        )
    for node in ancestors(target):
        x, y = places[node.index]
        source = not node.inputs
        colour = COLOURS.muted if node.constant else COLOURS.data if source else INK
        working = node.index == active
        axes.scatter(
            x,
            y,
            s=760,
            marker="s" if source else "o",
            color=PAPER,
            edgecolor=COLOURS.accent if working else colour,
            linewidth=3.5 if working else 1.5,
            zorder=2,
        )
        name = node.name or SIGNS.get(node.operation, node.operation)
        name = short(node.value) if node.operation == "constant" and not node.name else name
        axes.text(x, y, name, ha="center", va="center", fontsize=12, zorder=3)
        # A constant without a name has its value in its square.
        if node.index in values and (node.name or not node.constant):
            axes.text(x, y + 0.33, _written(node.value), ha="center", va="bottom", fontsize=10)
        if node.index in gradients and node.gradient is not None:
            axes.text(
                x,
                y - 0.33,
                _written(node.gradient),
                ha="center",
                va="top",
                fontsize=10,
                color=COLOURS.gradient,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4},
            )
    across = [x for x, _ in places.values()]
    up = [y for _, y in places.values()]
    axes.set(xlim=(-0.5, max(across) + 0.5), ylim=(min(up) - 0.7, max(up) + 0.7))
    axes.axis("off")


def _written(value) -> str:
    """Write a value with at most three digits, and a minus sign as long as a plus."""
    if getattr(value, "size", 1) == 1:
        return f"{float(value):.3g}".replace("-", "−")
    return short(value)


@drawing
def graph(target: Node):
    """Draw the whole graph of a node: names in the shapes, values above, gradients below."""
    nodes = {node.index for node in ancestors(target)}
    heights = [y for _, y in layout(target).values()]
    columns = max(x for x, _ in layout(target).values()) + 1
    figure, axes = canvas(
        width=max(3.2, 1.05 * columns), height=1.1 * (max(heights) - min(heights)) + 1.3
    )
    draw_graph(axes, target, nodes, nodes)
    operations = [n.operation for n in ancestors(target) if n.inputs]
    known = sum(node.gradient is not None for node in ancestors(target))
    return figure, (
        f"A computational graph of {len(operations)} operations ({', '.join(operations)}), which "
        f"ends in {short(target.value)}; {known} nodes have a gradient, written below them."
    )
