"""The rows an appraiser decides on: a leaf of a unit with every layer, and how far a page of them is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery

from openpar.base.documents.models import FileCheck
from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import (
    Assessment,
    Correction,
    EvidenceUse,
    Layer,
    Round,
    RoundBlock,
    RoundStage,
    Score,
)
from openpar.parindex.assessments.queries.appraisal import Viewer
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.parindex.assessments.rules import differs
from openpar.parindex.criteria.queries import LoadedLeaf, loaded_set

# When a unit may see how it was appraised: those of its people who appraise others wait for that too.
_SHOWN_TO_UNITS = {
    Layer.APPRAISED: (
        RoundStage.EXPLANATION,
        RoundStage.REAPPRAISAL,
        RoundStage.DECISION,
        RoundStage.PUBLISHED,
    ),
    Layer.REAPPRAISED: (RoundStage.DECISION, RoundStage.PUBLISHED),
    Layer.CORRECTED: (RoundStage.DECISION, RoundStage.PUBLISHED),
}


@dataclass(frozen=True)
class EvidenceLine:
    """A document that proves a score, and where in it."""

    use_id: int
    document_id: int
    title: str
    number: str
    issued_on: object
    signed_at: datetime | None
    # The judgement over the digital signatures of its file (`FileCheck.Signature`), "" where there is none.
    signature: str
    pointer: str
    has_file: bool
    link: str
    is_secret: bool


@dataclass(frozen=True)
class Side:
    """What one layer says of one leaf of one unit."""

    score_id: int
    points: Decimal | None
    computed: Decimal | None
    given: Decimal | None
    outcome: str
    sentence: str
    note: str
    answer: Answer
    version: int
    by: str
    at: datetime
    explanation_wanted: bool
    evidence: tuple[EvidenceLine, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Was it opened, for instance to bind evidence, and never filled?"""
        return self.outcome == "MISSING" and self.points is None


@dataclass(frozen=True)
class Row:
    """One leaf of one unit with every layer the person may see; `barred` says why it is not theirs."""

    assessment_id: int
    organisation_id: int
    unit_name: str
    leaf: LoadedLeaf
    is_silent: bool
    barred: Gap | None
    own: Side | None
    appraised: Side | None
    explained: Side | None
    reappraised: Side | None
    corrected: Side | None = None
    # A correction waits for the decision of another person.
    is_being_corrected: bool = False

    @property
    def counted(self) -> Side | None:
        """The side whose points count in the end."""
        return self.corrected or self.reappraised or self.appraised

    @property
    def is_decided(self) -> bool:
        return self.appraised is not None and not self.appraised.is_blank

    @property
    def is_counted(self) -> bool:
        """Does the row belong to the work of this person?"""
        return self.barred is None and not self.is_silent

    @property
    def is_open(self) -> bool:
        return self.is_counted and not self.is_decided

    @property
    def is_flagged(self) -> bool:
        return self.appraised is not None and self.appraised.explanation_wanted

    @property
    def is_scored(self) -> bool:
        return self.own is not None and not self.own.is_blank

    @property
    def is_different(self) -> bool:
        if not self.is_decided or self.appraised is None:
            return False
        return differs(self.own.points if self.own else None, self.appraised.points)

    @property
    def difference(self) -> Decimal | None:
        """Appraised minus self; None where one side has no points."""
        if self.own is None or self.own.points is None:
            return None
        if self.appraised is None or self.appraised.points is None:
            return None
        return self.appraised.points - self.own.points

    @property
    def waits_for_answer(self) -> bool:
        return self.explained is not None and self.reappraised is None


OPEN, DIFFERENT, FLAGGED = "open", "different", "flagged"


@dataclass(frozen=True)
class Tally:
    """How far a page is: `done` of the `total` rows that are the person's work; `rows` are all it shows."""

    rows: int
    total: int
    done: int
    different: int
    flagged: int

    @property
    def open(self) -> int:
        return self.total - self.done


