"""What the official tables of a round show, gathered from the queries; the writers only lay it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import OrganisationVersion
from openpar.engine.numbers import ZERO, total_of
from openpar.parindex.assessments.models import Layer, Round, RoundStage
from openpar.parindex.assessments.permissions import oversees
from openpar.parindex.assessments.queries.results import (
    ResultBlock,
    ResultSource,
    UnitRow,
    blocks_of,
    may_see_unit,
    source_of,
)
from openpar.parindex.assessments.results import LineResult, NodeResult
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.reports.documents.authorities import authority_of, place_of
from openpar.reports.documents.wording import is_symbol
from openpar.reports.letterheads import COMMITTEE


@dataclass(frozen=True)
class Issuer:
    """An agency as a letterhead names it. Empty where the register does not know."""

    name: str
    short_name: str
    kind: str
    parent: str
    place: str

    @property
    def is_committee(self) -> bool:
        return self.name.startswith(COMMITTEE)


def issuer_of(organisation_id: int, day: date) -> Issuer:
    """The agency and the one above it as they were named on `day`; two queries."""
    version = OrganisationVersion.objects.as_of(day).filter(organisation_id=organisation_id).first()
    if version is None:
        return Issuer("", "", "", "", "")
    parent = ""
    if version.parent_id is not None:
        above = OrganisationVersion.objects.as_of(day).filter(organisation_id=version.parent_id).first()
        parent = above.name if above else ""
    return Issuer(version.name, version.short_name, version.kind, parent, place_of(parent or version.name))


@dataclass(frozen=True)
class FieldFigures:
    """A field of a unit: the part from outside, the appraised part, the total and the component index."""

    outside: Decimal | None
    appraised: Decimal | None
    total: Decimal | None
    index: Decimal | None


@dataclass(frozen=True)
class UnitFigures:
    """A line of the official tables; `outside` in the order of the block's outside leaves."""

    row: UnitRow
    appraised: Decimal
    outside: tuple[Decimal | None, ...]
    fields: tuple[FieldFigures, ...]


@dataclass(frozen=True)
class RemovedLeaf:
    """A leaf taken out for a unit, with the reason that decided."""

    unit: str
    code: str
    title: str
    maximum: Decimal
    reason: str


@dataclass(frozen=True)
class BlockReport:
    """A block as the appendices show it."""

    block: ResultBlock
    criteria_set: CriteriaSet
    outside_leaves: tuple[LoadedLeaf, ...]
    units: tuple[UnitFigures, ...]
    removed: tuple[RemovedLeaf, ...]


@dataclass(frozen=True)
class RoundReport:
    """A round with all its blocks; provisional until it is published."""

    round: Round
    manager: Issuer
    blocks: tuple[BlockReport, ...]

    @property
    def is_provisional(self) -> bool:
        return self.round.stage != RoundStage.PUBLISHED

    @property
    def is_sample(self) -> bool:
        return any(report.block.criteria.is_sample for report in self.blocks)

    @property
    def marks(self) -> tuple[str, ...]:
        """What has to stand above everything made of this round."""
        return marks(is_provisional=self.is_provisional, is_sample=self.is_sample)


def marks(*, is_provisional: bool, is_sample: bool) -> tuple[str, ...]:
    """Draft, sample set, invented data: said on top of every document."""
    found = []
    if is_provisional:
        found.append("DỰ THẢO – kết quả tạm tính")
    if is_sample:
        found.append("Bộ tiêu chí mẫu")
    if settings.OPENPAR_DEMO:
        found.append("Dữ liệu mẫu, không có giá trị pháp lý")
    return tuple(found)


def round_report(round: Round, by: Actor) -> RoundReport:
    """Everything of a round that `by` may see in its tables: published units; all for those who oversee."""
    source = source_of(round)
    blocks = blocks_of(round.pk)
    sets = CriteriaSet.objects.in_bulk([block.criteria.id for block in blocks])
    day = round.decision_on or round.assessed_until
    return RoundReport(
        round=round,
        manager=issuer_of(round.manager_id, day),
        blocks=tuple(_block_report(block, sets[block.criteria.id], source, by) for block in blocks),
    )


