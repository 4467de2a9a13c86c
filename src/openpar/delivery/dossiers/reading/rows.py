"""The rows of a table as typed arrays: one pass of DuckDB, every fault by row and column.

Moments are those of the clocks of Việt Nam; one at exactly 00:00 is a day of which the hour is not known.
"""

# ruff: noqa: S608  # names in the SQL are ours, values are quoted

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from openpar.base.facts import files
from openpar.base.facts.duck import Array, Connection, connected, fetched, quoted, register
from openpar.common.errors import FileRefused, Gap
from openpar.common.text import nfc
from openpar.delivery.dossiers.layouts import KINDS, Kind
from openpar.delivery.dossiers.mappings import ColumnMapping, gaps_of
from openpar.delivery.dossiers.reading.samples import Sample
from openpar.delivery.dossiers.reading.tables import Table

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]
# As lists write days and moments, the usual first; each is tried after the one before.
_FORMATS = (
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d%H%M%S"),
    *("%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y"),
    *("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M", "%Y%m%d", "%d/%m/%Y %I:%M:%S %p"),
)
_HOURS = re.compile("%[HI]")
_ZONED = r"(Z|[+-]\d\d:?\d\d)$"
_MOST_WORDS = 50_000
# Stand for cells that say something nobody understands, until they are refused.
_UNREAD_MOMENT, _UNREAD_NUMBER = np.datetime64("0001-01-01T00:00:00", "us"), -2_000_000_000
_NOTHING, _UNKNOWN_WORD = -1, -2
_CAST_FAILED = "SELECT 1 FROM reject_errors WHERE error_type = 'CAST' LIMIT 1"
# Two readers side by side take a sixth more of the processors, and end little earlier.
_READ_AT_ONCE = "parallel = false, max_line_size = 1000000, buffer_size = 4000000"
_LONGEST_CODE, _LONGEST_WORD = 100, 10_000
_ALL_TEXT: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True)
class Coded:
    """A column of words: for each row the place of its word in `words`, -1 where there is none."""

    places: Ints
    words: tuple[str, ...]

    def looked_up(self, numbers: Mapping[str, int], missing: int = -1) -> Ints:
        """For each row the number of its word, `missing` where the word has none or there is no word."""
        table = np.array([*(numbers.get(word, missing) for word in self.words), missing], np.int64)
        return table[self.places]


@dataclass(frozen=True)
class Fault:
    """One cell that cannot be taken in, so that its row is not."""

    row: int
    gap: Gap


@dataclass(frozen=True)
class ReadRows:
    """What a table says, column by column; NaT, -1 and "" are "nothing". `rows`: as a spreadsheet counts.

    Of codes also how many letters they have, and hashes: different ones of different codes, nearly always.
    """

    rows: Ints
    # The place of each row among all that lie below the headers, empty ones too.
    places: npt.NDArray[np.intp]
    codes: Array
    lengths: Ints
    hashes: npt.NDArray[np.uint32]
    words: Mapping[str, Coded]
    moments: Mapping[str, Moments]
    numbers: Mapping[str, Ints]
    faults: tuple[Fault, ...]
    # Rows of which nothing was read at all.
    unread: int

    def __len__(self) -> int:
        return len(self.rows)


def read_rows(table: Table, mapping: ColumnMapping) -> ReadRows:
    """The rows of a table. Raises FileRefused when the mapping does not fit the table."""
    places = {field: at for field, at in _places(table, mapping).items() if KINDS[field] is not Kind.PERSONAL}
    with files.incoming() as folder, connected(files.folder()) as duck:
        path = folder / "rows.csv"
        path.write_bytes(table.body)
        return _Reading(duck, path, table, places).read()


def people_of(table: Table, mapping: ColumnMapping, wanted: Ints) -> dict[str, list[str | None]]:
    """The personal columns of some rows (`ReadRows.places`, ascending), as texts; "" and absent are None."""
    places = {field: at for field, at in _places(table, mapping).items() if KINDS[field] is Kind.PERSONAL}
    if not places or not len(wanted):
        return {}
    with files.incoming() as folder, connected(files.folder()) as duck:
        path = folder / "rows.csv"
        path.write_bytes(table.body)
        found = _texts_of(duck, _source(path, table), places, wanted)
    return {field: [nfc(text)[:500] if text else None for text in texts] for field, texts in found.items()}


def _places(table: Table, mapping: ColumnMapping) -> dict[str, int]:
    """The column of every field. Raises FileRefused with everything that does not fit."""
    places: dict[str, int] = {}
    for at, header in enumerate(table.headers):
        to = mapping.field_of(header) if header else None
        if to is not None and to in KINDS:
            places.setdefault(to, at)
    there = ColumnMapping({table.headers[at]: to for to, at in places.items()}, mapping.words, mapping.agency)
    gaps = gaps_of(there)
    if gaps:
        raise FileRefused(gaps)
    return places


