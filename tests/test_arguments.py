"""Arguments of the wrong kind are refused by what the annotations of a constructor say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcourse.arguments import CheckedArguments, check_float_type
from dlcourse.datasets import batches, moons, spirals
from dlcourse.layers import Conv2D, Dense, Dropout


class Thing(CheckedArguments):
    def __init__(
        self,
        width: int,
        rate: float = 0.5,
        bias: bool = True,
        label: str | None = None,
        axes: Sequence[int] = (),  # noqa: F821  text, never looked up
        other: Any = None,
    ) -> None:
        if width == 13:
            raise ValueError("Thing: width: expected a lucky number, received 13.")
        self.width = width + 0  # as arithmetic with a text would, this fails somewhere inside


class Heir(Thing):
    """Inherits the constructor, and with it the check."""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"width": "3"}, "Thing: width: expected an integer, received '3'."),
        ({"width": True}, "Thing: width: expected an integer, received True."),
        ({"width": 2.0}, "Thing: width: expected an integer, received 2.0."),
        ({"width": 1, "rate": "half"}, "Thing: rate: expected a number, received 'half'."),
        ({"width": 1, "rate": float("nan")}, "Thing: rate: expected a number, received nan."),
        ({"width": 1, "bias": "zeros"}, "Thing: bias: expected True or False, received 'zeros'."),
        ({"width": 1, "bias": 1}, "Thing: bias: expected True or False, received 1."),
        ({"width": 1, "label": 3}, "Thing: label: expected text or None, received 3."),
        ({"width": 1, "axes": [1, "a"]}, "Thing: axes: expected a list of integers, received"),
        ({"width": 13, "bias": 0}, "Thing: width: expected a lucky number, received 13."),
    ],
)
def test_says_what_is_wrong(arguments, words):
    with pytest.raises(ValueError, match="expected") as caught:
        Thing(**arguments)
    assert words in str(caught.value)


def test_takes_what_is_right():
    number = np.float32(0.25)
    Thing(np.int64(3), rate=number, bias=np.True_, label=None, axes=[1, 2], other=object())
    Thing(3, 1)  # an integer is a number
    Heir(3, rate=float("inf"))


def test_heirs_say_their_own_name():
    with pytest.raises(ValueError, match=r"^Heir: bias"):
        Heir(1, bias="no")


def test_a_missing_or_unknown_argument_is_python_s_own_error():
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        Thing(bias="no")
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        Thing(1, size=2)


def test_the_slip_that_this_is_for():
    with pytest.raises(ValueError, match=r"Dense: use_bias: expected True or False, .*he_normal"):
        Dense(16, "relu", "he_normal")
    with pytest.raises(ValueError, match="Conv2D: use_bias: expected True or False"):
        Conv2D(4, 3, use_bias="zeros")


def test_seeds():
    for seed in (None, 0, np.int32(3), np.random.default_rng(0)):
        assert Dropout(0.5, seed=seed).seed is seed
    for bad in (-1, 1.5, "now", True):
        with pytest.raises(ValueError, match="Dropout: seed: expected an integer from 0 up"):
            Dropout(0.5, seed=bad)
        with pytest.raises(ValueError, match="moons: seed: expected an integer from 0 up"):
            moons(10, seed=bad)


def test_functions_and_generators_say_their_name_at_once():
    with pytest.raises(ValueError, match="spirals: noise: expected a number, received 'much'"):
        spirals(30, noise="much")
    with pytest.raises(ValueError, match="batches: shuffle: expected True or False"):
        batches(np.ones(3), shuffle=0)  # before the first batch is asked for


def test_float_types():
    for dtype in ("float32", np.float32, np.dtype("float32")):
        assert check_float_type(dtype, "dtype") == "float32"
    for bad in ("banana", "int32", np.int64, 3, np.ones(2)):
        with pytest.raises(ValueError, match='dtype: expected "float32" or "float64"'):
            Dense(1, dtype=bad)
