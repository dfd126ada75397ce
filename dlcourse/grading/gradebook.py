"""The gradebook: one SQLite file that the grader's process alone writes.

A result belongs to a content (the answers) and to the rules it was graded by (the assignment's
digest and the seed), not to a student. So a run that was interrupted, a second run, and a run after
an exercise was corrected are the same operation: grade what has no result under the present rules.
Points and comments given by hand stand apart, and outlive every run.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlcourse.grading.assignment import Assignment
from dlcourse.grading.handed_in import HandedIn
from dlcourse.grading.policy import Attempt, Manual, Policy, choose
from dlcourse.grading.questions import find
from dlcourse.grading.results import Graded, Task
from dlcourse.grading.transplant import Submission

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS submission (
    student TEXT NOT NULL, number TEXT NOT NULL, shown TEXT NOT NULL, time REAL NOT NULL,
    assignment TEXT NOT NULL, digest TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (student, shown));
CREATE INDEX IF NOT EXISTS by_digest ON submission (digest);
CREATE TABLE IF NOT EXISTS result (
    digest TEXT NOT NULL, rules TEXT NOT NULL, data TEXT NOT NULL, graded REAL NOT NULL,
    PRIMARY KEY (digest, rules));
CREATE TABLE IF NOT EXISTS manual (
    student TEXT NOT NULL, assignment TEXT NOT NULL, question TEXT NOT NULL,
    points REAL, comment TEXT NOT NULL, decided REAL NOT NULL,
    PRIMARY KEY (student, assignment, question));
"""


class InUse(RuntimeError):  # noqa: N818
    """Another run writes to this gradebook."""


