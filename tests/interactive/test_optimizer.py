"""The figures of the chapter on optimizers show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import gradcheck, optimizers
from dlcourse.interactive import optimizer as figures


@pytest.mark.parametrize("name", list(figures.SURFACES))
def test_slopes_are_the_slopes_of_the_landscapes(name, rng):
    surface = figures.SURFACES[name]
    for place in rng.normal(size=(5, 2)):
        numerical = gradcheck.numerical_gradient(lambda p: surface.height(p[0], p[1]), place)
        assert np.array(surface.slope(*place)) == pytest.approx(numerical, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", list(figures.SURFACES))
def test_lowest_point_is_lowest(name):
    surface = figures.SURFACES[name]
    left, right, bottom, top = surface.reach
    x, y = np.meshgrid(np.linspace(left, right, 401), np.linspace(bottom, top, 401))
    assert surface.height(x, y).min() == pytest.approx(surface.lowest, abs=2e-3)


def test_sgd_leaves_the_bowl_above_two_over_the_curvature():
    bowl = figures.SURFACES["bowl"]
    below, above = (figures.run(bowl, optimizers.SGD(rate), 2000) for rate in (0.079, 0.081))
    assert figures.heights(bowl, below)[-1] < 1e-3
    assert len(above) < 2001
    assert "SGD left the picture" in figures.draw_race("bowl", 0.1).sentence


def test_some_momentum_helps_and_too_much_does_not():
    bowl = figures.SURFACES["bowl"]
    final = [figures.heights(bowl, figures.momentum_path(m))[-1] for m in (0.0, 0.7, 0.99)]
    assert final[1] < final[0] < final[2]
    assert "has not settled" in figures.draw_momentum(0.99).sentence


@pytest.mark.parametrize("beta_2", [0.9, 0.999])
def test_corrected_steps_are_the_package_s_steps(beta_2):
    weight, adam = np.zeros(1), optimizers.Adam(1.0, beta_2=beta_2)
    lengths = []
    for _ in range(60):
        before = weight.copy()
        adam.apply([np.ones(1)], [weight])
        lengths.append(before[0] - weight[0])
    assert figures.adam_steps(beta_2, corrected=True) == pytest.approx(lengths, rel=1e-5)


def test_uncorrected_start_is_too_long():
    assert figures.adam_steps(0.999, corrected=False)[0] == pytest.approx(
        0.1 / np.sqrt(0.001), rel=1e-4
    )


def test_schedules_start_and_end_where_they_should():
    assert figures.rates("cosine")[[0, 500, 1000]] == pytest.approx([0.1, 0.05, 0.0], abs=1e-9)
    assert figures.rates("warm-up, then cosine")[[0, 150]] == pytest.approx([0.0, 0.1])
    assert figures.rates("exponential")[[250, 500]] == pytest.approx([0.05, 0.025])
    assert list(figures.rates("step")[[0, 500, 900]]) == pytest.approx([0.1, 0.03, 0.01])
