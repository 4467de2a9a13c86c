"""Has the same been found before? Plain values, no database.

The same is the same code of the taxonomy, or the same line of the criteria set, for the same unit or one it
succeeds. Lines are compared by their lasting key; where one of the two has none, by their wording.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from openpar.common.text import fold


@dataclass(frozen=True)
class Known:
    """One finding as far as recurrence goes."""

    organisation_id: int
    year: int
    code: str
    leaf_key: str
    leaf_text: str


class History:
    """All findings of some units and those they succeed, asked about the years before."""

    def __init__(self, found: Iterable[Known], lineage: Mapping[int, Collection[int]]) -> None:
        """`lineage`: organisation → itself and those it succeeds; a unit missing there has no forerunners."""
        self._lineage = lineage
        self._by_code: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
        self._by_key: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
        self._by_text: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
        self._by_text_alone: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
        for one in found:
            self._keep(one)

    def _keep(self, one: Known) -> None:
        unit = one.organisation_id
        if one.code:
            self._by_code[unit, one.code].add(one.year)
        if one.leaf_key:
            self._by_key[unit, one.leaf_key].add(one.year)
        if one.leaf_text:
            self._by_text[unit, fold(one.leaf_text)].add(one.year)
            if not one.leaf_key:
                self._by_text_alone[unit, fold(one.leaf_text)].add(one.year)

    def earlier_years(self, one: Known) -> tuple[int, ...]:
        """The years before in which the same was found, in order."""
        years: set[int] = set()
        for unit in self._lineage.get(one.organisation_id, (one.organisation_id,)):
            if one.code:
                years |= self._by_code.get((unit, one.code), set())
            if one.leaf_key:
                years |= self._by_key.get((unit, one.leaf_key), set())
            if one.leaf_text:
                # With a key of its own it meets, by wording, only lines without one.
                worded = self._by_text_alone if one.leaf_key else self._by_text
                years |= worded.get((unit, fold(one.leaf_text)), set())
        return tuple(sorted(year for year in years if year < one.year))


def years_text(years: Iterable[int]) -> str:
    """How the years are stored and read: “2017, 2018”."""
    return ", ".join(str(year) for year in years)
