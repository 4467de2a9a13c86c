"""A version comes into force by its document; a plan in force is replaced, task by task with the clause."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.formats import parse_date
from openpar.reform.plans.actions.issuing import issue_plan, version_gaps
from openpar.reform.plans.actions.replacing import draft_version, settle_rest
from openpar.reform.plans.actions.together import settle_lines
from openpar.reform.plans.errors import StalePlan
from openpar.reform.plans.lines import Settlement
from openpar.reform.plans.models import LineChange, Plan, PlanVersion, VersionState
from openpar.reform.plans.permissions import may_edit_plan, may_issue_plan
from openpar.web.components.documents import stored_file_answer
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.plans.common import (
    VERSION_PILLS,
    changed,
    document_given,
    frame,
    offered_documents,
    seen_version,
    typed,
    visible_plan,
)
from openpar.web.plans.drafting import (
    asked_version,
    chapters_of,
    draft_context,
    drafted,
    own_draft,
    whole_budget,
)
from openpar.web.plans.papers import paper_links
from openpar.web.plans.targets import target_context

_TYPED = ("document", "title", "number", "issued_on", "from_on")
# What a row of the table may say at once; another wording has a page of its own.
_QUICK = (LineChange.CARRIED, LineChange.DROPPED)


def document_owner(who: Actor, plan: Plan) -> int:
    """In whose store the document of a plan lies: the plan's own organisation, else who steers it."""
    held = who.organisations(Role.ROUND_MANAGER, Role.AGENCY_HEAD)
    return plan.organisation_id if plan.organisation_id in held else min(held, default=plan.organisation_id)


@page("GET", "POST")
def issue(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    plan, version = drafted(request, plan_id)
    who = actor(request)
    if not may_issue_plan(who, plan):
        raise Http404
    owner = document_owner(who, plan)
    context = {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "prefix": reverse("plan", args=[plan_id]),
        "documents": offered_documents({owner, plan.organisation_id}),
        "lines": version.lines.count(),
        "gaps": version_gaps(version),
        "typed": dict.fromkeys(_TYPED, ""),
    }
    if request.method == "GET":
        return render(request, "plans/issue.html", context)
    try:
        document_id = document_given(request, owner)
        context["typed"] = typed(request, *_TYPED)
        if document_id is None:
            what = _("chưa có văn bản ban hành kế hoạch")
            raise Refused(Gap(_("Văn bản"), what, _("Chọn hoặc thêm văn bản"), link="#id_document"))
        from_on = request.POST.get("from_on", "").strip()
        issued = issue_plan(
            by=who,
            at=now(),
            version_id=version.pk,
            expected_version=asked_version(request),
            document_id=document_id,
            from_on=parse_date(from_on, where=_("Có hiệu lực từ")) if from_on else None,
        )
    except Refused as error:
        context["typed"] = typed(request, *_TYPED)
        context["documents"] = offered_documents({owner, plan.organisation_id})
        status = 409 if isinstance(error, StalePlan) else 422
        return refused(request, error, template="plans/issue.html", context=context, status=status)
    say(request, _("Kế hoạch có hiệu lực từ %s; nhiệm vụ đã giao đến từng cơ quan.") % _day(issued))
    return redirect("plan", plan_id)


def _day(version: PlanVersion) -> str:
    return f"{version.from_on:%d/%m/%Y}" if version.from_on else ""


@page("POST")
def replace(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Begins the version that replaces the one in force."""
    plan = visible_plan(request, plan_id)
    if not may_edit_plan(actor(request), plan):
        raise Http404
    try:
        draft_version(by=actor(request), at=now(), plan_id=plan_id)
    except Refused as error:
        return refused(request, error)
    say(request, _("Đã lập bản thay thế: xác định từng nhiệm vụ rồi ban hành."))
    return redirect("plan-draft", plan_id)


@page("POST")
def settle(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """Several tasks at once: kept as they are, or not carried out any more, each with its clause."""
    plan, version = own_draft(request, plan_id)

    def act() -> None:
        if "rest" in request.POST:
            settle_rest(
                by=actor(request),
                at=now(),
                version_id=version.pk,
                expected_version=asked_version(request),
                clause=request.POST.get("clause", ""),
            )
            return
        _settle_rows(request, version)

    context = draft_context(request, plan, version)
    return changed(
        request, act, _("Đã lưu."), context, "plans/draft.html", reverse("plan-draft", args=[plan_id])
    )


def _settle_rows(request: AuthenticatedRequest, version: PlanVersion) -> None:
    """The rows that say something else than they did. Raises PlansRefused with the gaps of every row."""
    settlements = {}
    for line in version.lines.order_by("position", "id"):
        chosen = request.POST.get(f"change-{line.pk}", "")
        clause = request.POST.get(f"clause-{line.pk}", "").strip()
        if chosen in _QUICK and (chosen, clause) != (line.change, line.clause):
            settlements[line.pk] = Settlement(LineChange(chosen), clause)
    settle_lines(
        by=actor(request), at=now(), expected_version=asked_version(request), settlements=settlements
    )


@page("GET")
def version(request: AuthenticatedRequest, plan_id: int, number: int) -> HttpResponse:
    """What one version says, task by task, and what it did with those of the version before."""
    plan = visible_plan(request, plan_id)
    found = seen_version(request, plan, number)
    context = {
        **frame(request, "plans"),
        **target_context(plan, found),
        "plan": plan,
        "version": found,
        "pill": (VERSION_PILLS[VersionState(found.state)], found.get_state_display()),
        "chapters": chapters_of(found),
        "versions": _others(plan),
        "prefix": reverse("plan", args=[plan_id]),
        "may_edit": False,
        "papers": paper_links(actor(request), found),
        "budget": whole_budget(found),
    }
    return render(request, "plans/version.html", context)


@page("GET")
def version_document(request: AuthenticatedRequest, plan_id: int, number: int) -> HttpResponse:
    """The signed document, for everybody who may read the plan."""
    found = seen_version(request, visible_plan(request, plan_id), number)
    if found.document is None:
        raise Http404
    return stored_file_answer(found.document)


def _others(plan: Plan) -> list[PlanVersion]:
    found = PlanVersion.objects.filter(plan=plan).exclude(state=VersionState.DRAFT)
    return list(found.order_by("-number"))
