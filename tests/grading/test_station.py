"""What the grader does when its own processes die, and in all the ways it can start kernels."""

import os
import subprocess
import sys
import tempfile
import threading
import time
import venv
from dataclasses import replace
from pathlib import Path

import hostile
import psutil
import pytest
from hostile import ANSWERS, CHAPTER, FULL, QUESTIONS, ROOT, VICTIM

from dlcourse.grading import isolate, landlock, sandbox
from dlcourse.grading.assignment import load_all
from dlcourse.grading.kernels import PROVISIONER, install_kernelspec
from dlcourse.grading.limits import Limits
from dlcourse.grading.results import Task
from dlcourse.grading.sandbox import NoSandbox, WarmParent, bubblewrap_fails
from dlcourse.grading.station import Station

ASSIGNMENTS = load_all(ROOT / "exercises")
ASSIGNMENT = ASSIGNMENTS[CHAPTER]
LIMITS = Limits(cell_seconds=3, memory_mb=700)
needs_bubblewrap = pytest.mark.skipif(
    bool(bubblewrap_fails()), reason=f"bubblewrap does not work here: {bubblewrap_fails()}"
)


def task(name: str, **answers: str) -> Task:
    filled = {**ANSWERS, **answers}
    filled[QUESTIONS[0]] += f"\n# {name}"
    return Task(name, CHAPTER, filled, (), (), 7, LIMITS.as_dict())


def points(results) -> list[float]:
    assert not any(result.failure for result in results), results
    return [result.points for result in results]


@pytest.fixture(scope="module")
def station():
    with Station([ASSIGNMENT]) as station:
        yield station


def test_a_batch_comes_back_in_its_order(station):
    wrong = hostile.WRONG
    tasks = [task("a"), task("b", **{VICTIM: wrong[VICTIM]}), task("c", **wrong), task("d")]
    results = station.grade(tasks)
    assert [result.digest for result in results] == ["a", "b", "c", "d"]
    assert points(results) == [FULL, FULL - hostile.POINTS[VICTIM], 0, FULL]


def test_one_at_a_time_gives_the_same_marks_as_a_batch(station):
    tasks = [task(f"s{n}", **{QUESTIONS[n]: hostile.WRONG[QUESTIONS[n]]}) for n in range(5)]
    together = station.grade(tasks)
    alone = [station.grade([one])[0] for one in tasks]
    assert [replace(r, seconds=0, questions=()) for r in together] == [
        replace(r, seconds=0, questions=()) for r in alone
    ]
    for one, two in zip(together, alone, strict=True):
        assert [replace(q, seconds=0) for q in one.questions] == [
            replace(q, seconds=0) for q in two.questions
        ]


def test_truths_computed_beforehand_change_no_word_of_a_report(station):
    wrong = {name: hostile.WRONG[name] for name in QUESTIONS[::2]}
    tasks = [task("a", **wrong), task("b"), task("c", **hostile.WRONG)]
    with Station([ASSIGNMENT], seed=7) as told:
        assert len(told.truths) == len(QUESTIONS)
        found = told.grade(tasks)
    for one, two in zip(found, station.grade(tasks), strict=True):
        assert [replace(q, seconds=0) for q in one.questions] == [
            replace(q, seconds=0) for q in two.questions
        ]


def test_no_engine_needs_tensorflow(tmp_path):
    """It would be most of its memory: what solutions give is computed once, elsewhere."""
    code = (
        "import json, sys\n"
        "from dlcourse.grading import engine\n"
        "from dlcourse.grading.judge import expected, judge, learn\n"
        "learn(json.load(open(sys.argv[1])))\n"
        "verdict = judge('tape_gradient', expected('tape_gradient', 7), 7)\n"
        'wrong = judge(\'tape_gradient\', \'{"x": {"text": "1"}}\', 7)\n'
        "print(verdict.right, wrong.right, 'tensorflow' in sys.modules)\n"
    )
    known = subprocess.run(
        [sys.executable, "-m", "dlcourse.grading.truths", "7", "tape_gradient"],
        capture_output=True,
        check=True,
    )
    (tmp_path / "known").write_bytes(known.stdout)
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "known")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DLCOURSE_RUN_FOLDER": str(tmp_path)},
    )
    assert run.stdout.split() == ["True", "False", "False"], run.stderr


def engines() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "dlcourse.grading.engine" in child.cmdline()]


def kill_soon(find, seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, lambda: [process.kill() for process in find()])
    timer.start()
    return timer


def test_an_engine_that_dies_is_replaced(station):
    station.grade([task("warm up")])
    slow = f"import time\ntime.sleep(1)\n{ANSWERS[VICTIM]}"
    timer = kill_soon(engines, 0.7)
    results = station.grade([task("x", **{VICTIM: slow}), task("y")])
    timer.join()
    assert points(results) == [FULL, FULL]


