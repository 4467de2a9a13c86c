"""“Nhiệm vụ”: what a person has to do, quick to work through; and what waits for the person's decision."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.reform.plans.models import Assignment
from openpar.reform.plans.queries.lists import assignments_owed_by, assignments_seen_by
from openpar.reform.plans.queries.pages_board import (
    BoardFilter,
    Standing,
    list_rows,
    listed,
    narrowed,
    whole_tally,
)
from openpar.reform.plans.queries.pages_control import claims_to_confirm, requests_to_decide
from openpar.web.components.paging import Slice, slice_of
from openpar.web.findings.common import side
from openpar.web.http import AuthenticatedRequest, page, today
from openpar.web.plans.asked import Links, filter_fields, filter_of
from openpar.web.plans.board import listed_rows
from openpar.web.plans.common import asked_year, frame, is_of_units, years_offered
from openpar.web.plans.deciding import claim_rows, request_rows

_AT_ONCE = 40
# The piles of work, in the order in which they are worked through.
_PILES = ("open", "overdue", "near", "reported", "done", "all")


def own_tasks(who: Actor) -> QuerySet[Assignment]:
    """What is owed by somebody who works in an agency; for those who only oversee, all they see."""
    return assignments_owed_by(who) if is_of_units(who) else assignments_seen_by(who)


@page("GET")
def tasks(request: AuthenticatedRequest) -> HttpResponse:
    base = frame(request, "tasks")
    who, day = side(request), today()
    year = asked_year(request.GET, day)
    asked = filter_of(request.GET)
    view = request.GET.get("view", "")
    claims, decisions = claims_to_confirm(who), requests_to_decide(who)
    counts = (claims.count(), decisions.count())
    if view not in (*_PILES, "decide", "cooperating"):
        view = "open" if is_of_units(who) or not sum(counts) else "decide"
    links = Links.of(reverse("tasks"), request.GET)
    mine = own_tasks(who).filter(task__plan__year=year)
    context: dict[str, object] = {
        **base,
        **filter_fields(asked, [], day),
        "year": year,
        "years": years_offered(day, year),
        "view": view,
        "views": _views(mine, who, links, view, sum(counts), day),
        "task_prefix": reverse("tasks"),
        "works": is_of_units(who),
    }
    if view == "decide":
        context |= {
            "claims": claim_rows(claims[:200], day),
            "claims_total": counts[0],
            "requests": request_rows(decisions[:200], day),
        }
        return render(request, "plans/decide.html", context)
    found = _pile(mine, who, year, view, asked, day)
    shown: Slice[Assignment] = slice_of(request, listed(found), size=_AT_ONCE)
    agencies = {one.organisation_id for one in shown.items}
    rows = listed_rows(list_rows(shown.items, day), day, with_agency=len(agencies) > 1)
    context |= {"slice": shown, "rows": rows}
    return render(request, "plans/tasks.html", context)


def _pile(
    mine: QuerySet[Assignment], who: Actor, year: int, view: str, asked: BoardFilter, day: date
) -> QuerySet[Assignment]:
    if view == "cooperating":
        seen = assignments_seen_by(who).filter(task__plan__year=year)
        return narrowed(seen.exclude(pk__in=mine.values("pk")), asked, day)
    found = narrowed(mine, asked, day)
    if view == "open":
        return narrowed(found, BoardFilter(standing=Standing.OPEN), day).filter(reported_on__isnull=True)
    if view == "all":
        return found
    return narrowed(found, BoardFilter(standing=Standing(view)), day)


def _views(
    mine: QuerySet[Assignment], who: Actor, links: Links, view: str, decisions: int, day: date
) -> list[tuple[str, str, bool, int | None]]:
    """The piles with their counts; one query."""
    whole = whole_tally(mine.filter(ended_on__isnull=True), day)
    tally = whole.tally
    counts = {
        "open": tally.assigned - tally.done - whole.reported,
        "overdue": tally.overdue,
        "near": whole.near,
        "reported": whole.reported,
        "done": tally.done,
        "all": tally.assigned,
    }
    words = {
        "open": _("Cần làm"),
        "overdue": _("Quá hạn"),
        "near": _("Sắp đến hạn"),
        "reported": _("Chờ xác nhận"),
        "done": _("Đã hoàn thành"),
        "all": _("Tất cả"),
    }
    found: list[tuple[str, str, bool, int | None]] = [
        (words[name], links.to(view=name), name == view, counts[name]) for name in _PILES
    ]
    if is_of_units(who):
        found.append((_("Phối hợp"), links.to(view="cooperating"), view == "cooperating", None))
    if decisions or view == "decide":
        found.insert(0, (_("Chờ bạn quyết định"), links.to(view="decide"), view == "decide", decisions))
    return found
