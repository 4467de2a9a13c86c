"""The heavy half of putting facts in by the thousand: their files, and what they change in the counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpar.base.facts import files
from openpar.base.facts.counters import Counters, added, nothing
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import KEY, Counting, year_and_month
from openpar.base.facts.duck import Connection, connected
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.files import Kept, Place
from openpar.base.facts.models import StoredPart
from openpar.base.facts.months import (
    Base,
    Recent,
    base_of,
    counted,
    fact_table,
    facts_from,
    facts_of_rows,
    key_table,
    prepare,
    recents_of,
    touched_months,
    write_month,
)
from openpar.base.facts.rows import Given


@dataclass(frozen=True)
class StagedMonth:
    """The file that a month is to have; None when nothing is left of it."""

    month: int
    kept: Kept | None
    facts: int
    replaces: int | None


@dataclass(frozen=True)
class StagedFacts:
    """Facts that lie on disk and wait to count.

    `keys` are those that change, `seen` the recent facts of them; `change` is what the counters of each
    basis gain and lose; `replaces_all` when nothing of what was there stays.
    """

    dataset: Registered
    keys: frozenset[str]
    months: tuple[StagedMonth, ...]
    seen: tuple[Recent, ...]
    change: tuple[Counters, ...]
    facts: int
    replaces_all: bool = False


def stage_facts(
    *, dataset: str, facts: Mapping[str, Given], gone: Sequence[str] = (), replaces_all: bool = False
) -> StagedFacts:
    """Writes the files that the facts belong into; `put_facts` makes them count.

    `facts` has the column `key` and every declared column, one row a key, whole numbers only. A fact takes
    the place of the one with its key; `gone` are keys that have no fact any more. With `replaces_all` no
    other fact stays, and the counting may have been declared anew. Raises UnknownDataset, FactsRefused with
    everything that is wrong, StaleFacts when the files were written for another way of counting.
    """
    to = registered(dataset)
    arrays, gaps = facts_from(to.counting, facts)
    if gaps:
        raise FactsRefused(gaps)
    recents = recents_of(to)
    base = Base({}, {}) if replaces_all else base_of(to)
    keys = frozenset({*arrays[KEY].tolist(), *gone})
    seen = tuple(one for one in recents if replaces_all or one.key in keys)
    with files.incoming() as folder, connected(files.folder()) as duck:
        prepare(duck, to.counting, base, arrays, gone)
        months = tuple(_months(duck, to, base, folder))
        change = _change(duck, to.counting, () if replaces_all else seen)
    replaced = () if not replaces_all else _all_parts(to)
    return StagedFacts(to, keys, (*months, *replaced), seen, change, len(arrays[KEY]), replaces_all)


def stage_settling(dataset: str) -> StagedFacts:
    """Files into which the recent facts are settled; nothing that counts changes by it."""
    to = registered(dataset)
    recents = recents_of(to)
    base = base_of(to)
    facts = facts_of_rows(to.counting, ((one.key, one.newest) for one in recents if one.newest is not None))
    with files.incoming() as folder, connected(files.folder()) as duck:
        prepare(duck, to.counting, base, facts, [one.key for one in recents if one.newest is None])
        months = tuple(_months(duck, to, base, folder))
    none = nothing(count.name for count in to.counting.counts)
    keys = frozenset(one.key for one in recents)
    return StagedFacts(to, keys, months, tuple(recents), (none,) * len(to.counting.bases), len(recents))


def _months(duck: Connection, to: Registered, base: Base, folder: Path) -> list[StagedMonth]:
    made = []
    for month in touched_months(duck, to.counting):
        path = folder / f"{month}.parquet"
        facts = write_month(duck, to.counting, base, month, path)
        year, number = year_and_month(month)
        place = Place(to.name, StoredPart.What.FACTS.value, year, number)
        replaces = base.parts[month].pk if month in base.parts else None
        made.append(StagedMonth(month, files.keep(path, place) if facts else None, facts, replaces))
    return made


def _all_parts(to: Registered) -> list[StagedMonth]:
    parts = StoredPart.objects.filter(
        dataset_id=to.dataset_id, what=StoredPart.What.FACTS, retired_at__isnull=True
    )
    return [StagedMonth(0, None, 0, part) for part in parts.values_list("pk", flat=True)]


def _change(duck: Connection, counting: Counting, seen: Sequence[Recent]) -> tuple[Counters, ...]:
    """New minus old, basis by basis; old is what the files have, or what an event left of it since."""
    key_table(duck, "seen", [one.key for one in seen])
    newest = facts_of_rows(counting, ((one.key, one.newest) for one in seen if one.newest is not None))
    fact_table(duck, counting, "since", newest)
    given = counted(duck, counting, "given")
    lying = counted(duck, counting, "lying", f" ANTI JOIN seen USING ({KEY})")
    since = counted(duck, counting, "since")
    return tuple(
        new.minus(added((old, recent))) for new, old, recent in zip(given, lying, since, strict=True)
    )
