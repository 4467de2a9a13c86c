"""What lies in a backup and in which order; a tar archive that any machine opens (age -d FILE | tar x).

header.json                          what follows, and which software and migrations it belongs to
tables/<table>/<number>.jsonl.gz     rows, in the order of header.json
files/<sha256>                       evidence and documents
keys/<name>                          only when asked for
manifest.json                        the header again, counts and digests of everything; always last
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from openpar.base.backups.tables import TICKING, Digest

FORMAT = 1
# The version in pyproject.toml (a test compares): which release restores this backup.
SOFTWARE = "0.1.0"
HEADER, MANIFEST = "header.json", "manifest.json"


@dataclass(frozen=True)
class Base:
    """The full backup in which the older files of this one lie."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Header:
    """Known before the first row is read."""

    format: int
    software: str
    database: str
    taken_at: datetime
    # "app.name", sorted.
    migrations: tuple[str, ...]
    # Columns of each table, tables in the order in which they are restored.
    tables: Mapping[str, tuple[str, ...]]
    base: Base | None = None


@dataclass(frozen=True)
class Log:
    """How far the audit log went."""

    entries: int
    last_id: int
    sha256: str
    # The newest signed checkpoint, as its row says; None where the log is not sealed yet.
    checkpoint: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Manifest:
    """Counts and digests of everything in the backup."""

    header: Header
    tables: Mapping[str, Digest]
    last_numbers: Mapping[str, int]
    # Files in this backup, and those in its base, by SHA-256 with their size in bytes.
    files: Mapping[str, int]
    files_in_base: Mapping[str, int]
    # Files that the rows speak of and that were lost or damaged when the backup was made.
    files_lost: tuple[str, ...]
    keys: Mapping[str, str]
    log: Log
    # The data without the moment: equal for equal rows and files, on both databases.
    data_sha256: str

    @property
    def rows(self) -> int:
        return sum(digest.rows for digest in self.tables.values())


def data_digest(tables: Mapping[str, Digest], files: Mapping[str, int]) -> str:
    """One digest of all rows and all files."""
    said = {
        "tables": {
            name: [digest.rows, digest.sha256] for name, digest in tables.items() if name not in TICKING
        },
        "files": sorted(files),
    }
    return hashlib.sha256(_json(said)).hexdigest()


def header_bytes(header: Header) -> bytes:
    """The header as it is written."""
    return _json(_plain(header))


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    return _json({**asdict(manifest), "header": _plain(manifest.header)})


def header_from(content: bytes) -> Header:
    """Raises ValueError, KeyError or TypeError when it is not one of format 1."""
    said = json.loads(content)
    if said["format"] != FORMAT:
        raise ValueError(f"format {said['format']}, known is {FORMAT}")
    return Header(
        format=FORMAT,
        software=str(said["software"]),
        database=str(said["database"]),
        taken_at=datetime.fromisoformat(said["taken_at"]),
        migrations=tuple(map(str, said["migrations"])),
        # A list of pairs, not an object: the order counts.
        tables={str(name): tuple(map(str, columns)) for name, columns in said["tables"]},
        base=Base(**said["base"]) if said["base"] else None,
    )


def manifest_from(content: bytes) -> Manifest:
    """Raises ValueError, KeyError or TypeError when it is not one of format 1."""
    said = json.loads(content)
    return Manifest(
        header=header_from(json.dumps(said["header"]).encode()),
        tables={
            name: Digest(int(told["rows"]), str(told["sha256"])) for name, told in said["tables"].items()
        },
        last_numbers={name: int(number) for name, number in said["last_numbers"].items()},
        files={name: int(size) for name, size in said["files"].items()},
        files_in_base={name: int(size) for name, size in said["files_in_base"].items()},
        files_lost=tuple(map(str, said["files_lost"])),
        keys={name: str(sha256) for name, sha256 in said["keys"].items()},
        log=Log(**said["log"]),
        data_sha256=str(said["data_sha256"]),
    )


def _plain(header: Header) -> dict[str, Any]:
    return {
        **asdict(header),
        "taken_at": header.taken_at.isoformat(),
        "tables": [[name, list(columns)] for name, columns in header.tables.items()],
    }


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
