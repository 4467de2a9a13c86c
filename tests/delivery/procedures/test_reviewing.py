"""The yearly review: plan in time or late, problems found, decided, handled, and those nobody handled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.actions.reviews import (
    Found,
    PlanHead,
    add_review,
    decide_problem,
    finish_review,
    handle_problem,
    plan_facts,
    record_problem,
    record_review_plan,
)
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.errors import ProceduresRefused, StaleProcedures
from openpar.delivery.procedures.models import ProcedureReview, ReviewPlan
from openpar.delivery.procedures.queries.reviewing import plan_standing, reviews_in, unhandled_problems
from openpar.delivery.procedures.words import Part
from tests import factories
from tests.delivery.procedures.catalogue import AT, TODAY, controller, office, procedure
from tests.factories import codes_of

pytestmark = pytest.mark.django_db


def plan(signed_on: date = date(2026, 1, 20), year: int = 2026) -> ReviewPlan:
    meant = PlanHead(year, f"{year}/KH-UBND", signed_on, "UBND tỉnh")
    seen = mark_of(plan_facts(ReviewPlan.objects.filter(year=year).first()))
    return record_review_plan(by=controller(), at=AT, head=meant, seen=seen)


def review(where: Organisation | None = None, due_on: date = date(2026, 9, 15)) -> ProcedureReview:
    return add_review(
        by=controller(),
        at=AT,
        plan_id=plan().pk,
        procedure_id=procedure().pk,
        organisation_id=(where or office()).pk,
        due_on=due_on,
    )


FOUND = Found(Part.LIMIT, "Thời hạn dài hơn cần thiết", date(2026, 6, 1), "Giảm còn 2 ngày")


def test_a_plan_signed_on_the_30th_of_january_is_in_time() -> None:
    plan(date(2026, 1, 30))
    assert not plan_standing(2026).is_late(TODAY)
    plan(date(2026, 1, 31))
    assert plan_standing(2026).is_late(TODAY)
    assert ReviewPlan.objects.count() == 1


def test_what_somebody_else_recorded_of_a_review_is_not_overwritten_unseen() -> None:
    made = review()
    problem = record_problem(by=controller(), at=AT, review_id=made.pk, found=FOUND)
    of_review: dict[str, Any] = {"by": controller(), "at": AT, "review_id": made.pk}
    of_problem: dict[str, Any] = {"by": controller(), "at": AT, "problem_id": problem.pk}
    acts: tuple[tuple[Callable[..., object], str], ...] = (
        (partial(finish_review, **of_review, reviewed_on=TODAY), "conclusion"),
        (partial(decide_problem, **of_problem, decided_on=TODAY), "number"),
        (partial(handle_problem, **of_problem, handled_on=TODAY), "handling"),
    )
    for act, field in acts:
        act(**{field: "của người kia"})
        with pytest.raises(StaleProcedures) as stale:
            act(**{field: "của tôi"})
        assert stale.value.there[field] == "của người kia"
        act(**{field: "của tôi"}, seen=mark_of(stale.value.there))
    made.refresh_from_db()
    problem.refresh_from_db()
    assert {made.conclusion, problem.decision_number, problem.handling} == {"của tôi"}


def test_a_year_without_a_plan_is_late_once_the_day_is_over() -> None:
    assert not plan_standing(2026).is_late(date(2026, 1, 30))
    assert plan_standing(2026).is_late(date(2026, 1, 31))


def test_problems_stay_open_with_their_days_until_they_are_handled() -> None:
    made = review()
    problem = record_problem(by=controller(), at=AT, review_id=made.pk, found=FOUND)
    line = unhandled_problems(date(2026, 6, 11))[0]
    assert (line.days, line.is_decided, line.name) == (10, False, "Đăng ký khai sinh")
    decide_problem(
        by=controller(), at=AT, problem_id=problem.pk, number="8/QĐ-UBND", decided_on=date(2026, 6, 20)
    )
    assert unhandled_problems(TODAY)[0].is_decided
    handle_problem(
        by=controller(), at=AT, problem_id=problem.pk, handled_on=date(2026, 7, 1), handling="Sửa quy trình"
    )
    assert unhandled_problems(TODAY) == ()
    standing = plan_standing(2026)
    assert (standing.total, standing.done, standing.problems, standing.handled) == (1, 0, 1, 1)


def test_a_review_is_done_with_its_conclusion_and_late_after_its_day() -> None:
    made = review(due_on=date(2026, 7, 1))
    assert reviews_in(made.plan, TODAY)[0].days_late(TODAY) == 5
    finish_review(by=controller(), at=AT, review_id=made.pk, reviewed_on=TODAY, conclusion="Giữ nguyên")
    line = reviews_in(made.plan, date(2026, 12, 1))[0]
    assert (line.is_done, line.days_late(date(2026, 12, 1))) == (True, 5)


def test_the_agency_that_reviews_may_work_on_it_and_others_may_not() -> None:
    health, other = factories.organisation("Sở Y tế"), factories.organisation("Sở Tài chính")
    made = review(health)
    own = factories.actor_as(Role.DIVISION_OFFICER, health)
    record_problem(by=own, at=AT, review_id=made.pk, found=FOUND)
    stranger = factories.actor_as(Role.DIVISION_OFFICER, other)
    calls: tuple[Callable[[], object], ...] = (
        lambda: record_problem(by=stranger, at=AT, review_id=made.pk, found=FOUND),
        lambda: finish_review(by=stranger, at=AT, review_id=made.pk, reviewed_on=TODAY, conclusion="x"),
        lambda: record_review_plan(by=own, at=AT, head=PlanHead(2026, "1", TODAY, "UBND")),
        lambda: add_review(
            by=own, at=AT, plan_id=made.plan_id, procedure_id=1, organisation_id=health.pk, due_on=TODAY
        ),
    )
    for call in calls:
        with pytest.raises(ProceduresRefused) as found:
            call()
        assert codes_of(found.value) == ["not-allowed"]


def test_what_a_review_needs_is_asked() -> None:
    made = review()
    who, tomorrow = controller(), TODAY + timedelta(days=1)
    problem = record_problem(by=who, at=AT, review_id=made.pk, found=FOUND)
    calls: dict[str, Callable[[], object]] = {
        "review-twice": lambda: add_review(
            by=who,
            at=AT,
            plan_id=made.plan_id,
            procedure_id=made.procedure_id,
            organisation_id=office().pk,
            due_on=date(2026, 9, 15),
        ),
        "conclusion-missing": lambda: finish_review(
            by=who, at=AT, review_id=made.pk, reviewed_on=TODAY, conclusion=" "
        ),
        "not-yet": lambda: finish_review(
            by=who, at=AT, review_id=made.pk, reviewed_on=tomorrow, conclusion="x"
        ),
        "text-missing": lambda: record_problem(
            by=who, at=AT, review_id=made.pk, found=Found(Part.FEE, "", TODAY)
        ),
        "before-found": lambda: handle_problem(
            by=who, at=AT, problem_id=problem.pk, handled_on=date(2026, 5, 31), handling="x"
        ),
        "number-missing": lambda: decide_problem(
            by=who, at=AT, problem_id=problem.pk, number="", decided_on=TODAY
        ),
        "year-unfit": lambda: record_review_plan(
            by=who, at=AT, head=PlanHead(1900, "1", date(1900, 1, 1), "UBND")
        ),
    }
    for code, call in calls.items():
        with pytest.raises(ProceduresRefused) as found:
            call()
        assert codes_of(found.value) == [code]
