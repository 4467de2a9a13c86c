"""The figures of a period level by level: communes, what stands between, the province.

Each part is put together from the numerators and denominators of its reports, never from ratios, so that the
parts of one level make up the whole; beside it stands what the level above reported by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet

from openpar.base.organisations.models import Kind, OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.engine.report_lines import Line, Put, Value, shown
from openpar.reports.periodic.calendar import PROVINCE, Asked
from openpar.reports.periodic.queries.rollup import Reporter, RollUp, put_together, roll_up

UNIT = "unit"
Key = TypeVar("Key")
Group = tuple[tuple[Reporter, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Part:
    """Agencies put together: those of one kind, or those below one area. `missing` have nothing that counts.

    `own` is what the area reported by itself; None for a kind, and where its report does not count yet.
    """

    key: str
    name: str
    reporters: tuple[Reporter, ...]
    missing: tuple[str, ...]
    own: Reporter | None = None

    def put(self, line: Line) -> Put:
        return put_together(line, self.reporters)

    def value(self, line: Line) -> Value:
        return shown(line, self.put(line))


@dataclass(frozen=True)
class Levels:
    """A period: the whole, what the province reported by itself, the kinds of agencies that report to the
    province, and the areas with what reports to them; no areas since districts are gone.
    """

    whole: RollUp
    province: Reporter | None
    kinds: tuple[Part, ...]
    areas: tuple[Part, ...]


def levels_of(asked: Asked) -> Levels | None:
    """The period as it is now; at most sixteen queries, however many agencies there are. None without an
    appendix.
    """
    whole = roll_up(asked, UNIT)
    if whole is None:
        return None
    province = roll_up(asked, PROVINCE)
    return Levels(
        whole=whole,
        province=province.reporters[0] if province is not None and province.reporters else None,
        kinds=_kinds(whole),
        areas=_areas(whole),
    )


def _kinds(whole: RollUp) -> tuple[Part, ...]:
    """In the order in which the law names the kinds."""
    kind_of = dict(_versions(whole).values_list("organisation_id", "kind"))
    grouped = _grouped(whole, lambda one: kind_of.get(one, ""))
    return tuple(Part(kind.value, str(kind.label), *grouped[kind]) for kind in Kind if kind in grouped)


def _areas(whole: RollUp) -> tuple[Part, ...]:
    """The organisations to which others report, by name; of the reports that count now."""
    asked = whole.asked
    below = [level.id for level in asked.version.levels if level.id not in (UNIT, PROVINCE)]
    found = [rolled for level in below if (rolled := roll_up(asked, level)) is not None]
    parts = []
    own = {one.organisation_id: one for one in whole.reporters}
    for rolled in found:
        parent_of = dict(_versions(rolled).values_list("organisation_id", "parent_id"))
        grouped = _grouped(rolled, parent_of.get)
        names = names_on((one for one in grouped if one is not None), asked.period.until_on)
        parts += [
            Part(str(area), names.get(area, str(area)), *group, own=own.get(area))
            for area, group in grouped.items()
            if area is not None
        ]
    return tuple(sorted(parts, key=lambda part: sort_key(part.name)))


def _versions(rolled: RollUp) -> QuerySet[OrganisationVersion]:
    return OrganisationVersion.objects.as_of(rolled.asked.period.until_on).filter(
        organisation__in=list(rolled.owing)
    )


def _grouped(rolled: RollUp, key_of: Callable[[int], Key]) -> dict[Key, Group]:
    """By key: the reporters, and the names of those that owe and have nothing that counts."""
    reporters: defaultdict[Key, list[Reporter]] = defaultdict(list)
    missing: defaultdict[Key, list[str]] = defaultdict(list)
    reported = {one.organisation_id: one for one in rolled.reporters}
    for one, name in rolled.owing.items():
        key = key_of(one)
        if one in reported:
            reporters[key].append(reported[one])
        else:
            missing[key].append(name)
    keys = dict.fromkeys([*reporters, *missing])
    return {key: (tuple(reporters[key]), tuple(missing[key])) for key in keys}
