"""Pooling equals Keras over random shapes, ties included; its errors are sentences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_parity import twin_error

from dlcourse.layers import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from dlcourse.ledger.layers import pooling

TOLERANCE = 1e-12


@pytest.mark.parametrize("kind", ["MaxPooling2D", "AveragePooling2D"])
def test_300_random_poolings_equal_keras(keras, rng, kind):
    for _ in range(300):
        arguments, shape = pooling(rng)
        error = twin_error(keras, lambda k, a=arguments: getattr(k.layers, kind)(**a), shape, rng)
        assert error <= TOLERANCE, (error, arguments, shape)


def test_300_random_max_poolings_of_few_values_break_ties_as_keras_does(keras, rng):
    for _ in range(300):
        arguments, shape = pooling(rng)
        x = rng.integers(-2, 1, size=shape).astype(float)
        make = lambda k, a=arguments: k.layers.MaxPooling2D(**a)  # noqa: E731
        error = twin_error(keras, make, shape, rng, inputs=[x])
        assert error <= TOLERANCE, (error, arguments, shape)


def test_a_tie_sends_the_whole_gradient_to_the_first_cell():
    layer = MaxPooling2D(dtype="float64")
    layer(np.array([[1.0, 2.0], [2.0, 2.0]])[None, :, :, None])
    dx = layer.backward(np.full((1, 1, 1, 1), 5.0))
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 5], [0, 0]])


def test_same_average_divides_by_the_cells_inside_the_image():
    layer = AveragePooling2D(2, padding="same", dtype="float64")
    y = layer(np.arange(1.0, 10.0).reshape(1, 3, 3, 1))
    np.testing.assert_array_equal(y[0, :, :, 0], [[3, 4.5], [7.5, 9]])


@pytest.mark.parametrize("kind", [MaxPooling2D, AveragePooling2D])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_float32_stays_float32(rng, kind, padding):
    layer = kind(2, padding=padding)
    y = layer(rng.normal(size=(2, 5, 5, 3)))
    dx = layer.backward(np.ones_like(y))
    assert y.dtype == dx.dtype == np.float32
    assert dx.shape == (2, 5, 5, 3)


@given(seed=st.integers(0, 2**32 - 1), pool=st.integers(1, 3), stride=st.integers(1, 3))
def test_pooling_lies_between_the_extremes_and_keeps_the_gradient_sum(seed, pool, stride):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 7, 6, 2))
    for kind in (MaxPooling2D, AveragePooling2D):
        layer = kind(pool, stride, dtype="float64")
        y = layer(x)
        assert x.min() <= y.min() <= y.max() <= x.max()
        dy = rng.normal(size=y.shape)
        np.testing.assert_allclose(layer.backward(dy).sum(), dy.sum(), atol=1e-10)


def test_global_average_is_the_mean(rng):
    x = rng.normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(
        GlobalAveragePooling2D(dtype="float64")(x), x.mean(axis=(1, 2)), atol=1e-15
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MaxPooling2D(0), ["MaxPooling2D: pool_size", "positive integer", "0"]),
        (lambda: MaxPooling2D(2, strides=(1, 0)), ["MaxPooling2D: strides", "(1, 0)"]),
        (lambda: AveragePooling2D(2, padding="none"), ["AveragePooling2D: padding", "'none'"]),
        (lambda: MaxPooling2D(4)(np.ones((1, 3, 5, 1))), ["(4, 4)", "(1, 3, 5, 1)"]),
        (lambda: MaxPooling2D()(np.ones((3, 5, 1))), ["4 axes", "(3, 5, 1)"]),
        (lambda: GlobalAveragePooling2D()(np.ones((3, 5))), ["4 axes", "(3, 5)"]),
    ],
)
def test_wrong_arguments_and_inputs_get_a_sentence(make, words):
    with pytest.raises(ValueError, match=r".") as caught:
        make()
    for word in words:
        assert word in str(caught.value)
