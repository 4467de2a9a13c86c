"""The draw by lot: list and commitment first, later the seed with the picks; anybody can recompute."""

from __future__ import annotations

import shlex
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.engine.picking import combined_seed, commitment
from openpar.reform.inspections.actions.draws import commit_draw, draw_units, list_gaps, seed_gaps
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import Draw
from openpar.reform.inspections.permissions import may_plan
from openpar.reform.inspections.queries.draws import DrawView, draw_view
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.inspections.common import whole_of
from openpar.web.inspections.plans import act_on_plan, own_plan, ticked

_PAGE = "inspections/draw.html"


@page("POST")
def commit(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Only the digest of the seed is kept: the seed stays with whoever draws until the day."""
    campaign = own_plan(request, plan_id)
    seed = request.POST.get("seed", "").strip()

    def act(who: Actor, at: datetime) -> None:
        units, count = ticked(request, "drawn"), whole_of(request, "count") or 0
        digest, source = commitment(seed), request.POST.get("public_source", "")
        gaps = seed_gaps(seed)
        if gaps:
            raise InspectionRefused([*gaps, *list_gaps(len(set(units)), count, digest, source)])
        commit_draw(
            by=who,
            at=at,
            campaign_id=plan_id,
            organisation_ids=units,
            count=count,
            seed_digest=digest,
            public_source=source,
        )

    told = _("Đã công bố danh sách và mã cam kết. Giữ kín chuỗi khởi tạo đến ngày chọn.")
    return act_on_plan(request, campaign, act, told)


@page("GET", "POST")
def draw(request: AuthenticatedRequest, draw_id: int) -> HttpResponse:
    view = _seen(request, draw_id)
    if request.method == "GET":
        return render(request, _PAGE, _context(request, view))
    campaign = view.campaign
    if not may_plan(actor(request), campaign.organisation_id, campaign.scope):
        raise Http404
    try:
        draw_units(
            by=actor(request),
            at=now(),
            draw_id=draw_id,
            seed=request.POST.get("seed", "").strip(),
            public_value=request.POST.get("public_value", ""),
        )
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, view))
    say(request, _("Đã chọn. Ai có danh sách và chuỗi khởi tạo đều tính lại được."))
    return redirect("inspection-draw", draw_id)


def _seen(request: AuthenticatedRequest, draw_id: int) -> DrawView:
    view = draw_view(actor(request), draw_id, today())
    if view is None:
        raise Http404
    return view


def _context(request: AuthenticatedRequest, view: DrawView) -> dict[str, object]:
    plans = may_plan(actor(request), view.campaign.organisation_id, view.campaign.scope)
    return {
        "view": view,
        "draw": view.draw,
        "command": command_of(view.draw),
        "may_draw": plans and view.draw.drawn_at is None,
        "sees_plan": plans,
        "typed_value": request.POST.get("public_value", ""),
    }


def command_of(draw: Draw) -> str:
    """What anybody types to draw again; the seed as one word of the shell."""
    seed = combined_seed(draw.seed, draw.public_value)
    return (
        f"openpar inspection draw --units {list_name(draw)} --seed {shlex.quote(seed)} --count {draw.count}"
    )


def list_name(draw: Draw) -> str:
    """The file of the list, one key a line."""
    return f"danh-sach-{draw.pk}.txt"
