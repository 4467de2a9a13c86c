"""What people edit of the yearly review of procedures: its plan, conclusions, problems (edited.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from trust.edited import Added, Family, Page, Part, number_of
from trust.edited_procedures import marked


def review_family() -> Family:
    """The yearly review: its plan, its conclusions, what became of problems."""
    from openpar.base.accounts.models import Role
    from tests import factories
    from tests.delivery.procedures import pages

    manager = factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"))
    agency = factories.organisation("Sở Y tế")
    things = pages.procedure_things(manager, agency)
    focal = factories.actor_as(Role.FOCAL_OFFICER, agency)
    return Family(
        (
            _plan(manager),
            _finished(things.review, focal),
            *_of_a_problem(things.problem, focal),
        ),
        (_problems(things.review, focal),),
    )


def _plan(manager: Any) -> Part:
    from openpar.delivery.procedures.actions.reviews import PlanHead, plan_facts, record_review_plan
    from openpar.delivery.procedures.models import ReviewPlan
    from tests.delivery.procedures.catalogue import AT

    signed = date(2025, 1, 20)

    def save(seen: str, number: int, words: str) -> object:
        head = PlanHead(2025, f"{number} {words}", signed, "UBND tỉnh")
        return record_review_plan(by=manager, at=AT, head=head, seen=seen)

    def plan() -> Any:
        return ReviewPlan.objects.get(year=2025)

    save("", 0, "lúc đầu")
    return marked(
        "the review plan of a year",
        lambda: plan_facts(plan()),
        lambda: number_of(plan().number),
        save,
        Page(
            "/procedures/reviews/plan/?year=2025",
            manager,
            AT,
            lambda seen, number, words: {
                "year": "2025",
                "number": f"{number} {words}",
                "signed_on": f"{signed:%d/%m/%Y}",
                "issuer": "UBND tỉnh",
                "seen": seen,
            },
        ),
    )


@dataclass(frozen=True)
class _Step:
    """Something that is told once: by a day and a text, named alike in the action and in its form."""

    name: str
    page: str
    act: Callable[..., object]
    facts: Callable[[], Mapping[str, object] | None]
    said: Callable[[], str]
    day: str
    text: str

    def part(self, focal: Any) -> Part:
        from tests.delivery.procedures.catalogue import AT, TODAY

        def save(seen: str, number: int, words: str) -> object:
            told = {self.day: TODAY, self.text: f"{number} {words}"}
            return self.act(by=focal, at=AT, seen=seen, **told)

        def form(seen: Any, number: int, words: str) -> dict[str, str]:
            return {self.day: f"{TODAY:%d/%m/%Y}", self.text: f"{number} {words}", "seen": seen}

        save("", 0, "lúc đầu")
        page = Page(self.page, focal, AT, form)
        return marked(self.name, self.facts, lambda: number_of(self.said()), save, page)


def _finished(review: int, focal: Any) -> Part:
    from openpar.delivery.procedures.actions.reviews import finish_facts, finish_review
    from openpar.delivery.procedures.models import ProcedureReview

    def row() -> Any:
        return ProcedureReview.objects.get(pk=review)

    return _Step(
        "the conclusion of a review",
        f"/procedures/reviews/{review}/finish/",
        partial(finish_review, review_id=review),
        lambda: finish_facts(row()),
        lambda: row().conclusion,
        day="reviewed_on",
        text="conclusion",
    ).part(focal)


def _of_a_problem(problem: int, focal: Any) -> tuple[Part, Part]:
    """What was decided about it, and how it was handled."""
    from openpar.delivery.procedures.actions import reviews
    from openpar.delivery.procedures.models import ReviewProblem

    def row() -> Any:
        return ReviewProblem.objects.get(pk=problem)

    decided = _Step(
        "the decision about a problem",
        f"/procedures/problems/{problem}/decide/",
        partial(reviews.decide_problem, problem_id=problem),
        lambda: reviews.decision_facts(row()),
        lambda: row().decision_number,
        day="decided_on",
        text="number",
    )
    handled = _Step(
        "how a problem was handled",
        f"/procedures/problems/{problem}/handle/",
        partial(reviews.handle_problem, problem_id=problem),
        lambda: reviews.handling_facts(row()),
        lambda: row().handling,
        day="handled_on",
        text="handling",
    )
    return decided.part(focal), handled.part(focal)


def _problems(review: int, focal: Any) -> Added:
    from openpar.delivery.procedures.actions.reviews import Found, record_problem
    from openpar.delivery.procedures.models import ReviewProblem
    from openpar.delivery.procedures.words import Part as Piece
    from tests.delivery.procedures.catalogue import AT, TODAY

    def add(words: str) -> object:
        return record_problem(by=focal, at=AT, review_id=review, found=Found(Piece.FEE, words, TODAY))

    rows = ReviewProblem.objects.filter(review=review, part=Piece.FEE)
    return Added("problems of a review", add, lambda: list(rows.values_list("text", flat=True)))
