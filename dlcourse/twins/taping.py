"""The gradients that GradientTape finds, as arrays: what our backward passes must equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.models import Model

Array = np.ndarray


def gradients(model: Any, x: Any, y: Any, sample_weight: Any = None) -> list[Array]:
    """Return the gradients of the loss by all trainable weights, in training mode.

    For a Keras model a GradientTape finds them, for a dlcourse model its backward pass: the two
    lists have the same order. The model must be compiled; its weights do not change.

    Errors: ValueError if the model is not compiled.
    """
    if isinstance(model, Model):
        return model.gradients(x, y, sample_weight)
    import tensorflow as tf

    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    with tf.GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = model.compute_loss(x, y, y_pred, sample_weight)
    return [np.asarray(g) for g in tape.gradient(loss, list(model.trainable_variables))]


def tape(f: Callable[[Any], Any], x: Any, dy: Any = None) -> tuple[Array, Any]:
    """Return f(x), and ∂L/∂x for ∂L/∂y = dy, of a function of TensorFlow.

    Without dy it is 1 for every output. x is an array, or a list of arrays, which f then receives
    as a list of tensors; the gradients have the same form. A gradient that does not exist is 0.
    """
    import tensorflow as tf

    tensors = tf.nest.map_structure(tf.constant, x)
    with tf.GradientTape() as recorded:
        recorded.watch(tensors)
        y = f(tensors)
    dy = None if dy is None else tf.constant(dy, y.dtype)
    gradients = recorded.gradient(y, tensors, dy, unconnected_gradients="zero")
    return y.numpy(), tf.nest.map_structure(_array, gradients)


def layer_gradients(
    layer: Any, x: Any, dy: Array, training: bool = False
) -> tuple[Array, list[Array], list[Array]]:
    """Return the output of a Keras layer, and ∂L/∂x and ∂L/∂weights for ∂L/∂y = dy.

    x is an array, or a list for a layer that merges. Penalties on the weights are part of L, as
    they are of the gradients in `layer.grads`.
    """
    import tensorflow as tf

    inputs = [tf.constant(part) for part in (x if isinstance(x, list) else [x])]
    weights = [weight.value for weight in layer.trainable_weights]
    arguments = {"training": training} if layer._call_has_training_arg else {}
    with tf.GradientTape() as recorded:
        recorded.watch(inputs)
        y = layer(inputs if isinstance(x, list) else inputs[0], **arguments)
        total = tf.reduce_sum(y * dy) + sum(layer.losses)
    found = recorded.gradient(total, [*inputs, *weights], unconnected_gradients="zero")
    arrays = [_array(gradient) for gradient in found]
    return y.numpy(), arrays[: len(inputs)], arrays[len(inputs) :]


def _array(gradient: Any) -> Array:
    """Return a gradient as an array; TensorFlow gives some as a list of the rows that are not 0."""
    import tensorflow as tf

    return tf.convert_to_tensor(gradient).numpy()
