"""Kernels that start in milliseconds: Jupyter's view of a fork of the warm parent.

`ForkedKernel` is a kernel provisioner, so everything that starts kernels through jupyter_client
can use it: nbval, nbclient, JupyterLab. It is told where the warm parent listens by the variable
DLCOURSE_WARM_PARENT. `BoundedKernel` is how nbval talks to such a kernel here: it notices at once
when the kernel dies, and stops listening to one that talks too much or too long.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerBase
from nbval.kernel import RunningKernel

from dlcourse.grading.limits import Limits
from dlcourse.grading.warm import SOCKETS

PROVISIONER = "dlcourse-forked"
GRACE = 2.0  # seconds for an interrupted cell to say where it was
LOOK = 0.2  # seconds between two looks at the processor time of a cell
LARGEST_MESSAGE, MOST_WAITING, MOST_BYTES = 6_000_000, 64, 24_000_000


class KernelDied(RuntimeError):  # noqa: N818  what happened, not what is wrong
    """The process that ran an answer ended; says how."""


class TooMuch(RuntimeError):  # noqa: N818
    """A kernel was stopped because it went past a limit of the grader's."""


class ForkedKernel(KernelProvisionerBase):
    """Asks the warm parent for a kernel, and holds the connection that keeps it alive."""

    connection: socket.socket | None = None
    folder: str = ""
    code: int | None = None
    reason: str = ""
    used: float = 0.0

    @property
    def has_process(self) -> bool:
        """Return whether a kernel was started and not yet cleaned up."""
        return self.connection is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets in a folder of our own: a kernel without network can still be reached."""
        manager = self.parent
        self.folder = tempfile.mkdtemp(prefix="k", dir=os.environ.get("DLCOURSE_RUN_FOLDER"))
        manager.transport, manager.ip = "ipc", f"{self.folder}/s"
        manager.session.key = secrets.token_hex(16).encode()
        for number, name in enumerate((*SOCKETS, "stdin"), 1):
            setattr(manager, f"{name}_port", number)
        self.connection_info = manager.get_connection_info()
        return {**await super().pre_launch(**kwargs), "cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Send the request, with the listening sockets attached; return the connection's facts."""
        manager, environment = self.parent, kwargs["env"]
        listeners = []
        for name in SOCKETS:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{manager.ip}-{getattr(manager, f'{name}_port')}")
            listener.listen(8)
            listeners.append(listener)
        request = {
            "key": manager.session.key.decode(),
            "channels": SOCKETS,
            "seed": int(environment.get("DLCOURSE_SEED", "0")),
            "limits": json.loads(environment.get("DLCOURSE_LIMITS", "{}")),
        }
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(60)
        connection.connect(os.environ["DLCOURSE_WARM_PARENT"])
        text = json.dumps(request).encode()
        socket.send_fds(connection, [text], [listener.fileno() for listener in listeners])
        for listener in listeners:
            listener.close()
        self.connection, self.code, self.reason = connection, None, ""
        answer = next(iter(_lines(connection)), {})
        if "pid" not in answer:
            raise KernelDied(answer.get("error", "The warm parent of the kernels has ended."))
        connection.setblocking(False)
        return self.connection_info

    def exit_code(self) -> int | None:
        """Return how the kernel ended, None while it runs. Keeps the reason in `reason`."""
        if self.code is None and self.connection is not None:
            with contextlib.suppress(BlockingIOError):
                self._note(_lines(self.connection))
        return self.code

    def processor_seconds(self) -> float:
        """Return the processor time that the kernel and its children have used."""
        if self.code is None and self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.sendall(b'{"used": 0}\n')
                self.connection.settimeout(5)
                self._note(_lines(self.connection))
            if self.connection is not None:
                self.connection.setblocking(False)
        return self.used

    def _note(self, messages: list[dict[str, Any]]) -> None:
        for message in messages or [{"exit": -9, "reason": ""}]:
            if "exit" in message:
                self.code, self.reason = message["exit"], message["reason"]
            self.used = message.get("used", self.used)

    async def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs."""
        return self.exit_code()

    async def wait(self) -> int | None:
        """Release the kernel; the warm parent waits for its end."""
        self._release()
        return self.code

    async def send_signal(self, signum: int) -> None:
        """Let the warm parent send a signal to the kernel."""
        if signum == signal.SIGKILL:
            self._release()
        elif self.connection is not None and self.code is None:
            with contextlib.suppress(OSError):
                self.connection.sendall(json.dumps({"signal": int(signum)}).encode() + b"\n")

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and everything that it started."""
        self._release()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and everything that it started."""
        self._release()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder of the sockets."""
        self._release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _release(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
            self.code = -9 if self.code is None else self.code


def _lines(connection: socket.socket) -> list[dict[str, Any]]:
    """Return what the warm parent has said; [] when it has closed the connection.

    Raises BlockingIOError when there is nothing to read yet.
    """
    try:
        return [json.loads(line) for line in connection.recv(65536).splitlines()]
    except BlockingIOError:
        raise
    except (OSError, ValueError):
        return []


def install_kernelspec(folder: Path) -> None:
    """Write the specification of the forked kernel below a folder of Jupyter's data."""
    spec = {
        "argv": ["python"],  # not used: the warm parent is asked instead
        "display_name": "dlcourse (forked)",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONER}},
    }
    target = folder / "kernels" / PROVISIONER
    target.mkdir(parents=True, exist_ok=True)
    (target / "kernel.json").write_text(json.dumps(spec), "utf-8")


