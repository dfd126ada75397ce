"""Learning-rate schedules: the learning rate as a function of the step, with Keras's names.

Also reachable as `optimizers.schedules`, which is Keras's spelling. Keras works a rate out in
float32 unless its arguments are NumPy's float64; the equalities hold for the latter.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from typing import Any

from dlcourse.arguments import KINDS, CheckedArguments
from dlcourse.messages import unknown_name, wrong


class LearningRateSchedule(CheckedArguments):
    """A function of the step, to be given to an optimizer in place of a learning rate.

        schedule(step)       # step 0 is the first; a subclass writes __call__

    Keras twin: keras.optimizers.schedules.LearningRateSchedule.
    """

    name: str

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__ method.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal schedule: `from_config(config)`."""
        names = [n for n in inspect.signature(type(self).__init__).parameters if n != "self"]
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """Return a new schedule from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items() if k != "name")
        return f"{type(self).__name__}({arguments})"

    def _positive(self, **steps: float) -> None:
        """Refuse a number of steps that is not positive."""
        for name, value in steps.items():
            if not value > 0:
                what = f"{type(self).__name__}: {name}"
                raise ValueError(wrong(what, "a positive number of steps", value))


class ExponentialDecay(LearningRateSchedule):
    """Multiply the learning rate by `decay_rate` every `decay_steps` steps.

        rate(step) = initial_learning_rate * decay_rate ** (step / decay_steps)

    With `staircase=True` the exponent is rounded down: the rate falls in steps.

    Errors: ValueError if `decay_steps` is not positive.

    Keras twin: keras.optimizers.schedules.ExponentialDecay, equal to 1e-14.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self._positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        exponent = step / self.decay_steps
        if self.staircase:
            exponent = math.floor(exponent)
        return self.initial_learning_rate * self.decay_rate**exponent


class InverseTimeDecay(LearningRateSchedule):
    """Divide the learning rate by a number that grows evenly with the steps.

        rate(step) = initial_learning_rate / (1 + decay_rate * step / decay_steps)

    With `staircase=True` the quotient step / decay_steps is rounded down.

    Errors: ValueError if `decay_steps` is not positive.

    Keras twin: keras.optimizers.schedules.InverseTimeDecay, equal to 1e-14.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self._positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        periods = step / self.decay_steps
        if self.staircase:
            periods = math.floor(periods)
        return self.initial_learning_rate / (1 + self.decay_rate * periods)


class PiecewiseConstantDecay(LearningRateSchedule):
    """Use one learning rate up to the first boundary, another up to the second, and so on.

        rate(step) = values[number of boundaries below step]

    A boundary itself still belongs to the value before it.

    Errors: ValueError unless there is one value more than boundaries, and these rise.

    Keras twin: keras.optimizers.schedules.PiecewiseConstantDecay, equal exactly.
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        is_number, _ = KINDS["float"]
        for argument, given in (("boundaries", boundaries), ("values", values)):
            if not isinstance(given, list | tuple) or not all(map(is_number, given)):
                what = f"PiecewiseConstantDecay: {argument}"
                raise ValueError(wrong(what, "a list of numbers", given))
        if len(values) != len(boundaries) + 1:
            expected = f"{len(boundaries) + 1} values, one more than the boundaries"
            raise ValueError(wrong("PiecewiseConstantDecay: values", expected, values))
        if list(boundaries) != sorted(boundaries):
            what = "PiecewiseConstantDecay: boundaries"
            raise ValueError(wrong(what, "steps in rising order", boundaries))
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        return self.values[sum(boundary < step for boundary in self.boundaries)]


class PolynomialDecay(LearningRateSchedule):
    """Go from one learning rate to another along a power of the remaining time.

        p          = min(step, decay_steps) / decay_steps
        rate(step) = (initial_learning_rate - end_learning_rate) * (1 - p) ** power
                     + end_learning_rate

    With `cycle=True` decay_steps is multiplied by ceil(step / decay_steps): the rate jumps up
    after each period and falls again, more slowly each time.

    Errors: ValueError if `decay_steps` is not positive.

    Keras twin: keras.optimizers.schedules.PolynomialDecay, equal to 1e-14.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self._positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        if self.cycle:
            p = step / (self.decay_steps * max(1, math.ceil(step / self.decay_steps)))
        else:
            p = min(step, self.decay_steps) / self.decay_steps
        range_ = self.initial_learning_rate - self.end_learning_rate
        return range_ * (1 - p) ** self.power + self.end_learning_rate


class CosineDecay(LearningRateSchedule):
    """Go down along half a cosine wave, after a linear warm-up if asked for.

        p          = min(step, decay_steps) / decay_steps
        rate(step) = initial_learning_rate * ((1 - alpha) * (1 + cos(π p)) / 2 + alpha)

    With a `warmup_target`, the rate first rises in a straight line from initial_learning_rate to
    warmup_target during `warmup_steps` steps, and then decays from warmup_target.

    Errors: ValueError if `decay_steps` is not positive.

    Source: Loshchilov and Hutter (2017), https://arxiv.org/abs/1608.03983.

    Keras twin: keras.optimizers.schedules.CosineDecay, equal to 1e-14.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self._positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: float) -> float:
        """Return the learning rate of this step."""
        peak = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return (self.warmup_target - peak) * (step / self.warmup_steps) + peak
            step -= self.warmup_steps
            peak = self.warmup_target
        p = min(step, self.decay_steps) / self.decay_steps
        return peak * ((1 - self.alpha) * _half_cosine(p) + self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    """Go down along half a cosine wave again and again.

        rate(step) = initial_learning_rate * ((1 - alpha) * m_mul**i * (1 + cos(π p)) / 2 + alpha)

    where i counts the restarts and p is the share of the present period that is over. The first
    period has `first_decay_steps` steps, each later one `t_mul` times as many.

    Errors: ValueError if `first_decay_steps` is not positive or `t_mul` is below 1.

    Source: Loshchilov and Hutter (2017), https://arxiv.org/abs/1608.03983.

    Keras twin: keras.optimizers.schedules.CosineDecayRestarts, equal to 1e-14.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self._positive(first_decay_steps=first_decay_steps)
        if not t_mul >= 1:
            raise ValueError(wrong("CosineDecayRestarts: t_mul", "a number from 1 up", t_mul))
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: int) -> float:
        """Return the learning rate of this step."""
        periods = step / self.first_decay_steps  # in units of the first period
        if self.t_mul == 1:
            restarts = math.floor(periods)
            p = periods - restarts
        else:
            # The first i periods last 1 + t + … + t^(i-1) = (1 - t^i) / (1 - t); solve for i.
            t = self.t_mul
            restarts = math.floor(math.log(1 - periods * (1 - t)) / math.log(t))
            p = (periods - (1 - t**restarts) / (1 - t)) / t**restarts
        height = self.m_mul**restarts * _half_cosine(p)
        return self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha)


def _half_cosine(p: float) -> float:
    """Return a number that falls from 1 at p = 0 to 0 at p = 1."""
    return 0.5 * (1 + math.cos(math.pi * p))


_KNOWN: dict[str, type[LearningRateSchedule]] = {
    cls.__name__: cls
    for cls in (
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
        CosineDecay,
        CosineDecayRestarts,
    )
}


def get(identifier: dict[str, Any]) -> LearningRateSchedule:
    """Return the schedule that a config {"class_name": ..., "config": ...} describes."""
    if identifier["class_name"] not in _KNOWN:
        raise ValueError(unknown_name("schedule", identifier["class_name"], _KNOWN))
    return _KNOWN[identifier["class_name"]].from_config(identifier["config"])
