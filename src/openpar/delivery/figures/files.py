"""A file in the form's own layout as rows, or every cell that cannot be read. Knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.common.limited import Limits, run_within
from openpar.common.sheets import Sheet, SheetCaps, cell_address
from openpar.common.spreadsheets import cell_decimal, read_sheet
from openpar.common.text import nfc
from openpar.delivery.figures.errors import FigureFileRefused
from openpar.delivery.figures.forms import block_label, column_label, text_column
from openpar.delivery.figures.layout import CODE, DAYS, block_named, column_number, is_total
from openpar.delivery.figures.models import LONGEST_LABEL
from openpar.delivery.figures.rows import MOST, MOST_LINES, Line
from openpar.engine.forms import ColumnKind, Form, FormColumn
from openpar.engine.periods import Period

_CAPS = SheetCaps(rows=2_000, columns=60, cells=60_000)
_LIMITS = Limits(seconds=10, mebibytes=256, loads="openpar.common.spreadsheets")


@dataclass(frozen=True)
class FigureFile:
    """An uploaded file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Expected:
    """What the file must be: this form (with its placement), these levels, this period."""

    form: Form
    base: Form
    blocks: tuple[str, ...]
    period: Period


@dataclass
class _Reading:
    sheet: Sheet
    expected: Expected
    places: Mapping[str, int]
    gaps: list[Gap] = field(default_factory=list)

    def refuse(self, row: int, place: int, what: str, remedy: str, code: str) -> None:
        self.gaps.append(Gap(_("ô %s") % cell_address(row, place), what, remedy, code=code))


