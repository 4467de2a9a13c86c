"""Are all stored files still what was submitted? Counts every digest anew and names what is not right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from openpar.base.documents import storage
from openpar.base.documents.models import Document, StoredFile

Fault = Literal["missing", "changed", "swapped", "unreadable", "stray"]


@dataclass(frozen=True)
class FileFault:
    """One file that is not right. `found` is the digest of the bytes that lie there now, "" when none can be
    read; `documents` are the titles of the documents that have it.

    swapped: the bytes of another stored file lie under this name; stray: no file of ours has such a name.
    """

    fault: Fault
    sha256: str
    found: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class StoreReport:
    """What a look through the store found; `files` were looked at."""

    files: int
    faults: tuple[FileFault, ...]


def verify_store() -> StoreReport:
    """Every file that a row speaks of, and every file that lies there without one; reads each byte once."""
    known = frozenset(StoredFile.objects.values_list("sha256", flat=True))
    faults = []
    for sha256 in sorted(known):
        fault = _fault_of(sha256)
        if fault is not None:
            faults.append(FileFault(*fault, _titles(sha256)))
    others = [path for path in storage.kept_files() if path.name not in known]
    faults += [fault for path in others for fault in _stray(path)]
    return StoreReport(len(known) + len(others), tuple(faults))


def _fault_of(sha256: str) -> tuple[Fault, str, str] | None:
    try:
        found = storage.digest_of(storage.path_of(sha256))
    except FileNotFoundError:
        return "missing", sha256, ""
    except OSError:
        return "unreadable", sha256, ""
    if found == sha256:
        return None
    is_another = StoredFile.objects.filter(sha256=found).exists()
    return ("swapped" if is_another else "changed"), sha256, found


def _titles(sha256: str) -> tuple[str, ...]:
    return tuple(Document.objects.filter(file__sha256=sha256).order_by("pk").values_list("title", flat=True))


def _stray(path: Path) -> Iterator[FileFault]:
    """A file that only an import kept has no row and is fine as long as its name is its digest."""
    try:
        found = storage.digest_of(path)
    except OSError:
        found = ""
    if found != path.name:
        yield FileFault("stray", path.name, found, ())