def _texts_of(
    duck: Connection, source: str, places: Mapping[str, int], wanted: npt.NDArray[np.signedinteger]
) -> dict[str, Array]:
    """Cells of some rows (their places, ascending) as texts, None where there is nothing."""
    register(duck, "wanted", {"n": wanted.astype(np.int64)})
    columns = ", ".join(f"{_text(at)} AS {field}" for field, at in places.items())
    numbered = f"SELECT row_number() OVER () - 1 AS n, {columns} FROM {source}"
    found = fetched(duck, f"SELECT * FROM ({numbered}) SEMI JOIN wanted USING (n) ORDER BY n")
    return {field: _objects(found[field], None) for field in places}


def _objects(read: Array, missing: str | None) -> Array:
    """Texts as DuckDB gives them, `missing` where there is none."""
    texts = np.ma.getdata(read).astype(object, copy=False)
    texts[np.ma.getmaskarray(read)] = missing
    return texts


def _source(path: Path, table: Table, more: str = "", kinds: Mapping[int, str] = _ALL_TEXT) -> str:
    """The table function over the file; what has too few or too many cells, or one that is not of the kind of
    its column, is passed over.
    """
    names = ", ".join(f"'c{at}': '{kinds.get(at, 'VARCHAR')}'" for at in range(len(table.headers)))
    return (
        f"read_csv({quoted(path)}, auto_detect = false, header = false, delim = {quoted(table.delimiter)}, "
        f"quote = '\"', escape = '\"', columns = {{{names}}}, {_READ_AT_ONCE}, ignore_errors = true{more})"
    )


def _text(at: int) -> str:
    return f"nullif(trim(c{at}), '')"


@dataclass(frozen=True)
class _Plain:
    """Columns of moments and days that are written in one way, as DuckDB reads them by itself: it takes one
    format of each for a whole file.
    """

    kinds: Mapping[int, str]
    formats: str

    @classmethod
    def of(cls, written: Mapping[int, str]) -> _Plain:
        """By the place of the column; of several formats those of most columns."""
        kinds: dict[int, str] = {}
        formats = ""
        for kind, option in (("TIMESTAMP", "timestampformat"), ("DATE", "dateformat")):
            has_hours = kind == "TIMESTAMP"
            ways = Counter(way for way in written.values() if bool(_HOURS.search(way)) is has_hours)
            for usual, _count in ways.most_common(1):
                kinds |= {at: kind for at, way in written.items() if way == usual}
                formats += f", {option} = {quoted(usual)}"
        return cls(kinds, formats)


