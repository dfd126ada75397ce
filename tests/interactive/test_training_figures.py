"""Batch normalisation, clipping and learning curves: the figures show what the chapter says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dlcourse.interactive import batchnorm, clipping, curves


def test_batch_normalisation_forgives_the_start_and_a_high_rate():
    for weights in batchnorm.WEIGHTS:
        plain = batchnorm.train(weights, 0.3, normalise=False)
        normalised = batchnorm.train(weights, 0.3, normalise=True)
        assert not plain or plain[-1] > 1.2
        assert normalised[-1] < 1.0


def test_a_run_that_diverges_is_drawn_and_named():
    picture = batchnorm.draw_training("too large (0.5)", 0.3)
    assert "without, it diverges" in picture.sentence


@pytest.mark.parametrize("limit", clipping.LIMITS)
def test_clipping_by_norm_keeps_the_direction_and_by_value_does_not(limit):
    by_norm, by_value = clipping.clipped(clipnorm=limit), clipping.clipped(clipvalue=limit)
    assert clipping.angle(by_norm) == pytest.approx(clipping.angle(clipping.GRADIENT))
    assert np.linalg.norm(by_norm) == pytest.approx(min(limit, 25))
    assert by_value == pytest.approx(np.minimum(clipping.GRADIENT, limit))
    assert f"Limit {limit}." in clipping.draw_clipping(limit).sentence


def test_the_curves_show_what_is_diagnosed():
    training, validation = zip(*(curves.losses(name) for name in curves.RUNS), strict=True)
    low, overfit, high, dropout, short = range(5)
    assert training[low][-1] > 2  # of ln 10 = 2.3
    assert validation[overfit][-1] > 5 * training[overfit][-1]
    assert max(np.diff(validation[high])) > 0.3 > max(np.diff(validation[short]))
    assert np.all(training[dropout][:20] > validation[dropout][:20])
    assert np.all(np.diff(validation[short]) < 0)


def test_every_state_is_drawn():
    for weights, rate in itertools.product(batchnorm.WEIGHTS, batchnorm.RATES):
        assert f"learning rate {rate:g}" in batchnorm.draw_training(weights, rate).sentence
    for name in curves.RUNS:
        assert f"Run {name}" in curves.draw_curves(name).sentence
