"""A report beside those before it, on paper: a table of its own, and why something is not compared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.engine.report_lines import Kind, Line, Value, percent
from openpar.reports.documents.model import Appendix, Column, Note, Table
from openpar.reports.periodic.calendar import report_calendar
from openpar.reports.periodic.reading import LineView, ReportView
from openpar.reports.periodic.wording import difference, signed_words, value_words

# Millimetres of a page that lies on its side; the columns of the reports compared with share the rest.
_CODE, _NAME, _NOW, _OTHERS = Decimal(14), Decimal(75), Decimal(32), Decimal(120)


def reasons_not_compared(view: ReportView) -> tuple[str, ...]:
    """Why the report does not stand beside one before it in its year or the same of the year before."""
    calendar, asked = report_calendar(), view.asked
    found = []
    if calendar.before(asked) is None:
        found.append(
            _("Không so sánh trong năm: năm %(year)s chưa có báo cáo nào trước đó tính kỳ như báo cáo này.")
            % {"year": asked.year}
        )
    if calendar.asked(asked.report.code, asked.year - 1) is None:
        found.append(
            _("Không so sánh với năm trước: lịch báo cáo không có kỳ này năm %s.") % (asked.year - 1)
        )
    found += [
        _("Không so sánh với %s: chưa có bản nào được gửi.") % f"{one.name[:1].lower()}{one.name[1:]}"
        for one in view.never_sent
    ]
    return tuple(found)


def why_no_difference(line: Line, value: Value, before: Value) -> str:
    """What keeps the difference of a line from being told; empty where it can be told."""
    if difference(line, value, before) is not None:
        return ""
    if line.kind is Kind.CODE:
        return _("không tính: là mã, không phải số")
    if before.is_blank:
        return _("không tính: kỳ đó chưa có số liệu")
    if value.is_blank:
        return _("không tính: kỳ này chưa có số liệu")
    if line.kind is Kind.RATIO and percent(before) is None:
        return _("không tính: kỳ đó không có tỷ lệ")
    return _("không tính: số liệu kỳ này chưa đủ")


def comparison(view: ReportView) -> Iterator[Appendix]:
    """The figures beside those of the reports before, as the last appendix; none where there is nothing to
    stand beside: the reasons then stand below the figures themselves.
    """
    if not view.compared:
        return
    each = _OTHERS / (2 * len(view.compared))
    columns = [Column("Mã số", _CODE, "center"), Column("Chỉ tiêu", _NAME), Column("Kỳ này", _NOW, "right")]
    for other in view.compared:
        columns += [Column(other.name, each, "right"), Column("Tăng, giảm", each, "right")]
    table = Table(tuple(columns), tuple(_row(one) for one in view.lines))
    notes = [Note(reason) for reason in reasons_not_compared(view)]
    yield Appendix("So sánh số liệu với kỳ trước", (table, *notes), landscape=True)


def _row(one: LineView) -> tuple[str, ...]:
    cells = [one.line.code, one.line.name, value_words(one.line, one.value)]
    for before in one.before:
        cells += [value_words(one.line, before), difference_words(one.line, one.value, before)]
    return tuple(cells)


def difference_words(line: Line, value: Value, before: Value) -> str:
    """“+12”, of a ratio “+12 điểm %”; else why there is no difference."""
    more = difference(line, value, before)
    if more is None:
        return why_no_difference(line, value, before)
    return f"{signed_words(more)}{' điểm %' if line.kind is Kind.RATIO else ''}"
