"""What moves the weights: optimizers over 200 steps and schedules, against keras.optimizers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcourse import optimizers, schedules, twins
from dlcourse.ledger.entry import Case, Entry, Generator, differences_in, in_turn

STEPS = 200
SCALES = (1.0, 2.0**-12)  # of the gradients

# Hyperparameters that are sums of few powers of two. Keras rounds some of them to float32; these
# lose nothing, so that agreement to 1e-14 is possible and a small mistake has nowhere to hide.
RATE = 2.0**-8
EPSILON = 2.0**-23
BETAS = {"beta_1": 0.875, "beta_2": 1 - 2.0**-10, "epsilon": EPSILON}
OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.875}),
    ("SGD", {"momentum": 0.875, "nesterov": True}),
    ("Adagrad", {"initial_accumulator_value": 0.125, "epsilon": EPSILON}),
    ("Adadelta", {"rho": 0.9375, "epsilon": EPSILON}),
    ("RMSprop", {"rho": 0.875, "epsilon": EPSILON}),
    ("RMSprop", {"rho": 0.875, "epsilon": EPSILON, "momentum": 0.75}),
    ("RMSprop", {"rho": 0.875, "epsilon": EPSILON, "centered": True}),
    ("RMSprop", {"rho": 0.875, "epsilon": EPSILON, "centered": True, "momentum": 0.75}),
    ("Adam", BETAS),
    ("Adam", BETAS | {"amsgrad": True}),
    ("AdamW", BETAS | {"weight_decay": 0.0625}),
    ("AdamW", BETAS | {"weight_decay": 0.0625, "amsgrad": True}),
    ("Nadam", BETAS),
    ("Lion", {"beta_1": 0.875, "beta_2": 0.984375}),
]
SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("ExponentialDecay", {"decay_steps": 7, "decay_rate": 0.75}),
    ("ExponentialDecay", {"decay_steps": 7, "decay_rate": 0.75, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 7, "decay_rate": 0.75}),
    ("InverseTimeDecay", {"decay_steps": 7, "decay_rate": 0.75, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10, 11], "values": [1.0, 0.5, 0.25, 0.125]}),
    ("PolynomialDecay", {"decay_steps": 40, "end_learning_rate": 2**-13}),
    ("PolynomialDecay", {"decay_steps": 40, "end_learning_rate": 0.125, "power": 2.5}),
    ("PolynomialDecay", {"decay_steps": 30, "cycle": True, "end_learning_rate": 2**-13}),
    ("CosineDecay", {"decay_steps": 60}),
    ("CosineDecay", {"decay_steps": 60, "alpha": 0.25}),
    ("CosineDecay", {"decay_steps": 60, "warmup_target": 1.0, "warmup_steps": 20}),
    ("CosineDecay", {"decay_steps": 60, "warmup_target": 1.0, "warmup_steps": 0}),
    ("CosineDecayRestarts", {"first_decay_steps": 10}),
    ("CosineDecayRestarts", {"first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5, "alpha": 0.125}),
    ("CosineDecayRestarts", {"first_decay_steps": 5, "t_mul": 1.5, "m_mul": 0.75}),
]
for _name, _arguments in SCHEDULES:
    if "values" not in _arguments:
        _arguments["initial_learning_rate"] = 0.5


class NadamAsInKeras(optimizers.Nadam):
    """Nadam with the one number that Keras rounds to float32: 0.96 in u_t, though not in p_t."""

    def begin_step(self) -> None:
        """Compute p_t with 0.96 and leave the rounded number for u_t."""
        self.decay = 0.96
        super().begin_step()
        self.decay = float(np.float32(0.96))


def ours_and_theirs(kind: str) -> tuple[Any, Any]:
    """Return the classes of this name in dlcourse and in Keras."""
    keras = twins.import_keras().optimizers
    if kind == "NadamAsInKeras":
        return NadamAsInKeras, keras.Nadam
    return getattr(optimizers, kind), getattr(keras, kind)


def gradient(variable: np.ndarray, start: np.ndarray, step: int, scale: float) -> np.ndarray:
    """Return a gradient that pulls to the start, and now and then points elsewhere.

    Every entry has a size of its own, one of them is 0 at times, and the largest come late: the
    largest average so far (amsgrad) then differs from the present one.
    """
    sizes = np.logspace(-2, 1, variable.size).reshape(variable.shape)
    pull = variable - start + np.sin(0.7 * step + np.arange(variable.size)).reshape(variable.shape)
    g = scale * sizes * pull * (1 + (step % 50 == 40))
    g.flat[0] *= step % 3 == 0
    return g


def trajectories(
    kind: str, arguments: dict[str, Any], scale: float, rate: float = RATE, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variables after each of the steps, in dlcourse and in Keras.

    Keras takes its steps in a compiled function, as its own `fit` does.
    """
    keras, tf = twins.import_keras(), twins.import_tensorflow()
    rng = np.random.default_rng(seed)
    starts = [rng.normal(size=(3, 4)), rng.normal(size=5)]
    ours, theirs = [s.copy() for s in starts], [keras.Variable(s, dtype="float64") for s in starts]
    mine, other = (c(rate, **arguments) for c in ours_and_theirs(kind))
    other.build(theirs)
    step_of_keras = tf.function(lambda gradients: other.apply(gradients, theirs))
    paths: tuple[list, list] = ([], [])
    for step in range(STEPS):
        mine.apply([gradient(v, s, step, scale) for v, s in zip(ours, starts, strict=True)], ours)
        step_of_keras(
            [
                tf.constant(gradient(v.numpy(), s, step, scale))
                for v, s in zip(theirs, starts, strict=True)
            ]
        )
        paths[0].append(np.concatenate([v.ravel() for v in ours]))
        paths[1].append(np.concatenate([v.numpy().ravel() for v in theirs]))
    return np.array(paths[0]), np.array(paths[1])


