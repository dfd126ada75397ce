"""Packages whose modules load when they are first used: `interactive.perceptron.explorer()`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from dlcourse.messages import unknown_name


def load_submodule(package: str, path: Iterable[str], name: str) -> ModuleType:
    """Return a module of a package by its name: what the package's `__getattr__` calls.

    Errors: AttributeError for an unknown name, with the nearest known one.
    """
    known = [module.name for module in iter_modules(path)]
    if name in known:
        return import_module(f"{package}.{name}")
    raise AttributeError(unknown_name(f"name in {package}:", name, known))
