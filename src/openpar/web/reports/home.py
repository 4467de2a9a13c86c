"""What waits on the first page: reports that fall due, came back, or wait to be signed or received."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.reports.periodic.calendar import reform_year
from openpar.reports.periodic.lateness import working_days
from openpar.reports.periodic.models import PeriodicReport, ReportRevision, RevisionState
from openpar.reports.periodic.permissions import (
    may_receive_reports,
    may_submit_report,
    organisations_reported_by,
)
from openpar.reports.periodic.queries.loading import asked_of
from openpar.reports.periodic.queries.owed import OwedReport, owed_in_year
from openpar.web.home.sections import Item, Section
from openpar.web.reports.common import due_words, state_pill

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section: what the own agencies owe now; for who receives, what was sent."""
    day = timezone.localdate(at)
    items = _owed(actor, day)
    if may_receive_reports(actor):
        items += _received(day)
    return (Section(_("Báo cáo cải cách hành chính"), tuple(items[:_MOST]), more=reverse("reports")),)


def _owed(actor: Actor, day: date) -> list[Item]:
    """Reports whose days are over, or that are begun, and that were not sent.

    Before anybody has reported here nobody is told of reports that fell due: nothing begins with a debt.
    """
    own = organisations_reported_by(actor)
    if not own or not PeriodicReport.objects.exists():
        return []
    found = [one for one in owed_in_year(own, reform_year(day)) if _is_open(one, day)]
    days = working_days()
    items = []
    for one in found:
        state, label = state_pill(one, day)
        if one.state is RevisionState.DRAFT and may_submit_report(actor, one.organisation_id, one.level):
            state, label = ("waiting", _("chờ ký gửi")) if not one.is_returned else (state, label)
        link = reverse("report", args=[one.report_id]) if one.report_id else _desk(one)
        note, _is_late = due_words(one, day, days)
        items.append(Item(one.asked.name, link, f"{one.name}: {note}", state, label, one.due_on))
    return items


def _is_open(one: OwedReport, day: date) -> bool:
    if one.newest is None:
        return one.asked.period.until_on < day
    return one.state is RevisionState.DRAFT


def _desk(one: OwedReport) -> str:
    return f"{reverse('reports')}?year={one.asked.year}&report={one.asked.report.code}"


def _received(day: date) -> list[Item]:
    """What was sent and waits for an answer."""
    rows = ReportRevision.objects.filter(state=RevisionState.SUBMITTED).select_related("report")
    found = list(rows.order_by("submitted_at")[:_MOST])
    names = names_on({one.report.organisation_id for one in found}, day)
    return [
        Item(
            asked_of(one.report).name,
            reverse("report", args=[one.report_id]),
            names.get(one.report.organisation_id, ""),
            "waiting",
            _("chờ tiếp nhận"),
        )
        for one in found
    ]
