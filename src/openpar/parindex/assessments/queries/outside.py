"""The parts that come from outside: what is in, what is waited for, and from which document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import Assessment, Layer, Round, RoundBlock, Score
from openpar.parindex.assessments.outside_files import OutsidePlace
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set


@dataclass(frozen=True)
class OutsideCell:
    """One outside value of one unit; `source` is the document it comes from."""

    points: Decimal | None
    outcome: str
    sentence: str
    source: str
    answer: Answer
    by: str
    at: datetime

    @property
    def is_in(self) -> bool:
        """Is it settled? A survey with too few forms is recorded and still waited for."""
        return self.points is not None or self.outcome == "NOT_APPLICABLE"


@dataclass(frozen=True)
class OutsideUnit:
    """One unit with a cell per leaf, in the order of the leaves; None: nothing brought in yet."""

    assessment_id: int
    name: str
    cells: tuple[OutsideCell | None, ...]


@dataclass(frozen=True)
class OutsideBlock:
    """Units × outside leaves of one block."""

    code: str
    name: str
    criteria: LoadedSet
    leaves: tuple[LoadedLeaf, ...]
    units: tuple[OutsideUnit, ...]

    def waiting(self, place: int) -> int:
        """How many units have no settled value of the leaf in this place."""
        cells = [unit.cells[place] for unit in self.units]
        return sum(cell is None or not cell.is_in for cell in cells)

    @property
    def done(self) -> int:
        return self.total - sum(self.waiting(place) for place in range(len(self.leaves)))

    @property
    def total(self) -> int:
        return len(self.leaves) * len(self.units)


def outside_blocks(round: Round, *, with_leadership: bool) -> tuple[OutsideBlock, ...]:
    """Every block of a round that has outside leaves: three queries."""
    cells: dict[int, dict[int, OutsideCell]] = defaultdict(dict)
    scores = Score.objects.filter(assessment__round_block__round=round, layer=Layer.OUTSIDE)
    for score in scores.select_related("entered_by"):
        cells[score.assessment_id][score.criterion_id] = OutsideCell(
            points=score.points,
            outcome=score.outcome,
            sentence=score.sentence,
            source=score.note,
            answer=Answer.from_json(score.answer),
            by=score.entered_by.full_name,
            at=score.entered_at,
        )
    sheets: dict[int, list[Assessment]] = defaultdict(list)
    for sheet in _sheets(round):
        sheets[sheet.round_block_id].append(sheet)
    found = []
    for block in RoundBlock.objects.filter(round=round).select_related("block", "criteria_set"):
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        leaves = tuple(
            leaf
            for leaf in criteria.outside_leaves
            if with_leadership or leaf.scored_by is not ScoredBy.LEADERSHIP
        )
        units = tuple(_unit(sheet, leaves, cells.get(sheet.pk, {})) for sheet in sheets[block.pk])
        found.append(OutsideBlock(block.block.code, block.block.name, criteria, leaves, units))
    return tuple(found)


def _sheets(round: Round) -> list[Assessment]:
    found = Assessment.objects.filter(round_block__round=round)
    return list(found.select_related("unit", "organisation").order_by("unit__name_sort", "pk"))


def _unit(sheet: Assessment, leaves: tuple[LoadedLeaf, ...], cells: Mapping[int, OutsideCell]) -> OutsideUnit:
    return OutsideUnit(sheet.pk, sheet.unit.name, tuple(cells.get(leaf.id) for leaf in leaves))


def outside_places(round: Round) -> tuple[OutsidePlace, ...]:
    """Every unit of a round with the outside leaves of its block, for the reader of files: two queries."""
    leaves: dict[int, Mapping[str, LoadedLeaf]] = {}
    for block in RoundBlock.objects.filter(round=round).select_related("criteria_set"):
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        leaves[block.pk] = {leaf.code: leaf for leaf in criteria.outside_leaves}
    return tuple(
        OutsidePlace(
            assessment_id=sheet.pk,
            name=sheet.unit.name,
            key=sheet.organisation.key,
            code=sheet.unit.code,
            leaves=leaves[sheet.round_block_id],
        )
        for sheet in _sheets(round)
    )