class _Reading:
    """One pass over the file; another one for the texts of what the first did not understand."""

    def __init__(self, duck: Connection, path: Path, table: Table, places: Mapping[str, int]) -> None:
        self.duck, self.path, self.table, self.places = duck, path, table, places
        self.moments = [field for field in places if KINDS[field] in (Kind.MOMENT, Kind.DAY)]
        self.numbers = [field for field in places if KINDS[field] is Kind.NUMBER]
        sample = Sample(table)
        self.usual = {field: sample.usual(places[field], _FORMATS) for field in self.moments}
        self.plain = _Plain.of(
            {
                places[field]: formats[0]
                for field, formats in self.usual.items()
                if len(formats) == 1 and sample.is_even(places[field])
            }
        )
        words = [field for field in places if KINDS[field] in (Kind.WORD, Kind.FLAG)]
        self.words = {field: sample.words(places[field]) for field in words}
        self.spaced = {field for field in words if sample.is_spaced(places[field])}

    def read(self) -> ReadRows:
        """Everything."""
        read = fetched(self.duck, self._select())
        if self.plain.kinds and self.duck.execute(_CAST_FAILED).fetchall():
            # The sample was not like the rest: everything once more, each cell by itself.
            self.plain = _Plain.of({})
            self.duck.execute("DELETE FROM reject_errors")
            read = fetched(self.duck, self._select())
        rejected = self._rejected()
        rows = self._row_numbers(len(read["nothing"]), [fault.row for fault in rejected])
        moments = {field: _moments(read[field]) for field in self.moments}
        numbers = {field: np.ma.filled(read[field].astype(np.int64), _NOTHING) for field in self.numbers}
        places = {field: np.ma.getdata(read[field]).astype(np.int64) for field in self.words}
        first = self.table.rows_before
        faults = [Fault(one.row + first, _placed(one.gap, one.row + first)) for one in rejected]
        words = {field: {word: at for at, word in enumerate(told)} for field, told in self.words.items()}
        faults += self._filled_in(moments, numbers, places, words, rows)
        coded = {field: self._fit(field, Coded(places[field], tuple(words[field]))) for field in words}
        kept: Flags = ~np.ma.getdata(read["nothing"]).astype(np.bool_)
        of_kept = np.flatnonzero(kept)
        codes = _objects(read["dossier"], "")

        def some(values: Array) -> Array:
            return values if len(of_kept) == len(values) else values[of_kept]

        return ReadRows(
            rows=some(rows),
            places=of_kept,
            codes=some(codes),
            lengths=some(np.ma.getdata(read["letters"]).astype(np.int64)),
            hashes=some(np.ma.getdata(read["hash"])),
            words={field: Coded(some(one.places), one.words) for field, one in coded.items()},
            moments={field: some(values) for field, values in moments.items()},
            numbers={field: some(values) for field, values in numbers.items()},
            faults=tuple(faults),
            unread=len(rejected),
        )

    def _rows(self) -> str:
        return _source(self.path, self.table, f", store_rejects = true{self.plain.formats}", self.plain.kinds)

    def _select(self) -> str:
        """Everything typed in one pass."""
        plain = self.plain.kinds
        texts = (f"c{at}" if at in plain else _text(at) for at in self.places.values())
        nothing = " AND ".join(f"{text} IS NULL" for text in texts)
        code = self.places["dossier"]
        select = [f"CASE WHEN c{code} > ' ' THEN false ELSE {nothing} END AS nothing"]
        select.append(f"{_code(code)} AS dossier")
        for field in self.moments:
            at = self.places[field]
            select.append(f"{f'c{at}' if at in plain else _moment(at, self.usual[field])} AS {field}")
        for field in self.numbers:
            text = _text(self.places[field])
            unread = f"CASE WHEN {text} IS NOT NULL THEN {_UNREAD_NUMBER} END"
            select.append(f"COALESCE(TRY_CAST({text} AS INTEGER), {unread}) AS {field}")
        select += [f"{self._word(field)} AS {field}" for field in self.words]
        of_code = "COALESCE(length(dossier), 0) AS letters, CAST(hash(dossier) >> 32 AS UINTEGER) AS hash"
        return f"SELECT *, {of_code} FROM (SELECT {', '.join(select)} FROM {self._rows()})"

    def _word(self, field: str) -> str:
        """The place of a word among those of the sample."""
        at, words = self.places[field], self.words[field]
        text = _text(at) if field in self.spaced else f"c{at}"
        other = f"CASE WHEN {text} IS NULL THEN {_NOTHING} ELSE {_UNKNOWN_WORD} END"
        if not words:
            return other
        known = f"ENUM ({', '.join(map(quoted, words))})"
        return f"COALESCE(CAST(enum_code(TRY_CAST({text} AS {known})) AS INTEGER), {other})"

    def _filled_in(
        self,
        moments: Mapping[str, Moments],
        numbers: Mapping[str, Ints],
        places: Mapping[str, Ints],
        words: Mapping[str, dict[str, int]],
        rows: Ints,
    ) -> Iterator[Fault]:
        """Puts in what the first pass did not understand; what nobody understands is a fault."""
        for field, at, texts in self._asked_again(moments, numbers, places):
            if field in words:
                known = words[field]
                places[field][at] = [
                    _NOTHING if text is None else known.setdefault(text, len(known))
                    for text in texts.tolist()
                ]
                continue
            strange: Flags = np.array([text is not None for text in texts.tolist()], np.bool_)
            if field in moments:
                moments[field][at] = told = self._in_any_way(texts)
                strange &= np.isnat(told)
            else:
                numbers[field][at] = _NOTHING
            yield from self._strange_cells(field, rows[at[strange]], texts[strange])

    def _asked_again(
        self, moments: Mapping[str, Moments], numbers: Mapping[str, Ints], places: Mapping[str, Ints]
    ) -> Iterator[tuple[str, npt.NDArray[np.intp], Array]]:
        """What the first pass did not understand, column by column: where it stands, and its texts."""
        unread = {field: np.flatnonzero(values == _UNREAD_MOMENT) for field, values in moments.items()}
        unread |= {field: np.flatnonzero(values < _NOTHING) for field, values in numbers.items()}
        unread |= {field: np.flatnonzero(found == _UNKNOWN_WORD) for field, found in places.items()}
        unread = {field: rows for field, rows in unread.items() if len(rows)}
        if not unread:
            return
        wanted = np.unique(np.concatenate(list(unread.values())))
        columns = {field: self.places[field] for field in unread}
        told = _texts_of(self.duck, _source(self.path, self.table), columns, wanted)
        for field, rows in unread.items():
            yield field, rows, told[field][np.searchsorted(wanted, rows)]

    def _in_any_way(self, texts: Array) -> Moments:
        """Texts as moments, in any way that lists write them; NaT for others."""
        register(self.duck, "told", {"said": texts})
        listed = ", ".join(map(quoted, _FORMATS))
        zoned = f"regexp_matches(said, {quoted(_ZONED)})"
        found = fetched(
            self.duck,
            f"SELECT COALESCE(try_strptime(said, [{listed}]), "
            f"CASE WHEN {zoned} THEN TRY_CAST(said AS TIMESTAMP) + INTERVAL 7 HOUR END) AS told "
            "FROM (SELECT CAST(said AS VARCHAR) AS said FROM told)",
        )
        moments = _moments(found["told"])
        moments[moments == _UNREAD_MOMENT] = np.datetime64("NaT")
        return moments

    def _fit(self, field: str, coded: Coded) -> Coded:
        """Only the words that are there."""
        is_there = np.bincount(coded.places + 1, minlength=len(coded.words) + 1)[1:] > 0
        words = tuple(word for word, there in zip(coded.words, is_there.tolist(), strict=True) if there)
        if len(words) > _MOST_WORDS or any(len(word) > _LONGEST_WORD for word in words):
            header = self.table.headers[self.places[field]]
            what = _("quá nhiều giá trị khác nhau: cột này không phải cột của trường đã chọn")
            raise FileRefused.because(header, what, _("Ghép lại cột"), code="column-unfit")
        places = coded.places
        if len(words) < len(coded.words):
            places = np.append(np.cumsum(is_there) - 1, -1)[places]
        return Coded(places, tuple(map(nfc, words)))

    def _rejected(self) -> list[Fault]:
        """The lines that are no rows; `row` is the line below the headers, from 1."""
        said = {
            "TOO MANY COLUMNS": _("thừa ô so với dòng tiêu đề"),
            "MISSING COLUMNS": _("thiếu ô so với dòng tiêu đề"),
            "UNQUOTED VALUE": _("dấu ngoặc kép không đóng"),
        }
        other, remedy = _("không đọc được"), _("Kiểm tra dấu ngoặc kép và dấu phân cách ở dòng này")
        found = self.duck.execute(
            "SELECT line, any_value(CAST(error_type AS VARCHAR)) FROM reject_errors "
            "GROUP BY line ORDER BY line"
        ).fetchall()
        return [
            Fault(int(line), Gap("", said.get(kind, other), remedy, code="row-unfit")) for line, kind in found
        ]

    def _row_numbers(self, count: int, rejected: Sequence[int]) -> Ints:
        """The numbers that a spreadsheet gives the rows that were read, past those that were not."""
        lines = np.arange(count, dtype=np.int64)
        aside = np.array(sorted(rejected), np.int64) - 1
        before = np.searchsorted(aside - np.arange(len(aside)), lines, side="right")
        return lines + before + self.table.rows_before + 1

    def _strange_cells(self, field: str, rows: Ints, texts: Array) -> Iterator[Fault]:
        """Cells that say something which is no day, moment or number."""
        header = self.table.headers[self.places[field]]
        is_number = KINDS[field] is Kind.NUMBER
        what = _("“%s” không phải số") if is_number else _("“%s” không phải ngày, giờ")
        remedy = _("Ghi một số nguyên") if is_number else _("Viết như 31/12/2026 hoặc 31/12/2026 16:30:00")
        for row, said in zip(rows.tolist(), texts.tolist(), strict=True):
            where = _("dòng %(row)d, cột “%(column)s”") % {"row": row, "column": header}
            yield Fault(row, Gap(where, what % said[:60], remedy, code="cell-unfit"))


