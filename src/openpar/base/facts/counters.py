"""Counters: how many, by agency, month, field and channel. They add up; everything else is made from them.

Plain arrays: nothing here reads a file or a database, and no ratio is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openpar.base.facts.declarations import AGENCY, CHANNEL, MONTH, SECTOR, Derived

Numbers = npt.NDArray[np.int64]
DIMENSIONS = (AGENCY, MONTH, SECTOR, CHANNEL)
Cell = tuple[int, int, int, int]


@dataclass(frozen=True)
class Counters:
    """One array a dimension and one a count, all of one length: a cell stands at one place in all of them.

    Agencies, fields and channels are numbers of their dimensions, months are month numbers; 0 is "none", in
    sums also "all".
    """

    cells: Mapping[str, Numbers]
    counts: Mapping[str, Numbers]

    def __len__(self) -> int:
        return len(self.cells[AGENCY])

    def __getitem__(self, count: str) -> Numbers:
        return self.counts[count]

    def total(self, count: str) -> int:
        """The count over all cells."""
        return int(self.counts[count].sum())

    def taken(self, places: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Counters:
        """Only these cells."""
        return Counters(
            {name: values[places] for name, values in self.cells.items()},
            {name: values[places] for name, values in self.counts.items()},
        )

    def during(self, first: int, last: int) -> Counters:
        """The cells of the months from `first` to `last`, both included."""
        month = self.cells[MONTH]
        return self.taken((month >= first) & (month <= last))

    def summed(self, *by: str) -> Counters:
        """Added up over all dimensions but `by`, in their order; cells without anything are left out."""
        names = by or DIMENSIONS
        if not len(self):
            return self
        order, starts = _groups([self.cells[name] for name in names])
        cells = {name: self.cells[name][order][starts] for name in names}
        none = np.zeros(len(starts), np.int64)
        added = Counters(
            {name: cells.get(name, none) for name in DIMENSIONS},
            {name: np.add.reduceat(values[order], starts) for name, values in self.counts.items()},
        )
        return added.taken(np.logical_or.reduce([values != 0 for values in added.counts.values()]))

    def minus(self, other: Counters) -> Counters:
        """Cell by cell; where nothing differs there is no cell."""
        negative = {name: -values for name, values in other.counts.items()}
        return added((self, Counters(other.cells, negative)))

    def by_cell(self) -> dict[Cell, tuple[int, ...]]:
        """The counts in their order by (agency, month, sector, channel), for comparing and for few cells."""
        cells = zip(*(self.cells[name].tolist() for name in DIMENSIONS), strict=True)
        counts = zip(*(values.tolist() for values in self.counts.values()), strict=True)
        return dict(zip(cells, counts, strict=True))


def counters_from(
    answer: Mapping[str, npt.ArrayLike], counts: Iterable[str], derived: Sequence[Derived] = ()
) -> Counters:
    """Counters out of what an engine answered, column by column, and what follows from it."""

    def numbers(name: str) -> Numbers:
        # Of a masked array the numbers below the mask; there is none that is masked.
        return np.asarray(answer[name]).astype(np.int64, copy=False)

    cells = {name: numbers(name) for name in DIMENSIONS}
    names = list(counts)
    told = {name: numbers(name) for name in names if name not in {one.name for one in derived}}
    for one in derived:
        told[one.name] = np.add.reduce([told[part] for part in one.parts])
        for condition in one.within:
            told[one.name] = told[one.name] * np.isin(cells[condition.column], condition.values)
    return Counters(cells, {name: told[name] for name in names})


def added(all_of: Iterable[Counters]) -> Counters:
    """All of them added up cell by cell; they count the same."""
    several = list(all_of)
    whole = Counters(
        {name: np.concatenate([one.cells[name] for one in several]) for name in DIMENSIONS},
        {name: np.concatenate([one.counts[name] for one in several]) for name in several[0].counts},
    )
    return whole.summed()


def nothing(counts: Iterable[str]) -> Counters:
    """No cell."""
    none = np.zeros(0, np.int64)
    return Counters(dict.fromkeys(DIMENSIONS, none), dict.fromkeys(counts, none))


def _groups(columns: list[Numbers]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The order that brings equal cells together, and where each group of them begins."""
    packed = _packed(columns)
    if packed is None:
        order = np.lexsort(columns[::-1])
        changes = np.logical_or.reduce([np.diff(column[order]) != 0 for column in columns])
    else:
        order = np.argsort(packed, kind="stable")
        changes = np.diff(packed[order]) != 0
    return order, np.concatenate([[0], np.flatnonzero(changes) + 1]).astype(np.intp)


def _packed(columns: list[Numbers]) -> Numbers | None:
    """One number a cell, in the order of the columns, when they fit into 63 bits: sorts far faster."""
    widths = [max(1, int(column.max()).bit_length()) for column in columns]
    if sum(widths) > 63 or any(column.min() < 0 for column in columns):
        return None
    packed = np.zeros(len(columns[0]), np.int64)
    for column, width in zip(columns, widths, strict=True):
        packed = (packed << width) | column
    return packed
