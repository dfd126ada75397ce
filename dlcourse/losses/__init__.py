"""Losses: how wrong a prediction is, and which way is better.

    loss = losses.get("categorical_crossentropy")
    loss(y_true, y_pred)                # one number
    loss.gradient(y_true, y_pred)       # an array like y_pred

Functions such as `mean_squared_error` return the loss of each sample; classes such as
`MeanSquaredError` weigh the samples, reduce them to one number, and know its gradient.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from dlcourse.losses.base import Loss
from dlcourse.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    kl_divergence,
    on_logits,
    sparse_categorical_crossentropy,
)
from dlcourse.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from dlcourse.losses.regression import (
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    huber,
    mean_absolute_error,
    mean_squared_error,
)
from dlcourse.messages import unknown_name, wrong

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "Hinge",
    "Huber",
    "KLDivergence",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "mean_absolute_error",
    "mean_squared_error",
    "on_logits",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

_CLASSES: dict[Callable[..., Any], type[Loss]] = {
    mean_squared_error: MeanSquaredError,
    mean_absolute_error: MeanAbsoluteError,
    huber: Huber,
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    kl_divergence: KLDivergence,
    hinge: Hinge,
    squared_hinge: SquaredHinge,
    categorical_hinge: CategoricalHinge,
}
_BY_NAME: dict[str, type[Loss]] = {f.__name__: c for f, c in _CLASSES.items()}
_BY_NAME |= {c.__name__: c for c in _CLASSES.values()}
for _alias, _function in (
    ("mse", mean_squared_error),
    ("mae", mean_absolute_error),
    ("bce", binary_crossentropy),
    ("kld", kl_divergence),
):
    _BY_NAME |= {_alias: _CLASSES[_function], _alias.upper(): _CLASSES[_function]}


def get(identifier: Any) -> Any:
    """Return a loss by its name, class, function or config; a Loss as it is; None for None.

    Keras returns the bare function for the name of a function; here it is always a Loss, since
    training needs its `gradient`.

    Errors: ValueError for an unknown name, with the nearest known one.
    """
    if identifier is None or isinstance(identifier, Loss):
        return identifier
    if inspect.isclass(identifier) and issubclass(identifier, Loss):
        return identifier()
    if isinstance(identifier, dict) and set(identifier) >= {"class_name", "config"}:
        return type(get(identifier["class_name"])).from_config(identifier["config"])
    if isinstance(identifier, str):
        if identifier not in _BY_NAME:
            raise ValueError(unknown_name("loss", identifier, _BY_NAME))
        return _BY_NAME[identifier]()
    if callable(identifier) and identifier in _CLASSES:
        return _CLASSES[identifier]()
    if hasattr(identifier, "gradient"):
        return identifier
    advice = "A loss of your own is a subclass of Loss with call and call_gradient."
    raise ValueError(wrong("loss", "a name or a Loss", identifier, advice))
