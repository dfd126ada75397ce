"""The figures of the chapter on training show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.interactive import practice as figures


def test_only_suitable_weights_keep_signals_alive():
    ends = {name: figures.outputs(name, "relu")[-1].std() for name in figures.INITIALIZERS}
    assert ends["zeros"] == 0
    assert ends["normal, 0.01"] < 1e-9
    assert ends["normal, 1"] > 1e6
    assert 0.3 < ends["He"] < 3


def test_large_weights_saturate_tanh():
    assert np.mean(np.abs(figures.outputs("normal, 1", "tanh")[-1]) > 0.99) > 0.5


@pytest.mark.parametrize("scale", [3.0, 10.0])
def test_curvatures_differ_by_the_square_of_the_scale(scale):
    assert figures.condition(scale) == pytest.approx(scale**2, rel=0.15)


def test_unequal_features_slow_the_descent():
    left = [np.linalg.norm(figures.descent(scale)[-1] - 1) for scale in figures.SCALES]
    assert left == sorted(left)
    assert left[0] < 1e-6
    assert left[-1] > 0.5


def test_small_batches_underestimate_the_spread():
    spreads = [figures.batch_statistics(size)[1].mean() for size in figures.BATCHES]
    assert spreads == sorted(spreads)
    assert spreads[0] < 2 < 2.9 < spreads[-1]
