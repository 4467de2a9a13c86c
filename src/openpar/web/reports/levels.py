"""The figures of a period level by level: the province, kinds of agencies, areas with what lies below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.engine.report_lines import Kind, Line, OverAgencies, Value, own_value
from openpar.reform.fields import field_name
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.permissions import sees_all_reports
from openpar.reports.periodic.queries.levels import Levels, Part, levels_of
from openpar.reports.periodic.queries.rollup import Reporter
from openpar.reports.periodic.wording import difference, parts_words, value_words
from openpar.web.http import AuthenticatedRequest, only, page, today
from openpar.web.reports.board import asked_report
from openpar.web.reports.common import asked_year, frame, year_choices
from openpar.web.reports.shown import ShownBefore


@dataclass(frozen=True)
class LevelRow:
    """One line: the sum from below, what the level above reported with the difference, and the parts."""

    code: str
    name: str
    note: str
    summed: str
    own: ShownBefore
    parts: tuple[str, ...]
    known: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class AreaRow:
    """One area: how many report to it, and in how many lines its own report says something else."""

    name: str
    link: str
    reported: int
    owed: int
    has_own: bool
    differing: int


@page("GET")
def levels(request: AuthenticatedRequest) -> HttpResponse:
    only(request, sees_all_reports)
    year = asked_year(request, today())
    reports = report_calendar().reports_of(year)
    asked = asked_report(request, reports)
    found = levels_of(asked) if asked is not None else None
    context: dict[str, object] = {
        **frame(request, "reports-levels"),
        "year": year,
        "years": year_choices(today()),
        "reports": [(one.report.code, one.name) for one in reports],
        "asked": asked,
        "found": found,
        "area": None,
    }
    if asked is not None and found is not None:
        area = next((one for one in found.areas if one.key == request.GET.get("area")), None)
        context |= {
            "groups": _whole_rows(found) if area is None else _area_rows(found, area),
            "columns": [] if area is not None else [(part.name, _count(part)) for part in found.kinds],
            "areas": [_area(asked, found, one) for one in found.areas],
            "area": area,
            "has_own": (found.province if area is None else area.own) is not None,
            "whole_link": _link(asked),
        }
    return render(request, "reports/levels.html", context)


def _count(part: Part) -> str:
    """“98/124”: the reports that count, of those that are owed."""
    return f"{len(part.reporters)}/{len(part.reporters) + len(part.missing)}"


def _link(asked: Asked, **more: str) -> str:
    query = urlencode({"report": asked.report.code, "year": str(asked.year), **more})
    return f"{reverse('reports-levels')}?{query}"


def _whole_rows(found: Levels) -> list[tuple[str, list[LevelRow]]]:
    """Every line of the province, with the kinds of agencies that it is made up from."""
    rows = []
    for one in found.whole.lines:
        values = tuple(_words(one.line, part.value(one.line)) for part in found.kinds)
        rows.append(
            (one.line, _row(one.line, one.value, found.province, values, one.put.known, one.put.missing))
        )
    return _by_field(found, rows)


def _area_rows(found: Levels, area: Part) -> list[tuple[str, list[LevelRow]]]:
    """Every line of an area: what lies below it put together, beside its own report."""
    rows = []
    for one in found.whole.lines:
        put = area.put(one.line)
        rows.append((one.line, _row(one.line, area.value(one.line), area.own, (), put.known, put.missing)))
    return _by_field(found, rows)


def _by_field(found: Levels, rows: list[tuple[Line, LevelRow]]) -> list[tuple[str, list[LevelRow]]]:
    day = found.whole.asked.period.until_on
    groups: dict[str, list[LevelRow]] = {}
    for line, row in rows:
        groups.setdefault(field_name(line.field, day), []).append(row)
    return list(groups.items())


def _row(
    line: Line,
    summed: Value,
    own: Reporter | None,
    parts: tuple[str, ...],
    known: int,
    missing: tuple[str, ...],
) -> LevelRow:
    return LevelRow(
        code=line.code,
        name=line.name,
        note=parts_words(line),
        summed=_words(line, summed),
        own=_own(line, summed, own),
        parts=parts,
        known=known,
        missing=missing,
    )


def _own(line: Line, summed: Value, own: Reporter | None) -> ShownBefore:
    if own is None:
        return ShownBefore("", None, "")
    value = own_value(line, own.values)
    unit = _("điểm %") if line.kind is Kind.RATIO else ""
    return ShownBefore(value_words(line, value), difference(line, value, summed), unit)


def _words(line: Line, value: Value) -> str:
    return _("không cộng") if line.over_agencies is OverAgencies.OWN else value_words(line, value)


def _area(asked: Asked, found: Levels, area: Part) -> AreaRow:
    own: Mapping[str, Value] = area.own.values if area.own is not None else {}
    differing = 0
    for one in found.whole.lines:
        if one.line.is_derived:
            continue
        said, summed = own_value(one.line, own), area.value(one.line)
        differing += not said.is_blank and not summed.is_blank and said != summed
    owed = len(area.reporters) + len(area.missing)
    link = f"{_link(asked, area=area.key)}#lines"
    return AreaRow(area.name, link, len(area.reporters), owed, area.own is not None, differing)
