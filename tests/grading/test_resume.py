"""Killed at any moment, a run goes on where it stopped, and ends with the same results."""

import json
import random
import signal
import sqlite3
import subprocess
import time

import hostile
import pytest
from class_room import COMMAND, LIMITS, dlcourse, grades, write
from hostile import ANSWERS, FULL, POINTS, QUESTIONS, WRONG, Case

KILLS = 10


def class_of(size: int) -> list[Case]:
    """Return students with different answers: each gets some questions wrong, and says so."""
    cases = []
    for number in range(size):
        wrong = {name for place, name in enumerate(QUESTIONS) if number >> place & 1}
        answers = {
            name: f"{(WRONG if name in wrong else ANSWERS)[name]}\n# written by student {number}"
            for name in QUESTIONS
        }
        text = hostile.dump(hostile.notebook(answers))
        cases.append(Case(f"student_{number:02d}", lambda text=text: text, tuple(sorted(wrong))))
    return cases


def results(out) -> dict[str, object]:
    """Return all that there is about each student, word for word, but for how long it took."""
    found: dict[str, object] = {}
    with sqlite3.connect(out / "gradebook.sqlite") as database:
        for student, text in database.execute(
            "SELECT student, data FROM submission JOIN result USING (digest)"
        ):
            data = json.loads(text)
            for part in (data, *data["questions"]):
                del part["seconds"]
            found[student] = data, grades(out)[student]
    return found


def graded(out) -> int:
    if not (out / "gradebook.sqlite").exists():
        return 0
    with sqlite3.connect(out / "gradebook.sqlite") as database:
        try:
            return database.execute("SELECT count(*) FROM result").fetchone()[0]
        except sqlite3.OperationalError:  # killed before the tables were made
            return 0


def test_killed_ten_times_the_run_ends_with_the_same_results(tmp_path):
    cases = class_of(120)
    write(tmp_path / "in", cases, [])
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    dlcourse("grade", tmp_path / "in", "--out", whole, *LIMITS)
    moments = random.Random(20_260_301)
    progress = [0]
    for number in range(KILLS):
        command = [*COMMAND, "grade", str(tmp_path / "in"), "--out", str(killed), *LIMITS]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if number % 2:  # at any moment at all
            time.sleep(moments.uniform(0.1, 2.5))
        else:  # while results come in
            while run.poll() is None and graded(killed) == progress[-1]:
                time.sleep(0.02)
            time.sleep(moments.uniform(0, 0.2))
        run.send_signal(signal.SIGKILL)
        run.wait()
        progress.append(graded(killed))
    assert progress == sorted(progress), "no result is ever lost"
    killed_at_work = [done for done in progress[1:] if done < len(cases)]
    assert len(killed_at_work) >= KILLS / 2, "most runs were killed while there was work left"
    assert len(set(killed_at_work)) >= 4, "and in the middle of their results"
    dlcourse("grade", tmp_path / "in", "--out", killed, *LIMITS)
    assert results(killed) == results(whole)
    points = {case.name: float(case.points) for case in cases}
    assert {name: float(row["points"]) for name, row in grades(killed).items()} == points
    assert set(points.values()) >= {0.0, float(FULL)}
    assert len(set(points.values())) > len(POINTS)


def test_a_second_run_at_the_same_time_is_refused(tmp_path):
    from dlcourse.grading.gradebook import Gradebook, InUse

    with Gradebook(tmp_path), pytest.raises(InUse, match="Another run"):
        Gradebook(tmp_path)


def test_a_finished_run_has_nothing_left_to_do(tmp_path):
    write(tmp_path / "in", class_of(2), [])
    dlcourse("grade", tmp_path / "in", "--out", tmp_path / "out", *LIMITS)
    before = results(tmp_path / "out")
    again = dlcourse("grade", tmp_path / "in", "--out", tmp_path / "out", *LIMITS)
    assert "Nothing to grade" in again.stdout
    assert results(tmp_path / "out") == before
