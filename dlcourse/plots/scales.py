"""Logarithmic scales, with ticks at the powers of ten alone and their labels as plain text.

Matplotlib writes 10⁻³ as a formula, and draws eight ticks between two powers. Setting the formulas
and drawing those ticks takes more than half of a picture's time, and a page has hundreds of them.
"""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from dlcourse.plots.text import number, ten_to


def tick(value: float, _place: object = None) -> str:
    """Return the label of a tick: 10⁻³, but 1, 10 and what is not a power of ten written out."""
    exponent = round(math.log10(value))
    if exponent in (0, 1) or not math.isclose(value, 10.0**exponent):
        return number(value)
    return ten_to(exponent)


def log_scale(axes: Axes, *names: str) -> None:
    """Make the named axes of a drawing logarithmic: "x", "y" or both."""
    for name in names:
        axes.set(**{f"{name}scale": "log"})
        axis = getattr(axes, f"{name}axis")
        axis.set_major_formatter(tick)
        axis.minorticks_off()
