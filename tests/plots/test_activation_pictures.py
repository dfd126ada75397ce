"""The still pictures of the chapter on activation functions show what they say."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import activations
from dlcourse.plots import activation as pictures
from dlcourse.plots.text import power_of_ten, ten_to


def test_powers_of_ten_are_written_as_people_write_them():
    assert power_of_ten(0.10499) == "0.105"
    assert power_of_ten(-1.6e-10) == "−1.6 × 10⁻¹⁰"
    assert power_of_ten(0.0) == "0"
    assert power_of_ten(33123.0) == "3.3 × 10⁴"
    assert power_of_ten(33123.0, digits=1) == "3 × 10⁴"
    assert power_of_ten(1e-30) == "10⁻³⁰"
    assert power_of_ten(-1e-30) == "−10⁻³⁰"
    assert ten_to(-12) == "10⁻¹²"


def test_gallery_draws_each_function_above_its_own_slope():
    axes = pictures.gallery().figure.axes
    for number, name in enumerate(pictures.NAMES):
        top = 10 * (number // 5) + number % 5
        assert axes[top].get_title("left") == name
        above, below = axes[top].lines[0], axes[top + 5].lines[0]
        x, y = above.get_data()
        drawn = np.isfinite(y)
        assert y[drawn] == pytest.approx(activations.get(name)(x[drawn]))
        # The lower curve is the slope of the upper one, measured, where it is smooth.
        x, y = x[drawn & (np.abs(x) > 0.1)], y[drawn & (np.abs(x) > 0.1)]
        measured = np.gradient(y, x)[2:-2]
        slopes = np.interp(x, *(values[np.isfinite(values)] for values in below.get_data()))[2:-2]
        smooth = np.abs(x[2:-2]) > 0.2
        assert measured[smooth] == pytest.approx(slopes[smooth], abs=5e-3)


@pytest.mark.parametrize(("name", "jumps"), [("step", True), ("relu", False), ("sigmoid", False)])
def test_curves_break_where_they_jump(name, jumps):
    x, y = pictures.curve(activations.get(name), np.linspace(-2, 2, 9))
    assert np.isnan(y).any() == jumps
    assert np.isnan(x).any() == jumps


def test_one_formula_loses_all_digits_and_the_other_none():
    naive, stable = pictures.sigmoid_slope_digits(np.array([0.5, 20.0, 30.0, 40.0]))
    assert stable.min() >= 15
    assert naive[0] > 15
    assert 5 < naive[1] < 10
    assert naive[3] == 0
    assert "at least 15" in pictures.lost_digits().sentence
