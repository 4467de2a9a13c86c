"""Outside results in a file: one row per unit and leaf, as .xlsx or .csv, every refused cell by its address.

The columns are `unit,code,numerator,denominator,answer`, and `points` for leadership. An answer is written as
on the command line: `A=4|B=3|C=2|D=1`. An empty cell means: not given; a row without figures is left out,
and told. What belongs to no column, unit or criterion of the round is refused, with or without figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from openpar.common.errors import FileRefused, Gap
from openpar.common.limited import run_limited
from openpar.common.spreadsheets import Sheet, StoredNumber, cell_address, read_sheet
from openpar.common.text import fold
from openpar.parindex.assessments.answer_texts import AnswerCells, AnswerNotUnderstood, answer_from_cells
from openpar.parindex.assessments.entries import OutsideValue
from openpar.parindex.criteria.queries import LoadedLeaf

REQUIRED = ("unit", "code")
FIGURES = ("numerator", "denominator", "answer", "points")
COLUMNS = (*REQUIRED, *FIGURES)
# Headings as officials write them, beside the names of the command line.
_ALIASES = {
    "don vi": "unit",
    "ma": "code",
    "ma tieu chi": "code",
    "tu so": "numerator",
    "mau so": "denominator",
    "tra loi": "answer",
    "diem": "points",
    # In the file for the command line a block stands beside every unit; here the round knows it.
    "block": "",
    "applicable": "",
}


@dataclass(frozen=True)
class OutsidePlace:
    """A unit of the round with the outside leaves of its block, and all names it may be called by."""

    assessment_id: int
    name: str
    key: str
    code: str
    leaves: Mapping[str, LoadedLeaf]


@dataclass
class OutsideFile:
    """What a file says: values ready to be recorded, or every reason why it is refused.

    `left_out`: the rows without figures, in words; the template that people fill has a row for every unit.
    """

    values: list[OutsideValue] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def fault(self, where: str, what: str, remedy: str = "", *, code: str) -> None:
        self.gaps.append(Gap(where, what, remedy, code=code))


def read_outside_file(content: bytes, places: Iterable[OutsidePlace]) -> OutsideFile:
    """The values in a file. Raises FileRefused when it is no such table at all."""
    sheet: Sheet = run_limited(read_sheet, content)
    found = OutsideFile()
    columns = _columns_of(sheet)
    beyond = [at for at, name in enumerate(sheet.rows[0]) if not name]
    by_name = _by_name(places)
    seen: dict[tuple[int, str], str] = {}
    for number, cells in enumerate(sheet.rows[1:], start=1):
        row = _Row(number, {name: cells[at] for name, at in columns.items()}, columns, found)
        for at in beyond:
            if cells[at]:
                what = _("“%s” nằm ngoài các cột.") % (cells[at] or "")[:40]
                remedy = _("Xóa ô này, hoặc ghi tên cột ở dòng 1.")
                found.fault(cell_address(number, at), what, remedy, code="beyond")
        if any(row.cells.values()):
            _take_row(row, by_name, seen)
    if not found.values and not found.gaps:
        what = _("không có dòng nào có số liệu.")
        found.fault(_("Tệp"), what, _("Điền số liệu vào các dòng rồi tải lên lại."), code="no_rows")
    return found


def _columns_of(sheet: Sheet) -> dict[str, int]:
    heading = [fold(name or "").strip() for name in sheet.rows[0]] if sheet.rows else []
    known = [_ALIASES.get(name, name) for name in heading]
    gaps = [
        Gap(_("dòng 1"), _("thiếu cột “%s”.") % name, code="columns")
        for name in REQUIRED
        if name not in known
    ]
    for place, name in enumerate(known):
        if name and name not in COLUMNS:
            gaps.append(Gap(cell_address(0, place), _("cột lạ “%s”.") % heading[place], code="columns"))
        elif name and known.index(name) != place:
            gaps.append(Gap(cell_address(0, place), _("cột “%s” ghi hai lần.") % name, code="columns"))
    if gaps:
        remedy = _("Dòng đầu ghi các cột: %s.") % ", ".join(COLUMNS)
        raise FileRefused([*gaps[:-1], Gap(gaps[-1].where, gaps[-1].what, remedy, code="columns")])
    return {name: place for place, name in enumerate(known) if name}


def _by_name(places: Iterable[OutsidePlace]) -> Mapping[str, list[OutsidePlace]]:
    found: dict[str, list[OutsidePlace]] = defaultdict(list)
    for place in places:
        for name in {fold(place.name), fold(place.key), fold(place.code)} - {""}:
            found[name].append(place)
    return found


class _Row:
    """The cells of one row; faults are noted with the address of the cell."""

    def __init__(
        self, number: int, cells: Mapping[str, str | None], columns: Mapping[str, int], into: OutsideFile
    ) -> None:
        self.number = number
        self.cells = cells
        self.columns = columns
        self.into = into

    def address(self, column: str) -> str:
        """ "C7", or the row when the file has no such column."""
        if column not in self.columns:
            return _("dòng %d") % (self.number + 1)
        return cell_address(self.number, self.columns[column])

    def fault(self, column: str, what: str, remedy: str = "", *, code: str = "cell") -> None:
        self.into.fault(self.address(column), what, remedy, code=code)

    def text(self, column: str) -> str:
        return (self.cells.get(column) or "").strip()

    def figures(self) -> AnswerCells:
        """The cells of the answer; a number may carry its sign % ("85,5 %")."""
        found = {column: self.cells.get(column) or None for column in FIGURES}
        top = found["numerator"]
        if top is not None and not isinstance(top, StoredNumber):
            found["numerator"] = top.strip().removesuffix("%").strip()
        return AnswerCells(**found)

    @property
    def in_words(self) -> str:
        """ "dòng 7 (Sở Y tế, 2.2.1)"."""
        named = ", ".join(text for text in (self.text("unit"), self.text("code")) if text)
        where = _("dòng %d") % (self.number + 1)
        return f"{where} ({named})" if named else where

    @property
    def has_figures(self) -> bool:
        return any(self.text(column) for column in FIGURES)


def _take_row(row: _Row, by_name: Mapping[str, list[OutsidePlace]], seen: dict[tuple[int, str], str]) -> None:
    place = _place_of(row, by_name)
    code = row.text("code")
    if not code:
        row.fault("code", _("thiếu mã tiêu chí."), code="no_code")
    if place is None or not code:
        return
    leaf = place.leaves.get(code)
    if leaf is None:
        known = ", ".join(place.leaves) or "—"
        what = _("“%(code)s” không phải tiêu chí lấy kết quả từ bên ngoài của %(unit)s.")
        row.fault(
            "code",
            what % {"code": code, "unit": place.name},
            _("Các mã: %s.") % known,
            code="not_outside",
        )
        return
    if not row.has_figures:
        row.into.left_out.append(row.in_words)
        return
    first = seen.setdefault((place.assessment_id, code), row.address("unit"))
    if first != row.address("unit"):
        what = _("%(unit)s đã có dòng cho mã %(code)s ở %(first)s.")
        row.fault("code", what % {"unit": place.name, "code": code, "first": first}, code="twice")
        return
    try:
        answer = answer_from_cells(leaf.engine.rule, row.figures())
    except AnswerNotUnderstood as refused:
        for gap in refused.gaps:
            row.fault(gap.where, gap.what, gap.remedy, code=gap.code)
        return
    where = f"{row.address('unit')} ({place.name}, {code})"
    row.into.values.append(OutsideValue(place.assessment_id, code, answer, where))


def _place_of(row: _Row, by_name: Mapping[str, list[OutsidePlace]]) -> OutsidePlace | None:
    name = row.text("unit")
    found = by_name.get(fold(name), []) if name else []
    if not name:
        row.fault("unit", _("thiếu tên đơn vị."), code="no_unit")
    elif not found:
        remedy = _("Ghi đúng tên, mã hoặc khóa của đơn vị trong kỳ này.")
        row.fault("unit", _("không có đơn vị “%s” trong kỳ.") % name, remedy, code="unknown_unit")
    elif len(found) > 1:
        remedy = _("Ghi mã đơn vị: %s.") % ", ".join(place.code or place.key for place in found)
        row.fault(
            "unit", _("có %(count)d đơn vị tên “%(name)s”.") % {"count": len(found), "name": name}, remedy
        )
    else:
        return found[0]
    return None
