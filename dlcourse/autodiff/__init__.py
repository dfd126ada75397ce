"""Automatic differentiation: a tape that records operations and runs backwards for the gradients.

from dlcourse.autodiff import Tape
tape = Tape()
x = tape.watch(3.0, name="x")
y = x**2 + 2 * x
tape.gradient(y, x)         # 8.0
print(to_dot(y))            # the graph, for Graphviz
"""

from dlcourse.autodiff.graph import ancestors, edges, label, to_dot
from dlcourse.autodiff.node import (
    Node,
    absolute,
    activate,
    add,
    divide,
    exp,
    log,
    matmul,
    maximum,
    multiply,
    negative,
    power,
    sqrt,
    subtract,
)
from dlcourse.autodiff.tape import Tape

__all__ = [
    "Node",
    "Tape",
    "absolute",
    "activate",
    "add",
    "ancestors",
    "divide",
    "edges",
    "exp",
    "label",
    "log",
    "matmul",
    "maximum",
    "multiply",
    "negative",
    "power",
    "sqrt",
    "subtract",
    "to_dot",
]
