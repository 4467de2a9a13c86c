"""The sums of the walk's own model: exact fractions, the points of removed leaves spread over the rest."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from trust.walks.tables import BONUS_MOST, CAP, MAXIMA, OUTSIDE_LEAVES, PENALTY_MOST, Case
from trust.walks.world import Snapshot


def _part(
    case: Case, now: Snapshot, layers: tuple[str, ...], sheet: int, *, outside: bool
) -> tuple[Fraction, int, int]:
    """Achieved, maximum, removed maximum of one part; the first of `layers` that is there counts."""
    rows: dict[str, Any] = {}
    for row in now.of("Score", assessment_id=sheet):
        code = case.world.leaves[row.criterion_id]
        if row.layer not in layers or (code in OUTSIDE_LEAVES) != outside:
            continue
        if code not in rows or layers.index(row.layer) < layers.index(rows[code].layer):
            rows[code] = row
    achieved = sum((Fraction(row.points) for row in rows.values() if row.points is not None), Fraction(0))
    removed = sum(
        MAXIMA[code] for code, row in rows.items() if row.points is None and row.outcome == "NOT_APPLICABLE"
    )
    most = sum(points for code, points in MAXIMA.items() if (code in OUTSIDE_LEAVES) == outside)
    return achieved, most, removed


def own_total(case: Case, sheet: int) -> Fraction | None:
    """The unit's own points, without what comes from outside."""
    achieved, most, removed = _part(case, case.after, ("SELF",), sheet, outside=False)
    return None if removed == most else achieved * most / (most - removed)


def decided_total(case: Case, sheet: int, *, before: bool = False) -> Fraction | None:
    """What counts in the end, with bonus, penalty and cap."""
    now = case.before if before else case.after
    layers = ("CORRECTED", "REAPPRAISED", "APPRAISED")
    achieved, most, removed = _part(case, now, layers, sheet, outside=False)
    if removed == most:
        return None
    other, other_most, other_removed = _part(case, now, ("OUTSIDE",), sheet, outside=True)
    total = achieved * most / (most - removed)
    if other_removed < other_most:
        total += other * other_most / (other_most - other_removed)
    accepted = now.of("Adjustment", assessment_id=sheet, state="ACCEPTED")
    total += min(_points(accepted, "BONUS"), Fraction(BONUS_MOST))
    total -= min(_points(accepted, "PENALTY"), Fraction(PENALTY_MOST))
    return max(Fraction(0), min(Fraction(CAP), total))


def _points(adjustments: list[Any], kind: str) -> Fraction:
    return sum((Fraction(row.points) for row in adjustments if row.kind == kind), Fraction(0))


def recognised_total(case: Case, sheet: int, *, before: bool = False) -> Fraction | None:
    """What is recognised: 0 for a unit that never scored, whatever a survey says of it."""
    row = (case.before if before else case.after)["Assessment"][sheet]
    if not (row.self_count or row.appraised_count):
        return Fraction(0)
    return decided_total(case, sheet, before=before)


def same(stored: Any, expected: Fraction | None) -> bool:
    if stored is None or expected is None:
        return stored is None and expected is None
    return abs(Fraction(stored) - expected) < Fraction(1, 10**9)


def standings(sheet: Any) -> dict[str, Any]:
    found = sheet.standings
    told: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    return told


def own_stored(sheet: Any) -> Any:
    return standings(sheet).get("self", {}).get("own_total")
