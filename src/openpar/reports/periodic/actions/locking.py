"""The cut-off of a period: from then on its figures stay, whatever is corrected later."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reports.periodic.calendar import report_calendar
from openpar.reports.periodic.errors import ReportRefused
from openpar.reports.periodic.lateness import working_days
from openpar.reports.periodic.models import ReportLock, ReportRevision, RevisionState
from openpar.reports.periodic.permissions import may_receive_reports
from openpar.reports.periodic.queries.owed import organisations_owing


def lock_period(*, by: Actor, at: datetime, code: str, year: int, level: str) -> ReportLock:
    """What was accepted until now is what counts of the period; who had nothing accepted is kept by name.

    Raises ReportRefused before the due day, with reports that wait for an answer, and for a second cut-off.
    """
    with write_transaction():
        if not may_receive_reports(by):
            raise ReportRefused(not_allowed(by, _("Sở Nội vụ chốt số liệu của kỳ")))
        gaps = lock_gaps(code, year, level, at)
        if gaps:
            raise ReportRefused(gaps)
        asked = report_calendar().asked(code, year)
        assert asked is not None
        accepted = ReportRevision.objects.select_for_update(of=("self",)).filter(
            report__code=code, report__year=year, report__level=level, state=RevisionState.ACCEPTED
        )
        rows = list(accepted.select_related("report"))
        sent = {row.report.organisation_id for row in rows}
        owing = organisations_owing(asked, level)
        lock = ReportLock.objects.create(
            code=code,
            year=year,
            level=level,
            by_id=by.id,
            at=at,
            missing=sorted(one for one in owing if one not in sent),
        )
        for row in rows:
            row.state, row.lock = RevisionState.LOCKED, lock
        ReportRevision.objects.bulk_update(rows, ["state", "lock"])
        record(
            by=by,
            at=at,
            verb="report.locked",
            object=f"report_lock:{lock.pk}",
            about=f"report_lock:{lock.pk}",
            label=asked.words,
            after={"reports": len(rows), "missing": [owing[one] for one in lock.missing]},
        )
        return lock


def lock_gaps(code: str, year: int, level: str, at: datetime) -> list[Gap]:
    """What keeps a period from being cut off; the page asks the same."""
    asked = report_calendar().asked(code, year)
    found = asked.version.level(level) if asked else None
    if asked is None or found is None:
        return [Gap(_("Kỳ báo cáo"), _("không có kỳ báo cáo này"), code="no-report")]
    if ReportLock.objects.filter(code=code, year=year, level=level).exists():
        return [Gap("", _("số liệu của kỳ này đã chốt"), code="already-locked")]
    gaps = []
    due_on = working_days().due_on(asked, level)
    if timezone.localdate(at) < due_on:
        what = _("chưa hết hạn gửi: %s") % format_date(due_on)
        gaps.append(Gap(_("Chốt số liệu"), what, _("Chốt từ ngày hết hạn"), code="not-due"))
    waiting = ReportRevision.objects.filter(
        report__code=code, report__year=year, report__level=level, state=RevisionState.SUBMITTED
    ).count()
    if waiting:
        what = _("%d báo cáo chờ tiếp nhận") % waiting
        gaps.append(Gap(_("Chốt số liệu"), what, _("Tiếp nhận hoặc trả lại trước"), code="waiting"))
    return gaps
