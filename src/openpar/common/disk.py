"""Free space where the program writes. When little is left the program only reads, and says so.

Asked at most once in a few seconds; when space is back, writing goes on by itself.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

_ASKED_AGAIN_AFTER = 3.0
_guard = threading.Lock()
_known: tuple[float, tuple[Space, ...]] | None = None


@dataclass(frozen=True)
class Reserve:
    """How much must stay free: a number of bytes, or a share of the disk (0 ≤ share < 1); one of the two."""

    size: int | None = None
    share: float | None = None

    def of(self, total: int) -> int:
        """The bytes that must stay free on a disk of `total` bytes."""
        return int(total * self.share) if self.share is not None else self.size or 0


@dataclass(frozen=True)
class Space:
    """One folder's disk, in bytes. `folder` is a word (“database”, “files”), not a path."""

    folder: str
    free: int
    total: int
    reserve: int

    @property
    def is_short(self) -> bool:
        """Less is free than must stay free; exactly the reserve is enough."""
        return self.free < self.reserve


_UNITS: Mapping[str, int] = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def parse_reserve(text: str) -> Reserve:
    """“500m”, “2g”, “1073741824” or a share such as “5%” (0 ≤ share < 100). Raises ValueError saying so."""
    wanted = text.strip().lower().removesuffix("ib").removesuffix("b")
    number = wanted.rstrip("%kmg")
    unit = wanted[len(number) :]
    try:
        if unit == "%" and 0 <= float(number) < 100:
            return Reserve(share=float(number) / 100)
        if unit in _UNITS and number.isdecimal():
            return Reserve(size=int(number) * _UNITS[unit])
    except ValueError:
        pass
    raise ValueError(
        f"OPENPAR_DISK_RESERVE is {text!r}; right would be 500m, 2g, a number of bytes, or a share such as 5%"
    )


def watched_folders() -> dict[str, Path]:
    """Where the program writes: the database's folder, when it is on this machine, and that of the files."""
    folders = {"files": Path(settings.OPENPAR_FILES_DIR)}
    database = settings.DATABASES["default"]
    if settings.OPENPAR_DATABASE_DIR is not None:
        folders["database"] = Path(settings.OPENPAR_DATABASE_DIR)
    elif database["ENGINE"].endswith("sqlite3"):
        folders["database"] = Path(str(database["NAME"])).parent
    return folders


def spaces() -> tuple[Space, ...]:
    """The watched folders' disks as they are now. A folder not made yet counts as its nearest parent."""
    found = []
    for word, folder in sorted(watched_folders().items()):
        usage = shutil.disk_usage(_existing(folder))
        found.append(Space(word, usage.free, usage.total, settings.OPENPAR_DISK_RESERVE.of(usage.total)))
    return tuple(found)


def is_short_of_space() -> bool:
    """Is the reserve used up on a watched disk? May be some seconds old."""
    return any(space.is_short for space in _recent_spaces())


def forget_what_was_seen() -> None:
    """The next question looks at the disk itself; after a write that met a full disk, and in tests."""
    global _known
    with _guard:
        _known = None


def _recent_spaces() -> tuple[Space, ...]:
    global _known
    asked_at = time.monotonic()
    with _guard:
        if _known is not None and asked_at - _known[0] < _ASKED_AGAIN_AFTER:
            return _known[1]
        _known = (asked_at, spaces())
        return _known[1]


def _existing(folder: Path) -> Path:
    for place in (folder, *folder.parents):
        if os.path.isdir(place):
            return place
    return Path(folder.anchor or ".")
