"""Figures of the chapter on backpropagation: a tape that plays, a network by hand, step sizes."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse import activations
from dlcourse.autodiff import Node, Tape, activate, ancestors
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, PAPER, canvas, drawing, log_scale
from dlcourse.plots.graph import draw_graph
from dlcourse.plots.network import draw_units, draw_weights, frame, layer_colours, unit_places
from dlcourse.plots.text import number, power_of_ten

Array = np.ndarray

# --- a tape that plays forwards and backwards --------------------------------------------------


@functools.cache
def neuron_on_tape() -> Node:
    """Return the squared error of one sigmoid neuron, recorded and differentiated."""
    tape = Tape()
    w, b = tape.watch(2.0, "w"), tape.watch(-1.0, "b")
    loss = (activate(w * 1.5 + b, "sigmoid") - 1.0) ** 2
    tape.gradient(loss, [w, b])
    return loss


def operations() -> list[Node]:
    """Return the nodes that compute something, in the order of the tape."""
    return [node for node in ancestors(neuron_on_tape()) if node.inputs]


@drawing
def draw_tape(step: int):
    """Draw the tape after some steps: first each operation forwards, then each one backwards."""
    target, made = neuron_on_tape(), operations()
    forward = min(step, len(made))
    backward = max(step - len(made), 0)
    sources = [node for node in ancestors(target) if not node.inputs]
    values = {node.index for node in [*sources, *made[:forward]]}
    gradients: set[int] = {target.index} if backward else set()
    for node in made[::-1][: max(backward - 1, 0)]:
        gradients |= {i.index for i in node.inputs if not i.constant}
    figure, axes = canvas(width=5.0, height=2.5)
    active = None
    if backward > 1:
        active = made[::-1][backward - 2].index
    elif backward == 0 and forward:
        active = made[forward - 1].index
    draw_graph(axes, target, values, gradients, active)
    return figure, _tape_sentence(forward, backward, made)


def _tape_sentence(forward: int, backward: int, made: list[Node]) -> str:
    if backward == 0:
        if forward == 0:
            return "At first only the weights, in blue, and the constants are known."
        node = made[forward - 1]
        inputs = " and ".join(number(i.value.item(), ".4g") for i in node.inputs)
        output = number(node.value.item(), ".4g")
        return f"Forward, step {forward}: {node.operation} of {inputs} gives {output}."
    if backward == 1:
        return "Backward, step 1: the gradient of the loss with respect to itself is 1."
    node = made[::-1][backward - 2]
    found = ", ".join(number(i.gradient.item(), ".4g") for i in node.inputs if not i.constant)
    given = number(node.gradient.item(), ".4g")
    return (
        f"Backward, step {backward}: {node.operation} turns {given} into {found}, by its own "
        "derivative."
    )


def tape_explorer() -> Explorer:
    """Return the figure in which a tape is recorded and played backwards."""
    steps = 2 * len(operations()) + 1
    return Explorer(draw_tape, step=Slider(range(steps + 1), label="step", start=8))


# --- a network of 2 + 2 + 1 units, by hand -----------------------------------------------------

X = np.array([2.0, 1.0])
TARGET = 1.0
W1, B1 = np.array([[0.5, -1.0], [0.25, 1.0]]), np.array([0.0, 2.0])
W2, B2 = np.array([[1.0], [-2.0]]), np.array([0.5])


@functools.cache
def by_hand() -> dict[str, Array]:
    """Return every number of one pass forwards and backwards, each from one line of arithmetic."""
    z = X @ W1 + B1
    h = activations.relu(z)
    y = h @ W2 + B2
    dy = 2 * (y - TARGET)
    dw2 = np.outer(h, dy)
    dh = W2 @ dy
    dz = dh * activations.relu_derivative(z)
    dw1 = np.outer(X, dz)
    return {
        "z": z, "h": h, "y": y, "loss": (y - TARGET) ** 2,
        "dy": dy, "dw2": dw2, "dh": dh, "dz": dz, "dw1": dw1,
    }  # fmt: skip


# Behind a number that stands on a line.
_PATCH = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}

STEPS = [
    "The input: x₁ = 2 and x₂ = 1; the target is 1.",
    "Hidden sums: z₁ = 2·0.5 + 1·0.25 + 0 = 1.25 and z₂ = 2·(−1) + 1·1 + 2 = 1.",
    "Both sums are positive, so ReLU passes them on: h = (1.25, 1).",
    "The output: y = 1.25·1 + 1·(−2) + 0.5 = −0.25. The loss is (−0.25 − 1)² = 1.5625.",
    "Backward. The slope of the loss at the output: ∂L/∂y = 2·(−0.25 − 1) = −2.5.",
    "Each output weight: its input times the slope, 1.25·(−2.5) = −3.125 and 1·(−2.5) = −2.5.",
    "Each hidden unit: its weight times the slope, 1·(−2.5) = −2.5 and −2·(−2.5) = 5.",
    "Through ReLU: the slope is 1 where the sum was positive, so −2.5 and 5 pass unchanged.",
    "Each hidden weight: its input times the slope of its unit: −5, 10, −2.5 and 5.",
]


@drawing
def draw_by_hand(step: int):
    """Draw the network with all numbers known after some steps; gradients are purple."""
    n = by_hand()
    figure, axes = canvas(width=5.0, height=3.4)
    places = unit_places((2, 2, 1))
    for layer in places:
        layer[:, 1] *= 1.7
    draw_weights(axes, places, (W1, W2))
    hidden = n["h"] if step >= 2 else n["z"] if step >= 1 else [None, None]
    texts = [_texts(X), _texts(hidden), _texts(n["y"] if step >= 3 else [None])]
    draw_units(axes, places, layer_colours(3), texts)
    frame(axes, (2, 2, 1), ["inputs", "hidden (ReLU)", "output"], above=1.1)
    axes.set_ylim(-1.55, 1.95)
    for left, right, kernel, gradient, known in (
        (places[0], places[1], W1, n["dw1"], step >= 8),
        (places[1], places[2], W2, n["dw2"], step >= 5),
    ):
        for (i, j), weight in np.ndenumerate(kernel):
            x, y = left[i] + (right[j] - left[i]) * 0.32
            axes.text(
                x,
                y + 0.05,
                f"{weight:+g}".replace("-", "−"),
                ha="center",
                va="bottom",
                fontsize=10,
                color=INK,
                bbox=_PATCH,
            )
            if known:
                text = f"{gradient[i, j]:+g}".replace("-", "−")
                axes.text(
                    x,
                    y - 0.05,
                    text,
                    ha="center",
                    va="top",
                    fontsize=10,
                    color=COLOURS.gradient,
                    bbox=_PATCH,
                )
    slopes = [
        (places[2], n["dy"], step >= 4),
        (places[1], n["dz"] if step >= 7 else n["dh"], step >= 6),
    ]
    for layer, gradient, known in slopes:
        for (x, y), value in zip(layer, gradient, strict=True):
            if known:
                text = f"{value:+g}".replace("-", "−")
                axes.text(x, y - 0.36, text, ha="center", va="top", color=COLOURS.gradient)
    return figure, STEPS[step]


def _texts(values) -> list[str]:
    return ["" if value is None else f"{value:g}".replace("-", "−") for value in values]


def by_hand_explorer() -> Explorer:
    """Return the figure in which a network is worked through, forwards and backwards."""
    return Explorer(draw_by_hand, step=Slider(range(len(STEPS)), label="step", start=0))


# --- how small a step should a gradient check take? --------------------------------------------

STEP_SIZES = [10.0**-k for k in range(1, 14)]


def slope_errors() -> tuple[Array, Array]:
    """Return the relative errors of one-sided and of centred differences of exp at 1."""
    f, true = np.exp, np.exp(1.0)
    steps = np.array(STEP_SIZES)
    one_sided = (f(1 + steps) - f(1.0)) / steps
    centred = (f(1 + steps) - f(1 - steps)) / (2 * steps)
    return np.abs(one_sided / true - 1), np.abs(centred / true - 1)


@drawing
def draw_steps(size: float):
    """Draw the errors of both differences over the step, and mark one step."""
    one_sided, centred = slope_errors()
    figure, axes = canvas(width=5.0, height=3.4)
    for errors, colour, name in (
        (one_sided, COLOURS.loss, "one-sided"),
        (centred, COLOURS.prediction, "centred"),
    ):
        axes.plot(STEP_SIZES, np.maximum(errors, 1e-13), color=colour)
        axes.scatter(size, max(errors[STEP_SIZES.index(size)], 1e-13), color=colour, s=60, zorder=3)
        axes.text(0.13, errors[0], name, color=colour, va="center")
    log_scale(axes, "x", "y")
    axes.set(xlabel="step", ylabel="relative error", xlim=(5e-14, 2.0), ylim=(5e-14, 1))
    place = STEP_SIZES.index(size)
    return figure, (
        f"Step {power_of_ten(size)}: the one-sided difference is wrong by "
        f"{power_of_ten(one_sided[place], 1)}, the centred one by "
        f"{power_of_ten(centred[place], 1)}. The best centred step here is "
        f"{power_of_ten(STEP_SIZES[int(centred.argmin())])}."
    )


def steps_explorer() -> Explorer:
    """Return the figure in which a smaller step is better, and then worse."""
    return Explorer(
        draw_steps, size=Slider(STEP_SIZES, label="step", start=1e-2, form=power_of_ten)
    )


# --- gradients that vanish or explode ----------------------------------------------------------

GAINS = [0.5, 0.7, 0.9, 1.0, 1.1, 1.3, 1.6, 2.0, 3.0]
DEPTH = 30


@functools.cache
def gradient_norms(gain: float, activation: str) -> Array:
    """Return the size of the gradient at each of 30 layers of 64 units, from the input up.

    Weights are normal with variance gain² / 64. Sizes are root mean squares over 64 samples, for a
    random gradient of size 1 at the output.
    """
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 64))
    function = activations.get(activation)
    kernels, sums = [], []
    for _ in range(DEPTH):
        kernels.append(rng.normal(0, gain / 8, (64, 64)))
        sums.append(x @ kernels[-1])
        x = function(sums[-1])
    dy = rng.normal(size=x.shape)
    norms = []
    for kernel, z in zip(kernels[::-1], sums[::-1], strict=True):
        dy = activations.vjp(function, z, dy) @ kernel.T
        norms.append(np.sqrt(np.mean(dy**2)))
    return np.array(norms[::-1])


@drawing
def draw_gradients(gain: float, activation: str):
    """Draw the size of the gradient at every layer."""
    norms = gradient_norms(gain, activation)
    figure, axes = canvas(width=5.0, height=3.2)
    axes.plot(
        np.arange(1, DEPTH + 1), np.clip(norms, 1e-30, 1e13), color=COLOURS.gradient, marker="."
    )
    axes.axhline(1, color=COLOURS.muted, linewidth=1, linestyle="--")
    log_scale(axes, "y")
    axes.set(xlabel="layer, from the input", ylabel="size of the gradient", ylim=(1e-30, 1e13))
    change = norms[0]
    word = "vanishes" if change < 1e-3 else "explodes" if change > 1e3 else "survives"
    return figure, (
        f"{activation}, weight scale {gain:g}: after {DEPTH} layers backwards the gradient is "
        f"{power_of_ten(change, 2)} times its size at the output. It {word}."
    )


def gradients_explorer() -> Explorer:
    """Return the figure in which gradients vanish or explode with depth."""
    return Explorer(
        draw_gradients,
        gain=Slider(GAINS, label="weight scale", start=1.0),
        activation=Choice(["linear", "relu", "tanh", "sigmoid"], label="activation", start="tanh"),
    )
