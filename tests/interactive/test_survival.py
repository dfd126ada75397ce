"""The gradient that is drawn unit by unit is the one that real dense layers pass back."""

from __future__ import annotations

import math

import numpy as np
import pytest

import dlcourse
from dlcourse.interactive import survival


@pytest.mark.parametrize("function", survival.FUNCTIONS)
def test_the_gradients_are_those_of_a_network(function):
    scale = 2.0
    rng = np.random.default_rng(3)
    shape = (survival.LAYERS, survival.UNITS, survival.UNITS)
    kernels = rng.normal(size=shape) * scale / math.sqrt(survival.UNITS)
    x, dy = rng.normal(size=(1, survival.UNITS)), rng.normal(size=(1, survival.UNITS))
    layers = [
        dlcourse.layers.Dense(survival.UNITS, activation=function, use_bias=False, dtype="float64")
        for _ in kernels
    ]
    for layer, kernel in zip(layers, kernels, strict=True):
        layer.build(x.shape)
        layer.set_weights([kernel])
        x = layer(x)
    dy = dy / np.sqrt(np.mean(dy**2))
    for layer in reversed(layers):
        dy = layer.backward(dy)
    first = survival.gradients(function, scale)[0]
    assert dy[0] == pytest.approx(first @ kernels[0].T, rel=1e-12)


def test_sigmoid_fades_at_every_scale_and_relu_passes_whole_at_one():
    assert all(survival.left("sigmoid", scale) < 0.01 for scale in survival.SCALES)
    assert survival.left("relu", 1.0) < 0.1 < survival.left("relu", math.sqrt(2)) < 10


def test_only_relu_has_units_that_pass_nothing():
    for function in survival.FUNCTIONS:
        assert (survival.gradients(function, 1.0) == 0).any() == (function == "relu")


def test_every_state_says_something_else():
    said = {survival.draw_units(f, s).sentence for f in survival.FUNCTIONS for s in survival.SCALES}
    assert len(said) == len(survival.FUNCTIONS) * len(survival.SCALES)
