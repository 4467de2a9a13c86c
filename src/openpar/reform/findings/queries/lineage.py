"""Who succeeds whom, for several units at once, along the main links of the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from openpar.base.organisations.models import Succession


def forerunners(organisation_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Each unit with itself and all it succeeds; one query a generation."""
    wanted = set(organisation_ids)
    before = _links(wanted, "successor_id", "predecessor_id")
    return {unit: frozenset(_reached(unit, before)) for unit in wanted}


def heirs(organisation_ids: Iterable[int]) -> frozenset[int]:
    """These units and all that succeed them; one query a generation."""
    wanted = set(organisation_ids)
    after = _links(wanted, "predecessor_id", "successor_id")
    return frozenset().union(*(_reached(unit, after) for unit in wanted))


def _links(start: Collection[int], here: str, there: str) -> dict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    seen: set[int] = set()
    waiting = set(start)
    while waiting:
        seen |= waiting
        rows = Succession.objects.filter(
            **{f"{here}__in": sorted(waiting)}, successor__isnull=False, is_main=True
        ).values_list(here, there)
        for source, target in rows:
            found[source].add(target)
        waiting = {target for one in waiting for target in found.get(one, ())} - seen
    return dict(found)


def _reached(unit: int, links: dict[int, set[int]]) -> set[int]:
    seen = {unit}
    waiting = [unit]
    while waiting:
        for target in links.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen
