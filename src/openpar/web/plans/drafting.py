"""The draft of a version: its head, its lines, what is taken over from the plan of the upper level."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.reform.fields import field_name
from openpar.reform.plans.actions.drafting import add_line, change_line, line_of, remove_line, take_over
from openpar.reform.plans.actions.planning import change_plan
from openpar.reform.plans.actions.replacing import discard_version, settle_line
from openpar.reform.plans.lines import NewLine, Settlement
from openpar.reform.plans.models import LineChange, Plan, PlanLevel, PlanVersion, TaskLine, VersionState
from openpar.reform.plans.permissions import may_edit_plan, may_issue_plan, may_see_plan
from openpar.reform.plans.queries.budgets import budget_of
from openpar.reform.plans.queries.pages_plans import (
    ShownLine,
    lines_of,
    tasks_above,
    tasks_to_take_over,
)
from openpar.reform.plans.queries.plans import plans_seen_by
from openpar.reform.plans.words import budget_words, deadline_words
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, today
from openpar.web.plans.common import Pill, changed, frame, visible_plan, whole_number
from openpar.web.plans.forms import HeadForm, LineForm, initial_of
from openpar.web.plans.papers import paper_links
from openpar.web.plans.targets import target_context

CHANGE_SIGNS = {
    LineChange.UNSETTLED: "waiting",
    LineChange.NEW: "open",
    LineChange.CARRIED: "done",
    LineChange.CHANGED: "active",
    LineChange.REASSIGNED: "sent",
    LineChange.DROPPED: "ended",
}


@dataclass(frozen=True)
class LineRow:
    """One line of a version, its values prepared."""

    found: ShownLine
    id: int
    number: str
    leads: str
    cooperating: str
    deadline: str
    budget: str
    pill: Pill
    is_new: bool
    is_unsettled: bool


@dataclass(frozen=True)
class Chapter:
    """The lines of one field; `budget`: what they cost together, as far as they say so."""

    title: str
    rows: tuple[LineRow, ...]
    budget: str = ""


def line_row(shown: ShownLine) -> LineRow:
    line = shown.line
    change = LineChange(line.change)
    return LineRow(
        found=shown,
        id=line.pk,
        number=line.number or str(line.position),
        leads="; ".join(shown.leads),
        cooperating="; ".join(shown.cooperating),
        deadline=deadline_words(line),
        budget=budget_words(line.budget, line.budget_source),
        pill=(CHANGE_SIGNS[change], str(change.label)),
        is_new=change is LineChange.NEW,
        is_unsettled=change is LineChange.UNSETTLED,
    )


def chapters_of(version: PlanVersion) -> list[Chapter]:
    """The lines of a version by field, in the order of the document."""
    day = version.issued_on or today()
    chapters: dict[str, list[LineRow]] = {}
    for shown in lines_of(version, day):
        chapters.setdefault(shown.line.field, []).append(line_row(shown))
    sums = budget_of(version.pk).by_field
    return [
        Chapter(f"{code}. {field_name(code, day)}", tuple(rows), budget_words(sums.get(code)))
        for code, rows in sorted(chapters.items())
    ]


def whole_budget(version: PlanVersion) -> str:
    """What the whole version costs, as far as it says so, and of how many tasks that is; in words."""
    found = budget_of(version.pk)
    if not found.tasks:
        return ""
    told = {"amount": budget_words(found.total), "num": found.tasks}
    return (
        ngettext(
            "Kinh phí %(amount)s, của %(num)d nhiệm vụ có ghi số tiền.",
            "Kinh phí %(amount)s, của %(num)d nhiệm vụ có ghi số tiền.",
            found.tasks,
        )
        % told
    )


def drafted(request: AuthenticatedRequest, plan_id: int) -> tuple[Plan, PlanVersion]:
    """The plan and its draft; 404 without one, and for whoever may not see it."""
    plan = visible_plan(request, plan_id)
    version = (
        PlanVersion.objects.filter(plan=plan, state=VersionState.DRAFT).select_related("replaces").first()
    )
    # A plan that everybody may read has a draft of its next version all the same.
    if version is None or not may_see_plan(actor(request), plan, is_issued=False):
        raise Http404
    return plan, version


def own_draft(request: AuthenticatedRequest, plan_id: int) -> tuple[Plan, PlanVersion]:
    """The draft for somebody who may edit it; 404 for everybody else."""
    plan, version = drafted(request, plan_id)
    if not may_edit_plan(actor(request), plan):
        raise Http404
    return plan, version


def asked_version(request: AuthenticatedRequest) -> int:
    """The version of the draft that the person saw; one that cannot be read fits none."""
    return whole_number(request.POST.get("version")) or 0


def draft_context(request: AuthenticatedRequest, plan: Plan, version: PlanVersion) -> dict[str, object]:
    """What the page of a draft shows."""
    who = actor(request)
    chapters = chapters_of(version)
    rows = [row for chapter in chapters for row in chapter.rows]
    may_edit = may_edit_plan(who, plan)
    is_first = version.replaces_id is None
    parents = [(str(one.pk), one.title) for one in _parents(request, plan)]
    return {
        **frame(request, "plans"),
        **target_context(plan, version),
        "plan": plan,
        "version": version,
        "chapters": chapters,
        "lines": len(rows),
        "unsettled": sum(row.is_unsettled for row in rows),
        "is_first": is_first,
        "may_edit": may_edit,
        "may_issue": may_issue_plan(who, plan),
        "prefix": reverse("plan", args=[plan.pk]),
        "head_form": HeadForm(parents=parents, initial=_head(plan, version)),
        "to_take_over": len(tasks_to_take_over(plan)) if may_edit else 0,
        "year": plan.year,
        "papers": paper_links(who, version),
        "budget": whole_budget(version),
    }


def _head(plan: Plan, version: PlanVersion) -> dict[str, object]:
    return {"title": plan.title, "parent": plan.parent_id or "", "secret_lines": version.secret_lines}


def _parents(request: AuthenticatedRequest, plan: Plan) -> list[Plan]:
    if plan.level == PlanLevel.PROVINCE:
        return []
    above = plans_seen_by(actor(request), plan.year).filter(level=PlanLevel.PROVINCE)
    return list(above.exclude(pk=plan.pk))


@page("GET", "POST")
def draft(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """The draft; a POST stores its head."""
    plan, version = drafted(request, plan_id) if request.method == "GET" else own_draft(request, plan_id)
    context = draft_context(request, plan, version)
    if request.method == "GET":
        return render(request, "plans/draft.html", context)
    parents = [(str(one.pk), one.title) for one in _parents(request, plan)]
    form = HeadForm(request.POST, parents=parents)
    context["head_form"] = form
    # What the head says now, for whoever typed something else meanwhile.
    context["stored"] = [
        (form["title"].label, plan.title),
        (form["secret_lines"].label, str(version.secret_lines)),
    ]

    def save() -> None:
        if not form.is_valid():
            raise form_refused(form)
        change_plan(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            title=form.cleaned_data["title"],
            parent_id=whole_number(form.cleaned_data["parent"]),
            secret_lines=form.cleaned_data["secret_lines"],
        )

    return changed(
        request, save, _("Đã lưu."), context, "plans/draft.html", reverse("plan-draft", args=[plan_id])
    )


# ---- one line ----


def _form(plan: Plan, *args: object, **kwargs: object) -> LineForm:
    return LineForm(*args, on=today(), year=plan.year, parents=tasks_above(plan), **kwargs)


def _valid_line(form: LineForm, plan: Plan) -> NewLine:
    if not form.is_valid():
        raise form_refused(form, form.gaps_of_the_rest(plan))
    return form.to_line()


@page("GET", "POST")
def new_line(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """A new task; saving offers the next one at once, in the same field."""
    plan, version = own_draft(request, plan_id)
    initial = {"field": request.GET.get("field", "F0"), "leads": request.GET.get("leads", "")}
    form = _form(plan, request.POST or None, initial=initial)
    context = {**_line_frame(request, plan, version), "form": form, "row": None}
    if request.method == "GET":
        return render(request, "plans/line.html", context)

    def save() -> None:
        line = _valid_line(form, plan)
        add_line(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            line=line,
        )

    to = f"{reverse('plan-line-new', args=[plan_id])}?field={request.POST.get('field', '')}"
    if "last" in request.POST:
        to = reverse("plan-draft", args=[plan_id])
    return changed(request, save, _("Đã thêm nhiệm vụ."), context, "plans/line.html", to)


@page("GET", "POST")
def line(request: AuthenticatedRequest, plan_id: int, line_id: int) -> HttpResponse:
    """Another wording; of a task of the version before with the clause that changes it."""
    plan, version = own_draft(request, plan_id)
    shown = next(iter(lines_of(version, today(), line_id=line_id)), None)
    if shown is None:
        raise Http404
    form = _form(plan, request.POST or None, initial=initial_of(shown))
    row = line_row(shown)
    context = {
        **_line_frame(request, plan, version),
        "form": form,
        "row": row,
        "clause": request.POST.get("clause", shown.line.clause),
        "stored": _stored(form, shown),
    }
    if request.method == "GET":
        return render(request, "plans/line.html", context)

    def save() -> None:
        wording = _valid_line(form, plan)
        who, at, seen = actor(request), now(), asked_version(request)
        if row.is_new:
            change_line(by=who, at=at, line_id=line_id, expected_version=seen, line=wording)
            return
        before = lines_before(version, shown)
        change = LineChange.CHANGED if before == set(wording.leads) else LineChange.REASSIGNED
        settlement = Settlement(change, request.POST.get("clause", ""), wording)
        settle_line(by=who, at=at, line_id=line_id, expected_version=seen, settlement=settlement)

    to = f"{reverse('plan-draft', args=[plan_id])}#line-{line_id}"
    return changed(request, save, _("Đã lưu nhiệm vụ."), context, "plans/line.html", to)


def _stored(form: LineForm, shown: ShownLine) -> list[tuple[str, str]]:
    """What the line says now, for whoever typed other words meanwhile."""
    texts = {name: value for name, value in initial_of(shown).items() if isinstance(value, str)}
    shown_as = {**texts, "field": field_name(shown.line.field, today()), "parent_task": ""}
    return [(str(form[name].label), text) for name, text in shown_as.items() if text]


def lines_before(version: PlanVersion, shown: ShownLine) -> set[object]:
    """Who led the task in the version before."""
    found = TaskLine.objects.filter(version=version.replaces_id, task=shown.line.task_id).first()
    return set(line_of(found).leads) if found is not None else set()


def _line_frame(request: AuthenticatedRequest, plan: Plan, version: PlanVersion) -> dict[str, object]:
    return {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "prefix": reverse("plan", args=[plan.pk]),
        "clause": "",
    }


@page("POST")
def remove(request: AuthenticatedRequest, plan_id: int, line_id: int) -> HttpResponse:
    plan, version = own_draft(request, plan_id)
    if not version.lines.filter(pk=line_id).exists():
        raise Http404

    def act() -> None:
        remove_line(by=actor(request), at=now(), line_id=line_id, expected_version=asked_version(request))

    context = draft_context(request, plan, version)
    to = reverse("plan-draft", args=[plan_id])
    return changed(request, act, _("Đã xóa dòng."), context, "plans/draft.html", to)


@page("POST")
def discard(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Drops the draft; a plan that was never issued goes with it."""
    plan, version = own_draft(request, plan_id)

    def act() -> None:
        discard_version(
            by=actor(request), at=now(), version_id=version.pk, expected_version=asked_version(request)
        )

    context = draft_context(request, plan, version)
    to = reverse("plans") if version.replaces_id is None else reverse("plan", args=[plan_id])
    return changed(request, act, _("Đã bỏ dự thảo."), context, "plans/draft.html", to)


@page("GET", "POST")
def take(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Tasks of the upper plan that this agency leads become lines of its own plan."""
    plan, version = own_draft(request, plan_id)
    day = today()
    offered = [
        (
            one.task_id,
            f"{one.field}. {field_name(one.field, day)}",
            one.text,
            one.product,
            deadline_words(one),
        )
        for one in tasks_to_take_over(plan)
    ]
    context = {
        **_line_frame(request, plan, version),
        "offered": offered,
        "ticked": request.POST.getlist("task"),
    }
    if request.method == "GET":
        return render(request, "plans/take.html", context)

    def act() -> None:
        wanted = [number for text in request.POST.getlist("task") if (number := whole_number(text))]
        take_over(
            by=actor(request),
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            task_ids=wanted,
        )

    to = reverse("plan-draft", args=[plan_id])
    return changed(request, act, _("Đã đưa vào dự thảo."), context, "plans/take.html", to)
