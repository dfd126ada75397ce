"""The figures of the introduction show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.interactive import introduction
from dlcourse.plots import history, nerve


def test_the_network_learns_the_spirals():
    run = introduction.learning()
    assert run.seen[0][1] < 0.7
    assert run.seen[100][1] > 0.99
    assert "Before training" in introduction.draw_spirals(0).sentence
    assert f"{run.seen[100][1]:.0%}" in introduction.draw_spirals(100).sentence


def test_the_weights_before_training_are_not_those_after_it():
    run = introduction.learning()
    for first, last in zip(run.first_kernels, run.last_kernels, strict=True):
        assert first.shape == last.shape
        assert np.mean(first != last) > 0.9


def test_upwards_is_the_distance_from_the_line_that_is_counted():
    x, y = introduction.spirals()
    (plane, right), *_ = introduction.views()
    assert np.mean((plane[:, 1] > 0) == (y > 0.5)) == pytest.approx(right)
    # The plane of the input shows all of it: a turn, and a scale for each axis.
    centred = x - x.mean(axis=0)
    turned = centred @ np.linalg.lstsq(centred, plane, rcond=None)[0]
    assert np.allclose(turned - turned.mean(axis=0), plane - plane.mean(axis=0), atol=1e-5)


def test_layers_pull_the_spirals_apart():
    shares = [right for _, right in introduction.views()]
    assert shares[0] < 0.85
    assert shares[2] > 0.97
    _, y = introduction.spirals()
    height = introduction.views()[2][0][:, 1]
    assert height[y == 1].mean() > 0 > height[y == 0].mean()


def test_on_the_way_says_so():
    assert introduction.draw_view(0.25).sentence.startswith("A quarter of the way from the input")
    assert introduction.draw_view(1.5).sentence.startswith("Half of the way from the first")
    assert "the second hidden layer" in introduction.draw_view(2).sentence


def test_hand_made_features_are_six_numbers_with_the_ink_first():
    image = np.zeros((1, 8, 8))
    image[0, :4, :4] = 1.0  # the upper left quarter is full
    ink, upper, left, middle, balance, columns = introduction.features_by_hand(image)[0]
    assert (ink, upper, left) == (0.25, 0.5, 0.5)
    assert middle == pytest.approx(1 / 4)
    assert balance == pytest.approx(0.5)
    assert columns == pytest.approx(0.5)


def test_six_numbers_leave_out_what_pixels_keep():
    own, new = introduction.accuracy(200, by_hand=True, hidden=False)
    assert own < 0.85
    assert introduction.accuracy(200, by_hand=False, hidden=True)[1] > new + 0.2


def test_timeline_counts_what_it_draws():
    years = [year for year, _, _ in history.EVENTS]
    assert years == sorted(years)
    assert f"{sum(year < 1990 for year in years)} of them" in history.timeline().sentence


def test_the_still_pictures_name_their_parts():
    picture = nerve.nerve_and_neuron()
    drawn = picture.svg()
    for word in ("dendrites", "synapses", "soma", "axon", "inputs", "weights", "sum", "output"):
        assert word in drawn
    assert "artificial intelligence" in history.fields().sentence
