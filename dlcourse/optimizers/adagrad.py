"""Adagrad: a learning rate for each weight, divided by the size of all its gradients so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.optimizers.base import Array, Optimizer, State, not_negative


class Adagrad(Optimizer):
    """Divide each step by the root of the sum of all squared gradients.

        a = a + g²                          # a starts at initial_accumulator_value
        w = w - learning_rate * g / sqrt(a + epsilon)

    Weights that seldom have a gradient take larger steps; all steps shrink with time.

    Shapes: g, a and w alike, any shape.

    Errors: ValueError if `initial_accumulator_value` is negative.

    Source: Duchi, Hazan and Singer (2011), https://jmlr.org/papers/v12/duchi11a.html.

    Keras twin: keras.optimizers.Adagrad, equal to 1e-14 over 200 steps.

    Differs from the paper: the accumulator starts at 0.1, not 0, and epsilon is inside the root.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.initial_accumulator_value = not_negative(
            "Adagrad: initial_accumulator_value", initial_accumulator_value
        )
        self.epsilon = not_negative(f"{type(self).__name__}: epsilon", epsilon)

    def slots(self) -> dict[str, float]:
        """Keep the sum of squared gradients."""
        return {"accumulator": self.initial_accumulator_value}

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        a = state["accumulator"]
        a += g * g
        w -= learning_rate * g / np.sqrt(a + self.epsilon)
