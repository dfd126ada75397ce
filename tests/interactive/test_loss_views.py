"""What one weight sees of a loss, and what a loss believes about the targets."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.interactive import noise, one_weight


@pytest.mark.parametrize("loss", one_weight.LOSSES)
@pytest.mark.parametrize("w", [-0.9, 0.3, 1.9])
def test_the_slope_is_the_measured_one(loss, w):
    step = 1e-6
    measured = one_weight.loss_at(loss, w + step) - one_weight.loss_at(loss, w - step)
    assert one_weight.slope_at(loss, w) == pytest.approx(measured / (2 * step), abs=1e-7)


@pytest.mark.parametrize("loss", one_weight.LOSSES)
def test_no_weight_is_better_than_the_best(loss):
    best = one_weight.loss_at(loss, one_weight.best_weight(loss))
    assert best <= min(one_weight.loss_at(loss, w) for w in np.linspace(-1, 2, 301)) + 1e-12


def test_only_the_squared_error_follows_the_point_out_of_line():
    best = {loss: one_weight.best_weight(loss) for loss in one_weight.LOSSES}
    assert best["squared error"] < 0.6 < 0.8 < best["Huber"] < best["absolute error"] < 1.2


def test_a_bell_is_squared_error_and_a_peak_absolute_error():
    places = np.array([-1.0, 0.0, 2.0])
    errors = noise.TARGETS - places[:, None]
    for belief, loss in (
        ("bell", (errors**2 / 2).mean(axis=1)),
        ("peak", abs(errors).mean(axis=1)),
    ):
        surprise = np.array([noise.mean_surprise(belief, place) for place in places])
        assert np.ptp(surprise - loss) < 1e-12


def test_the_bell_stands_best_on_the_mean_and_the_peak_on_a_median():
    grid = np.linspace(-1, 3, 401)
    best = {b: grid[np.argmin([noise.mean_surprise(b, c) for c in grid])] for b in noise.BELIEFS}
    assert best["bell"] == pytest.approx(noise.TARGETS.mean())
    assert 0 <= best["peak"] <= 0.25


@pytest.mark.parametrize("belief", noise.BELIEFS)
def test_densities_have_area_one(belief):
    x, step = np.linspace(-40, 40, 400_001, retstep=True)
    assert noise.density(belief, x).sum() * step == pytest.approx(1, abs=1e-6)


def test_every_state_says_something_else():
    said = {
        one_weight.draw_loss(w, f).sentence for w in one_weight.WEIGHTS for f in one_weight.LOSSES
    }
    assert len(said) == len(one_weight.WEIGHTS) * len(one_weight.LOSSES)
    said = {noise.draw_belief(b, c).sentence for b in noise.BELIEFS for c in noise.PREDICTIONS}
    assert len(said) == len(noise.BELIEFS) * len(noise.PREDICTIONS)
