"""Targets added to a draft and taken away, and the values that were reached."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.reform.plans.actions.targets import NewReading, add_target, record_reading, remove_target
from openpar.reform.plans.models import Target
from openpar.reform.plans.permissions import may_edit_plan
from openpar.web.components.given import Given
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, today
from openpar.web.plans.common import changed, visible_plan
from openpar.web.plans.drafting import asked_version, draft_context, own_draft
from openpar.web.plans.forms import TargetForm


@page("POST")
def add(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    plan, version = own_draft(request, plan_id)
    form = TargetForm(request.POST, on=today())
    context = draft_context(request, plan, version) | {"target_form": form}

    def act() -> None:
        if not form.is_valid():
            raise form_refused(form)
        add_target(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            target=form.to_target(plan.year, plan.level),
        )

    to = f"{reverse('plan-draft', args=[plan_id])}#targets"
    return changed(request, act, _("Đã thêm chỉ tiêu."), context, "plans/draft.html", to)


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


@page("POST")
def read(request: AuthenticatedRequest, plan_id: int, target_id: int) -> HttpResponse:
    """A value reached, as a figure or as numerator and denominator."""
    plan = visible_plan(request, plan_id)
    if not may_edit_plan(actor(request), plan):
        raise Http404
    if not Target.objects.filter(pk=target_id, version__plan=plan).exists():
        raise Http404

    def act() -> None:
        record_reading(by=actor(request), at=now(), target_id=target_id, reading=_reading(request))

    to = f"{reverse('plan', args=[plan_id])}?view=targets"
    return changed(request, act, _("Đã ghi kết quả."), {}, "refused.html", to)


def _reading(request: AuthenticatedRequest) -> NewReading:
    """Raises Refused for what cannot be read."""
    given = Given(dict(request.POST.lists()))
    as_of_on, value = given.day("as_of_on"), given.number("value")
    numerator, denominator = given.number("numerator"), given.number("denominator")
    if given.errors:
        labels = {"as_of_on": _("Tính đến ngày"), "value": _("Kết quả")}
        raise Refused(Gap(labels.get(name, _("Kết quả")), text) for name, text in given.errors.items())
    if as_of_on is None:
        raise Refused(Gap(_("Tính đến ngày"), _("chưa ghi ngày"), code="no-day"))
    return NewReading(
        as_of_on=as_of_on,
        value=value,
        numerator=numerator,
        denominator=denominator,
        note=given.text("note"),
    )
