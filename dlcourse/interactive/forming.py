"""Figure of the chapter on layers: the lines of four hidden units find their places in training."""

from __future__ import annotations

import functools

from matplotlib.figure import Figure

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.interactive.network import draw_plane, sample
from dlcourse.plots import drawing

EPOCHS = [0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 200]
UNITS, SEED = 4, 11


@functools.cache
def watched() -> dict[int, tuple[dlcourse.Sequential, float]]:
    """Train one network on the ring; return, for each epoch shown, a copy of it and its loss."""
    x, y = sample("circles")
    model = network()
    seen, done = {}, 0
    for epoch in EPOCHS:
        if epoch > done:
            model.fit(x, y, batch_size=160, epochs=epoch - done, shuffle=False, verbose=0)
        done = epoch
        copy = network()
        copy.set_weights(model.get_weights())
        seen[epoch] = copy, float(model.evaluate(x, y, verbose=0))
    return seen


def network() -> dlcourse.Sequential:
    """Return the network of this figure, with its first weights: 2 → 4 → 1."""
    he, glorot = dlcourse.initializers.HeNormal, dlcourse.initializers.GlorotUniform
    model = dlcourse.Sequential(
        [
            dlcourse.Input((2,)),
            dlcourse.layers.Dense(UNITS, activation="relu", kernel_initializer=he(seed=SEED)),
            dlcourse.layers.Dense(1, activation="sigmoid", kernel_initializer=glorot(seed=SEED)),
        ]
    )
    model.compile(optimizer=dlcourse.optimizers.Adam(0.05), loss="binary_crossentropy")
    return model


@drawing
def draw_forming(epoch: int) -> tuple[Figure, str]:
    """Draw the regions of the network, and the line of each hidden unit, after some epochs."""
    model, loss = watched()[epoch]
    figure, right = draw_plane(model, "circles")
    when = "Before training" if epoch == 0 else f"After {epoch} epochs"
    return figure, (
        f"{when}: {right:.0%} of the points are on the right side, the loss is {loss:.2f}."
    )


def explorer() -> Explorer:
    """Return the figure in which a boundary closes around a disc."""
    return Explorer(draw_forming, epoch=Slider(EPOCHS, label="epochs", start=0))
