"""The figure of the chapter on training whose learning curves the reader diagnoses."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

import dlcourse
from dlcourse import initializers, layers, optimizers
from dlcourse.interactive.explorer import Choice, Explorer
from dlcourse.plots import COLOURS, canvas, drawing, log_scale

Array = np.ndarray

EPOCHS = 40


@dataclass(frozen=True)
class Run:
    """What distinguishes a run: how many digits it learns from, its rate, its dropout."""

    samples: int
    rate: float
    dropout: float = 0.0
    diagnosis: str = ""


RUNS = {
    "A": Run(600, 0.0003, diagnosis="rate too low"),
    "B": Run(60, 0.3, diagnosis="overfitting"),
    "C": Run(600, 1.1, diagnosis="rate too high"),
    "D": Run(600, 0.1, dropout=0.6, diagnosis="dropout is on in training only"),
    "E": Run(600, 0.01, diagnosis="not trained long enough"),
}


@functools.cache
def losses(name: str) -> tuple[Array, Array]:
    """Return the training and the validation loss of a run after each of 40 epochs."""
    run = RUNS[name]
    (x, y), _ = dlcourse.datasets.digits.load_data()
    x = x.reshape(-1, 64) / 16
    he = initializers.HeNormal
    model = dlcourse.Sequential(
        [
            dlcourse.Input((64,)),
            layers.Dense(64, activation="relu", kernel_initializer=he(seed=0)),
            layers.Dropout(run.dropout, seed=0),
            layers.Dense(10, activation="softmax", kernel_initializer=he(seed=1)),
        ]
    )
    model.compile(optimizers.SGD(run.rate), "sparse_categorical_crossentropy")
    history = model.fit(
        x[: run.samples],
        y[: run.samples],
        batch_size=20,
        epochs=EPOCHS,
        validation_data=(x[600:], y[600:]),
        seed=0,
        verbose=0,
    ).history
    return np.array(history["loss"]), np.array(history["val_loss"])


@drawing
def draw_curves(run: str):
    """Draw both losses of a run."""
    training, validation = losses(run)
    figure, axes = canvas(width=5.0, height=3.2)
    epochs = np.arange(1, EPOCHS + 1)
    axes.plot(epochs, np.maximum(validation, 2e-3), color=COLOURS.loss, label="validation")
    axes.plot(epochs, np.maximum(training, 2e-3), color=COLOURS.data, label="training")
    log_scale(axes, "y")
    ticks = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set(xlim=(1, EPOCHS), ylim=(2e-3, 6), xlabel="epoch", ylabel="loss")
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.2)
    return figure, (
        f"Run {run}: the training loss goes from {training[0]:.2f} to {training[-1]:.3g}, the "
        f"validation loss from {validation[0]:.2f} to {validation[-1]:.3g}."
    )


def curves_explorer() -> Explorer:
    """Return the figure with five learning curves to diagnose."""
    return Explorer(draw_curves, run=Choice(list(RUNS), label="run"))
