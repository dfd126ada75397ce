"""The process that executes and compares: it runs nbval on batches and turns outcomes into results.

It reads lines of JSON from standard input: the assignments with what their solutions give, then one
batch after the other; it writes a result a line to standard output. It runs no student's code: that
happens in kernels that the warm parent makes.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import zmq

from dlcourse.grading import early, isolate, kernels, nbval_run  # noqa: F401
from dlcourse.grading.assignment import Assignment, reference
from dlcourse.grading.error_hints import ended_hint
from dlcourse.grading.judge import expected, judge, learn
from dlcourse.grading.limits import Limits
from dlcourse.grading.nbval_run import Job, Outcome
from dlcourse.grading.plain import printable
from dlcourse.grading.question import Verdict
from dlcourse.grading.questions import find
from dlcourse.grading.results import Graded, QuestionResult, Task
from dlcourse.grading.transplant import defined

expected_once = cache(expected)
UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")


class Engine:
    """Grades batches of tasks."""

    def __init__(self, assignments: dict[str, Assignment]) -> None:
        self.assignments = assignments
        self.folder = Path(os.environ["DLCOURSE_RUN_FOLDER"])
        self.context: zmq.Context[Any] = kernels.BoundedKernel.context()

    def grade(self, tasks: list[Task]) -> list[Graded]:
        """Return the results of a batch: one run of nbval, a second one for what needs it."""
        jobs = {task.digest: self._job(task) for task in tasks}
        nbval_run.run(list(jobs.values()), self.context, self.folder)
        again = [
            (task, question, self._job(task, question))
            for task in tasks
            if not jobs[task.digest].failure
            for question in self._to_repeat(task, jobs[task.digest])
        ]
        if again:
            nbval_run.run([job for _, _, job in again], self.context, self.folder)
        for task, question, job in again:
            outcome = job.outcome(question)
            if outcome.passed and not job.failure:
                outcome.lost = ""
                jobs[task.digest].outcomes[question] = outcome
        return [self._graded(task, jobs[task.digest]) for task in tasks]

    def _job(self, task: Task, only: str = "") -> Job:
        assignment = self.assignments[task.assignment]
        texts = {name: expected_once(name, task.seed) for name in assignment.questions}
        cells = reference(assignment, task.answers, only, texts)
        return Job(task.digest, cells, task.seed, Limits(**task.limits))

    def _to_repeat(self, task: Task, job: Job) -> list[str]:
        """Return the questions to be tried alone: another answer may have spoilt them.

        Not those whose own answer explains the result: none, a banned one, a known mistake, or one
        that cost its kernel. An earlier answer must be there to have spoilt anything.
        """
        assignment = self.assignments[task.assignment]
        found, touched = [], 0
        for question in assignment.questions:
            text = task.answers.get(question, "")
            outcome = job.outcomes.get(question, Outcome())
            mistake = outcome.verdict.mistake if outcome.verdict else ""
            explained = {"unanswered", "banned", *(m.name for m in find(question).mistakes)}
            if touched and text and not (outcome.passed or outcome.lost or mistake in explained):
                found.append(question)
            touched += bool(text) and mistake != "unanswered"
        return found

    def _graded(self, task: Task, job: Job) -> Graded:
        assignment = self.assignments[task.assignment]
        results = []
        failure = job.failure
        for name in assignment.questions:
            outcome = job.outcomes.get(name, Outcome())
            if outcome.verdict and outcome.passed is not outcome.verdict.right:
                failure = failure or f"{name}: nbval and the judge disagree."
            results.append(_result(name, task, assignment, outcome))
        return Graded(
            task.digest,
            task.assignment,
            () if failure else tuple(results),
            task.notes,
            failure=failure,
            seed=task.seed,
            seconds=round(sum(result.seconds for result in results), 3),
        )


def _result(name: str, task: Task, assignment: Assignment, outcome: Outcome) -> QuestionResult:
    question = find(name)
    text = task.answers.get(name, "")
    error = re.sub(r" \(<ipython-input-[^>]*>, line \d+\)", "", outcome.error)
    if outcome.lost:
        verdict = Verdict(name, False, 0, hint=outcome.lost, mistake="stopped")
    elif name not in task.answers:
        hint = "There is no answer: its cell is not in the notebook that was handed in."
        verdict, error = Verdict(name, False, 0, hint=hint, mistake="missing"), ""
    elif not text.strip():
        verdict = Verdict(name, False, 0, hint="The answer cell is empty.", mistake="unanswered")
    else:
        verdict = outcome.verdict or judge(name, None, task.seed, text)
    if verdict.mistake == "no_values" and (hint := _not_defined(error, text, name, assignment)):
        verdict, error = Verdict(name, False, 0, hint=hint, mistake="not_defined"), ""
    elif verdict.mistake == "no_values":
        verdict = replace(verdict, hint=ended_hint(error) or verdict.hint)
    if verdict.right:
        error = ""
    return QuestionResult(
        name,
        float(question.points if verdict.right else 0),
        float(question.points),
        verdict.right,
        tried=printable(verdict.tried, keep="\n"),
        expected=printable(verdict.expected, keep="\n"),
        received=printable(verdict.received, keep="\n"),
        hint=printable(verdict.hint, keep="\n"),
        mistake=verdict.mistake,
        error=printable(error, keep="\n"),
        note=_own_cell(f"{outcome.error}\n{verdict.received}", task) if not verdict.right else "",
        seconds=round(outcome.seconds, 3),
    )


def _own_cell(said: str, task: Task) -> str:
    """Return what to do where an error names what the student defined in a cell of their own."""
    undefined = UNDEFINED.search(said)
    if not undefined or undefined[1] not in task.own_names:
        return ""
    return (
        f"{undefined[1]} is defined in a cell of your own, and only the answer cells are run: "
        "move its definition into the answer cell that uses it."
    )


def _not_defined(error: str, text: str, question: str, assignment: Assignment) -> str:
    """Return the hint where a cell ran and did not define what its check asks for, else ""."""
    undefined = UNDEFINED.search(error)
    wanted, found = defined(assignment.starters.get(question, "")), defined(text)
    if not undefined or undefined[1] not in wanted - found:
        return ""
    name, others = undefined[1], sorted(found - wanted)
    if others:
        listed = ", ".join(f"`{other}`" for other in others[:5])
        return f"The cell does not define `{name}`; it defines {listed}. Keep the name."
    asked = " and ".join(f"`{one}`" for one in sorted(wanted))
    return f"The cell does not define `{name}`. The question asks for {asked}."


def main() -> None:
    """Grade batches until there are no more."""
    isolate.undumpable()  # where an answer runs as the same user, it must not read this memory
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    told = json.loads(sys.stdin.readline())
    assignments = [Assignment.from_dict(data) for data in told["assignments"]]
    learn(told["truths"])
    engine = Engine({assignment.name: assignment for assignment in assignments})
    for line in sys.stdin:
        for result in engine.grade([Task.from_dict(data) for data in json.loads(line)]):
            answers.write(json.dumps(result.as_dict()) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
