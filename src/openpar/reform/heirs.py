"""Who carries on what an organisation that ended had begun: its open findings, tasks and registers.

Along the main links of the register (Succession): a merger, the main part of a division, a renaming under a
new key. What was written stays under the name it was written under; only who acts for it changes, from the
day of the link on. A part of the duties that passed on (TAKEN_OVER) brings nothing along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from openpar.base.organisations.models import OrganisationVersion, Succession
from openpar.base.organisations.roles import Actor


@dataclass(frozen=True)
class Forerunner:
    """One that ended: `until` is its first day no longer, `since` the first day on which the one asked about
    carries on for it; later than `until` where another did so in between.
    """

    organisation_id: int
    until: date
    since: date


def heirs_on(organisation_ids: Iterable[int], on: date) -> dict[int, int]:
    """Who acts for each on a day: itself while it exists, else its main heir, through all changes.

    One that left no heir is its own, so that nobody acts for it. Two queries a generation.
    """
    wanted = set(organisation_ids)
    now = {one: one for one in wanted}
    passed: dict[int, set[int]] = {one: {one} for one in wanted}
    while ended := set(now.values()) - _existing(now.values(), on):
        after = _heir_of(ended, on)
        moved = {
            one: after[here] for one, here in now.items() if here in after and after[here] not in passed[one]
        }
        if not moved:
            break
        for one, there in moved.items():
            passed[one].add(there)
        now |= moved
    return now


def forerunners_on(organisation_ids: Iterable[int], on: date) -> dict[int, tuple[Forerunner, ...]]:
    """Those that had ended by a day and whose work each of these carries on; three queries a generation.

    Organisations that succeeded nobody are left out.
    """
    found: dict[int, dict[int, Forerunner]] = {}
    # From an organisation to those asked about that it leads to, and since when these carry on for it.
    waiting = {one: {one: date.min} for one in organisation_ids}
    while waiting:
        links = _links(on).filter(successor__in=list(waiting))
        rows = list(links.values_list("successor_id", "predecessor_id", "on"))
        sources = {before for _after, before, _day in rows}
        heir = _heir_of(sources - _existing(sources, on), on)
        next_ones: dict[int, dict[int, date]] = {}
        for after, before, day in rows:
            if heir.get(before) != after:
                continue
            for one, since in waiting[after].items():
                known = found.setdefault(one, {})
                if before != one and before not in known:
                    known[before] = Forerunner(before, day, max(day, since))
                    next_ones.setdefault(before, {})[one] = known[before].since
        waiting = next_ones
    return {one: tuple(known[before] for before in sorted(known)) for one, known in found.items() if known}


def left_on(organisation_ids: Iterable[int], on: date) -> dict[int, date]:
    """The first day no longer of those that had ended by a day and left an heir; two queries."""
    wanted = set(organisation_ids)
    ended = wanted - _existing(wanted, on)
    return dict(_links(on).filter(predecessor__in=ended).values_list("predecessor_id", "on"))


def have_become_one(first: int, second: int) -> bool:
    """Do the same carry on for both in the end, by everything the register knows?"""
    found = heirs_on([first, second], date.max)
    return found[first] == found[second]


def standing_in(actor: Actor, on: date) -> Actor:
    """The same person with every role also where those organisations carry on one that ended.

    For questions about what the ended one left open: who remedies, judges, sees. Never for what is begun.
    """
    inherited = forerunners_on(actor.organisations(), on)
    if not inherited:
        return actor
    more = {
        (role, before.organisation_id) for role, where in actor.held for before in inherited.get(where, ())
    }
    return replace(actor, held=actor.held | more)


def _heir_of(organisation_ids: Iterable[int], on: date) -> dict[int, int]:
    """The main heir by the latest link up to a day; one query."""
    links = _links(on).filter(predecessor__in=list(organisation_ids))
    return {before: after for before, after in links.values_list("predecessor_id", "successor_id") if after}


def _existing(organisation_ids: Iterable[int], on: date) -> set[int]:
    """Those of these organisations that exist on a day; one query, none for none."""
    wanted = set(organisation_ids)
    if not wanted:
        return set()
    versions = OrganisationVersion.objects.as_of(on).filter(organisation_id__in=wanted)
    return set(versions.values_list("organisation_id", flat=True))


def _links(on: date) -> QuerySet[Succession]:
    """The main links to an heir up to a day, the oldest first: of two the later one holds."""
    found = Succession.objects.filter(on__lte=on, is_main=True, successor__isnull=False)
    return found.order_by("on", "id")
