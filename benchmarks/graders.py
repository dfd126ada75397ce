"""Four graders as contestants: each grades a class and says how long it took and what it gave.

Every grader gets the very same notebooks. What it needs beforehand (an nbgrader course, an archive
for otter) is made before the clock starts.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import psutil
from classroom import EXERCISES, ROOT, Submission, write

from dlcourse.grading.build import CHECK
from dlcourse.grading.questions import questions_of

BIN = Path(sys.executable).parent
OTTER = "otter-grader==7.0.0"


@dataclass(frozen=True)
class Run:
    """One grader's run: how long it took, what it used, the marks it gave.

    `seconds` by the clock, `work` of the processors, `memory` at its highest (bytes).
    """

    name: str
    submissions: int
    seconds: float
    work: float
    memory: int
    marks: dict[str, float]

    @property
    def each(self) -> float:
        """Return the seconds a submission."""
        return self.seconds / self.submissions


class Absent(RuntimeError):  # noqa: N818
    """A grader cannot run here; says why."""


class Meter:
    """Measures the time and the work of a block, and the most memory that its processes held.

    Memory is the proportional set size: what processes share counts once. Work is the processor
    time of all processes that have ended; on a busy machine it says more than the clock.
    """

    def __enter__(self) -> Meter:
        self.memory, self.ended = 0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        self.began, self.worked = time.perf_counter(), _work()
        return self

    def _watch(self) -> None:
        while not self.ended.wait(0.5):
            children = psutil.Process().children(recursive=True)
            self.memory = max(self.memory, sum(_proportional(child.pid) for child in children))

    def __exit__(self, *_: object) -> None:
        seconds, work = time.perf_counter() - self.began, _work() - self.worked
        self.ended.set()
        self.thread.join()
        self.used = seconds, work, self.memory


def _work() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it has ended, or this is not Linux
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def command(*arguments: object, log: Path, **environment: str) -> None:
    """Run a command; a failure shows the end of what it said."""
    with log.open("wb") as file:
        run = subprocess.run(
            [str(argument) for argument in arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
            cwd=log.parent,
            check=False,
        )
    if run.returncode not in (0, 1):  # 1: some notebook failed, which is for the marks to show
        raise Absent(f"it ended with code {run.returncode}: {log.read_text('utf-8')[-500:]}")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dlcourse(chapter: str, submissions: list[Submission], jobs: int) -> Run:
    """`dlcourse grade FOLDER`, with the best isolation that this machine has."""
    with _folder() as folder:
        write(submissions, folder / "in", chapter)
        arguments = ["grade", folder / "in", "--out", folder / "out", "--jobs", jobs]
        with Meter() as meter:
            command(BIN / "dlcourse", *arguments, log=folder / "log")
        with (folder / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
            marks = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    return Run(f"dlcourse grade, {jobs} jobs", len(submissions), *meter.used, marks)


def one_at_a_time(chapter: str, submissions: list[Submission]) -> Run:
    """Dlcourse once more, each submission in a batch, an engine and a folder of its own."""
    marks = {}
    with _folder() as folder, Meter() as meter:
        for one in submissions:
            write([one], folder / one.student, chapter)
            out = folder / f"{one.student}.out"
            arguments = ["grade", folder / one.student, "--out", out, "--jobs", 1]
            command(BIN / "dlcourse", *arguments, log=folder / "log")
            with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
                marks |= {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    return Run("dlcourse, one at a time", len(submissions), *meter.used, marks)


def nbgrader(chapter: str, submissions: list[Submission]) -> Run:
    """`nbgrader autograde`, as it comes."""
    with _folder() as folder:
        source = folder / "source" / "work" / f"{chapter}.ipynb"
        source.parent.mkdir(parents=True)
        shutil.copy(EXERCISES / "solutions" / source.name, source)
        course = [f"--course={folder}", f"--db=sqlite:///{folder}/gradebook.db"]
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by its name
        start = [BIN / "nbgrader"]
        command(*start, "generate_assignment", "work", *course, log=folder / "log", PATH=path)
        for one in submissions:
            target = folder / "submitted" / one.student / "work" / source.name
            target.parent.mkdir(parents=True)
            target.write_text(one.content, "utf-8")
        with Meter() as meter:
            command(*start, "autograde", "work", *course, log=folder / "log", PATH=path)
        marks = _marks_of_nbgrader(f"sqlite:///{folder}/gradebook.db", chapter, submissions)
    return Run("nbgrader autograde", len(submissions), *meter.used, marks)


def _marks_of_nbgrader(
    database: str, chapter: str, submissions: list[Submission]
) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(database) as book:
        return {
            one.student: book.find_submission_notebook(chapter, "work", one.student).score
            for one in submissions
        }


def nbval(chapter: str, submissions: list[Submission]) -> Run:
    """`pytest --nbval-lax` on all notebooks in one process: a check that raises is a lost point."""
    points = {f"{q.name}_check": q.points for q in questions_of(chapter)}
    with _folder() as folder:
        write(submissions, folder / "in", chapter)
        report = folder / "junit.xml"
        options = ["--nbval-lax", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        with Meter() as meter:
            command(BIN / "pytest", *options, folder / "in", log=folder / "log")
        marks = dict.fromkeys((one.student for one in submissions), 0.0)
        checks = [
            (number, cell["metadata"]["nbgrader"]["grade_id"])
            for number, cell in enumerate(_code_cells(chapter))
            if cell["metadata"].get("nbgrader", {}).get("grade")
        ]
        names = {f"Cell {number}": name for number, name in checks}
        for case in ElementTree.parse(report).iter("testcase"):
            name = names.get(case.get("name", "").rpartition("::")[2])
            if name and len(case) == 0:
                student = next(s for s in marks if s in case.get("classname", ""))
                marks[student] += points[name]
    return Run("pytest --nbval-lax", len(submissions), *meter.used, marks)


def _code_cells(chapter: str) -> list[dict]:
    data = json.loads((EXERCISES / f"{chapter}.ipynb").read_text("utf-8"))
    return [cell for cell in data["cells"] if cell["cell_type"] == "code"]


TEST = """
from otter.test_files import test_case
OK_FORMAT = False
name, points = {name!r}, {points}

