"""Pooling: a window slides over the image and keeps the largest, or the mean, of what it sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlcourse.layers.base import Array, Layer
from dlcourse.layers.input import Shape
from dlcourse.layers.windows import (
    check_fits,
    crop,
    in_order_of,
    output_length,
    pad,
    padding_name,
    side_padding,
    sizes,
    visits,
)


class Pooling2D(Layer):
    """What max and average pooling share: the window, its stride and the padding."""

    input_rank = 4
    input_axes = "(batch, height, width, channels)"

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.pool_size = sizes(pool_size, 2, f"{kind}: pool_size")
        # Without strides the windows lie side by side.
        self.strides = self.pool_size if strides is None else sizes(strides, 2, f"{kind}: strides")
        self.padding = padding_name(padding, f"{kind}: padding")

    def check_input_shape(self, shape: Shape) -> None:
        """Also ask for an image at least as large as the window."""
        super().check_input_shape(shape)
        check_fits(self.name, shape, self.pool_size, self.padding)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, rows, columns, channels)."""
        batch, *lengths, channels = input_shape
        axes = zip(lengths, self.pool_size, self.strides, strict=True)
        return (batch, *(output_length(n, k, s, self.padding) for n, k, s in axes), channels)

    def _pad(self, x: Array, value: float) -> Array:
        """Return the images with `value` around them if the padding is "same"."""
        axes = zip(x.shape[1:3], self.pool_size, self.strides, strict=True)
        self._sides = [side_padding(n, k, s, self.padding) for n, k, s in axes]
        return pad(x, self._sides, value)

    def _taps(self, rows: int, columns: int) -> Iterator[tuple[slice, ...]]:
        """Yield, for each cell of the window, the slice of the images that it visits."""
        down, along = self.strides
        for i, j in np.ndindex(*self.pool_size):
            yield slice(None), visits(i, rows, down), visits(j, columns, along)


class MaxPooling2D(Pooling2D):
    """Keep the largest number of each window.

        y[n, h, w, c] = max of x[n, h*s : h*s + k, w*s : w*s + k, c]
        dx            = dy, sent to the cell that was the largest

    If several cells tie, the first one, row by row, receives the whole gradient.

    Shapes: x (batch, height, width, channels), y (batch, rows, columns, channels).

    Errors: ValueError if the window does not fit into the image.

    Source: Weng, Ahuja and Huang (1992); Ranzato et al. (2007).

    Keras twin: keras.layers.MaxPooling2D, equal exactly.
    """

    def call(self, x: Array, training: bool = False) -> Array:
        """Return the largest number of each window."""
        images = self._pad(x, -np.inf)
        _, rows, columns, _ = self.compute_output_shape(x.shape)
        first, *others = self._taps(rows, columns)
        y = images[first].copy(order="K")
        for tap in others:
            np.maximum(y, images[tap], out=y)
        self._images, self._y = images, y
        return y

    def backward(self, dy: Array) -> Array:
        """Return dy where the input was the first largest of its window, zero elsewhere."""
        dy = in_order_of(self._y, dy)
        dimages = np.zeros_like(self._images)
        unclaimed = np.ones_like(self._y, dtype=bool)  # windows whose gradient has no owner yet
        apart = all(s >= k for s, k in zip(self.strides, self.pool_size, strict=True))
        for tap in self._taps(*dy.shape[1:3]):
            owner = self._images[tap] == self._y
            owner &= unclaimed
            unclaimed ^= owner
            if apart:  # no cell lies in two windows: there is nothing to add to
                np.multiply(dy, owner, out=dimages[tap])
            else:
                dimages[tap] += dy * owner
        return crop(dimages, self._sides)


