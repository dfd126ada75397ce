"""Every layer's backward pass, in each input and each weight, agrees with small steps."""

import numpy as np
import pytest

import dlcourse.layers
from dlcourse.gradcheck import check_layer
from dlcourse.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Reshape,
    Softmax,
    SpatialDropout2D,
    ZeroPadding2D,
)
from dlcourse.regularizers import L2

TOLERANCE = 1e-7
IMAGES = (2, 5, 6, 4)
MASK = np.array([[1, 0, 1], [0, 1, 1]])

# Each entry: the layer, the shape of its input (several for merging layers), arguments of the call.
CASES = [
    (lambda: Dense(3, "tanh", kernel_regularizer=L2(0.1)), (4, 5), {}),
    (lambda: Dense(3, "softmax"), (2, 4, 5), {}),
    (lambda: Dense(3, use_bias=False), (4, 5), {}),
    (lambda: Activation("sigmoid"), (4, 5), {}),
    (lambda: ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2), (4, 5), {}),
    (lambda: LeakyReLU(), (4, 5), {}),
    (lambda: Softmax(axis=1), (3, 4, 2), {}),
    (lambda: Flatten(), IMAGES, {}),
    (lambda: Reshape((8, -1)), IMAGES, {}),
    (lambda: ZeroPadding2D(((1, 0), (2, 1))), IMAGES, {}),
    (lambda: Rescaling(0.5, 2.0), IMAGES, {}),
    (lambda: Dropout(0.5), (2, 3), {"training": True, "mask": MASK}),
    (lambda: Dropout(0.5), (2, 3), {"training": False}),
    (
        lambda: SpatialDropout2D(0.5),
        (2, 4, 4, 3),
        {"training": True, "mask": MASK.reshape(2, 1, 1, 3)},
    ),
    (lambda: BatchNormalization(), (6, 3), {"training": True}),
    (lambda: BatchNormalization(), IMAGES, {"training": True}),
    (lambda: BatchNormalization(axis=1, gamma_regularizer=L2(0.1)), (4, 3, 2), {"training": True}),
    (lambda: BatchNormalization(scale=False), (6, 3), {"training": True}),
    (lambda: BatchNormalization(), (6, 3), {"training": False}),
    (lambda: LayerNormalization(), (4, 5), {}),
    (lambda: LayerNormalization(axis=[1, 3]), (2, 3, 2, 4), {}),
    (lambda: Conv1D(3, 3, padding="causal", dilation_rate=2, activation="tanh"), (2, 7, 4), {}),
    (lambda: Conv1D(4, 2, strides=2, groups=2), (2, 7, 4), {}),
    (lambda: Conv2D(3, 3, activation="tanh"), IMAGES, {}),
    (lambda: Conv2D(3, (2, 3), strides=2, padding="same"), IMAGES, {}),
    (lambda: Conv2D(4, 3, dilation_rate=2, groups=2, kernel_regularizer=L2(0.1)), IMAGES, {}),
    (lambda: Conv2D(2, 2, strides=2, dilation_rate=2, padding="same"), IMAGES, {}),
    (lambda: DepthwiseConv2D(3, padding="same", depth_multiplier=2), IMAGES, {}),
    (lambda: DepthwiseConv2D(2, strides=2, depthwise_regularizer=L2(0.1)), IMAGES, {}),
    (lambda: MaxPooling2D(), IMAGES, {}),
    (lambda: MaxPooling2D(3, strides=2, padding="same"), IMAGES, {}),
    (lambda: AveragePooling2D(3, strides=2, padding="same"), IMAGES, {}),
    (lambda: AveragePooling2D((2, 3)), IMAGES, {}),
    (lambda: GlobalAveragePooling2D(), IMAGES, {}),
    (lambda: GlobalMaxPooling2D(keepdims=True), IMAGES, {}),
    (lambda: Add(), [(3, 4), (3, 1), (3, 4)], {}),
    (lambda: Concatenate(axis=1), [(3, 4, 2), (3, 1, 2)], {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0]().name)
def test_backward_agrees_with_small_steps(keras, rng, case):
    make, shapes, arguments = case
    layer = make()
    x = (
        [rng.normal(size=s) for s in shapes]
        if isinstance(shapes, list)
        else rng.normal(size=shapes)
    )
    layer(x, **arguments)
    for name, weight in zip(layer.weight_names(), layer.weights, strict=True):
        weight[...] = rng.uniform(0.5, 2, size=weight.shape)
        if name in ("kernel", "bias", "beta", "moving_mean"):
            weight *= rng.choice([-1, 1], size=weight.shape)
    report = check_layer(layer, x, tolerance=TOLERANCE, **arguments)
    assert report.entries > 0.9 * (report.entries + report.kinks)


def test_every_exported_layer_is_checked():
    checked = {type(make()).__name__ for make, _, _ in CASES}
    not_layers = {"Input", "Layer", "SymbolicTensor"}
    assert checked == set(dlcourse.layers.__all__) - not_layers
