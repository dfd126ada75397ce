"""What goes into training, checked once: arrays, labels and weights, then cut into batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcourse.messages import wrong

Array = np.ndarray


@dataclass(frozen=True)
class Samples:
    """The inputs of a data set, and for each output the targets and weights (None: all 1)."""

    x: list[Array]
    y: list[Array]
    weights: list[Array | None]
    dtype: str = "float32"  # of the weights, which is that of the model's outputs

    def __len__(self) -> int:
        return len(self.x[0])

    def part(self, index: Any) -> Samples:
        """Return some of the samples: `index` is a slice or an array of positions."""
        weights = [None if w is None else w[index] for w in self.weights]
        return Samples([a[index] for a in self.x], [a[index] for a in self.y], weights, self.dtype)

    def batches(self, size: int, order: Array | None = None) -> Iterator[Samples]:
        """Yield the samples in batches, in the given order; the last one may be smaller."""
        for start in range(0, len(self), size):
            stop = start + size
            yield self.part(slice(start, stop) if order is None else order[start:stop])


def inputs(x: Any, several: bool) -> list[Array]:
    """Return the inputs as a list of arrays of numbers, of one length, and without NaN."""
    arrays = [numbers(a, "x") for a in (x if several else [x])]
    same_length(arrays, "x")
    return arrays


def targets(y: Any, output_shapes: Sequence[tuple], sparse: Sequence[bool], dtype: str) -> list:
    """Return the targets as a list of arrays, one for each output, in the shape of the output.

    Class labels (a sparse loss) stay whole numbers. All others become floats; (batch,) becomes
    (batch, 1) where the output has one unit, since the difference of these two shapes would be a
    table of all pairs.
    """
    if y is None:
        advice = "Give the targets too: fit(x, y)."
        raise ValueError(wrong("y", "an array of targets", y, advice))
    arrays = [numbers(a, "y") for a in (y if len(output_shapes) > 1 else [y])]
    if len(arrays) != len(output_shapes):
        expected = f"{len(output_shapes)} arrays, one for each output"
        raise ValueError(wrong("y", expected, len(arrays)))
    return [
        _labels(a, shape) if is_sparse else _values(a, shape, dtype)
        for a, shape, is_sparse in zip(arrays, output_shapes, sparse, strict=True)
    ]


def sample_weights(
    weight: Any, samples: int, output_shapes: Sequence[tuple], dtype: str
) -> list[Array | None]:
    """Return the weights for each output, with the axes of its losses; None means all 1.

    An output (batch, steps, units) has a loss for each step, and may have a weight for each.
    Weights (batch,) become (batch, 1): all steps of a sample weigh the same.
    """
    if weight is None:
        return [None] * len(output_shapes)
    weight = numbers(weight, "sample_weight").astype(dtype)
    return [_weights(weight, (samples, *shape[1:-1])) for shape in output_shapes]


def with_class_weights(
    samples: Samples, class_weight: Mapping[int, float] | None, output_shape: tuple
) -> Samples:
    """Return the samples, each with the weight of its class; a class not named weighs 1.

    Keras takes any key. Here a key must be a class that the output can have, or a label in y.
    """
    if class_weight is None:
        return samples
    if any(weight is not None for weight in samples.weights):
        raise ValueError(
            "fit: class_weight and sample_weight cannot be used together. "
            "Multiply them into one sample_weight."
        )
    if not isinstance(class_weight, Mapping) or len(samples.y) > 1:
        expected = "a dict {class: weight}, and a model with one output"
        raise ValueError(wrong("class_weight", expected, class_weight))
    if len(output_shape) != 2:
        expected = "one class for each sample, an output of shape (batch, classes)"
        advice = "Use sample_weight, which may have a weight for each step."
        raise ValueError(wrong("class_weight", expected, output_shape, advice))
    labels = samples.y[0]
    if labels.ndim > 1:
        labels = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
    labels = np.round(labels).astype(int)
    units = output_shape[1]
    # One unit tells two classes apart, 0 and 1; for the hinge losses they are -1 and 1.
    known = {*labels.tolist(), *(range(units) if units > 1 else (-1, 0, 1))}
    for label in class_weight:
        if label not in known:
            expected = f"classes from 0 to {max(units, 2) - 1}"
            raise ValueError(wrong("class_weight", expected, label))
    weight = np.array([class_weight.get(label, 1.0) for label in labels.tolist()])
    return replace(samples, weights=[weight.astype(samples.dtype)])


def numbers(value: Any, what: str) -> Array:
    """Return the value as an array of real, finite numbers with at least one sample."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.asarray(value, dtype=object)
    if array.dtype.kind not in "fiub":
        advice = "Rows of different lengths, texts and tensors must become an array first."
        raise ValueError(wrong(what, "an array of numbers", array, advice))
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(wrong(what, "at least one sample, on the first axis", array))
    # The smallest and the largest number are NaN or infinite if any number is.
    if array.size and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        first = np.argwhere(~np.isfinite(array))[0]
        place = ", ".join(str(i) for i in first)
        raise ValueError(
            f"{what}: expected finite numbers, received {array[tuple(first)]} at [{place}]. "
            "Look for missing values, and leave out or fill in their samples."
        )
    return array


