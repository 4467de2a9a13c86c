"""Personal columns, which lie apart from the facts: found by the keys of their rows."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpar.base.facts.current import Keys, told
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.duck import fetched
from openpar.base.facts.models import Batch, PersonalPart
from openpar.base.facts.rows import values_of
from openpar.base.facts.staging import BATCH, ROW

# A database takes only so many values in one question.
_AT_ONCE = 500


@dataclass(frozen=True)
class PersonalRow:
    """What one batch told of the people of one key; `content` is None once it was erased."""

    part_id: int
    key: tuple[Any, ...]
    batch: str
    row: int
    content: Mapping[str, Any] | None
    erased_at: datetime | None


def personal_rows(dataset: str, keys: Keys) -> tuple[PersonalRow, ...]:
    """What every batch told of the people of these keys, in the order of keys and of the moments the batches
    speak of. Who may see it, the caller asks. Raises UnknownDataset, FactsRefused for unfit keys.
    """
    to = registered(dataset)
    places = _places(to, keys)
    codes = {code for _key, code, _row in places}
    batch_ids = dict(Batch.objects.filter(dataset_id=to.dataset_id, code__in=codes).values_list("code", "pk"))
    found = {(part.batch_id, part.row): part for part in _parts(places, batch_ids)}
    return tuple(
        PersonalRow(part.pk, key, code, row, part.content, part.erased_at)
        for key, code, row in places
        if (part := found.get((batch_ids[code], row))) is not None
    )


def _parts(
    places: Sequence[tuple[tuple[Any, ...], str, int]], batch_ids: Mapping[str, int]
) -> Iterator[PersonalPart]:
    rows: dict[str, list[int]] = {}
    for _key, code, row in places:
        rows.setdefault(code, []).append(row)
    for code, wanted in rows.items():
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            yield from PersonalPart.objects.filter(batch_id=batch_ids[code], row__in=some)


def _places(to: Registered, keys: Keys) -> list[tuple[tuple[Any, ...], str, int]]:
    """In which batch and row each key stands."""
    names = [column.name for column in to.declaration.keys]
    with told(to, keys) as duck:
        if duck is None:
            return []
        by = ", ".join(names)
        read = fetched(duck, f"SELECT {by}, {BATCH}, {ROW} FROM told ORDER BY {by}, place")
    whole = [values_of(column.kind, read[column.name]).plain() for column in to.declaration.keys]
    found = zip(zip(*whole, strict=True), read[BATCH].tolist(), read[ROW].tolist(), strict=True)
    return [(tuple(key), str(code), int(row)) for key, code, row in found]
