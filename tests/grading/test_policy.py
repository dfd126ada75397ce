"""Late penalties, attempts, and points given by hand."""

import time
from dataclasses import replace
from datetime import datetime

import pytest

from dlcourse.grading.grade_cli import _policy
from dlcourse.grading.policy import DAY, Attempt, Manual, Policy, choose
from dlcourse.grading.results import Graded, QuestionResult

DUE = "2026-03-01T18:00"
AT = datetime.fromisoformat(DUE).timestamp()


def graded(*points: float) -> Graded:
    results = [QuestionResult(f"q{i}", p, 4.0, p == 4.0) for i, p in enumerate(points)]
    return Graded("digest", "chapter", tuple(results))


def attempt(*points: float, time: float = AT, policy: Policy | None = None, **manual) -> Attempt:
    penalty = policy.penalty(time) if policy else 0.0
    return Attempt("ada", "", "file", time, graded(*points), manual, penalty)


@pytest.mark.parametrize(
    ("hours", "taken"),
    [(-1, 0.0), (0, 0.0), (0.4, 0.0), (1, 0.1), (24, 0.1), (25, 0.2), (999, 0.5)],
)
def test_each_day_begun_costs_until_no_more(hours, taken):
    policy = Policy(DUE, 0.1, 0.5, grace_minutes=30)
    assert policy.penalty(AT + hours * 3600) == taken


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_a_date_means_the_same_moment_on_every_machine(zone, monkeypatch):
    """The command keeps a date with its zone: a course may be graded again somewhere else."""
    monkeypatch.setenv("TZ", "Europe/Prague")
    time.tzset()
    kept = _policy(
        Policy(), "2026-03-29T01:30", 0.1, None, None, None
    )  # an hour before summer time
    assert kept.due == "2026-03-29T01:30:00+01:00"
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    due = datetime.fromisoformat("2026-03-29T00:30+00:00").timestamp()
    assert kept.penalty(due) == 0
    assert kept.penalty(due + 1) == 0.1
    assert kept.penalty(due + 86_400) == 0.1  # a day is 24 hours, whatever the clocks do
    monkeypatch.undo()
    time.tzset()


def test_a_time_beyond_all_dates_is_late_and_no_more():
    assert Policy(DUE, 0.1, 0.5).penalty(1e15) == 0.5
    assert Policy(DUE, 0.1, 0.5).penalty(-1e15) == 0


def test_without_a_date_nothing_is_late():
    assert Policy(late_per_day=0.5).penalty(AT + 99 * DAY) == 0


def test_the_penalty_is_taken_from_the_sum():
    late = attempt(4.0, 3.0, time=AT + 1.5 * DAY, policy=Policy(DUE, 0.1))
    assert (late.raw, late.mark) == (7.0, 5.6)


def test_points_by_hand_replace_the_graders():
    assert attempt(4.0, 0.0, q1=Manual(2.5)).raw == 6.5
    assert attempt(4.0, 0.0, q1=Manual(None, "almost")).raw == 4.0
    assert replace(attempt(4.0, 0.0), manual={"": Manual(1.0)}).raw == 1.0


def test_the_best_attempt_counts_or_the_last():
    tries = [attempt(4.0, 0.0), attempt(4.0, 4.0, time=AT + 1), attempt(0.0, 0.0, time=AT + 2)]
    best = [one.counts for one in choose(tries, Policy(keep="best"))]
    last = [one.counts for one in choose(tries, Policy(keep="last"))]
    assert (best, last) == ([False, True, False], [False, False, True])


def test_the_best_is_chosen_after_the_penalty():
    policy = Policy(DUE, 0.5, keep="best")
    early = attempt(4.0, 0.0, policy=policy)
    late = attempt(4.0, 3.0, time=AT + 2 * DAY, policy=policy)
    assert [one.counts for one in choose([early, late], policy)] == [True, False]


def test_what_is_not_graded_yet_does_not_count_before_what_is():
    pending = Attempt("ada", "", "other", AT + 1, None)
    failed = Attempt("ada", "", "third", AT + 2, Graded("d", "chapter", failure="broke"))
    chosen = choose([attempt(1.0), pending, failed], Policy(keep="last"))
    assert [one.counts for one in chosen] == [True, False, False]
    assert failed.pending
    assert pending.pending
