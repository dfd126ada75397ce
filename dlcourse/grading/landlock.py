"""Landlock: a Linux process gives up, for itself and its children, every file it does not name.

It needs no privileges and no program, so it serves where bubblewrap does not run. Used by the
plain limits only. The numbers are those of linux/landlock.h; see landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
READ = EXECUTE | READ_FILE | READ_DIR
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15  # and truncate, ioctl
# How many rights on files each version of the kernel's interface knows.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NETWORK = 0b11  # bind and connect TCP, from version 4
SCOPES = 0b11  # abstract sockets and signals to processes outside, from version 6

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return the version of Landlock that the kernel speaks, 0 where there is none."""
    return max(0, _libc.syscall(CREATE_RULESET, None, 0, 1))


def restrict(readable: Iterable[Path], listed: Iterable[Path], writable: Iterable[Path]) -> None:
    """Let this process, from now on, read and write these files and folders alone.

    Of the `listed` folders, and what is below them, it may see the names.
    Raises OSError where the kernel refuses. `PR_SET_NO_NEW_PRIVS` must be set before.
    """
    speaks = version()
    every = (1 << RIGHTS.get(speaks, 16)) - 1
    attributes = struct.pack("QQQ", every, NETWORK if speaks >= 4 else 0, SCOPES)
    size = 24 if speaks >= 6 else 16 if speaks >= 4 else 8
    ruleset = _call(CREATE_RULESET, attributes, size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, READ & every)
        for path in listed:
            _allow(ruleset, path, READ_DIR)
        for path in writable:
            _allow(ruleset, path, every)
        _call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= FILE_RIGHTS
        _call(ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _call(number: int, *arguments: int | bytes) -> int:
    result = _libc.syscall(number, *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"Landlock: {os.strerror(error)}")
    return result
