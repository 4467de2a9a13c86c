"""The files organisations come in: rows with the line they stand on, and every cell that cannot be read.

The layouts are described in docs/data/organisations.md. Nothing here knows the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from openpar.base.organisations.models import Kind, Succession
from openpar.base.organisations.register import KEY, LONGEST_KEY, names_of
from openpar.common.errors import Gap
from openpar.common.formats import DateNotUnderstood, parse_date
from openpar.common.limited import run_limited
from openpar.common.sheets import SheetCaps
from openpar.common.spreadsheets import read_sheet

ORGANISATION_COLUMNS = [
    "key",
    "kind",
    "name",
    "short_name",
    "name_en",
    "code",
    "parent",
    "block",
    "scored",
    "ranked",
    "published",
    "valid_from",
    "valid_until",
    "legal_basis",
]
SUCCESSION_COLUMNS = ["predecessor", "successor", "change", "on", "main", "legal_basis"]
BLOCK_COLUMNS = ["code", "name", "position"]
COMMUNE_COLUMNS = ["gso_code", "full_name", "name", "full_name_en", "province_gso_code"]
# All communes of the country, with some years of versions.
_CAPS = SheetCaps(rows=50_000, columns=30, cells=1_000_000)


@dataclass(frozen=True)
class OrganisationRow:
    """One version of one organisation."""

    line: int
    key: str
    kind: Kind
    name: str
    valid_from: date
    valid_until: date | None = None
    short_name: str = ""
    name_en: str = ""
    code: str = ""
    parent: str = ""
    block: str = ""
    is_scored: bool = False
    is_ranked: bool = False
    is_published: bool = False
    legal_basis: str = ""

    @property
    def where(self) -> str:
        return _("dòng %s") % self.line


@dataclass(frozen=True)
class SuccessionRow:
    line: int
    predecessor: str
    successor: str
    change: Succession.Change
    on: date
    is_main: bool
    legal_basis: str

    @property
    def where(self) -> str:
        return _("kế thừa, dòng %s") % self.line


@dataclass(frozen=True)
class BlockRow:
    line: int
    code: str
    name: str
    position: int


@dataclass
class Cells:
    """One row; reading a cell that cannot be understood adds a gap and gives a stand-in."""

    line: int
    values: dict[str, str]
    gaps: list[Gap] = field(default_factory=list)

    def refuse(self, column: str, what: str, remedy: str, code: str) -> None:
        where = _("dòng %(line)s, cột %(column)s") % {"line": self.line, "column": column}
        self.gaps.append(Gap(where, what, remedy, code=code))

    def text(self, column: str, *, longest: int, required: bool = False) -> str:
        value = self.values.get(column, "")
        if required and not value:
            self.refuse(column, _("để trống"), _("Cột này phải có giá trị"), "cell-empty")
        if len(value) > longest:
            remedy = _("Rút còn không quá %s ký tự") % longest
            self.refuse(column, _("dài %s ký tự") % len(value), remedy, "cell-long")
        return value

    def key(self, column: str, *, required: bool) -> str:
        value = self.text(column, longest=LONGEST_KEY, required=required)
        if value and not KEY.fullmatch(value):
            remedy = _("Dùng chữ thường không dấu, chữ số và gạch nối, ví dụ 68-so-noi-vu-2025")
            self.refuse(column, _("“%s” không phải là khóa") % value, remedy, "key-unfit")
        return value

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        value = self.values.get(column, "")
        if value not in allowed:
            remedy = _("Một trong: %s") % ", ".join(allowed)
            self.refuse(column, _("không có giá trị “%s”") % value, remedy, "choice-unknown")
            return allowed[0]
        return value

    def flag(self, column: str) -> bool:
        value = self.values.get(column, "")
        if value not in {"", "0", "1"}:
            remedy = _("Ghi 1 (có) hoặc 0 (không)")
            self.refuse(column, _("“%s” không phải là 0 hoặc 1") % value, remedy, "flag-unfit")
        return value == "1"

    def number(self, column: str) -> int:
        value = self.values.get(column, "")
        if not re.fullmatch(r"\d{1,4}", value):
            remedy = _("Ghi một số nguyên từ 0 đến 9999")
            self.refuse(column, _("“%s” không phải là số thứ tự") % value, remedy, "number-unfit")
            return 0
        return int(value)

    def day(self, column: str) -> date | None:
        value = self.values.get(column, "")
        if not value:
            return None
        try:
            return parse_date(value)
        except DateNotUnderstood as error:
            for gap in error.gaps:
                self.refuse(column, gap.what, gap.remedy, gap.code)
            return None

    def required_day(self, column: str) -> date:
        if not self.values.get(column, ""):
            self.refuse(
                column, _("chưa có ngày"), _("Viết ngày như 2025-03-01 hoặc 01/03/2025"), "cell-empty"
            )
        return self.day(column) or date.min


@dataclass(frozen=True)
class Table:
    """A file as rows by column name; `gaps` says what is wrong with its header."""

    header: tuple[str, ...]
    rows: tuple[Cells, ...]
    gaps: tuple[Gap, ...]


def read_table(source: bytes, columns: Sequence[str], *, others_allowed: bool = False) -> Table:
    """A .csv or .xlsx file with `columns` in its first row, in any order, read in a process of its own.

    Raises FileRefused.
    """
    grid = run_limited(read_sheet, source, caps=_CAPS).rows
    header = tuple(cell or "" for cell in grid[0]) if grid else ()
    missing = [column for column in columns if column not in header]
    unknown = [] if others_allowed else [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    remedy = _("Dòng đầu gồm các cột: %s") % ", ".join(columns)
    gaps = [
        Gap(_("dòng 1"), what % ", ".join(names), remedy, code="columns-unfit")
        for what, names in (
            (_("thiếu cột %s"), missing),
            (_("có cột lạ: %s"), unknown),
            (_("cột lặp lại: %s"), twice),
        )
        if names
    ]
    rows = tuple(
        Cells(line, {column: cell or "" for column, cell in zip(header, record, strict=True)})
        for line, record in enumerate(grid[1:], start=2)
        if any(record)
    )
    return Table(header, rows, tuple(gaps))


def organisation_row(cells: Cells) -> OrganisationRow:
    return OrganisationRow(
        line=cells.line,
        key=cells.key("key", required=True),
        kind=Kind(cells.choice("kind", Kind.values)),
        name=names_of(cells.text("name", longest=250, required=True))["name"],
        short_name=cells.text("short_name", longest=80),
        name_en=cells.text("name_en", longest=250),
        code=cells.text("code", longest=40),
        parent=cells.key("parent", required=False),
        block=cells.text("block", longest=40),
        is_scored=cells.flag("scored"),
        is_ranked=cells.flag("ranked"),
        is_published=cells.flag("published"),
        valid_from=cells.required_day("valid_from"),
        valid_until=cells.day("valid_until"),
        legal_basis=cells.text("legal_basis", longest=300),
    )


def succession_row(cells: Cells) -> SuccessionRow:
    change = Succession.Change(cells.choice("change", Succession.Change.values))
    successor = cells.key("successor", required=change != Succession.Change.DISSOLVED)
    if successor and change == Succession.Change.DISSOLVED:
        remedy = _("Để trống khi giải thể, hoặc ghi loại thay đổi khác")
        cells.refuse(
            "successor", _("giải thể thì không có đơn vị kế thừa"), remedy, "successor-of-dissolution"
        )
    return SuccessionRow(
        line=cells.line,
        predecessor=cells.key("predecessor", required=True),
        successor=successor,
        change=change,
        on=cells.required_day("on"),
        is_main=cells.flag("main"),
        legal_basis=cells.text("legal_basis", longest=300),
    )


def block_row(cells: Cells) -> BlockRow:
    return BlockRow(
        line=cells.line,
        code=cells.key("code", required=True)[:40],
        name=cells.text("name", longest=200, required=True),
        position=cells.number("position"),
    )


_COMMUNE_KINDS = {
    "phường": (Kind.WARD, "phuong"),
    "xã": (Kind.COMMUNE, "xa"),
    "đặc khu": (Kind.SPECIAL_ZONE, "dac-khu"),
}


def type_days(header: Sequence[str]) -> list[tuple[str, date]]:
    """The columns that tell a commune's type on a day (`type_2025_07_01`), oldest first; none of them when
    one names a day that there is not.
    """
    try:
        found = [
            (column, date(int(match[1]), int(match[2]), int(match[3])))
            for column in header
            if (match := re.fullmatch(r"type_(\d{4})_(\d{2})_(\d{2})", column))
        ]
    except ValueError:
        return []
    return sorted(found, key=lambda pair: pair[1])


def commune_rows(
    cells: Cells, days: Sequence[tuple[str, date]], *, parent: str, legal_basis: str
) -> Iterator[OrganisationRow]:
    """The versions of one commune: a new one on each day its type changed.

    The full name in the file is that of the last type; for earlier types it is put together ("Xã" + name).
    """
    code = cells.text("gso_code", longest=5, required=True)
    if not re.fullmatch(r"\d{5}", code):
        cells.refuse("gso_code", _("“%s” không phải mã cấp xã") % code, _("Mã gồm năm chữ số"), "code-unfit")
    name = cells.text("name", longest=200, required=True)
    types = [(cells.choice(column, list(_COMMUNE_KINDS)), day) for column, day in days]
    starts = [(kind, day) for at, (kind, day) in enumerate(types) if at == 0 or types[at - 1][0] != kind]
    for position, (kind_name, since) in enumerate(starts):
        is_last = position == len(starts) - 1
        kind, block = _COMMUNE_KINDS[kind_name]
        full_name = cells.text("full_name", longest=250, required=True)
        yield OrganisationRow(
            line=cells.line,
            key=f"{cells.values.get('province_gso_code', '')}-{code}-{days[0][1].year}",
            kind=kind,
            name=names_of(full_name if is_last else f"{kind_name.capitalize()} {name}")["name"],
            short_name=name,
            name_en=cells.text("full_name_en", longest=250) if is_last else "",
            code=code,
            parent=parent,
            block=block,
            is_scored=True,
            is_ranked=True,
            is_published=True,
            valid_from=since,
            valid_until=None if is_last else starts[position + 1][1],
            legal_basis=legal_basis,
        )
