"""The judge: distrust of what it reads, tolerance, general hints, no marks by a broken probe."""

import json
import math

import numpy as np
import pytest

from dlcourse.grading import judge as judging
from dlcourse.grading import values
from dlcourse.grading.probes import CHAPTERS
from dlcourse.grading.question import Question
from dlcourse.grading.questions import questions_of
from dlcourse.grading.trial import Trial, describe_call, run


def encoded(**named):
    return values.loads(values.dumps({k: values.encode(v) for k, v in named.items()}))


@pytest.fixture
def ask(monkeypatch):
    """Return a function that judges an answer to a question made up on the spot."""

    def asked(truth, probe, answer, **options):
        question = Question("made_up", 2, 5, "implement", truth, **options)
        monkeypatch.setattr(judging, "find", lambda name: question)
        monkeypatch.setattr(judging, "find_probe", lambda name: probe)
        judging.forget()
        text = values.dumps(run(probe, "made_up", answer, 7).values)
        return judging.judge("made_up", text, 7)

    return asked


def call_twice(answer, trial):
    trial.call("first", answer, trial.rng.normal(size=(2, 3)))
    trial.call("second", answer, trial.rng.normal(size=(4, 3)))


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x: ..., "unanswered"),
        (lambda x: [[...]], "unanswered"),
        (lambda x: None, "returned_nothing"),
        (lambda x: 2 * x.sum(axis=1, keepdims=True), "extra_axis"),
        (lambda x: 2 * x, "not_reduced"),
        (lambda x: 2 * x.sum(), "lost_axis"),
        (lambda x: 2 * x.sum(axis=0), "shape"),
        (lambda x: -2 * x.sum(axis=1), "sign"),
        (lambda x: 6 * x.sum(axis=1), "factor"),
        (lambda x: 2 * x.sum(axis=1) + 1, "offset"),
        (lambda x: 2 * x.sum(axis=1)[::-1], "order"),
        (lambda x: 2 * x.sum(axis=1) / np.zeros(len(x)), "not_finite"),
        (lambda x: 2 * x.sum(axis=1) if len(x) == 2 else x.sum(axis=1) ** 2, "partly"),
        (lambda x: x.sum(axis=1) ** 2, "wrong_value"),
        (lambda x: "two", "wrong_kind"),
        (lambda x: {"sum": 1}, "wrong_kind"),
        (lambda x: x @ x, "raised"),
        (lambda x: undefined_name, "raised"),  # noqa: F821
        (lambda x: exit(), "raised"),
        (lambda x, y: x, "raised"),
        (lambda x: np.add(x, 1, out=x)[:, 0] * 0 + 2 * (x - 1).sum(axis=1), "changes_arguments"),
        (3.0, "wrong_kind"),
    ],
)
def test_general_mistakes_have_a_hint(ask, answer, mistake):
    found = ask(lambda x: 2 * x.sum(axis=1), call_twice, answer)
    assert not found.right
    assert found.mistake == mistake, found.report()
    assert len(found.hint) > 20
    assert "  Hint" in found.report()


def test_a_factor_is_named(ask):
    found = ask(lambda x: x.sum(axis=1), call_twice, lambda x: 4 * x.sum(axis=1))
    assert "exactly 4 times too large" in found.hint
    found = ask(lambda x: 4 * x.sum(axis=1), call_twice, lambda x: x.sum(axis=1))
    assert "exactly 4 times too small" in found.hint


def test_the_report_shows_what_was_tried_expected_and_received(ask):
    found = ask(lambda x: x.sum(axis=1), call_twice, lambda x: -x.sum(axis=1))
    first, _, rest = found.report().partition("\n")
    assert first == "made_up: not right yet."
    rows = rest.replace("\n" + " " * 12, " ").splitlines()
    assert [row.split()[0] for row in rows] == ["Tried", "Expected", "Received", "Hint"]
    assert "first" in rows[0]
    assert "shape (2,)" in rows[1]
    assert max(map(len, rest.splitlines())) <= 80


