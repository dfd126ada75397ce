"""The kernel that runs a student's answers: IPython's shell behind the Jupyter protocol.

It differs from ipykernel in when things happen. The shell is made, and warmed, in a parent process
that has no thread; a fork of it needs a few milliseconds to bind its sockets and answer. What it
shows is bounded here for everybody's comfort, and once more by the grader, which does not trust it.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import sys
import threading
from importlib import import_module
from typing import Any

import numpy.random
import zmq
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

from dlcourse.grading.probes import CHAPTERS

WARM_UP = ("import sys", "1 / 0", "def f(:", "f'{1}'", "display({'text/plain': ''}, raw=True)")


class Publisher:
    """A socket for what everybody may see, shared by threads; drops what exceeds its budget."""

    def __init__(self) -> None:
        self.socket: zmq.Socket[bytes] | None = None
        self.lock = threading.RLock()
        self.budget = 0

    def send_multipart(self, parts: list[bytes], **options: Any) -> None:
        """Send a message if there is budget left for it, or if it is a status."""
        size = sum(len(part) for part in parts)
        with self.lock:
            if b"status" not in parts[0]:
                self.budget -= size
            if self.socket is not None and self.budget > 0:
                self.socket.send_multipart(parts, **options)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr: collects text, publishes it in large pieces, up to a limit."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, kernel: Kernel) -> None:
        self.stream_name, self.kernel = name, kernel
        self.pieces: list[str] = []
        self.waiting = self.left = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Keep text to be published; past the limit, forget it."""
        if not isinstance(text, str):
            raise TypeError(f"write() needs text (str), received {type(text).__name__}.")
        if self.left <= 0:
            return len(text)
        with self.kernel.publisher.lock:
            if self.left > 0:
                piece = text[: self.left]
                if len(text) >= self.left:
                    piece += "\n... (the rest of this output is left out)\n"
                self.left -= len(text)
                self.pieces.append(piece)
                self.waiting += len(piece)
        if self.waiting > 32_000:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Publish what is waiting."""
        with self.kernel.publisher.lock:
            text, self.pieces, self.waiting = "".join(self.pieces), [], 0
            if text:
                self.kernel.publish("stream", {"name": self.stream_name, "text": text})


class Shell(ZMQInteractiveShell):
    """IPython's shell, which forgets what a cell has printed."""

    def _tee(self, channel: str) -> contextlib.AbstractContextManager[None]:
        """Keep no copy: IPython's own has no bound, and makes each print three times as slow."""
        return contextlib.nullcontext()


class Kernel:
    """One IPython shell; made and warmed before the fork, connected after it."""

    eventloop = None  # what ZMQInteractiveShell asks of its kernel

    def __init__(self) -> None:
        sys.modules["dlcourse.grading.judge"] = None  # type: ignore[assignment]  judged elsewhere
        for topic in CHAPTERS.values():  # what every hidden check needs
            import_module(f"dlcourse.grading.probes.{topic}")
        config = Config()
        config.HistoryManager.enabled = False  # it would start a thread, and write a file
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.xmode = "Plain"
        self.session = Session(key=b"", check_pid=False)
        self.publisher = Publisher()
        self.parent: dict[str, Any] = {}
        self.shell = Shell.instance(config=config, kernel=self, user_ns={})
        self.shell.display_pub.session = self.shell.displayhook.session = self.session
        self.shell.display_pub.pub_socket = self.shell.displayhook.pub_socket = self.publisher
        self.shell.displayhook.topic = b"execute_result"
        sys.stdout = self.stdout = Stream("stdout", self)
        sys.stderr = self.stderr = Stream("stderr", self)
        for code in WARM_UP:  # what IPython imports and compiles on first use
            self.shell.run_cell(code)
        self.shell.user_ns.pop("f", None)
        self.shell.execution_count = 1

    def publish(self, kind: str, content: dict[str, Any]) -> None:
        """Send a message about the running cell to everybody."""
        self.session.send(
            self.publisher, kind, content, parent=self.parent, ident=f"kernel.{kind}".encode()
        )

    def connect(self, key: str, handles: dict[str, int]) -> dict[str, zmq.Socket[bytes]]:
        """Take the listening sockets that the grader made, by channel; wait until it listens."""
        self.session.key = key.encode()
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        kinds = {"shell": zmq.ROUTER, "iopub": zmq.XPUB, "control": zmq.ROUTER, "hb": zmq.REP}
        sockets = {}
        for name, handle in handles.items():
            sockets[name] = context.socket(kinds[name])
            sockets[name].linger = 0
            sockets[name].setsockopt(zmq.USE_FD, handle)
            sockets[name].bind(f"ipc://{name}")  # the name is not used: the handle is bound already
        self.publisher.socket = sockets["iopub"]
        sockets["iopub"].poll(20_000)  # the subscription; what is published before it is lost
        return sockets

    def run(self, key: str, handles: dict[str, int], output_kb: int, seed: int) -> None:
        """Answer requests until told to shut down."""
        os.environ["DLCOURSE_SEED"] = str(seed)
        random.seed(seed)
        numpy.random.seed(seed % 2**32)
        sockets = self.connect(key, handles)
        os.dup2(0, 2)  # from the log to the null device: answers follow
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        poller = zmq.Poller()
        for name in sockets.keys() - {"iopub"}:
            poller.register(sockets[name], zmq.POLLIN)
        while True:
            for socket, _ in poller.poll():
                if socket is sockets.get("hb"):
                    socket.send(socket.recv())
                elif not self._answer(socket, output_kb):
                    return

    def _answer(self, socket: zmq.Socket[bytes], output_kb: int) -> bool:
        """Answer one request; return whether to go on."""
        try:
            identity, message = self.session.recv(socket, mode=0)
        except ValueError:
            return True  # not signed by the grader
        if message is None:
            return True
        self.parent = message
        self.publisher.budget = 8_000_000
        self.stdout.left = self.stderr.left = output_kb * 1000
        kind = message["header"]["msg_type"]
        self.publish("status", {"execution_state": "busy"})
        if kind == "execute_request":
            content = self._execute(message)
        elif kind == "kernel_info_request":
            content = {"status": "ok", "protocol_version": "5.3", "implementation": "dlcourse"}
            content["language_info"] = {"name": "python", "version": sys.version.split()[0]}
        else:
            content = {"status": "ok", "restart": False}
        reply = kind.replace("_request", "_reply")
        self.session.send(socket, reply, content, parent=message, ident=identity)
        self.publish("status", {"execution_state": "idle"})
        return kind != "shutdown_request"

    def _execute(self, message: dict[str, Any]) -> dict[str, Any]:
        """Run a cell as ipykernel does; what it shows and raises is published."""
        self.shell.set_parent(message)
        error: BaseException | None = None
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            result = self.shell.run_cell(message["content"]["code"], store_history=False)
            error = result.error_before_exec or result.error_in_exec
        except KeyboardInterrupt as interrupt:  # it came between two steps of IPython's own
            error = interrupt
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        for stream in (self.stdout, self.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        content: dict[str, Any] = {
            "status": "ok",
            "execution_count": self.shell.execution_count,
            "payload": [],
            "user_expressions": {},
        }
        if error is not None:
            content |= {
                "status": "error",
                "ename": type(error).__name__,
                "evalue": str(error),
                "traceback": [],
            }
        return content
