"""Data sets that Keras downloads, with a clear message when it cannot."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def load_with_keras(name: str, **arguments: Any) -> Any:
    """Return what `keras.datasets.<name>.load_data` returns.

    Errors: OSError with advice if Keras is not installed or the download fails.
    """
    advice = "Use dlcourse.datasets.digits instead, which needs no download."
    try:
        dataset = import_module(f"keras.datasets.{name}")
    except ImportError as error:
        raise OSError(f"{name} is downloaded by Keras, which is not installed. {advice}") from error
    try:
        return dataset.load_data(**arguments)
    except Exception as error:  # Keras raises a bare Exception when an address cannot be reached
        raise OSError(
            f"{name} could not be downloaded: is there a network connection? Once downloaded, it "
            f"is kept in the folder .keras of your home folder and works offline. {advice} "
            f"(Keras said: {error})"
        ) from error
