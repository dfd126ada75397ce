"""What one machine needs to grade: a warm parent, and engines, restarted when they fail."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dlcourse.grading.assignment import Assignment
from dlcourse.grading.kernels import install_kernelspec
from dlcourse.grading.results import Graded, Task
from dlcourse.grading.sandbox import PACKAGE, QUIET, Kind, WarmParent

RECYCLE = 400  # submissions after which an engine is replaced, so that nothing can pile up in it


class EngineLost(RuntimeError):  # noqa: N818
    """An engine ended, or gave no answer in time, in the middle of a batch."""


def environment() -> dict[str, str]:
    """Return the variables of the processes that know the truth."""
    places = [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]
    return {**os.environ, **QUIET, "PYTHONPATH": os.pathsep.join(filter(None, places))}


class EngineProcess:
    """An engine in a process of its own."""

    def __init__(self, warm: WarmParent) -> None:
        self.graded = 0
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the engine
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dlcourse.grading.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env={
                **environment(),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "DLCOURSE_WARM_PARENT": warm.address,
                "DLCOURSE_RUN_FOLDER": str(warm.folder),
            },
            start_new_session=True,  # a Ctrl-C is for the command, which then ends its engines
        )

    def tell(self, assignments: Sequence[Assignment], truths: Sequence[Any]) -> None:
        """Say what there is to grade, and what is known of it: before the first batch."""
        known = [assignment.as_dict() for assignment in assignments]
        self._send({"assignments": known, "truths": truths})

    def _send(self, data: Any) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(data).encode() + b"\n")
            self.process.stdin.flush()
        except OSError as error:
            raise EngineLost(self._why()) from error

    def grade(self, tasks: Sequence[Task]) -> list[Graded]:
        """Return the results of a batch, in its order."""
        self._send([task.as_dict() for task in tasks])
        limit = sum(task.limits["total_seconds"] + 60 for task in tasks)
        lines = self._lines(len(tasks), time.monotonic() + limit)
        self.graded += len(tasks)
        return [Graded.from_dict(json.loads(line)) for line in lines]

    def _lines(self, count: int, deadline: float) -> list[bytes]:
        assert self.process.stdout is not None
        output = self.process.stdout.fileno()
        text = b""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while text.count(b"\n") < count:
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise EngineLost("The engine gave no answer in time.")
                piece = os.read(output, 1 << 20)
                if not piece:
                    raise EngineLost(self._why())
                text += piece
        return text.splitlines()

    def _why(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.log.seek(0)
        lines = self.log.read().decode("utf-8", "replace").strip().splitlines()
        return (
            f"The engine ended (code {self.process.poll()}). {lines[-1] if lines else ''}".strip()
        )

    def close(self) -> None:
        """End the engine."""
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        self.process.kill()
        self.process.wait()
        self.log.close()


class Station:
    """Grades batches on this machine, one engine for each batch that runs at a time.

    A context manager. `grade` may be called from several threads, and always returns a result for
    each task; one that the grader failed on says so in its `failure`. `seed` is that of the tasks
    to come: what the solutions give for it is then computed once, and not by each engine.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        kind: Kind = "auto",
        fresh: bool | None = None,
        seed: int | None = None,
    ) -> None:
        self.assignments, self.kind, self.fresh = assignments, kind, fresh
        self.seed = seed
        self.truths: list[Any] | None = None if seed is not None else []
        self.idle: queue.SimpleQueue[EngineProcess] = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.warm = self._start()

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> WarmParent:
        """Start a warm parent, the first engine, and what finds the truths, side by side.

        With TensorFlow the truths come first: two processes that hold it take 1 GB.
        """
        modules = {name for assignment in self.assignments for name in assignment.modules}
        warm = WarmParent(sorted(modules), self.kind, self.fresh)
        with contextlib.ExitStack() as undo:
            undo.callback(warm.close)
            install_kernelspec(warm.folder)
            engine = EngineProcess(warm)
            undo.callback(engine.close)
            finder = self._find_truths() if self.truths is None else None
            if finder is not None:
                undo.enter_context(finder)
                undo.callback(finder.kill)
                if modules & {"keras", "tensorflow"}:
                    self._read_truths(finder)
            warm.start()
            if finder is not None and self.truths is None:
                self._read_truths(finder)
            engine.tell(self.assignments, self.truths or [])
            undo.pop_all()
        self.idle.put(engine)
        return warm

    def _find_truths(self) -> subprocess.Popen[bytes]:
        questions = [name for one in self.assignments for name in one.questions]
        return subprocess.Popen(
            [sys.executable, "-m", "dlcourse.grading.truths", str(self.seed), *questions],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )

    def _read_truths(self, finder: subprocess.Popen[bytes]) -> None:
        text, _ = finder.communicate()
        # Where a solution fails, an engine meets that too, and says so of each submission.
        self.truths = json.loads(text) if finder.returncode == 0 else []

    def grade(self, tasks: Sequence[Task]) -> list[Graded]:
        """Return a result for each task; where an engine failed, after a second try alone."""
        try:
            results = self._once(tasks)
        except EngineLost as error:
            results = [_failed(task, str(error)) for task in tasks]
        for number, result in enumerate(results):
            if result.failure:
                self._revive()
                try:
                    results[number] = self._once([tasks[number]])[0]
                except EngineLost as error:
                    results[number] = _failed(tasks[number], str(error))
        sentence = self.warm.isolation.sentence
        return [replace(result, isolation=sentence) for result in results]

    def _once(self, tasks: Sequence[Task]) -> list[Graded]:
        try:
            engine = self.idle.get_nowait()
        except queue.Empty:
            engine = EngineProcess(self.warm)
            engine.tell(self.assignments, self.truths or [])
        try:
            results = engine.grade(tasks)
        except BaseException:
            engine.close()
            raise
        if engine.graded >= RECYCLE:
            engine.close()
        else:
            self.idle.put(engine)
        return results

    def _revive(self) -> None:
        """Start the warm parent anew if it has ended, and engines that know the new one."""
        with self.lock:
            process = self.warm.process
            if process is not None and process.poll() is None:
                return
            self._close_engines()
            self.warm.close()
            self.warm = self._start()

    def _close_engines(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self.idle.get_nowait().close()

    def close(self) -> None:
        """End the engines and the warm parent."""
        self._close_engines()
        self.warm.close()


def _failed(task: Task, why: str) -> Graded:
    return Graded(task.digest, task.assignment, notes=task.notes, failure=why, seed=task.seed)
