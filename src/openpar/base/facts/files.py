"""Where the files of facts lie: `facts/<dataset>/<what>/<year>/<month>/<sha256>.parquet` below the files.

The order that survives a power cut is that of documents: written under a temporary name, fsync, renamed to
its digest, fsync of the folders; only then may the database speak of it. A file that no row speaks of does no
harm and is swept away. Nothing is ever written over.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

_READ_ONLY = 0o444
_NAME = re.compile(r"[0-9a-f]{64}\.\w+")
# Somebody may be writing the row that will speak of a file; or still read one that was replaced.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """A folder of files: `what` is "rows", "facts" or "counters"."""

    dataset: str
    what: str
    year: int
    month: int


@dataclass(frozen=True)
class Kept:
    """A file that lies whole and synced in its place."""

    path: Path
    sha256: str
    size: int


def folder() -> Path:
    """The folder of the store, whether it is there or not."""
    return Path(settings.OPENPAR_FILES_DIR).absolute() / "facts"


def path_of(place: Place, sha256: str, suffix: str = "parquet") -> Path:
    """Where the bytes of this digest lie."""
    return _folder_of(place) / f"{sha256}.{suffix}"


def _folder_of(place: Place) -> Path:
    return folder() / place.dataset / place.what / f"{place.year:04}" / f"{place.month:02}"


@contextmanager
def incoming() -> Iterator[Path]:
    """A folder of one's own on the same disk, gone at the end."""
    above = folder() / "incoming"
    above.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=above) as name:
        yield Path(name)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file as it lies on disk now. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(path: Path, sha256: str) -> bool:
    """The file is there and its bytes have this digest."""
    try:
        return digest_of(path) == sha256
    except OSError:
        return False


def keep(written: Path, place: Place, suffix: str = "parquet") -> Kept:
    """Moves a finished file to its place under its digest; the same bytes already there are left, and their
    age begins anew, so that no sweep takes them before a row speaks of them.
    """
    descriptor = os.open(written, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sha256, size = digest_of(written), written.stat().st_size
    target = path_of(place, sha256, suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        os.utime(target)
    else:
        written.chmod(_READ_ONLY)
        written.rename(target)
    above = folder().parent
    for each in (target.parent, *target.parent.parents):
        _sync_folder(each)
        if each == above:
            break
    return Kept(target, sha256, size)


def kept_files() -> Iterator[Path]:
    """Every file of the store, in the order of names; those still coming in are left out."""
    yield from sorted(
        path
        for path in folder().glob("*/*/[0-9][0-9][0-9][0-9]/[0-9][0-9]/*")
        if path.is_file() and _NAME.fullmatch(path.name)
    )


def sweep(spoken_of: frozenset[Path], *, at: datetime) -> tuple[Path, ...]:
    """Removes files that no row speaks of, and what interrupted writers left, once they are a day old."""
    removed = []
    for path in kept_files():
        if path not in spoken_of and _is_old(path, at):
            path.unlink(missing_ok=True)
            removed.append(path)
    for path in sorted((folder() / "incoming").glob("**/*"), reverse=True):
        if _is_old(path, at):
            # A folder into which somebody writes just now is not empty, and stays.
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
                removed.append(path)
    return tuple(removed)


def _is_old(path: Path, at: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < at - GRACE
    except FileNotFoundError:
        return False


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
