"""A third input lifts one corner of XOR, and the plane that is drawn separates the classes."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.interactive import lift


@pytest.mark.parametrize("height", lift.HEIGHTS[1:])
def test_the_plane_passes_above_the_squares_and_below_the_circles(height):
    points = lift.lifted(height)
    above = points[:, 2] > lift.plane_height(points[:, :2], height)
    assert np.array_equal(above, lift.XOR == 0)
    distances = np.abs(points[:, 2] - lift.plane_height(points[:, :2], height))
    assert distances == pytest.approx(np.full(4, height / 4))


def test_a_flat_square_is_never_learned_and_a_low_corner_takes_longest():
    counts = [lift.corrections(height) for height in lift.HEIGHTS]
    assert counts[0] is None
    assert counts[1:] == sorted(counts[1:], reverse=True)


def test_every_state_says_something_else():
    said = [lift.draw_lift(height).sentence for height in lift.HEIGHTS]
    assert len(set(said)) == len(said)
    assert "never comes to rest" in said[0]
    assert f"{lift.corrections(1.0)} corrections" in said[-1]
