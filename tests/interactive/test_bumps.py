"""A curve is a sum of bumps, each bump is three ReLU units, and the lines close around a ring."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.interactive import bumps, forming
from dlcourse.interactive.network import target

X = np.linspace(-2, 2, 385)


def test_a_bump_is_one_at_its_top_and_zero_from_its_width_on():
    x = np.array([-3.0, 0.5, 0.75, 1.0, 1.5, 9.0])
    assert bumps.bump(x, top=1.0, width=0.5) == pytest.approx([0, 0, 0.5, 1, 0, 0])


@pytest.mark.parametrize("count", bumps.BUMPS)
def test_the_sum_joins_the_points_of_the_curve_by_straight_lines(count):
    tops, _ = bumps.places(count)
    total = bumps.parts(count, X).sum(axis=0)
    assert total == pytest.approx(np.interp(X, tops, target(tops)), abs=1e-12)
    error = np.abs(total - target(X)).max()
    assert error <= bumps.error_bound(count)
    assert f"at most {error:.2f} away" in bumps.draw_bumps(count).sentence


def test_many_bumps_follow_the_curve():
    errors = [np.abs(bumps.parts(count, X).sum(axis=0) - target(X)).max() for count in bumps.BUMPS]
    assert errors[-1] < 0.06 < 1 < errors[0]


def test_the_boundary_closes_while_the_loss_falls():
    losses = [loss for _, loss in forming.watched().values()]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 3
    model = forming.watched()[forming.EPOCHS[-1]][0]
    centre, outside = model.predict(np.array([[0.0, 0.0], [2.2, 2.2]]), verbose=0).ravel() > 0.5
    assert centre != outside
    said = [forming.draw_forming(epoch).sentence for epoch in forming.EPOCHS]
    assert said[0].startswith("Before training")
    assert len(set(said)) == len(said)
