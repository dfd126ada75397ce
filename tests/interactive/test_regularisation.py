"""The figures of the chapter on regularisation show what the chapter says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import dlcourse
from dlcourse.interactive import regularisation as figures


def test_error_is_bias_plus_variance_plus_noise():
    degree, samples = 6, range(2000, 2400)
    new = [
        np.mean(
            (figures.fit(degree, *figures.draw_sample(seed)) - figures.truth(figures.GRID)) ** 2
        )
        for seed in samples
    ]
    assert np.mean(new) + figures.NOISE**2 == pytest.approx(figures.errors(degree)["new"], rel=0.05)
    training = [figures.training_error(degree, seed) for seed in samples]
    assert np.mean(training) == pytest.approx(figures.errors(degree)["training"], rel=0.05)


def test_training_error_falls_and_new_error_has_a_valley():
    training = [figures.errors(d)["training"] for d in figures.DEGREES]
    new = [figures.errors(d)["new"] for d in figures.DEGREES]
    assert all(a >= b for a, b in itertools.pairwise(training))
    assert 0 < int(np.argmin(new)) < 14


@pytest.mark.parametrize("strength", [0.03, 0.3])
def test_penalised_weights_minimise_what_they_should(strength, rng):
    x, y = figures.regression_data()

    def objective(kind, w):
        penalty = np.sum(np.abs(w)) if kind == "L1" else np.sum(w**2)
        return np.mean((x @ w - y) ** 2) + strength * penalty

    for kind in ("L1", "L2"):
        w = figures.penalised(kind, strength, x, y)
        for _ in range(50):
            assert objective(kind, w) <= objective(kind, w + rng.normal(0, 1e-3, len(w)))


def test_only_l1_gives_zeros():
    x, y = figures.regression_data()
    assert np.sum(figures.penalised("L1", 1.0, x, y) == 0) > 10
    assert np.sum(figures.penalised("L2", 0.3, x, y) == 0) == 0
    assert "15 of 20 weights are exactly 0" in figures.draw_penalty("L1", 1.0).sentence


def test_stopping_is_what_the_callback_does():
    """The figure's rule gives the epochs that EarlyStopping gives on the same losses."""
    _, validation = figures.noisy_run()
    for patience in (1, 3, 20):
        callback = dlcourse.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
        model = dlcourse.Sequential([dlcourse.Input((1,)), dlcourse.layers.Dense(1)])
        model.compile("sgd", "mse")
        callback.set_model(model)
        callback.on_train_begin()
        epoch = 0
        while not model.stop_training and epoch < len(validation):
            callback.on_epoch_end(epoch, {"val_loss": validation[epoch]})
            epoch += 1
        assert figures.stopping_epoch(validation, patience) == (epoch, callback.best_epoch + 1)


def test_moved_images_hold_the_same_strokes_a_pixel_away(rng):
    images = np.zeros((3, 8, 8))
    images[:, 2:6, 2:6] = rng.random((3, 4, 4))
    for down, right in figures.MOVES.values():
        expected = np.roll(images, (down, right), axis=(1, 2))
        assert np.array_equal(figures.moved(images, down, right), expected)
    assert "five examples" in figures.draw_moves(images[0]).sentence


def test_both_penalties_lower_the_held_out_error():
    for kind in ("L1", "L2"):
        found = figures.cross_validation(kind)
        assert min(mean for mean, _ in found.values()) < 0.9 * found[0.0][0]
        assert "largest within one standard error" in figures.draw_cross_validation(kind).sentence
