"""One unit's result made ready for drawing: its fields, and how every point came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from markupsafe import Markup

from openpar.engine.numbers import ZERO, subtract, total_of
from openpar.parindex.assessments.models import Layer
from openpar.parindex.assessments.queries.result_sheets import EvidenceLine, LeafTrail, PastResult
from openpar.parindex.assessments.queries.results import FieldShare, ResultBlock, UnitRow
from openpar.parindex.assessments.results import LineResult, NodeResult
from openpar.reports.figures import NOTHING, Printed, maximum_text
from openpar.web.components.charts import Spoke, dumbbell
from openpar.web.results.boards import place_text


@dataclass(frozen=True)
class FieldLine:
    """One field of the unit; `before` is the component index in the previous round, if there is one."""

    number: str
    title: str
    maximum: str
    self_points: str
    points: str
    difference: str
    is_large: bool
    index: str
    drawing: Markup
    place: str
    before: str
    change: str


@dataclass(frozen=True)
class Side:
    """What one side said of a leaf: points, the sentence of the rule, its note, who and when."""

    label: str
    points: str
    sentence: str
    note: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class Step:
    """A station on the way from the unit's points to the recognised ones."""

    label: str
    points: str


@dataclass(frozen=True)
class LeafView:
    """One leaf with everything that explains its points; `lost` is exact, the texts are rounded."""

    code: str
    title: str
    field_code: str
    maximum: str
    self_points: str
    points: str
    difference: str
    lost: Decimal | None
    is_removed: bool
    steps: tuple[Step, ...]
    sides: tuple[Side, ...]
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True)
class FieldLeaves:
    """The leaves of one field, in the order of the table."""

    number: str
    title: str
    leaves: tuple[LeafView, ...]


def field_lines(
    nodes: Sequence[NodeResult],
    block: ResultBlock,
    shares: Mapping[int, tuple[FieldShare, ...]],
    ranked_ids: Sequence[int],
    past: PastResult | None,
) -> tuple[FieldLine, ...]:
    """The fields of a unit; each rank says of how many, the units that have the field at all."""
    show, one = Printed.of(block.criteria.engine.settings), Printed(1, "HALF_UP")
    found = {node.code: node for node in nodes}
    lines = []
    for place, code in enumerate(block.field_codes):
        node = found[code]
        of = sum(shares[key][place].index is not None for key in ranked_ids)
        difference = _difference(node.self_points, node.decided_points)
        earlier = past.field_titled(node.title) if past else None
        lines.append(
            FieldLine(
                number=code,
                title=node.title,
                maximum=maximum_text(node.maximum),
                self_points=show.text(node.self_points),
                points=show.text(node.decided_points),
                difference=show.signed(difference),
                is_large=difference is not None and abs(difference) * 10 >= node.maximum,
                index=one.text(node.index),
                drawing=dumbbell(node.self_index, node.index),
                place=place_text(node.rank, of),
                before=one.text(earlier.index) if earlier else NOTHING,
                change=one.signed(_difference(earlier.index, node.index)) if earlier else NOTHING,
            )
        )
    return tuple(lines)


def spokes_of(nodes: Sequence[NodeResult], block: ResultBlock) -> tuple[Spoke, ...]:
    """The fields for a radar; empty below three fields."""
    found = {node.code: node for node in nodes}
    fields = [found[code] for code in block.field_codes]
    spokes = tuple(Spoke(field.code, field.title, field.self_index, field.index) for field in fields)
    return spokes if len(spokes) >= 3 else ()


def _difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else subtract(after, before)


def leaf_views(
    lines: Sequence[LineResult], block: ResultBlock, trails: Mapping[str, LeafTrail]
) -> tuple[LeafView, ...]:
    """Every leaf of the sheet, in the order of the table."""
    show = Printed.of(block.criteria.engine.settings)
    found = {line.code: line for line in lines}
    return tuple(
        _leaf_view(found[code], block, trails.get(code, LeafTrail()), show)
        for code in block.criteria.leaves
        if code in found
    )


def _leaf_view(line: LineResult, block: ResultBlock, trail: LeafTrail, show: Printed) -> LeafView:
    entered = {one.layer: one for one in trail.entered}
    sides = []
    for layer in Layer:
        if layer not in line.points:
            continue
        who = entered.get(layer)
        sides.append(
            Side(
                label=str(layer.label),
                points=_points(line, layer, show),
                sentence=line.sentences.get(layer, ""),
                note=line.notes.get(layer, ""),
                by=who.by if who else "",
                at=who.at if who else None,
            )
        )
    is_removed = line.decided_points is None and line.states.get(line.decided_layer) == "NOT_APPLICABLE"
    recognised = _("loại") if is_removed else show.text(line.decided_points)
    return LeafView(
        code=line.code,
        title=line.title,
        field_code=block.criteria.leaves[line.code].field_code,
        maximum=maximum_text(line.maximum),
        self_points=_points(line, Layer.SELF, show),
        points=recognised,
        difference=show.signed(None if line.lost is None else -line.lost),
        lost=line.lost,
        is_removed=is_removed,
        steps=(*(Step(side.label, side.points) for side in sides), Step(_("Công nhận"), recognised)),
        sides=tuple(sides),
        evidence=trail.evidence,
    )


def _points(line: LineResult, layer: Layer, show: Printed) -> str:
    if line.states.get(layer) == "NOT_APPLICABLE":
        return _("không áp dụng")
    return show.text(line.points.get(layer))


def lost_leaves(leaves: Sequence[LeafView]) -> tuple[LeafView, ...]:
    """Those that lost points, most first; equals in the order of the table."""
    lost = [leaf for leaf in leaves if leaf.lost is not None and leaf.lost > ZERO]
    return tuple(sorted(lost, key=lambda leaf: -(leaf.lost or ZERO)))


def by_field(leaves: Sequence[LeafView], block: ResultBlock) -> tuple[FieldLeaves, ...]:
    """The leaves under the field they belong to."""
    return tuple(
        FieldLeaves(
            code, block.criteria.titles[code], tuple(leaf for leaf in leaves if leaf.field_code == code)
        )
        for code in block.field_codes
    )


def sum_note(row: UnitRow, leaves: Sequence[LeafView]) -> str:
    """Why the differences of the leaves do not add up to that of the totals, if they do not."""
    of_leaves = -total_of(leaf.lost for leaf in leaves if leaf.lost is not None)
    if row.difference is None or of_leaves == row.difference:
        return _(
            "Số hiển thị đã làm tròn, nên tổng các chênh lệch hiển thị có thể khác chênh lệch của tổng điểm "
            "0,01–0,02 điểm."
        )
    return _(
        "Tổng chênh lệch của các tiêu chí khác với chênh lệch của tổng điểm vì có tiêu chí không áp dụng "
        "được quy đổi, tiêu chí một bên không cho điểm, hoặc điểm thưởng, trừ; ngoài ra do làm tròn khi "
        "hiển thị có thể lệch 0,01–0,02 điểm."
    )
