"""SGD does not care how a valley lies; Adam does."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dlcourse.interactive import turned as figures


@pytest.mark.parametrize("angle", figures.ANGLES)
def test_sgd_takes_the_same_path_in_a_turned_valley(angle):
    straight = figures.walk("SGD", 100, 0)
    assert figures.walk("SGD", 100, angle) == pytest.approx(straight @ figures.turn(angle).T)
    assert figures.steps_needed("SGD", 100, angle) == figures.steps_needed("SGD", 100, 0)


def test_adam_is_faster_along_the_axes_and_slower_across_them():
    assert figures.steps_needed("Adam", 100, 0) < figures.steps_needed("SGD", 100, 0)
    assert figures.steps_needed("Adam", 100, 45) > 2 * figures.steps_needed("SGD", 100, 45)


def test_curvature_is_that_of_the_valley():
    along = figures.turn(30) @ [1, 0]
    hessian = figures.curvature(10, 30)
    assert along @ hessian @ along == pytest.approx(1)
    assert np.linalg.eigvalsh(hessian) == pytest.approx([1, 10])


def test_every_state_is_drawn():
    for steepness, angle in itertools.product(figures.STEEPNESS, figures.ANGLES):
        sentence = figures.draw_turned(steepness, angle).sentence
        assert f"by {angle}°" in sentence
        assert ("round" if steepness == 1 else f"{steepness} times") in sentence