@test_case(points=points)
def right(env):
    from dlcourse.grading import check
    check(name, eval({answer!r}, env))
"""


def otter(chapter: str, submissions: list[Submission]) -> Run:
    """`otter run` on each notebook, in an environment of otter's own beside ours."""
    with _folder() as folder:
        program = _install_otter(folder)
        (folder / "tests").mkdir()
        asked = dict(_checks(chapter))
        for question in questions_of(chapter):
            text = TEST.format(
                name=question.name, points=question.points, answer=asked[question.name]
            )
            (folder / "tests" / f"{question.name}.py").write_text(text, "utf-8")
        write(submissions, folder / "in", chapter)
        log = folder / "log"
        command(program, "generate", "--no-environment", log=log)
        marks = {}
        with Meter() as meter:
            for one in submissions:
                path = folder / "in" / one.student / f"{chapter}.ipynb"
                out = path.parent
                command(program, "run", "-a", folder / "autograder.zip", "-o", out, path, log=log)
                tests = json.loads((out / "results.json").read_text("utf-8"))["tests"]
                marks[one.student] = sum(test.get("score", 0.0) for test in tests)
    return Run("otter run, one process each", len(submissions), *meter.used, marks)


def _checks(chapter: str) -> Iterator[tuple[str, str]]:
    """Yield each question's name, and the expression that its check looks at."""
    for cell in _code_cells(chapter):
        found = CHECK.search("".join(cell["source"]))
        if found:
            yield found[1], found[2]


def _install_otter(folder: Path) -> Path:
    """Return the program `otter`: DLCOURSE_OTTER names one, else it is installed for this run."""
    if named := os.environ.get("DLCOURSE_OTTER"):
        program = Path(named)
    else:
        place = folder / "otter"
        try:
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            pip = [place / "bin" / "python", "-m", "pip", "install", "-q", OTTER]
            subprocess.run(pip, check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            raise Absent(f"{OTTER} could not be installed: {str(error.stderr)[-300:]}") from None
        program = place / "bin" / "otter"
    if not program.exists():
        raise Absent(f"there is no {program}")
    # Otter's own packages come first; ours stand behind them, for NumPy's friends and the course.
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    theirs = next((program.parents[1] / "lib").glob("python*/site-packages"))
    (theirs / "course.pth").write_text(f"{ours}\n{ROOT}\n", "utf-8")
    return program
