"""Whatever values arrive, from anybody's code, the judge neither fails nor calls them right."""

import copy

import numpy as np
import pytest
from exercise_cells import ROOT

from dlcourse.grading.build import chapters
from dlcourse.grading.judge import expected, judge
from dlcourse.grading.questions import questions_of
from dlcourse.grading.values import dumps, loads

QUESTIONS = [question for chapter in chapters(ROOT) for question in questions_of(chapter)]
STRANGE = [
    {"none": True},
    {"unanswered": True},
    {"text": "\x1b[31mred\x1b[0m" * 500},
    {"other": "Thief"},
    {"changed": "1"},
    {"error": "OSError", "message": "\x07" * 9000, "line": "x"},
    {"shape": [], "data": [1e300]},
    {"shape": [], "data": ["nan"]},
    {"shape": [0], "data": []},
    {"shape": [1, 1, 1], "data": [2**62]},
    {"shape": [7], "data": ["inf"] * 7},
    {"parts": [{"none": True}, {"shape": [2], "data": [1, 2.5]}]},
    {"fields": {"a": {"text": "b"}}},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_strange_values_are_neither_right_nor_fatal(question):
    truth = loads(expected(question.name, 0))
    rng = np.random.default_rng(0)
    # Judging with Keras builds a model for every known mistake: three strange values will do.
    for value in STRANGE[::5] if question.chapter == "12_keras" else STRANGE:
        received = copy.deepcopy(truth) | {str(rng.choice(list(truth))): value}
        found = judge(question.name, dumps(received), 0)
        assert not found.right
        assert found.points == 0
        assert len(found.hint) > 20
        assert len(found.report()) < 12_000
        assert "\x1b" not in found.report()
        assert "\x07" not in found.report()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_missing_and_extra_values_are_not_right(question):
    truth = loads(expected(question.name, 0))
    last = list(truth)[-1]
    fewer = {name: value for name, value in truth.items() if name != last}
    more = truth | {"one more": {"shape": [], "data": [1]}}
    for values in (fewer, more):
        assert not judge(question.name, dumps(values), 0).right


@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS if len(loads(expected(q.name, 0))) > 2], ids=lambda q: q.name
)
def test_values_for_another_seed_are_not_right(question):
    """Else an answer could hold a table of values instead of computing them."""
    fixed = {"classifier", "small_lenet", "flower_network", "xor_weights", "he_normal"}
    here, there = expected(question.name, 1), expected(question.name, 2)
    assert (here == there) == (question.name in fixed)
    if question.name not in fixed:
        assert not judge(question.name, here, 2).right
