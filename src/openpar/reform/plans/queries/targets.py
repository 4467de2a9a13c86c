"""Targets of a version with what was reached, how far it is, and where it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.engine.numbers import total_of
from openpar.engine.tasks import Distance, Side, distance
from openpar.reform.plans.classes import class_names, members_of
from openpar.reform.plans.models import Target, TargetReading


@dataclass(frozen=True)
class TargetView:
    """One target. `binds`: whom, in words; `readings`: of the whole, oldest first, `distance`: of the last.

    Of a target for one agency the value of the agency is that of the whole. `by_agency`: as Vietnamese sort
    names; `together`: those whom a class binds on the day.
    """

    target: Target
    binds: str
    readings: tuple[TargetReading, ...]
    distance: Distance
    by_agency: tuple[AgencyReading, ...]
    together: Together


@dataclass(frozen=True)
class Together:
    """How many agencies a target binds each for itself, how many told a value, how many of those reach it.

    `numerator`, `denominator`: the parts summed, where every agency that told gave both; None otherwise.
    """

    bound: int
    told: int
    met: int
    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True)
class AgencyReading:
    """What one agency reached last."""

    organisation_id: int
    name: str
    reading: TargetReading
    distance: Distance


def targets_of(version_id: int, on: date) -> tuple[TargetView, ...]:
    """In their order, with what was reached by a day; five queries whatever their number."""
    rows_of_version = Target.objects.filter(version=version_id).select_related("version__plan")
    targets = list(rows_of_version.order_by("position", "id"))
    roots = {target.root_id or target.pk for target in targets}
    rows = TargetReading.objects.filter(target__in=roots, as_of_on__lte=on, replaced_by__isnull=True)
    rows = rows.select_related("document", "by")
    read: defaultdict[tuple[int, int | None], list[TargetReading]] = defaultdict(list)
    for row in rows.order_by("as_of_on", "id"):
        read[row.target_id, row.organisation_id].append(row)
    ids = {one for _root, one in read if one} | {
        one.organisation_id for one in targets if one.organisation_id
    }
    names, classes = names_on(ids, on), class_names()
    bound = _bound(targets, on)
    return tuple(
        _view(target, read, names, classes, bound.get(target.agency_class, ())) for target in targets
    )


def _bound(targets: Sequence[Target], on: date) -> Mapping[str, tuple[int, ...]]:
    """Whom each class of the targets means on a day."""
    wanted = {target.agency_class for target in targets if target.agency_class}
    return members_of(wanted, targets[0].version.plan.organisation_id, on) if wanted else {}


@dataclass(frozen=True)
class ReadingView:
    """One value as it was recorded, of the whole (name empty) or of an agency.

    `is_replaced`: corrected since, and counts no more.
    """

    reading: TargetReading
    name: str
    is_replaced: bool


def readings_of(target: Target, on: date) -> tuple[ReadingView, ...]:
    """Everything ever recorded of a target, corrected values too, the newest record first; two queries."""
    rows = TargetReading.objects.filter(target=target.root_id or target.pk)
    found = list(rows.select_related("document", "by", "replaces", "replaced_by").order_by("-at", "-id"))
    names = names_on({row.organisation_id for row in found if row.organisation_id}, on)
    return tuple(
        ReadingView(
            row, names.get(row.organisation_id or 0, ""), getattr(row, "replaced_by", None) is not None
        )
        for row in found
    )


def _view(
    target: Target,
    read: dict[tuple[int, int | None], list[TargetReading]],
    names: dict[int, str],
    classes: dict[str, str],
    bound: Collection[int],
) -> TargetView:
    root = target.root_id or target.pk
    whole = read.get((root, None), [])
    if target.organisation_id is not None:
        whole = sorted(
            [*whole, *read.get((root, target.organisation_id), [])], key=lambda row: (row.as_of_on, row.pk)
        )
    own = sorted(
        (
            AgencyReading(one, names.get(one, ""), rows[-1], _distance(target, rows))
            for (at, one), rows in read.items()
            if at == root and one not in (None, target.organisation_id)
        ),
        key=lambda each: sort_key(each.name),
    )
    binds = names.get(target.organisation_id or 0, "") or classes.get(
        target.agency_class, target.agency_class
    )
    together = _together(own, bound)
    return TargetView(target, binds, tuple(whole), _distance(target, whole), tuple(own), together)


def _together(own: Sequence[AgencyReading], bound: Collection[int]) -> Together:
    """What those who are bound have told; who left the class is not counted any more."""
    told = [each for each in own if each.organisation_id in bound]
    met = sum(each.distance.side is Side.MET for each in told)
    above = [each.reading.numerator for each in told if each.reading.numerator is not None]
    below = [each.reading.denominator for each in told if each.reading.denominator is not None]
    if not told or not len(told) == len(above) == len(below):
        return Together(len(bound), len(told), met, None, None)
    return Together(len(bound), len(told), met, total_of(above), total_of(below))


def _distance(target: Target, rows: list[TargetReading]) -> Distance:
    if target.value is None:
        raise AssertionError("a target has a value")
    return distance(target.operator, target.value, [row.value for row in rows if row.value is not None])
