"""Files of procedures as rows, with every cell that cannot be read, by its address. Knows no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.formats import parse_date
from openpar.common.limited import Limits, run_within
from openpar.common.sheets import Sheet, StoredNumber, cell_address
from openpar.common.text import fold
from openpar.delivery.procedures.codes import ProcedureCode, parse_code
from openpar.delivery.procedures.columns import LAYOUTS, PROCEDURES, TableLayout
from openpar.delivery.procedures.contents import Limit, block, line
from openpar.delivery.procedures.grids import read_grids
from openpar.delivery.procedures.words import LimitUnit

Word = TypeVar("Word")
_LIMITS = Limits(seconds=20, mebibytes=512, loads="openpar.delivery.procedures.grids")
_YES, _NO = {"1", "có", "x", "yes"}, {"", "0", "không", "no"}
_NUMBER = re.compile(r"\d{1,12}")
_GROUPED = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+")
# Stands in for a code that could not be read.
NOWHERE = ProcedureCode("0.000000")


@dataclass
class Cells:
    """One row; reading a cell that cannot be understood adds a gap and gives a stand-in."""

    layout: TableLayout
    row: int
    places: Mapping[str, int]
    values: Mapping[str, str]
    gaps: list[Gap] = field(default_factory=list)

    def where(self, key: str) -> str:
        """The address of a cell as its person finds it: sheet, cell, title."""
        title = next(column.title for column in self.layout.columns if column.key == key)
        address = cell_address(self.row, self.places.get(key, 0))
        texts = {"sheet": self.layout.title, "cell": address, "title": title}
        return _("%(sheet)s, ô %(cell)s (%(title)s)") % texts

    def refuse(self, key: str, what: str, remedy: str, code: str) -> None:
        self.gaps.append(Gap(self.where(key), what, remedy, code=code))

    def typed(self, key: str) -> str:
        return self.values.get(key, "")

    def line(self, key: str, *, longest: int, is_needed: bool = False) -> str:
        return self._fitting(key, line(self.typed(key)), longest, is_needed)

    def block(self, key: str) -> str:
        return self._fitting(key, block(self.typed(key)), 30_000, False)

    def _fitting(self, key: str, text: str, longest: int, is_needed: bool) -> str:
        if is_needed and not text:
            self.refuse(key, _("để trống"), _("Cột này phải có giá trị"), "cell-empty")
        if len(text) > longest:
            self.refuse(key, _("dài %d ký tự") % len(text), _("Rút còn không quá %d") % longest, "cell-long")
        return text

    def code(self) -> ProcedureCode:
        try:
            return parse_code(self.typed("code"), where=self.where("code"))
        except Refused as refused:
            self.gaps += refused.gaps
            return NOWHERE

    def flag(self, key: str) -> bool:
        text = fold(self.typed(key))
        if text in {fold(word) for word in _YES}:
            return True
        if text not in {fold(word) for word in _NO}:
            what = _("“%s” không phải là có hoặc không") % self.typed(key)
            self.refuse(key, what, _("Ghi 1 (có) hoặc 0 (không)"), "flag-unfit")
        return False

    def number(self, key: str, *, most: int) -> int | None:
        """A whole number; money may be grouped (“8.000”), for đồng have no fractions."""
        raw = self.typed(key)
        text = raw.strip()
        if not text:
            return None
        if not isinstance(raw, StoredNumber) and _GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        if not _NUMBER.fullmatch(text) or int(text) > most:
            remedy = _("Ghi một số nguyên không âm, nhiều nhất %d") % most
            self.refuse(
                key, _("“%s” không phải là số như vậy") % self.typed(key)[:40], remedy, "number-unfit"
            )
            return None
        return int(text)

    def day(self, key: str) -> date | None:
        text = self.typed(key).strip()
        if not text:
            return None
        try:
            return parse_date(text)
        except Refused as refused:
            for gap in refused.gaps:
                self.refuse(key, gap.what, gap.remedy, gap.code)
            return None

    def needed_day(self, key: str) -> date:
        found = self.day(key)
        if not self.typed(key).strip():
            self.refuse(key, _("chưa có ngày"), _("Viết ngày như 01/07/2026"), "cell-empty")
        return found or date.min

    def word(self, key: str, words: Mapping[str, Word]) -> Word | None:
        """One of the words of a closed list, or the stored word itself; None for an empty cell."""
        text = self.typed(key).strip()
        return self._one_of(key, text, words) if text else None

    def words(self, key: str, words: Mapping[str, Word]) -> tuple[Word, ...]:
        """Several of them, separated by semicolons."""
        texts = [text.strip() for text in self.typed(key).split(";") if text.strip()]
        found = [self._one_of(key, text, words) for text in texts]
        return tuple(dict.fromkeys(word for word in found if word is not None))

    def _one_of(self, key: str, text: str, words: Mapping[str, Word]) -> Word | None:
        by_text = {fold(word): value for word, value in words.items()}
        by_text |= {fold(str(value)): value for value in words.values()}
        found = by_text.get(fold(text))
        if found is None:
            what, remedy = _("không có giá trị “%s”") % text[:60], _("Một trong: %s") % ", ".join(words)
            self.refuse(key, what, remedy, "choice-unknown")
        return found

    def limit(self, words: Mapping[str, LimitUnit]) -> Limit | None:
        """Number and unit of a time limit; within the day has no number, none of both is not stated."""
        count, unit = self.number("limit", most=9999), self.word("unit", words)
        if unit is None and count is None:
            return None
        if unit is None or (unit is LimitUnit.SAME_DAY) != (count is None) or count == 0:
            remedy = _("Ghi số và đơn vị, ví dụ 5 và ngày làm việc; trong ngày thì không ghi số")
            if not self.typed("unit").strip() or unit is not None:
                self.refuse("limit", _("thời hạn và đơn vị tính không khớp"), remedy, "limit-unfit")
            return None
        return Limit(count, unit)


@dataclass(frozen=True)
class ProcedureFile:
    """An uploaded file; `word` names its table for a CSV file, PROCEDURES unless told otherwise."""

    name: str
    content: bytes
    word: str = PROCEDURES.word


@dataclass(frozen=True)
class Tables:
    """The rows of each table that came along; a table that did not is no key."""

    rows: Mapping[str, Sequence[Cells]]


def read_files(files: Iterable[ProcedureFile]) -> Tables:
    """All tables of some files. Raises FileRefused with everything that keeps the tables from being read."""
    found: dict[str, list[Cells]] = {}
    gaps: list[Gap] = []
    titles = {layout.title: layout.word for layout in LAYOUTS.values()}
    for file in files:
        limits = Limits(_LIMITS.seconds, _LIMITS.mebibytes, called=file.name, loads=_LIMITS.loads)
        for word, sheet in run_within(limits, read_grids, file.content, titles, file.word).items():
            rows, problems = _rows(LAYOUTS[word], sheet)
            gaps += problems
            if word in found:
                what = _("bảng “%s” có hai lần") % LAYOUTS[word].title
                gaps.append(Gap(file.name, what, _("Mỗi bảng nạp một lần"), code="table-twice"))
            found.setdefault(word, []).extend(rows)
    if gaps:
        raise FileRefused(gaps)
    return Tables(found)


def _rows(layout: TableLayout, sheet: Sheet) -> tuple[list[Cells], list[Gap]]:
    header = [cell or "" for cell in sheet.rows[0]] if sheet.rows else []
    names = {fold(column.title): column.key for column in layout.columns}
    names |= {column.key: column.key for column in layout.columns}
    keys = [names.get(fold(title), "") for title in header]
    gaps = [*_header_gaps(layout, header, keys), *_cell_gaps(layout, sheet)]
    places = {key: place for place, key in enumerate(keys) if key}
    rows = [
        Cells(layout, number, places, {key: row[place] or "" for key, place in places.items()})
        for number, row in enumerate(sheet.rows[1:], start=1)
        if any(row)
    ]
    return rows, gaps


def _header_gaps(layout: TableLayout, header: Sequence[str], keys: Sequence[str]) -> list[Gap]:
    where = _("%s, dòng 1") % layout.title
    needed = [column.title for column in layout.columns if column.is_needed and column.key not in keys]
    unknown = [title for title, key in zip(header, keys, strict=True) if title and not key]
    doubled = [title for place, title in enumerate(header) if keys[place] and keys[place] in keys[:place]]
    remedy = _("Dòng đầu gồm các cột: %s") % ", ".join(column.title for column in layout.columns)
    return [
        Gap(where, what % ", ".join(titles), remedy, code="columns-unfit")
        for what, titles in (
            (_("thiếu cột %s"), needed),
            (_("có cột lạ: %s"), unknown),
            (_("cột lặp lại: %s"), doubled),
        )
        if titles
    ]


def _cell_gaps(layout: TableLayout, sheet: Sheet) -> list[Gap]:
    where = _("%(sheet)s, ô %(cell)s")
    remedy = _("Dán giá trị thay cho công thức rồi lưu lại")
    return [
        Gap(where % {"sheet": layout.title, "cell": cell}, what, remedy, code="cell-computed")
        for what, cells in ((_("ô báo lỗi"), sheet.error_cells), (_("ô là công thức"), sheet.formula_cells))
        for cell in cells
    ]
