"""What a process gives up before it runs a student's answer: files, network, rights, resources.

It is called in a child of the warm parent (`warm.py`), before any answer is known there. Nothing
here can be undone from inside. Linux namespaces are entered by system call, because a fork cannot
go through a program such as `unshare`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dlcourse.grading import landlock
from dlcourse.grading.limits import Limits

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
NO_SUID, NO_DEVICES, BIND, RECURSIVE, PRIVATE = 2, 4, 4096, 16384, 1 << 18
SET_PARENT_DEATH_SIGNAL, SET_DUMPABLE, SET_SUBREAPER, SET_NO_NEW_PRIVILEGES = 1, 4, 36, 38
BLOCK = 4096  # bytes
HOME = Path("/tmp")  # a file system of its own wherever there are namespaces


class IsolationError(RuntimeError):
    """The system refuses something that the chosen isolation needs."""


def _system(name: str, *arguments: object) -> int:
    """Call a function of the C library; raise IsolationError when it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise IsolationError(f"The system refuses {name}{arguments}: {reason}.")
    return 0


def _set(option: int, value: int) -> None:
    _system("prctl", option, value, 0, 0, 0)


def undumpable() -> None:
    """Let no other process of this user read this one's memory."""
    if sys.platform == "linux":
        _set(SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent has ended."""
    if sys.platform == "linux":
        _set(SET_SUBREAPER, 1)


def new_namespaces() -> None:
    """Enter namespaces without network, and in which the next child is the first process.

    Not as root, a user namespace comes first: in it this process may do the mounts that follow.
    """
    own = NEW_MOUNTS | NEW_IPC | NEW_PIDS | NEW_NETWORK
    user, group = os.getuid(), os.getgid()
    if user == 0:
        _system("unshare", own)
        return
    _system("unshare", NEW_USER | own)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, "ascii")


def private_files(disk_mb: int, libraries: Iterable[Path] = ()) -> None:
    """Mount an empty /tmp of bounded size, and a /proc that shows this namespace alone.

    Libraries that lie in /tmp stay to be seen there, as they are, with what covers parts of them.
    """
    _mount(None, "/", None, RECURSIVE | PRIVATE)
    hidden = {path: os.open(path, os.O_PATH) for path in libraries if HOME in path.parents}
    size = f"size={disk_mb}m,nr_inodes=10000,mode=1777"
    for folder in (str(HOME), "/dev/shm"):
        _mount("tmpfs", folder, "tmpfs", NO_SUID | NO_DEVICES, size)
    for path, handle in hidden.items():
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{handle}", str(path), None, BIND | RECURSIVE)
        os.close(handle)
    _mount("proc", "/proc", "proc", NO_SUID | NO_DEVICES)
    if os.getuid() != 0:  # no further user namespaces, in which an answer would be root again
        with contextlib.suppress(OSError):
            Path("/proc/sys/user/max_user_namespaces").write_text("0", "ascii")


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str = ""
) -> None:
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    _system("mount", *encoded, ctypes.c_ulong(flags), options.encode() or None)


def drop_rights(user: int | None) -> None:
    """Become an unprivileged user for good, if a number is given; give up every capability."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if sys.platform == "linux":
        _set(SET_NO_NEW_PRIVILEGES, 1)
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        _system("capset", header, (ctypes.c_uint32 * 6)())
        _set(SET_DUMPABLE, 1)  # lost with the change of user; without it /proc/self is closed


def bound(limits: Limits, user_has: int = 0) -> None:
    """Set the limits that the system enforces on each process.

    `user_has`: how many processes this user runs already, where they are counted together.
    """
    page = resource.getpagesize()
    used = 0
    if sys.platform == "linux":
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * page
    mega = 2**20
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(limits.total_seconds) + 1),
        (resource.RLIMIT_FSIZE, limits.disk_mb * mega),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_NPROC, limits.processes + user_has),
        (resource.RLIMIT_AS, used + limits.memory_mb * mega),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower limit holds already
            resource.setrlimit(kind, (value, value))


def only_files(readable: list[str], listed: list[str], home: Path) -> None:
    """Keep to some files by Landlock: read these, list those, write in `home` and to null."""
    _set(SET_NO_NEW_PRIVILEGES, 1)
    devices = [Path("/dev", name) for name in ("null", "zero", "full", "random", "urandom")]
    landlock.restrict(map(Path, [*readable, "/proc"]), map(Path, listed), [home, *devices])


def die_with_parent() -> None:
    """Ask for SIGKILL when the process that forked this one ends."""
    if sys.platform == "linux":
        _set(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Return every process below a process, itself first."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                text = (task / "children").read_text("ascii")
                found += [int(child) for child in text.split()]
    return found


def private_memory(pid: int) -> int:
    """Return the bytes of memory that a process holds, without the files it has mapped.

    Memory shared with its own children counts, for each of them: it is no file's.
    """
    with contextlib.suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/status").read_text("utf-8", "replace").splitlines()
        held = [line.split()[1] for line in lines if line.startswith(("RssAnon:", "RssShmem:"))]
        return 1024 * sum(map(int, held))
    return 0


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of its children that have ended."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return 0.0


def folder_size(folder: Path) -> int:
    """Return the bytes in a folder, at any depth; an empty file counts as a block."""

    def sizes(path: str) -> Iterator[int]:
        with contextlib.suppress(OSError), os.scandir(path) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        yield from sizes(entry.path)
                    else:
                        yield max(BLOCK, 512 * entry.stat(follow_symlinks=False).st_blocks)

    return sum(sizes(str(folder)))


def as_user(user: int, action: Callable[[], bool]) -> bool:
    """Return whether an action succeeds when another user takes it, in a process of its own."""
    pid = os.fork()
    if pid == 0:
        answer = 1
        with contextlib.suppress(BaseException):
            drop_rights(user)
            answer = 0 if action() else 1
        os._exit(answer)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
