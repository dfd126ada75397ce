"""The layers: output, every gradient, penalties and moved statistics, against keras.layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlcourse import gradcheck, layers, twins
from dlcourse.layers.base import Layer
from dlcourse.ledger.entry import (
    CHECKS,
    Case,
    Entry,
    Generator,
    choose,
    differences_in,
    random_shape,
)

# The arguments of a layer, and the shape of its input (a list of shapes for one that merges).
Drawn = tuple[dict[str, Any], Any]

# Keras rounds some Python numbers to float32 even when it computes in float64, so all numbers
# drawn here are ones that float32 holds exactly.
PENALTIES = [
    {"class_name": "L2", "config": {"l2": 0.125}},
    {"class_name": "L1L2", "config": {"l1": 0.25, "l2": 0.5}},
    None,
    None,
]


def reach(kernel: int, dilation: int) -> int:
    """Return how many cells a kernel spans."""
    return (kernel - 1) * dilation + 1


def conv2d(rng: Generator, groups: int = 1) -> Drawn:
    """Draw a Conv2D that Keras supports, and an input for it."""
    kernel = tuple(int(k) for k in rng.integers(1, 5, size=2))
    strides: tuple[int, ...] = (1, 1)
    dilation: tuple[int, ...] = (1, 1)
    # Keras refuses strides together with dilation.
    if rng.random() < 0.5:
        strides = tuple(int(s) for s in rng.integers(1, 4, size=2))
    else:
        dilation = tuple(int(d) for d in rng.integers(1, 4, size=2))
    padding = str(rng.choice(["valid", "same"]))
    channels, filters = (groups * int(n) for n in rng.integers(1, 4, size=2))
    smallest = [
        reach(k, d) if padding == "valid" else 1 for k, d in zip(kernel, dilation, strict=True)
    ]
    height, width = (int(n + rng.integers(0, 6)) for n in smallest)
    arguments = {
        "filters": filters,
        "kernel_size": kernel,
        "strides": strides,
        "padding": padding,
        "dilation_rate": dilation,
        "groups": groups,
        "use_bias": bool(rng.random() < 0.8),
        "activation": str(rng.choice(["linear", "tanh"])),
    }
    return arguments, (int(rng.integers(1, 4)), height, width, channels)


def conv1d(rng: Generator, groups: int = 1) -> Drawn:
    """Draw a Conv1D that Keras supports, and an input for it."""
    arguments, (batch, _, width, channels) = conv2d(rng, groups)
    for name in ("kernel_size", "strides", "dilation_rate"):
        arguments[name] = arguments[name][1]
    if arguments["padding"] == "same" and rng.random() < 0.5:
        arguments["padding"] = "causal"
    return arguments, (batch, width, channels)


def depthwise_conv2d(rng: Generator) -> Drawn:
    """Draw a DepthwiseConv2D that Keras supports, and an input for it."""
    arguments, shape = conv2d(rng)
    for name in ("filters", "groups"):
        del arguments[name]
    arguments["strides"] = arguments["strides"][0]  # TensorFlow wants both strides equal
    arguments["depth_multiplier"] = int(rng.integers(1, 4))
    return arguments, shape


def pooling(rng: Generator) -> Drawn:
    """Draw a pooling layer, and an input for it."""
    pool = tuple(int(n) for n in rng.integers(1, 4, size=2))
    padding = str(rng.choice(["valid", "same"]))
    smallest = pool if padding == "valid" else (1, 1)
    height, width = (int(n + rng.integers(0, 6)) for n in smallest)
    strides = None if rng.random() < 0.4 else tuple(int(n) for n in rng.integers(1, 4, size=2))
    arguments = {"pool_size": pool, "strides": strides, "padding": padding}
    batch, channels = (int(n) for n in rng.integers(1, 4, size=2))
    return arguments, (batch, height, width, channels)


def dense(rng: Generator) -> Drawn:
    """Draw a Dense layer, with an activation and with penalties at times."""
    arguments = {
        "units": int(rng.integers(1, 6)),
        "activation": choose(rng, None, "relu", "tanh", "sigmoid"),
        "use_bias": choose(rng, True, True, False),
        "kernel_regularizer": choose(rng, *PENALTIES),
        "bias_regularizer": choose(rng, *PENALTIES),
    }
    return arguments, random_shape(rng, choose(rng, 2, 2, 3, 4))


def batch_normalization(rng: Generator) -> Drawn:
    """Draw a BatchNormalization along some axis."""
    shape = random_shape(rng, choose(rng, 2, 3, 4))
    arguments = {
        "axis": choose(rng, -1, int(rng.integers(1, len(shape)))),
        "momentum": choose(rng, 0.75, 0.875),
        "epsilon": choose(rng, 2.0**-10, 0.25),
        "center": choose(rng, True, True, False),
        "scale": choose(rng, True, True, False),
        "gamma_regularizer": choose(rng, *PENALTIES),
    }
    return arguments, shape


def layer_normalization(rng: Generator) -> Drawn:
    """Draw a LayerNormalization over one axis or two; of one number alone there is no spread."""
    shape = random_shape(rng, choose(rng, 2, 3, 4), least=2)
    axes = [-1] if len(shape) < 4 else [-1, [1, 2], [3, 1]]
    arguments = {
        "axis": choose(rng, *axes),
        "epsilon": choose(rng, 2.0**-10, 0.25),
        "center": choose(rng, True, True, False),
        "scale": choose(rng, True, True, False),
    }
    return arguments, shape


def relu(rng: Generator) -> Drawn:
    """Draw a ReLU with all its settings."""
    arguments = {
        "max_value": choose(rng, None, 1.5),
        "negative_slope": choose(rng, 0.0, 0.25),
        "threshold": choose(rng, 0.0, 0.5),
    }
    return arguments, random_shape(rng, choose(rng, 2, 3, 4))


def softmax(rng: Generator) -> Drawn:
    """Draw a Softmax along some axis."""
    shape = random_shape(rng, choose(rng, 2, 3, 4), least=2)
    return {"axis": choose(rng, -1, int(rng.integers(1, len(shape))))}, shape


def reshape(rng: Generator) -> Drawn:
    """Draw a Reshape, with the size of an axis left open at times."""
    a, b, c = (int(n) for n in rng.integers(1, 5, 3))
    return {"target_shape": choose(rng, (b, c * a), (-1, a), (c, b, a))}, (3, a, b, c)


def zero_padding2d(rng: Generator) -> Drawn:
    """Draw a ZeroPadding2D in each of its three forms."""
    a, b, c, d = (int(n) for n in rng.integers(0, 4, 4))
    return {"padding": choose(rng, a, (a, b), ((a, b), (c, d)))}, random_shape(rng, 4)


def global_pooling(rng: Generator) -> Drawn:
    """Draw a global pooling layer."""
    return {"keepdims": choose(rng, False, True)}, random_shape(rng, 4)


def add(rng: Generator) -> Drawn:
    """Draw an Add of two or three inputs, some of which are repeated along an axis.

    The batch is larger than any other axis: Keras 3.15 takes an input that is as long as another
    axis for a bias of that axis.
    """
    shape = (7, *random_shape(rng, choose(rng, 1, 2, 3)))
    narrow = tuple(n if i == 0 or rng.random() < 0.5 else 1 for i, n in enumerate(shape))
    return {}, [shape, choose(rng, shape, narrow), shape][: choose(rng, 2, 3)]


def concatenate(rng: Generator) -> Drawn:
    """Draw a Concatenate of two or three inputs along some axis."""
    shape = random_shape(rng, choose(rng, 2, 3, 4))
    axis = int(rng.integers(1, len(shape)))
    sizes = rng.integers(1, 4, choose(rng, 2, 3))
    shapes = [(*shape[:axis], int(n), *shape[axis + 1 :]) for n in sizes]
    return {"axis": choose(rng, axis, axis - len(shape))}, shapes


def anything(rng: Generator, **arguments: Any) -> Drawn:
    """Draw an input of any rank, and one of the values of each argument."""
    return {name: choose(rng, *values) for name, values in arguments.items()}, random_shape(
        rng, choose(rng, 2, 3, 4)
    )


DRAW: dict[str, Callable[[Generator], Drawn]] = {
    "Dense": dense,
    "Activation": partial(anything, activation=["sigmoid", "elu", "softplus"]),
    "ReLU": relu,
    "LeakyReLU": partial(anything, negative_slope=[0.125, 0.25, 0.5]),
    "Softmax": softmax,
    "Flatten": anything,
    "Reshape": reshape,
    "Rescaling": partial(anything, scale=[2.0**-8, 3.0], offset=[0.0, -0.5]),
    "Dropout": partial(anything, rate=[0.25, 0.5, 0.75]),
    "SpatialDropout2D": lambda rng: ({"rate": choose(rng, 0.25, 0.5)}, random_shape(rng, 4)),
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "Conv1D": conv1d,
    "Conv2D": conv2d,
    "DepthwiseConv2D": depthwise_conv2d,
    "MaxPooling2D": pooling,
    "AveragePooling2D": pooling,
    "GlobalAveragePooling2D": global_pooling,
    "GlobalMaxPooling2D": global_pooling,
    "ZeroPadding2D": zero_padding2d,
    "Add": add,
    "Concatenate": concatenate,
}


def random_weights(layer: Layer, rng: Generator) -> list[np.ndarray]:
    """Return weights of the layer's shapes; variances are positive."""
    return [
        rng.uniform(0.5, 2, w.shape) if name == "moving_variance" else rng.normal(size=w.shape)
        for name, w in zip(layer.weight_names(), layer.weights, strict=True)
    ]


