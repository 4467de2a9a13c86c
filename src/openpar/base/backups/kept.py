"""The folder of backups: names, what a backup says about itself in the open, and which ones are kept.

Beside each backup lies `<name>.json`: digest of the encrypted file, counts, list of files. It holds nothing
of the rows, so that whoever has no key can still see whether a backup is whole, and a backup of the changes
knows which evidence lies in the last full one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpar.base.backups.layout import Base
from openpar.base.backups.writing import Contained, Written
from openpar.common.formats import VIETNAM

_NAME = re.compile(r"openpar-(\d{8}T\d{6}Z)-(full|changes)\.age")
FULL, CHANGES = "full", "changes"


@dataclass(frozen=True)
class Retention:
    """How many backups stay: of the last days, weeks and months the last full one each (days of Việt Nam).

    Backups of the changes stay for `changes_for`; the full one that a kept one builds on stays with it.
    """

    daily: int = 7
    weekly: int = 4
    monthly: int = 12
    changes_for: timedelta = timedelta(hours=48)


RETENTION = Retention()


@dataclass(frozen=True)
class Kept:
    """A backup in the folder, as it tells about itself in the open."""

    path: Path
    kind: str
    taken_at: datetime
    sha256: str
    data_sha256: str
    rows: int
    files: frozenset[str]
    base: str = ""

    def is_whole(self) -> bool:
        """The encrypted bytes are those that were written; needs no key, says nothing about their meaning."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


def name_for(at: datetime, kind: str) -> str:
    """The name of a backup of this second."""
    return f"openpar-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{kind}.age"


def note(written: Written, kind: str) -> Kept:
    """Writes beside a backup what may be known without a key."""
    manifest = written.manifest
    said = {
        "kind": kind,
        "taken_at": manifest.header.taken_at.isoformat(),
        "sha256": written.sha256,
        "data_sha256": manifest.data_sha256,
        "rows": manifest.rows,
        "base": manifest.header.base.name if manifest.header.base else "",
        "files": sorted(manifest.files),
    }
    place = _note_of(written.path)
    unfinished = place.with_name(f".{place.name}.{os.getpid()}.part")
    unfinished.write_text(json.dumps(said, indent=1) + "\n", encoding="ascii")
    unfinished.rename(place)
    return _kept(written.path)


def kept_in(folder: Path) -> list[Kept]:
    """The backups of a folder, oldest first; one whose note is missing or unreadable is not counted."""
    found = []
    for path in sorted(folder.glob("openpar-*.age")):
        if _NAME.fullmatch(path.name):
            try:
                found.append(_kept(path))
            except (OSError, ValueError, KeyError):
                continue
    return sorted(found, key=lambda kept: kept.taken_at)


def base_among(kept: Sequence[Kept]) -> Contained | None:
    """The newest full backup, for one of the changes to build on."""
    full = [one for one in kept if one.kind == FULL and one.path.exists()]
    if not full:
        return None
    return Contained(base=Base(name=full[-1].path.name, sha256=full[-1].sha256), files=full[-1].files)


def to_remove(kept: Iterable[Kept], *, at: datetime, retention: Retention = RETENTION) -> list[Kept]:
    """Which of `kept` nobody needs any more; the newest full backup always stays."""
    ordered = sorted(kept, key=lambda one: one.taken_at)
    full = [one for one in ordered if one.kind == FULL]
    stay = {
        *_last_of_each(full, lambda day: f"{day:%Y-%m-%d}", retention.daily),
        *_last_of_each(full, lambda day: f"{day:%G-%V}", retention.weekly),
        *_last_of_each(full, lambda day: f"{day:%Y-%m}", retention.monthly),
        *full[-1:],
        *(one for one in ordered if one.kind == CHANGES and one.taken_at > at - retention.changes_for),
    }
    bases = {one.base for one in stay}
    return [one for one in ordered if one not in stay and one.path.name not in bases]


def remove(kept: Kept) -> None:
    """Removes a backup with its note; the note goes last, so that an interrupted removal is seen again."""
    kept.path.unlink(missing_ok=True)
    _note_of(kept.path).unlink(missing_ok=True)


def remove_unfinished(folder: Path, *, at: datetime) -> None:
    """Removes what interrupted backups left, once it is a day old."""
    for path in folder.glob(".openpar-*.part"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < at - timedelta(days=1):
            path.unlink(missing_ok=True)


def _last_of_each(full: Sequence[Kept], period: Callable[[datetime], str], most: int) -> list[Kept]:
    last = {period(one.taken_at.astimezone(VIETNAM)): one for one in full}
    return list(last.values())[-most:] if most else []


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _kept(path: Path) -> Kept:
    said = json.loads(_note_of(path).read_text(encoding="ascii"))
    return Kept(
        path=path,
        kind=str(said["kind"]),
        taken_at=datetime.fromisoformat(said["taken_at"]),
        sha256=str(said["sha256"]),
        data_sha256=str(said["data_sha256"]),
        rows=int(said["rows"]),
        files=frozenset(map(str, said["files"])),
        base=str(said["base"]),
    )
