"""The still pictures of the perceptron chapter show what they say."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.plots import COLOURS, canvas
from dlcourse.plots import perceptron as pictures
from dlcourse.plots.plane import boundary_ends, boundary_line, half_planes, plane
from dlcourse.plots.text import number, vector

SQUARE = np.array([[-3.0, -3], [3, -3], [3, 3], [-3, 3]])


def texts(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_numbers_have_a_true_minus_sign_and_no_minus_zero():
    assert number(-2.0) == "−2"
    assert number(-0.0001, ".2f") == "0.00"
    assert vector([-1, 0.5, 1e-17]) == "(−1, 0.5, 0)"


def test_boundary_ends_lie_on_the_line_and_on_the_edge():
    weights, bias = np.array([1.0, 2.0]), -1.0
    ends = boundary_ends(SQUARE, weights, bias)
    assert ends @ weights + bias == pytest.approx([0, 0])
    assert np.abs(ends).max(axis=1) == pytest.approx([3, 3])
    assert boundary_ends(SQUARE, weights, -50.0) is None
    assert boundary_ends(SQUARE, np.zeros(2), 1.0) is None


def test_boundary_through_two_corners_is_found():
    ends = boundary_ends(SQUARE, np.array([1.0, -1.0]), 0.0)
    assert {tuple(end) for end in ends} == {(-3.0, -3.0), (3.0, 3.0)}


def test_half_planes_are_tinted_on_their_own_side():
    _, axes = canvas()
    plane(axes, -3, 3)
    weights, bias = np.array([1.0, 2.0]), -1.0
    half_planes(axes, weights, bias)
    zero, one = (patch.get_xy()[:-1].mean(axis=0) for patch in axes.patches)
    assert zero @ weights + bias < 0 < one @ weights + bias


@pytest.mark.parametrize(("bias", "colour"), [(-1.0, COLOURS.data), (0.0, COLOURS.other)])
def test_without_weights_the_whole_plane_has_one_colour(bias, colour):
    _, axes = canvas()
    plane(axes, -3, 3)
    half_planes(axes, np.zeros(2), bias)
    assert boundary_line(axes, np.zeros(2), bias) is None
    (patch,) = axes.patches
    assert patch.get_facecolor()[:3] == pytest.approx(_rgb(colour))
    assert patch.get_xy()[:-1].tolist() == SQUARE.tolist()


def _rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def test_neuron_shows_its_own_arithmetic():
    picture = pictures.neuron([2, 3], [0, 1], 4, "sigmoid")
    assert "sigmoid(7) = 0.999089" in picture.sentence
    assert {"× 0", "× 1", "+ bias 4", "z = 7", "0.999089"} <= set(texts(picture.figure))


def test_all_but_two_of_sixteen_gates_are_drawn_with_a_separating_line():
    picture = pictures.sixteen()
    assert "learned 14 of them" in picture.sentence
    assert "XOR and XNOR" in picture.sentence
    for axes, (bits, name) in zip(picture.figure.axes, pictures.GATES.items(), strict=True):
        assert axes.get_title("left") == name
        crossed = [line for line in axes.lines if line.get_color() == COLOURS.loss]
        assert bool(crossed) == (name in ("XOR", "XNOR"))
        drawn = [c.get_offsets().tolist() for c in axes.collections]
        for label, points in enumerate(drawn):
            expected = [list(corner) for corner, bit in zip(pictures.CORNERS, bits, strict=True)]
            kept = [c for c, bit in zip(expected, bits, strict=True) if bit == label]
            assert points == kept


def test_names_of_the_gates_say_what_they_compute():
    x1, x2 = pictures.CORNERS.T.astype(bool)
    functions = {
        "AND": x1 & x2, "OR": x1 | x2, "XOR": x1 ^ x2, "NAND": ~(x1 & x2), "NOR": ~(x1 | x2),
        "XNOR": ~(x1 ^ x2), "x₁": x1, "x₂": x2, "not x₁": ~x1, "not x₂": ~x2,
        "x₁, not x₂": x1 & ~x2, "x₂, not x₁": x2 & ~x1, "x₁ or not x₂": x1 | ~x2,
        "x₂ or not x₁": x2 | ~x1, "never": x1 & ~x1, "always": x1 | ~x1,
    }  # fmt: skip
    assert {tuple(f.astype(int)): name for name, f in functions.items()} == pictures.GATES


def test_three_boundaries_and_their_dimension():
    picture = pictures.boundaries()
    titles = [axes.get_title("left") for axes in picture.figure.axes]
    assert titles == ["a point", "a line", "a plane"]
    cut = picture.figure.axes[2].patches[0].get_xy()[:-1]
    assert len(cut) == 6  # the plane x + y + z = 1.5 cuts a cube in a hexagon


def test_margin_sketch_measures_what_it_names():
    axes = pictures.margin_sketch().figure.axes[0]
    gap, radius = (note for note in axes.texts if getattr(note, "arrow_patch", None))
    foot, nearest = np.array(gap.xyann), np.array(gap.xy)
    weights = np.array([0.6, 0.8])
    points = np.concatenate([c.get_offsets() for c in axes.collections])
    assert foot @ weights == pytest.approx(0)
    assert np.linalg.norm(nearest - foot) == pytest.approx(np.abs(points @ weights).min())
    assert np.linalg.norm(radius.xy) == pytest.approx(np.linalg.norm(points, axis=1).max())


def test_weights_image_shows_the_weights():
    weights = np.arange(4.0) - 1
    picture = pictures.weights_image(weights, (2, 2), ("3", "8"), [np.ones(4), np.zeros(4)])
    shown = picture.figure.axes[2].images[0]
    assert shown.get_array().tolist() == [[-1, 0], [1, 2]]
    assert shown.get_clim() == (-2, 2)
    assert "speaks for 8" in picture.sentence
