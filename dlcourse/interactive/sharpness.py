"""The figure that measures a trained network's curvature beside the threshold 2 / λ_max."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing, log_scale

Array = np.ndarray

RATES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
EPOCHS = 3000
LOOK = 100  # epochs between two measurements of the curvature


def curvature(model: dlcourse.Model, x: Array, y: Array, eps: float = 1e-5) -> float:
    """Return λ_max, the largest curvature of the loss at the weights of a compiled model.

    Each column of the Hessian is how the gradient changes when one weight takes a small step.
    """

    def gradient() -> Array:
        return np.concatenate([g.ravel() for g in model.gradients(x, y)])

    columns = []
    for weight in model.trainable_weights:
        for place in np.ndindex(weight.shape):
            kept = weight[place]
            weight[place] = kept + eps
            ahead = gradient()
            weight[place] = kept - eps
            columns.append((ahead - gradient()) / (2 * eps))
            weight[place] = kept
    hessian = np.array(columns)
    return float(np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1])


@dataclass(frozen=True)
class Run:
    """A training with all samples at once: the loss of each epoch, and λ_max every LOOK epochs.

    Both are cut short where the training diverges.
    """

    losses: Array
    curvatures: Array

    @property
    def diverged(self) -> bool:
        """Return whether the loss left the numbers."""
        return len(self.losses) < EPOCHS


@functools.cache
def train(rate: float) -> Run:
    """Train a network 2 → 8 → 1 on two moons by plain gradient descent."""
    x, y = dlcourse.datasets.moons(60, noise=0.1, seed=0)
    x, y = x.astype(np.float64), y.astype(np.float64).reshape(-1, 1)
    glorot = dlcourse.initializers.GlorotUniform
    dense = dlcourse.layers.Dense
    model = dlcourse.Sequential(
        [
            dlcourse.Input((2,), dtype="float64"),
            dense(8, activation="tanh", kernel_initializer=glorot(seed=1), dtype="float64"),
            dense(1, kernel_initializer=glorot(seed=2), dtype="float64"),
        ]
    )
    model.compile(optimizer=dlcourse.optimizers.SGD(rate), loss="mse")
    losses: list[float] = []
    curvatures = [curvature(model, x, y)]
    for _ in range(EPOCHS // LOOK):
        try:
            model.fit(x, y, batch_size=len(x), epochs=LOOK, shuffle=False, verbose=0)
        except FloatingPointError:
            losses += model.history.history["loss"]
            break  # what is left of the network is no minimum to measure
        losses += model.history.history["loss"]
        curvatures.append(curvature(model, x, y))
    return Run(np.array(losses), np.array(curvatures))


@drawing
def draw_curvature(rate: float):
    """Draw λ_max during training, and the threshold that the learning rate sets."""
    run = train(rate)
    # Where training diverges, all units end up saturated: there is no more curvature to speak of.
    values = run.curvatures[:1] if run.diverged else run.curvatures
    figure, axes = canvas(width=4.0, height=3.4)
    axes.axhline(2 / rate, color=COLOURS.loss, linewidth=1.6)
    note = "2 / learning rate" + (f" = {2 / rate:g}, above" if 2 / rate > 12 else "")
    axes.text(EPOCHS, min(2 / rate, 12) + 0.4, note, color=COLOURS.loss, ha="right")
    axes.plot(np.arange(len(values)) * LOOK, values, color=INK, marker="o", markersize=3)
    axes.set(xlim=(0, EPOCHS), ylim=(0, 13), xlabel="epoch", ylabel="largest curvature")
    if run.diverged:
        return figure, (
            f"Learning rate {rate:g}: the largest curvature starts at {values[0]:.1f}, more than "
            f"twice 2/{rate:g} = {2 / rate:.1f}. The training is lost in its first epochs."
        )
    return figure, (
        f"Learning rate {rate:g}: the largest curvature starts at {values[0]:.1f} and ends at "
        f"{values[-1]:.1f}. Above 2/{rate:g} = {2 / rate:.1f} a step overshoots further each time."
    )


@drawing
def draw_losses(rate: float):
    """Draw the loss during training."""
    run = train(rate)
    figure, axes = canvas(width=4.0, height=3.4)
    # No renderer takes the numbers that a diverging loss reaches.
    seen = np.minimum(run.losses, 1e3)
    axes.plot(np.arange(1, len(seen) + 1), seen, color=COLOURS.loss, linewidth=1.4)
    log_scale(axes, "y")
    axes.set_yticks([0.01, 0.03, 0.1, 0.3, 1], ["0.01", "0.03", "0.1", "0.3", "1"])
    axes.set(xlim=(0, EPOCHS), ylim=(0.003, 2), xlabel="epoch", ylabel="loss")
    if run.diverged:
        beyond = int(np.flatnonzero(run.losses < 2)[-1]) + 2
        axes.text(EPOCHS / 2, 0.1, f"beyond the picture from epoch {beyond} on", ha="center")
        return figure, (
            f"The loss passes a thousand in epoch {int(np.argmax(run.losses > 1e3)) + 1} and "
            f"leaves the numbers in epoch {len(run.losses) + 1}."
        )
    rises = int(np.sum(np.diff(run.losses) > 0))
    return figure, f"The loss ends at {run.losses[-1]:.3f}; in {rises:,} of the epochs it rose."


def sharpness_explorer() -> Explorer:
    """Return the figure in which a network's curvature climbs to its threshold."""
    return Explorer(
        draw_curvature, draw_losses, rate=Slider(RATES, label="learning rate", start=0.2)
    )
