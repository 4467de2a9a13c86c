"""The counters file: what a province sends to a ministry, some hundred kilobytes a year, signed.

A ZIP archive, not compressed, of two members: `counters.parquet`, one row a cell with the texts of agency and
field, and `manifest.txt`, a signed note (c2sp.org/signed-note) that names its digest. No dossier is in it.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, paths are our own

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from openpar.base.audit.signing import is_signed, sign_note
from openpar.base.facts import files
from openpar.base.facts.counters import Numbers
from openpar.base.facts.counting import kept_counters
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import AGENCY, CHANNEL, MONTH, SECTOR, Counting
from openpar.base.facts.duck import (
    Array,
    Connection,
    connected,
    fetched,
    quoted,
    reading,
    register,
    write_parquet,
)
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.queries import values_in

KIND = "openpar counters 1"
MANIFEST, TABLE = "manifest.txt", "counters.parquet"
LARGEST = 64 * 1024 * 1024
# Joined by one basis at a time: the groups of the others are passed over.
_ROWS_A_GROUP = 16_384
_PROVINCE = re.compile(r"[A-Z0-9]{1,20}")
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
_LINES = ("dataset", "province", "as_of", "counting", "cells", "sha256")


@dataclass(frozen=True)
class Statement:
    """What the manifest of a counters file says."""

    dataset: str
    province: str
    as_of: datetime
    counting_sha256: str
    cells: int
    sha256: str


@dataclass(frozen=True)
class Opened:
    """A counters file whose signature and digest are right."""

    statement: Statement
    note: str
    table: bytes


def counters_file(*, dataset: str, province: str, as_of: datetime) -> bytes:
    """The kept counters of a dataset for a ministry, signed with the keys of this installation.

    Raises UnknownDataset; FactsRefused for an impossible code and for numbers that stand for no text;
    KeyTrouble when nothing can be signed.
    """
    if not _PROVINCE.fullmatch(province):
        raise _unfit(_("mã tỉnh “%s” không đúng dạng") % province[:40])
    to = registered(dataset)
    columns = _columns(to, province)
    with files.incoming() as folder, connected(files.folder()) as duck:
        register(duck, "cells", columns)
        order = ", ".join(("basis", AGENCY, MONTH, SECTOR, CHANNEL))
        path = folder / TABLE
        select = f"SELECT {_typed(to.counting)} FROM cells ORDER BY {order}"
        cells = write_parquet(duck, select, path, _ROWS_A_GROUP)
        table = path.read_bytes()
    text = _text(Statement(dataset, province, as_of, to.counting.sha256, cells, sha256(table).hexdigest()))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in ((MANIFEST, sign_note(text).encode()), (TABLE, table)):
            # The same counters make the same bytes, whenever they are written.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return made.getvalue()


def _columns(to: Registered, province: str) -> dict[str, Array]:
    """The cells of all bases, one after the other."""
    parts: dict[str, list[Array]] = {}
    texts = {name: values_in(name) for name in (AGENCY, SECTOR)}
    for number, basis in enumerate(to.counting.bases):
        found = kept_counters(to.name, basis=basis.name).summed()
        columns: dict[str, Array] = {"basis": np.full(len(found), number, np.int8)}
        columns |= {name: _as_texts(name, found.cells[name], texts[name]) for name in (AGENCY, SECTOR)}
        columns |= {MONTH: found.cells[MONTH], CHANNEL: found.cells[CHANNEL], **found.counts}
        for name, values in columns.items():
            parts.setdefault(name, []).append(values)
    whole = {name: np.concatenate(values) for name, values in parts.items()}
    return {"province": _texts([province] * len(whole["basis"])), **whole}


def _as_texts(dimension: str, numbers: Numbers, texts: Mapping[int, str]) -> Array:
    without = sorted(set(numbers.tolist()) - texts.keys())
    if without:
        raise _unfit(
            _("số %(number)d của “%(name)s” không ứng với giá trị nào")
            % {"number": without[0], "name": dimension}
        )
    return _texts([texts[number] for number in numbers.tolist()])


def _texts(values: Sequence[str]) -> Array:
    made = np.empty(len(values), object)
    made[:] = list(values)
    return made


def _types(counting: Counting) -> dict[str, str]:
    """The columns of the table, in their order."""
    return {
        "province": "VARCHAR",
        "basis": "TINYINT",
        AGENCY: "VARCHAR",
        MONTH: "INTEGER",
        SECTOR: "VARCHAR",
        CHANNEL: "INTEGER",
        **{count.name: "BIGINT" for count in counting.counts},
    }


def _typed(counting: Counting) -> str:
    return ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in _types(counting).items())


def _text(said: Statement) -> str:
    values = {
        "dataset": said.dataset,
        "province": said.province,
        "as_of": said.as_of.astimezone(UTC).strftime(_MOMENT),
        "counting": said.counting_sha256,
        "cells": str(said.cells),
        "sha256": said.sha256,
    }
    return "".join([f"{KIND}\n", *(f"{name} {values[name]}\n" for name in _LINES)])


# --- reading ------------------------------------------------------------------------------------------------


def _unfit(what: str) -> FactsRefused:
    remedy = _("Dùng tệp do phần mềm của tỉnh lập, không sửa")
    return FactsRefused.because(_("Tệp bộ đếm"), what, remedy, code="counters-unfit")


def open_counters_file(content: bytes, vkeys: Mapping[str, Sequence[str]]) -> Opened:
    """Reads the manifest and holds the table against it; `vkeys` are the trusted keys of each province.

    Nothing of the table is parsed before signature and digest are right. Raises FactsRefused.
    """
    note, table = _members(content)
    said = _statement(note)
    keys = vkeys.get(said.province, ())
    try:
        is_right = bool(keys) and is_signed(note, keys)
    except ValueError:
        is_right = False
    if not is_right:
        raise _unfit(_("không có chữ ký hợp lệ của tỉnh %s") % said.province)
    if sha256(table).hexdigest() != said.sha256:
        raise _unfit(_("nội dung không khớp với bản kê đã ký"))
    return Opened(said, note, table)


def _members(content: bytes) -> tuple[str, bytes]:
    if len(content) > LARGEST:
        raise _unfit(_("lớn hơn mức cho phép"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = sorted(member.filename for member in members)
            stored = all(member.compress_type == zipfile.ZIP_STORED for member in members)
            if names != sorted((MANIFEST, TABLE)) or not stored:
                raise _unfit(_("không gồm đúng hai phần %s") % f"{MANIFEST}, {TABLE}")
            return archive.read(MANIFEST).decode(), archive.read(TABLE)
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise _unfit(_("không đọc được")) from None


def _statement(note: str) -> Statement:
    text, _separator, _signatures = note.partition("\n\n")
    kind, *lines = text.split("\n")
    said = dict(line.split(" ", 1) for line in lines if " " in line)
    if kind != KIND or tuple(said) != _LINES or len(lines) != len(_LINES):
        raise _unfit(_("bản kê không đúng dạng"))
    try:
        as_of = datetime.strptime(said["as_of"], _MOMENT).replace(tzinfo=UTC)
        cells = int(said["cells"])
    except ValueError:
        raise _unfit(_("bản kê không đúng dạng")) from None
    return Statement(said["dataset"], said["province"], as_of, said["counting"], cells, said["sha256"])


def agencies_of(counting: Counting, opened: Opened, path: Path) -> tuple[str, ...]:
    """The agencies of a table whose digest is right, which lies at `path`.

    Raises FactsRefused when its columns or its rows are not those of this way of counting.
    """
    said = opened.statement
    with connected(files.folder()) as duck:
        table = reading([path])
        found = duck.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        if {row[0]: row[1] for row in found} != _types(counting):
            raise _unfit(_("các cột không phải của cách đếm này"))
        least = ", ".join(f"MIN({count.name})" for count in counting.counts)
        strange = f"province IS DISTINCT FROM {quoted(said.province)} OR basis NOT BETWEEN 0 AND "
        ((cells, different, others, *smallest),) = duck.execute(
            "SELECT COUNT(*), COUNT(DISTINCT (basis, agency, month, sector, channel)), "
            f"COUNT(*) FILTER ({strange}{len(counting.bases) - 1}), {least} FROM {table}"
        ).fetchall()
        is_negative = any(value is not None and value < 0 for value in smallest)
        if not cells == said.cells == different or others or is_negative:
            raise _unfit(_("các dòng trùng nhau, âm hoặc của tỉnh khác"))
        return _agencies(duck, table)


def _agencies(duck: Connection, table: str) -> tuple[str, ...]:
    rows = duck.execute(f"SELECT DISTINCT agency FROM {table} ORDER BY agency").fetchall()
    return tuple(row[0] for row in rows)


# --- joining ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """Counters of several provinces: `keys` are the values of `by`, in whose order the counts stand."""

    by: tuple[str, ...]
    keys: tuple[tuple[str | int, ...], ...]
    counts: Mapping[str, Numbers]

    def of(self, count: str) -> dict[tuple[str | int, ...], int]:
        """One count by key."""
        return dict(zip(self.keys, self.counts[count].tolist(), strict=True))


JOINED_BY = ("province", AGENCY, MONTH, SECTOR, CHANNEL)


def join_tables(counting: Counting, basis: str, paths: Sequence[Path], by: Iterable[str]) -> Joined:
    """The counters of all these tables added up by some of `JOINED_BY`, of one basis."""
    names = tuple(by)
    unknown = set(names) - set(JOINED_BY)
    if unknown or not names:
        raise KeyError(f"{unknown or names}: counters are joined by some of {JOINED_BY}")
    if not paths:
        return Joined(names, (), {count.name: np.zeros(0, np.int64) for count in counting.counts})
    number = counting.bases.index(counting.basis(basis))
    summed = ", ".join(f"CAST(SUM({count.name}) AS BIGINT) AS {count.name}" for count in counting.counts)
    listed = ", ".join(names)
    with connected(files.folder()) as duck:
        found = fetched(
            duck,
            f"SELECT {listed}, {summed} FROM {reading(paths)} WHERE basis = {number:d} "
            f"GROUP BY {listed} ORDER BY {listed}",
        )
    keys = tuple(zip(*(found[name].tolist() for name in names), strict=True))
    return Joined(names, keys, {count.name: found[count.name] for count in counting.counts})
