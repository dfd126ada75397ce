"""The figures of the chapter on activation functions show what its text says about them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlcourse.interactive import activation as figures
from dlcourse.plots import COLOURS


def drawn(axes, colour: str) -> list[np.ndarray]:
    return [line.get_xydata() for line in axes.lines if line.get_color() == colour]


@pytest.mark.parametrize("function", figures.NAMES)
@pytest.mark.parametrize("x", [-2, 0.5, 4])
def test_tangent_touches_the_curve_with_the_slope_below_it(function, x):
    above, below = figures.draw_value(function, x).figure.axes
    curve, point = drawn(above, COLOURS.prediction)[0], drawn(above, COLOURS.accent)[0][0]
    tangent = drawn(above, COLOURS.gradient)[0]
    curve = curve[np.isfinite(curve[:, 0])]
    assert np.interp(x, *curve.T) == pytest.approx(point[1], abs=0.01)
    steep = (tangent[1, 1] - tangent[0, 1]) / (tangent[1, 0] - tangent[0, 0])
    assert steep == pytest.approx(drawn(below, COLOURS.accent)[-1][-1, 1])
    assert tangent.mean(axis=0) == pytest.approx(point)


def test_ten_sigmoids_at_their_best_leave_a_millionth():
    sentence = figures.draw_chain("sigmoid", 0).sentence
    assert "slope 0.25" in sentence
    assert "into 9.5 × 10⁻⁷" in sentence
    line = drawn(figures.draw_chain("sigmoid", 0).figure.axes[0], COLOURS.gradient)[0]
    assert line[:, 1] == pytest.approx(-np.arange(11) * math.log10(4))


def test_relu_passes_all_or_nothing():
    assert "into 1." in figures.draw_chain("relu", 2).sentence
    assert "into nothing." in figures.draw_chain("relu", -2).sentence
    assert "into nothing." in figures.draw_chain("step", 2).sentence


@pytest.mark.parametrize("function", ["sigmoid", "step"])
def test_moving_the_input_changes_what_is_said(function):
    said = [
        figures.draw_value(function, x).sentence + figures.draw_chain(function, x).sentence
        for x in figures.INPUTS
    ]
    assert len(set(said)) == len(said)


def test_signal_is_the_chain_rule_through_random_layers():
    # Linear layers of scale 1 keep the size of a gradient, on average over weights.
    assert figures.signal("linear", 1.0)[1][-1] == pytest.approx(1, abs=0.4)
    ratios = figures.signal("linear", 2.0)[1] / figures.signal("linear", 1.0)[1]
    assert ratios == pytest.approx(2.0 ** np.arange(11))


def test_relu_keeps_its_gradient_at_the_scale_of_he():
    sizes = {scale: figures.signal("relu", scale)[1][-1] for scale in figures.SCALES}
    nearest = min(sizes, key=lambda scale: abs(math.log(sizes[scale])))
    assert nearest == pytest.approx(math.sqrt(2))
    assert sizes[1.0] == pytest.approx(2**-5, rel=0.5)  # a factor of 1/√2 for each layer


def test_no_weight_scale_saves_the_sigmoid():
    left = [figures.signal("sigmoid", scale)[1][-1] for scale in figures.SCALES]
    assert max(left) < 0.02
    assert figures.signal("sigmoid", 1.0)[1][-1] < 1e-6


def test_tanh_is_balanced_a_little_above_one():
    assert figures.signal("tanh", 1.0)[1][-1] < 0.5
    assert figures.signal("tanh", math.sqrt(2))[1][-1] > 0.9


@pytest.mark.parametrize("depth", range(1, 7))
def test_linear_layers_draw_a_straight_line_at_every_depth(depth):
    assert "is a straight line" in figures.draw_bend("linear", depth).sentence
    y = figures.random_curve("linear", depth)[1]
    assert np.abs(np.diff(y, 2)).max() < 1e-12
    assert np.abs(y).max() > 0.5  # a line one can see
    for bent in ("relu", "tanh", "step"):
        assert "away from a straight line" in figures.draw_bend(bent, depth).sentence


def test_random_curves_fit_into_their_picture():
    for function, limit in figures.LIMITS.items():
        highest = max(np.abs(figures.random_curve(function, d)[1]).max() for d in range(1, 7))
        assert 0.7 * limit < highest <= limit


def test_a_low_bias_kills_relu_and_nothing_else():
    assert "The unit is dead" not in figures.draw_unit("relu", -2).sentence
    for bias in (-3, -4, -5):
        assert "0 of 60 samples" in figures.draw_unit("relu", bias).sentence
        assert "The unit is dead" in figures.draw_unit("relu", bias).sentence
        for other in ("leaky_relu", "elu", "gelu"):
            assert "60 of 60" in figures.draw_unit(other, bias).sentence


def test_filled_samples_are_those_with_a_slope():
    passing, stuck = figures.draw_unit("relu", -1).figure.axes[0].collections
    assert (passing.get_offsets()[:, 0] > 0).all()
    assert (stuck.get_offsets()[:, 0] <= 0).all()
    assert len(passing.get_offsets()) + len(stuck.get_offsets()) == 60


def test_softmax_bars_are_probabilities_and_the_lead_decides_their_ratio():
    for score in (-2, 3):
        for temperature in figures.TEMPERATURES:
            axes = figures.draw_softmax(score, temperature).figure.axes[0]
            cat, dog, *_ = shares = [bar.get_width() for bar in axes.patches]
            assert sum(shares) == pytest.approx(1)
            assert cat / dog == pytest.approx(math.exp((score - 2) / temperature))


def test_every_temperature_and_score_says_something_else():
    explorer = figures.softmax_explorer()
    states = explorer.states(figures.draw_softmax)
    assert len({figures.draw_softmax(**state).sentence for state in states}) == len(states)
