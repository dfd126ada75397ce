"""SGD: a step against the gradient, with or without momentum."""

from __future__ import annotations

from typing import Any

from dlcourse.messages import wrong
from dlcourse.optimizers.base import Array, Optimizer, State


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

        w = w - learning_rate * g                                  # momentum = 0

        v = momentum * v - learning_rate * g
        w = w + v                                                  # classical momentum
        w = w + momentum * v - learning_rate * g                   # nesterov=True

    Called "stochastic" because g comes from a mini-batch; the rule is the same for all data.

    Shapes: g, v and w alike, any shape.

    Errors: ValueError if `momentum` is not in [0, 1].

    Source: Robbins and Monro (1951); Polyak (1964); Nesterov (1983), in the form of Sutskever et
    al. (2013), https://proceedings.mlr.press/v28/sutskever13.html.

    Keras twin: keras.optimizers.SGD, equal to 1e-14 over 200 steps.

    Differs from the paper: Nesterov's gradient is taken at the point looked ahead to; here w *is*
    that point, which saves the second evaluation.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        if not 0 <= momentum <= 1:
            raise ValueError(wrong("SGD: momentum", "a number in [0, 1]", momentum))
        self.momentum = float(momentum)
        self.nesterov = nesterov

    def slots(self) -> dict[str, float]:
        """Keep a velocity for each variable if there is momentum."""
        return {"momentum": 0.0} if self.momentum else {}

    def update_step(self, g: Array, w: Array, learning_rate: float, state: State) -> None:
        """Change w in place by one step."""
        step = learning_rate * g
        if not self.momentum:
            w -= step
            return
        v = state["momentum"]
        v *= self.momentum
        v -= step
        w += self.momentum * v - step if self.nesterov else v