def _code(at: int) -> str:
    """A code in capitals; the usual ones are as they should be, which is seen faster than made: few signs,
    each of one byte, no small letter and no space.
    """
    made = f"left(upper({_text(at)}), {_LONGEST_CODE + 1})"
    usual = f"strlen(c{at}) <= {_LONGEST_CODE} AND strlen(c{at}) = length(c{at})"
    usual = f"{usual} AND c{at} = upper(c{at}) AND NOT contains(c{at}, ' ')"
    return f"CASE WHEN {usual} THEN c{at} ELSE {made} END"


def _moment(at: int, usual: Sequence[str]) -> str:
    """A cell as a moment in the usual ways of its column."""
    listed = ", ".join(map(quoted, usual))
    unread = f"TIMESTAMP '{_UNREAD_MOMENT}'"
    return f"CASE WHEN c{at} IS NOT NULL THEN COALESCE(try_strptime(c{at}, [{listed}]), {unread}) END"


def _moments(read: Array) -> Moments:
    values = np.ma.getdata(read).astype("datetime64[us]", copy=False)
    values[np.ma.getmaskarray(read)] = np.datetime64("NaT")
    return values


def _placed(gap: Gap, row: int) -> Gap:
    return Gap(_("dòng %d") % row, gap.what, gap.remedy, gap.code)
