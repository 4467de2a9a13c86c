"""Planned and recognised initiatives per agency and reform year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.initiatives.models import InitiativeTarget, Level, Recognition


@dataclass(frozen=True)
class TargetLine:
    """One agency: what it owes (None: nobody said), and the recognitions at its base in the year."""

    organisation_id: int
    name: str
    target: InitiativeTarget | None
    recognised: tuple[Recognition, ...]

    @property
    def missing(self) -> int | None:
        """How many are still owed; None where nothing was assigned."""
        return None if self.target is None else max(self.target.planned - len(self.recognised), 0)


def target_lines(
    year: int, today: date, organisation_ids: Collection[int] | None = None
) -> tuple[TargetLine, ...]:
    """Every agency that is assessed or has a target or a recognition in the year, by name; four queries.

    What counts are initiatives and models recognised at the base from 15/12 of the year before to 14/12.
    """
    days = period(Calendar.REFORM, PeriodKind.YEAR, year)
    targets = InitiativeTarget.objects.filter(year=year).select_related("document").order_by("revision")
    recognitions = Recognition.objects.filter(
        level=Level.BASE, recognised_on__gte=days.from_on, recognised_on__lte=days.until_on
    ).select_related("initiative")
    agencies = OrganisationVersion.objects.as_of(min(today, days.until_on)).filter(is_scored=True)
    if organisation_ids is not None:
        wanted = list(organisation_ids)
        targets = targets.filter(organisation_id__in=wanted)
        recognitions = recognitions.filter(initiative__organisation_id__in=wanted)
        agencies = agencies.filter(organisation_id__in=wanted)
    newest = {one.organisation_id: one for one in targets}
    found: dict[int, list[Recognition]] = {}
    for one in recognitions.order_by("recognised_on", "id"):
        found.setdefault(one.initiative.organisation_id, []).append(one)
    ids = {*newest, *found, *agencies.values_list("organisation_id", flat=True)}
    names = names_on(ids, today)
    lines = [TargetLine(one, names.get(one, ""), newest.get(one), tuple(found.get(one, []))) for one in ids]
    return tuple(sorted(lines, key=lambda line: sort_key(line.name)))
