"""MNIST: 70,000 handwritten digits of 28 × 28 pixels, downloaded by Keras on first use."""

from __future__ import annotations

from typing import Any

from dlcourse.datasets.download import load_with_keras


def load_data(path: str = "mnist.npz") -> Any:
    """Return (x_train, y_train), (x_test, y_test): 60,000 images to train on and 10,000 to test on.

    Shapes: x (samples, 28, 28) of uint8 from 0 to 255, y (samples,) of uint8 from 0 to 9.

    Errors: OSError with advice if the download fails or Keras is not installed.

    Source: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist.

    Keras twin: keras.datasets.mnist.load_data, which does the work.
    """
    return load_with_keras("mnist", path=path)
