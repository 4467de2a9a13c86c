"""The list of models and initiatives, and one of them with all that was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.text import fold, sort_key
from openpar.reform.initiatives.duty import PeriodKey, duty_on, ran_in
from openpar.reform.initiatives.models import (
    ContestEntry,
    Evaluation,
    Initiative,
    Measure,
    Measurement,
    Recognition,
    Replication,
)
from openpar.reform.initiatives.queries.visibility import visible_initiatives

Row = TypeVar("Row", Recognition, Replication)


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty is everything. `lacking`: only those that owe an evaluation."""

    kind: str = ""
    state: str = ""
    field: str = ""
    organisation_id: int | None = None
    search: str = ""
    lacking: bool = False


@dataclass(frozen=True)
class Listed:
    """One line of the list. `owes` tells of the period asked for: None where nothing is owed."""

    initiative: Initiative
    agency: str
    recognised: tuple[Recognition, ...]
    replications: int
    evaluation: Evaluation | None
    owes: bool


def listed_initiatives(actor: Actor, wanted: Wanted, asked: PeriodKey, today: date) -> tuple[Listed, ...]:
    """What the person may see and asked for, by agency and name; five queries for any number of lines."""
    found = list(_narrowed(visible_initiatives(actor), wanted).order_by("name", "id"))
    ids = [one.pk for one in found]
    recognised = _by_initiative(Recognition.objects.filter(initiative_id__in=ids).order_by("recognised_on"))
    taken = _by_initiative(Replication.objects.filter(initiative_id__in=ids))
    evaluations = Evaluation.objects.filter(
        initiative_id__in=ids, kind=asked.kind.value, year=asked.year, number=asked.number
    )
    newest = {row.initiative_id: row for row in evaluations.order_by("revision")}
    names = names_on({one.organisation_id for one in found}, today)
    during, kinds = asked.days, duty_on(asked.days.until_on).kinds
    lines = [
        Listed(
            initiative=one,
            agency=names.get(one.organisation_id, ""),
            recognised=tuple(recognised.get(one.pk, [])),
            replications=len(taken.get(one.pk, [])),
            evaluation=newest.get(one.pk),
            owes=one.kind in kinds
            and ran_in(one.started_on, one.stopped_on, during)
            and one.pk not in newest,
        )
        for one in found
    ]
    kept = [line for line in lines if line.owes or not wanted.lacking]
    return tuple(sorted(kept, key=lambda line: (sort_key(line.agency), sort_key(line.initiative.name))))


def _narrowed(rows: QuerySet[Initiative], wanted: Wanted) -> QuerySet[Initiative]:
    exact = {"kind": wanted.kind, "state": wanted.state, "field": wanted.field}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.organisation_id is not None:
        rows = rows.filter(organisation_id=wanted.organisation_id)
    if wanted.search.strip():
        rows = rows.filter(Q(name_folded__contains=fold(wanted.search.strip())))
    return rows


def _by_initiative(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.initiative_id, []).append(row)
    return found


@dataclass(frozen=True)
class Compared:
    """A measure with the newest figure of each side, and how many there are in all."""

    measure: Measure
    before: Measurement | None
    after: Measurement | None
    count: int


@dataclass(frozen=True)
class InitiativeView:
    """One model or initiative with everything that was said of it, loaded."""

    initiative: Initiative
    agency: str
    recognitions: tuple[Recognition, ...]
    measures: tuple[Compared, ...]
    evaluations: tuple[Evaluation, ...]
    replications: tuple[tuple[Replication, str], ...]
    contests: tuple[ContestEntry, ...]


def initiative_view(initiative: Initiative, today: date) -> InitiativeView:
    """All of it, evaluations newest first with every revision; a fixed number of queries."""
    taken = list(initiative.replications.select_related("document", "by"))
    names = names_on({initiative.organisation_id, *(one.organisation_id for one in taken)}, today)
    figures: dict[int, list[Measurement]] = {}
    rows = Measurement.objects.filter(measure__initiative=initiative).select_related("document", "by")
    for row in rows.order_by("id"):
        figures.setdefault(row.measure_id, []).append(row)
    evaluations = initiative.evaluations.select_related("by", "document")
    return InitiativeView(
        initiative=initiative,
        agency=names.get(initiative.organisation_id, ""),
        recognitions=tuple(initiative.recognitions.select_related("decision", "by")),
        measures=tuple(_compared(one, figures.get(one.pk, [])) for one in initiative.measures.all()),
        evaluations=tuple(evaluations.order_by("-year", "-id")),
        replications=tuple((one, names.get(one.organisation_id, "")) for one in taken),
        contests=tuple(initiative.contests.select_related("decision")),
    )


def _compared(measure: Measure, figures: list[Measurement]) -> Compared:
    sides = {one.side: one for one in figures}
    return Compared(
        measure, sides.get(Measurement.Side.BEFORE), sides.get(Measurement.Side.AFTER), len(figures)
    )
