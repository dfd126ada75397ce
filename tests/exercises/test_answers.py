"""Solutions get full marks, starters none, wrong answers their own hint, odd right ones a pass."""

from collections import Counter
from typing import get_args

import pytest
from exercise_cells import FOLDER, ROOT, answer_of, checks_of, run_cell, table, verdict

from dlcourse.grading import CheckFailed
from dlcourse.grading.bans import banned_uses
from dlcourse.grading.build import chapters
from dlcourse.grading.judge import expected
from dlcourse.grading.probes import find_probe
from dlcourse.grading.question import Kind
from dlcourse.grading.questions import find, questions_of
from dlcourse.grading.trial import run
from dlcourse.grading.values import dumps, snap

SEEDS = (0, 1, 2, 3, 4)
CHAPTERS = chapters(ROOT)
STARTERS = {c: checks_of(FOLDER / f"{c}.ipynb") for c in CHAPTERS}
SOLUTIONS = {c: checks_of(FOLDER / "solutions" / f"{c}.ipynb") for c in CHAPTERS}
QUESTIONS = [question for c in CHAPTERS for question in questions_of(c)]
WRONG = table("wrong")
RIGHT = table("right")
FIND_THE_BUG = {q.name for q in QUESTIONS if q.kind == "find the bug"}


@pytest.fixture(params=QUESTIONS, ids=lambda q: q.name)
def question(request):
    return request.param


def test_every_question_has_marks_and_a_time(question):
    assert question.points >= 1
    assert 1 <= question.minutes <= 60
    assert len(question.mistakes) >= 3
    assert all(len(mistake.hint) > 20 for mistake in question.mistakes)
    pairs = {(mistake.name, mistake.hint) for mistake in question.mistakes}
    assert len(pairs) == len(question.hints) == len(set(question.hints.values()))


def test_the_solution_scores_full_marks_for_every_seed(question):
    given, answer, check = SOLUTIONS[question.chapter][question.name]
    solution, _ = answer_of(question.name, given, answer, check)
    for seed in SEEDS:
        found = verdict(question.name, solution, seed, answer)
        assert found.right, found.report()
        assert found.points == question.points


@pytest.mark.parametrize("question", [q for q in QUESTIONS if not q.accept], ids=lambda q: q.name)
def test_the_solution_gives_the_very_text_that_the_truth_gives(question):
    given, answer, check = SOLUTIONS[question.chapter][question.name]
    solution, _ = answer_of(question.name, given, answer, check)
    for seed in SEEDS:
        received = dumps(run(find_probe(question.name), question.name, solution, seed).values)
        wanted = expected(question.name, seed)
        assert snap(wanted, received, question.rtol) == wanted


def test_the_untouched_starter_fails_by_its_own_check(question):
    given, answer, check = STARTERS[question.chapter][question.name]
    namespace = {}
    run_cell(given, namespace, "given")
    run_cell(answer, namespace, "answer")
    with pytest.raises(CheckFailed, match=f"^{question.name}: not right yet") as failure:
        run_cell(check, namespace, "check")
    assert "Hint" in str(failure.value)


def test_the_untouched_starter_scores_zero_and_says_why(question):
    given, answer, check = STARTERS[question.chapter][question.name]
    starter, _ = answer_of(question.name, given, answer, check)
    found = verdict(question.name, starter, 0, answer)
    assert found.points == 0
    if question.name in FIND_THE_BUG:
        assert found.mistake in {mistake.name for mistake in question.mistakes}
    else:
        assert found.mistake == "unanswered"


def test_known_mistakes_are_not_right_and_are_told_apart(question):
    for mistake in question.mistakes:
        if mistake.answer is None:
            continue
        for seed in SEEDS[:3]:
            found = verdict(question.name, mistake.answer, seed)
            assert not found.right, mistake.name
            assert found.mistake == mistake.name, f"{mistake.name} is taken for {found.mistake}"


def run_entry(entry):
    given, _, check = SOLUTIONS[entry.chapter][entry.question]
    return answer_of(entry.question, given, entry.code, check)[0]


@pytest.mark.parametrize("entry", WRONG, ids=str)
def test_a_wrong_answer_fails_and_draws_its_own_hint(entry):
    answer = run_entry(entry)
    question = find(entry.question)
    hints = {mistake.name: mistake.hint for mistake in question.mistakes}
    for seed in SEEDS[:3]:
        found = verdict(entry.question, answer, seed, entry.code)
        assert not found.right
        assert found.mistake == entry.mistake, found.report()
        assert found.hint == hints.get(entry.mistake, found.hint)
        assert len(found.hint) > 20


@pytest.mark.parametrize("entry", RIGHT, ids=str)
def test_an_unusual_right_answer_passes(entry):
    answer = run_entry(entry)
    assert banned_uses(entry.code, find(entry.question)) == []
    for seed in SEEDS:
        found = verdict(entry.question, answer, seed, entry.code)
        assert found.right, found.report()


def test_the_tables_are_large_and_reach_every_question():
    names = {question.name for question in QUESTIONS}
    assert {entry.question for entry in WRONG} == names
    assert {entry.question for entry in WRONG + RIGHT} <= names
    assert len(set(map(str, WRONG))) == len(WRONG)
    assert all(count >= 3 for count in Counter(entry.question for entry in WRONG).values())
    assert len(QUESTIONS) >= 60
    assert len(WRONG) >= 200
    assert len(RIGHT) >= 60


def test_every_known_mistake_is_made_by_a_wrong_answer_in_the_table():
    known = {
        (question.name, mistake.name) for question in QUESTIONS for mistake in question.mistakes
    }
    assert known <= {(entry.question, entry.mistake) for entry in WRONG}


def test_every_kind_of_question_is_asked():
    assert {question.kind for question in QUESTIONS} == set(get_args(Kind))
