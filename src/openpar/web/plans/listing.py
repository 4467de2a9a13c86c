"""The plans of a year, and a new one."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Kind
from openpar.base.organisations.queries import names_on, organisations_as_of
from openpar.common.errors import Refused
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.models import Plan, PlanLevel, PlanVersion, VersionState
from openpar.reform.plans.permissions import may_draft_plan, sees_all_plans
from openpar.reform.plans.queries.pages_plans import (
    PlanListRow,
    agencies_without_plan,
    plans_of_year,
    with_tallies,
)
from openpar.web.components.fields import LineField
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today
from openpar.web.plans.common import Pill, asked_year, frame, whole_number, years_offered

_STATES = {"in-force": gettext_lazy("Đang có hiệu lực"), "draft": gettext_lazy("Có bản dự thảo")}


@dataclass(frozen=True)
class Row:
    """One plan of the list, its values prepared."""

    found: PlanListRow
    link: str
    pill: Pill
    is_of_province: bool


@page("GET")
def plans(request: AuthenticatedRequest) -> HttpResponse:
    who, day = actor(request), today()
    year, search = asked_year(request.GET, day), request.GET.get("q", "")
    rows = plans_of_year(who, year, day, search)
    state = request.GET.get("state", "")
    if state in _STATES:
        rows = [row for row in rows if (row.in_force if state == "in-force" else row.draft)]
    found = slice_of(request, rows)
    without = agencies_without_plan(year) if sees_all_plans(who) else frozenset()
    context = {
        **frame(request, "plans"),
        "year": year,
        "years": years_offered(day, year),
        "state": state,
        "states": list(_STATES.items()),
        "search": search,
        "slice": found,
        "rows": [_row(row) for row in with_tallies(found.items, who, day)],
        "without": len(without),
        "may_draft": bool(organisations_drafted_by(who)),
    }
    return render(request, "plans/plans.html", context)


def _row(row: PlanListRow) -> Row:
    is_first = row.in_force is None
    link = reverse("plan-draft", args=[row.plan.pk]) if is_first else reverse("plan", args=[row.plan.pk])
    if is_first:
        pill: Pill = ("draft", _("dự thảo"))
    elif row.draft is not None:
        pill = ("active", _("đang thay thế"))
    else:
        pill = ("done", _("có hiệu lực"))
    return Row(row, link, pill, row.plan.level == PlanLevel.PROVINCE)


def organisations_drafted_by(who: Actor) -> frozenset[int]:
    """Where a person may draw up a plan: the own agency's, and for Sở Nội vụ the province's."""
    held = who.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.ROUND_MANAGER)
    levels = (PlanLevel.PROVINCE, PlanLevel.AGENCY)
    return frozenset(one for one in held if any(may_draft_plan(who, level, one) for level in levels))


class NewPlanForm(forms.Form):
    """Whose plan, of which year; the title follows from both unless one is given."""

    kind = forms.ChoiceField(label=gettext_lazy("Kế hoạch của"))
    year = forms.IntegerField(label=gettext_lazy("Năm"), min_value=2011, max_value=2100)
    title = LineField(
        label=gettext_lazy("Tên kế hoạch"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Để trống: “Kế hoạch cải cách hành chính năm …”."),
    )

    def __init__(self, *args: object, kinds: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = kinds


def _kinds(who: Actor) -> list[tuple[str, str]]:
    """“PROVINCE:3”, “AGENCY:7” with their words."""
    own = organisations_drafted_by(who)
    names = names_on(own, today())
    found = []
    for one in sorted(own):
        if may_draft_plan(who, PlanLevel.PROVINCE, one) and who.has(Role.ROUND_MANAGER, one):
            found.append((f"PROVINCE:{_province(one)}", _("Tỉnh (Sở Nội vụ soạn)")))
        if may_draft_plan(who, PlanLevel.AGENCY, one):
            found.append((f"AGENCY:{one}", names.get(one, "")))
    return list(dict.fromkeys(found))


def _province(own: int) -> int:
    """Whose plan the province's is: the People's Committee where the register has it, else who drafts it."""
    above = (
        organisations_as_of(today(), kinds=(Kind.PEOPLES_COMMITTEE, Kind.PROVINCE))
        .filter(parent=None)
        .first()
    )
    return above.organisation_id if above is not None else own


@page("GET", "POST")
def new(request: AuthenticatedRequest) -> HttpResponse:
    who = actor(request)
    kinds = _kinds(who)
    if not kinds:
        raise Http404
    year = asked_year(request.GET, today())
    form = NewPlanForm(request.POST or None, kinds=kinds, initial={"year": year, "kind": kinds[0][0]})
    context = {**frame(request, "plans"), "form": form}
    if request.method == "GET":
        return render(request, "plans/new.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        plan = _created(who, form.cleaned_data)
    except Refused as error:
        return refused(request, error, template="plans/new.html", context=context)
    say(request, _("Đã lập dự thảo."))
    return redirect("plan-draft", plan.pk)


def _created(who: Actor, given: dict[str, object]) -> Plan:
    level, _colon, organisation = str(given["kind"]).partition(":")
    year = int(str(given["year"]))
    parent = None
    if level == PlanLevel.AGENCY:
        above = PlanVersion.objects.filter(plan__year=year, plan__level=PlanLevel.PROVINCE)
        parent = above.filter(state=VersionState.IN_FORCE).values_list("plan_id", flat=True).first()
    return create_plan(
        by=who,
        at=now(),
        organisation_id=whole_number(organisation) or 0,
        year=year,
        level=PlanLevel(level),
        title=str(given["title"]) or _("Kế hoạch cải cách hành chính năm %d") % year,
        parent_id=parent,
    )
