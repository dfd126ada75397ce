"""Hebb's rule finds the direction of most spread; the gradient finds the classes."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.gradcheck import numerical_gradient
from dlcourse.interactive import hebb as figures


@pytest.mark.parametrize("seed", range(5))
def test_hebb_s_neuron_turns_to_the_first_principal_component(seed):
    points, sign = figures.clouds(seed)
    w = figures.hebb(points)[-1]
    first = np.linalg.eigh(points.T @ points)[1][:, -1]
    assert abs(w @ first) == pytest.approx(1, abs=0.05)
    assert figures.right(w, points, sign) < 0.65


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_s_neuron_tells_the_classes_apart(seed):
    points, sign = figures.clouds(seed)
    assert figures.right(figures.descent(points, sign)[-1], points, sign) > 0.95


def test_descent_steps_against_the_measured_gradient():
    points, sign = figures.clouds()
    x, target = points[0], sign[0] > 0

    def loss(w):
        p = 1 / (1 + np.exp(-w @ x))
        return -np.log(p if target else 1 - p)

    start = np.array(figures.START)
    step = figures.descent(points[:1], sign[:1])[1] - start
    assert step == pytest.approx(-0.1 * numerical_gradient(loss, start), rel=1e-6)


def test_every_state_is_drawn():
    for seen in figures.SEEN:
        assert f"After {seen} points, by Hebb" in figures.draw_hebb(seen).sentence
        assert f"After {seen} points, by the gradient" in figures.draw_descent(seen).sentence