class BoundedKernel(RunningKernel):
    """nbval's kernel, with limits on how long and how much it may talk.

    Raises KernelDied as soon as its process ends, TooMuch past a limit; nbval's own waiting would
    outlast both.
    """

    def __init__(self, limits: Limits, seed: int, context: zmq.Context[Any]) -> None:
        self.limits = limits
        self.began = self.asked = self.deadline = time.monotonic()
        self.deadline += 60
        self.used = self.used_before = 0.0
        self.processor_limit = float("inf")
        self.heard = 0
        environment = {
            **os.environ,
            "DLCOURSE_SEED": str(seed),
            "DLCOURSE_LIMITS": json.dumps(limits.as_dict()),
        }
        self.km = KernelManager(
            kernel_name=PROVISIONER, kernel_spec_manager=_specs(), context=context
        )
        self.km.start_kernel(env=environment)
        self.kc = self.km.client(context=context)
        self.kc.start_channels(stdin=False, hb=False, control=False)
        try:
            self._ensure_iopub_up()
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def context() -> zmq.Context[Any]:
        """Return a context whose sockets refuse what no honest kernel sends."""
        context: zmq.Context[Any] = zmq.Context()
        context.setsockopt(zmq.MAXMSGSIZE, LARGEST_MESSAGE)
        context.setsockopt(zmq.RCVHWM, MOST_WAITING)
        context.setsockopt(zmq.LINGER, 0)
        return context

    @property
    def provisioner(self) -> ForkedKernel:
        """Return the provisioner that holds the kernel."""
        provisioner = self.km.provisioner
        assert isinstance(provisioner, ForkedKernel)
        return provisioner

    def begin(self, patience: float) -> None:
        """Start the clocks and the count for a cell, which may take so many seconds."""
        self.began, self.heard = time.monotonic(), 0
        self.deadline = self.began + patience
        self.processor_limit = self.limits.cell_seconds
        if self.began - self.asked > 1:  # earlier cells may have worked; this one does not pay
            self._ask()
        self.used_before = self.used

    def interrupt(self) -> None:
        """Interrupt the cell, and give it a moment to say where it was."""
        self.deadline = time.monotonic() + GRACE
        self.processor_limit = float("inf")
        super().interrupt()

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message; raise Empty after `timeout` seconds without one.

        Raises Empty too when the cell has had its time.
        """
        channel = self.kc.iopub_channel if stream == "iopub" else self.kc.shell_channel
        waits_until = min(time.monotonic() + (timeout or 0), self.deadline)
        while True:
            if channel.socket.get(zmq.EVENTS) & zmq.POLLIN:
                parts = channel.socket.recv_multipart(zmq.NOBLOCK)
                self.heard += sum(len(part) for part in parts)
                if self.heard > MOST_BYTES:
                    raise TooMuch(
                        f"It showed more than {MOST_BYTES // 10**6} MB at once and was stopped."
                    )
                _, parts = self.kc.session.feed_identities(parts)
                return self.kc.session.deserialize(parts)
            handle = self.provisioner.connection
            if handle is None or self.provisioner.exit_code() is not None:
                raise KernelDied(self._how())
            now = time.monotonic()
            if now >= waits_until or self._used_up(now):
                raise Empty
            select.select([channel.socket.FD, handle], [], [], min(LOOK, waits_until - now))

    def _used_up(self, now: float) -> bool:
        """Return whether the cell has had its processor time; it is asked for no sooner."""
        if now - self.began < self.processor_limit:
            return False
        self._ask()
        return self.used - self.used_before >= self.processor_limit

    def _ask(self) -> None:
        """Ask how much processor time the kernel has used."""
        self.used, self.asked = self.provisioner.processor_seconds(), time.monotonic()

    def _how(self) -> str:
        """Return how the kernel ended, in a sentence."""
        code, reason = self.provisioner.code, self.provisioner.reason
        limits = self.limits
        sentences = {
            "memory": f"It used more than {limits.memory_mb} MB of memory and was stopped.",
            "processes": f"It started more than {limits.processes} processes and was stopped.",
            "disk": f"It wrote too many files, or more than {limits.disk_mb} MB, and was stopped.",
        }
        if reason in sentences:
            return sentences[reason]
        if code == -signal.SIGXCPU or code == -signal.SIGKILL:
            return "It was stopped by the system, which it had asked for too much."
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            return f"It crashed Python itself (signal {name})."
        return f"It ended Python itself (exit code {code}), so nothing after it could run."

    def is_alive(self) -> bool:
        """Return whether the kernel runs."""
        return hasattr(self, "km") and self.provisioner.exit_code() is None

    def stop(self) -> None:
        """End the kernel, and everything that it started, at once."""
        if hasattr(self, "km"):
            self.kc.stop_channels()
            self.km.shutdown_kernel(now=True)
            del self.km


def _specs() -> KernelSpecManager:
    return KernelSpecManager(kernel_dirs=[str(Path(os.environ["DLCOURSE_RUN_FOLDER"], "kernels"))])
