"""Restoring: into an empty database and an empty folder, whole or not at all. There is no force."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from openpar.base.backups import tables
from openpar.base.backups.errors import BadBackup, RestoreRefused
from openpar.base.backups.layout import Header, Manifest, data_digest
from openpar.base.backups.reading import Read, Reader, read_backup
from openpar.base.documents.storage import path_of, verify
from openpar.common.errors import Gap
from openpar.common.triggers import create_triggers, drop_triggers, missing_guards

# Lies in the folder of files while a restore is under way: such a folder is ours to empty and begin again.
MARK = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was restored; `data_sha256` was recounted from the restored database."""

    manifest: Manifest
    data_sha256: str
    rows: int
    files: int
    keys_in: Path | None


def verify_backup(*, path: Path, identities: Sequence[str], expected_sha256: str = "") -> Read:
    """Reads the backup, and the one it builds on, to the end. Needs no database. Raises BadBackup."""
    read = read_backup(path, identities, expected_sha256=expected_sha256)
    base = read.manifest.header.base
    if base is not None:
        older = read_backup(_base_path(path, base.name), identities, expected_sha256=base.sha256)
        _refuse_missing(path, read.manifest, older.manifest)
    return read


def _base_path(path: Path, name: str) -> Path:
    # The name comes from inside a file: it may only mean a neighbour.
    place = path.parent / Path(name).name
    if not place.is_file():
        raise BadBackup.because(
            path.name,
            _("thiếu bản sao lưu đầy đủ %s mà bản này dựa vào") % name,
            _("Đặt hai tệp cạnh nhau"),
            code="base-missing",
        )
    return place


def _refuse_missing(path: Path, manifest: Manifest, base: Manifest) -> None:
    missing = [name for name, size in manifest.files_in_base.items() if base.files.get(name) != size]
    if missing:
        raise BadBackup.because(
            path.name,
            _("%(count)s tệp không có trong bản đầy đủ, trước hết %(first)s")
            % {"count": len(missing), "first": missing[0]},
            code="base-lacks-files",
        )


def restore_backup(*, path: Path, identities: Sequence[str], expected_sha256: str = "") -> Restored:
    """Everything in `path` into the empty default database and the empty folder of files.

    The whole backup is verified first, restored in one transaction, and counted again from the database
    before the transaction ends. Raises BadBackup or RestoreRefused, and then leaves nothing behind; when
    the machine stops in between, the database is empty and the same command begins again.
    """
    read = verify_backup(path=path, identities=identities, expected_sha256=expected_sha256)
    folder = Path(settings.OPENPAR_FILES_DIR)
    _refuse_unless_empty(folder)
    with _marked(folder), _bare_transaction():
        _make_tables(read.manifest.header)
        # Rows come back as they are, also those that may no longer be added: the guards stand again before
        # anybody else sees the tables.
        drop_triggers()
        _fill(path, identities, read)
        tables.set_last_numbers(dict(read.manifest.last_numbers))
        found = _recounted(read.manifest)
        create_triggers()
        _refuse_unguarded()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Without figures about the new rows the first questions would be planned blindly.
            cursor.execute("ANALYZE")
    return Restored(
        manifest=read.manifest,
        data_sha256=found,
        rows=read.manifest.rows,
        files=len(read.manifest.files) + len(read.manifest.files_in_base),
        keys_in=_keys_folder() if read.manifest.keys else None,
    )


def _refuse_unless_empty(folder: Path) -> None:
    gaps = []
    there = sorted(tables.tables_in())
    if there:
        gaps.append(
            Gap(
                _("Cơ sở dữ liệu"),
                _("không trống: có %(count)s bảng (%(first)s…)") % {"count": len(there), "first": there[0]},
                _("Tạo cơ sở dữ liệu mới và ghi địa chỉ của nó vào DATABASE_URL"),
                code="database-not-empty",
            )
        )
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        gaps.append(
            Gap(
                _("Thư mục tệp %s") % folder,
                _("không trống"),
                _("Ghi một thư mục mới vào OPENPAR_FILES_DIR"),
                code="folder-not-empty",
            )
        )
    if gaps:
        raise RestoreRefused(gaps)


