"""The task table of a Word or Excel file: looked through line by line, then taken into the draft."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.intake.queries import batches, refusals_of
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Refused
from openpar.reform.fields import field_name
from openpar.reform.plans.actions.importing import BATCH_KIND, bring_in_tasks
from openpar.reform.plans.classes import class_names
from openpar.reform.plans.errors import StalePlan
from openpar.reform.plans.lines import Agencies
from openpar.reform.plans.models import Plan, PlanVersion
from openpar.reform.plans.table_understanding import UnderstoodTasks, read_tasks
from openpar.reform.plans.words import budget_words
from openpar.web.components.uploads import keep_upload, upload_of
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.plans.common import frame
from openpar.web.plans.drafting import asked_version, own_draft

_ENDINGS = ".xlsx,.docx"
_RECENT = 5


@dataclass(frozen=True)
class Row:
    """A line as it was understood."""

    where: str
    number: str
    field: str
    text: str
    product: str
    leads: str
    cooperating: str
    deadline: str
    budget: str


def _about(plan: Plan) -> str:
    return f"plan:{plan.pk}"


def _context(request: AuthenticatedRequest, plan: Plan, version: PlanVersion) -> dict[str, object]:
    recent = batches(kind=BATCH_KIND, about=_about(plan))[:_RECENT]
    return {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "endings": _ENDINGS,
        "recent": [(batch, refusals_of(batch)) for batch in recent],
        "prefix": reverse("plan", args=[plan.pk]),
    }


@page("GET", "POST")
def upload(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Takes a file and leads to the page that shows what was understood; every refused row is told here."""
    plan, version = own_draft(request, plan_id)
    if request.method == "GET":
        return render(request, "plans/import.html", _context(request, plan, version))

    def check(path: Path, name: str) -> UnderstoodTasks:
        return read_tasks(path, name, version=version, on=today())

    try:
        token, _found = keep_upload(
            request.FILES.get("file"),
            check=check,
            kind=BATCH_KIND,
            about=_about(plan),
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        return refused(request, error, template="plans/import.html", context=_context(request, plan, version))
    return redirect("plan-import-preview", plan_id, token)


@page("GET", "POST")
def preview(request: AuthenticatedRequest, plan_id: int, token: str) -> HttpResponse:
    """Every line as understood; goes into the draft when confirmed."""
    plan, version = own_draft(request, plan_id)
    kept = upload_of(token, about=_about(plan), by=actor(request))
    try:
        understood = read_tasks(kept.path, kept.file_name, version=version, on=today())
    except Refused as error:
        return refused(request, error, template="plans/import.html", context=_context(request, plan, version))
    context = {
        **_context(request, plan, version),
        "file_name": kept.file_name,
        "rows": _rows(understood),
        "standing": version.lines.count(),
        "budget": _sum_words(understood),
    }
    if request.method == "GET":
        return render(request, "plans/import_preview.html", context)
    try:
        count = bring_in_tasks(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            understood=understood,
            file_name=kept.file_name,
            sha256=kept.sha256,
        )
    except Refused as error:
        status = 409 if isinstance(error, StalePlan) else 422
        return refused(request, error, template="plans/import_preview.html", context=context, status=status)
    say(request, _("Đã đưa %d nhiệm vụ vào dự thảo.") % count)
    return redirect("plan-draft", plan_id)


def _sum_words(understood: UnderstoodTasks) -> str:
    """What the tasks of the file cost together; nothing where none names an amount."""
    amounts = [each.line.budget for each in understood.lines if each.line.budget is not None]
    return budget_words(sum(amounts, Decimal(0))) if amounts else ""


def _rows(understood: UnderstoodTasks) -> list[Row]:
    day = today()
    lines = [each.line for each in understood.lines]
    named = (one for line in lines for one in (*line.leads, *line.cooperating))
    names = names_on({one.organisation_id for one in named if one.organisation_id}, day)
    classes = class_names()

    def words(agencies: tuple[Agencies, ...]) -> str:
        return "; ".join(
            names.get(one.organisation_id or 0) or classes.get(one.agency_class, "") for one in agencies
        )

    return [
        Row(
            where=each.where,
            number=each.line.number,
            field=f"{each.line.field}. {field_name(each.line.field, day)}",
            text=each.line.text,
            product=each.line.product,
            leads=words(each.line.leads),
            cooperating=words(each.line.cooperating),
            deadline=each.line.deadline.words
            or (f"{each.line.deadline.on:%d/%m/%Y}" if each.line.deadline.on else ""),
            budget=budget_words(each.line.budget, each.line.budget_source),
        )
        for each in understood.lines
    ]
