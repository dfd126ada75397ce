"""Normalisation: shift and scale numbers to mean 0 and variance 1, over the batch or the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import initializers, regularizers
from dlcourse.layers.base import Array, Layer
from dlcourse.layers.input import Shape
from dlcourse.messages import wrong


class Normalization(Layer):
    """What both layers share: the learned scale gamma and shift beta, and how they go backward.

        y      = gamma * x_hat + beta
        dgamma = (dy * x_hat).sum(axes)
        dbeta  = dy.sum(axes)

    where `axes` are all axes but those that gamma and beta have.
    """

    gamma: Array
    beta: Array

    def __init__(
        self,
        *,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if epsilon <= 0:
            advice = "It keeps the division by a spread of 0 finite."
            what = f"{type(self).__name__}: epsilon"
            raise ValueError(wrong(what, "a positive number", epsilon, advice))
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)

    def make_scale_and_shift(self, input_shape: Shape, axes: Sequence[int]) -> None:
        """Make gamma and beta, one number for each place along these axes of the input."""
        shape = tuple(input_shape[axis] for axis in axes)
        if self.scale:
            self.add_weight(
                "gamma", shape, self.gamma_initializer, regularizer=self.gamma_regularizer
            )
        if self.center:
            self.add_weight("beta", shape, self.beta_initializer, regularizer=self.beta_regularizer)

    def line_up(self, input_shape: Shape, axes: Sequence[int]) -> None:
        """Work out how the weights meet the input: as (1, ..., channels, ..., 1)."""
        rank = len(input_shape)
        self._kept = tuple(axis % rank for axis in axes)
        self._others = tuple(i for i in range(rank) if i not in self._kept)
        self._broadcast = tuple(n if i in self._kept else 1 for i, n in enumerate(input_shape))

    def scale_and_shift(self, x_hat: Array) -> Array:
        """Return gamma * x_hat + beta."""
        self._x_hat = x_hat
        y = x_hat * self.gamma.reshape(self._broadcast) if self.scale else x_hat.copy(order="K")
        if self.center:
            y += self.beta.reshape(self._broadcast)
        return y

    def scale_and_shift_backward(self, dy: Array) -> Array:
        """Return ∂L/∂x_hat and store the gradients of gamma and beta."""
        if self.center:
            self.set_gradient("beta", dy.sum(axis=self._others).reshape(self.beta.shape))
        if not self.scale:
            return dy
        self.set_gradient(
            "gamma", (dy * self._x_hat).sum(axis=self._others).reshape(self.gamma.shape)
        )
        return dy * self.gamma.reshape(self._broadcast)


def normalize(x: Array, axes: tuple[int, ...], epsilon: float) -> tuple[Array, ...]:
    """Return x_hat = (x - mean) / sqrt(variance + epsilon), and mean, variance, 1 / sqrt(...).

    The variance is the biased one: it divides by the number of cells, not by one less.
    """
    mean = x.mean(axis=axes, keepdims=True)
    x_hat = x - mean
    variance = np.square(x_hat).mean(axis=axes, keepdims=True)
    inverse_std = 1 / np.sqrt(variance + epsilon)
    x_hat *= inverse_std
    return x_hat, mean, variance, inverse_std


def normalize_backward(
    dx_hat: Array, x_hat: Array, inverse_std: Array, axes: tuple[int, ...]
) -> Array:
    """Return ∂L/∂x for ∂L/∂x_hat.

        dx = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / std

    x moves its own x_hat directly, and all others through the mean and through the variance.
    """
    through_mean = dx_hat.mean(axis=axes, keepdims=True)
    through_variance = (dx_hat * x_hat).mean(axis=axes, keepdims=True)
    return (dx_hat - through_mean - x_hat * through_variance) * inverse_std


class BatchNormalization(Normalization):
    """Normalise each channel over the batch while training, with moving statistics afterwards.

        training:
            mean, variance = x.mean(axes), x.var(axes)     # axes: all but `axis`
            x_hat = (x - mean) / sqrt(variance + epsilon)
            moving_mean     = moving_mean * momentum + mean * (1 - momentum)
            moving_variance = moving_variance * momentum + variance * (1 - momentum)
        otherwise:
            x_hat = (x - moving_mean) / sqrt(moving_variance + epsilon)
        y = gamma * x_hat + beta

    While training, dx also goes through mean and variance (`normalize_backward`). A frozen layer
    (`trainable = False`) uses its moving statistics in training, too.

    Shapes: x and y (batch, ..., channels); gamma, beta, moving_mean, moving_variance (channels,).

    Errors: ValueError if `momentum` is not in [0, 1], if `axis` is not an axis of the input, or if
    the number of axes or of channels changes.

    Source: Ioffe and Szegedy (2015), https://arxiv.org/abs/1502.03167.

    Keras twin: keras.layers.BatchNormalization, equal to 1e-12.

    Differs from the paper: the moving variance averages the biased variance, and the averages move
    with a fixed momentum.
    """

    moving_mean: Array
    moving_variance: Array

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            **kwargs,
        )
        if not 0 <= momentum <= 1:
            raise ValueError(
                wrong("BatchNormalization: momentum", "a number from 0 to 1", momentum)
            )
        self.axis = axis
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape: Shape) -> None:
        """Make gamma, beta and the moving statistics, one number a channel."""
        self.line_up(input_shape, [self.axis])
        self.make_scale_and_shift(input_shape, [self.axis])
        shape = (input_shape[self.axis],)
        self.add_weight("moving_mean", shape, self.moving_mean_initializer, trainable=False)
        self.add_weight("moving_variance", shape, self.moving_variance_initializer, trainable=False)
        super().build(input_shape)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return gamma * x_hat + beta, and move the statistics when training."""
        self._uses_batch = training and self.trainable
        if self._uses_batch:
            x_hat, mean, variance, self._inverse_std = normalize(x, self._others, self.epsilon)
            self._move(self.moving_mean, mean)
            self._move(self.moving_variance, variance)
        else:
            variance = self.moving_variance.reshape(self._broadcast)
            self._inverse_std = 1 / np.sqrt(variance + self.epsilon)
            x_hat = (x - self.moving_mean.reshape(self._broadcast)) * self._inverse_std
        return self.scale_and_shift(x_hat)

    def _move(self, average: Array, value: Array) -> None:
        """Move a moving average a little towards the statistic of this batch."""
        average *= self.momentum
        average += (1 - self.momentum) * value.reshape(average.shape)

    def backward(self, dy: Array) -> Array:
        """Return ∂L/∂x and store the gradients of gamma and beta."""
        dx_hat = self.scale_and_shift_backward(dy)
        if not self._uses_batch:
            return dx_hat * self._inverse_std
        return normalize_backward(dx_hat, self._x_hat, self._inverse_std, self._others)

    def check_input_shape(self, shape: Shape) -> None:
        """Also ask for the number of axes, and the channels, that the layer was built for."""
        super().check_input_shape(shape)
        if self.input_shape is not None and len(shape) != len(self.input_shape):
            expected = f"{len(self.input_shape)} axes, as when the layer was built"
            raise ValueError(wrong(f"{self.name}: shape of the input", expected, tuple(shape)))
        check_has_axes(self.name, shape, [self.axis])
        self.check_axis(shape, self.axis)