def test_a_warm_parent_that_dies_is_replaced(station):
    station.grade([task("warm up")])
    before = station.warm
    slow = f"import time\ntime.sleep(1)\n{ANSWERS[VICTIM]}"

    def parent():
        return [psutil.Process(before.process.pid), *psutil.Process(before.process.pid).children()]

    timer = kill_soon(parent, 0.7)
    results = station.grade([task("x", **{VICTIM: slow}), task("y")])
    timer.join()
    assert points(results) == [FULL, FULL]
    assert station.warm is not before


def test_nothing_is_left_when_the_grader_is_killed():
    code = (
        "import sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_station import ANSWERS, ASSIGNMENT, VICTIM, Station, task\n"
        "station = Station([ASSIGNMENT])\n"
        "print('ready', flush=True)\n"
        "loop = 'import time\\ntime.sleep(60)\\n' + ANSWERS[VICTIM]\n"
        "station.grade([task('x', **{VICTIM: loop})])\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    time.sleep(2)
    below = psutil.Process(run.pid).children(recursive=True)
    assert len(below) >= 3
    run.kill()
    run.wait()
    run.stdout.close()
    _gone, alive = psutil.wait_procs(below, timeout=20)
    assert not alive


CASES = {
    "honest": ({}, FULL),
    "wrong": ({VICTIM: hostile.WRONG[VICTIM]}, FULL - hostile.POINTS[VICTIM]),
    "exit": ({VICTIM: "import os\nos._exit(0)"}, FULL - hostile.POINTS[VICTIM]),
    "loop": ({VICTIM: "while True: pass"}, FULL - hostile.POINTS[VICTIM]),
    "spoils": ({VICTIM: f"{ANSWERS[VICTIM]}\ndel np, reveal"}, FULL - hostile.POINTS[VICTIM]),
}
MODES = [
    pytest.param("bubblewrap", False, marks=needs_bubblewrap),
    pytest.param("bubblewrap", True, marks=needs_bubblewrap),
    ("limits", False),
    ("limits", True),
]


@pytest.mark.parametrize(("kind", "fresh"), MODES)
def test_all_ways_to_start_kernels_give_the_same_marks(kind, fresh):
    with Station([ASSIGNMENT], kind, fresh) as station:
        results = station.grade([task(name, **answers) for name, (answers, _) in CASES.items()])
    assert points(results) == [deserved for _, deserved in CASES.values()]
    said = " ".join(question.hint for result in results for question in result.questions)
    assert "exit code 0" in said
    assert "still running" in said


def test_forked_and_fresh_kernels_see_the_same_random_numbers():
    """An answer that draws without a seed gets one mark, however its kernel was started."""
    drawn = (
        "import random\nimport numpy as np\n"
        "boundary_point = round(random.random() + np.random.random(), 9)\n"
    )
    received = set()
    for fresh in (False, True, False):
        with Station([ASSIGNMENT], "limits", fresh) as station:
            (result,) = station.grade([task("x", boundary_point=drawn)])
        received.add(next(q.received for q in result.questions if q.question == "boundary_point"))
    assert len(received) == 1


def test_without_landlock_the_report_says_what_is_not_protected(monkeypatch):
    monkeypatch.setattr(landlock, "version", lambda: 0)
    with Station([ASSIGNMENT], "limits") as station:
        results = station.grade([task("honest"), task("exit", **CASES["exit"][0])])
    assert points(results) == [FULL, FULL - hostile.POINTS[VICTIM]]
    assert "an answer could read files of this machine" in results[0].isolation
    assert "the network was not cut off" in results[0].isolation


def test_bubblewrap_that_fails_falls_back_and_says_so(monkeypatch):
    monkeypatch.setattr(sandbox, "bubblewrap_fails", lambda: "it is not installed")
    with Station([ASSIGNMENT]) as station:
        (result,) = station.grade([task("honest")])
    assert result.points == FULL
    assert "plain limits (no bubblewrap: it is not installed)" in result.isolation
    with pytest.raises(NoSandbox, match="bubblewrap cannot be used: it is not installed"):
        WarmParent([], "bubblewrap").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each kernel a user of its own")
def test_as_root_each_kernel_is_a_user_of_its_own_where_that_user_can_read_python():
    who = "import os\nboundary_point = float(os.getuid())\n"
    with Station([ASSIGNMENT], "limits") as station:
        (result,) = station.grade([task("x", boundary_point=who)])
        own = "a user of its own" in station.warm.isolation.sentence
    received = next(q.received for q in result.questions if q.question == "boundary_point")
    assert (float(received) >= 60_000) == own


def test_nbval_itself_can_use_the_forked_kernels(tmp_path):
    """The provisioner is an entry point of jupyter_client: plain pytest --nbval finds it."""
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "metadata": {},
                "execution_count": 1,
                "source": source,
                "outputs": [
                    {
                        "output_type": "execute_result",
                        "metadata": {},
                        "execution_count": 1,
                        "data": {"text/plain": shown},
                    }
                ],
            }
            for source, shown in [("6 * 7", "42"), ("'a' * 3", "'aaa'"), ("1 + 1", "3")]
        ],
        "metadata": {"kernelspec": {"name": PROVISIONER, "display_name": "x"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "plain.ipynb"
    path.write_bytes(hostile.dump(notebook))
    with WarmParent(["numpy"]) as warm:
        install_kernelspec(warm.folder)
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(path)],
            env={
                **os.environ,
                "JUPYTER_PATH": str(warm.folder),
                "DLCOURSE_WARM_PARENT": warm.address,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert "1 failed, 2 passed" in run.stdout, run.stdout


def test_an_interrupt_reaches_the_kernel_and_not_its_parent(station):
    loop = "try:\n    while True: pass\nexcept KeyboardInterrupt: pass\n"
    (result,) = station.grade([task("x", **{VICTIM: loop + ANSWERS[VICTIM]})])
    assert result.points == FULL - hostile.POINTS[VICTIM]
    assert station.warm.process.poll() is None


@needs_bubblewrap
def test_a_python_that_lies_in_tmp_keeps_its_libraries(tmp_path):
    with tempfile.TemporaryDirectory(dir=isolate.HOME) as folder:
        Path(folder).chmod(0o755)
        venv.create(folder, symlinks=True)
        packages = next(Path(folder).glob("lib/python*/site-packages"))
        others = [str(ROOT), *(entry for entry in sys.path if entry.endswith("-packages"))]
        (packages / "others.pth").write_text("\n".join(others))
        (packages / "late.py").write_text("")  # imported by an answer, behind the private /tmp
        handed_in = tmp_path / "late.ipynb"
        answer = f"import late\n{ANSWERS[VICTIM]}"
        handed_in.write_bytes(hostile.dump(hostile.notebook({VICTIM: answer})))
        command = [f"{folder}/bin/python", "-m", "dlcourse.grading.cli", "grade", str(handed_in)]
        run = subprocess.run(
            [*command, "--sandbox", "bubblewrap"], capture_output=True, text=True, check=False
        )
    assert f"{FULL} of {FULL}" in run.stdout, run.stdout + run.stderr


def result(station, question, answer, own_names=()):
    """Return what is said of one answer; "" stands for a cell that is not there."""
    one = task("said", **{question: answer})
    answers = one.answers if answer else {k: v for k, v in one.answers.items() if k != question}
    graded = station.grade([replace(one, answers=answers, own_names=own_names)])[0]
    return next(found for found in graded.questions if found.question == question)


def test_a_helper_in_a_cell_of_its_own_is_named_whether_it_is_called_early_or_late(station):
    for answer in (f"helper(1)\n{ANSWERS[VICTIM]}", hostile.inside("return helper(1)")):
        found = result(station, VICTIM, answer, ("helper",))
        assert "helper is defined in a cell of your own" in found.note


@pytest.mark.parametrize(
    ("question", "answer", "hint"),
    [
        (
            VICTIM,
            f"def {VICTIM.title()}(x):\n    return x",
            f"The cell does not define `{VICTIM}`; it defines `{VICTIM.title()}`. Keep the name.",
        ),
        (
            "xor_weights",
            "w1 = b1 = b2 = 1",
            "The cell does not define `w2`. The question asks for `b1` and `b2` and `w1` and `w2`.",
        ),
    ],
)
def test_an_answer_by_another_name_is_said_and_is_a_mistake_of_its_own(
    station, question, answer, hint
):
    found = result(station, question, answer)
    assert (found.mistake, found.hint, found.error) == ("not_defined", hint, "")


def test_a_missing_answer_is_told_once(station):
    found = result(station, VICTIM, "")
    assert (found.mistake, found.error) == ("missing", "")


def test_a_syntax_error_names_no_temporary_file(station):
    found = result(station, VICTIM, f"def {VICTIM}(x)\n    return x")
    assert (found.mistake, found.error.splitlines()[-1]) == (
        "no_values",
        "SyntaxError: expected ':'",
    )


def test_input_in_an_answer_has_its_own_hint(station):
    assert "`input()` asks" in result(station, "boundary_point", "boundary_point = input()").hint
