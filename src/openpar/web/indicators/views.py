"""The list of indicators, one indicator with the values of agencies, and one value with all behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from openpar.base.facts.owners import QualityWarning, warnings_about
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.engine.periods import BadPeriod, Period
from openpar.parindex.assessments.queries.figures import is_shown_figure
from openpar.parindex.indicators.counting import Boards, span_of
from openpar.parindex.indicators.models import Indicator, IndicatorValue, IndicatorVersion
from openpar.parindex.indicators.permissions import (
    may_manage_indicators,
    may_read_indicators,
    may_read_values_of,
    may_report_for,
)
from openpar.parindex.indicators.queries import (
    AgencyValue,
    Recount,
    definition_of,
    figure_of_value,
    history_of_value,
    listed_indicators,
    recounted,
    values_by_agency,
    version_in,
    versions_of,
)
from openpar.parindex.indicators.registers import RegisterLine
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, today
from openpar.web.indicators.forms import EndForm, year_of
from openpar.web.indicators.lists import list_link
from openpar.web.indicators.shown import ShownFigure, shown


@page("GET")
def indicators(request: AuthenticatedRequest) -> HttpResponse:
    who, search = only(request, may_read_indicators), request.GET.get("q", "")
    context = {
        "rows": listed_indicators(today(), search=search),
        "search": search,
        "may_manage": may_manage_indicators(who),
    }
    return render(request, "indicators/indicators.html", context)


@page("GET")
def indicator(request: AuthenticatedRequest, code: str) -> HttpResponse:
    who = only(request, may_read_indicators)
    found = get_object_or_404(Indicator, code=code)
    return render(request, "indicators/indicator.html", indicator_context(request, found, who))


@dataclass(frozen=True)
class ValueLine:
    """One agency of the table of values."""

    name: str
    value: IndicatorValue | None
    kept: ShownFigure | None
    counted: ShownFigure | None
    has_changed: bool
    link: str


@dataclass(frozen=True)
class VersionLine:
    """One version of the definition as its card shows it."""

    row: IndicatorVersion
    is_valid: bool
    numerator: str
    denominator: str


def indicator_context(
    request: AuthenticatedRequest, found: Indicator, who: Actor, end_form: EndForm | None = None
) -> dict[str, Any]:
    """What the page of an indicator shows: its versions, and the values of the period asked for."""
    day = today()
    versions = versions_of(found)
    year, number = year_of(request.GET.get("year", ""), day), _number(request.GET.get("number", ""))
    measured = _measured(versions, found.code, year, number)
    during = measured[2] if measured else None
    lines: tuple[ValueLine, ...] = ()
    if measured:
        row, definition, during = measured
        lines = tuple(
            _value_line(one, list_link(definition, year, number, one.organisation_id, definition.counts))
            for one in values_by_agency(row, during, who, day)
        )
    newest = versions[-1]
    return {
        "indicator": found,
        "newest": newest,
        "versions": [_version_line(row, day) for row in reversed(versions)],
        "year": year,
        "number": number,
        "years": list(range(day.year - 4, day.year + 2)),
        "during": during,
        "measured": measured[0] if measured else None,
        "lines": lines,
        "changed_count": sum(line.has_changed for line in lines),
        "may_manage": may_manage_indicators(who),
        "may_report": any(may_report_for(who, one) for one in who.organisations()),
        "end_form": end_form or EndForm(),
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else 1


def _measured(
    versions: list[IndicatorVersion], code: str, year: int, number: int
) -> tuple[IndicatorVersion, Any, Period] | None:
    try:
        return version_in(versions, code, year, number)
    except BadPeriod:
        return None


def _version_line(row: IndicatorVersion, day: Any) -> VersionLine:
    return VersionLine(
        row=row,
        is_valid=row.valid_from <= day and (row.valid_until is None or day < row.valid_until),
        numerator=" + ".join(row.numerator),
        denominator=" + ".join(row.denominator),
    )


def _value_line(one: AgencyValue, link: str) -> ValueLine:
    return ValueLine(
        name=one.name,
        value=one.value,
        kept=shown(one.kept) if one.kept else None,
        counted=shown(one.counted) if one.counted else None,
        has_changed=one.has_changed,
        link=link,
    )


@dataclass(frozen=True)
class PartLine:
    """One count that was added up: its name, then and now, and the list behind it."""

    name: str
    then: int
    now: int | None
    link: str

    @property
    def has_changed(self) -> bool:
        return self.now is not None and self.now != self.then


@page("GET")
def value(request: AuthenticatedRequest, value_id: int) -> HttpResponse:
    who = actor(request)
    rows = IndicatorValue.objects.select_related(
        "version__indicator", "taken_by", "document", "batch", "organisation"
    )
    found = get_object_or_404(rows, pk=value_id)
    if not may_read_values_of(who, found.organisation_id) and not is_shown_figure(
        who.person_id, found.pk, now()
    ):
        raise Http404
    boards = Boards(found.tree_on) if found.tree_on else None
    recount = recounted(found, boards, today=today())
    context = {
        "value": found,
        "version": found.version,
        "code": found.version.indicator.code,
        "unit": names_on([found.organisation_id], found.until_on).get(found.organisation_id, ""),
        "figure": shown(figure_of_value(found)),
        "now_figure": shown(recount.now) if recount else None,
        "recount": recount,
        "parts_of": _parts(found, recount),
        "lines_of": _lines(found, recount),
        "warnings": _warnings(found, boards),
        "history": [(row, shown(figure_of_value(row))) for row in history_of_value(found)],
    }
    return render(request, "indicators/value.html", context)


@dataclass(frozen=True)
class ListedLine:
    """One line of a register behind a value: what it counted for then, and now; None: it was not there."""

    label: str
    link: str
    then: str | None
    now: str | None


def _lines(found: IndicatorValue, recount: Recount | None) -> list[ListedLine]:
    """The lines that were counted and those counted now, each once; what is above the line comes first."""
    if recount is None:
        return []
    above = frozenset(found.version.numerator)
    then = {line.key: line for line in recount.lines_then}
    now = {line.key: line for line in recount.lines_now}
    lines = [
        ListedLine(line.label, line.link, _counted_as(then.get(key), above), _counted_as(now.get(key), above))
        for key, line in {**then, **now}.items()
    ]
    return sorted(lines, key=lambda line: (line.then == line.now, line.label))


def _counted_as(line: RegisterLine | None, above: frozenset[str]) -> str | None:
    if line is None:
        return None
    is_above = any(line.counts.get(name) for name in above)
    return _("tử số và mẫu số") if is_above else _("chỉ mẫu số")


def _parts(found: IndicatorValue, recount: Recount | None) -> list[PartLine]:
    if recount is None:
        return []
    definition = definition_of(found.version)
    return [
        PartLine(
            name=name,
            then=then,
            now=recount.parts_now.get(name),
            link=list_link(definition, found.year, found.number, found.organisation_id, (name,)),
        )
        for name, then in recount.parts_then.items()
    ]


def _warnings(found: IndicatorValue, boards: Boards | None) -> tuple[QualityWarning, ...]:
    definition = definition_of(found.version)
    if boards is None or boards.lacks(definition):
        return ()
    span = span_of(definition, definition.period(found.year, found.number))
    return warnings_about(boards.of(span).facts_behind(found.organisation_id))
