"""Optimizer: what all optimizers share: the step counter, clipping, weight decay, the checks."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.arguments import CheckedArguments
from dlcourse.messages import wrong
from dlcourse.schedules import LearningRateSchedule

Array = np.ndarray
State = dict[str, Array]  # what an optimizer remembers about one variable, e.g. its momentum


class Optimizer(CheckedArguments):
    """A rule that changes variables a little so that the loss falls.

        optimizer.apply(grads, variables)     # variables are changed in place

    A subclass writes `slots`, the arrays it keeps for each variable, and `update_step`. `apply`
    clips the gradients, decays the weights, updates every variable and counts the step:

        gradient = clip(gradient)                                 # at most one of the three ways
        variable = variable - learning_rate * weight_decay * variable
        update_step(gradient, variable, learning_rate, state)

    Clipping: `clipnorm` limits the norm of each gradient, `global_clipnorm` the norm of all of
    them together, `clipvalue` every single number.

    Errors: ValueError for a negative learning rate, two ways of clipping at once, a gradient whose
    shape differs from its variable's, or other variables than at the first step.

    Keras twin: keras.optimizers.Optimizer.
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        self.name = name or type(self).__name__.lower()
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay and not_negative(
            f"{type(self).__name__}: weight_decay", weight_decay
        )
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.iterations = 0
        self.variables: list[Array] = []
        self.states: list[State] = []
        self._not_decayed: list[Array] = []
        self._check_clipping()

    # ------------------------------------------------------------ what a subclass writes

    def slots(self) -> dict[str, float]:
        """Return the arrays kept for each variable: their names and the value they start from."""
        return {}

    def update_step(
        self, gradient: Array, variable: Array, learning_rate: float, state: State
    ) -> None:
        """Change one variable, and its state, in place."""
        raise NotImplementedError(f"{type(self).__name__} has no update_step method.")

    # ------------------------------------------------------------ one step

    def apply(self, grads: Sequence[Array], trainable_variables: Sequence[Array]) -> None:
        """Change the variables in place, one step along their gradients."""
        variables = trainable_variables
        if not self.variables:
            self.build(variables)
        self._check_step(grads, variables)
        learning_rate = self.learning_rate
        grads = self._clip(grads)
        if self.weight_decay is not None:
            for variable in variables:
                if not any(variable is other for other in self._not_decayed):
                    variable -= variable * self.weight_decay * learning_rate
        self.begin_step()
        for gradient, variable, state in zip(grads, variables, self.states, strict=True):
            self.update_step(gradient, variable, learning_rate, state)
        self.iterations += 1

    def begin_step(self) -> None:
        """Do what is done once a step, not once a variable: most optimizers have nothing to do."""

    def build(self, variables: Sequence[Array]) -> None:
        """Make the state arrays for these variables, which are the ones to be trained from now."""
        for variable in variables:
            if not isinstance(variable, np.ndarray) or variable.dtype.kind != "f":
                advice = "Variables are changed in place, so use e.g. np.array([1.0, 2.0])."
                what = f"{type(self).__name__}: variables"
                raise ValueError(wrong(what, "NumPy arrays of floats", variable, advice))
        self.variables = list(variables)
        self.states = [
            {name: np.full_like(v, start) for name, start in self.slots().items()}
            for v in variables
        ]

    def exclude_from_weight_decay(self, var_list: Sequence[Array]) -> None:
        """Keep these variables (usually the biases) out of weight decay."""
        self._not_decayed = list(var_list)

    # ------------------------------------------------------------ the learning rate

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step: the number set, or the schedule at this step."""
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self.iterations)
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float | LearningRateSchedule) -> None:
        if isinstance(value, LearningRateSchedule):
            self._learning_rate: float | LearningRateSchedule = value
            return
        if isinstance(getattr(self, "_learning_rate", None), LearningRateSchedule):
            raise TypeError(
                f"{type(self).__name__}: the learning rate follows a schedule, so it cannot be set "
                "to a number. Make the optimizer with a number to be able to change it."
            )
        if not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
            what = f"{type(self).__name__}: learning_rate"
            advice = "Use e.g. learning_rate=0.01."
            raise ValueError(wrong(what, "a positive number or a schedule", value, advice))
        self._learning_rate = float(value)

    # ------------------------------------------------------------ clipping

    def _clip(self, grads: Sequence[Array]) -> Sequence[Array]:
        if self.clipnorm is not None:
            return [g * self.clipnorm / max(_norm([g]), self.clipnorm) for g in grads]
        if self.global_clipnorm is not None:
            scale = self.global_clipnorm / max(_norm(grads), self.global_clipnorm)
            return [g * scale for g in grads]
        if self.clipvalue is not None:
            return [np.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def _check_clipping(self) -> None:
        ways = {
            name: getattr(self, name)
            for name in ("clipnorm", "clipvalue", "global_clipnorm")
            if getattr(self, name) is not None
        }
        what = f"{type(self).__name__}: clipping"
        if len(ways) > 1:
            expected = "at most one of clipnorm, clipvalue and global_clipnorm"
            raise ValueError(wrong(what, expected, ways))
        for name, value in ways.items():
            if not value > 0:
                raise ValueError(
                    wrong(f"{type(self).__name__}: {name}", "a positive number", value)
                )

    # ------------------------------------------------------------ checks and configuration

    def _check_step(self, grads: Sequence[Array], variables: Sequence[Array]) -> None:
        known = self.variables
        if len(variables) != len(known) or any(
            v is not k for v, k in zip(variables, known, strict=True)
        ):
            raise ValueError(
                f"{type(self).__name__}: these are not the variables of the first step. An "
                "optimizer remembers something about each variable, so make a new optimizer for "
                "new variables, and change variables in place (w -= step, not w = w - step)."
            )
        if len(grads) != len(variables):
            what = f"{type(self).__name__}: grads"
            raise ValueError(wrong(what, f"{len(variables)} gradients", len(grads)))
        for gradient, variable in zip(grads, variables, strict=True):
            if isinstance(gradient, list | tuple) or np.shape(gradient) != variable.shape:
                what = f"{type(self).__name__}: gradient"
                expected = f"the shape {variable.shape}, in a NumPy array"
                raise ValueError(wrong(what, expected, gradient))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal optimizer: `from_config(config)`."""
        names = [n for n in inspect.signature(type(self).__init__).parameters if n != "self"]
        config = {name: getattr(self, name) for name in names}
        if isinstance(self._learning_rate, LearningRateSchedule):
            config["learning_rate"] = {
                "class_name": type(self._learning_rate).__name__,
                "config": self._learning_rate.get_config(),
            }
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Optimizer:
        """Return a new optimizer, without state yet, from what `get_config` returned."""
        from dlcourse import schedules

        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = schedules.get(config["learning_rate"])
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} learning_rate={self.learning_rate:g}>"


def share(what: str, value: float) -> float:
    """Return the value if it lies in [0, 1), as the weight of a moving average must."""
    if not isinstance(value, int | float | np.number) or not 0 <= value < 1:
        raise ValueError(wrong(what, "a number in [0, 1)", value))
    return float(value)


def not_negative(what: str, value: float) -> float:
    """Return the value if it is 0 or positive."""
    if not value >= 0:
        raise ValueError(wrong(what, "0 or a positive number", value))
    return value


def _norm(arrays: Sequence[Array]) -> float:
    """Return the Euclidean norm of all numbers of all arrays."""
    return float(np.sqrt(sum(np.square(a).sum() for a in arrays)))
