"""The layers, with Keras's names: `from dlcourse import layers`, then `layers.Dense(10)`."""

from dlcourse.layers.activation import LeakyReLU, ReLU, Softmax
from dlcourse.layers.base import Layer
from dlcourse.layers.convolutional import Conv1D, Conv2D, DepthwiseConv2D
from dlcourse.layers.core import Activation, Dense
from dlcourse.layers.dropout import Dropout, SpatialDropout2D
from dlcourse.layers.input import Input, SymbolicTensor
from dlcourse.layers.merging import Add, Concatenate
from dlcourse.layers.normalization import BatchNormalization, LayerNormalization
from dlcourse.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from dlcourse.layers.reshaping import Flatten, Rescaling, Reshape, ZeroPadding2D
from dlcourse.runtime import keep_freed_memory

keep_freed_memory()

__all__ = [
    "Activation",
    "Add",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Input",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPooling2D",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Softmax",
    "SpatialDropout2D",
    "SymbolicTensor",
    "ZeroPadding2D",
]
