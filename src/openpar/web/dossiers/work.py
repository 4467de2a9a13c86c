"""The live board of the one-stop, and the lists behind its counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from openpar.base.calendars.queries import CalendarMissing
from openpar.common.text import sort_key
from openpar.delivery.dossiers.models import OpenDossier
from openpar.delivery.dossiers.queries.lists import procedure_names
from openpar.delivery.dossiers.queries.live import Today, Work, work_by_agency, work_counts, work_list
from openpar.web.components.paging import slice_of
from openpar.web.dossiers.common import agency_choices, frame, names_of, narrowed, seen_agencies, work_days
from openpar.web.dossiers.words import WORKS, channel_word, status_word
from openpar.web.http import AuthenticatedRequest, page, refused, today
from openpar.web.procedures.common import asked_number


@dataclass(frozen=True)
class Figure:
    """One count of the board, which leads to its list."""

    label: str
    note: str
    count: int
    link: str
    is_bad: bool


@dataclass(frozen=True)
class AgencyWork:
    """One agency: its counts in the order of WORKS, each with its list."""

    name: str
    cells: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class OpenRow:
    """One open dossier of a list."""

    code: str
    link: str
    agency: str
    procedure: str
    channel: str
    status: str
    received_on: date
    original_due_on: date | None
    due_on: date | None
    apologise_by: date | None
    apologised_on: date | None
    new_due_on: date | None


_BAD = frozenset({Work.OVERDUE, Work.LATE_WITHOUT_APOLOGY})


@page("GET")
def board(request: AuthenticatedRequest) -> HttpResponse:
    organisations = narrowed(request)
    try:
        days = work_days(today())
    except CalendarMissing as missing:
        return refused(request, missing)
    agency = asked_number(request, "agency")
    ending = f"?agency={agency}" if agency else ""
    counts = work_counts(days, organisations=organisations)
    figures = [
        Figure(
            str(label),
            str(note),
            counts[work],
            reverse("dossiers-work", args=[work.value]) + ending,
            work in _BAD and counts[work] > 0,
        )
        for work, (label, note) in WORKS.items()
    ]
    context = {
        **frame(request, "dossiers-board"),
        "days": days,
        "figures": figures,
        "agency": agency,
        "agencies": agency_choices(seen_agencies(request), agency),
        "rows": _agencies(days, organisations),
        "works": [str(label) for label, _note in WORKS.values()],
    }
    return render(request, "dossiers/board.html", context)


def _agencies(days: Today, organisations: frozenset[int] | None) -> list[AgencyWork]:
    """Agencies with something to do, those with most overdue first."""
    found = {
        agency: counts
        for agency, counts in work_by_agency(days).items()
        if (organisations is None or agency in organisations) and any(counts.values())
    }
    names, links = names_of(found), {work: reverse("dossiers-work", args=[work.value]) for work in WORKS}
    order = sorted(found, key=lambda agency: (-found[agency][Work.OVERDUE], sort_key(names.get(agency, ""))))
    return [
        AgencyWork(
            names.get(agency, str(agency)),
            tuple((found[agency][work], f"{links[work]}?agency={agency}") for work in WORKS),
        )
        for agency in order
    ]


@page("GET")
def work_page(request: AuthenticatedRequest, work: str) -> HttpResponse:
    if work not in [one.value for one in Work]:
        raise Http404
    chosen, organisations, agency = Work(work), narrowed(request), asked_number(request, "agency")
    try:
        days = work_days(_asked_day(request))
    except CalendarMissing as missing:
        return refused(request, missing)
    found = slice_of(request, work_list(chosen, days, organisations=organisations))
    label, note = WORKS[chosen]
    context = {
        **frame(request, "dossiers-board"),
        "title": label,
        "note": note,
        "days": days,
        "slice": found,
        "rows": _rows(list(found.items)),
        "agency": agency,
        "agencies": agency_choices(seen_agencies(request), agency),
    }
    return render(request, "dossiers/work.html", context)


def _asked_day(request: AuthenticatedRequest) -> date:
    """The day of a message that leads here (`on`), today for everything else."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


def _rows(dossiers: list[OpenDossier]) -> list[OpenRow]:
    names = names_of({one.organisation_id for one in dossiers})
    procedures = procedure_names({one.procedure for one in dossiers})
    return [
        OpenRow(
            code=one.dossier,
            link=reverse("dossier", args=[one.dossier]),
            agency=names.get(one.organisation_id, ""),
            procedure=procedures.get(one.procedure, one.procedure),
            channel=channel_word(one.channel),
            status=status_word(one.status),
            received_on=one.received_on,
            original_due_on=one.original_due_on,
            due_on=one.due_on,
            apologise_by=one.apologise_by,
            apologised_on=one.apologised_on,
            new_due_on=one.new_due_on,
        )
        for one in dossiers
    ]
