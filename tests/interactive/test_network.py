"""The figures of the chapter on layers show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.interactive import network


def test_forward_is_the_network_that_is_drawn():
    z1, h, z2, y = network.forward(np.array([1.0, -1.0]))
    assert z1 == pytest.approx([1 * 1 + (-1) * (-2) + 0.5, 1 * (-1) + (-1) * 1 + 0])
    assert h == pytest.approx([3.5, 0.0])
    assert z2 == pytest.approx([2 * 3.5 - 0.5])
    assert y == pytest.approx(1 / (1 + np.exp(-6.5)))
    assert "sigmoid(6.50) = 0.998" in network.draw_forward(1, -1).sentence


def test_more_units_separate_the_moons():
    x, y = network.sample("moons")
    right = [
        np.mean((network.classifier("moons", n).predict(x, verbose=0).ravel() > 0.5) == y)
        for n in (1, 6)
    ]
    assert right[0] < 0.95
    assert right[1] > 0.99
    assert f"{right[1]:.0%} of the points" in network.draw_regions("moons", 6).sentence


def test_a_ring_needs_three_lines():
    right = [network.share_right(network.classifier("circles", n), "circles") for n in (2, 3)]
    assert right[0] < 0.95 < right[1]
    assert network.units_needed("circles") == 3


def test_curve_has_a_kink_at_each_unit_and_nowhere_else():
    x = np.linspace(-2, 2, 4001)
    bends = np.abs(np.diff(network.fit_curve(8, x), 2)) > 1e-9
    places = x[1:-1][bends]
    starts = np.linspace(-2, 2, 8, endpoint=False)[1:]
    assert all(np.min(np.abs(starts - place)) < 2e-3 for place in places)
    assert all(np.min(np.abs(places - start)) < 2e-3 for start in starts)


def test_each_layer_doubles_the_pieces():
    x = np.linspace(0, 1, 2**8 + 1)
    for depth in range(1, 7):
        assert network.count_pieces(network.folded(depth, x)) == 2**depth
        assert f": {2**depth} straight pieces" in network.draw_depth(depth).sentence
