"""Right answers to the questions of chapter 9, and wrong ones that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray


def one_hot(labels: Array, classes: int) -> Array:
    """Return the row of the identity matrix for each label."""
    return np.eye(classes)[labels]


def standardise(train: Array, test: Array) -> tuple[Array, Array]:
    """Scale both by the mean and the deviation of the training set."""
    return standardise_by(lambda train, test: (train, train))(train, test)


def standardise_by(
    which: Callable[[Array, Array], tuple[Array, Array]],
    axis: int | None = 0,
    ddof: int = 0,
    centre: bool = True,
    scale: bool = True,
    variance: bool = False,
    guard: bool = True,
) -> Any:
    """Return a scaling whose statistics come from these sets for train and for test."""

    def variant(train: Array, test: Array) -> tuple[Array, Array]:
        results = []
        for values, source in zip((train, test), which(train, test), strict=True):
            keep = axis == 1
            mean = source.mean(axis=axis, keepdims=keep) if centre else 0.0
            std = source.std(axis=axis, keepdims=keep, ddof=ddof)
            std = std**2 if variance else std
            std = np.where(std == 0, 1.0, std) if guard else std
            results.append((values - mean) / (std if scale else 1.0))
        return results[0], results[1]

    return variant


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Draw from a normal distribution of variance 2 / fan_in."""
    return normal_with(lambda i, o: np.sqrt(2 / i))(fan_in, fan_out, rng)


def normal_with(std: Callable[[int, int], float]) -> Any:
    """Return an initializer with another standard deviation."""
    return lambda fan_in, fan_out, rng: rng.normal(0, std(fan_in, fan_out), (fan_in, fan_out))


def batch_norm(x: Array, gamma: Array, beta: Array, epsilon: float) -> Array:
    """Normalise each feature over the batch, then scale and shift."""
    return batch_norm_variant()(x, gamma, beta, epsilon)


def batch_norm_variant(
    axis: int | None = 0,
    inside: bool = True,
    ddof: int = 0,
    scaled: str = "gamma",
    root: bool = True,
) -> Any:
    """Return a batch normalisation, right as it stands, or with a mistake."""

    def variant(x: Array, gamma: Array, beta: Array, epsilon: float) -> Array:
        mean = x.mean(axis=axis, keepdims=True)
        variance = x.var(axis=axis, keepdims=True, ddof=ddof)
        if not root:
            scale = variance + epsilon
        else:
            scale = np.sqrt(variance + epsilon) if inside else np.sqrt(variance) + epsilon
        normal = (x - mean) / scale
        return {
            "gamma": gamma * normal + beta,
            "none": normal,
            "no beta": gamma * normal,
            "beta first": gamma * (normal + beta),
        }[scaled]

    return variant


def clip_gradients(gradients: list[Array], limit: float) -> list[Array]:
    """Shrink all gradients by one factor when their common norm is above the limit."""
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * limit / norm if norm > limit else g for g in gradients]


def clip_each(gradients: list[Array], limit: float) -> list[Array]:
    """Clip each gradient by its own norm."""
    return [clip_gradients([g], limit)[0] for g in gradients]


def clip_always(gradients: list[Array], limit: float) -> list[Array]:
    """Scale also what is short enough."""
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * limit / norm for g in gradients]


def clip_squared(gradients: list[Array], limit: float) -> list[Array]:
    """Leave the root out."""
    norm = sum((g**2).sum() for g in gradients)
    return [g * limit / norm if norm > limit else g for g in gradients]


def clip_unit(gradients: list[Array], limit: float) -> list[Array]:
    """Scale to the norm 1."""
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g / norm if norm > limit else g for g in gradients]


def clip_sum_of_norms(gradients: list[Array], limit: float) -> list[Array]:
    """Add the norms up."""
    norm = sum(np.linalg.norm(g) for g in gradients)
    return [g * limit / norm if norm > limit else g for g in gradients]
