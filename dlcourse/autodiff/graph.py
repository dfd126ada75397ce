"""The computational graph as text for Graphviz, and as lists for a drawing."""

from __future__ import annotations

import numpy as np

from dlcourse.autodiff.node import Node


def ancestors(node: Node) -> list[Node]:
    """Return all nodes that a node was made from, and itself last: each after its inputs."""
    found = {node.index}
    for candidate in reversed(node.tape.nodes[: node.index + 1]):
        if candidate.index in found:
            found.update(parent.index for parent in candidate.inputs)
    return [node.tape.nodes[index] for index in sorted(found)]


def edges(node: Node) -> list[tuple[Node, Node]]:
    """Return the pairs (input, operation) among the ancestors of a node; x * x has two."""
    return [(parent, child) for child in ancestors(node) for parent in child.inputs]


def label(node: Node) -> list[str]:
    """Return the lines that describe a node: what it is, its value, and its gradient if known."""
    first = node.name or node.operation
    if node.name and node.inputs:
        first = f"{node.name} = {node.operation}"
    lines = [first, f"value {short(node.value)}"]
    if node.gradient is not None:
        lines.append(f"gradient {short(node.gradient)}")
    return lines


def short(array: np.ndarray) -> str:
    """Return up to four numbers, with four digits each, or the shape of a larger array."""
    array = np.asarray(array)
    if array.size > 4:
        return "of shape " + " × ".join(str(n) for n in array.shape)
    if array.size == 1:
        return f"{array.item():.4g}"
    return str(np.array2string(array, precision=4, separator=", ", floatmode="maxprec"))


def to_dot(node: Node) -> str:
    """Return the graph that led to a node, in the language of Graphviz.

    Watched nodes are boxes, constants plain text, operations ellipses; each shows its value, and
    its gradient after `Tape.gradient`. Draw it with `dot -Tsvg`, or the `graphviz` package.

    Source: the DOT language, https://graphviz.org/doc/info/lang.html.
    """
    shapes = {"watch": "box", "constant": "plaintext"}
    lines = ["digraph tape {", "  rankdir=LR;"]
    for ancestor in ancestors(node):
        text = "\\n".join(_escaped(line) for line in label(ancestor))
        shape = shapes.get(ancestor.operation, "ellipse")
        lines.append(f'  n{ancestor.index} [label="{text}", shape={shape}];')
    lines += [f"  n{parent.index} -> n{child.index};" for parent, child in edges(node)]
    return "\n".join([*lines, "}", ""])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
