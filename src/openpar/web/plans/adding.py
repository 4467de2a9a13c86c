"""A task that comes to a plan in force by an order of its own: a letter, a petition, a decision."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.reform.plans.actions.adding import add_task
from openpar.reform.plans.lines import Source
from openpar.reform.plans.permissions import may_edit_plan
from openpar.reform.plans.queries.pages_plans import tasks_above
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, today
from openpar.web.plans.common import changed, frame, visible_plan
from openpar.web.plans.forms import LineForm

# What a task of a plan in force may come from; findings and meetings have pages of their own.
ORDER = "order"


@page("GET", "POST")
def supplement(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Goes out to its agencies at once; the plan keeps the order that it came from."""
    plan = visible_plan(request, plan_id)
    if not may_edit_plan(actor(request), plan):
        raise Http404
    form = LineForm(
        request.POST or None, on=today(), year=plan.year, parents=tasks_above(plan), initial={"field": "F0"}
    )
    source = request.POST.get("source", "")
    context = {
        **frame(request, "plans"),
        "plan": plan,
        "form": form,
        "source": source,
        "prefix": reverse("plan", args=[plan_id]),
    }
    if request.method == "GET":
        return render(request, "plans/supplement.html", context)

    def act() -> None:
        ordered = Source(ORDER, None, source)
        gaps = [] if source.strip() else [_no_source()]
        gaps += form.gaps_of_the_rest(plan, ordered)
        if not form.is_valid():
            raise form_refused(form, gaps)
        if gaps:
            raise Refused(gaps)
        line = replace(form.to_line(), source=ordered)
        add_task(by=actor(request), at=now(), plan_id=plan_id, line=line)

    to = reverse("plan", args=[plan_id])
    return changed(request, act, _("Đã giao nhiệm vụ bổ sung."), context, "plans/supplement.html", to)


def _no_source() -> Gap:
    remedy = _("Ghi số, ngày văn bản hoặc ý kiến giao nhiệm vụ")
    return Gap(_("Căn cứ"), _("chưa ghi căn cứ giao"), remedy, code="no-source", link="#id_source")