def test_a_probe_that_fails_on_the_truth_is_an_error_of_the_course(ask):
    def broken(answer, trial):
        trial.call("first", answer, np.zeros((2, 3)))
        trial.rng.normal().round(3)

    with pytest.raises(RuntimeError, match="the probe fails on the truth"):
        ask(lambda x: x.sum(axis=1), broken, lambda x: x.sum(axis=1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "{",
        '{"a": 1}',
        '{"a": {"shape": [2], "data": [1]}}',
        '{"a": {"shape": [-1], "data": []}}',
        '{"a": {"shape": [true], "data": [1]}}',
        '{"a": {"shape": [1], "data": ["x"]}}',
        '{"a": {"shape": [1], "data": [[1]]}}',
        '{"a": {"parts": [1]}}',
        '{"a": {"error": 1, "message": "", "line": ""}}',
        '{"a": {"error": "E"}}',
        '{"a": ' * 3000 + "1" + "}" * 3000,
        '{"a": {"shape": [], "data": [1' + "0" * values.MAX_TEXT + "]}}",
        None,
    ],
)
def test_what_is_no_values_is_refused_with_a_sentence(ask, monkeypatch, text):
    ask(lambda x: x.sum(axis=1), call_twice, 1.0)
    found = judging.judge("made_up", text, 7)
    assert (found.right, found.points, found.mistake) == (False, 0, "no_values")
    assert "Run it alone" in found.hint


def test_values_survive_the_text():
    read = encoded(a=np.array([[1.0, math.nan], [math.inf, -2.5]]), b=3, c="x", d=(1, [2.0, "y"]))
    np.testing.assert_array_equal(values.array(read["a"]), [[1, math.nan], [math.inf, -2.5]])
    assert read["b"] == {"shape": [], "data": [3]}
    assert read["c"] == {"text": "x"}
    assert read["d"]["parts"][1]["parts"][1] == {"text": "y"}


def test_floats_agree_to_five_digits_and_integers_exactly():
    assert values.same(encoded(a=1.0)["a"], encoded(a=1.00001)["a"])
    assert not values.same(encoded(a=1.0)["a"], encoded(a=1.0001)["a"])
    assert values.same(encoded(a=109_386)["a"], encoded(a=109_386.0)["a"])
    assert not values.same(encoded(a=109_386)["a"], encoded(a=109_387)["a"])
    assert not values.same(encoded(a=1_000_000)["a"], encoded(a=1_000_001.0)["a"])
    assert values.same(encoded(a=0.0)["a"], encoded(a=1e-17)["a"])


def test_snapping_makes_equal_what_agrees_and_leaves_the_rest():
    expected = values.dumps(encoded(a=np.array([1.0, 2.0]), b=3.0))
    near = values.dumps(encoded(a=np.array([1.000005, 2.0]), b=3.0))
    far = values.dumps(encoded(a=np.array([1.1, 2.0]), b=3.00001))
    assert values.snap(expected, near) == expected
    assert json.loads(values.snap(expected, far)) == json.loads(far) | {"b": encoded(a=3.0)["a"]}
    assert values.snap(expected, "no values") == "no values"


def test_a_trial_draws_the_same_inputs_from_the_same_seed_and_name():
    draws = [
        Trial(name, seed).rng.normal() for name, seed in (("a", 1), ("a", 1), ("b", 1), ("a", 2))
    ]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3


def test_a_trial_shows_a_call_by_the_name_that_the_student_knows():
    for chapter in CHAPTERS:
        for question in questions_of(chapter):
            for text in judging.known(question.name, 7).inputs.values():
                assert not text or text.startswith(f"{question.name}("), (question.name, text)


def test_an_array_of_nine_numbers_is_shown_and_one_of_many_is_not():
    assert "7." in describe_call(len, (np.arange(9.0).reshape(3, 3),), {})
    assert "<array (17,)>" in describe_call(len, (np.zeros(17),), {})


def test_a_question_without_an_answer_points_to_its_cell(ask):
    assert "in its answer cell" in ask(lambda x: x.sum(axis=1), call_twice, lambda x: ...).hint
