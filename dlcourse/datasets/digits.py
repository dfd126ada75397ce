"""The handwritten digits of scikit-learn: 1,797 images of 8 × 8 pixels, no download needed."""

from __future__ import annotations

import numpy as np

Split = tuple[np.ndarray, np.ndarray]
TEST_SAMPLES = 360


def load_data() -> tuple[Split, Split]:
    """Return (x_train, y_train), (x_test, y_test): 1,437 images to train on and 360 to test on.

    The test images are the last ones of the file. Neighbours in the file were often written by the
    same person, so the split tests on hands that training has seen little of, which is harder and
    more honest than shuffling first.

    Shapes: x (samples, 8, 8) of uint8 from 0 (paper) to 16 (ink), y (samples,) of int64, 0 to 9.

    Errors: ImportError with advice if scikit-learn is not installed.

    Source: Alpaydin and Kaynak (1998), https://doi.org/10.24432/C50P49.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "The digits data set comes with scikit-learn, which is not installed. "
            "Install it with `pip install scikit-learn`."
        ) from error
    data = load_digits()
    x, y = data.images.astype(np.uint8), data.target.astype(np.int64)
    return (x[:-TEST_SAMPLES], y[:-TEST_SAMPLES]), (x[-TEST_SAMPLES:], y[-TEST_SAMPLES:])
