"""Who handles a procedure on a day: the agencies named, their successors, and all of a kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from openpar.base.organisations.models import OrganisationVersion, Succession
from openpar.delivery.procedures.models import VersionAgency
from openpar.delivery.procedures.words import ORGANISATION_KINDS, AgencyKind


@dataclass(frozen=True)
class _Spell:
    """An organisation during [since, until), of one kind, under one name."""

    organisation_id: int
    kind: str
    name: str
    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Handling:
    """The agencies that rows of versions mean, on any day; two queries, and some for successors."""

    spells: dict[int, tuple[_Spell, ...]]
    of_kind: dict[str, tuple[_Spell, ...]]
    # Of several that carry on, the main one.
    heirs: dict[int, tuple[date, int]]

    @classmethod
    def load(cls, rows: Iterable[VersionAgency]) -> Handling:
        listed = list(rows)
        kinds = {kind for row in listed if row.kind for kind in ORGANISATION_KINDS[AgencyKind(row.kind)]}
        named = {row.organisation_id for row in listed if row.organisation_id is not None}
        heirs = _heirs(named)
        known = named | {heir for _day, heir in heirs.values()}
        if not known and not kinds:
            return cls({}, {}, {})
        found = OrganisationVersion.objects.filter(Q(organisation__in=known) | Q(kind__in=kinds))
        spells: defaultdict[int, list[_Spell]] = defaultdict(list)
        of_kind: defaultdict[str, list[_Spell]] = defaultdict(list)
        columns = ("organisation_id", "kind", "name", "valid_from", "valid_until")
        for values in found.order_by("name_sort", "id").values_list(*columns):
            spell = _Spell(*values)
            spells[spell.organisation_id].append(spell)
            if spell.kind in kinds:
                of_kind[spell.kind].append(spell)
        return cls(
            {one: tuple(here) for one, here in spells.items()},
            {kind: tuple(here) for kind, here in of_kind.items()},
            heirs,
        )

    def of(self, rows: Iterable[VersionAgency], day: date) -> dict[int, str]:
        """The agencies that the rows of one version mean on `day`, with their names; the first leads."""
        found: dict[int, str] = {}
        for row in rows:
            if row.organisation_id is not None:
                spell = self._here(row.organisation_id, day)
                if spell:
                    found.setdefault(spell.organisation_id, spell.name)
            elif row.kind:
                for kind in ORGANISATION_KINDS[AgencyKind(row.kind)]:
                    for spell in self.of_kind.get(kind, ()):
                        if spell.holds_on(day):
                            found.setdefault(spell.organisation_id, spell.name)
        return found

    def _here(self, organisation_id: int, day: date) -> _Spell | None:
        """The organisation itself, or whoever carries on what it did."""
        seen: set[int] = set()
        at = organisation_id
        while at not in seen:
            seen.add(at)
            for spell in self.spells.get(at, ()):
                if spell.holds_on(day):
                    return spell
            since, heir = self.heirs.get(at, (date.max, at))
            if since > day:
                return None
            at = heir
        return None


def _heirs(named: set[int]) -> dict[int, tuple[date, int]]:
    """The main successors of organisations, and theirs, one query a generation."""
    found: dict[int, tuple[date, int]] = {}
    waiting = set(named)
    while waiting:
        links = Succession.objects.filter(predecessor__in=waiting, successor__isnull=False)
        newer: dict[int, tuple[date, int]] = {}
        for before, after, on in links.order_by("is_main", "on", "-id").values_list(
            "predecessor_id", "successor_id", "on"
        ):
            if after is not None:
                newer[before] = (on, after)
        found |= newer
        waiting = {heir for _day, heir in newer.values()} - found.keys() - named
    return found
