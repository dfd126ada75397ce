"""Metric: a score that collects batches, so that an epoch has one number and not many."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.arguments import CheckedArguments
from dlcourse.arrays import as_floats
from dlcourse.messages import wrong

Array = np.ndarray


def ratio(a: Any, b: Any) -> Array:
    """Return a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(np.shape(a)), where=np.not_equal(b, 0))


class Metric(CheckedArguments):
    """A score with a state: `update_state` for each batch, `result` at the end, `reset_state`.

        metric.update_state(y_true, y_pred, sample_weight=None)
        metric.result()
        metric(y_true, y_pred)          # both at once: the result of all batches so far

    A subclass writes `reset_state`, `update_state` and `result`. Counts are float64.

    Keras twin: keras.metrics.Metric. There is no `dtype`, and a second metric of a class has the
    same name as the first, where Keras counts on with "precision_1".
    """

    def __init__(self, name: str | None = None) -> None:
        words = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", type(self).__name__)
        self.name = name or words.lower()
        self.reset_state()

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch: labels, predictions and, if wanted, sample weights."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state method.")

    def result(self) -> Any:
        """Return the score of all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} has no result method.")

    def reset_state(self) -> None:
        """Forget all batches."""
        raise NotImplementedError(f"{type(self).__name__} has no reset_state method.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch (the arguments of update_state), and return the score of all so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric, without its state."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """Return a new metric from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class Mean(Metric):
    """The mean of values over all samples, not the mean of the batches' means.

        result = Σ weight value / Σ weight          # 0 before the first batch

    Values with more axes than one are averaged within each sample first.

    Keras twin: keras.metrics.Mean, equal to 1e-12.
    """

    def __init__(self, name: str = "mean") -> None:
        super().__init__(name)

    def reset_state(self) -> None:
        """Forget all values."""
        self.total = 0.0
        self.count = 0.0

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add a batch of values, each with its weight."""
        values = np.atleast_1d(as_floats(values, f"{self.name}: values", np.float64))
        if sample_weight is None:
            self.total += values.sum() * len(values) / max(1, values.size)
            self.count += len(values)
            return
        weights = as_floats(sample_weight, f"{self.name}: sample_weight", np.float64)
        # What the weights do not tell apart counts as one value.
        values = np.atleast_1d(values.mean(axis=tuple(range(weights.ndim, values.ndim))))
        weights = np.atleast_1d(weights)
        if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
            weights = weights[..., 0]
        if weights.ndim != values.ndim or any(
            n not in (1, m) for n, m in zip(weights.shape, values.shape, strict=True)
        ):
            expected = f"one weight for each sample, the shape {values.shape}"
            raise ValueError(wrong(f"{self.name}: sample_weight", expected, weights))
        weights = np.broadcast_to(weights, values.shape)
        positions = max(1, values.size // max(1, len(values)))  # within each sample
        self.total += (values * weights).sum() / positions
        self.count += weights.sum() / positions

    def result(self) -> float:
        """Return the mean of all values since the last reset."""
        return float(self.total / self.count) if self.count else 0.0


class MeanMetricWrapper(Mean):
    """The mean over samples of a function such as `categorical_accuracy` or `mean_squared_error`.

        result = mean(fn(y_true, y_pred, **kwargs))

    Keras twin: keras.metrics.MeanMetricWrapper, equal to 1e-12.
    """

    def __init__(self, fn: Callable[..., Array], name: str | None = None, **kwargs: Any) -> None:
        if not callable(fn):
            expected = "a function of y_true and y_pred"
            raise ValueError(wrong(f"{type(self).__name__}: fn", expected, fn))
        self._fn = fn
        self._arguments = kwargs
        super().__init__(name or str(getattr(fn, "__name__", type(self).__name__)))

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add the values of a batch."""
        values = self._fn(np.asarray(y_true), np.asarray(y_pred), **self._arguments)
        super().update_state(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric, without its state."""
        if type(self) is MeanMetricWrapper:
            return {"fn": self._fn, "name": self.name, **self._arguments}
        return super().get_config()
