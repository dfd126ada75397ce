"""Convolution and its gradients as matrix products: two pure functions that the layers share.

The sum over the cells and channels of a window is a product of two matrices: the kernel with one
row a filter, and the windows with one column a window (`im2col`), for each row of the output.

    z       = kernel_matrix @ windows
    dkernel = dz @ windows.T

Back to the images it is the same again, with the kernel upside down: a pixel in row r was seen by
row i of the windows that begin i rows higher. Each column of the kernel then adds its own part.

The windows repeat each pixel once for every column of the kernel. So they are made for a strip of
the images at a time, which stays in the processor's cache, and are made again on the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dlcourse.layers.base import Array
from dlcourse.layers.windows import (
    Sizes,
    batch_first,
    batch_last,
    crop,
    im2col,
    pad,
    reach,
    side_padding,
    stacked_rows,
    visits,
    window_counts,
)

STRIP_BYTES = 2**21  # the size of the windows that are made at a time


class Memory(NamedTuple):
    """What `convolve` remembers for `convolve_backward`."""

    images: Array  # the padded input, batch last
    sides: list[tuple[int, int]]  # the padding, ((top, bottom), (left, right))
    strides: Sizes
    dilation: Sizes


def convolve(
    x: Array, kernel: Array, strides: Sizes, padding: str, dilation: Sizes, groups: int = 1
) -> tuple[Array, Memory]:
    """Return the cross-correlation of images with a kernel, and what the way back needs.

    With groups, each group of channels has its own matrices.

    Shapes: x (batch, height, width, channels), kernel (rows, columns, channels / groups, filters),
    z (batch, output rows, output columns, filters).
    """
    window = kernel.shape[:2]
    axes = zip(x.shape[1:3], reach(window, dilation), strides, strict=True)
    sides = [side_padding(n, r, s, padding) for n, r, s in axes]
    x = batch_first(batch_last(x))  # in memory, before there are zeros to move
    images = batch_last(pad(x, sides), groups)
    rows, columns = window_counts(images, window, strides, dilation)
    matrix = kernel.transpose(3, 0, 2, 1).reshape(groups, 1, -1, kernel[..., 0].size)
    z = np.empty((groups, rows, matrix.shape[2], columns * len(x)), x.dtype)
    for made, windows in strips(images, window, strides, dilation):
        np.matmul(matrix, windows, out=z[:, made])
    z = batch_first(z.reshape(*z.shape[:3], columns, -1))
    return z, Memory(images, sides, strides, dilation)


def convolve_backward(
    dz: Array, kernel: Array, memory: Memory, input_gradient: bool = True
) -> tuple[Array, Array | None]:
    """Return ∂L/∂kernel and ∂L/∂x for ∂L/∂z; None for ∂L/∂x without `input_gradient`.

    Shapes: dz as z in `convolve`; the results as kernel and x.
    """
    images, sides, strides, dilation = memory
    groups = len(images)
    dz = batch_last(dz, groups)
    dkernel = kernel_gradient(dz, kernel.shape, images, strides, dilation)
    if not input_gradient:
        return dkernel, None
    dimages = batch_first(image_gradient(dz, kernel, images.shape, strides, dilation))
    return dkernel, crop(dimages, sides)


def kernel_gradient(
    dz: Array, shape: Sizes, images: Array, strides: Sizes, dilation: Sizes
) -> Array:
    """Return ∂L/∂kernel: how dz goes along with each cell of the windows, over all windows.

    Shapes: dz and images (groups, height, channels, width, batch), with filters for channels in dz.
    """
    rows, columns, channels, _ = shape
    dz = dz.reshape(*dz.shape[:3], -1).swapaxes(2, 3)
    parts = [
        (windows @ dz[:, made]).sum(axis=1)
        for made, windows in strips(images, shape[:2], strides, dilation)
    ]
    dmatrix = sum(parts).reshape(len(dz), rows, channels, columns, -1)
    return dmatrix.transpose(1, 3, 2, 0, 4).reshape(shape)


def image_gradient(
    dz: Array, kernel: Array, shape: Sizes, strides: Sizes, dilation: Sizes
) -> Array:
    """Return ∂L/∂images: every window sends its gradient back to the pixels that it saw.

    Shapes: dz (groups, rows, filters / groups, columns, batch), the result and `shape` (groups,
    height, channels / groups, width, batch).
    """
    groups, rows, filters, columns, batch = dz.shape
    _, height, channels, _, _ = shape
    kernel_rows, kernel_columns = window = kernel.shape[:2]
    # Row r of the images meets row i of the kernel in the windows that begin at row r - i.
    tall = reach(window, dilation)[0] - 1
    begun = np.zeros((groups, tall + height, filters, columns, batch), dz.dtype)
    begun[:, visits(tall, rows, strides[0])] = dz
    met = stacked_rows(begun, kernel_rows, 1, dilation[0])
    matrix = kernel[::-1].reshape(*window, channels, groups, filters).transpose(3, 2, 1, 0, 4)
    matrix = matrix.reshape(groups, 1, channels * kernel_columns, kernel_rows * filters)
    dimages = np.zeros(shape, dz.dtype)
    for part in row_slices(height, matrix.shape[2] * begun[:, 0, 0].nbytes):
        dspread = matrix @ met[:, part].reshape(groups, -1, matrix.shape[3], columns * batch)
        dspread = dspread.reshape(groups, -1, channels, kernel_columns, columns, batch)
        for j in range(kernel_columns):
            seen = visits(j * dilation[1], columns, strides[1])
            dimages[:, part, :, seen] += dspread[:, :, :, j]
    return dimages


def strips(
    images: Array, window: Sizes, strides: Sizes, dilation: Sizes
) -> Iterator[tuple[slice, Array]]:
    """Yield a few rows of the output at a time, with the windows that they are computed from.

    Shapes: images (groups, height, channels, width, batch) -> windows (groups, rows of this strip,
    cells and channels of a window, columns * batch).
    """
    rows, columns = window_counts(images, window, strides, dilation)
    tall, _ = reach(window, dilation)
    for made in row_slices(rows, images[:, 0].nbytes * window[1]):
        seen = slice(made.start * strides[0], (made.stop - 1) * strides[0] + tall)
        windows = im2col(images[:, seen], window, strides, dilation)
        yield made, windows.reshape(*windows.shape[:2], -1, columns * images.shape[-1])


def row_slices(rows: int, row_bytes: int) -> Iterator[slice]:
    """Yield slices of so many rows that take up STRIP_BYTES, of at least one row."""
    height = max(1, STRIP_BYTES // row_bytes)
    for first in range(0, rows, height):
        yield slice(first, min(first + height, rows))
