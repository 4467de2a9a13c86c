"""The work of reviewing: plans and whether they came in time, what is due, problems nobody has handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.delivery.procedures.duties import last_day_of_plan
from openpar.delivery.procedures.models import ProcedureReview, ProcedureVersion, ReviewPlan, ReviewProblem


@dataclass(frozen=True)
class PlanStanding:
    """The plan of a year; `due_on` is the last day for signing it, None when the data know no rule."""

    year: int
    plan: ReviewPlan | None
    due_on: date | None
    total: int = 0
    done: int = 0
    problems: int = 0
    handled: int = 0

    def is_late(self, today: date) -> bool:
        """Signed after the last day, or not signed and that day is over."""
        if self.due_on is None:
            return False
        return (self.plan.signed_on if self.plan else today) > self.due_on


@dataclass(frozen=True)
class ReviewLine:
    """One review with the names of its procedure and agency, and its problems."""

    review: ProcedureReview
    name: str
    organisation: str
    problems: tuple[ReviewProblem, ...]

    @property
    def is_done(self) -> bool:
        return self.review.reviewed_on is not None

    def days_late(self, today: date) -> int:
        """Calendar days past its last day; 0 when in time."""
        return max(((self.review.reviewed_on or today) - self.review.due_on).days, 0)


@dataclass(frozen=True)
class OpenProblem:
    """A problem that was found and is not handled, and for how many days."""

    problem: ReviewProblem
    name: str
    organisation: str
    days: int

    @property
    def is_decided(self) -> bool:
        return self.problem.decided_on is not None


def plan_standing(year: int) -> PlanStanding:
    """How the plan of a year stands; three queries."""
    plan = ReviewPlan.objects.filter(year=year).first()
    due_on = last_day_of_plan(year)
    if plan is None:
        return PlanStanding(year, None, due_on)
    reviews = ProcedureReview.objects.filter(plan=plan).values_list("reviewed_on", flat=True)
    problems = ReviewProblem.objects.filter(review__plan=plan).values_list("handled_on", flat=True)
    done, handled = list(reviews), list(problems)
    return PlanStanding(
        year=year,
        plan=plan,
        due_on=due_on,
        total=len(done),
        done=sum(day is not None for day in done),
        problems=len(handled),
        handled=sum(day is not None for day in handled),
    )


def plan_years() -> list[int]:
    return list(ReviewPlan.objects.order_by("-year").values_list("year", flat=True))


def reviews_in(plan: ReviewPlan, today: date) -> tuple[ReviewLine, ...]:
    """The procedures of a plan: those still to do first, by their last day; four queries."""
    reviews = ProcedureReview.objects.filter(plan=plan).select_related("procedure")
    listed = list(reviews.prefetch_related("problems").order_by("due_on", "pk"))
    names = names_of({review.procedure_id for review in listed}, today)
    organisations = names_on({review.organisation_id for review in listed}, today)
    lines = [
        ReviewLine(
            review,
            names.get(review.procedure_id, ""),
            organisations.get(review.organisation_id, ""),
            tuple(review.problems.all()),
        )
        for review in listed
    ]
    return tuple(sorted(lines, key=lambda line: (line.is_done, line.review.due_on)))


def unhandled_problems(today: date, *, organisation_id: int | None = None) -> tuple[OpenProblem, ...]:
    """Problems found and not handled, of all years, the oldest first, with days since they were found."""
    problems = ReviewProblem.objects.filter(handled_on__isnull=True).select_related(
        "review__procedure", "review__plan"
    )
    if organisation_id is not None:
        problems = problems.filter(review__organisation=organisation_id)
    listed = list(problems.order_by("found_on", "pk"))
    names = names_of({problem.review.procedure_id for problem in listed}, today)
    organisations = names_on({problem.review.organisation_id for problem in listed}, today)
    return tuple(
        OpenProblem(
            problem,
            names.get(problem.review.procedure_id, ""),
            organisations.get(problem.review.organisation_id, ""),
            max((today - problem.found_on).days, 0),
        )
        for problem in listed
    )


def names_of(procedure_ids: set[int], day: date) -> dict[int, str]:
    """The names of procedures on a day; the nearest one for those that have ended or not begun."""
    names: dict[int, str] = {}
    versions = ProcedureVersion.objects.filter(procedure__in=procedure_ids).order_by("valid_from")
    for procedure_id, name, since in versions.values_list("procedure_id", "name", "valid_from"):
        if procedure_id not in names or since <= day:
            names[procedure_id] = name
    return names
