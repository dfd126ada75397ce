"""The default float type of layers, as in keras.config."""

from __future__ import annotations

from dlcourse.messages import wrong

_FLOATX = "float32"


def floatx() -> str:
    """Return the name of the float type of layers that are told no other: "float32" at first."""
    return _FLOATX


def set_floatx(value: str) -> None:
    """Set the default float type of layers built from now on to "float32" or "float64"."""
    global _FLOATX
    if value not in ("float32", "float64"):
        raise ValueError(wrong("set_floatx", '"float32" or "float64"', value))
    _FLOATX = value
