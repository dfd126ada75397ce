"""Data sets to learn from, and the steps that prepare them.

Real images: `digits` works offline; `mnist` and `fashion_mnist` are downloaded by Keras.
Points in the plane: `moons`, `circles`, `spirals`, `blobs`, `xor`. Regression: `curve`.
Preparation: `train_test_split`, `k_fold`, `batches`, `standardize`, `augment`.
"""

from dlcourse.datasets import digits, fashion_mnist, mnist
from dlcourse.datasets.augmentation import augment
from dlcourse.datasets.generated import CURVES, blobs, circles, curve, moons, spirals, xor
from dlcourse.datasets.preparation import batches, k_fold, standardize, train_test_split

__all__ = [
    "CURVES",
    "augment",
    "batches",
    "blobs",
    "circles",
    "curve",
    "digits",
    "fashion_mnist",
    "k_fold",
    "mnist",
    "moons",
    "spirals",
    "standardize",
    "train_test_split",
    "xor",
]
