"""How long does one training step of LeNet-5 take, beside TensorFlow and PyTorch?

28×28 images, batch 64, float32, SGD.  `python benchmarks/bench_lenet.py` prints the table, the time
that the arithmetic alone takes at this machine's matrix-product peak, and where the time goes.
"""

from __future__ import annotations

import time
from functools import partial
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from sidebyside import Maker, alone, compare, console, machine, quiet_tensorflow

quiet_tensorflow()

BATCH = 64


def data(batch):
    """Return noise in the shape of images, and labels."""
    rng = np.random.default_rng(0)
    return rng.random((batch, 28, 28, 1), dtype=np.float32), rng.integers(0, 10, batch)


def build(k):
    """Return LeNet-5, with ReLU and max pooling, from one source text for both libraries."""
    return k.Sequential(
        [
            k.Input((28, 28, 1)),
            k.layers.Conv2D(6, 5, padding="same", activation="relu"),
            k.layers.MaxPooling2D(2),
            k.layers.Conv2D(16, 5, activation="relu"),
            k.layers.MaxPooling2D(2),
            k.layers.Flatten(),
            k.layers.Dense(120, activation="relu"),
            k.layers.Dense(84, activation="relu"),
            k.layers.Dense(10),
        ]
    )


def compiled(k):
    """Return the model of a library, ready to train."""
    model = build(k)
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=k.optimizers.SGD(0.01), loss=loss)
    return model


def step_of(library, batch):
    """Return one step of dlcourse or of Keras, all of its bookkeeping included."""
    model, (x, y) = compiled(import_module(library)), data(batch)
    return lambda: model.train_on_batch(x, y)


def tensorflow_step(batch):
    """Return a compiled tf.function that does one step of SGD, without Keras's bookkeeping."""
    import keras
    import tensorflow as tf

    model = build(keras)
    x, y = map(tf.constant, data(batch))
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(jit_compile=False)
    def step():
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        variables = model.trainable_variables
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.01 * gradient)
        return loss

    return lambda: step().numpy()


def torch_step(batch):
    """Return one step of eager PyTorch."""
    import torch
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    loss_function = nn.CrossEntropyLoss()
    x, y = data(batch)
    images, labels = torch.tensor(x.transpose(0, 3, 1, 2).copy()), torch.tensor(y).long()

    def step():
        optimizer.zero_grad()
        loss = loss_function(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def multiply_adds() -> float:
    """Return the multiply-adds of one step: forward once, backward twice (once for layer one)."""
    first = 28 * 28 * 6 * 25
    rest = 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10
    return BATCH * (2 * first + 3 * rest)


def peak() -> float:
    """Return the multiply-adds a second of this machine's best large matrix product, float32."""
    a = np.ones((1024, 1024), np.float32)
    best = np.inf
    for _ in range(20):
        started = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - started)
    return 1024**3 / best


def arithmetic_alone() -> None:
    """Print how long the multiplications would take if they went as fast as in `peak`."""
    print(f"The arithmetic alone at matrix-product peak: {1e3 * multiply_adds() / peak():.2f} ms")


def where_the_time_goes(steps: int = 100) -> None:
    """Print the milliseconds that each layer takes, forward and backward."""
    import dlcourse

    model, (x, y) = compiled(dlcourse), data(BATCH)
    forward, backward = {}, {}
    for layer in model.layers:
        layer.call = _timed(layer.call, forward, layer.name)
        layer.backward = _timed(layer.backward, backward, layer.name)
    started = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(x, y)
    seconds = time.perf_counter() - started
    print(f"{'layer':<18}{'forward ms':>12}{'backward ms':>13}")
    for name in forward:
        print(
            f"{name:<18}{1e3 * forward[name] / steps:>12.3f}{1e3 * backward[name] / steps:>13.3f}"
        )
    rest = seconds - sum(forward.values()) - sum(backward.values())
    print(f"{'loss, SGD, rest':<18}{1e3 * rest / steps:>12.3f}")


def _timed(function, seconds, name):
    def timed(*arguments, **options):
        started = time.perf_counter()
        result = function(*arguments, **options)
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
        return result

    return timed


def main() -> None:
    console.print(machine())
    makers: dict[str, Maker] = {
        "dlcourse": partial(step_of, "dlcourse"),
        "TensorFlow, compiled step": tensorflow_step,
        "Keras train_on_batch": partial(step_of, "keras"),
    }
    if find_spec("torch"):
        makers["PyTorch, eager"] = torch_step
    else:
        print("PyTorch is not installed, and not measured: pip install torch")
    compare("LeNet-5, 28×28, batch 64, one training step", makers, BATCH, small=1, repeats=30)
    alone(arithmetic_alone)
    alone(where_the_time_goes)


if __name__ == "__main__":
    main()
