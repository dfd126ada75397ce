"""Figures of the chapter on regularisation: capacity, penalties, stopping, augmentation."""

from __future__ import annotations

import functools

import numpy as np
from numpy.polynomial import legendre

import dlcourse
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing, log_scale

Array = np.ndarray

# --- capacity ----------------------------------------------------------------------------------

DEGREES = list(range(15))
NOISE = 0.25
POINTS = 20
GRID = np.linspace(-1, 1, 201)


def truth(x: Array) -> Array:
    """Return the curve behind the noisy points."""
    return np.sin(np.pi * x) + 0.3 * np.cos(2 * np.pi * x)


def draw_sample(seed: int) -> tuple[Array, Array]:
    """Return 20 points of the curve, in the middles of 20 equal parts of -1 ... 1, with noise."""
    x = (2 * np.arange(POINTS) + 1) / POINTS - 1
    return x, truth(x) + np.random.default_rng(seed).normal(0, NOISE, POINTS)


def fit(degree: int, x: Array, y: Array, places: Array = GRID) -> Array:
    """Return the least-squares polynomial of a degree through the points (x, y), at some places."""
    # Legendre polynomials span the same curves as 1, x, x², ... and lose fewer digits.
    weights = np.linalg.lstsq(legendre.legvander(x, degree), y, rcond=None)[0]
    return legendre.legval(places, weights)


def training_error(degree: int, seed: int) -> float:
    """Return the mean squared error of a fit on the points that it was fitted to."""
    x, y = draw_sample(seed)
    return float(np.mean((fit(degree, x, y, x) - y) ** 2))


@functools.cache
def errors(degree: int) -> dict[str, float]:
    """Return the expected mean squared errors of a degree, and what they are made of.

    training: on the points that the fit has seen; new: on new noisy points of the same curve;
    bias: (mean fit - truth)²; variance: of the fits around their mean. new is the sum of bias,
    variance and noise. A least-squares fit is a matrix times y, so the expectations are exact.
    """
    x, _ = draw_sample(0)
    solve = np.linalg.pinv(legendre.legvander(x, degree))
    to_grid, to_points = (legendre.legvander(places, degree) @ solve for places in (GRID, x))
    bias = np.mean((to_grid @ truth(x) - truth(GRID)) ** 2)
    variance = NOISE**2 * np.mean(np.sum(to_grid**2, axis=1))
    missed = np.mean((to_points @ truth(x) - truth(x)) ** 2)
    return {
        # Every coefficient takes up the noise of one point.
        "training": float(missed + NOISE**2 * (1 - (degree + 1) / POINTS)),
        "bias": float(bias),
        "variance": float(variance),
        "new": float(bias + variance + NOISE**2),
    }


@drawing
def draw_fit(degree: int):
    """Draw one sample with its fit, and the fits of ten other samples behind it."""
    figure, axes = canvas(width=4.0, height=3.4)
    for seed in range(1, 11):
        axes.plot(
            GRID, fit(degree, *draw_sample(seed)), color=COLOURS.prediction, lw=0.7, alpha=0.35
        )
    x, y = draw_sample(0)
    axes.plot(GRID, truth(GRID), color=COLOURS.muted, linewidth=4, alpha=0.6)
    axes.plot(GRID, fit(degree, x, y), color=COLOURS.prediction)
    axes.scatter(x, y, color=COLOURS.data, zorder=3, s=26)
    axes.set(xlim=(-1, 1), ylim=(-2.2, 2.2), xlabel="x", ylabel="y")
    return figure, (
        f"Degree {degree}: the green curve misses its own 20 points by "
        f"{training_error(degree, 0):.3f} (mean square). The thin curves are the fits to ten other "
        "samples."
    )


@drawing
def draw_errors(degree: int):
    """Draw the errors over all degrees, and mark one."""
    figure, axes = canvas(width=4.0, height=3.4)
    for name, colour in (
        ("new", COLOURS.loss),
        ("training", COLOURS.data),
        ("bias", COLOURS.muted),
        ("variance", COLOURS.gradient),
    ):
        axes.plot(DEGREES, [errors(d)[name] for d in DEGREES], color=colour, label=_NAMES[name])
        axes.scatter(degree, errors(degree)[name], color=colour, zorder=3, s=40)
    log_scale(axes, "y")
    axes.set(ylim=(3e-4, 10), xlabel="degree (capacity)", ylabel="mean squared error")
    axes.set_xticks(range(0, 15, 2))
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.0)
    e = errors(degree)
    return figure, (
        f"Degree {degree}, expected over all samples: error {e['training']:.3f} on training "
        f"points, {e['new']:.3f} on new ones = bias² {e['bias']:.3f} + variance "
        f"{e['variance']:.3f} + noise {NOISE**2:.3f}."
    )


