"""Dropout: switch units off at random while training, so that no unit can rely on another."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.layers.base import Array, Layer
from dlcourse.messages import wrong


class Dropout(Layer):
    """Set each number to zero with probability `rate` while training; scale up those that stay.

        mask = random(x.shape) >= rate       # True: kept
        y    = x * mask / (1 - rate)         # training
        y    = x                             # otherwise
        dx   = dy * mask / (1 - rate)

    The division keeps the expected value of y equal to x, so that nothing needs to change when
    training is over ("inverted" scaling). `layer.mask` is the mask of the latest training call.
    `call(x, training=True, mask=mask)` uses a given mask; to give one to a layer inside a model,
    replace `layer.draw_mask`.

    `noise_shape` makes axes of size 1 share one draw: (None, 1, 1, None) drops whole channels.

    Shapes: any; y has the shape of x.

    Errors: ValueError if `rate` is not in [0, 1).

    Source: Srivastava et al. (2014), https://jmlr.org/papers/v15/srivastava14a.html.

    Keras twin: keras.layers.Dropout, equal to 1e-12 for the same mask; its random stream differs.

    Differs from the paper: that scales the weights down after training, equal in expectation.
    """

    def __init__(
        self,
        rate: float,
        noise_shape: tuple[int | None, ...] | None = None,
        seed: int | np.random.Generator | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(rate, int | float | np.number) or not 0 <= rate < 1:
            advice = "The rate is the share of units to drop, e.g. Dropout(0.5)."
            raise ValueError(
                wrong(f"{type(self).__name__}: rate", "a number in [0, 1)", rate, advice)
            )
        self.rate = float(rate)
        if noise_shape is not None and not isinstance(noise_shape, list | tuple):
            expected = "as many numbers as the input has axes, e.g. (None, 1, 1, None)"
            raise ValueError(wrong(f"{type(self).__name__}: noise_shape", expected, noise_shape))
        self.noise_shape = noise_shape
        self.seed = seed
        self.mask: Array | None = None
        self._generator = np.random.default_rng(seed)

    def draw_mask(self, shape: tuple[int, ...]) -> Array:
        """Return a new mask for an input of this shape: True where a number is kept."""
        if self.noise_shape is not None:
            if len(self.noise_shape) != len(shape):
                expected = f"{len(shape)} axes, as the input has"
                raise ValueError(wrong(f"{self.name}: noise_shape", expected, self.noise_shape))
            shape = tuple(
                n if m is None else m for n, m in zip(shape, self.noise_shape, strict=True)
            )
        return self._generator.random(shape, dtype=np.float32) >= self.rate

    def call(self, x: Array, training: bool = False, mask: Array | None = None) -> Array:
        """Return x with some numbers dropped and the rest scaled; x itself when not training."""
        self._scale: Array | None = None
        if not training or self.rate == 0:
            return x
        self.mask = self.draw_mask(x.shape) if mask is None else np.asarray(mask)
        if self.mask.ndim != x.ndim or any(
            m not in (1, n) for m, n in zip(self.mask.shape, x.shape, strict=True)
        ):
            raise ValueError(wrong(f"{self.name}: mask", f"shape {x.shape}", self.mask))
        # One array that is 0 or 1/(1 - rate), so that backward multiplies by the very same numbers.
        self._scale = self.mask.astype(x.dtype) / x.dtype.type(1 - self.rate)
        return x * self._scale

    def backward(self, dy: Array) -> Array:
        """Return dy with the numbers dropped that call dropped, and the rest scaled."""
        return dy if self._scale is None else dy * self._scale


class SpatialDropout2D(Dropout):
    """Dropout that switches off whole channels of an image.

        mask = random((batch, 1, 1, channels)) >= rate
        y    = x * mask / (1 - rate)

    Neighbouring pixels say almost the same, so dropping single pixels removes little.

    Shapes: x and y (batch, height, width, channels).

    Errors: ValueError if `rate` is not in [0, 1).

    Source: Tompson et al. (2015), https://arxiv.org/abs/1411.4280.

    Keras twin: keras.layers.SpatialDropout2D, equal to 1e-12 for the same mask.
    """

    input_rank = 4
    input_axes = "(batch, height, width, channels)"

    def __init__(
        self, rate: float, seed: int | np.random.Generator | None = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, noise_shape=(None, 1, 1, None), seed=seed, **kwargs)
