"""The figures of the chapter on gradient descent show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import gradcheck
from dlcourse.interactive import batch, descent, valleys
from dlcourse.interactive.spring import descend, spring
from dlcourse.plots.text import power_of_ten


def line(picture, panel=0, number=0):
    """Return the points (n, 2) of a line of a picture."""
    return picture.figure.axes[panel].lines[number].get_xydata()


@pytest.mark.parametrize("standardised", [False, True])
def test_the_spring_has_the_gradient_and_curvature_of_its_loss(standardised, rng):
    bowl = spring(standardised)
    w = rng.normal(size=2)
    numeric = gradcheck.numerical_gradient(bowl.loss, w)
    assert gradcheck.scaled_error(bowl.gradient(w), numeric) < 1e-8
    for row, direction in zip(bowl.curvature(), np.eye(2), strict=True):
        change = (bowl.gradient(w + direction) - bowl.gradient(w - direction)) / 2
        assert row == pytest.approx(change, abs=1e-12)
    assert bowl.gradient(bowl.best()) == pytest.approx(0, abs=1e-12)
    above = bowl.loss(w) - bowl.loss(bowl.best())
    assert bowl.height(*w) == pytest.approx(above, rel=1e-10)


def test_standardised_loads_make_a_round_bowl():
    assert spring(True).curvature() == pytest.approx(2 * np.eye(2), abs=1e-12)
    assert spring(True).threshold() == pytest.approx(1)
    low, high = np.linalg.eigvalsh(spring().curvature())
    assert high / low > 30


def test_the_same_law_fits_both_forms_of_the_loads():
    raw, scaled = spring(), spring(True)
    assert raw.loss(raw.best()) == pytest.approx(scaled.loss(scaled.best()), rel=1e-10)


def test_descend_multiplies_the_distance_by_one_minus_rate_times_curvature():
    path = descend(lambda w: 3 * w, [2.0], 0.1, 5)[:, 0]
    assert path == pytest.approx(2 * 0.7 ** np.arange(6))


def test_the_opening_figure_reaches_the_lowest_point():
    steps = descent.STEPS
    losses = [spring().loss(line(descent.draw_map(s), number=1)[-1]) for s in steps]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(spring().loss(spring().best()), abs=1e-3)
    (_, left), (_, right) = line(descent.draw_line(steps[-1]))
    slope, intercept = descent._fitting()[-1]
    assert (right - left) / 2.7 == pytest.approx(slope)
    assert f"{slope:.2f} · load + {left:.2f}" in descent.draw_line(steps[-1]).sentence
    assert left == pytest.approx(intercept)


@pytest.mark.parametrize("w", descent.PLACES)
def test_the_tangent_touches_and_the_sentence_points_down(w):
    picture = descent.draw_slope(w)
    (x0, y0), (x1, y1) = line(picture, number=1)
    measured = (descent.slope_only(w + 1e-6)[0] - descent.slope_only(w - 1e-6)[0]) / 2e-6
    assert (y1 - y0) / (x1 - x0) == pytest.approx(measured, abs=1e-6)
    if "nearly level" in picture.sentence:
        assert abs(measured) < 0.1
    else:
        step = 0.1 if "to the right" in picture.sentence else -0.1
        assert descent.slope_only(w + step)[0] < descent.slope_only(w)[0]


def test_no_direction_is_steeper_than_the_gradient():
    slopes = {angle: descent.directional_slope(angle) for angle in descent.ANGLES}
    gradient = spring(True).gradient(descent.standpoint())
    assert max(slopes, key=slopes.get) == descent.UPHILL
    assert min(slopes, key=slopes.get) == descent.UPHILL - 180
    assert slopes[descent.UPHILL] == pytest.approx(np.linalg.norm(gradient))
    assert slopes[30] == pytest.approx(0, abs=1e-12)
    assert f"changes by {slopes[300]:.2f} per unit" in descent.draw_compass(300).sentence
    assert "−1.00 times the steepest" in descent.draw_cosine(120).sentence


@pytest.mark.parametrize("curvature", descent.CURVATURES)
@pytest.mark.parametrize("rate", descent.RATES)
def test_the_sentence_about_one_weight_tells_what_the_path_does(rate, curvature):
    path = descent.one_weight(rate, curvature)
    sentence = descent.draw_bounces(curvature, rate).sentence
    assert ("diverges" in sentence) == (abs(path[-1]) > abs(path[0]) * 1.001)
    assert ("diverges" in sentence) == (rate > 2 / curvature + 1e-9)
    assert ("for ever" in sentence) == np.isclose(abs(path[-1]), abs(path[0]))
    assert ("side to side" in sentence) == (path[1] < -1e-9 and abs(path[-1]) < 1.999)
    assert ("one step" in sentence) == (abs(path[1]) < 1e-9)
    loss = curvature * path[-1] ** 2 / 2
    told = descent.draw_bounce_losses(curvature, rate).sentence
    assert told.endswith(f"is {'0' if loss < 1e-12 else power_of_ten(loss, 2)} after 20 steps.")


@pytest.mark.parametrize("inputs", descent.INPUTS)
@pytest.mark.parametrize("share", descent.SHARES)
def test_two_weights_diverge_exactly_beyond_the_threshold(inputs, share):
    bowl = spring(descent.INPUTS[inputs])
    path = descent.two_weights(inputs, share)
    steep = np.linalg.eigh(bowl.curvature())[1][:, -1]
    swing = np.abs((path - bowl.best()) @ steep)
    if share > 1:
        assert swing[-1] > swing[0]
    elif share < 1:
        assert swing[-1] < swing[0]
    else:
        assert swing[-1] == pytest.approx(swing[0])
    assert (
        f"{power_of_ten(bowl.height(*path[-1]), 2)} after"
        in descent.draw_bowl_losses(inputs, share).sentence
    )
    assert f"threshold {bowl.threshold():.3f}" in descent.draw_bowl(inputs, share).sentence


def test_valleys_have_the_slope_of_their_loss():
    w = np.linspace(-3, 3, 40)
    numeric = (valleys.loss(w + 1e-6) - valleys.loss(w - 1e-6)) / 2e-6
    assert valleys.slope(w) == pytest.approx(numeric, abs=1e-8)


def test_the_start_decides_the_valley_and_a_large_rate_cannot_stay_in_the_narrow_one():
    narrow, wide = valleys.bottoms()
    assert valleys.loss(narrow) > valleys.loss(wide)
    for rate in (0.01, 0.03, 0.1, 0.2):
        assert valleys.walk(-0.9, rate, 5000)[-1] == pytest.approx(narrow, abs=1e-3)
        assert valleys.walk(0.2, rate, 5000)[-1] == pytest.approx(wide, abs=1e-3)
    assert 0.2 < 2 / valleys.curvature(narrow) < 0.25
    assert abs(valleys.walk(-0.9, 0.25, 5000)[-1] - narrow) > 0.1
    assert valleys.walk(-0.9, 1.0)[-1] == pytest.approx(wide, abs=1e-3)


def test_the_sentence_about_the_valleys_is_true():
    assert "narrow valley" in valleys.draw_walk(-0.9, 0.1).sentence
    assert "wide valley" in valleys.draw_walk(-0.9, 1.0).sentence
    assert "still on its way" in valleys.draw_walk(-0.9, 0.001).sentence
    assert "swinging" in valleys.draw_walk(-0.9, 0.25).sentence


def test_steps_until_counts_and_refuses_to_guess():
    narrow, _ = valleys.bottoms()
    slow, quick = (valleys.steps_until(-0.9, rate, narrow) for rate in (0.001, 0.1))
    assert abs(valleys.walk(-0.9, 0.1, quick)[-1] - narrow) < 0.01
    assert abs(valleys.walk(-0.9, 0.1, quick - 1)[-1] - narrow) >= 0.01
    assert slow == pytest.approx(100 * quick, rel=0.2)
    with pytest.raises(ValueError, match=r"rate 0\.25 has not arrived"):
        valleys.steps_until(-0.9, 0.25, narrow, most=500)


def test_the_saddle_is_no_minimum_and_holds_longer_the_nearer_one_starts():
    saddle = np.zeros(2)
    assert np.all(valleys.saddle_gradient(saddle) == 0)
    assert valleys.saddle_loss(np.array([0.1, 0])) < valleys.saddle_loss(saddle)
    assert valleys.saddle_loss(np.array([0, 0.1])) > valleys.saddle_loss(saddle)
    assert valleys.saddle_loss(valleys.escape(0.0)[-1]) == pytest.approx(0.25)
    plateaus = [int(np.argmax(valleys.saddle_loss(valleys.escape(a)) < 0.125)) for a in (1e-8, 0.1)]
    assert plateaus[0] > 5 * plateaus[1]
    assert f"from step {plateaus[1]} on" in valleys.draw_saddle_losses(0.1).sentence
    assert "at the saddle" in valleys.draw_saddle(0.0).sentence
    assert "at a lowest point" in valleys.draw_saddle(1e-8).sentence
    w = np.array([0.3, -0.7])
    numeric = gradcheck.numerical_gradient(valleys.saddle_loss, w)
    assert valleys.saddle_gradient(w) == pytest.approx(numeric, abs=1e-8)


def test_small_batches_take_more_steps_and_get_further_but_do_not_settle():
    bowl = spring()
    lowest = bowl.loss(bowl.best())
    assert len(batch.train(40, 0.1)) == 11
    assert len(batch.train(1, 0.1)) == 401
    full, single = (
        bowl.height(*batch.train(n, 0.1)[-len(batch.train(n, 0.1)) // 5 :].T) for n in (40, 1)
    )
    assert single.mean() < full.mean() / 3
    assert single.max() > 0.5 * lowest  # it keeps jumping
    assert np.all(np.diff(full) < 0)
    assert "400 steps" in batch.draw_path(1, 0.1).sentence


def test_full_batches_are_gradient_descent():
    plain = descend(spring().gradient, descent.START, 0.1, 10)
    assert batch.train(40, 0.1) == pytest.approx(plain, abs=1e-12)
