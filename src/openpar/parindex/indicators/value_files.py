"""Values from a CSV file (docs/data/indicators.md): every row is read, every fault is told. Pure of the
database: what indicators and agencies there are, the action asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpar.common.csv_files import read_csv
from openpar.common.errors import Gap, Refused
from openpar.common.formats import parse_decimal
from openpar.common.text import fold
from openpar.common.wording import gettext as _
from openpar.parindex.indicators.errors import IndicatorFileRefused

COLUMNS = (
    *("indicator", "organisation", "year", "period", "numerator", "denominator", "not_applicable", "note"),
)
_NEEDED = ("indicator", "organisation", "year", "numerator", "denominator")
# As people head them.
_ALSO = {
    "chi tieu": "indicator",
    "don vi": "organisation",
    "nam": "year",
    "ky": "period",
    "tu so": "numerator",
    "mau so": "denominator",
    "khong ap dung": "not_applicable",
    "ghi chu": "note",
}


@dataclass(frozen=True)
class ValueRow:
    """One row as it was written; `where` is its line in the file."""

    where: str
    indicator: str
    organisation: str
    year: int
    period: int
    numerator: Decimal | None
    denominator: Decimal | None
    not_applicable: str
    note: str


def read_values(content: bytes) -> tuple[tuple[ValueRow, ...], tuple[Gap, ...]]:
    """The rows that can be read, and what is wrong with the others. Raises FileRefused for no table."""
    sheet = read_csv(content)
    if not sheet.rows:
        raise IndicatorFileRefused.because(_("Tệp"), _("tệp không có dòng nào"), code="no-rows")
    places = _places(sheet.rows[0])
    rows: list[ValueRow] = []
    gaps: list[Gap] = []
    for line, cells in enumerate(sheet.rows[1:], 2):
        if not any(cells):
            continue
        given = {name: (cells[place] or "").strip() for name, place in places.items()}
        row, wrong = _row(_("dòng %(line)s", line=line), given)
        gaps += wrong
        if row is not None:
            rows.append(row)
    if not rows and not gaps:
        raise IndicatorFileRefused.because(_("Tệp"), _("tệp chỉ có dòng tiêu đề"), code="no-rows")
    gaps += _twice(rows)
    return tuple(rows), tuple(gaps)


def _places(header: Sequence[str | None]) -> dict[str, int]:
    found: dict[str, int] = {}
    gaps = []
    for place, cell in enumerate(header):
        said = (cell or "").strip()
        name = said.lower() if said.lower() in COLUMNS else _ALSO.get(fold(said), "")
        if not said:
            continue
        if not name:
            what = _("không hiểu cột “%(name)s”", name=said)
            gaps.append(Gap(_("dòng 1"), what, ", ".join(COLUMNS), code="unknown-column"))
        elif name in found:
            what = _("cột “%(name)s” có hai lần", name=said)
            gaps.append(Gap(_("dòng 1"), what, _("Mỗi cột một lần"), code="doubled-column"))
        found.setdefault(name, place)
    gaps += [
        Gap(_("dòng 1"), _("thiếu cột “%(name)s”", name=name), ", ".join(COLUMNS), code="no-column")
        for name in _NEEDED
        if name not in found
    ]
    if gaps:
        raise IndicatorFileRefused(gaps)
    return found


def _row(where: str, given: dict[str, str]) -> tuple[ValueRow | None, list[Gap]]:
    gaps: list[Gap] = []
    gaps += [
        Gap(where, _("cột %(name)s để trống", name=name), code="empty-cell")
        for name in ("indicator", "organisation")
        if not given[name]
    ]
    year = _whole(where, "year", given["year"], range(2000, 2101), gaps)
    period = _whole(where, "period", given.get("period") or "1", range(1, 13), gaps)
    numbers = [_number(where, name, given[name], gaps) for name in ("numerator", "denominator")]
    if gaps:
        return None, gaps
    return (
        ValueRow(
            where=where,
            indicator=given["indicator"],
            organisation=given["organisation"],
            year=year,
            period=period,
            numerator=numbers[0],
            denominator=numbers[1],
            not_applicable=given.get("not_applicable", ""),
            note=given.get("note", ""),
        ),
        [],
    )


def _whole(where: str, name: str, text: str, possible: range, gaps: list[Gap]) -> int:
    if text.isascii() and text.isdecimal() and int(text[:9]) in possible:
        return int(text[:9])
    what = _("cột %(name)s: “%(text)s” không dùng được", name=name, text=text[:20])
    remedy = _("Ghi số từ %(first)s đến %(last)s", first=possible[0], last=possible[-1])
    gaps.append(Gap(where, what, remedy, code=f"bad-{name}"))
    return 0


def _number(where: str, name: str, text: str, gaps: list[Gap]) -> Decimal | None:
    if not text:
        return None
    try:
        return parse_decimal(text, where=f"{where}, {name}")
    except Refused as error:
        gaps += error.gaps
        return None


def _twice(rows: Sequence[ValueRow]) -> Iterator[Gap]:
    first: dict[tuple[str, str, int, int], str] = {}
    for row in rows:
        key = (row.indicator, row.organisation, row.year, row.period)
        if key in first:
            what = _("cùng chỉ tiêu, đơn vị và kỳ với %(where)s", where=first[key])
            yield Gap(row.where, what, _("Giữ một dòng"), code="doubled-row")
        first.setdefault(key, row.where)
