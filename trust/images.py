"""What may be on a disk after the power is cut, rebuilt from the recorded writes of a process.

What was synced is there. Of what was written since, each write is there or not, in any order, whole or torn
at a sector: a disk promises no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
KINDS = ("nothing unsynced", "everything", "some writes", "some writes, torn")
_CALL = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+=\s+(-?\d+)")
_FD = re.compile(r"^\d+<([^>]*)>(?:\(deleted\))?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Event:
    """One recorded step: `write` and `cut` change a file, `sync` keeps it, `said` acknowledges a save."""

    kind: str
    file: str
    offset: int = 0
    data: bytes = b""


def events(trace: Iterable[str], folder: Path) -> Iterator[Event]:
    """Reads what strace wrote (-y -xx). Raises ValueError for a step it does not understand."""
    for line in trace:
        found = _CALL.match(line)
        if found is None:
            if "unfinished" in line and str(folder) in line:
                raise ValueError(f"two threads wrote at once: {line[:80]}")
            continue
        call, given, returned = found[1], found[2], int(found[3])
        event = None if returned < 0 else _event(call, given, returned)
        if event is not None and (event.kind == "said" or event.file.startswith(str(folder))):
            yield event


def _event(call: str, given: str, returned: int) -> Event | None:
    descriptor = _FD.match(given)
    if descriptor is None:
        return None
    file = _plain(descriptor[1])
    if call == "write" and given.startswith("1<"):
        return Event("said", "", data=_bytes(given))
    if call == "pwrite64":
        return Event("write", file, int(given.rpartition(",")[2]), _bytes(given)[:returned])
    if call in ("fsync", "fdatasync"):
        return Event("sync", file)
    if call == "ftruncate":
        return Event("cut", file, int(given.rpartition(",")[2]))
    if call in ("write", "pwritev", "writev", "fallocate") and ".sqlite3" in file and ".writer" not in file:
        raise ValueError(f"{call} on {file} is not rebuilt here")
    return None


def _plain(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


def _bytes(given: str) -> bytes:
    found = _TEXT.search(given)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


@dataclass
class File:
    """One file: what is surely on the disk, and the writes that may be."""

    durable: bytearray
    pending: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for one in self.pending:
            _apply(self.durable, one)
        self.pending.clear()

    def image(self, kind: str, random: Random) -> bytes:
        """The file as the disk may have it."""
        content = bytearray(self.durable)
        if kind == "nothing unsynced":
            return bytes(content)
        for one in self.pending:
            if kind == "everything":
                _apply(content, one)
            elif random.random() < 0.5:
                _apply(content, _torn(one, random) if kind == KINDS[3] else one)
        return bytes(content)


class Disk:
    """The files of a folder, as the recorded steps change them."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self._files = {name: File(bytearray(content)) for name, content in contents.items()}

    def follow(self, event: Event) -> None:
        if event.kind == "sync":
            if event.file in self._files:
                self._files[event.file].sync()
        elif event.kind in ("write", "cut"):
            self._files.setdefault(event.file, File(bytearray())).pending.append(event)

    def image(self, kind: str, random: Random) -> dict[str, bytes]:
        """Name → content of every file, after the power was cut here."""
        return {name: file.image(kind, random) for name, file in self._files.items()}


def _torn(one: Event, random: Random) -> Event:
    """Only the first sectors of a write arrived, or only the last."""
    if one.kind != "write" or len(one.data) <= SECTOR:
        return one
    at = random.randrange(1, len(one.data) // SECTOR + 1) * SECTOR
    if random.random() < 0.5:
        return Event("write", one.file, one.offset, one.data[:at])
    return Event("write", one.file, one.offset + at, one.data[at:])


def _apply(content: bytearray, one: Event) -> None:
    if one.kind == "cut":
        del content[one.offset :]
        content.extend(bytes(one.offset - len(content)))
        return
    end = one.offset + len(one.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[one.offset : end] = one.data
