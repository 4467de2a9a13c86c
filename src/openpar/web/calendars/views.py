"""A year at a glance with its sources, the office hours, and a due date worked out with its reasoning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from openpar.base.calendars.actions.years import EARLIEST, LATEST
from openpar.base.calendars.models import HoursVersion, Stage, YearVersion
from openpar.base.calendars.permissions import may_manage_calendars
from openpar.base.calendars.queries import (
    YearLine,
    hours_in_force,
    undecided_years,
    work_calendar,
    year_versions,
    years_known,
)
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap, Refused
from openpar.engine.workdays import InvalidDeadline, Limit, Pause, PauseKind, Unit, reasoning, reckon, refusal
from openpar.web.calendars.forms import DeadlineForm
from openpar.web.calendars.shown import MARKS, shown_year
from openpar.web.http import AuthenticatedRequest, actor, form_refused, page, today

_TEMPLATE = "calendars/calendars.html"


@dataclass(frozen=True)
class ShownHours:
    """A row of office hours with the name of its place."""

    row: HoursVersion
    place: str
    edition: int


@page("GET")
def calendars(request: AuthenticatedRequest) -> HttpResponse:
    day, may_manage = today(), may_manage_calendars(actor(request))
    known = years_known()
    year = _asked_year(request, day)
    versions = [each for each in year_versions(year) if may_manage or each.stage is not Stage.DRAFT]
    line = _asked_version(request, versions)
    version = YearVersion.objects.prefetch_related("days").get(pk=line.id) if line else None
    hours = shown_hours(day)
    form = DeadlineForm(request.GET if "received" in request.GET else None, places=_places(hours))
    context: dict[str, object] = {
        "year": year,
        "years": sorted({*known, day.year, day.year + 1}),
        "line": line,
        "shown": shown_year(version, day) if version else None,
        "versions": versions,
        "marks": [(mark.style, mark.letter, mark.word) for mark in MARKS.values()],
        "hours": hours,
        "may_manage": may_manage,
        "has_draft": any(each.stage is Stage.DRAFT for each in versions),
        "is_empty": not known,
        # What the shown year itself lacks, is said where it is shown.
        "undecided": [each for each in undecided_years(day) if each.year != year] if known else [],
        "form": form,
        "due": None,
    }
    gaps: tuple[Gap, ...] = ()
    if form.is_bound:
        try:
            context["due"] = _worked_out(form)
        except Refused as error:
            gaps = error.gaps
    if gaps:
        context["refused_gaps"] = gaps
    return render(request, _TEMPLATE, context, status=422 if gaps else 200)


def shown_hours(day: date) -> list[ShownHours]:
    """Every row of office hours, the newest first."""
    rows = list(hours_in_force())
    names = names_on([row.organisation_id for row in rows if row.organisation_id], day)
    return [
        ShownHours(
            row=row,
            place=names.get(row.organisation_id, "") if row.organisation_id else _("Giờ chung"),
            edition=row.edition.number,
        )
        for row in reversed(rows)
    ]


def _asked_year(request: AuthenticatedRequest, day: date) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else day.year
    return year if EARLIEST <= year <= LATEST else day.year


def _asked_version(request: AuthenticatedRequest, versions: list[YearLine]) -> YearLine | None:
    """The version asked for; else the one that counts, else the newest that may be seen."""
    asked = request.GET.get("version", "")
    if asked:
        found = [each for each in versions if str(each.number) == asked]
        if not found:
            raise Http404
        return found[0]
    return next((each for each in versions if each.is_current), versions[0] if versions else None)


def _places(hours: list[ShownHours]) -> list[tuple[int, str]]:
    """Organisations with office hours of their own."""
    found = {each.row.organisation_id: each.place for each in hours if each.row.organisation_id}
    return sorted(((pk, name) for pk, name in found.items() if pk), key=lambda place: place[1])


@dataclass(frozen=True)
class WorkedOut:
    """A due moment in words, and the reasoning."""

    due: str
    sentences: tuple[str, ...]


def _worked_out(form: DeadlineForm) -> WorkedOut:
    """The due date that was asked for. Raises Refused."""
    if not form.is_valid():
        raise form_refused(form)
    given = form.cleaned_data
    calendar = work_calendar(organisation_id=given["hours_of"], on=today())
    pauses = []
    if given["begins"] is not None:
        pauses = [Pause(given["begins"], given["ends"], PauseKind(given["kind"] or PauseKind.STOPS))]
    try:
        deadline = reckon(
            calendar, given["received"], Limit(given["limit"] or 1, Unit(given["unit"])), pauses
        )
    except InvalidDeadline as invalid:
        raise Refused([Gap("", sentence) for sentence in refusal(invalid, _)]) from invalid
    sentences = reasoning(deadline, _)
    at = deadline.due_at
    return WorkedOut(_("%(time)s ngày %(day)s") % {"time": f"{at:%H:%M}", "day": f"{at:%d/%m/%Y}"}, sentences)