def same_length(arrays: Sequence[Array], what: str) -> None:
    """Refuse arrays with different numbers of samples."""
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ValueError(wrong(f"{what}: numbers of samples", "the same number in all", lengths))


def _weights(weight: Array, shape: tuple) -> Array:
    """Return the weights with the axes of losses of this shape; an axis may have size 1 instead."""
    if weight.ndim == len(shape) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.ndim == 1:
        weight = weight.reshape(-1, *[1] * (len(shape) - 1))
    fits = (
        weight.ndim == len(shape)
        and len(weight) == shape[0]
        and all(n == 1 or m in (None, n) for n, m in zip(weight.shape[1:], shape[1:], strict=True))
    )
    if not fits:
        expected = f"one weight for each sample, shape ({shape[0]},)"
        if len(shape) > 1:
            expected += f", or for each loss of a sample, shape {shape}"
        raise ValueError(wrong("sample_weight", expected, weight))
    return weight


def _labels(y: Array, shape: tuple) -> Array:
    """Return class labels (batch, ...) as whole numbers from 0 to classes - 1."""
    classes = shape[-1]
    if y.ndim == len(shape) and y.shape[-1] == 1:
        y = y[..., 0]
    if y.ndim == len(shape) and y.shape[-1] == classes:
        advice = "For one-hot targets use categorical_crossentropy, or y.argmax(axis=-1) here."
        raise ValueError(wrong("y", "class labels, one whole number a sample", y, advice))
    if y.ndim != len(shape) - 1 or y.shape[1:] != shape[1:-1]:
        expected = f"class labels of shape {('batch', *shape[1:-1])}"
        raise ValueError(wrong("y", expected.replace("'", ""), y))
    labels = y.astype(np.int64)
    if np.any(labels != y):
        raise ValueError(wrong("y", "whole numbers as class labels", float(y[labels != y][0])))
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        advice = f"The last layer has {classes} units, one for each class."
        if low == 1:
            advice += " Labels start at 0: use y - 1."
        expected = f"labels from 0 to {classes - 1}"
        raise ValueError(wrong("y", expected, low if low < 0 else high, advice))
    return labels


def _values(y: Array, shape: tuple, dtype: str) -> Array:
    """Return targets as floats in the shape of the output."""
    if y.ndim == len(shape) - 1 and shape[-1] == 1:
        y = y[..., None]
    fits = y.ndim == len(shape) and all(
        m in (None, n) for n, m in zip(y.shape[1:], shape[1:], strict=True)
    )
    if not fits:
        advice = "The last layer's units and the targets must agree."
        if y.ndim == len(shape) - 1:
            advice = (
                "For class labels use loss='sparse_categorical_crossentropy', "
                "or make one-hot vectors with utils.to_categorical(y)."
            )
        expected = f"shape (batch, {', '.join(map(str, shape[1:]))}), that of the output"
        raise ValueError(wrong("y", expected, y, advice))
    return y.astype(dtype, copy=False)
