"""Fashion-MNIST: 70,000 articles of clothing in MNIST's format, downloaded by Keras."""

from __future__ import annotations

from typing import Any

from dlcourse.datasets.download import load_with_keras

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_data() -> Any:
    """Return (x_train, y_train), (x_test, y_test): 60,000 images to train on and 10,000 to test on.

    Shapes: x (samples, 28, 28) of uint8 from 0 to 255, y (samples,) of uint8, see CLASS_NAMES.

    Errors: OSError with advice if the download fails or Keras is not installed.

    Source: Xiao, Rasul and Vollgraf (2017), https://arxiv.org/abs/1708.07747.

    Keras twin: keras.datasets.fashion_mnist.load_data, which does the work.
    """
    return load_with_keras("fashion_mnist")
