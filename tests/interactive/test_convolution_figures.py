"""The figures of the chapter on convolution show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import layers
from dlcourse.interactive import convolution as figures
from dlcourse.interactive import moved, receptive_field


@pytest.mark.parametrize("kernel", list(figures.KERNELS))
def test_output_is_the_sum_in_the_sentence(kernel):
    output = figures.convolve(figures.IMAGE, figures.KERNELS[kernel])
    for row in range(1, 5):
        for column in range(1, 5):
            sentence = figures.draw_window(kernel, row, column).sentence
            written = sentence.split(" = ")[1].rstrip(".").replace("−", "-")
            assert float(written) == pytest.approx(output[row - 1, column - 1], abs=6e-3)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("window", "stride", "dilation"), [(3, 1, 1), (3, 2, 1), (4, 1, 2), (2, 3, 1)]
)
def test_places_are_those_of_the_layer(window, stride, dilation, padding):
    """Pixel n is told from the others by its value 2ⁿ; a kernel of ones adds up what is seen."""
    _, seen = figures.places(window, stride, dilation, padding)
    x = 2.0 ** np.arange(figures.LENGTH)
    layer = layers.Conv1D(
        1,
        window,
        stride,
        padding,
        dilation_rate=dilation,
        kernel_initializer="ones",
        dtype="float64",
    )
    found = layer(x[None, :, None])[0, :, 0]
    expected = [sum(x[p] for p in pixels if 0 <= p < figures.LENGTH) for pixels in seen]
    assert found.tolist() == expected


def test_kernels_keep_or_remove_the_mean():
    sums = {name: kernel.sum() for name, kernel in figures.KERNELS.items()}
    assert sums["blur"] == pytest.approx(1)
    assert sums["sharpen"] == pytest.approx(1)
    assert sums["vertical edge"] == sums["horizontal edge"] == 0


def test_receptive_field_grows_by_two_pixels_times_the_stride():
    for depth, stride in ((1, 1), (2, 1), (4, 1), (2, 2), (3, 3)):
        width = int(receptive_field.receptive_field(depth, stride).any(axis=0).sum())
        assert width == 3 + 2 * stride * (depth - 1)
        assert width == np.ptp(receptive_field.cone(depth, stride)[-1]) + 1
        assert f"{width} × {width} of the" in receptive_field.draw_field(depth, stride).sentence


@pytest.mark.parametrize("shift", range(9))
def test_the_output_follows_moves_by_whole_strides_and_only_those(shift):
    assert moved.disagreement(shift, 1) == 0
    assert (moved.disagreement(shift, 2) == 0) == (shift % 2 == 0)
    followed = "moved along" in moved.draw_moved(shift, "stride 2").sentence
    assert followed == (shift % 2 == 0)


def test_pooling_keeps_the_largest_or_the_mean_of_each_patch():
    for kind, expected in (
        ("max, 2 × 2", "4, 1, 1, 8"),
        ("average, 2 × 2", "2.5, 0.5, 0.25, 6.5"),
        ("global max", "8"),
        ("global average", "2.4375"),
    ):
        assert f"leaves {expected} of" in moved.draw_pooling(kind).sentence