def tally_of(rows: Iterable[Row]) -> Tally:
    """The tally of rows that are loaded."""
    found = list(rows)
    return Tally(
        rows=len(found),
        total=sum(row.is_counted for row in found),
        done=sum(row.is_counted and row.is_decided for row in found),
        different=sum(row.is_different for row in found),
        flagged=sum(row.is_flagged for row in found),
    )


def tally_of_leaf(sheets: QuerySet[Assessment], leaf: LoadedLeaf, viewer: Viewer) -> Tally:
    """The same for one leaf of every unit, without loading what the rows say: two short queries.

    For the answer to a save, which shows one row of a hundred and the tally of all.
    """
    scores: dict[int, dict[str, tuple[Decimal | None, str, bool]]] = defaultdict(dict)
    rows = Score.objects.filter(
        assessment__in=sheets.order_by(), criterion_id=leaf.id, layer__in=(Layer.SELF, Layer.APPRAISED)
    ).values_list("assessment_id", "layer", "points", "outcome", "explanation_wanted")
    for assessment_id, layer, points, outcome, wanted in rows:
        if points is not None or outcome != "MISSING":
            scores[assessment_id][layer] = (points, outcome, wanted)
    total = done = different = flagged = 0
    units = list(sheets.only("pk", "organisation_id", "round_block_id", "self_count").order_by())
    for sheet in units:
        own, appraised = (scores[sheet.pk].get(layer) for layer in (Layer.SELF, Layer.APPRAISED))
        if sheet.self_count and viewer.why_not(sheet, leaf) is None:
            total += 1
            done += appraised is not None
        if appraised is not None:
            different += differs(own[0] if own else None, appraised[0])
            flagged += appraised[2]
    return Tally(len(units), total, done, different, flagged)


def filtered(rows: Iterable[Row], key: str) -> tuple[Row, ...]:
    """The rows that one filter shows; an unknown key shows all."""
    tests = {
        OPEN: lambda row: row.is_open,
        DIFFERENT: lambda row: row.is_different,
        FLAGGED: lambda row: row.is_flagged,
    }
    test = tests.get(key)
    return tuple(row for row in rows if test is None or test(row))


def rows_of(
    assessments: QuerySet[Assessment],
    leaves: Iterable[LoadedLeaf],
    viewer: Viewer,
    stage: RoundStage,
) -> tuple[Row, ...]:
    """Each of `leaves` of each of `assessments` (all of one round block): three queries, and one more while
    corrections may be proposed.

    Order: by unit name, then as in the table. Of the person's own unit only what the unit itself may see.
    """
    wanted = {leaf.id: leaf for leaf in leaves}
    sheets = list(assessments.select_related("unit").order_by("unit__name_sort", "pk"))
    scores = Score.objects.filter(assessment__in=assessments.order_by()).exclude(layer=Layer.OUTSIDE)
    uses = EvidenceUse.objects.filter(score__assessment__in=assessments.order_by())
    if len(wanted) == 1:
        [leaf_id] = wanted
        scores, uses = scores.filter(criterion_id=leaf_id), uses.filter(score__criterion_id=leaf_id)
    evidence: dict[int, list[EvidenceLine]] = defaultdict(list)
    for use in uses.select_related("document").annotate(signature=_signature()).order_by("pk"):
        evidence[use.score_id].append(_evidence_line(use))
    open_ones = _open_corrections(assessments) if stage == RoundStage.DECISION else frozenset()
    sides: dict[tuple[int, int], dict[str, Side]] = defaultdict(dict)
    for score in scores.select_related("entered_by"):
        found = tuple(evidence.get(score.pk, ()))
        sides[score.assessment_id, score.criterion_id][score.layer] = _side(score, found)
    return tuple(
        _row(
            sheet,
            leaf,
            sides.get((sheet.pk, leaf.id), {}),
            viewer,
            stage,
            is_being_corrected=(sheet.pk, leaf.id) in open_ones,
        )
        for sheet in sheets
        for leaf in wanted.values()
    )


