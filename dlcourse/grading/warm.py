"""The warm parent: it imports what an assignment needs once, and forks a kernel a submission.

    python -m dlcourse.grading.warm SOCKET-HANDLE '{"modules": ["numpy"], ...}'

The grader connects to its socket once a kernel, sends one line of JSON with the kernel's listening
sockets attached, and keeps the connection: closing it ends the kernel and all that it started. The
parent says on the connection which process it is, and how it ended. It runs no student's code and
knows no answer. It must have no thread while it forks.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from dlcourse.grading import isolate, seccomp
from dlcourse.grading.limits import Limits

SOCKETS = ("shell", "iopub", "control", "hb")  # the channels that a kernel listens on
BEAT = 0.05  # seconds between two looks at what the kernels use


@dataclass
class Plan:
    """How kernels are made here: what is imported, and what is taken away from them."""

    modules: list[str] = field(default_factory=list)
    namespaces: bool = False
    landlock: bool = False
    first_user: int = 0  # as root, each kernel runs as a user of its own, from this number on
    fresh: bool = False  # a new interpreter each, where forking is not safe
    readable: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)  # folders whose names Python must see
    homes: str = ""  # where kernels without namespaces have their folders


@dataclass
class Child:
    """A kernel: its process, the connection that holds it, and what it may use."""

    pid: int
    connection: socket.socket
    limits: Limits
    home: Path
    slot: int
    reason: str = ""


class Parent:
    """Forks kernels on request, watches what they use, and ends them."""

    def __init__(self, listener: socket.socket, plan: Plan) -> None:
        self.listener, self.plan = listener, plan
        self.children: dict[int, Child] = {}  # by the number of their connection
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ)
        self.selector.register(0, selectors.EVENT_READ)  # closed when the grader ends, however
        self.kernel: Any = None
        self.looked_at_disks = 0.0
        isolate.adopt_orphans()
        if not plan.fresh:
            for name in plan.modules:
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)
            from dlcourse.grading.shell import Kernel

            self.kernel = Kernel()
            gc.collect()
            gc.freeze()  # else the collector would write to, and so copy, every page of a child
        self.own_memory = isolate.private_memory(os.getpid())

    def serve(self) -> None:
        """Serve requests until the grader is gone."""
        while True:
            for key, _ in self.selector.select(BEAT if self.children else None):
                if key.fileobj == 0:
                    return self._close()
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    self.selector.register(connection, selectors.EVENT_READ)
                else:
                    self._hear(key.fileobj)  # type: ignore[arg-type]
            self._reap()
            self._watch()

    def _close(self) -> None:
        """End every kernel."""
        for child in list(self.children.values()):
            self._end(child.connection)

    def _hear(self, connection: socket.socket) -> None:
        try:
            text, handles, _, _ = socket.recv_fds(connection, 65536, 8)
        except OSError:
            text, handles = b"", []
        child = self.children.get(connection.fileno())
        if child is None and text:
            self._start(connection, json.loads(text), handles)
        elif child is not None and text:
            for line in text.splitlines():
                self._obey(child, json.loads(line))
        else:
            self._end(connection)

    def _obey(self, child: Child, request: dict[str, Any]) -> None:
        """Send a kernel a signal, or say how much processor time it has used."""
        if "signal" in request:
            with contextlib.suppress(OSError):
                os.kill(child.pid, int(request["signal"]))
        else:
            used = sum(map(isolate.processor_seconds, isolate.descendants(child.pid)))
            self._reply(child.connection, {"used": used})

    def _end(self, connection: socket.socket) -> None:
        """Forget a connection; kill its kernel and everything below it."""
        child = self.children.pop(connection.fileno(), None)
        self.selector.unregister(connection)
        connection.close()
        if child is not None:
            self._kill(child)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child.pid, 0)
            self._clear(child)

    def _kill(self, child: Child) -> None:
        processes = [child.pid] if self.plan.namespaces else isolate.descendants(child.pid)
        for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped, none can start another
            for pid in processes:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)

    def _clear(self, child: Child) -> None:
        if not self.plan.namespaces:
            if self.plan.first_user:  # whatever still runs as that user escaped its parent
                isolate.as_user(self.plan.first_user + child.slot, kill_all)
            shutil.rmtree(child.home, ignore_errors=True)

    def _start(
        self, connection: socket.socket, request: dict[str, Any], handles: list[int]
    ) -> None:
        limits = Limits(**request["limits"])
        taken = {child.slot for child in self.children.values()}
        slot = next(number for number in range(1000) if number not in taken)
        home = isolate.HOME
        if not self.plan.namespaces:
            home = Path(self.plan.homes, f"{slot}-{time.monotonic_ns()}")
            home.mkdir(mode=0o700)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            self._become(request, limits, handles, writer, home, slot)
        os.close(writer)
        for handle in handles:
            os.close(handle)
        with os.fdopen(reader) as pipe:
            first, _, error = pipe.read().partition("\n")
        if self.plan.namespaces:
            os.waitpid(pid, 0)
            pid = int(first or 0)
        if error or not first:
            self._reply(connection, {"error": error or "The kernel ended before it began."})
            connection.shutdown(socket.SHUT_WR)
            return
        self.children[connection.fileno()] = Child(pid, connection, limits, home, slot)
        self._reply(connection, {"pid": pid})

    def _become(
        self,
        request: dict[str, Any],
        limits: Limits,
        handles: list[int],
        writer: int,
        home: Path,
        slot: int,
    ) -> None:
        """Turn this forked process into a kernel; never return."""
        status = 70
        try:
            try:
                user = self.plan.first_user + slot if self.plan.first_user else None
                self._isolate(limits, writer, home, user)
                detach({*handles, writer}, home)
            except BaseException as error:
                os.write(writer, f"{os.getpid()}\n{error!r}".encode())
                return
            channels = dict(zip(request["channels"], handles, strict=True))
            arguments = (request["key"], channels, limits.output_kb, request["seed"])
            if self.plan.fresh:
                for handle in handles:
                    os.set_inheritable(handle, True)
                command = [sys.executable, "-m", "dlcourse.grading.fresh", json.dumps(arguments)]
                os.set_inheritable(writer, False)
                os.execv(sys.executable, command)
            os.close(writer)
            self.kernel.run(*arguments)
            status = 0
        finally:
            os._exit(status)

    def _isolate(self, limits: Limits, writer: int, home: Path, user: int | None) -> None:
        """Give up what the plan takes away. The first line on the pipe is the kernel's process."""
        if self.plan.namespaces:
            isolate.new_namespaces()
            pid = os.fork()
            if pid:
                os.write(writer, f"{pid}\n".encode())
                os._exit(0)
            isolate.private_files(limits.disk_mb, map(Path, self.plan.readable))
        else:
            if user is not None:
                os.chown(home, user, user)
        os.setsid()
        shared = user is None and not self.plan.namespaces
        isolate.bound(limits, processes_of_this_user() if shared else 0)
        if self.plan.landlock:
            isolate.only_files(self.plan.readable, self.plan.listed, home)
        isolate.drop_rights(user)
        if sys.platform == "linux":
            seccomp.refuse_calls()
        if not self.plan.namespaces:
            isolate.die_with_parent()  # forgotten by the system whenever the user changes
            os.write(writer, f"{os.getpid()}\n".encode())

    def _reply(self, connection: socket.socket, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps(message).encode() + b"\n")

    def _reap(self) -> None:
        """Tell the grader of kernels that have ended; end processes that nobody owns any more."""
        kernels = {child.pid: child for child in self.children.values()}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            if pid in kernels:
                child = kernels.pop(pid)
                code = os.waitstatus_to_exitcode(status)
                self._reply(child.connection, {"exit": code, "reason": child.reason})
                child.pid = 0
                del self.children[child.connection.fileno()]
                self._clear(child)
                with contextlib.suppress(OSError):
                    child.connection.shutdown(socket.SHUT_WR)
        if not self.plan.namespaces and sys.platform == "linux":
            with contextlib.suppress(OSError):
                text = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
                for orphan in {int(pid) for pid in text.split()} - kernels.keys():
                    os.kill(orphan, signal.SIGKILL)

    def _watch(self) -> None:
        """End kernels that use more memory, processes or disk than they may."""
        if sys.platform != "linux":
            return
        now = time.monotonic()
        disks = now - self.looked_at_disks > 0.5 and not self.plan.namespaces
        if disks:
            self.looked_at_disks = now
        for child in self.children.values():
            processes = isolate.descendants(child.pid)
            memory = sum(max(0, isolate.private_memory(pid) - self.own_memory) for pid in processes)
            if memory > child.limits.memory_mb * 2**20:
                child.reason = "memory"
            elif len(processes) > child.limits.processes:
                child.reason = "processes"
            elif disks and isolate.folder_size(child.home) > child.limits.disk_mb * 2**20:
                child.reason = "disk"
            if child.reason:
                self._kill(child)


def detach(keep: set[int], home: Path) -> None:
    """Leave the parent's folder, and all its open files and connections but some."""
    os.chdir(home)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"):
        os.environ[name] = str(home)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):  # 2, the log, stays until the kernel is connected
        os.dup2(null, standard)
    bounds = sorted({2, *keep, 1024})
    for low, high in pairwise(bounds):
        os.closerange(low + 1, high)


def processes_of_this_user() -> int:
    """Return how many processes and threads this user runs: the system counts them together."""
    count = 0
    for entry in os.scandir("/proc") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += sum(1 for _ in os.scandir(f"{entry.path}/task"))
    return count


def kill_all() -> bool:
    """End every process that this user may end."""
    os.kill(-1, signal.SIGKILL)
    return True


def main() -> None:
    """Serve on the listening socket whose handle is given, by the plan that is given."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener = socket.socket(fileno=int(sys.argv[1]))
    Parent(listener, Plan(**json.loads(sys.argv[2]))).serve()


if __name__ == "__main__":
    main()