class LayerNormalization(Normalization):
    """Normalise each sample by itself, over one axis or several.

        mean, variance = x.mean(axis), x.var(axis)
        x_hat = (x - mean) / sqrt(variance + epsilon)
        y = gamma * x_hat + beta

    Training and prediction are the same, and samples do not depend on one another.

    Shapes: x and y (batch, ..., features); gamma and beta the lengths of the axes in `axis`.

    Errors: ValueError if `axis` is not an axis of the input, or if its length changes.

    Source: Ba, Kiros and Hinton (2016), https://arxiv.org/abs/1607.06450.

    Keras twin: keras.layers.LayerNormalization, equal to 1e-12.
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            **kwargs,
        )
        if not isinstance(axis, int) and not (isinstance(axis, list | tuple) and axis):
            raise ValueError(wrong("LayerNormalization: axis", "an axis or a list of axes", axis))
        self._axes = [axis] if isinstance(axis, int) else sorted(axis)
        self.axis = axis if isinstance(axis, int) else self._axes

    def build(self, input_shape: Shape) -> None:
        """Make gamma and beta, one number for each place along the axes."""
        self.make_scale_and_shift(input_shape, self._axes)
        super().build(input_shape)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return gamma * x_hat + beta."""
        self.line_up(x.shape, self._axes)
        x_hat, _, _, self._inverse_std = normalize(x, self._kept, self.epsilon)
        return self.scale_and_shift(x_hat)

    def backward(self, dy: Array) -> Array:
        """Return ∂L/∂x and store the gradients of gamma and beta."""
        dx_hat = self.scale_and_shift_backward(dy)
        return normalize_backward(dx_hat, self._x_hat, self._inverse_std, self._kept)

    def check_input_shape(self, shape: Shape) -> None:
        """Also ask for axes as long as when the layer was built."""
        super().check_input_shape(shape)
        check_has_axes(self.name, shape, self._axes)
        for axis in self._axes:
            self.check_axis(shape, axis)


def check_has_axes(name: str, shape: Shape, axes: Sequence[int]) -> None:
    """Raise ValueError unless an input of this shape has these axes, of known length."""
    for axis in axes:
        if not -len(shape) <= axis < len(shape) or shape[axis] is None or axis % len(shape) == 0:
            expected = f"an input whose axis {axis} is not the batch and has a known length"
            raise ValueError(wrong(f"{name}: shape of the input", expected, tuple(shape)))
