"""Start the warm parent, isolated as well as this system allows, and say how well that is."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import dlcourse
from dlcourse.grading import landlock
from dlcourse.grading.warm import Plan

Kind = Literal["auto", "bubblewrap", "limits"]
PACKAGE = Path(dlcourse.__file__).parent
TRUTH = PACKAGE / "grading" / "questions"  # no process that runs answers may read this
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("passwd", "group", "ld.so.cache", "localtime", "fonts", "ssl", "alternatives")
QUIET = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")},
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # the same sums on every processor
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
}


class NoSandbox(RuntimeError):  # noqa: N818
    """The isolation that was asked for does not work on this system; says why."""


@dataclass(frozen=True)
class Isolation:
    """How answers are kept apart here: a name, and a sentence for every report."""

    name: str
    sentence: str


class WarmParent:
    """The warm parent as a process of the grader's; engines connect to `address`.

    Use it as a context manager. Its folder and address are there at once; after `start`,
    `isolation` says how kernels are kept apart.
    """

    isolation: Isolation

    def __init__(self, modules: list[str], kind: Kind = "auto", fresh: bool | None = None) -> None:
        self.kind, self.fresh = kind, sys.platform == "darwin" if fresh is None else fresh
        self.folder = Path(tempfile.mkdtemp(prefix="dlc"))
        self.address = str(self.folder / "warm")
        (self.folder / "homes").mkdir()
        self.modules = modules
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WarmParent:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process in the best isolation there is; return when a kernel has started.

        Raises NoSandbox where the isolation that was asked for does not work.
        """
        try:
            self.isolation = self._start(self.kind)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the warm parent with all its kernels, and remove its folder."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, kind: Kind) -> Isolation:
        why = "this is not Linux" if sys.platform != "linux" else ""
        if kind in ("auto", "bubblewrap") and not why:
            why = bubblewrap_fails()
            if not why:
                first = first_user() if os.geteuid() == 0 else 0
                plan = Plan(
                    self.modules,
                    namespaces=True,
                    first_user=first,
                    fresh=self.fresh,
                    readable=[str(folder) for folder in [*libraries(), PACKAGE]],
                )
                self._launch(plan, bubblewrap())
                why = self._try()
                if not why:
                    return Isolation("bubblewrap", BUBBLEWRAP)
        if kind == "bubblewrap":
            raise NoSandbox(f"bubblewrap cannot be used: {why}.")
        return self._limits(why)

    def _limits(self, why: str) -> Isolation:
        speaks = landlock.version() if sys.platform == "linux" else 0
        first = first_user() if os.geteuid() == 0 else 0
        if first and not _readable_by(first):
            first = 0
        plan = Plan(
            self.modules,
            landlock=speaks > 0,
            first_user=first,
            fresh=self.fresh,
            readable=[str(path) for path in readable()],
            listed=[str(PACKAGE.parent)],
            homes=str(self.folder / "homes"),
        )
        if first:
            self.folder.chmod(0o711)
            (self.folder / "homes").chmod(0o711)
        self._launch(plan, [])
        failed = self._try()
        if failed:
            raise NoSandbox(f"No kernel starts, even with plain limits: {failed}")
        return Isolation("limits", limits_sentence(why, speaks, bool(first)))

    def _end(self) -> None:
        if self.process is None:
            return
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def _launch(self, plan: Plan, prefix: list[str]) -> None:
        if self.process is not None:
            self._end()
            Path(self.address).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.address)
        listener.listen(64)
        os.set_inheritable(listener.fileno(), True)
        command = [sys.executable, "-m", "dlcourse.grading.warm", str(listener.fileno())]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*prefix, *command, json.dumps(asdict(plan))],
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,  # its end tells the parent that the grader has ended
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self._environment(plan),
                cwd="/",
                start_new_session=True,
            )
        listener.close()

    def _environment(self, plan: Plan) -> dict[str, str]:
        home = "/tmp" if plan.namespaces else str(self.folder / "homes")
        kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        return {
            **kept,
            **QUIET,
            "HOME": home,
            "IPYTHONDIR": f"{home}/.ipython",
            "MPLCONFIGDIR": f"{home}/.mpl",
            "PYTHONPATH": str(PACKAGE.parent),
        }

    def _try(self) -> str:
        """Start one kernel; return why that failed, "" when it did not."""
        assert self.process is not None
        request = {"key": "", "channels": [], "seed": 0, "limits": {}}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(120)
            connection.connect(self.address)
            connection.sendall(json.dumps(request).encode())
            while True:
                ready = _wait_for(connection, self.process)
                text = connection.recv(65536) if ready else b""
                answer = json.loads(text.splitlines()[0]) if text else {}
                log = (self.folder / "log").read_text("utf-8", "replace").strip()
                return "" if "pid" in answer else answer.get("error") or log or "it ended at once"