def compare(ours: Layer, theirs: Any, x: Any, rng: Generator, training: bool) -> Case:
    """Give a layer and its twin the same weights and input, and compare all that they compute.

    `forward` also covers penalties, and the weights after the call: batch normalisation moves some.
    A Dropout layer gets the mask that its twin has drawn.
    """
    several = isinstance(x, list)
    shapes: Any = [part.shape for part in x] if several else x.shape
    for layer in (ours, theirs):
        layer.build(shapes)
    weights = random_weights(ours, rng)
    ours.set_weights(weights)
    theirs.set_weights(weights)
    dy = rng.normal(size=ours.compute_output_shape(shapes))
    before = [part.copy() for part in x] if several else x.copy()
    their_y, their_dx, their_gradients = twins.layer_gradients(theirs, x, dy, training)
    dropped = {"mask": their_y != 0} if training and isinstance(ours, layers.Dropout) else {}
    y = ours(x, training=training, **dropped)
    dx = ours.backward(dy)
    gradients = [ours.grads[name] for name in ours.weight_names(trainable=True)]
    forward = [
        (y, their_y),
        (ours.count_params(), theirs.count_params()),
        *zip(ours.losses, [float(loss) for loss in theirs.losses], strict=True),
        *zip(ours.get_weights(), theirs.get_weights(), strict=True),
        *(zip(x, before, strict=True) if several else [(x, before)]),  # the input is unchanged
    ]
    backward = [
        *zip(dx if several else [dx], their_dx, strict=True),
        *zip(gradients, their_gradients, strict=True),
    ]
    return Case(
        forward=max(gradcheck.scaled_error(a, b) for a, b in forward),
        gradients=max(gradcheck.scaled_error(a, b) for a, b in backward),
    )


