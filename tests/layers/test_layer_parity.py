"""Every layer without windows equals its Keras twin: output, gradients, losses, moved statistics.

Keras rounds some Python numbers (slopes, scales, strengths of regularizers) to float32 even when
it computes in float64, so the numbers here are ones that float32 holds exactly, such as 1/4.
"""

import numpy as np
import pytest
from layer_parity import twin_error

import dlcourse.layers

TOLERANCE = 1e-12

CASES = {
    "Dense": (lambda k: k.layers.Dense(5), (7, 3)),
    "Dense relu": (lambda k: k.layers.Dense(5, "relu"), (7, 3)),
    "Dense softmax": (lambda k: k.layers.Dense(5, activation="softmax"), (7, 3)),
    "Dense without bias": (lambda k: k.layers.Dense(5, use_bias=False), (7, 3)),
    "Dense, one sample": (lambda k: k.layers.Dense(1, "sigmoid"), (1, 1)),
    "Dense on sequences": (lambda k: k.layers.Dense(4, "tanh"), (2, 5, 3)),
    "Dense on images": (lambda k: k.layers.Dense(4, "softplus"), (2, 5, 6, 3)),
    "Dense regularized": (
        lambda k: k.layers.Dense(
            5, kernel_regularizer=k.regularizers.L2(0.125), bias_regularizer=k.regularizers.L1(0.25)
        ),
        (7, 3),
    ),
    "Activation": (lambda k: k.layers.Activation("elu"), (4, 3)),
    "Activation softmax": (lambda k: k.layers.Activation("softmax"), (4, 3, 5)),
    "ReLU": (lambda k: k.layers.ReLU(), (4, 5)),
    "ReLU6": (lambda k: k.layers.ReLU(6.0), (4, 5, 2)),
    "ReLU, all settings": (
        lambda k: k.layers.ReLU(max_value=1.5, negative_slope=0.25, threshold=0.5),
        (40, 5),
    ),
    "ReLU, slope": (lambda k: k.layers.ReLU(negative_slope=0.25), (40, 5)),
    "ReLU, threshold": (lambda k: k.layers.ReLU(threshold=0.5), (40, 5)),
    "LeakyReLU": (lambda k: k.layers.LeakyReLU(negative_slope=0.125), (4, 5)),
    "Softmax": (lambda k: k.layers.Softmax(), (4, 5)),
    "Softmax axis": (lambda k: k.layers.Softmax(axis=1), (4, 5, 3)),
    "Flatten": (lambda k: k.layers.Flatten(), (3, 4, 5, 2)),
    "Flatten vectors": (lambda k: k.layers.Flatten(), (3, 4)),
    "Reshape": (lambda k: k.layers.Reshape((6, 2)), (3, 4, 3)),
    "Reshape -1": (lambda k: k.layers.Reshape((-1, 2)), (3, 4, 3)),
    "ZeroPadding2D": (lambda k: k.layers.ZeroPadding2D(), (2, 3, 4, 2)),
    "ZeroPadding2D pair": (lambda k: k.layers.ZeroPadding2D((2, 0)), (2, 3, 4, 2)),
    "ZeroPadding2D sides": (lambda k: k.layers.ZeroPadding2D(((1, 0), (2, 3))), (2, 3, 4, 2)),
    "Rescaling": (lambda k: k.layers.Rescaling(1 / 256, offset=-0.5), (2, 3, 4, 1)),
    "Dropout off": (lambda k: k.layers.Dropout(0.5), (3, 4)),
    "Add": (lambda k: k.layers.Add(), [(3, 4), (3, 4), (3, 4)]),
    "Add repeats": (lambda k: k.layers.Add(), [(3, 4, 5, 2), (3, 1, 1, 2)]),
    "Add repeats both": (lambda k: k.layers.Add(), [(3, 4, 1), (3, 1, 2), (3, 4, 2)]),
    "Concatenate": (lambda k: k.layers.Concatenate(), [(3, 4, 4, 1), (3, 4, 4, 2), (3, 4, 4, 3)]),
    "Concatenate axis": (lambda k: k.layers.Concatenate(axis=1), [(3, 4, 2), (3, 1, 2)]),
    "GlobalAveragePooling2D": (lambda k: k.layers.GlobalAveragePooling2D(), (3, 4, 5, 2)),
    "GlobalAveragePooling2D keepdims": (
        lambda k: k.layers.GlobalAveragePooling2D(keepdims=True),
        (3, 4, 5, 2),
    ),
    "GlobalMaxPooling2D": (lambda k: k.layers.GlobalMaxPooling2D(), (3, 4, 5, 2)),
    "GlobalMaxPooling2D keepdims": (
        lambda k: k.layers.GlobalMaxPooling2D(keepdims=True),
        (3, 4, 5, 2),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_layer_equals_its_keras_twin(keras, rng, name):
    make, shapes = CASES[name]
    assert twin_error(keras, make, shapes, rng, training=False) <= TOLERANCE


NORMALIZATIONS = {
    "vectors": (lambda k: k.layers.BatchNormalization(), (16, 5)),
    "images": (lambda k: k.layers.BatchNormalization(), (4, 5, 6, 3)),
    "sequences": (lambda k: k.layers.BatchNormalization(), (4, 6, 3)),
    "axis 1": (lambda k: k.layers.BatchNormalization(axis=1), (4, 5, 6)),
    "settings": (lambda k: k.layers.BatchNormalization(momentum=0.75, epsilon=1e-2), (8, 3)),
    "no scale": (lambda k: k.layers.BatchNormalization(scale=False), (8, 3)),
    "no center": (lambda k: k.layers.BatchNormalization(center=False), (8, 3)),
    "neither": (lambda k: k.layers.BatchNormalization(center=False, scale=False), (8, 3)),
    "one sample": (lambda k: k.layers.BatchNormalization(), (1, 3)),
    "frozen": (lambda k: k.layers.BatchNormalization(trainable=False), (8, 3)),
    "regularized": (
        lambda k: k.layers.BatchNormalization(
            gamma_regularizer=k.regularizers.L2(0.125), beta_regularizer=k.regularizers.L1(0.25)
        ),
        (8, 3),
    ),
    "layer": (lambda k: k.layers.LayerNormalization(), (4, 5)),
    "layer, images": (lambda k: k.layers.LayerNormalization(), (2, 4, 5, 3)),
    "layer, axes": (lambda k: k.layers.LayerNormalization(axis=[1, 2]), (2, 4, 5, 3)),
    "layer, axes reversed": (lambda k: k.layers.LayerNormalization(axis=(3, 1)), (2, 4, 5, 3)),
    "layer, settings": (
        lambda k: k.layers.LayerNormalization(epsilon=0.1, center=False),
        (4, 5),
    ),
    "layer, no scale": (lambda k: k.layers.LayerNormalization(scale=False), (4, 5)),
    "layer, axis 1": (lambda k: k.layers.LayerNormalization(axis=1), (4, 5, 3)),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalization_equals_its_keras_twin(keras, rng, name, training):
    make, shape = NORMALIZATIONS[name]
    # A mean and a spread that differ from channel to channel, as in real data.
    x = rng.normal(size=shape) * rng.uniform(0.2, 3, shape[1:]) + rng.normal(size=shape[1:])
    assert twin_error(keras, make, shape, rng, training, inputs=[x]) <= TOLERANCE


def test_global_max_pooling_shares_ties_as_keras_does(keras, rng):
    x = rng.integers(0, 2, size=(3, 4, 5, 2)).astype(float)
    make = CASES["GlobalMaxPooling2D"][0]
    assert twin_error(keras, make, x.shape, rng, inputs=[x]) <= TOLERANCE


@pytest.mark.parametrize("rectifier", ["ReLU", "LeakyReLU"])
def test_kink_has_the_slope_that_keras_gives_it(keras, rng, rectifier):
    def make(k):
        return getattr(k.layers, rectifier)(negative_slope=0.25)

    x = np.zeros((2, 3))
    assert twin_error(keras, make, x.shape, rng, inputs=[x]) == 0


def test_default_leaky_slope_differs_from_keras_by_float32_rounding_only(keras, rng):
    x = rng.normal(size=(4, 5))
    rounded = dlcourse.layers.LeakyReLU(negative_slope=float(np.float32(0.3)))
    assert dlcourse.layers.LeakyReLU().negative_slope == 0.3
    np.testing.assert_allclose(rounded(x), keras.layers.LeakyReLU()(x).numpy(), rtol=1e-15)


def test_batch_norm_statistics_follow_keras_over_many_batches(keras, rng):
    ours, theirs = dlcourse.layers.BatchNormalization(), keras.layers.BatchNormalization()
    for _ in range(50):
        x = rng.normal(size=(8, 3)) * 2 + 1
        ours(x, training=True)
        theirs(x, training=True)
    np.testing.assert_allclose(ours.moving_mean, theirs.moving_mean.numpy(), atol=1e-14)
    np.testing.assert_allclose(ours.moving_variance, theirs.moving_variance.numpy(), atol=1e-14)
