"""dlcourse: the companion package of an interactive deep-learning course.

    import dlcourse
    model = dlcourse.Sequential([dlcourse.Input((8,)), dlcourse.layers.Dense(1)])

The names are Keras's, so the same text runs with `import keras as dlcourse`. Every part is loaded
when it is first used: importing the package is fast, and works where TensorFlow does not exist.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from dlcourse.runtime import let_waiting_threads_sleep

let_waiting_threads_sleep()

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "autodiff",
    "callbacks",
    "config",
    "datasets",
    "gradcheck",
    "grading",
    "initializers",
    "interactive",
    "layers",
    "ledger",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "perceptron",
    "plots",
    "regularizers",
    "schedules",
    "twins",
    "utils",
)
_CLASSES = {
    "Input": "dlcourse.layers",
    "Model": "dlcourse.models",
    "Sequential": "dlcourse.models",
}

__all__ = ["Input", "Model", "Sequential", *_MODULES]


def __getattr__(name: str) -> Any:
    """Load a module of the package, or one of its main classes, on first use."""
    if name in _MODULES:
        return import_module(f"dlcourse.{name}")
    if name in _CLASSES:
        return getattr(import_module(_CLASSES[name]), name)
    from dlcourse.messages import unknown_name

    raise AttributeError(unknown_name("name in dlcourse:", name, __all__))


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
