"""The same slips and the same liberties, made in the solution of every question that is a function.

A slip must be named for what it is, whatever the question; a liberty must cost nothing.
"""

import numpy as np
import pytest
from exercise_cells import answer_of, verdict
from test_answers import QUESTIONS, SOLUTIONS

MODELS = {"flower_network", "small_lenet", "classifier", "skip_network"}  # give no numbers
FUNCTIONS = {}
for asked in QUESTIONS:
    if asked.chapter != "12_keras":  # its tensors come back as they are; building takes a while
        function, _ = answer_of(asked.name, *SOLUTIONS[asked.chapter][asked.name])
        if callable(function):
            FUNCTIONS[asked.name] = function
NUMERIC = sorted(FUNCTIONS.keys() - MODELS)


def of_numbers(change):
    """Return a function that changes each array in a result, in tuples and lists as well."""

    def changed(result):
        if isinstance(result, (tuple, list)):
            return type(result)(map(changed, result))
        return change(np.asarray(result))

    return changed


def whole_numbers(x):
    return x.astype(np.int32) if x.dtype.kind in "iu" else x


def single(x):
    return x.astype(np.float32) if x.dtype.kind == "f" else x


def other_sequence(result):
    if isinstance(result, (tuple, list)):
        return list(result) if isinstance(result, tuple) else tuple(result)
    return result


SLIPS = {
    "prints": (print, {"returned_nothing"}, "Write `return`, not `print`"),
    "returns nothing": (lambda result: None, {"returned_nothing"}, "does each path end in"),
    "leaves the dots": (lambda result: ..., {"unanswered"}, "no answer yet"),
    "gives nan": (of_numbers(lambda x: x * np.nan), {"not_finite"}, "nan or inf"),
    "adds an axis": (
        of_numbers(lambda x: x[..., None]),
        {"extra_axis", "wrong_length"},
        "",
    ),
    "returns a function": (
        lambda result: lambda: result,
        {"wrong_kind", "wrong_parts", "wrong_length"},
        "function",
    ),
    "has a comma too many": (
        lambda result: (result,),
        {"wrong_kind", "wrong_parts", "wrong_length", "extra_axis"},
        "",
    ),
    "ends with an error": (lambda result: result[:, :, :, :, :, 0], {"raised"}, ""),
}
LIBERTIES = {
    "lists": of_numbers(lambda x: x.tolist()),
    "a list for a tuple": other_sequence,
    "float32": of_numbers(single),
    "int32": of_numbers(whole_numbers),
    "arrays of objects": of_numbers(lambda x: x.astype(object)),
    "floats": of_numbers(lambda x: x.astype(float)),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("name", NUMERIC)
def test_a_slip_is_named_for_what_it_is(name, slip):
    change, mistakes, words = SLIPS[slip]
    found = verdict(name, lambda *args, **keys: change(FUNCTIONS[name](*args, **keys)), 1)
    assert not found.right
    if name == "he_normal" and slip in ("adds an axis", "has a comma too many"):
        assert found.mistake == "wrong_text"  # its shape is kept in words
        return
    assert found.mistake in mistakes, found.report()
    assert words in " ".join(found.hint.split())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_another_first_line_is_named(name):
    found = verdict(name, lambda: 0, 1)
    assert "Keep its first line" in found.hint


@pytest.mark.parametrize("name", NUMERIC)
def test_a_changed_argument_is_named(name):
    def changing(*args, **keys):
        result = of_numbers(np.copy)(FUNCTIONS[name](*args, **keys))
        for x in args:
            if isinstance(x, np.ndarray) and x.dtype.kind == "f":
                x += 1
                changed.append(name)
        return result

    changed = []
    found = verdict(name, changing, 1)
    assert found.right is not bool(changed)
    assert found.right or found.mistake == "changes_arguments", found.report()


@pytest.mark.parametrize("liberty", LIBERTIES)
@pytest.mark.parametrize("name", NUMERIC)
def test_a_liberty_costs_nothing(name, liberty):
    change = LIBERTIES[liberty]
    for seed in (1, 2):
        answer = FUNCTIONS[name]
        found = verdict(name, lambda *args, **keys: change(answer(*args, **keys)), seed)  # noqa: B023
        assert found.right, found.report()


@pytest.mark.parametrize("name", sorted({q.name for q in QUESTIONS if q.kind == "predict"}))
def test_a_prediction_of_the_wrong_kind_is_told_so(name):
    for answer in (None, [1, 2], (1,), {}, lambda: 1):
        found = verdict(name, answer, 1)
        assert found.mistake in {"wrong_kind", "returned_nothing"} or answer is None, found.report()
        assert "shape" not in found.hint
        assert found.expected == ""
