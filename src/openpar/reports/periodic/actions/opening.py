"""A report begins: with what the product can compute and say of the period; and a draft is dropped."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.periods import BadPeriod
from openpar.reports.periodic.actions.computing import compute
from openpar.reports.periodic.actions.shared import (
    grown,
    refuse_if,
    stale,
    take_draft,
    trace,
)
from openpar.reports.periodic.actions.writing import begin_sections
from openpar.reports.periodic.appendix import appendix_on
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.errors import ReportRefused
from openpar.reports.periodic.models import (
    PeriodicReport,
    ReportExplanation,
    ReportRevision,
    ReportSection,
    ReportValue,
    RevisionState,
)
from openpar.reports.periodic.permissions import may_write_report
from openpar.reports.periodic.queries.loading import asked_of


def open_report(*, by: Actor, at: datetime, organisation_id: int, code: str, year: int) -> PeriodicReport:
    """The report of an organisation and period, as a draft with figures that sources compute and a first
    draft of its text; one that is there already is given back unchanged. Raises ReportRefused.
    """
    with write_transaction():
        asked = report_calendar().asked(code, year)
        if asked is None:
            what = _("không có báo cáo “%(code)s” trong năm %(year)d")
            raise ReportRefused(
                Gap(_("Kỳ báo cáo"), what % {"code": code[:20], "year": year}, code="no-report")
            )
        level, reporter = _reports_as(asked, organisation_id)
        if not level:
            if not may_write_report(by, organisation_id, ""):
                raise ReportRefused(not_allowed(by, _("Người của chính đơn vị lập báo cáo của đơn vị")))
            what = _("đơn vị không thuộc diện gửi báo cáo này")
            raise ReportRefused(Gap(_("Đơn vị"), what, _("Xem lịch báo cáo của năm"), code="not-owed"))
        if not may_write_report(by, organisation_id, level):
            raise ReportRefused(not_allowed(by, _("Người của chính đơn vị lập báo cáo của đơn vị")))
        found = PeriodicReport.objects.filter(organisation=organisation_id, code=code, year=year).first()
        if found is not None:
            return found
        appendix = appendix_on(asked.period.until_on)
        gaps = []
        if timezone.localdate(at) < asked.period.from_on:
            what = _("kỳ chưa bắt đầu: từ ngày %s") % format_date(asked.period.from_on)
            gaps.append(Gap(_("Kỳ báo cáo"), what, code="not-begun"))
        if appendix is None:
            gaps.append(Gap(_("Phụ lục"), _("không có mẫu phụ lục vào ngày cuối kỳ"), code="no-appendix"))
        refuse_if(gaps)
        assert appendix is not None
        report = PeriodicReport.objects.create(
            organisation_id=organisation_id, code=code, year=year, level=level, reporter=reporter
        )
        revision = ReportRevision.objects.create(
            report=report,
            number=1,
            appendix_version=appendix.version,
            until_on=asked.period.until_on,
            made_by_id=by.id,
            made_at=at,
        )
        compute(revision, at)
        begin_sections(revision, at)
        trace(report, "report.opened", by=by, at=at, after={"appendix_version": appendix.version})
        return report


def change_cut_off_day(
    *, by: Actor, at: datetime, revision_id: int, expected_version: int, until_on: date
) -> ReportRevision:
    """Until which day the figures count, if the report is made before the period is over.

    Raises ReportRefused for a day outside of the period, StaleReport.
    """
    with write_transaction():
        revision = take_draft(revision_id, by)
        if revision.version != expected_version:
            raise stale()
        try:
            asked_of(revision.report).period.cut_off(until_on)
        except BadPeriod as bad:
            remedy = _("Chọn một ngày trong kỳ")
            where = _("Số liệu đến hết ngày")
            raise ReportRefused(Gap(where, str(bad), remedy, code="day-outside")) from None
        if until_on == revision.until_on:
            return revision
        before = {"until_on": revision.until_on.isoformat()}
        revision.until_on = until_on
        compute(revision, at)
        grown(revision, "until_on", figures=True)
        after = {"until_on": until_on.isoformat()}
        trace(revision.report, "report.cut_off_changed", by=by, at=at, before=before, after=after)
        return revision


def discard_report_draft(*, by: Actor, at: datetime, revision_id: int, expected_version: int) -> None:
    """Drops a draft that follows a revision in force, or a first one in which nobody entered anything.

    Not one that goes on from what was returned: no other could be begun after it. Raises ReportRefused,
    StaleReport.
    """
    with write_transaction():
        revision = take_draft(revision_id, by)
        if revision.version != expected_version:
            raise stale()
        report = revision.report
        others = report.revisions.exclude(pk=revision.pk)
        before = others.order_by("-number").first()
        if before is not None and before.state == RevisionState.RETURNED:
            what = _("bản trước bị trả lại")
            raise ReportRefused(Gap("", what, _("Sửa bản này rồi gửi"), code="returned-before"))
        if before is None and _is_touched(revision):
            what = _("chưa có bản nào khác có hiệu lực")
            raise ReportRefused(Gap("", what, _("Sửa bản này rồi gửi"), code="only-revision"))
        trace(report, "report.discarded", by=by, at=at, before={"revision": revision.number})
        for parts in (ReportValue, ReportSection, ReportExplanation):
            parts.objects.filter(revision=revision).delete()
        revision.delete()
        if not others.exists():
            report.delete()


def _is_touched(revision: ReportRevision) -> bool:
    written = revision.sections.filter(by__isnull=False).exists()
    return written or revision.values.filter(by__isnull=False).exists()


def _reports_as(asked: Asked, organisation_id: int) -> tuple[str, str]:
    """At which level an organisation owes the report, and the word for its kind; empty for none."""
    here = (
        OrganisationVersion.objects.as_of(asked.period.until_on).filter(organisation=organisation_id).first()
    )
    level = asked.version.level_of(here.kind) if here else None
    if here is None or level is None or (level.is_scored and not here.is_scored):
        return "", ""
    if not level.is_scored and here.parent_id is not None:
        return "", ""
    return level.id, level.reporter(here.kind)
