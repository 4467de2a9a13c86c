"""Where a block lost points, leaf by leaf, and which leaves were taken out for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from openpar.common.text import code_key, fold
from openpar.engine.numbers import ZERO, add, subtract
from openpar.parindex.assessments.models import Layer
from openpar.parindex.assessments.queries.results import LeafPoints, ResultBlock, ResultSource, UnitRow
from openpar.reports.figures import Printed, maximum_text
from openpar.web.components.charts import bullet
from openpar.web.results.asked import Asked

_NAMED = 3
Leaves = Mapping[int, Mapping[str, LeafPoints]]


@dataclass(frozen=True)
class LossLine:
    """One leaf over all units of a block.

    `lost`: self-scored points that appraisal did not grant; `missing`: what is missing to the maximum.
    """

    code: str
    title: str
    field_code: str
    maximum: str
    lost: str
    missing: str
    unit_count: int
    drawing: Markup
    units: tuple[str, ...]
    more_units: int


@dataclass
class _Sum:
    """What one leaf adds up to while the units are gone through."""

    lost: Decimal = ZERO
    missing: Decimal = ZERO
    units: int = 0


def loss_lines(
    rows: Sequence[UnitRow], leaves: Leaves, block: ResultBlock, asked: Asked, *, named: Collection[int]
) -> tuple[LossLine, ...]:
    """The leaves that lost or lack something; units of the sheets in `named` are named, most lost first."""
    sums = {code: _summed(code, rows, leaves, block) for code in block.criteria.leaves}
    chosen = [
        code for code in sums if _is_wanted(code, block, asked) and (sums[code].lost or sums[code].missing)
    ]
    place = {code: number for number, code in enumerate(block.criteria.leaves)}

    def key(code: str) -> tuple[Decimal | int, ...]:
        found = sums[code]
        if asked.sort == "code":
            return (place[code],)
        if asked.sort == "units":
            return (-found.units, -found.lost, place[code])
        first, second = (
            (found.missing, found.lost) if asked.sort == "missing" else (found.lost, found.missing)
        )
        return (-first, -second, place[code])

    chosen.sort(key=key, reverse=asked.is_reversed)
    most = max((found.missing for found in sums.values()), default=ZERO)
    show = Printed.of(block.criteria.engine.settings)
    return tuple(_line(code, sums[code], rows, leaves, block, named, most, show) for code in chosen)


def _is_wanted(code: str, block: ResultBlock, asked: Asked) -> bool:
    leaf = block.criteria.leaves[code]
    if asked.field and leaf.field_code != asked.field:
        return False
    return fold(asked.search) in fold(f"{code} {leaf.title}")


def lost_of(points: LeafPoints) -> Decimal:
    """What appraisal took away; 0 where it gave as much or more, or where one side has no points."""
    if points.own is None or points.decided is None:
        return ZERO
    return max(ZERO, subtract(points.own, points.decided))


def _summed(code: str, rows: Iterable[UnitRow], leaves: Leaves, block: ResultBlock) -> _Sum:
    maximum = block.criteria.leaves[code].maximum
    found = _Sum()
    for row in rows:
        points = leaves[row.assessment_id][code]
        lost = lost_of(points)
        if lost:
            found.lost = add(found.lost, lost)
            found.units += 1
        if points.decided is not None:
            found.missing = add(found.missing, max(ZERO, subtract(maximum, points.decided)))
    return found


def _line(
    code: str,
    found: _Sum,
    rows: Sequence[UnitRow],
    leaves: Leaves,
    block: ResultBlock,
    named: Collection[int],
    most: Decimal,
    show: Printed,
) -> LossLine:
    leaf = block.criteria.leaves[code]
    losers = [
        (lost, row.name)
        for row in rows
        if row.assessment_id in named and (lost := lost_of(leaves[row.assessment_id][code]))
    ]
    losers.sort(key=lambda loser: -loser[0])
    return LossLine(
        code=code,
        title=leaf.title,
        field_code=leaf.field_code,
        maximum=maximum_text(leaf.maximum),
        lost=show.text(found.lost),
        missing=show.text(found.missing),
        unit_count=found.units,
        drawing=bullet(found.missing, found.lost, most),
        units=tuple(f"{name} ({show.text(lost)})" for lost, name in losers[:_NAMED]),
        more_units=max(0, len(losers) - _NAMED),
    )


@dataclass(frozen=True)
class RemovedLine:
    """A leaf taken out for a unit; the reason only for those who may read the sheet."""

    unit: str
    link: str
    code: str
    title: str
    maximum: str
    reason: str


def removed_lines(
    rows: Sequence[UnitRow],
    leaves: Leaves,
    block: ResultBlock,
    source: ResultSource,
    prefix: str,
    *,
    readable: Collection[int],
) -> tuple[RemovedLine, ...]:
    """Every removed leaf by unit, in the order of `rows` and of the table."""
    removed = {
        row.assessment_id: sorted(
            (code for code, points in leaves[row.assessment_id].items() if points.decided is None),
            key=code_key,
        )
        for row in rows
    }
    wanted = [key for key, codes in removed.items() if codes and key in readable]
    reasons = {
        (key, line.code): reason_of(line.decided_layer, line.sentences, line.notes)
        for key, lines in source.lines(block, wanted).items()
        for line in lines
    }
    return tuple(
        RemovedLine(
            unit=row.name,
            link=f"{prefix}{row.assessment_id}/",
            code=code,
            title=block.criteria.leaves[code].title,
            maximum=maximum_text(block.criteria.leaves[code].maximum),
            reason=reasons.get((row.assessment_id, code), ""),
        )
        for row in rows
        for code in removed[row.assessment_id]
    )


def reason_of(decided_layer: str, sentences: Mapping[str, str], notes: Mapping[str, str]) -> str:
    """Why a leaf counts as it does: the sentence of the deciding layer, else its note, else the unit's."""
    for layer in (decided_layer, Layer.SELF):
        if text := sentences.get(layer) or notes.get(layer):
            return text
    return ""
