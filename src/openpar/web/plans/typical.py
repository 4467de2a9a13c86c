"""Tasks that plans have again and again, offered to a draft: chosen, and changed later like any line."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.text import fold
from openpar.reform.fields import field_name
from openpar.reform.plans.actions.typical import take_typical
from openpar.reform.plans.classes import agency_classes
from openpar.reform.plans.lines import Agencies
from openpar.reform.plans.models import Plan, PlanLevel, PlanVersion
from openpar.reform.plans.typical import TypicalTask, typical_tasks
from openpar.reform.plans.words import said_by_when
from openpar.web.http import AuthenticatedRequest, actor, now, page, today
from openpar.web.plans.common import changed, frame, typed, whole_number
from openpar.web.plans.drafting import asked_version, own_draft

_PAGE = "plans/typical.html"
_OWN = "own"


@dataclass(frozen=True)
class OfferedTask:
    """One of the catalogue; `is_there`: the draft has a line of the same words already."""

    task: TypicalTask
    deadline: str
    is_there: bool
    is_ticked: bool


@page("GET", "POST")
def typical(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """The catalogue by field; nothing is ticked before."""
    plan, version = own_draft(request, plan_id)
    context = _context(request, plan, version)
    if request.method == "GET":
        return render(request, _PAGE, context)
    numbers = {number for text in request.POST.getlist("task") if (number := whole_number(text))}

    def act() -> None:
        take_typical(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            numbers=numbers,
            leads=_leads(plan, request.POST.get("leads", "")),
        )

    to = reverse("plan-draft", args=[plan_id])
    return changed(
        request, act, _("Đã đưa vào dự thảo; thời hạn và đơn vị sửa được từng dòng."), context, _PAGE, to
    )


def _context(request: AuthenticatedRequest, plan: Plan, version: PlanVersion) -> dict[str, object]:
    day = today()
    there = {fold(text) for text in version.lines.values_list("text", flat=True)}
    ticked = set(request.POST.getlist("task"))
    chapters: dict[str, list[OfferedTask]] = {}
    for task in typical_tasks(plan.year):
        row = OfferedTask(
            task, said_by_when(task.deadline), fold(task.text) in there, str(task.number) in ticked
        )
        chapters.setdefault(f"{task.field}. {field_name(task.field, day)}", []).append(row)
    choices = _choices(plan)
    return {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "chapters": chapters,
        "choices": choices,
        "typed": typed(request, "leads") if request.method == "POST" else {"leads": choices[0][0]},
        "prefix": reverse("plan", args=[plan.pk]),
    }


def _choices(plan: Plan) -> list[tuple[str, str]]:
    """Who may lead what is taken over: first the agencies in the province's plan, itself in another."""
    name = names_on([plan.organisation_id], today()).get(plan.organisation_id, "")
    classes = [(one.code, one.name) for one in agency_classes()]
    if plan.level == PlanLevel.PROVINCE:
        return [*(one for one in classes if one[0] != "own_divisions"), (_OWN, name)]
    return [(_OWN, name), *(one for one in classes if one[0] == "own_divisions")]


def _leads(plan: Plan, word: str) -> Agencies:
    """An unknown word names a class that there is none of: the action says so."""
    return Agencies(plan.organisation_id) if word == _OWN else Agencies(agency_class=word)
