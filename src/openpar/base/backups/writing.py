"""Making a backup: one snapshot, streamed row by row and file by file into one encrypted file."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from openpar.base.audit.models import Checkpoint, Entry
from openpar.base.audit.signing import keys_folder
from openpar.base.backups import layout, tables
from openpar.base.backups.envelope import sealed
from openpar.base.backups.errors import BackupRefused
from openpar.base.backups.layout import Base, Header, Log, Manifest
from openpar.base.backups.snapshot import snapshot
from openpar.base.backups.tables import Digest
from openpar.base.documents.models import StoredFile
from openpar.base.documents.storage import path_of

_PART = 4 * 1024 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Contained:
    """A full backup that already holds these files."""

    base: Base
    files: frozenset[str]


@dataclass(frozen=True)
class Written:
    """A backup that lies whole on disk; `sha256` is the digest of the encrypted file."""

    path: Path
    sha256: str
    size: int
    manifest: Manifest


def write_backup(
    path: Path,
    *,
    at: datetime,
    recipients: Sequence[str],
    contained: Contained | None = None,
    keys: Mapping[str, Path] | None = None,
) -> Written:
    """A new backup at `path`, which must not exist.

    With `contained` the evidence that its base holds is named but not copied again. Files are checked while
    they are copied; one that is lost or damaged is named in the manifest instead of keeping everything
    else from being saved. Raises BackupRefused; then nothing is left at `path`.
    """
    if path.exists():
        raise BackupRefused.because(str(path), _("đã có tệp này"), _("Chọn tên khác"), code="backup-exists")
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name that nobody takes for a backup until it is one.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    with sealed(unfinished, recipients) as out:
        manifest = _write_content(out.writer, at=at, contained=contained, keys=keys or {})
    os.link(unfinished, path)
    unfinished.unlink()
    _sync(path.parent)
    return Written(path=path, sha256=out.sha256, size=path.stat().st_size, manifest=manifest)


def _write_content(
    writer: BinaryIO, *, at: datetime, contained: Contained | None, keys: Mapping[str, Path]
) -> Manifest:
    with snapshot() as using, tarfile.open(fileobj=writer, mode="w|", bufsize=_CHUNK) as archive:
        tables.refuse_unknown_tables(using)
        header = _header(using, at=at, base=contained.base if contained else None)
        _add(archive, layout.HEADER, layout.header_bytes(header))
        digests = {
            model._meta.db_table: _add_table(archive, model, using) for model in tables.backed_up_models()
        }
        files = _add_files(archive, using, contained.files if contained else frozenset())
        all_files = {**files.inside, **files.in_base, **dict.fromkeys(files.lost, 0)}
        manifest = Manifest(
            header=header,
            tables=digests,
            last_numbers=tables.last_numbers(using),
            files=files.inside,
            files_in_base=files.in_base,
            files_lost=tuple(files.lost),
            keys={name: _add_key(archive, name, path) for name, path in keys.items()},
            log=_log(using, digests[Entry._meta.db_table]),
            data_sha256=layout.data_digest(digests, all_files),
        )
        _add(archive, layout.MANIFEST, layout.manifest_bytes(manifest))
    return manifest


def _header(using: str, *, at: datetime, base: Base | None) -> Header:
    return Header(
        format=layout.FORMAT,
        software=layout.SOFTWARE,
        database=connections[using].vendor,
        taken_at=at,
        migrations=applied_migrations(using),
        tables={
            model._meta.db_table: tuple(str(column.column) for column in tables.columns_of(model))
            for model in tables.backed_up_models()
        },
        base=base,
    )


def applied_migrations(using: str) -> tuple[str, ...]:
    """ "app.name" of every migration that the database has, sorted."""
    applied = MigrationRecorder(connections[using]).applied_migrations()
    return tuple(sorted(f"{app}.{name}" for app, name in applied))


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o440
    archive.addfile(member, io.BytesIO(content))


def _add_table(archive: tarfile.TarFile, model: tables.Model, using: str) -> Digest:
    sha256, rows = hashlib.sha256(), 0
    for number, part in enumerate(_parts(tables.lines_of(model, using)), start=1):
        content = b"".join(part)
        sha256.update(content)
        rows += len(part)
        packed = gzip.compress(content, compresslevel=1, mtime=0)
        _add(archive, f"tables/{model._meta.db_table}/{number:06}.jsonl.gz", packed)
    return Digest(rows, sha256.hexdigest())


def _parts(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= _PART:
            yield part
            part, size = [], 0
    if part:
        yield part


@dataclass
class _Files:
    inside: dict[str, int] = field(default_factory=dict)
    in_base: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def _add_files(archive: tarfile.TarFile, using: str, contained: frozenset[str]) -> _Files:
    """Only what the snapshot speaks of: a file is on disk before its row is, and is never removed."""
    files = _Files()
    rows = StoredFile.objects.using(using).order_by("sha256").values_list("sha256", "size")
    for sha256, size in rows.iterator(chunk_size=2000):
        if sha256 in contained:
            files.in_base[sha256] = size
        elif _add_file(archive, sha256):
            files.inside[sha256] = size
        else:
            files.lost.append(sha256)
    return files


def _add_file(archive: tarfile.TarFile, sha256: str) -> bool:
    try:
        with path_of(sha256).open("rb") as file:
            # Read twice: a damaged file must not get in under the name of the whole one.
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return False
            file.seek(0)
            member = tarfile.TarInfo(f"files/{sha256}")
            member.size, member.mode = os.fstat(file.fileno()).st_size, 0o440
            archive.addfile(member, file)
    except FileNotFoundError:
        return False
    return True


def _add_key(archive: tarfile.TarFile, name: str, path: Path) -> str:
    content = path.read_bytes()
    _add(archive, f"keys/{name}", content)
    return hashlib.sha256(content).hexdigest()


def _log(using: str, digest: Digest) -> Log:
    last = Entry.objects.using(using).order_by("-id").values_list("id", flat=True).first()
    return Log(entries=digest.rows, last_id=last or 0, sha256=digest.sha256, checkpoint=_checkpoint(using))


def _checkpoint(using: str) -> dict[str, Any] | None:
    newest = Checkpoint.objects.using(using).order_by("-size").first()
    return None if newest is None else {"size": newest.size, "root": newest.root, "note": newest.note}


def installation_keys() -> dict[str, Path]:
    """The secrets of this installation, by the name they have in a backup: the session key, signing keys."""
    found = [Path(settings.OPENPAR_VAR_DIR) / "secret-key", *sorted(keys_folder().glob("*"))]
    return {path.name: path for path in found if path.is_file()}


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
