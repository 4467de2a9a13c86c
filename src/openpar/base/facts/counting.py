"""Counting: the one SELECT over all facts, on the engine of the setting; and the kept counters beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpar.base.facts import kept
from openpar.base.facts.counters import DIMENSIONS, Cell, Counters, counters_from
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import AGENCY, select_text
from openpar.base.facts.engines import relation_of, run
from openpar.base.facts.months import Base, Recent, base_of, recents_of, whole_facts


@dataclass(frozen=True)
class Difference:
    """A cell whose kept counters are not what the facts give; counts by name, only those that differ."""

    basis: str
    agency: int
    month: int
    sector: int
    channel: int
    kept: dict[str, int]
    counted: dict[str, int]


def counters(dataset: str, *, basis: str) -> Counters:
    """The counters of all facts by the month of a basis, counted now.

    Facts without such a month (not ended yet) stand in month 0. Raises UnknownDataset, KeyError for a
    basis that is not declared, StaleFacts, EngineUnavailable.
    """
    to = registered(dataset)
    with whole_facts(to, base_of(to), recents_of(to)) as paths:
        return counted_over(to, basis, paths)


def counted_over(to: Registered, basis: str, paths: tuple[Path, ...]) -> Counters:
    """The one SELECT over these files."""
    counting = to.counting
    relation = relation_of(counting, counting.basis(basis), paths)
    names = [count.name for count in counting.counts]
    return counters_from(run(select_text(counting), relation), names, counting.derived)


def kept_counters(dataset: str, *, basis: str) -> Counters:
    """The kept counters of a basis, cell by cell; always what `counters` would count."""
    to = registered(dataset)
    return kept.kept_cells(to, _number(to, basis))


def kept_totals(dataset: str, *, basis: str, first: int, last: int) -> Counters:
    """The kept totals of every agency and month from `first` to `last`, both included."""
    to = registered(dataset)
    return kept.kept_totals(to, _number(to, basis), first, last)


def board(dataset: str, *, basis: str, first: int, last: int) -> Counters:
    """What a page of agencies reads: one kept total an agency, over the months from `first` to `last`."""
    to = registered(dataset)
    return kept.kept_by_agency(to, _number(to, basis), first, last)


def sums(
    dataset: str,
    *,
    bases: Sequence[str],
    by: str,
    first: int,
    last: int,
    among: Mapping[str, Sequence[int]],
) -> dict[str, dict[int, dict[str, int]]]:
    """Kept counters of some bases added up by agency, sector or channel ("": over everything, in cell 0) over
    the months from `first` to `last`, both included; `among`: by dimension, the numbers wanted, at least
    one of each. Raises UnknownDataset, KeyError for a basis that is not declared.
    """
    to = registered(dataset)
    numbers = {_number(to, basis): basis for basis in bases}
    found: dict[str, dict[int, dict[str, int]]] = {basis: {} for basis in bases}
    for (number, cell), counts in kept.kept_sums(to, list(numbers), by, first, last, among).items():
        found[numbers[number]][cell] = counts
    return found


def _number(to: Registered, basis: str) -> int:
    return to.counting.bases.index(to.counting.basis(basis))


@dataclass(frozen=True)
class Moment:
    """What has to be read at one moment for the two to be comparable: files, recent facts, kept counters."""

    base: Base
    recents: list[Recent]
    cells: dict[str, Counters]
    totals: dict[str, Counters]


def moment_of(to: Registered) -> Moment:
    """Reads them; the dataset must be locked meanwhile."""
    bases = {basis.name: number for number, basis in enumerate(to.counting.bases)}
    return Moment(
        base_of(to),
        recents_of(to),
        {name: kept.kept_cells(to, number) for name, number in bases.items()},
        {name: kept.kept_totals(to, number, 0, 2**31 - 1) for name, number in bases.items()},
    )


def differences_of(to: Registered, moment: Moment) -> list[Difference]:
    """Where the kept counters are not what the SELECT counts, cells and totals; none when all is well."""
    found: list[Difference] = []
    with whole_facts(to, moment.base, moment.recents) as paths:
        for basis in to.counting.bases:
            counted = counted_over(to, basis.name, paths)
            found += _compared(basis.name, moment.cells[basis.name], counted)
            found += _compared(basis.name, moment.totals[basis.name], counted.summed(AGENCY, DIMENSIONS[1]))
    return found


def _compared(basis: str, kept_ones: Counters, counted: Counters) -> Iterator[Difference]:
    if not len(kept_ones.minus(counted)):
        return
    ours, theirs = kept_ones.by_cell(), counted.by_cell()
    names = list(counted.counts)
    none = (0,) * len(names)
    for cell in sorted({*ours, *theirs}):
        here, there = ours.get(cell, none), theirs.get(cell, none)
        if here != there:
            yield _difference(
                basis, cell, dict(zip(names, here, strict=True)), dict(zip(names, there, strict=True))
            )


def _difference(basis: str, cell: Cell, here: dict[str, int], there: dict[str, int]) -> Difference:
    differing = [name for name in here if here[name] != there[name]]
    return Difference(
        basis,
        *cell,
        kept={name: here[name] for name in differing},
        counted={name: there[name] for name in differing},
    )
