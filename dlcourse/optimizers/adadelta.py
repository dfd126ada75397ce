"""Adadelta: steps measured in the units of the weights, from the steps taken so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.optimizers.base import Array, Optimizer, State, not_negative, share


class Adadelta(Optimizer):
    """Scale each gradient by the ratio of recent step sizes to recent gradient sizes.

        a = rho * a + (1 - rho) * g²                               # recent gradients
        Δ = -sqrt(d + epsilon) / sqrt(a + epsilon) * g
        d = rho * d + (1 - rho) * Δ²                               # recent steps
        w = w + learning_rate * Δ

    The ratio has the units of w, so that in the paper no learning rate is needed at all.

    Shapes: g, a, d and w alike, any shape.

    Errors: ValueError if `rho` is not in [0, 1).

    Source: Zeiler (2012), https://arxiv.org/abs/1212.5701.

    Keras twin: keras.optimizers.Adadelta, equal to 1e-14 over 200 steps.

    Differs from the paper: Δ is multiplied by a learning rate, 0.001 unless set; the paper has 1.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.rho = share("Adadelta: rho", rho)
        self.epsilon = not_negative(f"{type(self).__name__}: epsilon", epsilon)

    def slots(self) -> dict[str, float]:
        """Keep the recent squared gradients and the recent squared steps."""
        return {"accumulated_grad": 0.0, "accumulated_delta_var": 0.0}

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        a, d = state["accumulated_grad"], state["accumulated_delta_var"]
        a *= self.rho
        a += (1 - self.rho) * (g * g)
        delta = -np.sqrt(d + self.epsilon) * g / np.sqrt(a + self.epsilon)
        d *= self.rho
        d += (1 - self.rho) * (delta * delta)
        w += learning_rate * delta
