"""What the pages of reports share: who may see, the report, its state and lateness in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.formats import days_left_words
from openpar.reports.periodic.calendar import reform_year
from openpar.reports.periodic.lateness import WorkingDays
from openpar.reports.periodic.models import ReportRevision, RevisionState
from openpar.reports.periodic.permissions import (
    may_answer_report,
    may_receive_reports,
    may_see_report,
    may_submit_report,
    may_write_report,
    organisations_reported_by,
    sees_all_reports,
)
from openpar.reports.periodic.queries.loading import authors_of
from openpar.reports.periodic.queries.owed import OwedReport, late_so_far
from openpar.reports.periodic.reading import ReportView, report_view
from openpar.web.http import AuthenticatedRequest, actor

PILLS: Mapping[RevisionState, str] = {
    RevisionState.DRAFT: "draft",
    RevisionState.SUBMITTED: "waiting",
    RevisionState.RETURNED: "bad",
    RevisionState.ACCEPTED: "done",
    RevisionState.LOCKED: "locked",
    RevisionState.REPLACED: "ended",
}
YEARS_BACK = 5


@dataclass(frozen=True)
class Rights:
    """What the person who asks may do with a report, whatever its state."""

    writes: bool
    submits: bool
    receives: bool
    answers: bool


def frame(request: AuthenticatedRequest, here: str) -> dict[str, object]:
    """The tabs of the subject. 404 for whoever has nothing to see here."""
    who = actor(request)
    if not (sees_all_reports(who) or organisations_reported_by(who)):
        raise Http404
    pages = [("reports", _("Báo cáo phải gửi"))]
    if sees_all_reports(who):
        pages += [("reports-board", _("Tổng hợp toàn tỉnh")), ("reports-levels", _("Theo cấp"))]
    return {"tabs": [(label, reverse(name), name == here, None) for name, label in pages]}


def visible_report(request: AuthenticatedRequest, report_id: int, number: int | None = None) -> ReportView:
    """The report; 404 for whoever may not see it."""
    view = report_view(report_id, number)
    if view is None or not may_see_report(actor(request), view.report.organisation_id):
        raise Http404
    return view


def own_draft(request: AuthenticatedRequest, report_id: int) -> ReportView:
    """The newest revision for somebody who writes it; 404 for everybody else."""
    view = visible_report(request, report_id)
    if not may_write_report(actor(request), view.report.organisation_id, view.report.level):
        raise Http404
    return view


def rights(who: Actor, view: ReportView) -> Rights:
    report, revision = view.report, view.revision
    receives = may_receive_reports(who)
    return Rights(
        writes=may_write_report(who, report.organisation_id, report.level),
        submits=may_submit_report(who, report.organisation_id, report.level),
        receives=receives,
        answers=receives and may_answer_report(who, authors_of(revision)),
    )


def asked_number(request: AuthenticatedRequest, name: str) -> int | None:
    """A whole number of the address or a form; None for anything else."""
    text = (request.POST if request.method == "POST" else request.GET).get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def asked_year(request: AuthenticatedRequest, today: date) -> int:
    """The reform year that is asked for; the one of today else."""
    year = asked_number(request, "year")
    usual = reform_year(today)
    return year if year is not None and usual - YEARS_BACK <= year <= usual + 1 else usual


def year_choices(today: date) -> list[tuple[int, str]]:
    usual = reform_year(today)
    return [(year, str(year)) for year in range(usual + 1, usual - YEARS_BACK - 1, -1)]


def state_pill(owed: OwedReport, today: date) -> tuple[str, str]:
    """Where a report stands, as state and word."""
    if owed.newest is None or owed.state is None:
        if today < owed.asked.period.from_on:
            return "empty", _("kỳ chưa bắt đầu")
        return ("bad", _("chưa lập, quá hạn")) if today > owed.due_on else ("empty", _("chưa lập"))
    if owed.is_returned and owed.in_force is None:
        return "bad", _("bị trả lại, đang lập lại")
    if owed.state is RevisionState.DRAFT and owed.in_force is not None:
        return "active", _("đã tiếp nhận, đang sửa đổi")
    return PILLS[owed.state], str(owed.state.label)


def due_words(owed: OwedReport, today: date, days: WorkingDays) -> tuple[str, bool]:
    """“còn 3 ngày”, “muộn 2 ngày làm việc”, “đúng hạn”; and whether it is late."""
    if owed.sent is not None:
        return sent_words(owed.sent)
    if today <= owed.due_on:
        return days_left_words(owed.due_on, today), False
    late = late_so_far(owed, today, days)
    return (_("quá hạn %d ngày làm việc") % late if late else _("quá hạn")), True


def sent_words(revision: ReportRevision) -> tuple[str, bool]:
    """How a revision that was sent stood to its due day."""
    if revision.due_on is None or revision.submitted_at is None:
        return "", False
    if timezone.localdate(revision.submitted_at) <= revision.due_on:
        return _("đúng hạn"), False
    if revision.working_days_late is None:
        return _("muộn"), True
    return _("muộn %d ngày làm việc") % revision.working_days_late, True
