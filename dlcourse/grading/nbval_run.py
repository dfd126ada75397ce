"""One nbval run over a batch of submissions: the part of the grader that executes and compares.

nbval's own items execute each cell in a kernel and compare its outputs with the stored ones. What
is added here: answers and expected outputs come from the grader instead of a file; a kernel that
dies or hangs costs one question; and values that the judge finds right count as the expected ones,
because nbval compares texts, and two right answers may differ in the last digit.
"""

from __future__ import annotations

import contextlib
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbval.plugin
import pytest
import zmq
from nbformat import NotebookNode, from_dict
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from dlcourse.grading.judge import judge
from dlcourse.grading.kernels import BoundedKernel, KernelDied, TooMuch
from dlcourse.grading.limits import Limits
from dlcourse.grading.question import Verdict
from dlcourse.grading.questions import find
from dlcourse.grading.values import snap

OPTIONS = ("--nbval", "-p", "nbval.plugin", "-q", "--tb=native", "--capture=no", "-c", "/dev/null")
UNUSED = (
    "cacheprovider",
    "logging",
    "unraisableexception",
    "threadexception",
    "warnings",
    "faulthandler",
)
QUIET = 30.0  # seconds without a message after which a cell that has ended is given up


@dataclass
class Outcome:
    """What became of one question: the verdict, and what else there is to say."""

    verdict: Verdict | None = None
    passed: bool = False
    error: str = ""
    lost: str = ""
    seconds: float = 0.0


@dataclass
class Job:
    """One notebook to run: cells as `assignment.reference` gives them, and what became of them."""

    key: str
    cells: list[dict[str, Any]]
    seed: int
    limits: Limits
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failure: str = ""  # of the grader, not of the student

    def outcome(self, question: str) -> Outcome:
        """Return the outcome of a question, to fill in."""
        return self.outcomes.setdefault(question, Outcome())

    def is_lost(self, question: str) -> bool:
        """Return whether a question was given up, because its answer cost a kernel."""
        return question in self.outcomes and bool(self.outcomes[question].lost)


def run(jobs: list[Job], context: zmq.Context[Any], folder: Path) -> None:
    """Execute and compare a batch of notebooks, one kernel each; fill in their outcomes."""
    seconds = max(job.limits.cell_patience for job in jobs)
    arguments = [*OPTIONS, f"--nbval-cell-timeout={seconds}"]
    arguments += [part for name in UNUSED for part in ("-p", f"no:{name}")]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = pytest.main([*arguments, f"--rootdir={folder}"], plugins=[Batch(jobs, context)])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"nbval ended with {status!r}.")


class Batch:
    """A pytest plugin that collects the notebooks of a batch, which are in no file."""

    def __init__(self, jobs: list[Job], context: zmq.Context[Any]) -> None:
        self.jobs, self.context = jobs, context

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Make the items: nbval's, from the jobs."""
        session.items = []
        for number, job in enumerate(self.jobs):
            path = Path(str(session.config.rootpath), f"{number}.ipynb")
            notebook = Notebook.from_parent(session, path=path, job=job, context=self.context)
            session.items += notebook.collect()
        session.testscollected = len(session.items)
        return True


class Notebook(IPyNbFile):
    """nbval's notebook, in memory, with kernels that can be lost."""

    kernel: BoundedKernel

    def __init__(self, *, job: Job, context: zmq.Context[Any], **rest: Any) -> None:
        super().__init__(**rest)
        self.job, self.context = job, context
        self.ran: list[GradedCell] = []
        self.began = 0.0

    def setup(self) -> None:
        """Start the kernel, as nbval does before the first cell."""
        self.began = time.monotonic()
        self.start_kernel()

    def start_kernel(self) -> None:
        """Start a kernel; what fails here is the grader's failure."""
        try:
            self.kernel = BoundedKernel(self.job.limits, self.job.seed, self.context)
        except Exception as error:
            self.job.failure = f"No kernel could be started: {error}"
            raise

    def collect(self) -> Iterator[IPyNbCell]:
        """Yield an item for each cell."""
        for number, data in enumerate(self.job.cells):
            cell = from_dict(
                {
                    "cell_type": "code",
                    "source": data["source"],
                    "metadata": {},
                    "outputs": data["outputs"],
                    "execution_count": 1,
                }
            )
            yield GradedCell.from_parent(
                self, name=data["id"], cell_num=number, cell=cell, data=data
            )

    def left(self) -> float:
        """Return the seconds that the submission has left."""
        return self.began + self.job.limits.total_seconds - time.monotonic()

    def replay(self) -> None:
        """Go on after a kernel was lost: a fresh one, with all that ran before but the lost."""
        self.timed_out = False
        with contextlib.suppress(Exception):
            self.kernel.stop()
        while True:
            self.start_kernel()
            for cell in self.ran:
                if not self.job.is_lost(cell.question) and not cell.repeat(self.kernel):
                    break  # what ran before did not run again: it is lost too
            else:
                return

    def teardown(self) -> None:
        """End the kernel."""
        with contextlib.suppress(Exception):
            self.kernel.stop()


