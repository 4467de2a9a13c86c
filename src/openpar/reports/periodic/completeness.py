"""All that keeps a report from being sent, at once: days, figures, reasons, text, what sources miss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.report_lines import Kind, Line, is_complete
from openpar.reports.periodic.calendar import report_calendar
from openpar.reports.periodic.models import ReportRevision, ReportValue
from openpar.reports.periodic.queries.loading import (
    asked_of,
    computed_of,
    lines_of,
    subject_of,
    value_of,
)
from openpar.reports.periodic.rules import unexplained
from openpar.reports.periodic.sources import gaps_of_sources


def submission_gaps(revision: ReportRevision, at: datetime) -> list[Gap]:
    """What the action refuses and the page lists."""
    link = f"/reports/{revision.report_id}/"
    gaps = []
    if timezone.localdate(at) < revision.until_on:
        what = _("kỳ chưa kết thúc: số liệu tính đến hết ngày %s") % format_date(revision.until_on)
        remedy = _("Gửi sau ngày này, hoặc sửa ngày chốt số liệu")
        gaps.append(Gap(_("Kỳ báo cáo"), what, remedy, code="not-over", link=f"{link}figures/#cut-off"))
    gaps += _figure_gaps(revision, f"{link}figures/")
    for one in unexplained(revision):
        remedy = _("Sửa số liệu, hoặc giải trình")
        gaps.append(Gap(one.title, one.equation, remedy, code="gap", link=f"{link}figures/#reconciling"))
    gaps += _text_gaps(revision, f"{link}text/")
    gaps += gaps_of_sources(subject_of(revision, at))
    return gaps


def _figure_gaps(revision: ReportRevision, link: str) -> Iterator[Gap]:
    rows = {row.line: row for row in revision.values.all()}
    for line in lines_of(revision):
        if line.is_derived:
            continue
        gap = figure_gap(line, rows.get(line.code))
        if gap:
            what, remedy, code = gap
            yield Gap(f"{line.code} {line.name}", what, remedy, code=code, link=f"{link}#v-{line.code}")


def figure_gap(line: Line, row: ReportValue | None) -> tuple[str, str, str] | None:
    """What is missing in one line: a figure or why there is none; why it is another than computed."""
    if row is not None and row.reason:
        return None
    if row is None or not is_complete(line, value_of(row)):
        what = _("chưa có số liệu")
        if line.kind in (Kind.PAIR, Kind.RATIO) and row is not None and not value_of(row).is_blank:
            what = _("mới có một trong hai số")
        return what, _("Nhập số (không phát sinh thì ghi 0), hoặc ghi lý do để trống"), "blank"
    if row.source and value_of(row) != computed_of(row):
        return _("khác số hệ thống tính"), _("Sửa số liệu, hoặc ghi lý do"), "differs"
    return None


def _text_gaps(revision: ReportRevision, link: str) -> Iterator[Gap]:
    texts = {row.key: row.text for row in revision.sections.all()}
    outline = asked_of(revision.report).report.outline
    for section in report_calendar().sections(outline):
        if section.is_required and not texts.get(section.id, "").strip():
            where = f"{section.number}. {section.title}"
            yield Gap(
                where, _("để trống"), _("Viết nội dung"), code="text-blank", link=f"{link}#s-{section.id}"
            )
