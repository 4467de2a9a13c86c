"""The overview of all registers, the board of one, the same as a workbook, and lapses made findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.common.formats import format_decimal
from openpar.reform.monitors.actions.lapses import find_lapses
from openpar.reform.monitors.permissions import agencies_entered_by, may_find_lapses, sees_all_monitors
from openpar.reform.monitors.queries.boards import Asked, BoardLine, board
from openpar.reform.monitors.queries.figures import MonitorFigure, figures_by_agency
from openpar.reform.monitors.registers import REGISTERS, PeriodOf, Register
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, now, only, page, refused, say, today
from openpar.web.monitors.common import (
    asked_of,
    during_of,
    only_readers,
    period_query,
    period_words,
    register_named,
    seen_by,
    tabs,
    years,
)
from openpar.web.monitors.exports import board_workbook
from openpar.web.monitors.rows import LAPSED, SILENT, chosen_lines, row_of
from openpar.web.procedures.listing import workbook_answer

_TEMPLATE = "monitors/board.html"


@dataclass(frozen=True)
class Summed:
    """A figure of all agencies on the board: sums of those that are known, and of how many they are."""

    title: str
    figure: str
    note: str


@dataclass(frozen=True)
class Overview:
    """One register on the overview."""

    register: Register
    period: str
    told: int
    silent: int
    lapsed: int
    pills: tuple[tuple[str, str, int], ...]


@page("GET")
def overview(request: AuthenticatedRequest) -> HttpResponse:
    who = only_readers(request)
    context = {
        "tabs": tabs(""),
        "address": reverse("monitors"),
        "sees_all": sees_all_monitors(who),
        "rows": [_overview(one, who) for one in REGISTERS.values()],
    }
    return render(request, "monitors/monitors.html", context)


def _overview(register: Register, who: Actor) -> Overview:
    asked = asked_of(register, QueryDict(), today())
    lines = board(register, asked, seen_by(who))
    counted: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.standing is not None:
            key = (line.standing.pill, line.standing.label)
            counted[key] = counted.get(key, 0) + 1
    return Overview(
        register=register,
        period=period_words(register, asked),
        told=len({line.organisation_id for line in lines if line.entry}),
        silent=sum(line.entry is None for line in lines),
        lapsed=len({line.organisation_id for line in lines if line.has_lapsed}),
        pills=tuple((pill, label, count) for (pill, label), count in counted.items()),
    )


@page("GET")
def register_board(request: AuthenticatedRequest, register: str) -> HttpResponse:
    who, found = only_readers(request), register_named(register)
    return render(request, _TEMPLATE, _context(request, who, found))


def _context(request: AuthenticatedRequest, who: Actor, register: Register) -> dict[str, object]:
    asked = asked_of(register, request.GET, today())
    lines = board(register, asked, seen_by(who))
    state, search = request.GET.get("state", ""), request.GET.get("q", "")[:200]
    chosen = chosen_lines(lines, state, search)
    found = slice_of(request, chosen)
    states = {line.standing.state: line.standing.label for line in lines if line.standing}
    lapsed = {line.organisation_id for line in lines if line.has_lapsed}
    own = agencies_entered_by(who)
    return {
        "tabs": tabs(register.key),
        "register": register,
        "address": reverse("monitor", args=[register.key]),
        "asked": asked,
        "period": period_words(register, asked),
        "period_query": period_query(register, asked),
        "has_year": register.period is not PeriodOf.NONE,
        "has_quarter": register.period is PeriodOf.QUARTER,
        "years": years(today()),
        "quarters": [(str(one), _("Quý %s") % word) for one, word in enumerate(("I", "II", "III", "IV"), 1)],
        "states": [(LAPSED, _("Có vướng mắc")), (SILENT, _("Chưa nhập")), *states.items()],
        "state": state,
        "search": search,
        "query": request.GET.urlencode(),
        "slice": found,
        "rows": [row_of(register, line) for line in found.items],
        "agencies": len({line.organisation_id for line in lines}),
        "silent": sum(line.entry is None for line in lines),
        "lapsed": len(lapsed),
        "sums": _sums(register, asked, lines),
        "sees_all": sees_all_monitors(who),
        "own": sorted(own & {line.organisation_id for line in lines}),
        "may_find": may_find_lapses(who) and bool(lapsed),
        "source": register.law(asked.on).source,
    }


def _sums(register: Register, asked: Asked, lines: Sequence[BoardLine]) -> list[Summed]:
    """The figures of the register over the agencies of the board that told them."""
    agencies = sorted({line.organisation_id for line in lines if line.entry})
    if not agencies:
        return []
    during = during_of(register, asked)
    by_agency = figures_by_agency(agencies, during, register=register.key, carried_on=asked.on)
    columns = zip(*by_agency.values(), strict=True)
    return [_summed(column, len({line.organisation_id for line in lines})) for column in columns]


def _summed(column: Sequence[MonitorFigure], agencies: int) -> Summed:
    known = [one for one in column if one.is_known]
    above = sum(one.numerator or 0 for one in known)
    below = sum(one.denominator or 0 for one in known)
    outside = sum(one.outside or 0 for one in column)
    note = _("%(n)d/%(of)d đơn vị có số liệu") % {"n": len(known), "of": agencies}
    if outside:
        note = _("%(note)s; mật: %(n)s, không tính") % {"note": note, "n": format_decimal(outside)}
    figure = (
        format_decimal(above) if column[0].is_count else f"{format_decimal(above)} / {format_decimal(below)}"
    )
    return Summed(column[0].title, figure if known else "—", note)


@page("GET")
def export(request: AuthenticatedRequest, register: str) -> HttpResponse:
    who, found = only_readers(request), register_named(register)
    asked = asked_of(found, request.GET, today())
    with translation.override("vi"):
        lines = board(found, asked, seen_by(who))
        chosen = chosen_lines(lines, request.GET.get("state", ""), request.GET.get("q", "")[:200])
        content = board_workbook(found, [row_of(found, line) for line in chosen], period_words(found, asked))
    return workbook_answer(content, f"theo-doi-{register.replace('_', '-')}-{asked.on:%Y-%m-%d}.xlsx")


@page("POST")
def find(request: AuthenticatedRequest, register: str) -> HttpResponse:
    """What lapsed by today becomes findings, where the taxonomy has a code for it."""
    who, found = only(request, may_find_lapses), register_named(register)
    asked = asked_of(found, request.POST, today())
    try:
        made = find_lapses(register=found.key, asked=asked, by=who, at=now())
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=_context(request, who, found))
    words = ngettext("Đã lập %d tồn tại.", "Đã lập %d tồn tại.", len(made))
    say(request, words % len(made) if made else _("Không có tồn tại nào cần lập thêm."))
    query = period_query(found, asked)
    return redirect(reverse("monitor", args=[found.key]) + (f"?{query}" if query else ""))
