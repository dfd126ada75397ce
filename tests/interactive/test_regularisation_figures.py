"""Double descent, penalties on one weight and thinned networks: the figures are what they say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dlcourse.interactive import double_descent, penalty, regularisation, thinned


def test_double_descent_peaks_where_coefficients_equal_points():
    errors = {d: double_descent.error(d, 0.0) for d in double_descent.DEGREES}
    assert max(errors, key=errors.get) in (19, 20)
    assert errors[399] < 0.1 < 100 < errors[19]
    assert max(double_descent.error(d, 0.02) for d in double_descent.DEGREES) < 0.1


@pytest.mark.parametrize("degree", [19, 24, 399])
def test_beyond_the_peak_the_fit_passes_through_every_point(degree):
    x, y = regularisation.draw_sample(0)
    h = double_descent.features(x, degree)
    assert h @ np.linalg.lstsq(h, y, rcond=1e-12)[0] == pytest.approx(y, abs=1e-6)


def test_up_to_the_number_of_points_the_fit_is_that_of_the_slider_of_capacity():
    x, y = regularisation.draw_sample(3)
    expected = regularisation.fit(9, x, y)
    assert double_descent.fit(9, 0.0, 3) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("kind", ["L1", "L2"])
@pytest.mark.parametrize("strength", penalty.STRENGTHS)
def test_the_marked_weight_is_the_lowest_of_all(kind, strength):
    w = np.linspace(-0.5, 1.5, 2001)
    best = penalty.lowest(kind, strength)
    lowest = penalty.total(kind, strength, np.array([best]))
    assert np.all(lowest <= penalty.total(kind, strength, w) + 1e-12)
    assert (best == 0) == (kind == "L1" and strength >= 1)


def test_each_step_gets_another_network_and_use_gets_the_whole():
    networks = [np.concatenate(thinned.factors(0.5, moment)) for moment in (1, 2, 3, 4)]
    assert len({tuple(network) for network in networks}) == 4
    assert set(np.concatenate(networks)) == {0.0, 1.0, 2.0}
    assert all(np.all(layer == 1) for layer in thinned.factors(0.8, "in use"))


def test_dropout_left_on_costs_more_the_higher_the_rate():
    for rate in (0.5, 0.8):
        off, on = thinned.shares_right(rate)
        assert on < off
    assert thinned.shares_right(0.8)[1] < thinned.shares_right(0.2)[1]


def test_every_state_is_drawn():
    for degree, name in itertools.product(double_descent.DEGREES, double_descent.PENALTIES):
        assert f"Degree {degree}" in double_descent.draw_curve(degree, name).sentence
        assert f"Degree {degree}" in double_descent.draw_error(degree, name).sentence
    for strength in penalty.STRENGTHS:
        assert f"λ = {strength:g}" in penalty.draw_l1(strength).sentence
        assert f"λ = {strength:g}" in penalty.draw_l2(strength).sentence
    for rate, moment in itertools.product(thinned.RATES, thinned.MOMENTS):
        assert "unit" in thinned.draw_network(rate, moment).sentence
