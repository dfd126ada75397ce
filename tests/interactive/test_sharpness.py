"""The figure about the curvature of a network measures what it says."""

from __future__ import annotations

import numpy as np
import pytest

import dlcourse
from dlcourse.interactive import sharpness


def linear_model(rate=0.1):
    model = dlcourse.Sequential(
        [dlcourse.Input((2,), dtype="float64"), dlcourse.layers.Dense(1, dtype="float64")]
    )
    model.compile(optimizer=dlcourse.optimizers.SGD(rate), loss="mse")
    return model


def test_curvature_of_a_linear_model_is_known(rng):
    x, y = rng.normal(size=(30, 2)), rng.normal(size=(30, 1))
    model = linear_model()
    before = [weight.copy() for weight in model.weights]
    inputs = np.column_stack([x, np.ones(30)])
    known = np.linalg.eigvalsh(2 / 30 * inputs.T @ inputs)[-1]
    assert sharpness.curvature(model, x, y) == pytest.approx(known, rel=1e-8)
    for weight, old in zip(model.weights, before, strict=True):
        assert np.array_equal(weight, old)


def test_small_rates_stay_below_the_threshold_and_never_rise():
    run = sharpness.train(0.1)
    assert run.curvatures.max() < 2 / 0.1
    assert np.all(np.diff(run.losses) < 0)
    assert "in 0 of the epochs" in sharpness.draw_losses(0.1).sentence


def test_larger_rates_settle_at_the_threshold_from_above_and_below():
    for rate in (0.3, 0.4):
        run = sharpness.train(rate)
        assert np.abs(run.curvatures[-10:] * rate / 2 - 1).max() < 0.05
        assert run.losses[-1] < sharpness.train(0.1).losses[-1]
        assert np.sum(np.diff(run.losses) > 0) > 100
        assert f"ends at {run.curvatures[-1]:.1f}" in sharpness.draw_curvature(rate).sentence


def test_a_rate_far_above_the_threshold_diverges():
    run = sharpness.train(0.5)
    assert run.curvatures[0] > 2 * 2 / 0.5
    assert run.diverged
    assert f"in epoch {len(run.losses) + 1}." in sharpness.draw_losses(0.5).sentence
    assert "lost in its first epochs" in sharpness.draw_curvature(0.5).sentence
