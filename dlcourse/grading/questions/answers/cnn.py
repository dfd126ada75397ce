"""Right answers to the questions of chapter 14, and wrong ones that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray


def conv_parameters(kernel_size: tuple[int, int], channels: int, filters: int) -> int:
    """Count a kernel of all input channels, and a bias, for each filter."""
    height, width = kernel_size
    return (height * width * channels + 1) * filters


def fast_gradient_sign(x: Array, gradient: Array, epsilon: float) -> Array:
    """Step epsilon uphill in each pixel, and stay an image."""
    return np.clip(x + epsilon * np.sign(gradient), 0, 1)


def flip_some(images: Array, flipped: Array) -> Array:
    """Mirror the chosen images left to right, along the axis of the columns."""
    return flip_along(2)(images, flipped)


def flip_along(axis: int) -> Callable[[Array, Array], Array]:
    """Return a function that flips the chosen images along an axis of the batch."""

    def variant(images: Array, flipped: Array) -> Array:
        result = images.copy()
        result[flipped] = np.flip(images[flipped], axis=axis)
        return result

    return variant


def occlusion_map(score: Any, image: Array, size: int) -> Array:
    """Subtract the score with each patch covered from the score of the whole image."""
    return occlusion_variant()(score, image, size)


def occlusion_variant(
    sign: int = 1, whole: bool = True, copied: bool = True, fill: float = 0.0, square: bool = True
) -> Any:
    """Return an occlusion map, right as it stands, or with a mistake."""

    def variant(score: Any, image: Array, size: int) -> Array:
        rows, columns = image.shape[0] // size, image.shape[1] // size
        result = np.zeros((rows, columns))
        full, covered = score(image), image.copy()
        for i in range(rows):
            for j in range(columns):
                covered = image.copy() if copied else covered
                right = (j + 1) * size if square else j * size + 1
                covered[i * size : (i + 1) * size, j * size : right] = fill
                result[i, j] = sign * ((full if whole else 0) - score(covered))
        return result

    return variant


def residual_backward(z: Array, dy: Array, branch_backward: Any) -> Array:
    """Gate dy by the ReLU, then add the way through the branch to the way around it."""
    dz = dy * (z > 0)
    return dz + branch_backward(dz)


def lenet_where(
    padding: str = "same",
    activation: str | None = "relu",
    filters: tuple[int, int] = (6, 16),
    kernel: int = 5,
    pooling: str = "MaxPooling2D",
    pools: int = 2,
    flat: str = "Flatten",
    last: str | None = "softmax",
    shape: tuple[int, ...] = (28, 28, 1),
) -> Any:
    """Return a function that builds LeNet-5's little sister with the library it is given."""

    def build(k: Any) -> Any:
        layers = [
            k.Input(shape),
            k.layers.Conv2D(filters[0], kernel, padding=padding, activation=activation),
            getattr(k.layers, pooling)(2),
            k.layers.Conv2D(filters[1], kernel, activation=activation),
        ]
        layers += [getattr(k.layers, pooling)(2)] if pools == 2 else []
        layers += [getattr(k.layers, flat)()] if flat else []
        return k.Sequential([*layers, k.layers.Dense(10, activation=last)])

    return build
