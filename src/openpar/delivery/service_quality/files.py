"""Tables of figures and of the portal's points as rows, or every cell that cannot be taken in.

Figures: `unit,indicator,numerator,denominator`, both blank: no data. Points of the portal:
`unit,indicator,points` or `unit,group,indicator,points` (what `openpar qd766 score` writes); in the column
of the indicator a group may stand too, and without either it is the total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.formats import Ambiguity
from openpar.common.limited import Limits, run_within
from openpar.common.sheets import SheetCaps, cell_address
from openpar.common.spreadsheets import cell_decimal, read_sheet
from openpar.common.text import fold, nfc
from openpar.delivery.service_quality.errors import InputFileRefused
from openpar.delivery.service_quality.rows import Given, given
from openpar.delivery.service_quality.rules import indicator_of, pair_gaps
from openpar.engine.qd766 import IndicatorSet

UNIT, INDICATOR, NUMERATOR, DENOMINATOR = "unit", "indicator", "numerator", "denominator"
GROUP, POINTS = "group", "points"
INPUT_COLUMNS = (UNIT, INDICATOR, NUMERATOR, DENOMINATOR)
_CAPS = SheetCaps(rows=100_000, columns=20, cells=1_000_000)
_LIMITS = Limits(seconds=10, mebibytes=256, loads="openpar.common.spreadsheets")
_MOST_GAPS = 500
Content = Path | bytes


@dataclass(frozen=True)
class InputRow:
    """One row of a file of figures; `where` is its place for a person."""

    organisation_id: int
    name: str
    indicator: str
    given: Given
    where: str


@dataclass(frozen=True)
class PortalRow:
    """One row of a file of the portal: `code` of an indicator, of a group, or empty for the total."""

    organisation_id: int
    name: str
    code: str
    points: Decimal | None


@dataclass(frozen=True)
class Units:
    """The organisations of a day by everything that a file may call them: key, code, name."""

    by_word: Mapping[str, frozenset[int]]
    names: Mapping[int, str]

    @classmethod
    def of_day(cls, day: date) -> Units:
        """One query."""
        by_word: defaultdict[str, set[int]] = defaultdict(set)
        names = {}
        for version in OrganisationVersion.objects.as_of(day).select_related("organisation"):
            names[version.organisation_id] = version.name
            for word in (version.organisation.key, version.code, version.name, version.short_name):
                if word:
                    by_word[fold(word)].add(version.organisation_id)
        return cls({word: frozenset(found) for word, found in by_word.items()}, names)


@dataclass
class _Table:
    """The rows under a heading, by column, and what was found wrong so far."""

    columns: Mapping[str, int]
    rows: Sequence[Sequence[str | None]]
    units: Units
    gaps: list[Gap] = field(default_factory=list)

    def text(self, row: int, column: str) -> str:
        place = self.columns.get(column)
        return nfc((self.rows[row][place] or "").strip()) if place is not None else ""

    def where(self, row: int, column: str) -> str:
        texts = {"cell": cell_address(row, self.columns.get(column, 0)), "column": column}
        return _("ô %(cell)s (%(column)s)") % texts

    def refuse(self, row: int, column: str, what: str, remedy: str, code: str) -> None:
        self.gaps.append(Gap(self.where(row, column), what, remedy, code=code))

    def unit(self, row: int) -> int | None:
        """The organisation of a row; without one that is sure, a gap."""
        word = self.text(row, UNIT)
        found = self.units.by_word.get(fold(word), frozenset())
        if len(found) == 1:
            return next(iter(found))
        if not word:
            self.refuse(row, UNIT, _("chưa ghi đơn vị"), _("Ghi mã hoặc tên đơn vị"), "unit-missing")
        elif found:
            what = _("“%(word)s” là tên của %(count)d đơn vị") % {"word": word[:80], "count": len(found)}
            self.refuse(row, UNIT, what, _("Ghi mã đơn vị"), "unit-ambiguous")
        else:
            what = _("không có đơn vị “%s” vào ngày cuối kỳ") % word[:80]
            self.refuse(row, UNIT, what, _("Ghi mã hoặc tên như ở trang Đơn vị"), "unit-unknown")
        return None

    def number(self, row: int, column: str, ambiguous: Ambiguity = "refuse") -> Decimal | None:
        """The number of a cell; None for an empty one, and (with a gap) for one that is no number."""
        place = self.columns.get(column)
        # As the file has it: a number that a workbook stores is exact.
        raw = self.rows[row][place] if place is not None else None
        if raw is None or not raw.strip():
            return None
        try:
            return cell_decimal(raw, ambiguous=ambiguous)
        except Refused as refused:
            for gap in refused.gaps:
                self.refuse(row, column, gap.what, gap.remedy, gap.code)
            return None


def read_inputs(
    content: Content,
    file_name: str,
    indicators: IndicatorSet,
    units: Units,
    *,
    only: Collection[int] | None = None,
) -> tuple[InputRow, ...]:
    """The rows of a file of figures; `only` are the agencies whose figures may come in, None is all.

    Raises FileRefused with every fault of the file.
    """
    table = _table(content, file_name, units, INPUT_COLUMNS, ())
    found: list[InputRow] = []
    first: dict[tuple[int, str], int] = {}
    for row in range(1, len(table.rows)):
        if not any(table.text(row, column) for column in table.columns):
            continue
        organisation_id = table.unit(row)
        if organisation_id is not None and only is not None and organisation_id not in only:
            what = _("bạn không nhập số liệu của đơn vị này")
            table.refuse(row, UNIT, what, _("Bỏ dòng này"), "not-allowed")
        name, said = _figures(table, row, indicators)
        if organisation_id is None or name is None:
            continue
        if first.setdefault((organisation_id, name), row) != row:
            texts = {"indicator": name, "row": first[organisation_id, name] + 1}
            what = _("đơn vị đã có chỉ số %(indicator)s ở dòng %(row)d") % texts
            table.refuse(row, INDICATOR, what, _("Chỉ giữ một dòng"), "row-twice")
            continue
        where = _("dòng %d") % (row + 1)
        found.append(InputRow(organisation_id, units.names[organisation_id], name, said, where))
    _finish(table, found, file_name)
    return tuple(found)


def _figures(table: _Table, row: int, indicators: IndicatorSet) -> tuple[str | None, Given]:
    name = table.text(row, INDICATOR)
    known = indicator_of(indicators, name)
    # A numerator alone is a percentage: 57.125 can then only be fifty-seven and a bit.
    is_percent = known is not None and known.is_percent and not table.text(row, DENOMINATOR)
    gaps_before = len(table.gaps)
    said = given(
        table.number(row, NUMERATOR, "decimal" if is_percent else "refuse"), table.number(row, DENOMINATOR)
    )
    if known is None:
        what = _("không có chỉ số “%s”") % name[:20] if name else _("chưa ghi mã chỉ số")
        remedy = _("Một trong: %s") % ", ".join(one.id for one in indicators.indicators())
        table.refuse(row, INDICATOR, what, remedy, "indicator-unknown")
        return None, said
    if len(table.gaps) == gaps_before:
        table.gaps += pair_gaps(known, said, where=table.where(row, NUMERATOR))
    return name, said


def read_portal_points(
    content: Content, file_name: str, indicators: IndicatorSet, units: Units
) -> tuple[PortalRow, ...]:
    """The rows of a file of the portal's points. Raises FileRefused with every fault of the file."""
    table = _table(content, file_name, units, (UNIT, POINTS), (INDICATOR, GROUP))
    most = {"": indicators.maximum}
    most |= {group.id: group.maximum for group in indicators.groups}
    most |= {one.id: one.maximum for one in indicators.indicators()}
    found: list[PortalRow] = []
    first: dict[tuple[int, str], int] = {}
    for row in range(1, len(table.rows)):
        if not any(table.text(row, column) for column in table.columns):
            continue
        organisation_id = table.unit(row)
        code = table.text(row, INDICATOR) or table.text(row, GROUP)
        points = table.number(row, POINTS, "decimal")
        column = INDICATOR if INDICATOR in table.columns else GROUP
        if code not in most:
            remedy = _("Mã chỉ số, mã nhóm (%s), hoặc để trống cho tổng") % ", ".join(
                group.id for group in indicators.groups
            )
            table.refuse(row, column, _("không có “%s”") % code[:20], remedy, "indicator-unknown")
        elif points is not None and not 0 <= points <= most[code]:
            what = _("%(points)s ngoài khoảng 0–%(most)s") % {"points": points, "most": most[code]}
            table.refuse(row, POINTS, what, _("Ghi số điểm"), "points-outside")
        if organisation_id is None:
            continue
        if first.setdefault((organisation_id, code), row) != row:
            what = _("đã ghi ở dòng %d") % (first[organisation_id, code] + 1)
            table.refuse(row, column, what, _("Chỉ giữ một dòng"), "row-twice")
            continue
        found.append(PortalRow(organisation_id, units.names[organisation_id], code, points))
    _finish(table, found, file_name)
    return tuple(found)


