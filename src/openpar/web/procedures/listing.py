"""The catalogue as a list, and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from openpar.common.errors import Gap
from openpar.delivery.procedures.exports import catalogue_workbook, template_workbook
from openpar.delivery.procedures.models import ProcedureVersion
from openpar.delivery.procedures.queries.counting import COLUMNS, levels_counted, versions_counted
from openpar.delivery.procedures.queries.listing import (
    Asked,
    ListLine,
    State,
    lines_of,
    sectors,
    versions_asked,
)
from openpar.delivery.procedures.words import Level, OnlineLevel
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, asked_day, page
from openpar.web.procedures.common import agencies_of_day, asked_number, frame
from openpar.web.procedures.words import levels_words, limits_words, online_pill, state_choices

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LEVELS = (OnlineLevel.FULL, OnlineLevel.PARTIAL, OnlineLevel.INFORMATION)


@dataclass(frozen=True)
class Row:
    """One procedure of the list, its values prepared."""

    id: int
    code: str
    name: str
    sector: str
    levels: str
    agency: str
    more_agencies: int
    limit: str
    online: tuple[str, str]
    at_one_stop: bool
    is_sample: bool


def asked_of(request: AuthenticatedRequest) -> tuple[Asked, tuple[Gap, ...]]:
    """What the address asks for; a word that is none of a list asks for nothing."""
    day, gaps = asked_day(request)
    level, online = request.GET.get("level", ""), request.GET.get("online", "")
    state = request.GET.get("state", "")
    return (
        Asked(
            day=day,
            search=request.GET.get("q", "").strip()[:200],
            sector_id=asked_number(request, "sector"),
            level=Level(level) if level in Level.values else None,
            online=OnlineLevel(online) if online in _LEVELS else None,
            organisation_id=asked_number(request, "agency"),
            state=State(state) if state in State.values else State.IN_FORCE,
        ),
        gaps,
    )


def _chosen(request: AuthenticatedRequest, asked: Asked) -> QuerySet[ProcedureVersion]:
    """What the address asks for; of what a column of form II.07b counts for an agency, where it names one."""
    found, agency = versions_asked(asked), asked_number(request, "led_by")
    column = request.GET.get("column", "")
    if agency is None or column not in COLUMNS:
        return found
    return found.filter(pk__in=versions_counted(asked.day, column, agency))


@page("GET")
def procedures(request: AuthenticatedRequest) -> HttpResponse:
    asked, gaps = asked_of(request)
    found = slice_of(request, _chosen(request, asked))
    lines = lines_of(found.items, asked.day, organisation_id=asked.organisation_id)
    # A total of form II.07b adds up the levels: a procedure counts once for each of its own.
    by_level = levels_counted(_chosen(request, asked)) if request.GET.get("by_level") == "1" else None
    context: dict[str, object] = {
        **frame(request, "procedures"),
        "asked": asked,
        "is_narrowed": any(
            request.GET.get(name) for name in ("q", "sector", "level", "online", "agency", "state", "led_by")
        ),
        "kept": {
            name: given for name in ("led_by", "column", "by_level") if (given := request.GET.get(name))
        },
        "said": asked_number(request, "said"),
        "by_level": by_level,
        "counted": found.total if by_level is None else by_level,
        "slice": found,
        "rows": [_row(line, asked.day) for line in lines],
        "sectors": sectors(),
        "agencies": agencies_of_day(asked.day),
        "levels": Level.choices,
        "online_levels": [(level.value, level.label) for level in _LEVELS],
        "states": state_choices(),
        "address": reverse("procedures"),
        "query": request.GET.urlencode(),
    }
    if gaps:
        context["refused_gaps"] = gaps
    return render(request, "procedures/procedures.html", context, status=422 if gaps else 200)


def _row(line: ListLine, day: date) -> Row:
    version = line.version
    return Row(
        id=version.procedure_id,
        code=version.procedure.full_code,
        name=version.name,
        sector=version.sector.name,
        levels=levels_words(version.levels),
        agency=line.agencies[0].name if line.agencies else "",
        more_agencies=max(len(line.agencies) - 1, 0),
        limit=limits_words(line.terms),
        online=online_pill(line.provision.online_level if line.provision else None),
        at_one_stop=bool(line.provision and line.provision.at_one_stop),
        is_sample=version.procedure.is_sample,
    )


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    """What the list shows, all pages of it, as a workbook that can be brought in again."""
    asked, _gaps = asked_of(request)
    ids = _chosen(request, asked).values_list("pk", flat=True)
    return workbook_answer(catalogue_workbook(ids), f"thu-tuc-hanh-chinh-{asked.day:%Y-%m-%d}.xlsx")


@page("GET")
def template(request: AuthenticatedRequest) -> HttpResponse:
    """The empty workbook to fill in."""
    return workbook_answer(template_workbook(), "mau-nhap-thu-tuc.xlsx")


def workbook_answer(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
