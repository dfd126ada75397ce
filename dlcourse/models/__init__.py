"""Models: layers put together, trained, used, saved and loaded; with Keras's names."""

from dlcourse.models.model import Model
from dlcourse.models.saving import load_model
from dlcourse.models.sequential import Sequential

__all__ = ["Model", "Sequential", "load_model"]