def _finish(table: _Table, found: Sequence[object], file_name: str) -> None:
    if not found and not table.gaps:
        what = _("tệp không có dòng số liệu nào")
        table.gaps.append(Gap(file_name, what, _("Ghi số liệu dưới dòng tiêu đề"), code="empty"))
    if table.gaps:
        raise InputFileRefused(table.gaps[:_MOST_GAPS])


def _table(
    content: Content, file_name: str, units: Units, required: Iterable[str], optional: Iterable[str]
) -> _Table:
    limits = Limits(_LIMITS.seconds, _LIMITS.mebibytes, called=file_name, loads=_LIMITS.loads)
    # A stored file lies under the name of its content: only the bytes tell what it is.
    source = content.read_bytes() if isinstance(content, Path) else content
    sheet = run_within(limits, read_sheet, source, caps=_CAPS)
    heading = [nfc(cell or "").strip().lower() for cell in sheet.rows[0]] if sheet.rows else []
    needed, known = list(required), [*required, *optional]
    problems = [
        f"{what}: {', '.join(names)}"
        for what, names in (
            (_("thiếu cột"), [name for name in needed if name not in heading]),
            (_("cột lạ"), [name for name in heading if name and name not in known]),
            (_("cột ghi hai lần"), [name for name in known if heading.count(name) > 1]),
        )
        if names
    ]
    if problems:
        remedy = _("Dòng đầu gồm các cột %s") % ",".join(known)
        raise FileRefused.because(_("dòng 1"), "; ".join(problems), remedy, code="columns")
    return _Table({name: place for place, name in enumerate(heading) if name}, sheet.rows, units)
