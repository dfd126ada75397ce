"""Figures of the chapter on optimizers: a race, momentum, bias correction, schedules."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlcourse import optimizers
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.optimizers import schedules
from dlcourse.plots import COLOURS, canvas, drawing, log_scale
from dlcourse.plots.text import power_of_ten

Array = np.ndarray
STEPS = 120


@dataclass(frozen=True)
class Surface:
    """A landscape over the plane, its gradient, where runners start, and what part is drawn."""

    name: str
    height: Callable[[Array, Array], Array]
    slope: Callable[[float, float], tuple[float, float]]
    start: tuple[float, float]
    reach: tuple[float, float, float, float]  # left, right, bottom, top
    lowest: float


SURFACES = {
    "bowl": Surface(
        "a bowl, 25 times steeper in one direction",
        lambda x, y: 0.5 * (x**2 + 25 * y**2),
        lambda x, y: (x, 25 * y),
        (-4.0, 1.2),
        (-4.6, 1.6, -1.7, 1.7),
        0.0,
    ),
    "saddle": Surface(
        "a saddle",
        lambda x, y: 0.5 * x**2 - 0.5 * y**2 + 0.05 * y**4,
        lambda x, y: (x, -y + 0.2 * y**3),
        (-3.0, 0.02),
        (-3.5, 1.5, -3.0, 3.0),
        -1.25,
    ),
    "valley": Surface(
        "Rosenbrock's curved valley",
        lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2,
        lambda x, y: (-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)),
        (-1.4, 0.4),
        (-1.9, 1.7, -0.7, 2.3),
        0.0,
    ),
}

RUNNERS: dict[str, tuple[Callable[[float], optimizers.Optimizer], str]] = {
    "SGD": (lambda rate: optimizers.SGD(rate), COLOURS.muted),
    "momentum": (lambda rate: optimizers.SGD(rate, momentum=0.9), COLOURS.data),
    "Adagrad": (lambda rate: optimizers.Adagrad(rate), COLOURS.gradient),
    "RMSprop": (lambda rate: optimizers.RMSprop(rate), COLOURS.prediction),
    "Adam": (lambda rate: optimizers.Adam(rate), COLOURS.loss),
}


def run(surface: Surface, optimizer: optimizers.Optimizer, steps: int = STEPS) -> Array:
    """Return the path (steps + 1, 2) of an optimizer; it stops where a step leaves the numbers."""
    place = np.array(surface.start)
    path = [place.copy()]
    for _ in range(steps):
        optimizer.apply([np.array(surface.slope(*place))], [place])
        if not np.all(np.abs(place) < 1e6):
            break
        path.append(place.copy())
    return np.array(path)


@functools.cache
def race(surface: str, rate: float) -> dict[str, Array]:
    """Return the path of every runner on a surface."""
    return {name: run(SURFACES[surface], make(rate)) for name, (make, _) in RUNNERS.items()}


def heights(surface: Surface, path: Array) -> Array:
    """Return how far above the lowest point each place of a path lies."""
    return surface.height(path[:, 0], path[:, 1]) - surface.lowest


def draw_landscape(axes, surface: Surface) -> None:
    """Draw lines of equal height, closer together near the lowest point."""
    left, right, bottom, top = surface.reach
    x, y = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 61))
    z = surface.height(x, y) - surface.lowest
    levels = z.max() * np.linspace(0.03, 1, 11) ** 2
    axes.contour(x, y, z, levels=levels, colors=[COLOURS.muted], linewidths=0.7, alpha=0.6)
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="weight 1", ylabel="weight 2")


@drawing
def draw_race(surface: str, rate: float):
    """Draw the paths of all runners from above."""
    field = SURFACES[surface]
    paths = race(surface, rate)
    figure, axes = canvas(width=4.0, height=3.7)
    draw_landscape(axes, field)
    for name, path in paths.items():
        colour = RUNNERS[name][1]
        axes.plot(*path.T, color=colour, linewidth=1.6)
        axes.scatter(*path[-1], color=colour, s=34, zorder=3)
    axes.scatter(*field.start, color=COLOURS.muted, marker="x", s=50, zorder=3)
    axes.set_title(f"{STEPS} steps at rate {rate:g}")
    final = {name: heights(field, path)[-1] for name, path in paths.items()}
    lost = [name for name, path in paths.items() if len(path) <= STEPS]
    best = min((name for name in final if name not in lost), key=final.get)
    tail = f" {' and '.join(lost)} left the picture for good." if lost else ""
    return figure, (
        f"On {field.name}, learning rate {rate:g}: after {STEPS} steps {best} is lowest, "
        f"{power_of_ten(final[best], 2)} above the bottom.{tail}"
    )


@drawing
def draw_heights(surface: str, rate: float):
    """Draw how high each runner is after each step."""
    field = SURFACES[surface]
    figure, axes = canvas(width=4.0, height=3.7)
    for name, path in race(surface, rate).items():
        height = np.maximum(heights(field, path), 1e-6)
        axes.plot(height, color=RUNNERS[name][1], label=name, linewidth=1.8)
    log_scale(axes, "y")
    axes.set(ylim=(1e-6, 1e3), xlim=(0, STEPS), xlabel="step", ylabel="height above the bottom")
    figure.legend(loc="outside upper center", ncols=3, handlelength=1.0, columnspacing=1.2)
    levels = ", ".join(
        f"{name} {power_of_ten(heights(field, path)[-1], 2)}"
        if len(path) > STEPS
        else f"{name} gone"
        for name, path in race(surface, rate).items()
    )
    return figure, f"Height after the last step: {levels}."


def race_explorer() -> Explorer:
    """Return the race: five optimizers, three landscapes, one learning rate for all."""
    return Explorer(
        draw_race,
        draw_heights,
        surface=Choice(list(SURFACES), label="landscape"),
        rate=Slider([0.001, 0.003, 0.01, 0.03, 0.1, 0.3], label="learning rate", start=0.03),
    )


# --- momentum ----------------------------------------------------------------------------------

MOMENTA = [0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]


def momentum_path(momentum: float, steps: int = STEPS) -> Array:
    """Return the path over the bowl of gradient descent with momentum, at rate 0.03."""
    return run(SURFACES["bowl"], optimizers.SGD(0.03, momentum=momentum), steps)


@drawing
def draw_momentum(momentum: float):
    """Draw the path over the bowl, with a dot for each step."""
    field = SURFACES["bowl"]
    path = momentum_path(momentum)
    figure, axes = canvas(width=5.0, height=3.3)
    draw_landscape(axes, field)
    axes.plot(*path.T, color=COLOURS.data, linewidth=1.2)
    axes.scatter(*path.T, color=COLOURS.data, s=9, zorder=3)
    axes.scatter(0, 0, color=COLOURS.loss, marker="*", s=110, zorder=3)
    axes.set_title(f"momentum {momentum:g}")
    height = heights(field, path)
    above = np.flatnonzero(height >= 0.01)[-1] + 1
    arrival = f"stays below 0.01 from step {above}" if above <= STEPS else "has not settled"
    return figure, (
        f"Momentum {momentum:g}: after {STEPS} steps the height is "
        f"{power_of_ten(height[-1], 2)}; it {arrival}."
    )


def momentum_explorer() -> Explorer:
    """Return the figure in which momentum turns a crawl into a swing."""
    return Explorer(draw_momentum, momentum=Slider(MOMENTA, label="momentum", start=0.0))


# --- bias correction ---------------------------------------------------------------------------


def adam_steps(beta_2: float, corrected: bool, steps: int = 60) -> Array:
    """Return |step| / learning rate of Adam under a gradient that is always 1."""
    m = v = 0.0
    lengths = []
    for t in range(1, steps + 1):
        m += (1 - 0.9) * (1 - m)
        v += (1 - beta_2) * (1 - v)
        first, second = (m / (1 - 0.9**t), v / (1 - beta_2**t)) if corrected else (m, v)
        lengths.append(first / (np.sqrt(second) + 1e-7))
    return np.array(lengths)


@drawing
def draw_bias_correction(beta_2: float):
    """Draw the length of Adam's first steps, with and without the correction."""
    with_it, without = adam_steps(beta_2, True), adam_steps(beta_2, False)
    figure, axes = canvas(width=5.0, height=3.2)
    steps = np.arange(1, len(without) + 1)
    axes.plot(steps, without, color=COLOURS.loss)
    axes.plot(steps, with_it, color=COLOURS.prediction)
    axes.text(61, without[-1], "uncorrected", color=COLOURS.loss, va="center")
    apart = without[-1] > 1.3
    axes.text(61, 1.0, "corrected" if apart else "", va="center", color=COLOURS.prediction)
    log_scale(axes, "y")
    axes.set_yticks([0.3, 1, 3, 10, 30], ["0.3", "1", "3", "10", "30"])
    axes.set(xlim=(1, 72), ylim=(0.25, 32), xlabel="step", ylabel="step ÷ learning rate")
    return figure, (
        f"β₂ = {beta_2:g} and a gradient that is always 1: uncorrected, the largest step is "
        f"{without.max():.1f} learning rates long; corrected, every step is {with_it.max():.1f}."
    )


def bias_explorer() -> Explorer:
    """Return the figure in which Adam's start is spoiled and mended."""
    return Explorer(
        draw_bias_correction,
        beta_2=Slider([0.9, 0.95, 0.99, 0.995, 0.999, 0.9999], label="beta 2", start=0.999),
    )


# --- schedules ---------------------------------------------------------------------------------

TOTAL = 1000
SCHEDULES = {
    "constant": lambda: None,
    "step": lambda: schedules.PiecewiseConstantDecay([400, 700], [0.1, 0.03, 0.01]),
    "exponential": lambda: schedules.ExponentialDecay(0.1, 250, 0.5),
    "polynomial": lambda: schedules.PolynomialDecay(0.1, TOTAL, 0.0, power=2.0),
    "cosine": lambda: schedules.CosineDecay(0.1, TOTAL),
    "warm-up, then cosine": lambda: schedules.CosineDecay(
        0.0, TOTAL - 150, warmup_target=0.1, warmup_steps=150
    ),
    "cosine with restarts": lambda: schedules.CosineDecayRestarts(0.1, 150, t_mul=2.0),
}


def rates(name: str) -> Array:
    """Return the learning rate of a schedule at each of 1,000 steps."""
    schedule = SCHEDULES[name]()
    if schedule is None:
        return np.full(TOTAL + 1, 0.1)
    return np.array([float(schedule(step)) for step in range(TOTAL + 1)])


@drawing
def draw_schedule(name: str):
    """Draw a schedule over 1,000 steps."""
    values = rates(name)
    figure, axes = canvas(width=5.0, height=2.8)
    axes.plot(values, color=COLOURS.data)
    axes.set(xlim=(0, TOTAL), ylim=(0, 0.105), xlabel="step", ylabel="learning rate")
    return figure, (
        f"Schedule “{name}”: it starts at {values[0]:.3g}, peaks at {values.max():.3g}, is at "
        f"{values[TOTAL // 2]:.3g} half-way, and ends at {power_of_ten(values[-1], 2)}."
    )


def schedule_explorer() -> Explorer:
    """Return the figure with seven schedules."""
    return Explorer(draw_schedule, name=Choice(list(SCHEDULES), label="schedule", start="cosine"))
