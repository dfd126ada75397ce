"""Landscapes: the map shows the height that it was given, and paths stay drawable."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.plots import COLOURS, canvas
from dlcourse.plots.landscape import landscape, surface_and_map, thin, trace


def bowl(x, y):
    return x**2 + y**2


def test_higher_ground_has_the_stronger_colour():
    _, axes = canvas()
    landscape(axes, bowl, (-1, 1, -1, 1), bands=5)
    filled = axes.collections[0]
    strengths = [colour[3] for colour in filled.get_facecolor()]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) == 5
    assert filled.levels[0] == pytest.approx(0)
    assert filled.levels[-1] == pytest.approx(2)


def test_bands_end_at_lines_of_equal_height():
    _, axes = canvas()
    landscape(axes, bowl, (-1, 1, -1, 1))
    filled = axes.collections[0]
    inner = filled.get_paths()[1].vertices  # the second band: a ring, wholly inside the picture
    heights = bowl(*inner.T)
    edges = np.minimum(abs(heights - filled.levels[1]), abs(heights - filled.levels[2]))
    assert edges.max() < 0.005


def test_thinning_keeps_the_ends_and_drops_what_lies_on_top_of_each_other():
    path = np.array([[0, 0], [0.001, 0], [0.5, 0], [0.5, 0.001], [0.501, 0]])
    assert thin(path, 0.1).tolist() == [[0, 0], [0.5, 0], [0.501, 0]]


def test_a_path_that_diverges_is_cut_where_nobody_can_see_it():
    _, axes = canvas()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    path = np.outer((-10.0) ** np.arange(12), [1.0, 0.5])
    trace(axes, path)
    drawn = axes.lines[0].get_xydata()
    assert np.array_equal(drawn[:2], path[:2])
    assert np.abs(drawn).max() <= 40
    assert len(drawn) == 3


def test_a_path_ends_in_the_colour_of_what_moves():
    _, axes = canvas()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    trace(axes, np.array([[0.5, 0.5], [0.2, 0.1]]))
    assert axes.lines[-1].get_color() == COLOURS.accent
    assert tuple(axes.lines[-1].get_xydata()[0]) == (0.2, 0.1)


def test_surface_and_map_show_the_same_ground():
    picture = surface_and_map(bowl, (-1, 1, -1, 1), ("slope", "intercept", "loss"))
    above, side = picture.figure.axes
    assert side.name == "3d"
    assert (above.get_xlabel(), above.get_ylabel()) == ("slope", "intercept")
    assert picture.sentence.startswith("The same loss twice")
