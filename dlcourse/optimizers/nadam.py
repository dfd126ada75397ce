"""Nadam: Adam that looks ahead, as Nesterov's momentum does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlcourse.optimizers.base import Array, Optimizer, State, not_negative, share


class Nadam(Optimizer):
    """Adam with Nesterov's look-ahead and a momentum that warms up.

        t   = t + 1
        u_t = beta_1 * (1 - 0.5 * 0.96**t)                         # the momentum of step t
        p_t = u_1 * u_2 * … * u_t
        m   = m + (1 - beta_1) * (g - m)
        v   = v + (1 - beta_2) * (g² - v)
        m̂   = u_(t+1) * m / (1 - p_(t+1)) + (1 - u_t) * g / (1 - p_t)
        v̂   = v / (1 - beta_2**t)
        w   = w - learning_rate * m̂ / (sqrt(v̂) + epsilon)

    Shapes: g, m, v and w alike, any shape.

    Errors: ValueError if a beta is not in [0, 1).

    Source: Dozat (2015), http://cs229.stanford.edu/proj2015/054_report.pdf.

    Keras twin: keras.optimizers.Nadam, equal to 1e-9 over 200 steps: Keras rounds 0.96 to float32
    in one of the two places where it needs it. With that rounding they are equal to 1e-14.
    """

    decay = 0.96  # how fast the momentum warms up

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.beta_1 = share("Nadam: beta_1", beta_1)
        self.beta_2 = share("Nadam: beta_2", beta_2)
        self.epsilon = not_negative(f"{type(self).__name__}: epsilon", epsilon)
        self._product, self._product_of = 1.0, 0

    def slots(self) -> dict[str, float]:
        """Keep the two moving averages."""
        return {"momentum": 0.0, "velocity": 0.0}

    def momentum_at(self, t: int) -> float:
        """Return u_t, the momentum of step t."""
        return self.beta_1 * (1 - 0.5 * self.decay**t)

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        t = self.iterations + 1
        m, v = state["momentum"], state["velocity"]
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        u, u_next = self.momentum_at(t), self.momentum_at(t + 1)
        p = self._product
        m_hat = m * (u_next / (1 - p * u_next)) + g * ((1 - u) / (1 - p))
        v_hat = v / (1 - self.beta_2**t)
        w -= m_hat * learning_rate / (np.sqrt(v_hat) + self.epsilon)

    def begin_step(self) -> None:
        """Work out p_t, the product of the momenta of all steps, once a step."""
        t = self.iterations + 1
        if self._product_of != self.iterations:  # the steps so far were counted elsewhere: loaded
            self._product = math.prod(self.momentum_at(i) for i in range(1, t))
        self._product *= self.momentum_at(t)
        self._product_of = t
