"""Sliders: one mechanism, the Explorer, and one small module for each interactive figure.

interactive.perceptron.explorer()       # a module is loaded when it is first used
"""

from __future__ import annotations

from types import ModuleType

from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.lazy import load_submodule

__all__ = ["Choice", "Explorer", "Slider"]


def __getattr__(name: str) -> ModuleType:
    """Load the module of a figure on first use."""
    return load_submodule(__name__, __path__, name)
