"""The appendix as a file: read back by the codes of its lines. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.limited import Limits, run_within
from openpar.common.sheets import Sheet, SheetCaps, cell_address
from openpar.common.spreadsheets import cell_decimal, read_sheet
from openpar.common.text import fold, nfc
from openpar.engine.report_lines import Line, Value
from openpar.reports.periodic.errors import ReportFileRefused

_CAPS = SheetCaps(rows=1_000, columns=40, cells=20_000)
_LIMITS = Limits(seconds=10, mebibytes=256, loads="openpar.common.spreadsheets")
# The titles of the columns that are read; the writer (documents.py) writes the same.
CODE, FIRST, SECOND = "Mã số", "Số thứ nhất", "Số thứ hai"
_MOST = Decimal(10**15)


@dataclass(frozen=True)
class AppendixFile:
    """An uploaded file."""

    name: str
    content: bytes


@dataclass
class _Reading:
    sheet: Sheet
    gaps: list[Gap] = field(default_factory=list)

    def refuse(self, row: int, place: int, what: str, remedy: str, code: str) -> None:
        self.gaps.append(Gap(_("ô %s") % cell_address(row, place), what, remedy, code=code))


def read_appendix(file: AppendixFile, lines: Sequence[Line]) -> dict[str, Value]:
    """The figures by line; a line without any is left out. Raises FileRefused with every unfit cell."""
    limits = Limits(_LIMITS.seconds, _LIMITS.mebibytes, called=file.name, loads=_LIMITS.loads)
    sheet = run_within(limits, read_sheet, file.content, caps=_CAPS)
    header, places = _header(sheet)
    reading = _Reading(sheet)
    known = {line.code: line for line in lines}
    found: dict[str, Value] = {}
    for row in range(header + 1, len(sheet.rows)):
        code = nfc(sheet.value(row, places[CODE]) or "").strip()
        figures = [_figure(reading, row, places[title]) for title in (FIRST, SECOND)]
        if code not in known:
            if any(figure is not None for figure in figures):
                what = _("không có dòng mã “%s” trong phụ lục của đơn vị") % code[:20]
                reading.refuse(row, places[CODE], what, _("Giữ nguyên cột mã số của mẫu"), "line-unknown")
            continue
        if known[code].is_derived or not any(figure is not None for figure in figures):
            continue
        if code in found:
            what = _("dòng mã %s ghi hai lần") % code
            reading.refuse(row, places[CODE], what, _("Mỗi mã một dòng"), "line-twice")
        found[code] = Value(*figures)
    if not found and not reading.gaps:
        what, remedy = _("không có dòng số liệu nào"), _("Dùng tệp phụ lục tải từ báo cáo này")
        reading.gaps.append(Gap(file.name, what, remedy, code="empty"))
    if reading.gaps:
        raise ReportFileRefused(reading.gaps)
    return found


def _header(sheet: Sheet) -> tuple[int, Mapping[str, int]]:
    wanted = {fold(title): title for title in (CODE, FIRST, SECOND)}
    for row, cells in enumerate(sheet.rows):
        places = {
            wanted[fold(cell)]: place for place, cell in enumerate(cells) if cell and fold(cell) in wanted
        }
        if len(places) == len(wanted):
            return row, places
    what = _("không thấy dòng tiêu đề có các cột “%s”") % "”, “".join((CODE, FIRST, SECOND))
    remedy = _("Dùng tệp phụ lục tải từ báo cáo này")
    raise ReportFileRefused(Gap(_("Tiêu đề bảng"), what, remedy, code="header-missing"))


def _figure(reading: _Reading, row: int, place: int) -> Decimal | None:
    text = (reading.sheet.value(row, place) or "").strip()
    address = cell_address(row, place)
    if address in reading.sheet.error_cells or (address in reading.sheet.formula_cells and not text):
        what = _("ô báo lỗi hoặc công thức chưa tính")
        reading.refuse(row, place, what, _("Sửa công thức, hoặc ghi số"), "cell-computed")
        return None
    if not text or text == "—":
        return None
    try:
        return whole_figure(reading.sheet.value(row, place) or "")
    except Refused as refused:
        for gap in refused.gaps:
            reading.refuse(row, place, gap.what, gap.remedy, gap.code)
        return None


def whole_figure(text: str) -> Decimal:
    """A figure as people write it: 1234, 1.234, 1 234. Raises Refused for anything else."""
    value = cell_decimal(text, ambiguous="thousands")
    shown = text.strip()[:40]
    if value < 0 or value != value.to_integral_value() or value >= _MOST:
        what = _("“%s” không phải số nguyên từ 0 trở lên") % shown
        remedy = _("Ghi số, ví dụ 675; chưa có số liệu thì để trống")
        raise Refused(Gap("", what, remedy, code="not-a-figure"))
    return value
