"""The heavy half of bringing facts in, done before any transaction: checked, sorted, written, synced.

Nobody waits to write meanwhile. What is staged and never brought in is a file that no row speaks of; it is
swept away after a day.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from openpar.base.audit.canonical import canonical
from openpar.base.facts import files
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import Column, Declaration
from openpar.base.facts.duck import Array, connected, register, write_parquet
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.files import Kept, Place
from openpar.base.facts.models import Batch, StoredPart
from openpar.base.facts.rows import SQL_TYPES, Given, Rows, digest_of, rows_from
from openpar.common.errors import Gap

# What the store adds to every row of a file: the batch, the place in it, the salted hash of what is personal,
# and the columns that the row does not tell of, with commas between them.
BATCH, ROW, PERSONAL, UNTOLD = "_batch", "_row", "_personal", "_untold"
# The columns that a batch does not tell of: in no row (None), or not in the rows that are marked. Of these it
# says nothing; of a value that is null elsewhere it says that there is none.
Untold = Mapping[str, npt.NDArray[np.bool_] | None]
_ALL_TOLD: Untold = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """Where a batch comes from: a system or an office, the file or message as it arrived, and its digest."""

    name: str
    file_name: str
    sha256: str


@dataclass(frozen=True)
class Salted:
    """The personal columns of one row; `hash` stays in the file when the rest is erased."""

    salt: str
    content: Mapping[str, Any]
    hash: bytes


@dataclass(frozen=True)
class StagedBatch:
    """A batch that lies on disk and waits for its manifest; `repeats` is the one that it repeats."""

    dataset: Registered
    source: Source
    as_of: datetime
    code: str
    rows: int
    refused: int
    content_sha256: str
    personal_sha256: str
    personal: tuple[Salted, ...]
    kept: Kept | None
    repeats: int | None

    @property
    def place(self) -> Place:
        return _place(self.dataset.name, self.as_of)


def stage_batch(
    *,
    dataset: str,
    columns: Mapping[str, Given],
    source: Source,
    as_of: datetime,
    refused: int = 0,
    untold: Untold = _ALL_TOLD,
) -> StagedBatch:
    """Checks the rows and writes their file; `append_batch` makes them part of the store.

    `as_of` is the moment of which the source speaks, `refused` how many rows of it were not good enough,
    `untold` the columns that it does not speak of.
    The same rows of the same file are recognised and not written again. Raises UnknownDataset, and
    FactsRefused with everything that is wrong with the columns and rows.
    """
    to = registered(dataset)
    marks = {f"{UNTOLD}_{name}": marked for name, marked in untold.items() if marked is not None}
    rows, gaps = rows_from(to.declaration, columns, marks)
    if not len(rows) and not gaps:
        gaps = [Gap(source.file_name, _("không có dòng nào"), code="no-rows")]
    if gaps:
        raise FactsRefused(gaps)
    content = digest_of(to.declaration.plain, rows)
    code = _code(to, source, content, untold)
    repeated = Batch.objects.filter(dataset_id=to.dataset_id, code=code).values_list("pk", flat=True).first()
    salted: tuple[Salted, ...] = ()
    kept = None
    if repeated is None:
        salted = tuple(_salted(to.declaration, rows, untold))
        kept = _written(to.declaration, rows, salted, code, untold, _place(dataset, as_of))
    return StagedBatch(
        dataset=to,
        source=source,
        as_of=as_of,
        code=code,
        rows=len(rows),
        refused=refused,
        content_sha256=content,
        personal_sha256=personal_digest(one.hash for one in salted) if salted else "",
        personal=salted,
        kept=kept,
        repeats=repeated,
    )


def _place(dataset: str, as_of: datetime) -> Place:
    moment = as_of.astimezone(UTC)
    return Place(dataset, StoredPart.What.ROWS.value, moment.year, moment.month)


def _code(to: Registered, source: Source, content: str, untold: Untold) -> str:
    """The name of the batch inside the files: the same for the same rows of the same file that tell of the
    same columns, for nothing else.

    Personal columns are in it through the digest of the source only, which is no hash of one person.
    """
    said = f"{to.name}\n{to.schema_number}\n{source.sha256}\n{content}\n"
    if untold:
        said += f"{','.join(sorted(untold))}\n"
    return hashlib.sha256(said.encode()).hexdigest()


def _written(
    declaration: Declaration,
    rows: Rows,
    salted: tuple[Salted, ...],
    code: str,
    untold: Untold,
    place: Place,
) -> Kept:
    arrays = {column.name: rows[column.name].for_duck() for column in declaration.plain}
    arrays |= {name: values.values for name, values in rows.columns.items() if name.startswith(UNTOLD)}
    arrays[ROW] = np.arange(len(rows), dtype=np.int64)
    if salted:
        hashes = np.empty(len(rows), object)
        hashes[:] = [one.hash for one in salted]
        arrays[PERSONAL] = hashes
    return _file_of(_selected(declaration.plain, code, bool(salted), untold), arrays, place)


def _file_of(select: str, arrays: Mapping[str, Array], place: Place) -> Kept:
    with files.incoming() as folder, connected(files.folder()) as duck:
        register(duck, "given", arrays)
        write_parquet(duck, select, folder / "rows.parquet")
        return files.keep(folder / "rows.parquet", place)


def _selected(columns: Sequence[Column], code: str, has_personal: bool, untold: Untold) -> str:
    """Names are those of a checked declaration, the code is hexadecimal."""
    listed = [f"CAST({column.name} AS {SQL_TYPES[column.kind]}) AS {column.name}" for column in columns]
    listed += [f"'{code}' AS {BATCH}", ROW]
    if has_personal:
        listed.append(PERSONAL)
    silent = sorted({column.name for column in columns}.intersection(untold))
    if silent:
        texts = [
            f"'{name}'" if untold[name] is None else f"CASE WHEN {UNTOLD}_{name} THEN '{name}' END"
            for name in silent
        ]
        listed.append(f"concat_ws(',', {', '.join(texts)}) AS {UNTOLD}")
    return f"SELECT {', '.join(listed)} FROM given"


def tells(column: str) -> str:
    """The condition under which a row of the files tells of a column; those of older files tell of all."""
    return f"{UNTOLD} IS NULL OR NOT list_contains(string_split({UNTOLD}, ','), '{column}')"


def _salted(declaration: Declaration, rows: Rows, untold: Untold) -> Iterable[Salted]:
    if not declaration.personal:
        return
    told = [column.name for column in declaration.personal if column.name not in untold]
    columns = {name: rows[name].plain() for name in told}
    chance = os.urandom(16 * len(rows)).hex()
    for row, values in enumerate(zip(*columns.values(), strict=True)):
        salt = chance[row * 32 : row * 32 + 32]
        content = {name: _as_json(value) for name, value in zip(columns, values, strict=True)}
        yield Salted(salt, content, salted_hash(salt, content))


def _as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool) else value.isoformat()


def salted_hash(salt: str, content: Mapping[str, Any]) -> bytes:
    """What stays of personal values when they are erased: it proves them while the salt is there, and says
    nothing without it.
    """
    return hashlib.sha256(bytes.fromhex(salt) + canonical(content).encode()).digest()


def personal_digest(hashes: Iterable[bytes]) -> str:
    """The SHA-256 over the salted hashes of a batch, in the order of its rows."""
    return hashlib.sha256(b"".join(hashes)).hexdigest()
