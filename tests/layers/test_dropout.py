"""Dropout: the same noise for the same seed, given masks, unchanged expectation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.layers import Dropout, SpatialDropout2D


def test_training_scales_what_it_keeps_and_backward_follows():
    layer = Dropout(0.75, seed=1, dtype="float64")
    x = np.arange(1.0, 13.0).reshape(3, 4)
    y = layer(x, training=True)
    kept = layer.mask
    assert 0 < kept.sum() < kept.size
    np.testing.assert_array_equal(y, np.where(kept, x * 4, 0))
    np.testing.assert_array_equal(layer.backward(np.ones_like(y)), np.where(kept, 4, 0))


def test_prediction_changes_nothing():
    layer = Dropout(0.5, seed=1)
    x = np.ones((3, 4), dtype="float32")
    layer(x, training=True)
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)


def test_rate_zero_changes_nothing():
    x = np.ones((3, 4), dtype="float32")
    np.testing.assert_array_equal(Dropout(0.0)(x, training=True), x)


@pytest.mark.parametrize("kind", [Dropout, SpatialDropout2D])
def test_noise_is_identical_for_a_seed_and_new_at_each_call(kind):
    x = np.ones((3, 8, 8, 5))
    first, second, other = kind(0.5, seed=7), kind(0.5, seed=7), kind(0.5, seed=8)
    one, two = first(x, training=True), first(x, training=True)
    np.testing.assert_array_equal(one, second(x, training=True))
    np.testing.assert_array_equal(two, second(x, training=True))
    assert np.any(one != two)
    assert np.any(one != other(x, training=True))


def test_a_generator_can_be_the_seed():
    x = np.ones((3, 8))
    a, b = (Dropout(0.5, seed=np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(a(x, training=True), b(x, training=True))


def test_given_mask_equals_the_formula_and_keras_with_that_mask(keras, rng):
    layer = Dropout(0.25)
    x, dy = rng.normal(size=(2, 6, 5))
    mask = rng.random((6, 5)) > 0.25
    np.testing.assert_allclose(layer.call(x, training=True, mask=mask), x * mask / 0.75, rtol=1e-15)
    np.testing.assert_allclose(layer.backward(dy), dy * mask / 0.75, rtol=1e-15)

    # Keras draws its own mask; give that one to ours.
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.layers.Dropout(0.25, seed=3)(x, training=True)
    dx = tape.gradient(y, x, output_gradients=tf.constant(dy)).numpy()
    np.testing.assert_allclose(
        layer.call(x.numpy(), training=True, mask=y.numpy() != 0), y.numpy(), rtol=1e-12
    )
    np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-12)


def test_masks_can_be_supplied_to_a_layer_inside_a_model():
    layer = Dropout(0.5)
    masks = iter([np.zeros((2, 3)), np.ones((2, 3))])
    layer.draw_mask = lambda shape: next(masks)
    x = np.ones((2, 3))
    assert layer(x, training=True).sum() == 0
    assert layer(x, training=True).sum() == 12


def test_spatial_dropout_drops_whole_channels():
    layer = SpatialDropout2D(0.5, seed=2)
    y = layer(np.ones((4, 5, 6, 8)), training=True)
    assert layer.mask.shape == (4, 1, 1, 8)
    for channel in y.transpose(0, 3, 1, 2).reshape(32, -1):
        assert np.all(channel == 0) or np.all(channel == 2)
    dx = layer.backward(np.ones_like(y))
    np.testing.assert_array_equal(dx, y)


def test_noise_shape_shares_draws():
    y = Dropout(0.5, noise_shape=(None, 1), seed=4)(np.ones((16, 5)), training=True)
    assert np.all(y == y[:, :1])
    assert len(np.unique(y)) == 2


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), rate=st.floats(0.05, 0.9))
def test_expectation_is_kept(seed, rate):
    """The mean of n draws of 0 or 1/(1 - rate) has deviation sqrt(rate / (1 - rate) / n)."""
    count = 20_000
    y = Dropout(rate, seed=seed, dtype="float64")(np.ones((1, count)), training=True)
    deviation = np.sqrt(rate / (1 - rate) / count)
    assert abs(y.mean() - 1) < 6 * deviation


def test_float32_stays_float32():
    layer = Dropout(0.3, seed=1)
    y = layer(np.ones((3, 4), dtype="float32"), training=True)
    assert y.dtype == layer.backward(y).dtype == np.float32


@pytest.mark.parametrize("rate", [1, -0.1, 1.5, "half", None, float("nan")])
def test_impossible_rates_get_a_sentence(rate):
    with pytest.raises(ValueError, match=r"Dropout: rate: expected a number in \[0, 1\)"):
        Dropout(rate)


def test_mask_of_another_shape_gets_a_sentence():
    layer = Dropout(0.5, name="noise")
    with pytest.raises(ValueError, match=r"noise: mask: expected .*\(2, 3\).*\(2, 4\)"):
        layer.call(np.ones((2, 3)), training=True, mask=np.ones((2, 4)))


def test_noise_shape_of_another_rank_gets_a_sentence():
    with pytest.raises(ValueError, match=r"noise_shape: expected 3 axes"):
        Dropout(0.5, noise_shape=(None, 1))(np.ones((2, 3, 4)), training=True)
