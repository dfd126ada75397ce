"""Right answers to the questions of chapter 12, and wrong ones that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def classifier() -> Any:
    """Build the model of the question."""
    return classifier_where()()


def classifier_where(
    inputs: int | None = 20,
    hidden: str | None = "relu",
    rate: float | None = 0.3,
    outputs: int = 5,
    last: str | None = "softmax",
    at: str = "after",
) -> Callable[[], Any]:
    """Return a function that builds the classifier, right as it stands, or with a mistake."""

    def build() -> Any:
        import keras

        layers = [keras.layers.Dense(64, activation=hidden)]
        if rate is not None:
            layers.insert({"after": 1, "before": 0}.get(at, 1), keras.layers.Dropout(rate))
        layers.append(keras.layers.Dense(outputs, activation=last))
        if at == "end":
            layers = [layers[0], layers[2], layers[1]]
        return keras.Sequential([*([keras.Input((inputs,))] if inputs else []), *layers])

    return build


def skip_network() -> Any:
    """Build the model of the question."""
    return skip_where()()


def skip_where(
    skip: str = "input",
    merge: str = "Add",
    inner: str | None = "relu",
    second: str | None = None,
    after: str | None = "relu",
) -> Callable[[], Any]:
    """Return a function that builds the network with a skip connection, right or with a mistake."""

    def build() -> Any:
        import keras

        start = keras.Input((8,))
        first = keras.layers.Dense(8, activation=inner)(start)
        x = keras.layers.Dense(8, activation=second)(first)
        if skip != "none":
            x = getattr(keras.layers, merge)()([{"input": start, "first": first}[skip], x])
        if after:
            x = keras.layers.Activation(after)(x)
        return keras.Model(start, keras.layers.Dense(1)(x))

    return build


def tape_gradient(f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """Return the gradient of f at x."""
    import tensorflow as tf

    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        value = f(tensor)
    return tape.gradient(value, tensor).numpy()


def value_of_f(f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """Return f itself."""
    import tensorflow as tf

    return f(tf.constant(x)).numpy()


def training_step(model: Any, optimizer: Any, loss: Any, x: np.ndarray, y: np.ndarray) -> Any:
    """Take one step of training and return the loss before it."""
    return step_where()(model, optimizer, loss, x, y)


def step_where(
    training: bool = True,
    sign: float = 1.0,
    swapped: bool = False,
    after: bool = False,
    apply: bool = True,
) -> Any:
    """Return a training step, right as it stands, or with a mistake."""

    def variant(model: Any, optimizer: Any, loss: Any, x: np.ndarray, y: np.ndarray) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            predictions = model(x, training=training)
            value = loss(predictions, y) if swapped else loss(y, predictions)
        gradients = tape.gradient(value, model.trainable_variables)
        gradients = [sign * gradient for gradient in gradients]
        if apply:
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss(y, model(x, training=False)) if after else value

    return variant