def run(name: str, rng: Generator, number: int) -> Case:
    """Compare a layer with random arguments, on input of a random shape."""
    arguments, shapes = DRAW[name](rng)
    training = bool(rng.random() < 0.5)
    several = isinstance(shapes, list)
    x: Any = [rng.normal(size=s) for s in shapes] if several else rng.normal(size=shapes)
    ours = getattr(layers, name)(**arguments, dtype="float64")
    theirs = getattr(twins.import_keras().layers, name)(**arguments)
    case = compare(ours, theirs, x, rng, training)
    if number >= CHECKS:
        return case
    further: dict[str, Any] = {"training": training}
    if training and isinstance(ours, layers.Dropout):
        further["mask"] = ours.mask
    report = gradcheck.check_layer(ours, x, **further)
    return Case(case.forward, case.gradients, report.error)


REMARKS = {
    "Dropout": "In training it is given the mask that Keras has drawn.",
    "SpatialDropout2D": "In training it is given the mask that Keras has drawn.",
    "LeakyReLU": "Keras rounds its slope to float32; measured at slopes that float32 holds, such "
    "as 1/4.",
}


def entries() -> list[Entry]:
    """Return the entries of this kind, in the order of the page."""
    return [
        Entry(
            name,
            f"keras.layers.{name}",
            partial(run, name),
            cases=100 if name == "Conv2D" else 20,
            remark=" ".join(
                filter(None, [REMARKS.get(name), differences_in(getattr(layers, name).__doc__)])
            ),
        )
        for name in DRAW
    ]
