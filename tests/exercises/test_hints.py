"""What a slip draws that no question knows by name: the sentence that fits it, and no other."""

import math

import numpy as np
import pytest
from IPython.core.error import StdinNotImplementedError

from dlcourse.grading import judge as judging
from dlcourse.grading.question import Question
from dlcourse.grading.trial import keep_value, run
from dlcourse.grading.values import dumps


@pytest.fixture
def hint(monkeypatch):
    """Return a function that gives the hint for an answer to a question made up on the spot."""

    def hinted(truth, probe, answer, kind="implement"):
        question = Question("made_up", 2, 5, kind, truth)
        monkeypatch.setattr(judging, "find", lambda name: question)
        monkeypatch.setattr(judging, "find_probe", lambda name: probe)
        judging.forget()
        found = judging.judge("made_up", dumps(run(probe, "made_up", answer, 3).values), 3)
        assert not found.right
        return f"{found.mistake}: {found.hint}"

    return hinted


def twice(answer, trial):
    trial.call("two rows", answer, trial.rng.normal(size=(2, 3)))
    trial.call("four rows", answer, trial.rng.normal(size=(4, 3)))


def in_two_parts(answer, trial):
    trial.call("a matrix", answer, trial.rng.normal(size=(2, 3)), names=("sum", "product"))


def row_sums(x):
    return x.sum(axis=1)


def raising(error):
    raise error


def mutual(x):
    return mutual(x)


ERRORS = {
    "a `...` left in a sum": (lambda x: x + ..., "A `...` is left"),
    "shapes in a product": (lambda x: x @ x, "the last axis of a"),
    "shapes in np.dot": (lambda x: np.dot(x, x), "the last axis of the one"),
    "shapes in a sum": (lambda x: x + np.ones(5), "from the right"),
    "an if on an array": (lambda x: 1 if x > 0 else 0, "np.where"),
    "rows of different lengths": (lambda x: np.array([[1.0], [1.0, 2.0]]), "different lengths"),
    "too few names": (lambda x: [a for a, b in x], "another number of names"),
    "a number in a product": (lambda x: x @ 2.0, "single number"),
    "two indices into a vector": (lambda x: x[0][0, 1], "fewer axes"),
    "a float index": (lambda x: x[1.0], "integer"),
    "an index of floats": (lambda x: x[np.array([0.0, 1.0])], "`//` divides to an integer"),
    "a mask too long": (lambda x: x[np.ones(7, dtype=bool)], "mask"),
    "a float count": (lambda x: range(len(x) / 2), "`//` divides to an integer"),
    "a call too many": (lambda x: x.shape(), "is no function is called"),
    "an index into a number": (lambda x: float(x[0, 0])[0], "gets an index"),
    "arithmetic with a list": (lambda x: [1.0, 2.0] * 0.5, "A list does no arithmetic"),
    "arithmetic with None": (lambda x: None * 2, "A step gave None"),
    "a method of a list": (lambda x: x.tolist().sum(), "np.array"),
    "a misspelled name": (lambda x: np.summ(x), "no attribute"),
    "a recursion": (mutual, "calls itself too often"),
    "another first line": (lambda x, y: x, "Keep its first line"),
    "no such index": (lambda x: x[99], "past the end"),
    "no such key": (lambda x: {}["a"], "no such key"),
    "no such module": (lambda x: __import__("numpi"), "No module of that name"),
    "math on an array": (lambda x: math.tanh(x), "use `np.tanh`"),
    "float of an array": (lambda x: float(x), "use NumPy's functions"),
    "too much memory": (lambda x: np.zeros((10**7, 10**7)), "more memory than there is"),
    "input": (lambda x: raising(EOFError("EOF when reading a line")), "`input()` asks"),
    "input in Jupyter": (
        lambda x: raising(StdinNotImplementedError("raw_input")),
        "`input()` asks",
    ),
    "an assert": (lambda x: (_ for _ in ()).throw(AssertionError), "assert"),
}
KINDS = {
    "printed": (lambda x: print(x.sum(axis=1)), "Write `return`, not `print`"),
    "nothing": (lambda x: None, "does each path end in"),
    "a generator": (lambda x: (row.sum() for row in x), "[... for ...]"),
    "a map": (lambda x: map(sum, x), "list(...)"),
    "a method": (lambda x: x.sum, "are the `()` missing"),
    "a class": (lambda x: float, "The answer is a class"),
    "a module": (lambda x: np, "The answer is a module"),
    "a complex number": (lambda x: x.sum(axis=1) + 0j, "complex"),
    "a comma too many": (lambda x: ({"a": 1},), "comma too many"),
    "a text": (str, "the statement asks for an array of shape (2,)"),
}
NUMBERS = {
    "integers": (lambda x: x.sum(axis=1).round().astype(int), "rounded: "),
    "zeros": (lambda x: np.zeros(len(x)), "zeros: "),
    "few digits": (lambda x: x.sum(axis=1).astype(np.float16), "nearly: "),
    "a column": (lambda x: x.sum(axis=1, keepdims=True), "extra_axis: "),
    "a minus": (lambda x: -x.sum(axis=1), "sign: "),
    "the mean": (lambda x: x.mean(axis=1), "exactly 3 times too small"),
    "nan": (lambda x: x.sum(axis=1) * np.nan, "not_finite: "),
}


