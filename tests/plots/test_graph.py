"""The drawing of a computational graph: everything in its place, nothing on top of each other."""

from __future__ import annotations

import numpy as np

from dlcourse.autodiff import Tape, activate, ancestors, edges
from dlcourse.plots import graph


def example():
    tape = Tape()
    x, w = tape.watch(np.ones((2, 3)), "x"), tape.watch(np.ones((3, 2)), "w")
    loss = (activate(x @ w, "tanh") ** 2 + x.sum()).mean()
    tape.gradient(loss, [x, w])
    return loss


def test_operations_stand_after_their_inputs():
    places = graph.layout(example())
    assert all(
        places[parent.index][0] < places[child.index][0] for parent, child in edges(example())
    )


def test_no_two_nodes_share_a_place():
    places = list(graph.layout(example()).values())
    assert len(set(places)) == len(places) == len(ancestors(example()))


def test_picture_names_the_operations():
    picture = graph.graph(example())
    assert "(matmul, tanh, power, sum, add, sum, divide)" in picture.sentence
    texts = [text.get_text() for text in picture.figure.axes[0].texts]
    assert {"x", "w", "@", "tanh", "+"} <= set(texts)
