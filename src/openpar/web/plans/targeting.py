"""Targets added to a draft, worded anew and taken away."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.formats import format_decimal
from openpar.reform.plans.actions.targets import add_target, change_target, remove_target
from openpar.reform.plans.models import Operator, Target
from openpar.reform.plans.queries.targets import TargetView, targets_of
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, today
from openpar.web.plans.common import changed, frame
from openpar.web.plans.drafting import asked_version, draft_context, own_draft
from openpar.web.plans.forms import TargetForm, initial_of_target
from openpar.web.plans.targets import target_form


@page("POST")
def add(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    plan, version = own_draft(request, plan_id)
    form = target_form(today(), request.POST)
    context = draft_context(request, plan, version) | {"target_form": form}

    def act() -> None:
        if not form.is_valid():
            raise form_refused(form, form.gaps_of_the_rest(plan.year, plan.level, now()))
        add_target(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            target=form.to_target(plan.year, plan.level),
        )

    to = f"{reverse('plan-draft', args=[plan_id])}#targets"
    return changed(request, act, _("Đã thêm chỉ tiêu."), context, "plans/draft.html", to)


@page("GET", "POST")
def edit(request: AuthenticatedRequest, plan_id: int, target_id: int) -> HttpResponse:
    """Another wording, value or indicator of a target of the draft."""
    plan, version = own_draft(request, plan_id)
    day = today()
    found = next((one for one in targets_of(version.pk, day) if one.target.pk == target_id), None)
    if found is None:
        raise Http404
    form = target_form(day, request.POST or None, initial_of_target(found.target, found.binds))
    context = {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "form": form,
        "stored": _stored(form, found),
        "prefix": reverse("plan", args=[plan_id]),
    }
    if request.method == "GET":
        return render(request, "plans/target_edit.html", context)

    def act() -> None:
        if not form.is_valid():
            one = found.target
            raise form_refused(form, form.gaps_of_the_rest(one.year, one.level, now()))
        change_target(
            by=actor(request),
            at=now(),
            target_id=target_id,
            expected_version=asked_version(request),
            target=form.to_target(found.target.year, found.target.level),
        )

    to = f"{reverse('plan-draft', args=[plan_id])}#targets"
    return changed(request, act, _("Đã lưu chỉ tiêu."), context, "plans/target_edit.html", to)


def _stored(form: TargetForm, found: TargetView) -> list[tuple[str, str]]:
    """What the target says now, for whoever typed something else meanwhile."""
    one = found.target
    said = {
        "text": one.text,
        "operator": str(Operator(one.operator).label),
        "value": "" if one.value is None else f"{format_decimal(one.value)} {one.unit}".strip(),
        "binds": found.binds,
    }
    return [(str(form[name].label), text) for name, text in said.items() if text]


@page("POST")
def remove(request: AuthenticatedRequest, plan_id: int, target_id: int) -> HttpResponse:
    plan, version = own_draft(request, plan_id)
    if not Target.objects.filter(pk=target_id, version=version).exists():
        raise Http404

    def act() -> None:
        remove_target(
            by=actor(request), at=now(), target_id=target_id, expected_version=asked_version(request)
        )

    to = f"{reverse('plan-draft', args=[plan_id])}#targets"
    context = draft_context(request, plan, version)
    return changed(request, act, _("Đã bỏ chỉ tiêu."), context, "plans/draft.html", to)
