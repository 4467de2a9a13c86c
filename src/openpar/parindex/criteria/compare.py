"""Two criteria sets beside each other: what was added, removed, changed (same_as chain, else equal code)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openpar.parindex.criteria.models import CriteriaSet, Criterion
from openpar.parindex.criteria.table import SetTable, TableRow, set_table


@dataclass(frozen=True)
class Change:
    """One aspect of a line that differs."""

    # code, title, maximum, scale, printed_scale, scored_by, evidence, not_applicable, owner, article, note,
    # indicator
    aspect: str
    before: str | Decimal
    after: str | Decimal


@dataclass(frozen=True)
class Pair:
    """A line that both sets have; `changes` is never empty."""

    before: TableRow
    after: TableRow
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """The difference between an older and a newer set, in the order of the newer table."""

    before: SetTable
    after: SetTable
    added: tuple[TableRow, ...]
    removed: tuple[TableRow, ...]
    changed: tuple[Pair, ...]
    same: int


def compare_sets(before: CriteriaSet, after: CriteriaSet) -> Comparison:
    """Matches by identity first (`same_as`, through sets in between), then by code among what is left."""
    old, new = set_table(before), set_table(after)
    matched = _matches(old, new)
    by_id = {row.id: row for row in old.rows}
    pairs: list[Pair] = []
    same = 0
    for row in new.rows:
        if row.id in matched:
            older = by_id[matched[row.id]]
            changes = _changes(older, row)
            if changes:
                pairs.append(Pair(older, row, changes))
            else:
                same += 1
    found = set(matched.values())
    return Comparison(
        before=old,
        after=new,
        added=tuple(row for row in new.rows if row.id not in matched),
        removed=tuple(row for row in old.rows if row.id not in found),
        changed=tuple(pairs),
        same=same,
    )


def _matches(old: SetTable, new: SetTable) -> dict[int, int]:
    """Id in the newer set → id in the older one."""
    older_ids = {row.id for row in old.rows}
    matched: dict[int, int] = {}
    origin = _origins([row.id for row in new.rows], older_ids)
    for row in new.rows:
        if row.id in origin and origin[row.id] not in matched.values():
            matched[row.id] = origin[row.id]
    free = {row.code: row.id for row in old.rows if row.id not in set(matched.values())}
    for row in new.rows:
        if row.id not in matched and row.code in free:
            matched[row.id] = free.pop(row.code)
    return matched


def _origins(ids: list[int], wanted: set[int]) -> dict[int, int]:
    """Follows `same_as` from each id until it reaches a wanted one; one query per generation."""
    at_now = {each: each for each in ids}
    found: dict[int, int] = {}
    seen: set[int] = set(ids)
    while at_now:
        links = dict(
            Criterion.objects.filter(pk__in=set(at_now.values()), same_as__isnull=False).values_list(
                "pk", "same_as_id"
            )
        )
        following: dict[int, int] = {}
        for start, place in at_now.items():
            origin = links.get(place)
            if origin is None:
                continue
            if origin in wanted:
                found[start] = origin
            elif origin not in seen:
                following[start] = origin
        seen |= set(following.values())
        at_now = following
    return found


def _changes(before: TableRow, after: TableRow) -> tuple[Change, ...]:
    aspects: tuple[tuple[str, str | Decimal, str | Decimal], ...] = (
        ("code", before.code, after.code),
        ("title", before.title, after.title),
        ("maximum", before.maximum, after.maximum),
        ("scale", "\n".join(before.scale), "\n".join(after.scale)),
        ("printed_scale", before.printed_scale, after.printed_scale),
        ("scored_by", before.scored_by, after.scored_by),
        ("evidence", before.evidence, after.evidence),
        ("not_applicable", before.not_applicable, after.not_applicable),
        ("owner", before.owner, after.owner),
        ("article", before.article, after.article),
        ("note", before.note, after.note),
        ("indicator", before.indicator, after.indicator),
    )
    return tuple(Change(aspect, old, new) for aspect, old, new in aspects if old != new)