def read_figures(file: FigureFile, expected: Expected) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The rows, and the sums as stated. Raises FileRefused with every cell that cannot be taken in."""
    limits = Limits(_LIMITS.seconds, _LIMITS.mebibytes, called=file.name, loads=_LIMITS.loads)
    sheet = run_within(limits, read_sheet, file.content, caps=_CAPS)
    header, places, gaps = _header(sheet, expected)
    gaps += _heading_gaps(sheet, header, expected)
    reading = _Reading(sheet, expected, places, gaps)
    lines, stated = _table(reading, header + 1)
    if not lines and not reading.gaps:
        what, remedy = _("không có dòng số liệu nào"), _("Ghi số liệu dưới dòng đánh số cột")
        reading.gaps.append(Gap(file.name, what, remedy, code="empty"))
    if reading.gaps:
        raise FigureFileRefused(reading.gaps)
    return tuple(lines), tuple(stated)


def _header(sheet: Sheet, expected: Expected) -> tuple[int, dict[str, int], list[Gap]]:
    """The row of column numbers, or of keys, and where each column stands."""
    columns = expected.form.columns
    for row, cells in enumerate(sheet.rows):
        numbers = {number: place for place, cell in enumerate(cells) if (number := column_number(cell))}
        if len(numbers) >= len(expected.base.columns) - 1 and 2 in numbers:
            found = {column.key: numbers[column.number] for column in columns if column.number in numbers}
            known = {column.number for column in columns}
            strange = [cell_address(row, place) for number, place in numbers.items() if number not in known]
            return row, found, _column_gaps(row, found, expected, strange)
        keys = {(cell or "").strip().lower(): place for place, cell in enumerate(cells)}
        found = {column.key: keys[column.key] for column in columns if column.key in keys}
        if text_column(expected.form).key in found and len(found) > 2:
            strange = [cell_address(row, keys[key]) for key in keys if key and key not in (*found, "block")]
            places = {**found, **({"block": keys["block"]} if "block" in keys else {})}
            return row, places, _column_gaps(row, found, expected, strange)
    remedy = _("Giữ dòng đánh số (1), (2), (3)… dưới tiêu đề như tệp tải từ phiếu này")
    what = _("không thấy dòng đánh số cột của biểu %s") % expected.form.code
    raise FigureFileRefused(Gap(_("Tiêu đề bảng"), what, remedy, code="header-missing"))


def _column_gaps(row: int, found: Mapping[str, int], expected: Expected, strange: Sequence[str]) -> list[Gap]:
    where = _("dòng %d") % (row + 1)
    absent = [
        _("(%(number)d) %(label)s") % {"number": column.number, "label": column_label(column)}
        for column in expected.base.columns
        if column.kind is ColumnKind.COUNT and column.key not in found
    ]
    gaps = []
    if absent:
        remedy = _("Giữ đủ các cột của biểu; ô chưa có số liệu để trống")
        gaps.append(Gap(where, _("thiếu cột %s") % "; ".join(absent), remedy, code="columns-unfit"))
    if strange:
        remedy = _("Bỏ cột, hoặc chọn trên phiếu cách đặt có cột riêng")
        what = _("biểu này không có cột ở %s") % ", ".join(strange)
        gaps.append(Gap(where, what, remedy, code="columns-unfit"))
    return gaps


def _heading_gaps(sheet: Sheet, header: int, expected: Expected) -> list[Gap]:
    """The file may say of which form and period it is; then it must be these."""
    said = " ".join(cell for cells in sheet.rows[:header] for cell in cells if cell)
    gaps = []
    codes = set(CODE.findall(said)) - {expected.form.code}
    if codes and expected.form.code not in said:
        what = _("tệp của biểu %s") % ", ".join(sorted(codes))
        gaps.append(
            Gap(_("Tiêu đề"), what, _("Phiếu này theo biểu %s") % expected.form.code, code="other-form")
        )
    days = DAYS.search(said)
    own = tuple(map(format_date, (expected.period.from_on, expected.period.until_on)))
    if days and days.groups() != own:
        what = _("tệp của kỳ %(first)s–%(last)s") % {"first": days[1], "last": days[2]}
        remedy = _("Phiếu này của kỳ %(first)s–%(last)s") % {"first": own[0], "last": own[1]}
        gaps.append(Gap(_("Tiêu đề"), what, remedy, code="other-period"))
    return gaps


def _table(reading: _Reading, first: int) -> tuple[list[Line], list[Line]]:
    lines: list[Line] = []
    stated: list[Line] = []
    block, is_over = "", False
    for row in range(first, len(reading.sheet.rows)):
        label = _label(reading, row)
        has_figures = any(reading.sheet.value(row, reading.places[key]) for key in _keys(reading))
        if not label and not has_figures:
            is_over = is_over or bool(lines)
            continue
        if is_over:
            if has_figures:
                what = _("có số liệu dưới bảng, sau dòng trống hoặc dòng tổng")
                reading.refuse(row, 0, what, _("Bỏ dòng trống ở giữa, hoặc xóa dòng này"), "below-table")
            continue
        named = block_named(label) if reading.expected.blocks else None
        if is_total(label):
            stated.append(Line("", "", _counts(reading, row), is_total=True))
            is_over = True
        elif named is not None:
            block = _known_block(reading, row, named)
            stated.append(Line(block, "", _counts(reading, row), is_total=True))
        else:
            lines.append(_line(reading, row, label, block))
    _repeated(reading, lines)
    return lines, [total for total in stated if total.counts]


def _keys(reading: _Reading) -> Iterable[str]:
    return (column.key for column in _columns(reading))


def _columns(reading: _Reading) -> Iterable[FormColumn]:
    return (
        column
        for column in reading.expected.form.columns
        if column.kind is ColumnKind.COUNT and column.key in reading.places
    )


def _label(reading: _Reading, row: int) -> str:
    place = reading.places.get(text_column(reading.expected.form).key, 1)
    return nfc(reading.sheet.value(row, place) or "").strip()


def _known_block(reading: _Reading, row: int, named: str) -> str:
    if named not in reading.expected.blocks:
        known = ", ".join(map(block_label, reading.expected.blocks))
        place = reading.places.get(text_column(reading.expected.form).key, 1)
        what = _("kỳ này không có %s") % block_label(named).lower()
        reading.refuse(row, place, what, _("Các cấp của biểu: %s") % known, "level-unfit")
    return named


def _line(reading: _Reading, row: int, label: str, block: str) -> Line:
    place = reading.places.get(text_column(reading.expected.form).key, 1)
    if "block" in reading.places and (
        word := (reading.sheet.value(row, reading.places["block"]) or "").strip()
    ):
        named = block_named(word) or (word if word in reading.expected.blocks else None)
        if named is None:
            known = ", ".join(map(block_label, reading.expected.blocks))
            what, remedy = _("không có cấp “%s”") % word[:40], _("Một trong: %s") % known
            reading.refuse(row, reading.places["block"], what, remedy, "level-unfit")
        block = named or block
    if not label:
        reading.refuse(
            row, place, _("có số liệu mà không có tên"), _("Ghi lĩnh vực hoặc đơn vị"), "label-missing"
        )
    if len(label) > LONGEST_LABEL:
        what = _("tên dài %d ký tự") % len(label)
        reading.refuse(row, place, what, _("Rút còn không quá %d") % LONGEST_LABEL, "label-long")
    if reading.expected.form.blocks and not block:
        known = ", ".join(map(block_label, reading.expected.blocks))
        what, remedy = _("dòng không nằm dưới cấp nào"), _("Ghi trước đó một dòng: %s") % known
        reading.refuse(row, place, what, remedy, "level-missing")
    return Line(block, label, _counts(reading, row))


def _counts(reading: _Reading, row: int) -> dict[str, int]:
    found = {}
    for column in _columns(reading):
        place = reading.places[column.key]
        address = cell_address(row, place)
        text = reading.sheet.value(row, place)
        if address in reading.sheet.error_cells:
            what, remedy = _("ô báo lỗi, cột (%d)") % column.number, _("Sửa công thức, hoặc ghi số")
            reading.refuse(row, place, what, remedy, "cell-computed")
        elif address in reading.sheet.formula_cells and not text:
            what = _("công thức chưa tính, cột (%d)") % column.number
            reading.refuse(row, place, what, _("Mở tệp, tính lại rồi lưu, hoặc ghi số"), "cell-computed")
        elif text:
            try:
                found[column.key] = whole_number(text)
            except Refused as refused:
                for gap in refused.gaps:
                    what = _("%(what)s, cột (%(number)d) %(label)s") % {
                        "what": gap.what,
                        "number": column.number,
                        "label": column_label(column),
                    }
                    reading.refuse(row, place, what, gap.remedy, gap.code)
    return found


def whole_number(text: str) -> int:
    """A count as people write it: 1234, 1.234, 1 234. Raises Refused for anything else."""
    value = cell_decimal(text, ambiguous="thousands")
    shown = text.strip()[:40]
    if value < 0 or value != value.to_integral_value():
        what = _("“%s” không phải số nguyên từ 0 trở lên") % shown
        raise Refused(
            Gap("", what, _("Ghi số hồ sơ, ví dụ 675; chưa có số liệu thì để trống"), code="not-a-count")
        )
    if value > Decimal(MOST):
        raise Refused(Gap("", _("“%s” lớn quá") % shown, _("Kiểm tra lại số"), code="not-a-count"))
    return int(value)


def _repeated(reading: _Reading, lines: Sequence[Line]) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.label and line.key in seen:
            what = _("“%s” ghi hai lần trong một cấp") % line.words
            reading.gaps.append(Gap(line.words, what, _("Mỗi lĩnh vực, đơn vị một dòng"), code="line-twice"))
        seen.add(line.key)
    if len(lines) > MOST_LINES:
        what = _("tệp có %d dòng số liệu") % len(lines)
        remedy = _("Một phiếu có nhiều nhất %d dòng") % MOST_LINES
        reading.gaps.append(Gap("", what, remedy, code="too-many-lines"))
