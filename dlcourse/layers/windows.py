"""Windows over images: how many fit, the padding they need, and the matrix of all of them.

Outside, a batch of images has the axes (batch, height, width, channels). In memory a convolution
puts its results in another order, (height, channels, width, batch), and whatever is computed from
them number by number keeps that order. Then a row of pixels, of all images of the batch, is one
unbroken run of numbers, and moving a window by one pixel moves long runs instead of many short
ones. Swapping axes makes a view, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlcourse.layers.base import Array
from dlcourse.messages import wrong

Sizes = tuple[int, ...]


# ---------------------------------------------------------------- arguments and geometry


def sizes(value: Any, rank: int, what: str) -> Sizes:
    """Return one positive integer for each axis, given one for all axes or one for each."""
    numbers = (value,) * rank if isinstance(value, int | np.integer) else value
    if (
        not isinstance(numbers, tuple | list)
        or len(numbers) != rank
        or not all(isinstance(n, int | np.integer) and n > 0 for n in numbers)
    ):
        expected = "a positive integer" + (f", or {rank} of them" if rank > 1 else "")
        raise ValueError(wrong(what, expected, value))
    return tuple(int(n) for n in numbers)


def padding_name(value: Any, what: str, known: Sequence[str] = ("valid", "same")) -> str:
    """Return the name of the padding in lower case; refuse an unknown one."""
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError(wrong(what, " or ".join(repr(name) for name in known), value))
    return value.lower()


def reach(window: Sizes, dilation: Sizes) -> Sizes:
    """Return how many pixels a window spans along each axis, the holes of its dilation included."""
    return tuple((k - 1) * d + 1 for k, d in zip(window, dilation, strict=True))


def output_length(length: int | None, window: int, stride: int, padding: str) -> int | None:
    """Return how many windows fit along an axis: (n - k) // s + 1, and ceil(n / s) with padding."""
    if length is None:
        return None
    if padding == "valid":
        return (length - window) // stride + 1
    return -(-length // stride)


def side_padding(length: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """Return the number of zeros (before, after) an axis.

    "same" adds as few as let ceil(n / s) windows fit, so the number depends on the stride; when it
    is odd, the extra zero goes after. "causal" puts all zeros before: no window sees ahead.
    """
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return window - 1, 0
    total = max((-(-length // stride) - 1) * stride + window - length, 0)
    return total // 2, total - total // 2


def check_fits(name: str, shape: Sequence[int | None], window: Sizes, padding: str) -> None:
    """Raise ValueError if a window without padding is larger than the image."""
    for n, k in zip(shape[1:-1], window, strict=True):
        if padding == "valid" and n is not None and n < k:
            expected = f"an image at least as large as the window, {window}"
            advice = 'Use a smaller window, or padding="same".'
            raise ValueError(wrong(f"{name}: shape of the input", expected, tuple(shape), advice))


# ---------------------------------------------------------------- the arrays


def batch_last(x: Array, groups: int = 1) -> Array:
    """Return (batch, height, width, channels) as (groups, height, channels, width, batch).

    Unbroken in memory, and a copy only if x is not so already.
    """
    grouped = x.reshape(*x.shape[:3], groups, -1)
    return np.ascontiguousarray(grouped.transpose(3, 1, 4, 2, 0))


def batch_first(x: Array) -> Array:
    """Return (groups, height, channels, width, batch) as (batch, height, width, channels)."""
    _, height, _, width, batch = x.shape
    return x.transpose(4, 1, 3, 0, 2).reshape(batch, height, width, -1)


def in_order_of(model: Array, x: Array) -> Array:
    """Return x with its numbers in the order in memory that `model` has; the shapes are alike."""
    if x.strides == model.strides:
        return x
    ordered = np.empty_like(model, dtype=x.dtype)
    ordered[...] = x
    return ordered


def pad(x: Array, sides: Sequence[tuple[int, int]], value: float = 0.0) -> Array:
    """Return x (batch, height, width, channels) with `value` around each image."""
    (top, bottom), (left, right) = sides
    if not (top or bottom or left or right):
        return x
    batch, height, width, channels = x.shape
    shape = (batch, top + height + bottom, left + width + right, channels)
    padded = np.full_like(x, value, shape=shape)  # in the order of x in memory
    crop(padded, sides)[...] = x
    return padded


def crop(x: Array, sides: Sequence[tuple[int, int]]) -> Array:
    """Return the view of x (batch, height, width, channels) without its padding."""
    (top, bottom), (left, right) = sides
    return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


def visits(first: int, count: int, stride: int) -> slice:
    """Return the pixels along an axis that one cell visits while its window takes all positions."""
    return slice(first, first + (count - 1) * stride + 1, stride)


def window_counts(images: Array, window: Sizes, strides: Sizes, dilation: Sizes) -> Sizes:
    """Return how many (rows, columns) of windows fit into images (groups, height, ·, width, ·)."""
    axes = zip(images.shape[1:4:2], reach(window, dilation), strides, strict=True)
    return tuple((n - r) // s + 1 for n, r, s in axes)


def stacked_rows(x: Array, window: int, stride: int, dilation: int) -> Array:
    """Return the `window` rows that belong to each position of a window, one under the other.

    A view: the windows share the rows that they have in common.

    Shapes: x (groups, height, ...) -> (groups, rows, window, ...).
    """
    (tall,) = reach((window,), (dilation,))
    return np.moveaxis(sliding_window_view(x, tall, axis=1)[:, ::stride, ..., ::dilation], -1, 2)


def im2col(images: Array, window: Sizes, strides: Sizes, dilation: Sizes) -> Array:
    """Return all windows, so that convolution becomes products of matrices.

    The pixels that the columns of a window see are copied side by side. Its
    rows need no copy: they lie one under the other in memory already.

    Shapes: images (groups, height, channels, width, batch) -> windows
    (groups, rows, i, channels, j, columns, batch).
    """
    groups, height, channels, _, batch = images.shape
    _, columns = window_counts(images, window, strides, dilation)
    shape = groups, height, channels, window[1], columns, batch
    spread = np.empty(shape, images.dtype)
    for j in range(window[1]):
        seen = visits(j * dilation[1], columns, strides[1])
        spread[:, :, :, j] = images[..., seen, :]
    return stacked_rows(spread, window[0], strides[0], dilation[0])
