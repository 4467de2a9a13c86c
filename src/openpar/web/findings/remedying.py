"""The unit plans the remedy, reports it with evidence, asks for more time: on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.documents.permissions import may_add_document
from openpar.base.documents.queries import documents_of_owners
from openpar.common.errors import Refused
from openpar.common.formats import format_date
from openpar.reform.findings.actions.extending import ask_extension, extension_gaps
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.errors import StaleFinding
from openpar.reform.findings.limits import year_of
from openpar.reform.findings.models import Cause, Finding
from openpar.reform.findings.permissions import may_remedy
from openpar.reform.findings.queries.story import Story, divisions_of, plans_for
from openpar.reform.findings.taxonomy import entry
from openpar.reform.plans.models import Plan
from openpar.reform.plans.permissions import may_edit_plan
from openpar.web.components.documents import read_particulars, typed_texts
from openpar.web.findings.common import (
    Choices,
    frame,
    gaps_to_plan,
    gaps_to_report,
    late_pill,
    seen_story,
    side,
    state_pill,
    whole_number,
)
from openpar.web.findings.forms import ExtensionForm, PlanForm
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today

MOST_OFFERED = 60


def _own_story(request: AuthenticatedRequest, finding_id: int) -> Story:
    """For whoever remedies it; 404 for everybody else."""
    story = seen_story(request, finding_id)
    if not may_remedy(side(request), story.finding):
        raise Http404
    return story


def _base(request: AuthenticatedRequest, story: Story) -> dict[str, object]:
    one = story.finding
    return {
        **frame(request, "findings"),
        "story": story,
        "finding": one,
        "pill": state_pill(one),
        "late": late_pill(one, today()),
    }


@page("GET", "POST")
def plan(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    """How and by when."""
    story = _own_story(request, finding_id)
    one, who = story.finding, actor(request)
    known = entry(one.code, one.period_until) if one.code else None
    divisions = [(str(pk), name) for pk, name in divisions_of(story.unit_now_id, today())]
    heads = [(str(leader.user_id), leader.name) for leader in story.leaders]
    form = PlanForm(
        request.POST or None,
        initial={
            "remedy": one.remedy or (known.remedy if known else ""),
            "deadline": one.deadline,
            "cause": one.cause or Cause.SUBJECTIVE.value,
            "cause_text": one.cause_text,
            "division": one.division_id or "",
            "head": one.head_id or "",
        },
        divisions=divisions,
        heads=heads,
        plans=_plans(request, story) if one.remedy_task_id is None else [],
    )
    gaps = gaps_to_plan(one, side(request))
    context = {**_base(request, story), "form": form, "gaps": gaps, "newer": []}
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form, gaps)
            given = form.cleaned_data
            plan_remedy(
                finding_id=one.pk,
                plan=RemedyPlan(
                    remedy=given["remedy"],
                    deadline=given["deadline"],
                    cause=Cause(given["cause"]),
                    cause_text=given["cause_text"],
                    division_id=given["division"],
                    head_id=given["head"],
                    plan_id=given.get("plan"),
                ),
                # A version that cannot be read fits none.
                expected_version=whole_number(request.POST.get("version")) or 0,
                by=who,
                at=now(),
            )
        except StaleFinding as error:
            # Saved once more, the words typed here replace what is stored now, which stands beside them.
            context["newer"] = _stored(form, one, dict(divisions), dict(heads))
            return refused(request, error, template="findings/plan.html", context=context, status=409)
        except Refused as error:
            return refused(request, error, template="findings/plan.html", context=context)
        say(request, _("Đã lưu kế hoạch khắc phục."))
        return redirect("finding", one.pk)
    return render(request, "findings/plan.html", context)


def _stored(
    form: PlanForm, finding: Finding, divisions: Mapping[str, str], heads: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What the plan says now, under the words of the form."""
    words = {
        "remedy": finding.remedy,
        "deadline": format_date(finding.deadline) if finding.deadline else "",
        "cause": str(Cause(finding.cause).label) if finding.cause else "",
        "cause_text": finding.cause_text,
        "division": divisions.get(str(finding.division_id), ""),
        "head": heads.get(str(finding.head_id), ""),
    }
    return [(str(form[name].label), text) for name, text in words.items() if text]


def _plans(request: AuthenticatedRequest, story: Story) -> Choices:
    """The plans of the unit that this person may add to."""
    who = actor(request)
    offered = dict(plans_for(story.unit_now_id, year_of(today())))
    plans = Plan.objects.filter(pk__in=list(offered))
    return [(str(each.pk), offered[each.pk]) for each in plans if may_edit_plan(who, each)]


@page("GET", "POST")
def report(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    """What was done, with documents of the store or one that is added here."""
    story = _own_story(request, finding_id)
    one, who = story.finding, actor(request)
    owner = story.unit_now_id
    context = {
        **_base(request, story),
        "gaps": gaps_to_report(one, side(request)),
        "typed": typed_texts(request, "text"),
        "may_add": may_add_document(who, owner),
    }
    ticked = {number for text in request.POST.getlist("documents") if (number := whole_number(text))}
    if request.method == "POST":
        try:
            if request.FILES.get("upload") is not None or request.POST.get("title", "").strip():
                # Stays in the store though the report be refused, and is ticked then.
                added = add_document(by=who, at=now(), owner_id=owner, **read_particulars(request))
                ticked.add(added.pk)
                context["typed"] = {**typed_texts(request, "text"), "title": "", "number": ""}
            report_remedy(
                finding_id=one.pk,
                text=request.POST.get("text", ""),
                document_ids=sorted(ticked),
                by=who,
                at=now(),
            )
        except Refused as error:
            context["documents"] = _offered(story, ticked)
            return refused(request, error, template="findings/report.html", context=context)
        say(request, _("Đã báo cáo khắc phục; bên phát hiện nhận thông báo."))
        return redirect("finding", one.pk)
    context["documents"] = _offered(story, ticked)
    return render(request, "findings/report.html", context)


def _offered(story: Story, ticked: set[int]) -> list[tuple[Document, str, bool]]:
    """The newest documents of the unit and the division, those that were ticked among them."""
    one = story.finding
    owners = {story.unit_now_id} | ({one.division_id} if one.division_id else set())
    found = list(documents_of_owners(owners)[:MOST_OFFERED])
    missing = ticked - {each.pk for each in found}
    if missing:
        found = [*documents_of_owners(owners).filter(pk__in=missing), *found]
    return [(each, document_words(each), each.pk in ticked) for each in found]


def document_words(one: Document) -> str:
    """“15/BC, 12/03/2026”."""
    day = format_date(one.issued_on) if one.issued_on else ""
    return ", ".join(part for part in (one.number, day) if part)


@page("GET", "POST")
def extension(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    """More time, with the reason."""
    story = _own_story(request, finding_id)
    form = ExtensionForm(request.POST or None)
    context = {**_base(request, story), "form": form}
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form, extension_gaps(story.finding, side(request)))
            ask_extension(finding_id=finding_id, **form.cleaned_data, by=actor(request), at=now())
        except Refused as error:
            return refused(request, error, template="findings/extension.html", context=context)
        say(request, _("Đã gửi đề nghị gia hạn."))
        return redirect("finding", finding_id)
    return render(request, "findings/extension.html", context)
