"""How the answers of chapter 12 are tried. TensorFlow is imported when an answer is, not before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from dlcourse.grading.probes.architecture import keep_layers
from dlcourse.grading.trial import Probe, Stop, Trial, keep_choice, keep_value

WITH_KERAS = frozenset({"classifier", "skip_network", "tape_gradient", "training_step"})


def has_keras() -> bool:
    """Return whether Keras can be imported, with the TensorFlow beneath it."""
    try:
        import keras  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def double_precision() -> Iterator[Any]:
    """Give Keras in float64, so that six digits are right whatever the order of the sums."""
    import keras

    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # Keras remembers it from before otherwise
    try:
        yield keras
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def classifier(answer: Any, trial: Trial) -> None:
    """Describe the model."""
    keep_layers(trial, trial.call("the model", answer, then=lambda model: "built"))


def skip_network(answer: Any, trial: Trial) -> None:
    """Run the model with drawn weights: which way the numbers take shows in what comes out."""
    with double_precision():
        model = trial.call("the model", answer, then=lambda model: type(model).__name__)
        if not hasattr(model, "get_weights"):
            raise Stop
        shapes = sorted(tuple(w.shape) for w in model.get_weights())
        trial.keep("shapes of the weights", str(shapes))
        # In a fixed order, because equal shapes must be drawn alike whatever order they come in.
        rng = np.random.default_rng(int(trial.rng.integers(2**31)))
        patterns = {shape: rng.normal(size=shape) / 2 for shape in sorted(set(shapes))}
        model.set_weights([patterns[tuple(w.shape)] for w in model.get_weights()])
        x = trial.rng.normal(size=(4, 8))
        trial.keep("output for 4 samples", np.asarray(model(x)))


def tape_gradient(answer: Any, trial: Trial) -> None:
    """Try functions of TensorFlow of a vector and of a matrix."""
    import tensorflow as tf

    def wave(x: Any) -> Any:
        return tf.reduce_sum(tf.sin(x) * x)

    def product(x: Any) -> Any:
        return tf.reduce_sum(tf.matmul(x, x, transpose_b=True)) + tf.reduce_sum(tf.exp(x))

    for label, function, shape in (("a vector", wave, (3,)), ("a matrix", product, (2, 3))):
        trial.call(label, answer, function, trial.rng.normal(size=shape), then=_as_array)


def _as_array(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else np.asarray(value)


def training_step(answer: Any, trial: Trial) -> None:
    """Try two steps on a model with batch normalisation, which differs in training and in use."""
    with double_precision() as keras:
        model = keras.Sequential(
            [
                keras.Input((3,)),
                keras.layers.BatchNormalization(momentum=0.5),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        rng = trial.rng
        model.layers[-1].set_weights([rng.normal(size=(3, 1)), rng.normal(size=1)])
        optimizer = keras.optimizers.SGD(0.5)
        loss = keras.losses.BinaryCrossentropy()
        x = 2 * rng.normal(size=(6, 3)) + 1
        y = rng.permutation(np.array([0.0, 1.0] * 3))[:, None]
        for step in (1, 2):
            label = f"step {step}: the loss"
            trial.call(label, answer, model, optimizer, loss, x, y, then=_as_array)
            names = ("gamma", "beta", "moving mean", "moving variance", "kernel", "bias")
            for name, weights in zip(names, model.get_weights(), strict=True):
                trial.keep(f"step {step}: {name}", weights)


PROBES: dict[str, Probe] = {
    "loss_for_labels": keep_choice,
    "arrays_in_weights": keep_value,
    "classifier": classifier,
    "skip_network": skip_network,
    "tape_gradient": tape_gradient,
    "training_step": training_step,
}
