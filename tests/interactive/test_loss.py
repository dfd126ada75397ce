"""The figures of the chapter on losses show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import losses
from dlcourse.interactive import likelihood, loss


@pytest.mark.parametrize("prediction", loss.PREDICTIONS)
def test_the_lists_in_the_pictures_are_the_formulas(prediction):
    e, m = prediction - 1, prediction
    huber = e * e / 2 if abs(e) <= 1 else abs(e) - 0.5
    told = loss.draw_numbers(prediction).sentence
    assert told.endswith(f"squared {e * e:.2f}, absolute {abs(e):.2f}, Huber {huber:.2f}.")
    short = max(1 - m, 0)
    told = loss.draw_decisions(prediction).sentence
    entropy = np.log1p(np.exp(-m))
    expected = f"squared hinge {short**2:.2f}, hinge {short:.2f}, cross-entropy {entropy:.2f}."
    assert told.endswith(expected)


def test_overshooting_costs_in_regression_and_nothing_in_classification():
    for regression, _ in loss.NUMBERS.values():
        assert loss.value(regression, 4)[0] > loss.value(regression, 1)[0] + 1
    for decision, _ in loss.DECISIONS.values():
        assert loss.value(decision, 4)[0] <= loss.value(decision, 1)[0]


@pytest.mark.parametrize("name", loss.LOSSES)
def test_each_gradient_is_the_slope_of_its_curve(name):
    curve, derivative = loss.LOSSES[name]
    at = np.array([-3.1, -1.7, -0.4, 0.3, 0.9, 1.2, 2.7, 4.1])  # off the kinks
    measured = (curve(at + 1e-6) - curve(at - 1e-6)) / 2e-6
    assert derivative(at) == pytest.approx(measured, abs=1e-7)


@pytest.mark.parametrize("name", loss.LOSSES)
def test_the_sentence_pushes_downhill(name):
    curve, derivative = loss.LOSSES[name]
    for prediction in loss.PREDICTIONS:
        told = loss.draw_gradient(name, prediction).sentence
        if "up" in told:
            assert curve(prediction + 0.01)[0] < curve(prediction)[0] or prediction == 1
        elif "down" in told:
            assert curve(prediction - 0.01)[0] < curve(prediction)[0]
        else:
            assert derivative(prediction)[0] == 0


def test_a_jump_of_the_gradient_is_a_gap_in_the_picture():
    line = loss.draw_gradient("absolute error", 2).figure.axes[0].lines[1]
    steps = np.abs(np.diff(line.get_ydata()))
    assert np.nanmax(steps) == 0
    assert np.isnan(line.get_ydata()).sum() in (1, 2)


def test_best_constants_are_mean_and_median():
    values = [*loss.MEASURED, 150.0]
    best = {name: loss.best_constant(part, values) for name, (part, _) in loss.NUMBERS.items()}
    assert best["squared"] == pytest.approx(np.mean(values), abs=1e-9)
    assert best["absolute"] == pytest.approx(np.median(values), abs=1e-9)
    assert np.median(values) < best["Huber"] < np.median(values) + 1
    told = loss.draw_outlier(150).sentence
    assert f"squared {np.mean(values):.1f}, absolute 120.0" in told


def test_only_the_mean_follows_the_outlier():
    for name, moves in (("squared", True), ("absolute", False), ("Huber", False)):
        part = loss.NUMBERS[name][0]
        near, far = (loss.best_constant(part, [*loss.MEASURED, last]) for last in (125.0, 150.0))
        assert (far - near > 1) == moves


def test_likelihood_and_cross_entropy_agree():
    p = np.linspace(0.01, 0.99, 99)
    assert p[likelihood.likelihood(p).argmax()] == pytest.approx(0.7)
    assert p[likelihood.surprise(p).argmin()] == pytest.approx(0.7)
    assert likelihood.surprise(p) == pytest.approx(-np.log(likelihood.likelihood(p)) / 10)
    assert "is 0.950." in likelihood.draw_surprise(0.3).sentence
    assert f"{1000 * 0.3**7 * 0.7**3:.3g} thousandths" in likelihood.draw_likelihood(0.3).sentence


def test_squared_error_lets_a_sure_and_wrong_neuron_alone():
    z = np.array([-6.0])
    square = likelihood.squared_after_sigmoid
    measured = (square(z + 1e-6) - square(z - 1e-6)) / 2e-6
    assert likelihood.squared_after_sigmoid_slope(z) == pytest.approx(measured, abs=1e-9)
    assert likelihood.cross_entropy_slope(z)[0] < 100 * measured[0]
    assert likelihood.recovery(-6, False)[-1] > 0.95
    assert likelihood.recovery(-6, True)[-1] < 0.01
    told = likelihood.draw_recovery(-6).sentence
    assert told == "After 60 steps: 0.98 with cross-entropy, 0.00 with squared error."


def test_the_pull_is_the_probability_minus_the_label():
    for start in likelihood.STARTS:
        p = 1 / (1 + np.exp(-start))
        assert likelihood.cross_entropy_slope(start)[0] == pytest.approx(p - 1)
        assert f"probability of {p:.4f}" in likelihood.draw_pull(start).sentence


@pytest.mark.parametrize("rival", [-2, 4])
@pytest.mark.parametrize("right", [-3, 0, 5])
def test_bars_are_probabilities_and_their_distance_from_the_label(right, rival):
    picture = likelihood.draw_classes(right, rival)
    p = np.exp([right, rival, 0]) / np.exp([right, rival, 0]).sum()
    shown, gradient = ([bar.get_height() for bar in axes.patches] for axes in picture.figure.axes)
    assert shown == pytest.approx(p)
    assert gradient == pytest.approx(p - [1, 0, 0])
    assert f"cross-entropy {-np.log(p[0]):.2f}" in picture.sentence
    margin = max(1 + max(rival, 0) - right, 0)
    assert picture.sentence.endswith(f"categorical hinge {margin:.2f}.")


def test_value_and_slope_treat_each_prediction_alone():
    part = losses.MeanSquaredError()
    assert loss.value(part, [0.0, 3.0]) == pytest.approx([1.0, 4.0])
    assert loss.slope(part, [0.0, 3.0]) == pytest.approx([-2.0, 4.0])
