"""Counters shared by all worker processes: each worker adds to a file of its own, a reader sums all of them.

A file is taken with an flock; a worker that follows one that died takes over its file and goes on counting,
so sums never fall and there are never more files than there were workers at one time. A file is an array of
numbers in the order of `names`; another order of another version lies in another folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_NUMBER: Final = struct.Struct("<d")
_PID: Final = "worker_pid"
_MOST_WORKERS: Final = 256


class Counters:
    """Adds and sums named numbers. Without a folder to write in, those of this process only."""

    def __init__(self, names: Sequence[str], folder: Path) -> None:
        self._names = (_PID, *names)
        self._places = {name: place * _NUMBER.size for place, name in enumerate(self._names)}
        version = hashlib.sha256("\n".join(self._names).encode()).hexdigest()[:8]
        self._folder = folder / version
        self._guard = threading.Lock()
        self._pid = 0
        self._held: int | None = None
        self._memory: mmap.mmap | bytearray = bytearray(self._size)

    @property
    def _size(self) -> int:
        return len(self._names) * _NUMBER.size

    def add(self, name: str, amount: float = 1.0) -> None:
        """Adds to one number of this worker; raises KeyError for a name that was not announced."""
        place = self._places[name]
        with self._guard:
            if self._pid != os.getpid():
                self._begin()
            [before] = _NUMBER.unpack_from(self._memory, place)
            _NUMBER.pack_into(self._memory, place, before + amount)

    def sums(self) -> dict[str, float]:
        """Every number, over all workers."""
        totals = dict.fromkeys(self._names[1:], 0.0)
        for numbers in self._all():
            for name in totals:
                totals[name] += _NUMBER.unpack_from(numbers, self._places[name])[0]
        return totals

    def workers(self) -> list[int]:
        """The process numbers of workers that have counted and still live."""
        pids = {int(_NUMBER.unpack_from(numbers, 0)[0]) for numbers in self._all()}
        return sorted(pid for pid in pids if pid > 0 and Path(f"/proc/{pid}").exists())

    def _all(self) -> list[bytes]:
        with self._guard:
            if self._pid != os.getpid():
                self._begin()
            if self._held is None:
                return [bytes(self._memory)]
        files = (path.read_bytes() for path in sorted(self._folder.glob("*.counts")))
        return [numbers for numbers in files if len(numbers) == self._size]

    def _begin(self) -> None:
        """Takes a file; also after a fork, when the one at hand is the parent's."""
        self._pid = os.getpid()
        self._held = None
        self._memory = bytearray(self._size)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._held = self._taken()
            # Written, not only lengthened: a hole in a mapped file on a full disk would kill the process.
            if os.fstat(self._held).st_size != self._size:
                os.pwrite(self._held, bytes(self._size), 0)
            self._memory = mmap.mmap(self._held, self._size)
        except OSError:
            self._held = None
        _NUMBER.pack_into(self._memory, 0, float(self._pid))

    def _taken(self) -> int:
        for number in range(_MOST_WORKERS):
            descriptor = os.open(
                self._folder / f"{number:03}.counts", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
            else:
                return descriptor
        raise OSError("more workers than files of counts")
