"""What the addresses of the pages of procedures name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.delivery.procedures.actions.decisions import prepare_decision
from openpar.delivery.procedures.actions.lines import NewLine, add_line
from openpar.delivery.procedures.actions.reviews import (
    Found,
    PlanHead,
    add_review,
    plan_facts,
    record_problem,
    record_review_plan,
)
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.contents import Agency
from openpar.delivery.procedures.models import Procedure, ReviewPlan
from openpar.delivery.procedures.words import Level, LineChange, Part
from tests.delivery.procedures.catalogue import AT, contents, decision, head

# Addresses that are about a draft; all others are about a decision that was issued.
OF_DRAFTS = (
    *("publishing-decision-edit", "publishing-decision-issue", "publishing-decision-discard"),
    *("publishing-line-new", "publishing-line", "publishing-line-remove"),
)


@dataclass(frozen=True)
class ProcedureThings:
    """A procedure of one agency, its decision, a draft with a line, a plan with a review and a problem."""

    procedure: int
    issued: int
    draft: int
    line: int
    plan: int
    review: int
    problem: int

    def named(self, address: str) -> Mapping[str, int]:
        """The things by the names that the address gives them."""
        return {
            "procedure_id": self.procedure,
            "decision_id": self.draft if address in OF_DRAFTS else self.issued,
            "line_id": self.line,
            "plan_id": self.plan,
            "review_id": self.review,
            "problem_id": self.problem,
        }


def procedure_things(
    by: Actor, agency: Organisation, *, code: str = "9.000001", at: datetime = AT
) -> ProcedureThings:
    """All of it; `by` may manage procedures, `agency` handles and reviews this one."""
    what = contents(levels=(Level.PROVINCE,), agencies=(Agency(key=agency.key),))
    issued = decision(NewLine(code, LineChange.NEW, what), by=by, at=at, number=f"{code}/QĐ-UBND")
    procedure = Procedure.objects.get(code=code)
    meant = head(f"{code}/DT-UBND", signed_on=date(2026, 7, 1), effective_on=date(2026, 8, 3))
    draft = prepare_decision(by=by, at=at, head=meant)
    line = add_line(by=by, at=at, decision_id=draft.pk, line=NewLine(code, LineChange.AMENDED))
    year = PlanHead(2026, "12/KH-UBND", date(2026, 1, 20), "UBND tỉnh")
    seen = mark_of(plan_facts(ReviewPlan.objects.filter(year=2026).first()))
    plan = record_review_plan(by=by, at=at, head=year, seen=seen)
    review = add_review(
        by=by,
        at=at,
        plan_id=plan.pk,
        procedure_id=procedure.pk,
        organisation_id=agency.pk,
        due_on=date(2026, 9, 15),
    )
    found = Found(Part.LIMIT, "Thời hạn dài", date(2026, 6, 1))
    problem = record_problem(by=by, at=at, review_id=review.pk, found=found)
    return ProcedureThings(procedure.pk, issued.pk, draft.pk, line.pk, plan.pk, review.pk, problem.pk)