_NAMES = {
    "new": "new points",
    "training": "training points",
    "bias": "bias²",
    "variance": "variance",
}


def capacity_explorer() -> Explorer:
    """Return the figure of under- and overfitting."""
    return Explorer(draw_fit, draw_errors, degree=Slider(DEGREES, label="degree", start=1))


# --- penalties ---------------------------------------------------------------------------------

FEATURES = 20
TRUE_WEIGHTS = np.concatenate([[3.0, -2.0, 1.5, 1.0], np.zeros(FEATURES - 4)])
STRENGTHS = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0]


@functools.cache
def regression_data() -> tuple[Array, Array]:
    """Return 40 samples of 20 features, of which the first four matter."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, FEATURES))
    return x, x @ TRUE_WEIGHTS + rng.normal(0, 1.5, 40)


def penalised(kind: str, strength: float, x: Array, y: Array) -> Array:
    """Return the weights that minimise mean squared error + strength * penalty.

    L2, Σw²: solved directly. L1, Σ|w|: proximal gradient descent, which after each step moves every
    weight towards 0 by a fixed amount, and no further than 0. (Both halve the sum to minimise.)
    """
    n = len(x)
    gram, target = x.T @ x / n, x.T @ y / n
    if kind == "L2":
        return np.linalg.solve(gram + strength * np.eye(x.shape[1]), target)
    step = 1 / np.linalg.eigvalsh(gram)[-1]
    w = np.zeros(x.shape[1])
    for _ in range(3000):
        w = w - step * (gram @ w - target)
        w = np.sign(w) * np.maximum(np.abs(w) - step * strength / 2, 0)
    return w


@drawing
def draw_penalty(kind: str, strength: float):
    """Draw the twenty weights as bars, beside the true ones."""
    weights = penalised(kind, strength, *regression_data())
    figure, axes = canvas(width=5.0, height=3.2)
    places = np.arange(1, FEATURES + 1)
    axes.bar(places, weights, color=COLOURS.prediction, width=0.6)
    axes.plot(places, TRUE_WEIGHTS, "_", color=COLOURS.data, markersize=13, markeredgewidth=2)
    axes.axhline(0, color=COLOURS.muted, linewidth=0.8)
    axes.set(xlabel="feature", ylabel="weight", ylim=(-2.9, 3.7), xlim=(0.2, FEATURES + 0.8))
    axes.set_xticks([1, 4, 8, 12, 16, 20])
    zeros = int(np.sum(weights == 0))
    size = np.sqrt(np.sum(weights**2))
    return figure, (
        f"{kind} with λ = {strength:g}: {zeros} of 20 weights are exactly 0; the weights together "
        f"have length {size:.2f}. The blue dashes are the true weights."
    )


def penalty_explorer() -> Explorer:
    """Return the figure in which L1 and L2 press weights towards zero."""
    return Explorer(
        draw_penalty,
        kind=Choice(["L1", "L2"], label="penalty"),
        strength=Slider(STRENGTHS, label="strength λ", start=0.3),
    )


def cross_validation(kind: str, folds: int = 5) -> dict[float, tuple[float, float]]:
    """Return for each strength the mean error on held-out folds, and its standard error."""
    x, y = regression_data()
    found = {}
    for strength in STRENGTHS:
        held_out = [
            np.mean((x[test] @ penalised(kind, strength, x[train], y[train]) - y[test]) ** 2)
            for train, test in dlcourse.datasets.k_fold(len(x), folds, seed=0)
        ]
        found[strength] = float(np.mean(held_out)), float(np.std(held_out, ddof=1) / np.sqrt(folds))
    return found


@drawing
def draw_cross_validation(kind: str):
    """Draw the error on held-out folds over the strength of a penalty."""
    found = cross_validation(kind)
    figure, axes = canvas(width=5.0, height=3.2)
    strengths = list(found)
    means, spreads = np.array(list(found.values())).T
    places = np.arange(len(strengths))
    best = int(means.argmin())
    within = int(np.flatnonzero(means <= means[best] + spreads[best])[-1])
    axes.errorbar(places, means, spreads, color=COLOURS.loss, marker="o", capsize=4)
    axes.axhline(means[best] + spreads[best], color=COLOURS.muted, linewidth=1, linestyle="--")
    for place, name, height in ((best, "lowest", 1.7), (within, "largest within", 0.4)):
        axes.scatter(
            place, means[place], s=160, facecolor="none", edgecolor=COLOURS.accent, linewidth=2
        )
        axes.text(place, height, name, ha="center", color=COLOURS.accent)
    axes.set_xticks(places, [f"{s:g}" for s in strengths])
    axes.set(xlabel="strength λ", ylabel="error on held-out folds", ylim=(0, 15))
    return figure, (
        f"{kind}: lowest at λ = {strengths[best]:g} with {means[best]:.2f}, against {means[0]:.2f} "
        f"without a penalty; λ = {strengths[within]:g} is the largest within one standard error, "
        "the dashed line."
    )


def cross_validation_explorer() -> Explorer:
    """Return the figure in which held-out folds choose the strength of a penalty."""
    return Explorer(draw_cross_validation, kind=Choice(["L1", "L2"], label="penalty"))


# --- stopping in time --------------------------------------------------------------------------

EPOCHS = 150


@functools.cache
def noisy_run() -> tuple[Array, Array]:
    """Return the training and validation losses of a large network on 60 noisy points."""
    x, y = dlcourse.datasets.moons(60, noise=0.35, seed=4)
    new = dlcourse.datasets.moons(400, noise=0.35, seed=5)
    he = dlcourse.initializers.HeNormal
    model = dlcourse.Sequential(
        [
            dlcourse.Input((2,)),
            dlcourse.layers.Dense(64, activation="relu", kernel_initializer=he(seed=0)),
            dlcourse.layers.Dense(64, activation="relu", kernel_initializer=he(seed=1)),
            dlcourse.layers.Dense(1, activation="sigmoid", kernel_initializer=he(seed=2)),
        ]
    )
    model.compile(dlcourse.optimizers.SGD(0.2), "binary_crossentropy")
    history = model.fit(
        x, y, batch_size=8, epochs=EPOCHS, validation_data=new, seed=0, verbose=0
    ).history
    return np.array(history["loss"]), np.array(history["val_loss"])


def stopping_epoch(losses: Array, patience: int) -> tuple[int, int]:
    """Return (the epoch at which training stops, the epoch of the best loss so far), from 1."""
    best, waited = 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best, waited = epoch, 0
            continue
        waited += 1
        if waited >= patience:
            return epoch + 1, best + 1
    return len(losses), best + 1


@drawing
def draw_stopping(patience: int):
    """Draw both losses, where training stops, and whose weights are kept."""
    training, validation = noisy_run()
    stop, best = stopping_epoch(validation, patience)
    figure, axes = canvas(width=5.0, height=3.4)
    epochs = np.arange(1, EPOCHS + 1)
    for losses, colour, name in (
        (validation, COLOURS.loss, "validation"),
        (training, COLOURS.data, "training"),
    ):
        axes.plot(epochs, losses, color=colour, alpha=0.25)
        axes.plot(epochs[:stop], losses[:stop], color=colour)
        axes.text(EPOCHS + 2, losses[-1], name, color=colour, va="center")
    axes.axvline(stop, color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.scatter(best, validation[best - 1], color=COLOURS.accent, s=70, zorder=3)
    axes.set(
        xlabel="epoch", ylabel="loss", xlim=(0, EPOCHS + 24), ylim=(0, validation.max() * 1.05)
    )
    return figure, (
        f"Patience {patience}: training stops after epoch {stop}, and the weights of epoch {best} "
        f"are kept, with validation loss {validation[best - 1]:.3f}. Without stopping it ends at "
        f"{validation[-1]:.3f}."
    )


def stopping_explorer() -> Explorer:
    """Return the figure in which patience decides when training ends."""
    return Explorer(
        draw_stopping, patience=Slider([1, 2, 3, 5, 8, 12, 20, 30, 50], label="patience", start=5)
    )


# --- augmentation ------------------------------------------------------------------------------

MOVES = {"as it is": (0, 0), "right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}


def moved(images: Array, down: int, right: int) -> Array:
    """Return images (n, 8, 8) moved by whole pixels; what enters at the edge is empty."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    return padded[:, 1 - down : 9 - down, 1 - right : 9 - right]


@drawing
def draw_moves(image: Array):
    """Draw an image (8, 8) and its four neighbours one pixel away."""
    figure, panels = canvas(columns=len(MOVES), width=5.0, height=1.4)
    for axes, (name, move) in zip(panels, MOVES.items(), strict=True):
        axes.pcolormesh(moved(image[None], *move)[0, ::-1], cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(name, fontweight="normal", fontsize=10)
        axes.set(xticks=[], yticks=[], aspect="equal")
    return figure, "One digit makes five examples, all with the same label."
