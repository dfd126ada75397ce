"""Pictures: Matplotlib figures in one visual language, each with a sentence that says it all.

plots.perceptron.neuron([2, 3], [0, 1], 4)       # a module is loaded when it is first used
"""

from __future__ import annotations

from types import ModuleType

from dlcourse.lazy import load_submodule
from dlcourse.plots.picture import Picture, drawing
from dlcourse.plots.scales import log_scale
from dlcourse.plots.style import COLOURS, CYCLE, INK, PAPER, canvas

__all__ = ["COLOURS", "CYCLE", "INK", "PAPER", "Picture", "canvas", "drawing", "log_scale"]


def __getattr__(name: str) -> ModuleType:
    """Load a module of drawings on first use."""
    return load_submodule(__name__, __path__, name)
