"""What stands behind the points of one unit: who entered them and when, with which evidence; bonus and
penalty; the results of the same unit in other rounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from openpar.base.documents.models import Document
from openpar.parindex.assessments.models import (
    Adjustment,
    Correction,
    EvidenceUse,
    Layer,
    Result,
    Round,
    RoundStage,
    Score,
)
from openpar.parindex.assessments.results import NodeResult
from openpar.parindex.criteria.queries import LoadedSet


@dataclass(frozen=True)
class EvidenceLine:
    """A document bound to a score, and where in it the proof stands."""

    layer: Layer
    document_id: int
    title: str
    number: str
    issued_on: date | None
    pointer: str
    link: str
    # The measured figure that the document stands for.
    figure_id: int | None = None


@dataclass(frozen=True)
class Entered:
    """Who entered the points of a layer, and when."""

    layer: Layer
    by: str
    at: datetime


@dataclass(frozen=True)
class LeafTrail:
    """Everything known of one leaf besides its points."""

    entered: tuple[Entered, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()


def trails_of(assessment_id: int, criteria: LoadedSet) -> Mapping[str, LeafTrail]:
    """leaf code → its trail, layers in the order of the procedure; three queries."""
    entered: dict[str, list[Entered]] = defaultdict(list)
    for criterion_id, layer, by, at in Score.objects.filter(assessment_id=assessment_id).values_list(
        "criterion_id", "layer", "entered_by__full_name", "entered_at"
    ):
        entered[criteria.code_of[criterion_id]].append(Entered(Layer(layer), by, at))
    evidence: dict[str, list[EvidenceLine]] = defaultdict(list)
    uses = EvidenceUse.objects.filter(score__assessment_id=assessment_id).select_related("score", "document")
    for use in uses.defer("score__answer"):
        evidence[criteria.code_of[use.score.criterion_id]].append(
            _evidence_line(Layer(use.score.layer), use.document, pointer=use.pointer, figure_id=use.figure_id)
        )
    confirmed = Correction.objects.filter(
        assessment_id=assessment_id, state=Correction.State.CONFIRMED, document__isnull=False
    )
    for correction in confirmed.select_related("document"):
        document = correction.document
        if document is not None:
            evidence[criteria.code_of[correction.criterion_id]].append(
                _evidence_line(Layer.CORRECTED, document, pointer="")
            )
    order = list(Layer)
    return {
        code: LeafTrail(
            tuple(sorted(entered[code], key=lambda one: order.index(one.layer))), tuple(evidence[code])
        )
        for code in entered
    }


def _evidence_line(
    layer: Layer, document: Document, *, pointer: str, figure_id: int | None = None
) -> EvidenceLine:
    return EvidenceLine(
        layer=layer,
        document_id=document.pk,
        title=document.title,
        number=document.number,
        issued_on=document.issued_on,
        pointer=pointer,
        link=document.link,
        figure_id=figure_id,
    )


@dataclass(frozen=True)
class AdjustmentLine:
    """Bonus or penalty of a unit, with the decision on it."""

    kind: Adjustment.Kind
    state: Adjustment.State
    ground: str
    points: Decimal | None
    decision_reason: str
    decided_by: str
    decided_at: datetime | None


def adjustment_lines(assessment_id: int) -> tuple[AdjustmentLine, ...]:
    """Claimed, accepted and refused, in the order in which they were entered; one query."""
    rows = Adjustment.objects.filter(assessment_id=assessment_id).values_list(
        "kind", "state", "ground", "points", "decision_reason", "decided_by__full_name", "decided_at"
    )
    return tuple(
        AdjustmentLine(
            Adjustment.Kind(kind),
            Adjustment.State(state),
            ground,
            points,
            reason,
            decided_by or "",
            decided_at,
        )
        for kind, state, ground, points, reason, decided_by, decided_at in rows
    )


@dataclass(frozen=True)
class PastResult:
    """What was recognised for the same organisation in another round.

    `is_comparable`: same block and same set, so that points and ranks can be put side by side as they are.
    """

    round_id: int
    assessment_id: int
    title: str
    year: int
    total: Decimal | None
    index: Decimal | None
    rank: int | None
    rank_of: int | None
    grade: str
    is_published: bool
    is_comparable: bool
    fields: tuple[NodeResult, ...]

    def field_titled(self, title: str) -> NodeResult | None:
        """The field of the same name: codes move between sets, names of fields hardly."""
        return next((field for field in self.fields if field.title.casefold() == title.casefold()), None)


def past_result(
    organisation_id: int, round: Round, *, block_id: int, criteria_set_id: int
) -> PastResult | None:
    """The last published result of an organisation before `round`; one query."""
    found = (
        Result.objects.filter(
            assessment__organisation_id=organisation_id,
            assessment__round_block__round__stage=RoundStage.PUBLISHED,
            assessment__round_block__round__assessed_until__lt=round.assessed_until,
        )
        .select_related("assessment__round_block__round")
        .defer("lines", "explanation")
        .order_by("-assessment__round_block__round__assessed_until", "-id")
        .first()
    )
    if found is None:
        return None
    sheet = found.assessment
    place = sheet.round_block
    return PastResult(
        round_id=place.round_id,
        assessment_id=sheet.pk,
        title=place.round.title,
        year=place.round.year,
        total=found.total,
        index=found.index,
        rank=found.rank,
        rank_of=found.rank_of,
        grade=found.grade,
        is_published=sheet.is_published,
        is_comparable=(place.block_id, place.criteria_set_id) == (block_id, criteria_set_id),
        fields=tuple(
            NodeResult.from_json(code, node) for code, node in found.nodes.items() if node["depth"] == 1
        ),
    )
