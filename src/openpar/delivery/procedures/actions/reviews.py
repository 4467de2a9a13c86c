"""The yearly review: plan, procedures in it, problems found, simplification decided, handled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.delivery.procedures.actions.shared import (
    in_future,
    missing,
    not_allowed,
    organisation_gaps,
    refuse_if,
    refuse_unless_manager,
    refuse_unless_seen,
    too_long,
    trace,
)
from openpar.delivery.procedures.errors import ProceduresRefused
from openpar.delivery.procedures.models import Procedure, ProcedureReview, ReviewPlan, ReviewProblem
from openpar.delivery.procedures.permissions import may_work_on_review
from openpar.delivery.procedures.words import Part

YEARS = range(2010, 2100)


@dataclass(frozen=True)
class PlanHead:
    """The plan of a year as a document."""

    year: int
    number: str
    signed_on: date
    issuer: str
    is_sample: bool = False


@dataclass(frozen=True)
class Found:
    """A problem that a review found in one part of a procedure."""

    part: Part
    text: str
    found_on: date
    proposal: str = ""


def record_review_plan(*, by: Actor, at: datetime, head: PlanHead, seen: str = "") -> ReviewPlan:
    """The plan of a year; once more for the same year corrects it.

    `seen`: the mark (`mark_of`) of `plan_facts` when the person typed. Raises ProceduresRefused,
    StaleProcedures when another plan of this year was recorded since.
    """
    with write_transaction():
        refuse_unless_manager(by)
        gaps = [
            *missing(_("Số kế hoạch"), head.number, _("Ghi số, ký hiệu"), "number-missing"),
            *missing(_("Cơ quan ban hành"), head.issuer, _("Ghi cơ quan ban hành"), "issuer-missing"),
            *too_long(_("Số kế hoạch"), head.number, 80),
            *too_long(_("Cơ quan ban hành"), head.issuer, 250),
            *in_future(_("Ngày ký"), head.signed_on, at),
        ]
        if head.year not in YEARS:
            gaps.append(Gap(_("Năm"), _("%d không phải là năm") % head.year, code="year-unfit"))
        refuse_if(gaps)
        plan = ReviewPlan.objects.select_for_update().filter(year=head.year).first()
        before = plan_facts(plan)
        refuse_unless_seen(_("Kế hoạch rà soát"), before, seen)
        plan = plan or ReviewPlan(year=head.year)
        for name, value in asdict(head).items():
            setattr(plan, name, value)
        plan.save()
        trace(
            by=by,
            at=at,
            verb="review.planned",
            object=f"review_plan:{plan.pk}",
            label=plan.number,
            before=before,
            after=asdict(head),
        )
        return plan


def add_review(
    *, by: Actor, at: datetime, plan_id: int, procedure_id: int, organisation_id: int, due_on: date
) -> ProcedureReview:
    """One procedure in the plan of a year: who reviews it, until when."""
    with write_transaction():
        plan = ReviewPlan.objects.select_for_update().get(pk=plan_id)
        refuse_unless_manager(by)
        procedure = Procedure.objects.get(pk=procedure_id)
        gaps = organisation_gaps(organisation_id)
        if plan.reviews.filter(procedure=procedure).exists():
            what = _("%s đã có trong kế hoạch") % procedure.full_code
            gaps.append(Gap(_("Thủ tục"), what, _("Chọn thủ tục khác"), code="review-twice"))
        if due_on < plan.signed_on:
            what = _("trước ngày ký kế hoạch %s") % format_date(plan.signed_on)
            gaps.append(Gap(_("Thời hạn"), what, _("Chọn ngày trong năm"), code="due-before-plan"))
        refuse_if(gaps)
        review = ProcedureReview.objects.create(
            plan=plan, procedure=procedure, organisation_id=organisation_id, due_on=due_on
        )
        after = {"organisation": organisation_id, "due_on": due_on}
        _trace(review, "review.added", by=by, at=at, after=after)
        return review


def finish_review(
    *, by: Actor, at: datetime, review_id: int, reviewed_on: date, conclusion: str, seen: str = ""
) -> ProcedureReview:
    """The review of a procedure is done, with its conclusion; problems are recorded beside it.

    `seen`: the mark (`mark_of`) of `finish_facts` when the person typed. Raises ProceduresRefused,
    StaleProcedures when another conclusion was recorded since.
    """
    with write_transaction():
        review = _locked(review_id, by)
        refuse_if(
            [
                *in_future(_("Ngày rà soát xong"), reviewed_on, at),
                *missing(_("Kết luận"), conclusion, _("Ghi kết luận rà soát"), "conclusion-missing"),
            ]
        )
        refuse_unless_seen(_("Kết luận"), finish_facts(review), seen)
        before = {"reviewed_on": review.reviewed_on, "conclusion": review.conclusion}
        review.reviewed_on, review.conclusion = reviewed_on, nfc(conclusion).strip()
        review.save(update_fields=["reviewed_on", "conclusion"])
        after = {"reviewed_on": reviewed_on, "conclusion": review.conclusion}
        _trace(review, "review.finished", by=by, at=at, before=before, after=after)
        return review


def record_problem(*, by: Actor, at: datetime, review_id: int, found: Found) -> ReviewProblem:
    """A problem that the review found; open until it is handled."""
    with write_transaction():
        review = _locked(review_id, by)
        refuse_if(
            [
                *missing(_("Vấn đề"), found.text, _("Ghi vấn đề phát hiện"), "text-missing"),
                *in_future(_("Ngày phát hiện"), found.found_on, at),
            ]
        )
        problem = ReviewProblem.objects.create(
            review=review,
            part=found.part,
            text=nfc(found.text).strip(),
            proposal=nfc(found.proposal).strip(),
            found_on=found.found_on,
        )
        _trace(review, "review.problem_found", by=by, at=at, after=asdict(found))
        return problem


def decide_problem(
    *, by: Actor, at: datetime, problem_id: int, number: str, decided_on: date, seen: str = ""
) -> ReviewProblem:
    """The decision that simplifies what the problem is about; `seen` is the mark of `decision_facts`.

    Raises ProceduresRefused, StaleProcedures when another decision was recorded since.
    """
    with write_transaction():
        problem = _locked_problem(problem_id, by)
        where = _("Số quyết định")
        gaps = [
            *missing(where, number, _("Ghi số, ký hiệu quyết định đơn giản hóa"), "number-missing"),
            *too_long(where, number, 80),
            *in_future(_("Ngày quyết định"), decided_on, at),
        ]
        if decided_on < problem.found_on:
            what = _("trước ngày phát hiện %s") % format_date(problem.found_on)
            gaps.append(Gap(_("Ngày quyết định"), what, _("Kiểm tra lại ngày"), code="before-found"))
        refuse_if(gaps)
        refuse_unless_seen(where, decision_facts(problem), seen)
        before = {"decision_number": problem.decision_number, "decided_on": problem.decided_on}
        problem.decision_number, problem.decided_on = nfc(number).strip(), decided_on
        problem.save(update_fields=["decision_number", "decided_on"])
        after = {"decision_number": problem.decision_number, "decided_on": decided_on}
        _trace(problem.review, "review.problem_decided", by=by, at=at, before=before, after=after)
        return problem


def handle_problem(
    *, by: Actor, at: datetime, problem_id: int, handled_on: date, handling: str, seen: str = ""
) -> ReviewProblem:
    """The problem is handled: how, and since when; `seen` is the mark of `handling_facts`.

    Raises ProceduresRefused, StaleProcedures when something else was recorded since.
    """
    with write_transaction():
        problem = _locked_problem(problem_id, by)
        where = _("Ngày xử lý xong")
        gaps = [
            *missing(_("Đã xử lý thế nào"), handling, _("Ghi cách xử lý, văn bản"), "handling-missing"),
            *in_future(where, handled_on, at),
        ]
        if handled_on < problem.found_on:
            what = _("trước ngày phát hiện %s") % format_date(problem.found_on)
            gaps.append(Gap(where, what, _("Kiểm tra lại ngày"), code="before-found"))
        refuse_if(gaps)
        refuse_unless_seen(_("Đã xử lý thế nào"), handling_facts(problem), seen)
        before = {"handled_on": problem.handled_on, "handling": problem.handling}
        problem.handled_on, problem.handling = handled_on, nfc(handling).strip()
        problem.save(update_fields=["handled_on", "handling"])
        after = {"handled_on": handled_on, "handling": problem.handling}
        _trace(problem.review, "review.problem_handled", by=by, at=at, before=before, after=after)
        return problem


def plan_facts(plan: ReviewPlan | None) -> dict[str, object] | None:
    """The head of a plan as it is recorded."""
    if plan is None:
        return None
    return asdict(PlanHead(plan.year, plan.number, plan.signed_on, plan.issuer, plan.is_sample))


def finish_facts(review: ProcedureReview) -> dict[str, object] | None:
    """How a review ended, as far as recorded."""
    if review.reviewed_on is None:
        return None
    return {"reviewed_on": review.reviewed_on, "conclusion": review.conclusion}


def decision_facts(problem: ReviewProblem) -> dict[str, object] | None:
    """What was decided about a problem, as far as recorded."""
    if problem.decided_on is None:
        return None
    return {"number": problem.decision_number, "decided_on": problem.decided_on}


def handling_facts(problem: ReviewProblem) -> dict[str, object] | None:
    """How a problem was handled, as far as recorded."""
    if problem.handled_on is None:
        return None
    return {"handled_on": problem.handled_on, "handling": problem.handling}


def _locked(review_id: int, by: Actor) -> ProcedureReview:
    review = ProcedureReview.objects.select_for_update().get(pk=review_id)
    if not may_work_on_review(by, review.organisation_id):
        raise ProceduresRefused(not_allowed(by))
    return review


def _locked_problem(problem_id: int, by: Actor) -> ReviewProblem:
    problem = (
        ReviewProblem.objects.select_for_update(of=("self",)).select_related("review").get(pk=problem_id)
    )
    if not may_work_on_review(by, problem.review.organisation_id):
        raise ProceduresRefused(not_allowed(by))
    return problem


def _trace(
    review: ProcedureReview,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    trace(
        by=by,
        at=at,
        verb=verb,
        object=f"procedure:{review.procedure_id}",
        label=f"{review.procedure.full_code} ({review.plan.year})",
        before=before,
        after=after,
    )