class GradedCell(IPyNbCell):
    """nbval's cell, which knows its question and survives its kernel."""

    parent: Notebook

    def __init__(self, *, data: dict[str, Any], **rest: Any) -> None:
        compared = data["role"] == "check"
        options = {"check": compared, "skip": False, "check_exception": False}
        super().__init__(options=options, **rest)
        self.question, self.role, self.text = data["question"], data["role"], data["source"]
        self.output_timeout = QUIET

    def setup(self) -> None:
        """Do nothing: after a time-out, a fresh kernel takes over."""

    def stop(self) -> None:
        """Give up a cell that failed and does not come to rest: nbval calls this, and lacks it."""
        self.parent.timed_out = True
        self.raise_cell_error("The kernel did not come to rest.")

    def runtest(self) -> None:
        """Run the cell by nbval, and note what became of its question."""
        notebook, job = self.parent, self.parent.job
        outcome = job.outcome(self.question) if self.question else Outcome()
        if outcome.lost or (self.role != "given" and not self.text):
            return self.raise_cell_error("This question has no answer that could be run.")
        if notebook.left() <= 0:
            outcome.lost = f"The submission had used up its {job.limits.total_seconds:g} seconds."
            return self.raise_cell_error(outcome.lost)
        began = time.monotonic()
        notebook.kernel.begin(min(job.limits.cell_patience, notebook.left()))
        try:
            super().runtest()
            outcome.passed = self.role == "check"
        except NbCellError:
            outcome.error = outcome.error or own_lines(self.test_outputs or [])
            if notebook.timed_out:
                outcome.lost = (
                    f"It was still running after {job.limits.cell_seconds:g} seconds of work (or "
                    f"{job.limits.cell_patience:g} by the clock) and was stopped. Does each loop "
                    "come to an end?"
                )
            raise
        except (KernelDied, TooMuch) as error:
            outcome.lost = str(error)
            raise
        except Exception as error:
            outcome.lost = f"It broke the connection to the notebook ({type(error).__name__})."
            raise
        finally:
            outcome.seconds += time.monotonic() - began
            if self.role == "given" and (outcome.lost or outcome.error):
                job.failure = f"A given cell failed: {outcome.lost or outcome.error}"
            elif outcome.lost:
                notebook.replay()
            if self.role != "check" and not outcome.lost:
                notebook.ran.append(self)
        return None

    def repeat(self, kernel: BoundedKernel) -> bool:
        """Run the cell again, compare nothing; return False, and lose the question, if it fails."""
        patience = self.parent.job.limits.cell_patience
        kernel.begin(patience)
        try:
            message = kernel.execute_cell_input(self.text, allow_stdin=False)
            kernel.await_reply(message, timeout=patience)
            kernel.await_idle(message, timeout=QUIET)
        except Exception as error:
            self.parent.job.outcome(
                self.question
            ).lost = f"It did not run a second time: {error or 'it took too long'}"
            with contextlib.suppress(Exception):
                kernel.stop()
            return False
        return True

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        """Compare as nbval does, after values within tolerance were given the expected form."""
        outcome, question = self.parent.job.outcome(self.question), find(self.question)
        text = shown_values(test)
        answer = next(cell.text for cell in self.parent.ran if cell.question == self.question)
        verdict = judge(question.name, text, self.parent.job.seed, answer)
        outcome.verdict = verdict
        if verdict.mistake == "banned":  # whatever its values
            self.comparison_traceback: list[str] = []
            return False
        wanted = ref[0].data["text/plain"]
        if verdict.right and question.accept is not None:
            text = wanted  # one of many right answers; the stored one is another
        elif text is not None:
            text = snap(wanted, text, question.rtol)
        shown = {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}
        return super().compare_outputs([from_dict(shown)] if text else [], ref, skip_compare)

    def format_output_compare(self, key: str, left: Any, right: Any) -> None:
        """Leave out nbval's difference of texts: the judge's report replaces it."""


def shown_values(outputs: list[NotebookNode]) -> str | None:
    """Return the text that the hidden check displayed: the last one, None if there is none."""
    texts = [
        output.data.get("text/plain")
        for output in outputs
        if output.output_type == "display_data" and isinstance(output.data, dict)
    ]
    texts = [text for text in texts if isinstance(text, str) and text.startswith("{")]
    return texts[-1] if texts else None


def own_lines(outputs: list[NotebookNode]) -> str:
    """Return an error as the student needs it: their own lines, and what went wrong there."""
    errors = [output for output in outputs if output.output_type == "error"]
    if not errors:
        return ""
    error = errors[-1]
    lines = [str(line) for line in error.get("traceback", [])]
    frames = re.findall(
        r"^  Cell In\[\d+\], line (\d+)(?:.*)\n((?:    .*\n)?)", "".join(lines), re.M
    )
    kept = [f"line {number} of the cell: {text.strip()}" for number, text in frames[-3:]]
    last = f"{error.get('ename')}: {error.get('evalue')}"
    return "\n".join([*kept, last[:1000]])


nbval.plugin  # noqa: B018  the plugin that OPTIONS load by name