class Gradebook:
    """Submissions, results and decisions, in the folder of the results. A context manager."""

    def __init__(self, folder: Path, seed: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.lock = (folder / ".lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.lock.close()
            raise InUse(
                f"Another run of dlcourse is writing to {folder.name}/. Wait until it has ended."
            ) from error
        path = folder / "gradebook.sqlite"
        path.touch(mode=0o600)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.executescript(SCHEMA)
        self._compose_names()
        if self.get("seed") is None or seed is not None:
            self.put("seed", secrets.randbelow(100_000) if seed is None else seed)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let other runs write to it."""
        self.database.close()
        self.lock.close()

    def get(self, key: str) -> Any:
        """Return a setting of this gradebook, None where there is none."""
        row = self.database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, key: str, value: Any) -> None:
        """Keep a setting."""
        self.database.execute("REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))

    def _compose_names(self) -> None:
        """Compose the accents of names that an earlier version kept as the file system had them."""
        for table in ("submission", "manual"):
            names = self.database.execute(f"SELECT DISTINCT student FROM {table}").fetchall()
            for (name,) in names:
                if (composed := unicodedata.normalize("NFC", name)) != name:
                    self.database.execute(
                        f"UPDATE OR IGNORE {table} SET student=? WHERE student=?", (composed, name)
                    )

    @property
    def seed(self) -> int:
        """Return the seed of all hidden inputs in this gradebook."""
        return int(self.get("seed"))

    @property
    def policy(self) -> Policy:
        """Return the rules from points to marks."""
        return Policy(**(self.get("policy") or {}))

    def rules(self, assignment: Assignment) -> str:
        """Return what a result depends on besides the answers."""
        return f"{assignment.digest}-{self.seed}"

    def add(self, handed_in: HandedIn, submission: Submission) -> None:
        """Keep a submission's answers; a file that has changed replaces what it was."""
        content = {
            "answers": submission.answers,
            "notes": submission.notes,
            "problem": submission.problem,
            "own_names": submission.own_names,
        }
        self.database.execute(
            "REPLACE INTO submission VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                handed_in.student,
                handed_in.number,
                handed_in.shown,
                handed_in.time,
                submission.assignment,
                submission.digest,
                json.dumps(content),
            ),
        )

    def keep_only(self, handed_in: Iterable[HandedIn]) -> None:
        """Forget submissions whose files are no longer there."""
        there = {(one.student, one.shown) for one in handed_in}
        rows = self.database.execute("SELECT student, shown FROM submission").fetchall()
        for row in rows:
            if row not in there:
                self.database.execute("DELETE FROM submission WHERE student=? AND shown=?", row)

    def to_grade(
        self, assignments: dict[str, Assignment], limits: dict[str, Any]
    ) -> Iterator[Task]:
        """Yield a task for each content that has no result under the present rules."""
        query = "SELECT min(rowid) FROM submission GROUP BY digest"
        for (row,) in self.database.execute(query).fetchall():
            digest, name, content = self.database.execute(
                "SELECT digest, assignment, content FROM submission WHERE rowid = ?", (row,)
            ).fetchone()
            data = json.loads(content)
            if name not in assignments or data["problem"]:
                continue
            if self.result(digest, self.rules(assignments[name])) is None:
                yield Task(
                    digest,
                    name,
                    data["answers"],
                    tuple(data["notes"]),
                    tuple(data["own_names"]),
                    self.seed,
                    limits,
                )

    def assign_unknown(self) -> None:
        """Count what could not be read towards the one assignment of the class, or a decided one.

        A decided one: the instructor gave points or a comment for it, and it has no other file.
        """
        query = "SELECT DISTINCT assignment FROM submission WHERE assignment != ''"
        names = self.database.execute(query).fetchall()
        if len(names) == 1:
            self.database.execute(
                "UPDATE submission SET assignment=? WHERE assignment=''", names[0]
            )
        decided = (
            "SELECT DISTINCT assignment, student FROM manual "
            "WHERE points IS NOT NULL OR comment != ''"
        )
        for name, student in self.database.execute(decided).fetchall():
            self.database.execute(
                "UPDATE submission SET assignment=?1 WHERE student=?2 AND assignment='' AND NOT "
                "EXISTS (SELECT 1 FROM submission WHERE student=?2 AND assignment=?1)",
                (name, student),
            )

    def write(self, result: Graded, assignment: Assignment) -> None:
        """Keep a result, at once and whole; a failure of the grader is not a result."""
        if result.failure:
            return
        with self.database:  # one transaction
            self.database.execute(
                "REPLACE INTO result VALUES (?, ?, ?, ?)",
                (result.digest, self.rules(assignment), json.dumps(result.as_dict()), time.time()),
            )

    def result(self, digest: str, rules: str) -> Graded | None:
        """Return the result of a content under some rules, None where there is none."""
        row = self.database.execute(
            "SELECT data FROM result WHERE digest = ? AND rules = ?", (digest, rules)
        ).fetchone()
        return Graded.from_dict(json.loads(row[0])) if row else None

    def forget(self, assignment: str = "", student: str = "") -> int:
        """Forget results, so that they are graded again; return how many."""
        cursor = self.database.execute(
            "DELETE FROM result WHERE digest IN (SELECT digest FROM submission "
            "WHERE ?1 IN ('', assignment) AND ?2 IN ('', student))",
            (assignment, student),
        )
        return cursor.rowcount

    def decide(self, student: str, assignment: str, question: str, decision: Manual) -> None:
        """Keep points or a comment given by hand."""
        self.database.execute(
            "REPLACE INTO manual VALUES (?, ?, ?, ?, ?, ?)",
            (student, assignment, question, decision.points, decision.comment, time.time()),
        )

    def decision(self, student: str, assignment: str, question: str) -> Manual:
        """Return what was decided by hand about a question, which may be nothing."""
        return self._decisions(student, assignment).get(question, Manual())

    def _decisions(self, student: str, assignment: str) -> dict[str, Manual]:
        rows = self.database.execute(
            "SELECT question, points, comment FROM manual WHERE student = ? AND assignment = ?",
            (student, assignment),
        )
        return {question: Manual(points, comment) for question, points, comment in rows}

    def answers(self, assignment: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield each student's answers to an assignment."""
        query = "SELECT student, content FROM submission WHERE assignment = ? ORDER BY student"
        for student, content in self.database.execute(query, (assignment,)):
            yield student, json.loads(content)["answers"]

    def attempts(self, assignments: dict[str, Assignment]) -> list[Attempt]:
        """Return every submission with its mark, by student; the one that counts is marked."""
        policy = self.policy
        worth = {name: worth_of(assignment) for name, assignment in assignments.items()}
        found: dict[tuple[str, str], list[Attempt]] = {}
        rows = self.database.execute(
            "SELECT student, number, shown, time, assignment, digest, content FROM submission "
            "ORDER BY student, assignment, time, shown"
        ).fetchall()
        for student, number, shown, moment, name, digest, content in rows:
            data = json.loads(content)
            graded: Graded | None = None
            if data["problem"]:
                graded = Graded(digest, name, notes=tuple(data["notes"]), problem=data["problem"])
            elif name in assignments:
                graded = self.result(digest, self.rules(assignments[name]))
            if graded is not None:  # the same answers may come in differently odd notebooks
                graded = replace(graded, notes=tuple(data["notes"]))
            attempt = Attempt(
                student,
                number,
                shown,
                moment,
                graded,
                self._decisions(student, name),
                policy.penalty(moment),
                assignment=name,
                worth=worth.get(name, {}),
            )
            found.setdefault((student, name), []).append(attempt)
        return [one for attempts in found.values() for one in choose(attempts, policy)]


def worth_of(assignment: Assignment) -> dict[str, float]:
    """Return the points of each question of an assignment."""
    return {name: float(find(name).points) for name in assignment.questions}


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, "utf-8", errors="replace", newline="")
    os.replace(temporary, path)  # noqa: PTH105
