"""The yearly review: the plan and its procedures, problems that nobody has handled, one review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.queries import names_on, organisations_as_of
from openpar.common.errors import Gap, Refused
from openpar.delivery.procedures.actions.reviews import (
    add_review,
    decide_problem,
    finish_facts,
    finish_review,
    handle_problem,
    plan_facts,
    record_problem,
    record_review_plan,
)
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.errors import StaleProcedures
from openpar.delivery.procedures.models import ProcedureReview, ProcedureVersion, ReviewPlan, ReviewProblem
from openpar.delivery.procedures.permissions import may_work_on_review
from openpar.delivery.procedures.queries.reviewing import (
    names_of,
    plan_standing,
    plan_years,
    reviews_in,
    unhandled_problems,
)
from openpar.delivery.procedures.queries.rules_of_day import find_procedure
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today
from openpar.web.people.forms import choice_of
from openpar.web.procedures.common import asked_number, frame, manager
from openpar.web.procedures.conflicts import conflict_of
from openpar.web.procedures.forms import (
    DecideForm,
    FinishForm,
    HandleForm,
    PlanForm,
    ProblemForm,
    ReviewForm,
)

HERE = "procedure-reviews"
_PLAN, _ADD, _REVIEW = "procedures/review_plan.html", "procedures/review_add.html", "procedures/review.html"


@page("GET")
def reviews(request: AuthenticatedRequest) -> HttpResponse:
    """The work-list of a year, and the problems of all years that nobody has handled."""
    day = today()
    year = asked_number(request, "year") or day.year
    standing = plan_standing(year) if 1900 < year < 2200 else None
    if standing is None:
        raise Http404
    lines = reviews_in(standing.plan, day) if standing.plan else ()
    found = slice_of(request, lines)
    years = sorted({*plan_years(), day.year, year}, reverse=True)
    context = {
        **frame(request, HERE),
        "year": year,
        "years": [(str(one), str(one)) for one in years],
        "standing": standing,
        "is_late": standing.is_late(day),
        "slice": found,
        "rows": [(line, line.days_late(day)) for line in found.items],
        "problems": unhandled_problems(day),
        "prefix": reverse(HERE),
    }
    return render(request, "procedures/reviews.html", context)


@page("GET", "POST")
def plan(request: AuthenticatedRequest) -> HttpResponse:
    who = manager(request)
    year = asked_number(request, "year") or today().year
    there = ReviewPlan.objects.filter(year=year).first()
    initial: dict[str, object] = {"year": year}
    if there:
        names = ("year", "number", "signed_on", "issuer", "is_sample")
        initial = {name: getattr(there, name) for name in names}
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {**frame(request, HERE), "form": form, "plan": there, "seen": mark_of(plan_facts(there))}
    if request.method == "GET":
        return render(request, _PLAN, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        seen = request.POST.get("seen", "")
        made = record_review_plan(by=who, at=now(), head=form.head(), seen=seen)
    except StaleProcedures as error:
        context |= {"conflict": conflict_of(request, error.there, form), "seen": mark_of(error.there)}
        return refused(request, error, template=_PLAN, context=context, status=409)
    except Refused as error:
        context["seen"] = request.POST.get("seen", "")
        return refused(request, error, template=_PLAN, context=context)
    say(request, _("Đã ghi kế hoạch rà soát năm %d.") % made.year)
    return redirect(f"{reverse(HERE)}?year={made.year}")


@page("GET", "POST")
def add(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    who = manager(request)
    found = get_object_or_404(ReviewPlan, pk=plan_id)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    codes = ProcedureVersion.objects.as_of(today()).order_by("name_sort")
    context = {
        **frame(request, HERE),
        "plan": found,
        "form": form,
        "codes": list(codes.values_list("procedure__code", "name")),
        "organisations": [choice_of(version) for version in organisations_as_of(today())],
    }
    if request.method == "GET":
        return render(request, _ADD, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        procedure = find_procedure(given["code"])
        if procedure is None:
            remedy = _("Chọn một thủ tục trong danh sách gợi ý")
            what = _("không có trong danh mục")
            raise Refused(Gap(given["code"], what, remedy, code="procedure-unknown", link="#id_code"))
        add_review(
            by=who,
            at=now(),
            plan_id=plan_id,
            procedure_id=procedure.pk,
            organisation_id=given["organisation"],
            due_on=given["due_on"],
        )
    except Refused as error:
        return refused(request, error, template=_ADD, context=context)
    say(request, _("Đã thêm thủ tục vào kế hoạch."))
    return redirect(f"{reverse(HERE)}?year={found.year}")


@page("GET")
def review(request: AuthenticatedRequest, review_id: int) -> HttpResponse:
    return render(request, _REVIEW, _context(request, _review(review_id)))


def _review(review_id: int) -> ProcedureReview:
    return get_object_or_404(
        ProcedureReview.objects.select_related("plan", "procedure").prefetch_related("problems"), pk=review_id
    )


def _context(request: AuthenticatedRequest, found: ProcedureReview) -> dict[str, object]:
    day = today()
    initial = {"reviewed_on": found.reviewed_on, "conclusion": found.conclusion}
    return {
        **frame(request, HERE),
        "review": found,
        "name": names_of({found.procedure_id}, day).get(found.procedure_id, ""),
        "organisation": names_on([found.organisation_id], day).get(found.organisation_id, ""),
        "problems": [
            (problem, (day - problem.found_on).days if problem.handled_on is None else None)
            for problem in found.problems.all()
        ],
        "may_work": may_work_on_review(actor(request), found.organisation_id),
        "finish_form": FinishForm(initial=initial),
        "finish_seen": mark_of(finish_facts(found)),
        "problem_form": ProblemForm(),
        "decide_form": DecideForm(auto_id=False),
        "handle_form": HandleForm(auto_id=False),
        "prefix": reverse("procedure-review", args=[found.pk]),
    }


Act = Callable[[Actor, datetime, dict[str, Any]], Any]


def _work(
    request: AuthenticatedRequest, found: ProcedureReview, form: forms.Form, name: str, act: Act, told: str
) -> HttpResponse:
    """One action on a review, then its page again; a refusal is shown there with the form as typed."""
    who = actor(request)
    if not may_work_on_review(who, found.organisation_id):
        raise Http404
    try:
        if not form.is_valid():
            raise form_refused(form)
        act(who, now(), {**form.cleaned_data, "seen": request.POST.get("seen", "")})
    except StaleProcedures as error:
        context = {**_context(request, _review(found.pk)), name: form}
        context["conflict"] = conflict_of(request, error.there, form)
        return refused(request, error, template=_REVIEW, context=context, status=409)
    except Refused as error:
        context = {**_context(request, found), name: form}
        return refused(request, error, template=_REVIEW, context=context)
    say(request, told)
    return redirect("procedure-review", found.pk)


@page("POST")
def finish(request: AuthenticatedRequest, review_id: int) -> HttpResponse:
    def act(who: Actor, at: datetime, given: dict[str, Any]) -> None:
        finish_review(by=who, at=at, review_id=review_id, **given)

    form = FinishForm(request.POST)
    return _work(request, _review(review_id), form, "finish_form", act, _("Đã ghi kết quả rà soát."))


@page("POST")
def problem(request: AuthenticatedRequest, review_id: int) -> HttpResponse:
    form = ProblemForm(request.POST)

    def act(who: Actor, at: datetime, given: dict[str, Any]) -> None:
        record_problem(by=who, at=at, review_id=review_id, found=form.found())

    return _work(request, _review(review_id), form, "problem_form", act, _("Đã ghi vấn đề."))


def _of_problem(problem_id: int) -> ProcedureReview:
    found = get_object_or_404(ReviewProblem, pk=problem_id)
    return _review(found.review_id)


@page("POST")
def decide(request: AuthenticatedRequest, problem_id: int) -> HttpResponse:
    def act(who: Actor, at: datetime, given: dict[str, Any]) -> None:
        decide_problem(by=who, at=at, problem_id=problem_id, **given)

    form = DecideForm(request.POST, auto_id=False)
    told = _("Đã ghi quyết định đơn giản hóa.")
    return _work(request, _of_problem(problem_id), form, "decide_form", act, told)


@page("POST")
def handle(request: AuthenticatedRequest, problem_id: int) -> HttpResponse:
    def act(who: Actor, at: datetime, given: dict[str, Any]) -> None:
        handle_problem(by=who, at=at, problem_id=problem_id, **given)

    form = HandleForm(request.POST, auto_id=False)
    return _work(request, _of_problem(problem_id), form, "handle_form", act, _("Đã ghi xử lý xong."))
