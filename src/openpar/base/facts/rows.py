"""Typed columns in memory: taken in with every fault named, sorted by key, digested the one way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from openpar.base.facts.declarations import Column, Declaration, Kind
from openpar.base.facts.duck import Array
from openpar.common.errors import Gap
from openpar.common.text import nfc

# What may be handed in for a column: plain values with None for none, or an array of numpy's.
Given: TypeAlias = Sequence[object] | Array
Mask = npt.NDArray[np.bool_]
MOST_GAPS = 200
# A text that is sorted by and compared again and again.
_LONGEST_KEY = 200
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SQL_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.DAY: "DATE",
    Kind.MOMENT: "TIMESTAMP",
    Kind.BOOLEAN: "BOOLEAN",
}
_PLAIN: Mapping[Kind, type] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.DAY: date,
    Kind.MOMENT: datetime,
    Kind.BOOLEAN: bool,
}
_ARRAYS: Mapping[Kind, tuple[str, type | str]] = {
    Kind.INTEGER: ("iu", np.int64),
    Kind.DAY: ("M", "datetime64[D]"),
    Kind.MOMENT: ("M", "datetime64[us]"),
    Kind.BOOLEAN: ("b", np.bool_),
}


@dataclass(frozen=True)
class Values:
    """One column: texts as objects, whole numbers, days since 1970-01-01, microseconds since then (UTC), or
    truth values; where `known` is false there was nothing, and the value means nothing.
    """

    kind: Kind
    values: Array
    known: Mask

    def __len__(self) -> int:
        return len(self.values)

    def taken(self, order: npt.NDArray[np.intp] | Mask) -> Values:
        return Values(self.kind, self.values[order], self.known[order])

    def plain(self) -> list[Any]:
        """As Python has them: str, int, date, aware datetime, bool or None."""
        made = [_to_plain(self.kind, value) for value in self.values.tolist()]
        return [value if known else None for value, known in zip(made, self.known.tolist(), strict=True)]

    def for_duck(self) -> Array:
        """As DuckDB reads arrays; days come as moments and are cast where they are written."""
        if self.kind is Kind.TEXT:
            texts = self.values.copy()
            texts[~self.known] = None
            return texts
        if self.kind is Kind.DAY:
            whole = self.values.astype("datetime64[D]").astype("datetime64[us]")
        elif self.kind is Kind.MOMENT:
            whole = self.values.astype("datetime64[us]")
        else:
            whole = self.values
        return np.ma.masked_array(whole, mask=~self.known)


@dataclass(frozen=True)
class Rows:
    """Columns of one length, by name."""

    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __getitem__(self, name: str) -> Values:
        return self.columns[name]

    def taken(self, order: npt.NDArray[np.intp] | Mask) -> Rows:
        return Rows({name: values.taken(order) for name, values in self.columns.items()})

    def plain(self) -> list[dict[str, Any]]:
        """Row by row, as Python has the values; for few rows."""
        lists = {name: values.plain() for name, values in self.columns.items()}
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _to_plain(kind: Kind, value: Any) -> Any:
    if kind is Kind.DAY:
        return date.fromordinal(_EPOCH_DAY + value)
    if kind is Kind.MOMENT:
        return _EPOCH + timedelta(microseconds=value)
    return value


def microseconds(moment: datetime) -> int:
    """A moment as the store counts it. Raises TypeError for one without a time zone."""
    return (moment - _EPOCH) // _MICROSECOND


# --- taking in ----------------------------------------------------------------------------------------------


def rows_from(
    declaration: Declaration, given: Mapping[str, Given], marks: Mapping[str, Mask] | None = None
) -> tuple[Rows, list[Gap]]:
    """The columns of a declaration out of what was handed in, and everything that is wrong with it.

    A column that is not required may be left out. `marks` go along with the rows, under their names. With
    gaps the rows mean nothing.
    """
    lengths = {name: len(values) for name, values in given.items()}
    gaps = list(_gaps_of_shape(declaration, lengths))
    if gaps:
        return Rows({}), gaps
    size = next(iter(lengths.values()), 0)
    found = {}
    for column in declaration.columns:
        values, wrong = values_from(column, given[column.name] if column.name in given else [None] * size)
        found[column.name] = values
        gaps += wrong[: MOST_GAPS - len(gaps)]
    for name, marked in (marks or {}).items():
        found[name] = Values(Kind.BOOLEAN, marked, np.ones(size, np.bool_))
    rows = Rows(found)
    if not gaps:
        order = _order_of(declaration, rows)
        rows = rows.taken(order)
        gaps += list(_gaps_of_keys(declaration, rows))[:MOST_GAPS]
    return rows, gaps


def _gaps_of_shape(declaration: Declaration, lengths: Mapping[str, int]) -> Iterator[Gap]:
    names = {column.name for column in declaration.columns}
    for name in sorted(set(lengths) - names):
        yield Gap(
            name, _("cột này không có trong khai báo của “%s”") % declaration.name, code="column-unknown"
        )
    for column in declaration.columns:
        if (column.is_key or column.is_required) and column.name not in lengths:
            yield Gap(column.name, _("thiếu cột bắt buộc"), code="column-missing")
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        yield Gap("", _("các cột không cùng số dòng: %s") % said, code="lengths-differ")


def values_from(column: Column, given: Given) -> tuple[Values, list[Gap]]:
    """One column out of what was handed in, and everything that is wrong with it."""
    if isinstance(given, np.ndarray) and given.dtype != object:
        found = _from_array(column, given)
        if found is None:
            what = _("mảng kiểu %(found)s, cần %(wanted)s") % {
                "found": given.dtype,
                "wanted": column.kind,
            }
            return nothing(column.kind), [Gap(column.name, what, code="array-unfit")]
    else:
        listed = given.tolist() if isinstance(given, np.ndarray) else given
        wrong = _wrong_places(column, listed)
        if wrong:
            return nothing(column.kind), wrong
        found = _from_plain(column.kind, listed)
    if column.is_key or column.is_required:
        missing = np.flatnonzero(~found.known)[:MOST_GAPS]
        gaps = [_gap(int(row), column.name, _("để trống"), "value-missing") for row in missing]
        return found, gaps
    return found, []


def nothing(kind: Kind) -> Values:
    """A column of no rows."""
    return Values(kind, np.zeros(0, np.int64), np.zeros(0, np.bool_))


def _gap(row: int, column: str, what: str, code: str) -> Gap:
    where = _("dòng %(row)d, cột %(column)s") % {"row": row + 1, "column": column}
    return Gap(where, what, code=code)


def _from_array(column: Column, given: Array) -> Values | None:
    wanted = _ARRAYS.get(column.kind)
    if wanted is None or given.dtype.kind not in wanted[0] or given.ndim != 1:
        return None
    known = ~np.ma.getmaskarray(given)
    values = np.ma.getdata(given).astype(wanted[1])
    if values.dtype.kind == "M":
        known &= ~np.isnat(values)
        values = values.astype(np.int64)
    return Values(column.kind, np.where(known, values, 0).astype(values.dtype), known)


def _wrong_places(column: Column, given: Sequence[object]) -> list[Gap]:
    """Values of another type. Exactly that type: True is no number, a moment is no day."""
    wanted = _PLAIN[column.kind]
    gaps = []
    if not {type(value) for value in given} <= {wanted, type(None)}:
        gaps = [
            _gap(row, column.name, _("“%s” không đúng kiểu dữ liệu") % str(value)[:60], "value-unfit")
            for row, value in enumerate(given)
            if value is not None and type(value) is not wanted
        ]
    elif column.kind is Kind.TEXT:
        longest = _LONGEST_KEY if column.is_key else 2**20
        gaps = [
            _gap(row, column.name, _("chứa ký tự không dùng được hoặc quá dài"), "text-unfit")
            for row, value in enumerate(given)
            if isinstance(value, str) and ("\0" in value or len(value) > longest)
        ]
    elif column.kind is Kind.INTEGER:
        gaps = [
            _gap(row, column.name, _("số quá lớn"), "number-unfit")
            for row, value in enumerate(given)
            if isinstance(value, int) and not -(2**63) <= value < 2**63
        ]
    elif column.kind is Kind.MOMENT:
        gaps = [
            _gap(row, column.name, _("thời điểm không có múi giờ"), "moment-unfit")
            for row, value in enumerate(given)
            if isinstance(value, datetime) and value.tzinfo is None
        ]
    return gaps[:MOST_GAPS]


def _from_plain(kind: Kind, given: Sequence[Any]) -> Values:
    known = np.fromiter((value is not None for value in given), np.bool_, len(given))
    if kind is Kind.TEXT:
        texts = np.empty(len(given), object)
        texts[:] = ["" if value is None else nfc(value) for value in given]
        return Values(kind, texts, known)
    made: Iterator[int]
    if kind is Kind.DAY:
        made = (0 if value is None else value.toordinal() - _EPOCH_DAY for value in given)
    elif kind is Kind.MOMENT:
        made = (0 if value is None else microseconds(value) for value in given)
    else:
        made = (0 if value is None else value for value in given)
    return Values(kind, np.fromiter(made, np.bool_ if kind is Kind.BOOLEAN else np.int64, len(given)), known)


def _order_of(declaration: Declaration, rows: Rows) -> npt.NDArray[np.intp]:
    keys = [rows[column.name].values.tolist() for column in declaration.keys]
    whole = keys[0] if len(keys) == 1 else list(zip(*keys, strict=True))
    return np.array(sorted(range(len(rows)), key=whole.__getitem__), np.intp)


def _gaps_of_keys(declaration: Declaration, rows: Rows) -> Iterator[Gap]:
    """Keys that stand more than once; the rows are in the order of their keys."""
    if len(rows) < 2:
        return
    same = np.ones(len(rows) - 1, np.bool_)
    for column in declaration.keys:
        values = rows[column.name].values
        same &= values[1:] == values[:-1]
    for row in np.flatnonzero(same):
        key = ", ".join(str(rows[column.name].values[row]) for column in declaration.keys)
        yield Gap(key, _("khóa này có nhiều hơn một dòng trong lô"), code="key-doubled")


# --- digests ------------------------------------------------------------------------------------------------


def digest_of(columns: Sequence[Column], rows: Rows) -> str:
    """The SHA-256 of what rows say (docs/decisions/0012): per column its name, its kind, which values are
    known, and the values; independent of the file that carries them.
    """
    digest = hashlib.sha256(f"{len(rows)}\n".encode())
    for column in columns:
        values = rows[column.name]
        digest.update(f"{column.name} {column.kind.value}\n".encode())
        digest.update(np.packbits(values.known).tobytes())
        if column.kind is Kind.TEXT:
            texts = [text.encode() for text in np.where(values.known, values.values, "").tolist()]
            digest.update(np.fromiter(map(len, texts), "<u4", len(texts)).tobytes())
            digest.update(b"".join(texts))
        else:
            plain = np.where(values.known, values.values, 0)
            digest.update(plain.astype("u1" if column.kind is Kind.BOOLEAN else "<i8").tobytes())
    return digest.hexdigest()


# --- reading back -------------------------------------------------------------------------------------------


def values_of(kind: Kind, read: Array) -> Values:
    """A column that DuckDB read, with the nulls it has."""
    known = ~np.ma.getmaskarray(read)
    data = np.ma.getdata(read)
    if kind is Kind.TEXT:
        return Values(kind, np.where(known, data, "").astype(object), known)
    if kind in (Kind.DAY, Kind.MOMENT):
        unit = "datetime64[D]" if kind is Kind.DAY else "datetime64[us]"
        data = data.astype(unit).astype(np.int64)
    wanted = np.bool_ if kind is Kind.BOOLEAN else np.int64
    return Values(kind, np.where(known, data, 0).astype(wanted), known)
