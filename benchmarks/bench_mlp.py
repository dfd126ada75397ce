"""How long does an epoch of a small network on handwritten digits take, beside Keras `fit`?

An MLP 64-128-10, batch 32, float32.  The losses of both are printed: the speed counts only if the
work is the same.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module

import numpy as np
from sidebyside import compare, console, machine, quiet_tensorflow

quiet_tensorflow()

OPTIONS = {"batch_size": 32, "shuffle": False, "verbose": 0}


def build(k):
    """Return the compiled network, from one source text for both libraries."""
    layers = [k.layers.Dense(128, activation="relu"), k.layers.Dense(10, activation="softmax")]
    model = k.Sequential([k.Input((64,)), *layers])
    model.compile(optimizer=k.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    return model


def digits(samples: int | None = None):
    """Return the first handwritten digits of the training set, all of them if not told how many."""
    from dlcourse import datasets

    (x, y), _ = datasets.digits.load_data()
    return np.asarray(x[:samples], np.float32).reshape(-1, 64) / 16, y[:samples]


def epoch_of(library: str, samples: int):
    """Return one epoch of the `fit` of dlcourse or of Keras."""
    model, (x, y) = build(import_module(library)), digits(samples)
    return lambda: model.fit(x, y, **OPTIONS)


def losses_of_both(epochs: int = 10) -> None:
    """Train both from the same weights, and print how far the losses are apart."""
    import keras

    import dlcourse

    ours, theirs = build(dlcourse), build(keras)
    theirs.set_weights(ours.get_weights())
    one, two = (m.fit(*digits(), epochs=epochs, **OPTIONS).history["loss"] for m in (ours, theirs))
    difference = np.max(np.abs(np.subtract(one, two)) / np.abs(two))
    print(f"loss after {epochs} epochs: dlcourse {one[-1]:.6f}, Keras {two[-1]:.6f}")
    print(f"largest relative difference of the loss curves (float32): {difference:.1e}")


def main() -> None:
    console.print(machine())
    losses_of_both()
    samples = len(digits()[0])
    title = f"MLP 64-128-10 on {samples} digits, batch 32, one epoch of fit"
    makers = {"dlcourse": partial(epoch_of, "dlcourse"), "Keras fit": partial(epoch_of, "keras")}
    compare(title, makers, samples, small=32, rounds=9, repeats=3)


if __name__ == "__main__":
    main()