class AveragePooling2D(Pooling2D):
    """Keep the mean of each window.

        y[n, h, w, c] = mean of x[n, h*s : h*s + k, w*s : w*s + k, c]
        dx            = dy / count, sent to every cell of the window

    `count` is the number of cells inside the image: padding is not part of the mean.

    Shapes: x (batch, height, width, channels), y (batch, rows, columns, channels).

    Errors: ValueError if the window does not fit into the image.

    Source: LeCun et al. (1998), https://doi.org/10.1109/5.726791.

    Keras twin: keras.layers.AveragePooling2D, equal to 1e-12.

    Differs from the paper: there each mean also has a trained weight and a trained bias.
    """

    def __init__(
        self, pool_size: Any, strides: Any = None, padding: str = "valid", **kwargs: Any
    ) -> None:
        super().__init__(pool_size, strides, padding, **kwargs)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return the mean of each window."""
        _, *size, _ = self.compute_output_shape(x.shape)
        images = self._pad(x, 0.0)
        ones = self._pad(np.ones((1, *x.shape[1:3], 1), x.dtype), 0.0)
        self._images_shape = images.shape
        self._count = self._window_sums(ones, *size)
        return self._window_sums(images, *size) / self._count

    def backward(self, dy: Array) -> Array:
        """Return each number of dy spread evenly over the cells of its window."""
        share = dy / self._count
        dimages = np.zeros_like(share, shape=self._images_shape)  # in the order of dy in memory
        for tap in self._taps(*share.shape[1:3]):
            dimages[tap] += share
        return crop(dimages, self._sides)

    def _window_sums(self, images: Array, rows: int, columns: int) -> Array:
        first, *others = self._taps(rows, columns)
        total = images[first].copy(order="K")
        for tap in others:
            total += images[tap]
        return total


class GlobalPooling2D(Layer):
    """What global max and average pooling share: one number is left of each channel."""

    input_rank = 4
    input_axes = "(batch, height, width, channels)"

    def __init__(self, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keepdims = keepdims

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, channels), or (batch, 1, 1, channels) with keepdims."""
        batch, _, _, channels = input_shape
        return (batch, 1, 1, channels) if self.keepdims else (batch, channels)

    def _spread(self, dy: Array) -> Array:
        """Return dy as (batch, 1, 1, channels)."""
        return dy.reshape(len(dy), 1, 1, -1)


class GlobalAveragePooling2D(GlobalPooling2D):
    """Keep the mean of each channel.

        y  = x.mean(axis=(1, 2))
        dx = dy / (height * width), everywhere

    Shapes: x (batch, height, width, channels), y (batch, channels), or (batch, 1, 1, channels)
    with keepdims.

    Source: Lin, Chen and Yan (2014), https://arxiv.org/abs/1312.4400.

    Keras twin: keras.layers.GlobalAveragePooling2D, equal to 1e-12.
    """

    def call(self, x: Array, training: bool = False) -> Array:
        """Return the mean of each channel."""
        self._shape = x.shape
        return x.mean(axis=(1, 2), keepdims=self.keepdims)

    def backward(self, dy: Array) -> Array:
        """Return each number of dy spread evenly over its channel."""
        _, height, width, _ = self._shape
        dx = np.empty(self._shape, dy.dtype)
        dx[...] = self._spread(dy) / (height * width)
        return dx


class GlobalMaxPooling2D(GlobalPooling2D):
    """Keep the largest number of each channel.

        y  = x.max(axis=(1, 2))
        dx = dy, sent to the cell that was the largest

    If several cells tie, they share the gradient evenly.

    Shapes: x (batch, height, width, channels), y (batch, channels), or (batch, 1, 1, channels)
    with keepdims.

    Source: Oquab et al. (2015), https://doi.org/10.1109/CVPR.2015.7298668.

    Keras twin: keras.layers.GlobalMaxPooling2D, equal to 1e-12.
    """

    def call(self, x: Array, training: bool = False) -> Array:
        """Return the largest number of each channel."""
        self._x = x
        return x.max(axis=(1, 2), keepdims=self.keepdims)

    def backward(self, dy: Array) -> Array:
        """Return dy at the largest cell of each channel, zero elsewhere."""
        owners = self._x == self._x.max(axis=(1, 2), keepdims=True)
        return owners * (self._spread(dy) / owners.sum(axis=(1, 2), keepdims=True, dtype=dy.dtype))
