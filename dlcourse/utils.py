"""Small helpers with Keras's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.messages import wrong


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Return the one-hot vectors of integer class labels.

        y[n, c] = 1.0 if x[n] == c else 0.0

    Shapes: x (...,) or (..., 1) of integers from 0 to num_classes - 1, y (..., num_classes).
    Without `num_classes`, it is the largest label plus one.

    Errors: ValueError for labels that are not whole numbers from 0 to num_classes - 1.

    Keras twin: keras.utils.to_categorical, equal exactly.
    """
    labels = np.asarray(x)
    if labels.size == 0 or labels.dtype.kind not in "iufb" or np.any(labels != np.floor(labels)):
        raise ValueError(wrong("to_categorical: x", "integer labels, at least one", x))
    labels = labels.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    num_classes = num_classes or int(labels.max()) + 1
    if labels.min() < 0 or labels.max() >= num_classes:
        negative = labels.min() < 0
        expected = "labels from 0 up" if negative else f"labels from 0 to {num_classes - 1}"
        bad = int(labels.min() if negative else labels.max())
        advice = "Labels that start at 1 need a subtraction of 1 first."
        raise ValueError(wrong("to_categorical: x", expected, bad, advice))
    y = np.zeros((*labels.shape, num_classes))
    np.put_along_axis(y, labels[..., None], 1, axis=-1)
    return y
