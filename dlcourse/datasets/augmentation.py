"""Augmentation: changed copies of images that still show the same thing."""

from __future__ import annotations

import numpy as np

from dlcourse.arguments import checked
from dlcourse.messages import wrong


@checked
def augment(
    images: np.ndarray,
    shift: int = 0,
    rotation: float = 0.0,
    flip: bool = False,
    noise: float = 0.0,
    seed: int | np.random.Generator | None = None,
) -> np.ndarray:
    """Return a copy of each image, moved, turned, mirrored or made noisy at random.

    `shift`: up to so many pixels along each axis. `rotation`: up to so many degrees, either way.
    `flip`: every other image mirrored left to right, on average (not for digits: a mirrored 3 is
    no 3). `noise`: standard deviation of what is added to each pixel. Pixels from outside the
    image are 0.

    Shapes: images (samples, height, width) or (samples, height, width, channels); the result alike.

    Errors: ValueError for arrays that are not images, for no images, a shift as large as the image,
    or a negative noise.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4) or len(images) == 0:
        expected = "shape (samples, height, width) or (…, channels), with at least one sample"
        raise ValueError(wrong("augment: images", expected, images))
    if not 0 <= shift < min(images.shape[1:3]):
        expected = f"a number of pixels below the image's {min(images.shape[1:3])}"
        raise ValueError(wrong("augment: shift", expected, shift))
    if not noise >= 0:
        raise ValueError(wrong("augment: noise", "zero or a positive number", noise))
    rng = np.random.default_rng(seed)
    result = images.copy()
    if flip:
        mirrored = rng.random(len(result)) < 0.5
        result[mirrored] = result[mirrored, :, ::-1]
    if rotation:
        angles = np.deg2rad(rng.uniform(-rotation, rotation, len(result)))
        result = np.stack([_rotated(i, a) for i, a in zip(result, angles, strict=True)])
    if shift:
        moves = rng.integers(-shift, shift + 1, (len(result), 2))
        result = np.stack([_moved(i, *m) for i, m in zip(result, moves, strict=True)])
    if noise:
        result = _like(images, result + noise * rng.standard_normal(result.shape))
    return result


def _moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return the image moved by whole pixels, with zeros where it came from."""
    result = np.zeros_like(image)
    height, width = image.shape[:2]
    to_rows = slice(max(down, 0), height + min(down, 0))
    to_columns = slice(max(right, 0), width + min(right, 0))
    from_rows = slice(max(-down, 0), height + min(-down, 0))
    from_columns = slice(max(-right, 0), width + min(-right, 0))
    result[to_rows, to_columns] = image[from_rows, from_columns]
    return result


def _rotated(image: np.ndarray, angle: float) -> np.ndarray:
    """Return the image turned about its centre (angle in radians), mixed from four neighbours."""
    height, width = image.shape[:2]
    rows, columns = np.indices((height, width))
    y, x = rows - (height - 1) / 2, columns - (width - 1) / 2
    # Look up where each pixel of the result comes from, by turning back.
    source_y = np.cos(angle) * y - np.sin(angle) * x + (height - 1) / 2
    source_x = np.sin(angle) * y + np.cos(angle) * x + (width - 1) / 2
    top, left = np.floor(source_y).astype(int), np.floor(source_x).astype(int)
    padded = np.pad(image, ((1, 2), (1, 2), *((0, 0),) * (image.ndim - 2)))
    result = np.zeros(image.shape)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = (1 - abs(source_y - top - i)) * (1 - abs(source_x - left - j))
        r, c = np.clip(top + i, -1, height), np.clip(left + j, -1, width)
        result += weight.reshape(height, width, *(1,) * (image.ndim - 2)) * padded[r + 1, c + 1]
    return _like(image, result)


def _like(image: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the values in the type of the image: whole numbers are rounded and kept in range."""
    if image.dtype.kind in "iu":
        limits = np.iinfo(image.dtype)
        values = np.clip(values.round(), limits.min, limits.max)
    return values.astype(image.dtype)
