"""Refusing an argument of the wrong kind where it is given, not where it first does harm.

    Dense(16, "relu", "he_normal")
    ValueError: Dense: use_bias: expected True or False, received 'he_normal'.

The constructors of the package, and some functions, say in their annotations what they take. Here
they keep that word.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from dlcourse.messages import wrong


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    real = isinstance(value, float | np.floating) or _is_integer(value)
    return real and value == value  # NaN is no number


def _is_seed(value: Any) -> bool:
    integer = _is_integer(value) and value >= 0
    return value is None or integer or isinstance(value, np.random.Generator)


def _are_integers(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_integer, value))


_SEED = (_is_seed, "an integer from 0 up, a numpy Generator")

# An annotation, what is right for it, and how a message says so. Other annotations are not checked.
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "bool": (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    "int": (_is_integer, "an integer"),
    "float": (_is_number, "a number"),
    "str": (lambda value: isinstance(value, str), "text"),
    "Sequence[int]": (_are_integers, "a list of integers"),
    "int | np.random.Generator": _SEED,
    "Seed": (_SEED[0], f"{_SEED[1]} or None"),
}

Function = TypeVar("Function", bound=Callable)


class CheckedArguments:
    """A base class: whoever inherits from it refuses arguments that its annotations do not allow.

    Errors: ValueError naming the class, the argument, what it takes and what it received.
    """

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "__init__" in cls.__dict__:
            cls.__init__ = checked(cls.__init__)  # type: ignore[method-assign]


def checked(function: Function) -> Function:
    """Return the function with a look at the kinds of its arguments, as its annotations say them.

    Only annotations that are text count, as `from __future__ import annotations` makes them.
    """
    signature = inspect.signature(function)
    checks = {
        name: kind
        for name, parameter in signature.parameters.items()
        if (kind := _kind_of(parameter.annotation)) and name != "dtype"  # which may be a type
    }

    def problem(args: tuple, kwargs: dict[str, Any]) -> str:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return ""  # the function itself says which argument is missing or unknown
        for name, (is_right, expected, none_is_right) in checks.items():
            value = given.get(name)
            if name in given and not (is_right(value) or (value is None and none_is_right)):
                who = function.__name__
                if "self" in given:
                    owner = type(given["self"]).__name__
                    who = owner if who == "__init__" else f"{owner}.{who}"
                return wrong(f"{who}: {name}", expected, value)
        return ""

    @functools.wraps(function)
    def call_and_check(*args: Any, **kwargs: Any) -> Any:
        sentence = problem(args, kwargs)
        if sentence and function.__name__ == "__init__":
            _prefer_own_sentence(function, args, kwargs)
        if sentence:
            raise ValueError(sentence)
        return function(*args, **kwargs)

    return call_and_check  # type: ignore[return-value]


def _prefer_own_sentence(init: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    """Run a constructor that has a wrong argument: a sentence of its own says more than ours."""
    try:
        init(*args, **kwargs)
    except (TypeError, ValueError) as error:
        if ": expected" in str(error):
            raise


def _kind_of(annotation: Any) -> tuple[Callable[[Any], bool], str, bool] | None:
    """Return what is right for an annotation, how to say so, and whether None is right too."""
    if not isinstance(annotation, str):
        return None
    plain = annotation.removesuffix(" | None")
    if plain not in KINDS:
        return None
    is_right, expected = KINDS[plain]
    optional = plain != annotation
    return is_right, f"{expected} or None" if optional else expected, optional


def check_float_type(dtype: Any, what: str) -> str:
    """Return the name of a float type.

    Errors: ValueError unless it is float32 or float64, as text or as NumPy's type.
    """
    name = getattr(dtype, "__name__", str(dtype))  # np.float32 is a class, np.dtype has a name
    if name not in ("float32", "float64"):
        raise ValueError(wrong(what, '"float32" or "float64"', dtype))
    return name
