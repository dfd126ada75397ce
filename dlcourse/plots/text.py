"""Numbers as a reader expects them in a sentence or on a figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def number(value: Any, form: str = "g") -> str:
    """Return a number as text with a true minus sign, which screen readers read as "minus"."""
    text = format(value, form)
    if float(text) == 0:
        text = text.removeprefix("-")  # a rounded -0.001 is 0, not minus 0
    return text.replace("-", "−")


def vector(values: Iterable[float]) -> str:
    """Return numbers as a row in brackets: (1, −2, 0.5)."""
    return f"({', '.join(number(round(float(value), 2)) for value in values)})"


def power_of_ten(value: float, digits: int = 3) -> str:
    """Return a number of few digits, as 0.105 or, when small or large, as 9.5 × 10⁻⁷ or as 10⁻⁷."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return number(float(f"{value:.{digits}g}"))
    factor, exponent = f"{value:.{min(digits - 1, 1)}e}".split("e")
    power = ten_to(int(exponent))
    if abs(float(factor)) == 1:
        return ("−" if value < 0 else "") + power
    return f"{factor.replace('-', '−')} × {power}"


def ten_to(exponent: int) -> str:
    """Return a power of ten with its exponent raised: 10⁻³."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
