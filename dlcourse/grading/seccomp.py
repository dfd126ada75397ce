"""Seccomp: a process gives up, for itself and its children, system calls that no answer needs.

What these calls make is not counted as the memory of the process that made it (memory files, shared
mappings, System V segments), outlives it, or looks into other processes. A refused call fails as if
the user had no right to it. See seccomp(2); the numbers are those of the processor's unistd.h.
"""

from __future__ import annotations

import ctypes
import platform
import struct

SET_SECCOMP, FILTER = 22, 2
NUMBERS = {
    "x86_64": {
        "memfd_create": 319,
        "memfd_secret": 447,
        "shmget": 29,
        "semget": 64,
        "msgget": 68,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "pidfd_getfd": 438,
        "perf_event_open": 298,
        "bpf": 321,
        "userfaultfd": 323,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "io_uring_setup": 425,
        "unshare": 272,
        "mount": 165,
    },
    "aarch64": {
        "memfd_create": 279,
        "memfd_secret": 447,
        "shmget": 194,
        "semget": 190,
        "msgget": 186,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "pidfd_getfd": 438,
        "perf_event_open": 241,
        "bpf": 280,
        "userfaultfd": 282,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "io_uring_setup": 425,
        "unshare": 97,
        "mount": 40,
    },
}
MAP = {"x86_64": 9, "aarch64": 222}  # mmap, which is refused for shared memory alone
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OTHER_ABI = 0x40000000  # numbers from here on are those of x32
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refused: EPERM
NUMBER_AT, ARCHITECTURE_AT, MAP_FLAGS_AT = 0, 4, 40
MAP_SHARED = 1


def program(machine: str) -> bytes:
    """Return the filter for a processor: instructions (code, jump if, jump if not, operand)."""
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),  # code for another processor would mean other calls by these numbers
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 0, 1, OTHER_ABI),
        (RETURN, 0, 0, REFUSE),
    ]
    for number in NUMBERS[machine].values():
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    steps += [
        (EQUAL, 0, 4, MAP[machine]),
        (LOAD, 0, 0, MAP_FLAGS_AT),
        (AND, 0, 0, MAP_SHARED),
        (EQUAL, 0, 1, MAP_SHARED),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def refuse_calls() -> bool:
    """Give up the calls; return whether this system can. `PR_SET_NO_NEW_PRIVS` must be set before.

    Call it where there is one thread: others would keep the calls.
    """
    machine = platform.machine()
    if machine not in NUMBERS:
        return False
    text = program(machine)
    buffer = ctypes.create_string_buffer(text, len(text))
    header = struct.pack("@HxxxxxxP", len(text) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(SET_SECCOMP, FILTER, ctypes.c_char_p(header), 0, 0) == 0