@contextmanager
def _marked(folder: Path) -> Iterator[None]:
    """The folder of files is marked as unfinished until the block ends; emptied when it fails."""
    _empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    try:
        yield
    except BaseException:
        _empty(folder)
        raise
    (folder / MARK).unlink()


def _empty(folder: Path) -> None:
    if not folder.is_dir():
        return
    # The mark goes last: a second interruption must find it again.
    for path in sorted(folder.iterdir(), key=lambda path: path.name == MARK):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _bare_transaction() -> Iterator[None]:
    """One transaction for tables, rows and everything; foreign keys are counted at its end."""
    # SQLite makes tables only with its foreign keys off, and turns them off only outside a transaction.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            yield
            connection.check_constraints()
    finally:
        connection.enable_constraint_checking()


def _refuse_unguarded() -> None:
    missing = missing_guards()
    if missing:
        raise RestoreRefused.because(
            _("Cơ sở dữ liệu"), _("thiếu chốt bảo vệ: %s") % ", ".join(missing), code="guards-missing"
        )


def _make_tables(header: Header) -> None:
    executor = MigrationExecutor(connection)
    wanted = tuple(sorted(f"{app}.{name}" for app, name in executor.loader.graph.nodes))
    columns = {
        model._meta.db_table: tuple(str(column.column) for column in tables.columns_of(model))
        for model in tables.backed_up_models()
    }
    different = sorted({*wanted} ^ {*header.migrations}) or sorted(
        name for name in {*columns, *header.tables} if columns.get(name) != header.tables.get(name)
    )
    if different:
        raise RestoreRefused.because(
            _("Phiên bản"),
            _("bản sao lưu thuộc phiên bản %(version)s; khác ở: %(different)s")
            % {"version": header.software, "different": ", ".join(different)},
            _("Khôi phục bằng phiên bản ấy, rồi nâng cấp"),
            code="other-version",
        )
    # Not the command `migrate`, which would fill tables of its own afterwards.
    executor.migrate(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:
        for model in reversed(tables.backed_up_models()):
            if model._base_manager.exists():
                # What migrations put in comes back from the backup.
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608  # our own names


def _fill(path: Path, identities: Sequence[str], read: Read) -> None:
    models = {model._meta.db_table: model for model in tables.backed_up_models()}
    wanted = {*read.manifest.files, *read.manifest.files_in_base}

    def keep_file(sha256: str, chunks: Iterator[bytes]) -> None:
        if sha256 in wanted:
            _write_file(path_of(sha256), chunks)

    reader = Reader(lines=lambda table, lines: tables.insert_lines(models[table], lines), file=keep_file)
    reader.key = _keep_key
    read_backup(path, identities, reader=reader, expected_sha256=read.sha256)
    base = read.manifest.header.base
    if base is not None:
        # Of the base only files: its rows are older.
        place = _base_path(path, base.name)
        read_backup(place, identities, reader=Reader(file=keep_file), expected_sha256=base.sha256)


def _write_file(place: Path, chunks: Iterator[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    place.chmod(0o440)


def _keep_key(name: str, content: bytes) -> None:
    """Keys go beside, never in place: this installation may already have its own."""
    folder = _keys_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _keys_folder() -> Path:
    return Path(settings.OPENPAR_VAR_DIR) / "restored-keys"


def _recounted(manifest: Manifest) -> str:
    """The digest of the data as database and disk have them now. Raises RestoreRefused unless they agree."""
    connection.check_constraints()
    found = tables.digests_in(DEFAULT_DB_ALIAS)
    gaps = [
        Gap(
            _("Bảng %s") % name,
            _("khôi phục được %(found)s dòng, không bằng bản sao lưu (%(told)s dòng)")
            % {"found": found[name].rows, "told": told.rows},
            code="rows-differ",
        )
        for name, told in manifest.tables.items()
        if found[name] != told
    ]
    files = {*manifest.files, *manifest.files_in_base}
    gaps += [
        Gap(_("Tệp %s") % name, _("không đúng mã băm sau khi ghi"), code="file-differs")
        for name in sorted(files)
        if not verify(name)
    ]
    if gaps:
        raise RestoreRefused(gaps)
    return data_digest(found, dict.fromkeys({*files, *manifest.files_lost}, 0))
