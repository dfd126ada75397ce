"""The optimizers, with Keras's names: rules that turn gradients into changes of the weights."""

from __future__ import annotations

from typing import Any

from dlcourse import schedules
from dlcourse.messages import unknown_name, wrong
from dlcourse.optimizers.adadelta import Adadelta
from dlcourse.optimizers.adagrad import Adagrad
from dlcourse.optimizers.adam import Adam, AdamW
from dlcourse.optimizers.base import Optimizer
from dlcourse.optimizers.lion import Lion
from dlcourse.optimizers.nadam import Nadam
from dlcourse.optimizers.rmsprop import RMSprop
from dlcourse.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "get",
    "schedules",
]

_KNOWN: dict[str, type[Optimizer]] = {
    cls.__name__.lower(): cls for cls in (SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Nadam, Lion)
}


def get(identifier: Any) -> Optimizer:
    """Return an optimizer for a name ("adam"), a config, or an optimizer (returned as it is).

    Errors: ValueError for an unknown name, naming the nearest known one; TypeError for a class.

    Keras twin: keras.optimizers.get.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, dict):
        return get_class(identifier["class_name"]).from_config(identifier["config"])
    if isinstance(identifier, str):
        return get_class(identifier)()  # type: ignore[call-arg]
    advice = 'Use e.g. "adam" or Adam(learning_rate=0.01), with its brackets.'
    raise TypeError(wrong("optimizer", "a name or an optimizer", identifier, advice))


def get_class(name: str) -> type[Optimizer]:
    """Return the class of an optimizer by its name, in upper or lower case."""
    if name.lower() not in _KNOWN:
        raise ValueError(unknown_name("optimizer", name, _KNOWN))
    return _KNOWN[name.lower()]