def _block_report(
    block: ResultBlock, criteria_set: CriteriaSet, source: ResultSource, by: Actor
) -> BlockReport:
    rows = [row for row in source.rows(block) if may_see_unit(by, row)]
    ids = [row.assessment_id for row in rows]
    nodes = source.nodes(block, ids)
    outside = block.criteria.outside_leaves
    units = tuple(_unit_figures(row, nodes[row.assessment_id], block, outside) for row in rows)
    # The reasons quote the sheets: they are for those who may read all of them.
    removed = _removed(rows, nodes, block, source, with_reasons=oversees(by))
    return BlockReport(block, criteria_set, outside, units, removed)


def _unit_figures(
    row: UnitRow, nodes: Sequence[NodeResult], block: ResultBlock, outside: Sequence[LoadedLeaf]
) -> UnitFigures:
    found = {node.code: node for node in nodes}
    leaves = block.criteria.leaves.values()
    appraised = [found[leaf.code].decided_points for leaf in leaves if not leaf.is_outside]
    return UnitFigures(
        row=row,
        appraised=total_of(points for points in appraised if points is not None),
        outside=tuple(found[leaf.code].decided_points for leaf in outside),
        fields=tuple(_field_figures(found, code, block) for code in block.field_codes),
    )


def _field_figures(found: Mapping[str, NodeResult], field_code: str, block: ResultBlock) -> FieldFigures:
    leaves = [leaf for leaf in block.criteria.leaves.values() if leaf.field_code == field_code]
    return FieldFigures(
        outside=_sum([found[leaf.code].decided_points for leaf in leaves if leaf.is_outside]),
        appraised=_sum([found[leaf.code].decided_points for leaf in leaves if not leaf.is_outside]),
        total=found[field_code].decided_points,
        index=found[field_code].index,
    )


def _sum(points: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None where there is nothing of the kind."""
    known = [value for value in points if value is not None]
    return total_of(known) if known else None


def _removed(
    rows: Sequence[UnitRow],
    nodes: Mapping[int, Sequence[NodeResult]],
    block: ResultBlock,
    source: ResultSource,
    *,
    with_reasons: bool,
) -> tuple[RemovedLeaf, ...]:
    leaves = block.criteria.leaves
    gone = {
        key: [node.code for node in found if node.code in leaves and node.decided_points is None]
        for key, found in nodes.items()
    }
    lines = source.lines(block, [key for key, codes in gone.items() if codes and with_reasons])
    reasons = {(key, line.code): reason_of(line) for key, found in lines.items() for line in found}
    return tuple(
        RemovedLeaf(
            unit=row.name,
            code=code,
            title=leaves[code].title,
            maximum=leaves[code].maximum,
            reason=reasons.get((row.assessment_id, code), ""),
        )
        for row in rows
        for code in gone[row.assessment_id]
    )


def reason_of(line: LineResult) -> str:
    """Why a leaf counts as it does: the deciding side's sentence and note, else the unit's."""
    for layer in (line.decided_layer, Layer.SELF):
        texts = [text for text in (line.sentences.get(layer), line.notes.get(layer)) if text]
        if texts:
            return " ".join(texts)
    return ""


def lost_lines(lines: Sequence[LineResult]) -> tuple[LineResult, ...]:
    """The leaves that lost points at appraisal, most first; equals in the order of the table."""
    lost = [line for line in lines if line.lost is not None and line.lost > ZERO]
    return tuple(sorted(lost, key=lambda line: -(line.lost or ZERO)))


def head_of(issuer: Issuer) -> str:
    """The position that signs for an agency (data/documents/authorities.yaml); “head” where none is known."""
    if issuer.is_committee:
        return "CHỦ TỊCH"
    return authority_of(issuer.name).head or "THỦ TRƯỞNG ĐƠN VỊ"


def symbol_of(abbreviation: str, issuer: Issuer) -> str:
    """“TB-SNV”: the kind of document and the agency; dotted where the register knows no abbreviation."""
    symbol = f"{abbreviation}-{issuer.short_name.upper().replace(' ', '')}"
    return symbol if is_symbol(symbol) else f"{abbreviation}-……"
