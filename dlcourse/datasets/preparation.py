"""The steps between data and training: splits, folds, mini-batches, standardising."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlcourse.arguments import checked
from dlcourse.arrays import as_floats
from dlcourse.messages import wrong

Seed = int | np.random.Generator | None


@checked
def train_test_split(
    *arrays: Any, test_size: float = 0.2, stratify: Any = None, seed: Seed = None
) -> list[np.ndarray]:
    """Shuffle the samples and set some aside: train and test part of each array, in turn.

        x_train, x_test, y_train, y_test = train_test_split(x, y, seed=0)

    `test_size` is a share (0.2) or a number of samples (360). `stratify=y` keeps the share of each
    class the same in both parts, up to rounding.

    Errors: ValueError for arrays of different lengths, or if one part would be empty.
    """
    n = _length(arrays, "train_test_split")
    if isinstance(test_size, bool) or not 0 < test_size < (1 if test_size != int(test_size) else n):
        expected = f"a share between 0 and 1, or a whole number between 0 and {n} samples"
        raise ValueError(wrong("train_test_split: test_size", expected, test_size))
    tests = int(test_size) if test_size >= 1 else max(1, round(n * test_size))
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    if stratify is not None:
        order = _stratified(order, np.asarray(stratify))
    # Every n/tests-th sample goes to the test part: with the classes in runs, each gives its share.
    is_test = np.zeros(n, dtype=bool)
    is_test[((np.arange(tests) + 0.5) * n / tests).astype(int)] = True
    if n - tests < 1:
        raise ValueError(wrong("train_test_split", "at least one sample to train on", n))
    train, test = rng.permutation(order[~is_test]), rng.permutation(order[is_test])
    return [np.asarray(array)[part] for array in arrays for part in (train, test)]


def _stratified(order: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the order with the samples of each class side by side."""
    if labels.shape != order.shape:
        expected = f"one label for each of {len(order)} samples"
        raise ValueError(wrong("train_test_split: stratify", expected, labels))
    return order[np.argsort(labels[order], kind="stable")]


@checked
def k_fold(
    samples: Any, folds: int = 5, seed: Seed = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (train, validation) positions `folds` times; each sample is validated exactly once.

        for train, validation in k_fold(x, folds=5, seed=0):
            model.fit(x[train], y[train], validation_data=(x[validation], y[validation]))

    `samples` is an array or a number of samples. The sizes of the folds differ by at most one.

    Errors: ValueError for fewer than two folds, or more folds than samples.
    """
    n = int(samples) if isinstance(samples, int | np.integer) else _length([samples], "k_fold")
    if not 2 <= folds <= n:
        raise ValueError(wrong("k_fold: folds", f"a number from 2 to {n}, the samples", folds))
    order = np.random.default_rng(seed).permutation(n)
    for validation in np.array_split(order, folds):
        yield np.setdiff1d(order, validation), np.sort(validation)


@checked
def batches(
    *arrays: Any, batch_size: int = 32, shuffle: bool = True, seed: Seed = None
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield mini-batches of all arrays together; the last one may be smaller.

        for x_batch, y_batch in batches(x, y, batch_size=32, seed=0): ...

    Errors: ValueError for arrays of different lengths, or a batch size below 1.
    """
    n = _length(arrays, "batches")
    if not isinstance(batch_size, int | np.integer) or batch_size < 1:
        raise ValueError(wrong("batches: batch_size", "a positive integer", batch_size))
    order = np.random.default_rng(seed).permutation(n) if shuffle else np.arange(n)
    for start in range(0, n, batch_size):
        part = order[start : start + batch_size]
        yield tuple(np.asarray(array)[part] for array in arrays)


@checked
def standardize(train: Any, *others: Any) -> Any:
    """Return the arrays with each feature shifted and scaled so that in `train` mean 0, spread 1.

        z = (x - train.mean(axis=0)) / train.std(axis=0)

        x_train, x_test = standardize(x_train, x_test)

    The other arrays are scaled by the numbers of `train`: their own would leak what a model cannot
    know in use. A feature that never changes in `train` becomes 0.

    Shapes: all (samples, ...) with the same axes after the first.

    Errors: ValueError if the arrays have different features, or the first has no samples or a NaN.
    """
    arrays = [as_floats(array, "standardize") for array in (train, *others)]
    if len(arrays[0]) == 0 or not np.isfinite(arrays[0]).all():
        expected = "at least one sample to learn from, and no NaN in it"
        raise ValueError(wrong("standardize: train", expected, arrays[0]))
    for array in arrays[1:]:
        if array.shape[1:] != arrays[0].shape[1:]:
            expected = f"features of shape {arrays[0].shape[1:]}, as in the first array"
            raise ValueError(wrong("standardize", expected, array))
    # The mean of many 0.1s is not quite 0.1, so what never changes is found by comparing.
    changes = (arrays[0] != arrays[0][:1]).any(axis=0)
    mean = np.where(changes, arrays[0].mean(axis=0), arrays[0][0])
    spread = arrays[0].std(axis=0)
    spread = np.where(changes & (spread > 0), spread, 1)
    scaled = tuple(((a - mean) / spread).astype(a.dtype) for a in arrays)
    return scaled if others else scaled[0]


def _length(arrays: Any, what: str) -> int:
    """Return the number of samples that all arrays have."""
    try:
        lengths = [len(array) for array in arrays]
    except TypeError:  # a single number
        raise ValueError(wrong(what, "arrays with a first axis, the samples", arrays)) from None
    if len(set(lengths)) != 1 or lengths[0] == 0:
        expected = "at least one sample, and the same number in each array"
        raise ValueError(wrong(what, expected, lengths))
    return lengths[0]
