"""Lion: steps of one size, in the direction of the sign of a momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.messages import wrong
from dlcourse.optimizers.base import Array, Optimizer, State, share


class Lion(Optimizer):
    """Move every weight by the learning rate, up or down by the sign of a moving average.

        w = w - learning_rate * sign(beta_1 * m + (1 - beta_1) * g)
        m = beta_2 * m + (1 - beta_2) * g

    All steps have the same size, so it needs a learning rate some 3 to 10 times below Adam's.

    Shapes: g, m and w alike, any shape.

    Errors: ValueError if `beta_1` is not in (0, 1] or `beta_2` not in [0, 1).

    Source: Chen et al. (2023), https://arxiv.org/abs/2302.06675.

    Keras twin: keras.optimizers.Lion, equal to 1e-14 over 200 steps.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        if not 0 < beta_1 <= 1:
            advice = "With 0 it would follow the sign of the gradient alone."
            raise ValueError(wrong("Lion: beta_1", "a number in (0, 1]", beta_1, advice))
        self.beta_1 = float(beta_1)
        self.beta_2 = share("Lion: beta_2", beta_2)

    def slots(self) -> dict[str, float]:
        """Keep the momentum."""
        return {"momentum": 0.0}

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        m = state["momentum"]
        w -= learning_rate * np.sign(m * self.beta_1 + g * (1 - self.beta_1))
        m *= self.beta_2
        m += g * (1 - self.beta_2)
