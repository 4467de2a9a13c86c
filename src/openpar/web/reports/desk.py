"""The desk: which reports are owed by whom, how they stand, how late they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reports.periodic.actions.opening import open_report
from openpar.reports.periodic.calendar import PROVINCE, Asked, report_calendar
from openpar.reports.periodic.lateness import WorkingDays, working_days
from openpar.reports.periodic.models import ReportLock
from openpar.reports.periodic.permissions import (
    may_write_report,
    organisations_reported_by,
    sees_all_reports,
)
from openpar.reports.periodic.queries.owed import OwedReport, owed_by, owed_in_year
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, today
from openpar.web.reports.common import (
    asked_number,
    asked_year,
    due_words,
    frame,
    state_pill,
    year_choices,
)

_PAGE = "reports/desk.html"


@dataclass(frozen=True)
class Row:
    """One report of the list, its values prepared."""

    owed: OwedReport
    title: str
    note: str
    pill: tuple[str, str]
    due: str
    is_late: bool
    may_open: bool


@page("GET")
def desk(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, _PAGE, _context(request))


def _context(request: AuthenticatedRequest) -> dict[str, object]:
    who, day = actor(request), today()
    base = frame(request, "reports")
    year = asked_year(request, day)
    context: dict[str, object] = {
        **base,
        "year": year,
        "years": year_choices(day),
        "address": reverse("reports"),
        "sees_all": sees_all_reports(who),
    }
    days = working_days()
    own = organisations_reported_by(who)
    mine = owed_in_year(own, year)
    several = len({one.organisation_id for one in mine}) > 1
    context["mine"] = [_row(one, who, day, days, by_agency=several) for one in mine]
    if sees_all_reports(who):
        context |= _of_province(request, who, year, days)
    return context


def _of_province(
    request: AuthenticatedRequest, who: Actor, year: int, days: WorkingDays
) -> dict[str, object]:
    """One report of the year of everybody who owes it, first those who wait or are late."""
    day = today()
    reports = report_calendar().reports_of(year)
    asked = next((one for one in reports if one.report.code == request.GET.get("report")), None)
    asked = asked or _usual(reports, day)
    if asked is None:
        return {"reports": [], "asked": None, "rows": [], "slice": None, "owed": 0, "sent": 0, "late": 0}
    owed = [one for level in asked.version.levels for one in owed_by(asked, level.id)]
    state = request.GET.get("state", "")
    rows = [_row(one, who, day, days, by_agency=True) for one in owed]
    # The report of the province itself stands in the list, and is none of those that it is made from.
    units = [row for row in rows if row.owed.level != PROVINCE]
    shown = [row for row in rows if _is_asked(row, state)]
    found = slice_of(request, shown)
    return {
        "reports": [(one.report.code, one.name) for one in reports],
        "asked": asked,
        "rows": found.items,
        "slice": found,
        "state": state,
        "owed": len(units),
        "sent": sum(row.owed.sent is not None for row in units),
        "late": sum(row.is_late for row in units),
        "waiting": sum(row.owed.state == "SUBMITTED" for row in units),
        "lock": ReportLock.objects.filter(code=asked.report.code, year=year).first(),
        "levels": {level.id: level.name for level in asked.version.levels},
    }


def _usual(reports: tuple[Asked, ...], day: date) -> Asked | None:
    """The report whose days ended last, else the first of the year."""
    over = [one for one in reports if one.period.until_on < day]
    return over[-1] if over else reports[0] if reports else None


def _is_asked(row: Row, state: str) -> bool:
    if state == "late":
        return row.is_late
    if state == "waiting":
        return row.owed.state == "SUBMITTED"
    return state != "missing" or row.owed.sent is None


def _row(one: OwedReport, who: Actor, day: date, days: WorkingDays, *, by_agency: bool) -> Row:
    due, is_late = due_words(one, day, days)
    may_open = (
        one.report_id is None
        and day >= one.asked.period.from_on
        and may_write_report(who, one.organisation_id, one.level)
    )
    title, note = (one.name, one.asked.name) if by_agency else (one.asked.name, one.name)
    return Row(one, title, note, state_pill(one, day), due, is_late, may_open)


@page("POST")
def open_new(request: AuthenticatedRequest) -> HttpResponse:
    """Begins a report with what the product knows; one that is there already is opened."""
    who = actor(request)
    organisation, year = asked_number(request, "organisation"), asked_number(request, "year")
    asked = report_calendar().asked(request.POST.get("report", "")[:20], year or 0)
    if organisation is None or asked is None:
        raise Http404
    if not any(may_write_report(who, organisation, level.id) for level in asked.version.levels):
        raise Http404
    try:
        report = open_report(
            by=who, at=now(), organisation_id=organisation, code=asked.report.code, year=asked.year
        )
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request))
    return redirect("report", report.pk)
