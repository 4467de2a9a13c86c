"""One procedure, whole: its version of a day, all versions with what changed, offers, decisions, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.delivery.procedures.contents import Contents, Difference, diff
from openpar.delivery.procedures.models import (
    DecisionLine,
    Procedure,
    ProcedureReview,
    ProcedureVersion,
    Provision,
    ReviewProblem,
)
from openpar.delivery.procedures.queries.listing import AgencyName, agency_name
from openpar.delivery.procedures.queries.loading import contents_of, with_parts
from openpar.delivery.procedures.rules import conditional_parts, missing_parts
from openpar.delivery.procedures.words import Part


@dataclass(frozen=True)
class VersionOfDay:
    """A version with its contents and the names that its agencies bear on the day."""

    version: ProcedureVersion
    contents: Contents
    agencies: tuple[AgencyName, ...]

    @property
    def missing(self) -> tuple[Part, ...]:
        return missing_parts(self.contents)

    @property
    def conditional(self) -> tuple[Part, ...]:
        return conditional_parts(self.contents)


@dataclass(frozen=True)
class VersionStep:
    """A version in the history; what differs from the one before, nothing for the first."""

    version: ProcedureVersion
    contents: Contents
    changes: tuple[Difference, ...]


def version_on(procedure: Procedure, day: date) -> VersionOfDay | None:
    """The version in force on `day`; None when there is none."""
    version = with_parts(ProcedureVersion.objects.as_of(day).filter(procedure=procedure)).first()
    if version is None:
        return None
    rows = list(version.agencies.all())
    names = names_on((row.organisation_id for row in rows if row.organisation_id), day)
    return VersionOfDay(version, contents_of(version), tuple(agency_name(row, names) for row in rows))


def history_of(procedure: Procedure) -> tuple[VersionStep, ...]:
    """All versions, the oldest first, each with what it changed."""
    versions = with_parts(ProcedureVersion.objects.filter(procedure=procedure).order_by("valid_from"))
    steps: list[VersionStep] = []
    before: Contents | None = None
    for version in versions:
        contents = contents_of(version)
        steps.append(VersionStep(version, contents, diff(before, contents) if before else ()))
        before = contents
    return tuple(steps)


@dataclass(frozen=True)
class OfferLine:
    """An offer with the name of its agency; empty for every agency."""

    provision: Provision
    name: str
    is_current: bool


def offers_of(procedure: Procedure, day: date) -> tuple[OfferLine, ...]:
    """All offers ever recorded: of every agency first, the newest first."""
    rows = list(Provision.objects.filter(procedure=procedure).order_by("-valid_from"))
    names = names_on({row.organisation_id for row in rows if row.organisation_id}, day)
    lines = [
        OfferLine(
            row,
            names.get(row.organisation_id, "") if row.organisation_id else "",
            row.valid_from <= day and (row.valid_until is None or day < row.valid_until),
        )
        for row in rows
    ]
    return tuple(
        sorted(lines, key=lambda line: (line.provision.organisation_id is not None, sort_key(line.name)))
    )


def decision_lines_of(procedure: Procedure) -> tuple[DecisionLine, ...]:
    """What issued decisions did to it, the newest first."""
    lines = DecisionLine.objects.filter(procedure=procedure, decision__issued_at__isnull=False)
    return tuple(lines.select_related("decision").order_by("-decision__effective_on", "-pk"))


def reviews_of(procedure: Procedure) -> tuple[tuple[ProcedureReview, tuple[ReviewProblem, ...]], ...]:
    """Its reviews, the newest plan first, with the problems found."""
    reviews = ProcedureReview.objects.filter(procedure=procedure).select_related("plan")
    return tuple(
        (review, tuple(review.problems.all()))
        for review in reviews.prefetch_related("problems").order_by("-plan__year")
    )
