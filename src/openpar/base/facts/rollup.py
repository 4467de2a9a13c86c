"""Counters of agencies added up over the organisation tree as it was on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpar.base.facts.counters import Counters
from openpar.base.facts.declarations import AGENCY
from openpar.base.organisations.queries import TreeNode


@dataclass(frozen=True)
class RolledUp:
    """Counts by name for every organisation of the tree, its own and those of everything below it.

    `outside` are the counters of agencies that the tree of the day does not have, by their key: readable,
    and added to nobody (a district of before 01/07/2025 is no part of a commune).
    """

    by_organisation: Mapping[int, Mapping[str, int]]
    outside: Mapping[str, Mapping[str, int]]


def rolled_up(counters: Counters, *, tree: Sequence[TreeNode], agencies: Mapping[int, str]) -> RolledUp:
    """Adds up over `tree` (organisations.queries.tree_as_of); `agencies` are the keys of organisations by the
    numbers that stand for them (queries.values_in). Choose months before: stocks are not added over time.
    """
    names = list(counters.counts)
    own = {
        agencies.get(agency, str(agency)): counts
        for (agency, *_rest), counts in counters.summed(AGENCY).by_cell().items()
    }
    found: dict[int, tuple[int, ...]] = {}
    none = (0,) * len(names)

    def add(node: TreeNode) -> tuple[int, ...]:
        parts = [own.pop(node.key, none), *(add(child) for child in node.children)]
        found[node.organisation_id] = tuple(map(sum, zip(*parts, strict=True)))
        return found[node.organisation_id]

    for root in tree:
        add(root)
    return RolledUp(
        {organisation: dict(zip(names, counts, strict=True)) for organisation, counts in found.items()},
        {key: dict(zip(names, counts, strict=True)) for key, counts in own.items()},
    )