def distance(paths: tuple[np.ndarray, np.ndarray]) -> float:
    """Return the largest distance of two paths, relative to the largest weight on the way."""
    ours, theirs = paths
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def plain_nadam(rng: Generator) -> float:
    """Compare Nadam with Keras's as it comes."""
    return distance(trajectories("Nadam", BETAS, 1.0))


def in_float64(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a schedule such that Keras does not round them to float32."""
    return {
        name: [np.float64(v) for v in value]
        if name == "values"
        else np.float64(value)
        if isinstance(value, float)
        else value
        for name, value in arguments.items()
    }


def rates(name: str, arguments: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the learning rates of 200 steps, in dlcourse and in Keras."""
    ours = getattr(schedules, name)(**arguments)
    theirs = getattr(twins.import_keras().optimizers.schedules, name)(**in_float64(arguments))
    return (
        np.array([ours(step) for step in range(STEPS + 1)]),
        np.array([theirs(np.int64(step)).numpy() for step in range(STEPS + 1)]),
    )


def run_optimizer(name: str, kind: str, rng: Generator, number: int) -> Case:
    """Compare one of the cases of an optimizer, at one of the scales of the gradients."""
    arguments = in_turn([a for n, a in OPTIMIZERS if n == name], number)
    scale, seed = in_turn(SCALES, number), int(rng.integers(2**31))
    return Case(distance(trajectories(kind, arguments, scale, seed=seed)))


def run_schedule(name: str, rng: Generator, number: int) -> Case:
    """Compare one of the cases of a schedule, at each of 200 steps."""
    ours, theirs = rates(name, in_turn([a for n, a in SCHEDULES if n == name], number))
    return Case(float(np.abs(ours - theirs).max()))


NADAM = (
    "Keras rounds the 0.96 of the momentum schedule to float32, in one of two places; measured "
    "with the same rounding."
)


def optimizer_entries() -> list[Entry]:
    """Return the entries of the optimizers: each of their cases, at both scales of gradients."""
    return [
        Entry(
            name,
            f"keras.optimizers.{name}",
            partial(run_optimizer, name, "NadamAsInKeras" if name == "Nadam" else name),
            cases=max(len(SCALES), sum(n == name for n, _ in OPTIMIZERS)),
            tolerance=1e-14,
            remark=NADAM if name == "Nadam" else differences_in(_doc(optimizers, name)),
            plain=plain_nadam if name == "Nadam" else None,
        )
        for name in dict.fromkeys(name for name, _ in OPTIMIZERS)
    ]


def schedule_entries() -> list[Entry]:
    """Return the entries of the schedules: each of their cases over 200 steps."""
    return [
        Entry(
            name,
            f"keras.optimizers.schedules.{name}",
            partial(run_schedule, name),
            cases=sum(n == name for n, _ in SCHEDULES),
            tolerance=1e-14,
            remark=differences_in(_doc(schedules, name)),
        )
        for name in dict.fromkeys(name for name, _ in SCHEDULES)
    ]


def _doc(module: Any, name: str) -> str | None:
    return getattr(module, name).__doc__
