"""Adam and AdamW: momentum, divided by the size of recent gradients, corrected for the start."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.messages import wrong
from dlcourse.optimizers.base import Array, Optimizer, State, not_negative, share


class Adam(Optimizer):
    """A moving average of the gradient over the root of a moving average of its square.

        t = t + 1
        m = m + (1 - beta_1) * (g - m)
        v = v + (1 - beta_2) * (g² - v)
        alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - alpha * m / (sqrt(v) + epsilon)

        h = max(h, v), in place of v in the last line              # amsgrad=True

    m and v start at zero and are too small at first; alpha corrects for both.

    Shapes: g, m, v, h and w alike, any shape.

    Errors: ValueError if a beta is not in [0, 1).

    Source: Kingma and Ba (2015), https://arxiv.org/abs/1412.6980; AMSGrad: Reddi, Kale and Kumar
    (2018), https://arxiv.org/abs/1904.09237.

    Keras twin: keras.optimizers.Adam, equal to 1e-14 over 200 steps.

    Differs from the paper: this is the paper's faster form at the end of its section 2, where
    epsilon means epsilon-hat, so the correction of v does not apply to it.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.beta_1 = share(f"{type(self).__name__}: beta_1", beta_1)
        self.beta_2 = share(f"{type(self).__name__}: beta_2", beta_2)
        self.epsilon = not_negative(f"{type(self).__name__}: epsilon", epsilon)
        self.amsgrad = amsgrad

    def slots(self) -> dict[str, float]:
        """Keep the two moving averages, and the largest v so far for AMSGrad."""
        slots = {"momentum": 0.0, "velocity": 0.0}
        return slots | {"velocity_hat": 0.0} if self.amsgrad else slots

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        t = self.iterations + 1
        m, v = state["momentum"], state["velocity"]
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        if self.amsgrad:
            v = np.maximum(state["velocity_hat"], v, out=state["velocity_hat"])
        alpha = learning_rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        w -= m * alpha / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    """Adam with weight decay that the division by the gradient's size does not touch.

        w = w - learning_rate * weight_decay * w
        w = w - alpha * m / (sqrt(v) + epsilon)                    # Adam's step

    An L2 penalty would go through m and v instead, and decay weights with large gradients less.

    Shapes: as in Adam.

    Errors: ValueError if `weight_decay` is missing or negative.

    Source: Loshchilov and Hutter (2019), https://arxiv.org/abs/1711.05101.

    Keras twin: keras.optimizers.AdamW, equal to 1e-14 over 200 steps.

    Differs from the paper: the decay is multiplied by the learning rate, 0.001 unless set.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        if weight_decay is None or not weight_decay >= 0:
            advice = "Use Adam for no decay."
            raise ValueError(wrong("AdamW: weight_decay", "a number", weight_decay, advice))
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            name,
        )
