"""From the stored scores of a round to totals, ranks and classes: computed for the council, frozen at
publication. Every figure here comes from the engine; this module only gathers and pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from openpar.common.errors import Gap
from openpar.engine.grading import grade
from openpar.engine.outcomes import Invalid, Missing, Outcome
from openpar.engine.ranking import Place, rank
from openpar.engine.scoring import UnitScore
from openpar.parindex.assessments.cohort import settle_cohorts
from openpar.parindex.assessments.models import Adjustment, Assessment, Layer, RoundBlock, Score, SheetState
from openpar.parindex.assessments.rules import DECIDING
from openpar.parindex.assessments.sheets import (
    OutcomesByLayer,
    decided_outcomes,
    outcome_of,
    self_outcomes,
    summed,
)
from openpar.parindex.criteria.queries import LoadedSet, loaded_set


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def decimal_or_none(value: str | None) -> Decimal | None:
    """The decimal of a stored text; None stays None."""
    return None if value is None else Decimal(value)


@dataclass(frozen=True)
class NodeResult:
    """One field or criterion of one unit: points and component index (achieved ÷ maximum × 100)."""

    code: str
    title: str
    depth: int
    maximum: Decimal
    self_points: Decimal | None
    decided_points: Decimal | None
    index: Decimal | None
    self_index: Decimal | None
    rank: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "depth": self.depth,
            "maximum": _text(self.maximum),
            "self": _text(self.self_points),
            "decided": _text(self.decided_points),
            "index": _text(self.index),
            "self_index": _text(self.self_index),
            "rank": self.rank,
        }

    @classmethod
    def from_json(cls, code: str, found: Mapping[str, Any]) -> NodeResult:
        return cls(
            code=code,
            title=found["title"],
            depth=found["depth"],
            maximum=Decimal(found["maximum"]),
            self_points=decimal_or_none(found["self"]),
            decided_points=decimal_or_none(found["decided"]),
            index=decimal_or_none(found["index"]),
            self_index=decimal_or_none(found["self_index"]),
            rank=found["rank"],
        )


@dataclass(frozen=True)
class LineResult:
    """One leaf of one unit: the points of every layer, and the sentences that explain them."""

    code: str
    title: str
    maximum: Decimal
    points: Mapping[str, Decimal | None]
    states: Mapping[str, str]
    sentences: Mapping[str, str]
    notes: Mapping[str, str]
    decided_layer: str
    decided_points: Decimal | None

    @property
    def lost(self) -> Decimal | None:
        """Self minus decided points; None where one side has none."""
        own = self.points.get(Layer.SELF)
        if own is None or self.decided_points is None:
            return None
        return own - self.decided_points

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "title": self.title,
            "maximum": _text(self.maximum),
            "points": {layer: _text(points) for layer, points in self.points.items()},
            "states": dict(self.states),
            "sentences": dict(self.sentences),
            "notes": dict(self.notes),
            "decided_layer": self.decided_layer,
            "decided": _text(self.decided_points),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> LineResult:
        return cls(
            code=found["code"],
            title=found["title"],
            maximum=Decimal(found["maximum"]),
            points={layer: decimal_or_none(points) for layer, points in found["points"].items()},
            states=found["states"],
            sentences=found["sentences"],
            notes=found["notes"],
            decided_layer=found["decided_layer"],
            decided_points=decimal_or_none(found["decided"]),
        )


@dataclass(frozen=True)
class UnitResult:
    """Everything recognised (or about to be) for one unit."""

    assessment_id: int
    organisation_id: int
    name: str
    is_ranked: bool
    is_published: bool
    submitted: bool
    self_total: Decimal | None
    total: Decimal | None
    index: Decimal | None
    bonus: Decimal
    penalty: Decimal
    grade: str
    self_grade: str
    waiting: tuple[str, ...]
    gaps: tuple[Gap, ...]
    nodes: tuple[NodeResult, ...]
    lines: tuple[LineResult, ...]
    explanation: tuple[str, ...]
    rank: int | None = None
    rank_of: int | None = None
    part_indices: Mapping[str, Decimal | None] = field(default_factory=dict)

    def index_of(self, code: str) -> Decimal | None:
        """The component index of a node, or of the part "appraised" or "outside"."""
        if code in self.part_indices:
            return self.part_indices[code]
        return next((node.index for node in self.nodes if node.code == code), None)


@dataclass(frozen=True)
class BlockResults:
    """The units of one block, in order of rank, unranked ones last."""

    round_block_id: int
    block_code: str
    block_name: str
    criteria: LoadedSet
    units: tuple[UnitResult, ...]


def results_of_round(round_id: int) -> tuple[BlockResults, ...]:
    """Computes every block of a round from its stored scores: five queries, whatever its size."""
    blocks = list(RoundBlock.objects.filter(round_id=round_id).select_related("block", "criteria_set"))
    sheets: dict[int, list[Assessment]] = defaultdict(list)
    for assessment in (
        Assessment.objects.filter(round_block__round_id=round_id)
        .select_related("unit")
        .order_by("unit__name_sort")
    ):
        sheets[assessment.round_block_id].append(assessment)
    scores: dict[int, list[Score]] = defaultdict(list)
    for score in Score.objects.filter(assessment__round_block__round_id=round_id):
        scores[score.assessment_id].append(score)
    adjustments: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for assessment_id, kind, points in Adjustment.objects.filter(
        assessment__round_block__round_id=round_id, state=Adjustment.State.ACCEPTED
    ).values_list("assessment_id", "kind", "points"):
        if points is not None:
            adjustments[assessment_id].append((kind, points))
    found = []
    for block in blocks:
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        settle_cohorts(criteria, {sheet.pk: scores[sheet.pk] for sheet in sheets[block.pk]})
        units = [
            unit_result(sheet, block.block.code, criteria, scores[sheet.pk], adjustments[sheet.pk])
            for sheet in sheets[block.pk]
        ]
        found.append(
            BlockResults(block.pk, block.block.code, block.block.name, criteria, ranked(units, criteria))
        )
    return tuple(found)


def _by_layer(
    criteria: LoadedSet, scores: Iterable[Score]
) -> tuple[OutcomesByLayer, dict[str, dict[str, Score]]]:
    outcomes: OutcomesByLayer = {layer: {} for layer in Layer.values}
    rows: dict[str, dict[str, Score]] = defaultdict(dict)
    for score in scores:
        code = criteria.code_of[score.criterion_id]
        outcomes[score.layer][code] = outcome_of(score.outcome, score.points)
        rows[code][score.layer] = score
    return outcomes, rows


def unit_result(
    sheet: Assessment,
    block_code: str,
    criteria: LoadedSet,
    scores: Iterable[Score],
    adjustments: Iterable[tuple[str, Decimal]],
) -> UnitResult:
    """One unit, not yet ranked. A unit that never scored anything stays in the list with 0."""
    outcomes, rows = _by_layer(criteria, scores)
    decided = decided_outcomes(outcomes, criteria)
    bonus = [points for kind, points in adjustments if kind == Adjustment.Kind.BONUS]
    penalty = [points for kind, points in adjustments if kind == Adjustment.Kind.PENALTY]
    submitted = sheet.self_count > 0 or sheet.appraised_count > 0
    silent = sheet.state == SheetState.LOCKED and not submitted
    if silent:
        # 0 in every field too, whatever a survey said of it: fields and total must agree.
        outcomes, decided = {layer: {} for layer in Layer.values}, {}
    own = summed(criteria, self_outcomes(outcomes))
    final = summed(criteria, decided, bonus=bonus, penalty=penalty)
    # A leaf taken out although the set does not foresee it was settled by the appraiser who did so; figures
    # that contradict themselves were settled by nobody.
    invalid = {line.code for line in final.lines if isinstance(line.outcome, Invalid)}
    bands = criteria.engine.settings.bands_for(block_code)
    total, index = (Decimal(0), Decimal(0)) if silent else (final.total, final.index)
    return UnitResult(
        assessment_id=sheet.pk,
        organisation_id=sheet.organisation_id,
        name=sheet.unit.name,
        is_ranked=sheet.is_ranked,
        is_published=sheet.is_published,
        submitted=submitted,
        self_total=own.total,
        total=total,
        index=index,
        bonus=final.bonus,
        penalty=final.penalty,
        grade="" if index is None else grade(index, bands) or "",
        self_grade="" if own.index is None or silent else grade(own.index, bands) or "",
        waiting=() if silent else final.waiting,
        gaps=tuple(Gap(gap.code, gap.sentence, code="engine") for gap in final.gaps if gap.code in invalid),
        nodes=_nodes(criteria, own, final),
        lines=_lines(criteria, rows, decided),
        explanation=final.explanation,
        part_indices={part.code: part.index for part in (final.appraised_part, final.outside_part)},
    )


def _nodes(criteria: LoadedSet, own: UnitScore, final: UnitScore) -> tuple[NodeResult, ...]:
    own_nodes = {node.code: node for node in own.nodes}
    return tuple(
        NodeResult(
            code=node.code,
            title=criteria.titles[node.code],
            depth=criteria.depths[node.code],
            maximum=node.maximum,
            self_points=own_nodes[node.code].achieved,
            decided_points=node.achieved,
            index=node.index,
            self_index=own_nodes[node.code].index,
        )
        for node in final.nodes
    )


def _lines(
    criteria: LoadedSet, rows: Mapping[str, Mapping[str, Score]], decided: Mapping[str, Outcome]
) -> tuple[LineResult, ...]:
    lines = []
    for code, leaf in criteria.leaves.items():
        scores = rows.get(code, {})
        counted = next((layer for layer in (Layer.OUTSIDE, *DECIDING) if layer in scores), "")
        outcome = decided.get(code, Missing(""))
        lines.append(
            LineResult(
                code=code,
                title=leaf.title,
                maximum=leaf.maximum,
                points={layer: score.points for layer, score in scores.items()},
                states={layer: score.outcome for layer, score in scores.items()},
                sentences={layer: score.sentence for layer, score in scores.items()},
                notes={layer: score.note for layer, score in scores.items() if score.note},
                decided_layer=counted,
                decided_points=getattr(outcome, "points", None),
            )
        )
    return tuple(lines)


def _places(
    criteria: LoadedSet,
    values: Mapping[str, Decimal | None],
    tie_breakers: Sequence[Mapping[str, Decimal | None]] = (),
) -> Mapping[str, Place]:
    settings = criteria.engine.settings
    return rank(
        values,
        ties=settings.ties,
        digits=settings.digits,
        mode=settings.rounding_mode,
        rank_on=settings.rank_on,
        tie_breakers=tie_breakers,
    )


def ranked(units: list[UnitResult], criteria: LoadedSet) -> tuple[UnitResult, ...]:
    """Ranks the units of a block by index, and by component index within every field and criterion."""
    competing = {str(unit.assessment_id): unit for unit in units if unit.is_ranked}
    breakers = [
        {key: unit.index_of(code) for key, unit in competing.items()}
        for code in criteria.engine.settings.tie_breakers
    ]
    places = _places(criteria, {key: unit.index for key, unit in competing.items()}, breakers)
    node_places = {
        node.code: _places(criteria, {key: unit.nodes[position].index for key, unit in competing.items()})
        for position, node in enumerate(units[0].nodes if units else ())
    }
    placed = [_placed(unit, places, node_places) for unit in units]
    return tuple(sorted(placed, key=lambda unit: (unit.rank is None, unit.rank or 0)))


def _placed(
    unit: UnitResult, places: Mapping[str, Place], node_places: Mapping[str, Mapping[str, Place]]
) -> UnitResult:
    key = str(unit.assessment_id)
    place = places.get(key)
    return replace(
        unit,
        rank=place.rank if place else None,
        rank_of=place.of if place else None,
        nodes=tuple(
            replace(node, rank=found.rank if (found := node_places[node.code].get(key)) else None)
            for node in unit.nodes
        ),
    )