def _wait_for(connection: socket.socket, process: subprocess.Popen[bytes]) -> bool:
    """Return True when the connection can be read, False when the process has ended."""
    import select

    for _ in range(1200):
        if select.select([connection], [], [], 0.1)[0]:
            return True
        if process.poll() is not None:
            return False
    return False


BUBBLEWRAP = (
    "bubblewrap: each submission ran as a user without rights, without network, with an empty "
    "temporary folder of its own, and saw no other submission and no solution."
)


def limits_sentence(why: str, speaks: int, own_user: bool) -> str:
    """Return what plain limits protect from here, and what not."""
    text = f"plain limits ({f'no bubblewrap: {why}' if why else 'chosen'}): time, memory, processes"
    text += ", output and files were bounded"
    if speaks:
        text += ", and Landlock hid all files but the libraries"
    if own_user:
        text += "; each submission ran as a user of its own"
    missing = []
    if not speaks:
        missing.append("an answer could read files of this machine")
    missing.append("the network was not cut off" if speaks < 4 else "only TCP was cut off")
    if speaks < 6 and not own_user:
        missing.append("an answer could end other processes of this user")
    return f"{text}. Not protected: {'; '.join(missing)}."


def first_user() -> int:
    """Return a number from which 16 users in a row are nobody's, for the kernels of one parent."""
    return random.SystemRandom().randrange(60_000, 65_000, 16)


def _readable_by(user: int) -> bool:
    from dlcourse.grading.isolate import as_user

    paths = [Path(sys.executable), Path(os.__file__), PACKAGE / "__init__.py"]
    return as_user(user, lambda: all(os.access(path, os.R_OK) for path in paths))


def libraries() -> list[Path]:
    """Return the folders that Python and this package are read from, outermost first."""
    found = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    found |= {Path(entry) for entry in sys.path if entry and "packages" in entry}
    found = {path for path in found if path.is_dir()}
    return sorted(path for path in found if not any(p in found for p in path.parents))


def readable() -> list[Path]:
    """Return what an answer may read where the truth cannot be covered, only left out."""
    found = [Path(path) for path in SYSTEM] + [Path("/etc", name) for name in SETTINGS]
    for folder in [*libraries(), PACKAGE]:
        found += _around(folder, TRUTH)
    return found


def _around(folder: Path, hidden: Path) -> Iterator[Path]:
    """Yield the contents of a folder, as few paths as leave out one below it."""
    if folder == hidden:
        return
    if folder not in hidden.parents:
        yield folder
        return
    for child in folder.iterdir():
        yield from _around(child, hidden)


def bubblewrap() -> list[str]:
    """Return the command that runs another one where it can see libraries and nothing else."""
    command = [shutil.which("bwrap") or "bwrap", "--as-pid-1"]  # its end ends all below
    command += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net"]
    command += ["--unshare-cgroup-try"]
    if os.geteuid() != 0:
        command += ["--unshare-user"]
    for name in SYSTEM:
        if Path(name).is_symlink():
            command += ["--symlink", str(Path(name).readlink()), name]
        elif Path(name).exists():
            command += ["--ro-bind", name, name]
    for name in SETTINGS:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for folder in [*libraries(), PACKAGE]:
        for parent in reversed(folder.parents[:-1]):
            command += ["--perms", "0755", "--dir", str(parent)]  # else for root's eyes alone
        command += ["--ro-bind", str(folder), str(folder)]
    command += ["--tmpfs", str(TRUTH), "--remount-ro", str(TRUTH)]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]


@cache
def bubblewrap_fails() -> str:
    """Return why bubblewrap cannot be used here, "" when it can."""
    if not shutil.which("bwrap"):
        return "it is not installed"
    for _ in range(2):
        run = subprocess.run([*bubblewrap(), "/bin/true"], capture_output=True, check=False)
        if run.returncode == 0:
            return ""
        time.sleep(0.1)
    return run.stderr.decode("utf-8", "replace").strip().splitlines()[-1:][0] or "it fails"