def _open_corrections(assessments: QuerySet[Assessment]) -> frozenset[tuple[int, int]]:
    """(sheet, leaf) of the corrections that wait."""
    waiting = Correction.objects.filter(
        assessment__in=assessments.order_by(), state=Correction.State.PROPOSED
    )
    return frozenset(waiting.values_list("assessment_id", "criterion_id"))


def _row(
    sheet: Assessment,
    leaf: LoadedLeaf,
    sides: Mapping[str, Side],
    viewer: Viewer,
    stage: RoundStage,
    *,
    is_being_corrected: bool,
) -> Row:
    barred = viewer.why_not(sheet, leaf)
    is_theirs = viewer.is_own(sheet) and not viewer.oversees
    hidden = {layer for layer, stages in _SHOWN_TO_UNITS.items() if is_theirs and stage not in stages}
    return Row(
        assessment_id=sheet.pk,
        organisation_id=sheet.organisation_id,
        unit_name=sheet.unit.name,
        leaf=leaf,
        is_silent=sheet.self_count == 0,
        barred=barred,
        own=sides.get(Layer.SELF),
        appraised=None if Layer.APPRAISED in hidden else sides.get(Layer.APPRAISED),
        explained=sides.get(Layer.EXPLAINED),
        reappraised=None if Layer.APPRAISED in hidden else sides.get(Layer.REAPPRAISED),
        corrected=None if Layer.CORRECTED in hidden else sides.get(Layer.CORRECTED),
        is_being_corrected=is_being_corrected and not is_theirs,
    )


def _side(score: Score, evidence: tuple[EvidenceLine, ...]) -> Side:
    return Side(
        score_id=score.pk,
        points=score.points,
        computed=score.computed_points,
        given=score.given_points,
        outcome=score.outcome,
        sentence=score.sentence,
        note=score.note,
        answer=Answer.from_json(score.answer),
        version=score.version,
        by=score.entered_by.full_name,
        at=score.entered_at,
        explanation_wanted=score.explanation_wanted,
        evidence=evidence,
    )


def _signature() -> Subquery:
    newest = FileCheck.objects.filter(file_id=OuterRef("document__file_id")).order_by("-pk")
    return Subquery(newest.values("signature")[:1])


def _evidence_line(use: EvidenceUse) -> EvidenceLine:
    document = use.document
    return EvidenceLine(
        use_id=use.pk,
        document_id=document.pk,
        title=document.title,
        number=document.number,
        issued_on=document.issued_on,
        signed_at=document.signed_at,
        signature=getattr(use, "signature", None) or "",
        pointer=use.pointer,
        has_file=document.file_id is not None,
        link=document.link,
        is_secret=document.is_secret,
    )


def explained_rows(round: Round, viewer: Viewer, at: datetime) -> tuple[Row, ...]:
    """The leaves that units explained, in the fields handed to the person (all for those who oversee).

    Those not answered yet come first. Five queries at most.
    """
    explained = Q(scores__layer=Layer.EXPLAINED)
    rows: list[Row] = []
    visible = visible_assessments(viewer.actor.person_id, at)
    for block in RoundBlock.objects.filter(round=round).select_related("criteria_set"):
        if not viewer.sees_block(block.pk):
            continue
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        handed = viewer.fields.get(block.pk, frozenset())
        leaves = [
            leaf
            for leaf in criteria.leaves.values()
            if not leaf.is_outside and (leaf.field_code in handed or (viewer.oversees and not handed))
        ]
        sheets = visible.filter(explained, round_block=block).distinct()
        rows += [
            row
            for row in rows_of(sheets, leaves, viewer, RoundStage(round.stage))
            if row.explained is not None
        ]
    return tuple(sorted(rows, key=lambda row: not row.waits_for_answer))
