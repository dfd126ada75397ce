"""Right answers to the questions of chapter 13, and wrong ones that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Array = np.ndarray
Layers = list[tuple[int, int]]


def output_size(size: int, kernel: int, padding: str, stride: int, dilation: int) -> int:
    """Return how many positions the kernel takes."""
    if padding == "same":
        return -(-size // stride)
    return (size - (kernel - 1) * dilation - 1) // stride + 1


def size_without_one(size: int, kernel: int, padding: str, stride: int, dilation: int) -> int:
    """Forget the first position."""
    right = output_size(size, kernel, padding, stride, dilation)
    return right if padding == "same" else (size - (kernel - 1) * dilation - 1) // stride


def size_same_keeps(size: int, kernel: int, padding: str, stride: int, dilation: int) -> int:
    """Keep the size with "same", whatever the stride."""
    return size if padding == "same" else output_size(size, kernel, padding, stride, dilation)


def size_same_down(size: int, kernel: int, padding: str, stride: int, dilation: int) -> int:
    """Round down with "same"."""
    right = output_size(size, kernel, padding, stride, dilation)
    return size // stride if padding == "same" else right


def size_rounded_up(size: int, kernel: int, padding: str, stride: int, dilation: int) -> int:
    """Count a window that does not fit."""
    right = output_size(size, kernel, padding, stride, dilation)
    return right if padding == "same" else -(-(size - (kernel - 1) * dilation - 1) // stride) + 1


def size_fraction(size: int, kernel: int, padding: str, stride: int, dilation: int) -> float:
    """Leave a fraction of a position."""
    right = output_size(size, kernel, padding, stride, dilation)
    return right if padding == "same" else (size - (kernel - 1) * dilation - 1) / stride + 1


def conv2d(image: Array, kernel: Array) -> Array:
    """Return the cross-correlation, without padding."""
    windows = sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


def conv_one_short(image: Array, kernel: Array) -> Array:
    """Leave the last row and column out."""
    return conv2d(image, kernel)[:-1, :-1]


def conv_padded(image: Array, kernel: Array) -> Array:
    """Pad the image first."""
    h, w = kernel.shape
    top, left = (h - 1) // 2, (w - 1) // 2
    return conv2d(np.pad(image, ((top, h - 1 - top), (left, w - 1 - left))), kernel)


def conv_side_by_side(image: Array, kernel: Array) -> Array:
    """Move by whole kernels."""
    h, w = kernel.shape
    return conv2d(image, kernel)[::h, ::w]


def max_pool(x: Array, size: int) -> Array:
    """Return the largest value of each window; what fills no window is left out."""
    return pool(x, size, "max")


def pool(x: Array, size: int, kind: str, stride: int | None = None) -> Array:
    """Pool by another rule, or with another stride."""
    step = stride or size
    windows = sliding_window_view(x, (size, size))[::step, ::step]
    return getattr(windows, kind)(axis=(2, 3))


def pool_of_positives(x: Array, size: int) -> Array:
    """Start the maximum from 0."""
    return np.maximum(max_pool(x, size), 0)


def pool_rounded_up(x: Array, size: int) -> Array:
    """Keep windows that are not full."""
    rows, columns = (-(-n // size) * size for n in x.shape)
    padded = np.full((rows, columns), -np.inf)
    padded[: x.shape[0], : x.shape[1]] = x
    return max_pool(padded, size)


def pool_wrong_reshape(x: Array, size: int) -> Array:
    """Take windows in the order of the memory."""
    rows, columns = x.shape[0] // size, x.shape[1] // size
    cut = x[: rows * size, : columns * size]
    return cut.reshape(rows, columns, size * size).max(axis=2)


def conv_channels(x: Array, kernel: Array, bias: Array) -> Array:
    """Sum over the window and the channels, for each filter, and add its bias."""
    windows = sliding_window_view(x, kernel.shape[:2], axis=(0, 1))
    return np.einsum("ijckl,klcf->ijf", windows, kernel) + bias


def one_channel(which: int) -> Any:
    """Return a convolution of a single channel."""

    def variant(x: Array, kernel: Array, bias: Array) -> Array:
        at = slice(which, which + 1 or None)
        return conv_channels(x[..., at], kernel[:, :, at], bias)

    return variant


def bias_each_channel(x: Array, kernel: Array, bias: Array) -> Array:
    """Add the bias once for each channel."""
    return conv_channels(x, kernel, bias * x.shape[-1])


def mean_over_channels(x: Array, kernel: Array, bias: Array) -> Array:
    """Take the mean over the channels."""
    return conv_channels(x, kernel / x.shape[-1], bias)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return how many zeros go before and after, the odd one after, as TensorFlow does."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def padding_without_stride(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pad as for stride 1."""
    return (kernel - 1) // 2, kernel - 1 - (kernel - 1) // 2


def padding_negative(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Let the total become negative."""
    total = (-(-size // stride) - 1) * stride + kernel - size
    return total // 2, total - total // 2


def padding_symmetric(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Give both sides the smaller half."""
    before, _ = same_padding(size, kernel, stride)
    return before, before


def padding_half_kernel(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Give both sides half of the kernel."""
    return kernel // 2, kernel // 2


def receptive_field(layers: Layers) -> int:
    """Add (kernel - 1) times the product of the strides before, starting from one pixel."""
    return field_where()(layers)


def field_where(jump: str = "before", start: int = 1, less: int = 1) -> Any:
    """Return a receptive field with a mistake."""

    def variant(layers: Layers) -> int:
        field, step = start, 1
        for kernel, stride in layers:
            if jump == "own":
                step *= stride
            field += (kernel - less) * (step if jump != "none" else 1)
            if jump == "before":
                step *= stride
        return field

    return variant
