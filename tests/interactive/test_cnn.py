"""The figures of the chapter on convolutional networks show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import gradcheck
from dlcourse.interactive import cnn, dropout, learning_rate


@pytest.fixture(scope="module", autouse=True)
def network():
    return cnn.trained()


def test_the_network_reads_digits(network):
    _, (x_test, y_test) = cnn.digits()
    assert network.evaluate(x_test, y_test, verbose=0)[1] >= 0.97


def test_feature_maps_are_the_layers_outputs(network):
    first, second = cnn.feature_maps(3)
    again = network.layers[1](network.layers[0](cnn.example(3)))
    assert first.shape == (8, 8, 16)
    assert np.array_equal(second, again[0])


def test_input_gradient_is_the_measured_slope():
    image = cnn.example(8).astype("float64")
    found = cnn.input_gradient(cnn.example(8), np.array([8]))

    def loss(row: float) -> float:
        changed = image.copy()
        changed[0, 3, 3, 0] = row
        return float(-np.log(cnn.trained()(changed.astype("float32"))[0, 8]))

    slope = gradcheck.numerical_gradient(lambda v: loss(v[0]), image[0, 3, 3], 1e-2)
    assert found[0, 3, 3, 0] == pytest.approx(slope[0], rel=0.15, abs=2e-3)


def test_chosen_changes_do_more_harm_than_random_ones(network):
    _, (x_test, y_test) = cnn.digits()
    chosen = cnn.attacked(x_test, y_test, 0.15)
    signs = np.random.default_rng(0).choice([-1, 1], x_test.shape)
    noisy = np.clip(x_test + 0.15 * signs, 0, 1).astype("float32")
    right = [network.evaluate(images, y_test, verbose=0)[1] for images in (chosen, noisy)]
    assert right[0] < right[1] - 0.2
    assert np.abs(chosen - x_test).max() <= 0.15 + 1e-6
    assert 0 <= chosen.min() <= chosen.max() <= 1


def test_occlusion_hurts_most_on_the_digit():
    drop = cnn.occlusion(8)
    assert drop.shape == (8, 8)
    assert drop.max() > 0.3
    assert abs(drop[0, 7]) < drop.max()


def test_learning_rates_are_judged_by_what_they_do():
    verdicts = [learning_rate.verdict(rate) for rate in learning_rate.RATES]
    assert verdicts[0] == "too low"
    assert "about right" in verdicts
    assert verdicts[-1].startswith("too high")
    assert learning_rate.losses(0.1)[-30:].mean() < 0.5 * learning_rate.losses(0.1)[0]


def test_dropout_scales_what_it_keeps():
    values = dropout.outputs(0.4)
    assert set(np.round(np.unique(values), 5)) == {0.0, np.float32(round(1 / 0.6, 5))}
    assert "multiplied by 1.67" in dropout.draw_layer(0.4).sentence


def test_dropout_forgets_wrong_labels_and_helps_on_new_digits():
    (seen_without, new_without), (seen_with, new_with) = map(dropout.accuracies, (0.0, 0.7))
    assert seen_with < seen_without
    assert new_with > new_without
