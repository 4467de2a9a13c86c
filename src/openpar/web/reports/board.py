"""The roll-up of the province: every line put together, down to the agencies, beside the year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.engine.report_lines import BLANK, Kind, is_tied, own_value
from openpar.reform.fields import field_name
from openpar.reports.periodic.actions.locking import lock_gaps, lock_period
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.documents import rollup_workbook
from openpar.reports.periodic.models import ReportLock
from openpar.reports.periodic.permissions import may_receive_reports, sees_all_reports
from openpar.reports.periodic.queries.rollup import RolledLine, RollUp, roll_up, rolls_compared
from openpar.reports.periodic.wording import difference, line_words, parts_words, tally_words, value_words
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, refused, say, today
from openpar.web.procedures.listing import workbook_answer
from openpar.web.reports.common import asked_year, frame, year_choices
from openpar.web.reports.shown import ShownBefore

_PAGE = "reports/board.html"
LEVEL = "unit"
_AS_LOCKED: Mapping[bool, dict[str, str]] = {True: {"as": "locked"}, False: {}}


@dataclass(frozen=True)
class BoardLine:
    """One line of the province, its values prepared."""

    code: str
    name: str
    note: str
    value: str
    known: int
    missing: tuple[str, ...]
    before: tuple[ShownBefore, ...]
    locked: str
    link: str


@dataclass(frozen=True)
class AgencyValue:
    """One agency in one line."""

    name: str
    value: str
    link: str
    is_blank: bool


@page("GET")
def board(request: AuthenticatedRequest) -> HttpResponse:
    only(request, sees_all_reports)
    return render(request, _PAGE, _context(request))


def _context(request: AuthenticatedRequest) -> dict[str, object]:
    day = today()
    year = asked_year(request, day)
    reports = report_calendar().reports_of(year)
    asked = asked_report(request, reports)
    base: dict[str, object] = {
        **frame(request, "reports-board"),
        "year": year,
        "years": year_choices(day),
        "reports": [(one.report.code, one.name) for one in reports],
        "asked": asked,
        "roll": None,
        "address": reverse("reports-board"),
    }
    if asked is None:
        return base
    as_locked = request.GET.get("as") == "locked"
    found = roll_up(asked, LEVEL, as_locked=as_locked)
    lock = (
        ReportLock.objects.filter(code=asked.report.code, year=year, level=LEVEL).select_related("by").first()
    )
    query = urlencode({"report": asked.report.code, "year": str(year)} | _AS_LOCKED[as_locked])
    base |= {
        "roll": found,
        "lock": lock,
        "as_locked": as_locked and found is not None,
        "query": query,
        "may_lock": may_receive_reports(actor(request)) and lock is None,
        "lock_gaps": lock_gaps(asked.report.code, year, LEVEL, now()) if lock is None else [],
        "chosen": None,
    }
    if found is not None:
        base |= _tables(request, found, lock, query)
    return base


def _tables(
    request: AuthenticatedRequest, found: RollUp, lock: ReportLock | None, query: str
) -> dict[str, object]:
    compared = rolls_compared(found.asked, found.level)
    locked = roll_up(found.asked, found.level, as_locked=True) if lock and found.lock is None else None
    groups: dict[str, list[BoardLine]] = {}
    for one in found.lines:
        line = _board_line(one, compared, locked, query)
        groups.setdefault(field_name(one.line.field, found.asked.period.until_on), []).append(line)
    chosen = found.rolled(request.GET.get("line", ""))
    return {
        "groups": list(groups.items()),
        "compared": [one.asked for one in compared],
        "changed_since": any(line.locked for lines in groups.values() for line in lines),
        "chosen": chosen,
        "chosen_note": parts_words(chosen.line) if chosen else "",
        "agencies": _agencies(found, chosen) if chosen else [],
    }


def _board_line(one: RolledLine, compared: Sequence[RollUp], locked: RollUp | None, query: str) -> BoardLine:
    line, put = one.line, one.put
    cut = locked.rolled(line.code) if locked else None
    value = value_words(line, one.value) if one.is_added_up else _("không cộng")
    if line.kind is Kind.CODE and is_tied(put):
        value = tally_words(line, put)
    return BoardLine(
        code=line.code,
        name=line.name,
        note=line_words(line) if line.kind is not Kind.CODE else tally_words(line, put),
        value=value,
        known=put.known,
        missing=put.missing,
        before=tuple(_before(one, each.rolled(line.code)) for each in compared),
        locked=value_words(line, cut.value) if cut and cut.value != one.value else "",
        link=f"?{query}&{urlencode({'line': line.code})}#agencies",
    )


def _before(one: RolledLine, then: RolledLine | None) -> ShownBefore:
    """What the province told of a line in a report compared with; nothing where its form had no such line."""
    if then is None or not one.is_added_up:
        return ShownBefore("", None, "")
    unit = _("điểm %") if one.line.kind is Kind.RATIO else ""
    return ShownBefore(value_words(one.line, then.value), difference(one.line, one.value, then.value), unit)


def _agencies(found: RollUp, chosen: RolledLine) -> list[AgencyValue]:
    """Every agency of which the line is asked: those that reported, with their report; then those missing."""
    line = chosen.line
    rows = []
    for one in found.reporters:
        if line.of and one.reporter not in line.of:
            continue
        value = own_value(line, one.values)
        link = f"{reverse('report', args=[one.report_id])}?revision={one.revision}"
        rows.append(AgencyValue(one.name, value_words(line, value), link, value == BLANK))
    rows += [AgencyValue(name, _("chưa có báo cáo"), "", True) for name in found.missing]
    return rows


def asked_report(request: AuthenticatedRequest, reports: tuple[Asked, ...]) -> Asked | None:
    """The report of the address or the form; else the last one whose period is over."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = next((one for one in reports if one.report.code == given.get("report")), None)
    over = [one for one in reports if one.period.until_on < today()]
    return chosen or (over[-1] if over else reports[0] if reports else None)


@page("POST")
def lock(request: AuthenticatedRequest) -> HttpResponse:
    """The cut-off of a period."""
    only(request, may_receive_reports)
    year = asked_year(request, today())
    asked = report_calendar().asked(request.POST.get("report", "")[:20], year)
    if asked is None:
        raise Http404
    at: datetime = now()
    try:
        lock_period(by=actor(request), at=at, code=asked.report.code, year=year, level=LEVEL)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request))
    say(request, _("Đã chốt số liệu %s.") % asked.name)
    return redirect(
        f"{reverse('reports-board')}?{urlencode({'report': asked.report.code, 'year': str(year)})}"
    )


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    only(request, sees_all_reports)
    year = asked_year(request, today())
    asked = asked_report(request, report_calendar().reports_of(year))
    found = roll_up(asked, LEVEL, as_locked=request.GET.get("as") == "locked") if asked else None
    if found is None or asked is None:
        raise Http404
    content = rollup_workbook(found, rolls_compared(asked, LEVEL))
    return workbook_answer(content, f"tong-hop-bao-cao-cchc-{asked.report.code}-{year}.xlsx")