@pytest.mark.parametrize(("answer", "words"), ERRORS.values(), ids=ERRORS)
def test_an_error_draws_a_hint_that_fits_its_message(hint, answer, words):
    found = hint(row_sums, twice, answer)
    assert found.startswith("raised: ")
    assert words in found


@pytest.mark.parametrize(("answer", "words"), KINDS.values(), ids=KINDS)
def test_another_kind_of_thing_is_named(hint, answer, words):
    assert words in hint(row_sums, twice, answer)


@pytest.mark.parametrize(("answer", "words"), NUMBERS.values(), ids=NUMBERS)
def test_a_slip_in_numbers_is_named(hint, answer, words):
    assert words in hint(row_sums, twice, answer)


@pytest.mark.parametrize("answer", [lambda x: x.sum(), lambda x: (x.sum(), 1, 2), lambda x: ()])
def test_missing_parts_are_named(hint, answer):
    found = hint(lambda x: (x.sum(), x.prod()), in_two_parts, answer)
    assert "2 values (sum, product) in one tuple" in found


@pytest.mark.parametrize(
    ("answer", "name"), [(37.5, "percent"), (-0.375, "sign"), (0.376, "nearly"), (9, "wrong_value")]
)
def test_the_hint_for_a_prediction_does_not_tell_the_number(hint, answer, name):
    found = hint(0.375, keep_value, answer, kind="predict")
    assert found.startswith(f"{name}: ")
    assert "0.375" not in found


def one_number(answer, trial):
    trial.call("zeros and ones", answer, np.array([0.0, 1.0, 1.0]))


@pytest.mark.parametrize("answer", [lambda x: x[::-1], lambda x: x * 0 + 0.5])
def test_what_two_different_numbers_cannot_prove_is_not_claimed(hint, answer):
    found = hint(lambda x: x, one_number, answer)
    assert not found.startswith(("order", "factor", "offset", "sign"))


def test_one_number_proves_no_factor(hint):
    found = hint(lambda x: float(x[1]), one_number, lambda x: 3.0)
    assert found.startswith("wrong_value: ")


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: list(row_sums(x)),
        lambda x: tuple(row_sums(x)),
        lambda x: row_sums(x).astype(np.float32),
        lambda x: row_sums(x).astype(object),
        lambda x: [np.float32(s) for s in row_sums(x)],
    ],
)
def test_lists_tuples_and_float32_are_as_good_as_an_array(answer, monkeypatch):
    question = Question("made_up", 2, 5, "implement", row_sums)
    monkeypatch.setattr(judging, "find", lambda name: question)
    monkeypatch.setattr(judging, "find_probe", lambda name: twice)
    judging.forget()
    assert judging.judge("made_up", dumps(run(twice, "made_up", answer, 3).values), 3).right


def test_one_array_in_place_of_two_values_is_named(hint):
    def in_parts(answer, trial):
        trial.call("a vector", answer, trial.rng.normal(size=2), names=("w", "velocity"))

    found = hint(lambda w: (w, 2 * w), in_parts, lambda w: w)
    assert found == (
        "wrong_parts: The statement asks for 2 values (w, velocity) in one tuple; the answer is "
        "one array of 2 numbers."
    )
    assert hint(lambda w: (w, 2 * w), in_parts, lambda w: (w, w)).startswith("factor")


def test_parts_in_another_order_are_named(hint):
    found = hint(
        lambda x: (x.sum(), x.prod(axis=1)), in_two_parts, lambda x: (x.prod(axis=1), x.sum())
    )
    assert found == (
        "parts_order: These are the right values in another order: the statement asks for "
        "(sum, product)."
    )


def test_a_list_of_one_is_no_number(hint):
    found = hint(lambda x: float(x[1]), one_number, lambda x: [2.0])
    assert "should be one number; it is a list or an array of one" in found


def test_a_number_in_place_of_a_function_is_named(hint):
    for probe in (twice, in_two_parts):
        found = hint(lambda x: (x.sum(), x.prod()), probe, 3)
        assert "The statement asks for a function; the answer is an object of type int." in found


def yielding(x):
    yield x.sum(axis=1)


def test_a_function_that_yields_is_told_of_yield(hint):
    assert "`return` and not `yield`" in hint(row_sums, twice, yielding)
