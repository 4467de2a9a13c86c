"""The control room of Sở Nội vụ: who is late, what waits for a decision, who has no plan."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from openpar.reform.plans.models import Plan, PlanLevel
from openpar.reform.plans.permissions import sees_all_plans
from openpar.reform.plans.queries.pages_board import Standing
from openpar.reform.plans.queries.pages_control import (
    AgencyLine,
    claims_to_confirm,
    control_room,
    open_requests,
)
from openpar.web.http import AuthenticatedRequest, only, page, today
from openpar.web.plans.asked import Links
from openpar.web.plans.columns import excused_words
from openpar.web.plans.common import asked_year, frame, years_offered
from openpar.web.plans.deciding import claim_rows, request_rows

_SHOWN = 25


@dataclass(frozen=True)
class Row:
    """One agency: its counts, each with its list."""

    line: AgencyLine
    name: str
    link: str
    overdue_link: str
    near_link: str
    waiting_link: str
    done_link: str
    excused: str


@page("GET")
def control(request: AuthenticatedRequest) -> HttpResponse:
    who = only(request, sees_all_plans)
    day = today()
    year = asked_year(request.GET, day)
    room = control_room(year, day)
    plan_id = Plan.objects.filter(year=year, level=PlanLevel.PROVINCE).values_list("pk", flat=True).first()
    links = Links(reverse("plan", args=[plan_id]) if plan_id else reverse("plans"), ())
    claims = claims_to_confirm(who)
    asked = list(open_requests(year)[:_SHOWN])
    context = {
        **frame(request, "plans-control"),
        "year": year,
        "years": years_offered(day, year),
        "room": room,
        "excused": excused_words(room.excused_overdue),
        "plan_id": plan_id,
        "rows": [_row(line, links) for line in room.agencies],
        "overdue_link": links.to(view="list", state=Standing.OVERDUE.value),
        "near_link": links.to(view="list", state=Standing.NEAR.value),
        "waiting_link": links.to(view="list", state=Standing.REPORTED.value),
        "claims": claim_rows(claims[:_SHOWN], day),
        "claims_total": claims.count(),
        "requests": request_rows(asked, day),
        "task_prefix": reverse("tasks"),
        "only_late": request.GET.get("only") == "late",
    }
    return render(request, "plans/control.html", context)


def _row(line: AgencyLine, links: Links) -> Row:
    agency = line.row.organisation_id

    def to(standing: Standing | None) -> str:
        return links.to(view="list", agency=agency, state=standing.value if standing else "")

    return Row(
        line,
        line.row.name,
        to(None),
        to(Standing.OVERDUE),
        to(Standing.NEAR),
        to(Standing.REPORTED),
        to(Standing.DONE),
        excused_words(line.row.group.excused_overdue),
    )
