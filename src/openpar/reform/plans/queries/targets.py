"""Targets of a version with what was reached, how far it is, and where it moves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.engine.tasks import Distance, distance
from openpar.reform.plans.classes import class_names
from openpar.reform.plans.models import Target, TargetReading


@dataclass(frozen=True)
class TargetView:
    """One target. `binds`: whom, in words; `readings`: of the whole, oldest first, `distance`: of the last"""

    target: Target
    binds: str
    readings: tuple[TargetReading, ...]
    distance: Distance
    by_agency: tuple[AgencyReading, ...]


@dataclass(frozen=True)
class AgencyReading:
    """What one agency reached last."""

    organisation_id: int
    name: str
    reading: TargetReading
    distance: Distance


def targets_of(version_id: int, on: date) -> tuple[TargetView, ...]:
    """In their order, with what was reached by a day; four queries whatever their number."""
    targets = list(Target.objects.filter(version=version_id).order_by("position", "id"))
    roots = {target.root_id or target.pk for target in targets}
    rows = TargetReading.objects.filter(target__in=roots, as_of_on__lte=on).select_related("document", "by")
    read: defaultdict[tuple[int, int | None], list[TargetReading]] = defaultdict(list)
    for row in rows.order_by("as_of_on", "id"):
        read[row.target_id, row.organisation_id].append(row)
    ids = {one for _root, one in read if one} | {
        one.organisation_id for one in targets if one.organisation_id
    }
    names, classes = names_on(ids, on), class_names()
    return tuple(_view(target, read, names, classes) for target in targets)


def _view(
    target: Target,
    read: dict[tuple[int, int | None], list[TargetReading]],
    names: dict[int, str],
    classes: dict[str, str],
) -> TargetView:
    root = target.root_id or target.pk
    whole = read.get((root, None), [])
    own = sorted(
        (
            AgencyReading(one, names.get(one, ""), rows[-1], _distance(target, rows))
            for (at, one), rows in read.items()
            if at == root and one is not None
        ),
        key=lambda each: each.organisation_id,
    )
    binds = names.get(target.organisation_id or 0, "") or classes.get(
        target.agency_class, target.agency_class
    )
    return TargetView(target, binds, tuple(whole), _distance(target, whole), tuple(own))


def _distance(target: Target, rows: list[TargetReading]) -> Distance:
    if target.value is None:
        raise AssertionError("a target has a value")
    return distance(target.operator, target.value, [row.value for row in rows if row.value is not None])
