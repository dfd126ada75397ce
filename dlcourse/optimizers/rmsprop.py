"""RMSprop: Adagrad with a short memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.optimizers.base import Array, Optimizer, State, not_negative, share


class RMSprop(Optimizer):
    """Divide each step by the root of a moving average of the squared gradients.

        a = rho * a + (1 - rho) * g²
        w = w - learning_rate * g / sqrt(a + epsilon)

        m = rho * m + (1 - rho) * g                                # centered=True:
        w = w - learning_rate * g / sqrt(a - m² + epsilon)         # divide by the spread

        b = momentum * b + step                                    # momentum > 0
        w = w - b

    Shapes: g, a, m, b and w alike, any shape.

    Errors: ValueError if `rho` is not in [0, 1).

    Source: Hinton's lecture 6.5 of "Neural Networks for Machine Learning" (2012); centred form:
    Graves (2013), https://arxiv.org/abs/1308.0850.

    Keras twin: keras.optimizers.RMSprop, equal to 1e-14 over 200 steps.

    Differs from the paper: epsilon is inside the root.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.rho = share("RMSprop: rho", rho)
        self.momentum = share("RMSprop: momentum", momentum)
        self.epsilon = not_negative(f"{type(self).__name__}: epsilon", epsilon)
        self.centered = centered

    def slots(self) -> dict[str, float]:
        """Keep the mean square, and the mean gradient and the velocity if they are used."""
        slots = {"velocity": 0.0}
        if self.centered:
            slots["average_gradient"] = 0.0
        if self.momentum:
            slots["momentum"] = 0.0
        return slots

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        a = state["velocity"]
        a *= self.rho
        a += (1 - self.rho) * (g * g)
        spread = a
        if self.centered:
            m = state["average_gradient"]
            m *= self.rho
            m += (1 - self.rho) * g
            spread = a - m * m
        step = learning_rate * g / np.sqrt(spread + self.epsilon)
        if self.momentum:
            b = state["momentum"]
            b *= self.momentum
            b += step
            step = b
        w -= step
