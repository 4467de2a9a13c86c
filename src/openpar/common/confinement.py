"""What a process that reads a hostile file takes from itself first: memory, time, files, the network."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

_MEBIBYTE = 1024 * 1024
_Step = tuple[int, int, int, int]
_OPEN_FILES = 64

# Linux numbers its system calls per machine. What a parser never needs and an attacker wants: to connect,
# to start programs, to touch other processes, to remove, rename or change files. First the machine, then the
# call that opens files, then those refused outright.
_CALLS = {
    # open socket connect fork vfork execve kill truncate ftruncate rename rmdir creat unlink chmod fchmod
    # ptrace tkill unlinkat renameat fchmodat renameat2 execveat openat2
    "x86_64": (
        (0xC000003E, 257),
        (2, 41, 42, 57, 58, 59, 62, 76, 77, 82, 84, 85, 87, 90, 91, 101, 200, 263, 264, 268, 316, 322, 437),
    ),
    # unlinkat renameat truncate ftruncate fchmod fchmodat ptrace kill tkill socket connect execve renameat2
    # execveat openat2
    "aarch64": (
        (0xC00000B7, 56),
        (35, 38, 45, 46, 52, 53, 117, 129, 130, 198, 203, 221, 276, 281, 437),
    ),
}
_CALL, _MACHINE, _THIRD_ARGUMENT = 0, 4, 32  # places in what the kernel shows to a filter
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL_PROCESS = 0x7FFF0000, 0x00050001, 0x80000000
_OTHER_NUMBERS = 0x40000000  # the same calls under other numbers (x32)
_OPENS_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_PDEATHSIG, _SECCOMP_MODE_FILTER = 22, 38, 1, 2
_SIGKILL = 9


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def address_space() -> int:
    """Bytes of address space this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def confine(*, seconds: int, mebibytes: int, network: bool = False) -> None:
    """For good: `seconds` of processor time, `mebibytes` of address space above what there is now, few open
    files, no bytes written into any file; and where the kernel can, no network and no other programs.
    """
    most = address_space() + mebibytes * _MEBIBYTE
    if not network:
        forbid_calls()
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, most, most),
    ):
        # Where a harder limit stands already, it serves as well.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))


def die_with_parent() -> None:
    """The kernel kills this process when the thread that started it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def forbid_calls() -> bool:
    """No network, no programs, no changing of files, from now on; False where the kernel cannot do it."""
    known = _CALLS.get(platform.machine())
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if known is None or prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    steps = _filter_steps(*known)
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    return bool(prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter_steps(machine_and_opening: tuple[int, int], calls: tuple[int, ...]) -> list[_Step]:
    """The kernel's little program: an operation, how many steps to jump if true and if false, an operand."""
    machine, opening = machine_and_opening
    refusals: list[_Step] = [
        (_IF_AT_LEAST, 0, 0, _OTHER_NUMBERS),
        *((_IF_EQUAL, 0, 0, call) for call in calls),
    ]
    # Each jumps over the refusals after it and the four steps in front of the last.
    jumps = [
        (kind, len(refusals) - place + 3, 0, what) for place, (kind, _yes, _no, what) in enumerate(refusals)
    ]
    return [
        (_LOAD, 0, 0, _MACHINE),
        (_IF_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _CALL),
        *jumps,
        (_IF_EQUAL, 0, 2, opening),
        (_LOAD, 0, 0, _THIRD_ARGUMENT),
        (_IF_ANY_BIT, 1, 0, _OPENS_TO_CHANGE),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
