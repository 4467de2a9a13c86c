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
    """One target. `binds`: whom, in words; `readings`: of the whole, oldest first, `distance`: of the last.

    Of a target for one agency the value of the agency is that of the whole.
    """

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
    rows = TargetReading.objects.filter(target__in=roots, as_of_on__lte=on, replaced_by__isnull=True)
    rows = rows.select_related("document", "by")
    read: defaultdict[tuple[int, int | None], list[TargetReading]] = defaultdict(list)
    for row in rows.order_by("as_of_on", "id"):
        read[row.target_id, row.organisation_id].append(row)
    ids = {one for _root, one in read if one} | {
        one.organisation_id for one in targets if one.organisation_id
    }
    names, classes = names_on(ids, on), class_names()
    return tuple(_view(target, read, names, classes) for target in targets)


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
