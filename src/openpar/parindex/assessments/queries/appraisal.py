"""What appraisers work from: their fields and how far they are, one leaf across units, one unit by leaves.

Every read starts at `visible_assessments`. The number of queries is the same for four units and for four
hundred; the rows come fully loaded, so that a template asks nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import (
    AppraiserAssignment,
    Assessment,
    EvidenceUse,
    Layer,
    Phase,
    Round,
    RoundBlock,
    RoundStage,
    Score,
)
from openpar.parindex.assessments.permissions import belongs_to_unit, may_appraise, oversees
from openpar.parindex.assessments.queries.visibility import visible_assessments, visible_rounds
from openpar.parindex.assessments.rules import Window, differs
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set

# When a unit may see how it was appraised: those of its people who appraise others wait for that too.
_SHOWN_TO_UNITS = {
    Layer.APPRAISED: (
        RoundStage.EXPLANATION,
        RoundStage.REAPPRAISAL,
        RoundStage.DECISION,
        RoundStage.PUBLISHED,
    ),
    Layer.REAPPRAISED: (RoundStage.DECISION, RoundStage.PUBLISHED),
}


@dataclass(frozen=True)
class Viewer:
    """One person in the appraisal of one round: which fields were handed over, per block of the round."""

    actor: Actor
    oversees: bool
    fields: Mapping[int, frozenset[str]]

    @property
    def may_open(self) -> bool:
        """Those who oversee read everything; an appraiser what was handed over; a unit nothing here."""
        return self.oversees or (self.actor.has(Role.APPRAISER) and bool(self.fields))

    def sees_block(self, round_block_id: int) -> bool:
        return self.oversees or round_block_id in self.fields

    def why_not(self, sheet: Assessment, leaf: LoadedLeaf) -> Gap | None:
        """Why this person does not appraise this leaf of this unit; the same predicate as the action's."""
        handed = self.fields.get(sheet.round_block_id, frozenset())
        if may_appraise(self.actor, sheet, field_code=leaf.field_code, assigned_fields=handed):
            return None
        if self.is_own(sheet):
            return Gap("", _("Không ai được thẩm định đơn vị mình công tác."), code="own_unit")
        what = _("Bạn không được phân công thẩm định lĩnh vực %s.") % leaf.field_code
        return Gap("", what, code="not_assigned")

    def is_own(self, sheet: Assessment) -> bool:
        return belongs_to_unit(self.actor, sheet)


def viewer_of(actor: Actor, round_id: int) -> Viewer:
    """One query."""
    fields: dict[int, set[str]] = defaultdict(set)
    handed = AppraiserAssignment.objects.filter(appraiser_id=actor.id, round_block__round_id=round_id)
    for block_id, field_code in handed.values_list("round_block_id", "field_code"):
        fields[block_id].add(field_code)
    return Viewer(actor, oversees(actor), {block: frozenset(codes) for block, codes in fields.items()})


def rounds_to_appraise(actor: Actor, at: datetime) -> QuerySet[Round]:
    """The rounds whose appraisal a person may open, newest first."""
    found = visible_rounds(actor.person_id, at)
    if not oversees(actor):
        handed = AppraiserAssignment.objects.filter(
            appraiser_id=actor.person_id, round_block__round_id=OuterRef("pk")
        )
        found = found.filter(Exists(handed)) if actor.has(Role.APPRAISER) else found.none()
    return found


def window_of(round: Round) -> Window:
    """The running phase of a round with its dates; one query."""
    phase = Phase.objects.filter(round=round, stage=round.stage).first()
    return Window(
        RoundStage(round.stage), phase.opens_at if phase else None, phase.closes_at if phase else None
    )


# ---- how far: fields × blocks ------------------------------------------------------------------------


@dataclass(frozen=True)
class LeafProgress:
    """One leaf over all units of a block: `done` of `total` appraised, `explained` wait for an answer."""

    leaf: LoadedLeaf
    done: int
    total: int
    explained: int

    @property
    def left(self) -> int:
        return max(self.total - self.done, 0)


@dataclass(frozen=True)
class FieldProgress:
    """One field of a block; `is_mine` when it was handed to the person who looks."""

    code: str
    title: str
    is_mine: bool
    leaves: tuple[LeafProgress, ...]

    @property
    def done(self) -> int:
        return sum(leaf.done for leaf in self.leaves)

    @property
    def total(self) -> int:
        return sum(leaf.total for leaf in self.leaves)

    @property
    def left(self) -> int:
        return sum(leaf.left for leaf in self.leaves)

    @property
    def explained(self) -> int:
        return sum(leaf.explained for leaf in self.leaves)

    @property
    def next_leaf(self) -> LeafProgress | None:
        """Where to go on: the first leaf that is not finished, else the first."""
        return next((leaf for leaf in self.leaves if leaf.left), self.leaves[0] if self.leaves else None)


@dataclass(frozen=True)
class UnitProgress:
    """One unit over the fields that the person sees."""

    assessment_id: int
    name: str
    done: int
    total: int
    self_total: Decimal | None
    decided_total: Decimal | None
    is_own: bool
    is_silent: bool

    @property
    def left(self) -> int:
        return 0 if self.is_own or self.is_silent else max(self.total - self.done, 0)


@dataclass(frozen=True)
class BlockProgress:
    """One block of a round as its appraisers see it."""

    round_block_id: int
    code: str
    name: str
    criteria: LoadedSet
    fields: tuple[FieldProgress, ...]
    units: tuple[UnitProgress, ...]

    @property
    def done(self) -> int:
        return sum(field.done for field in self.fields)

    @property
    def total(self) -> int:
        return sum(field.total for field in self.fields)

    @property
    def explained(self) -> int:
        return sum(field.explained for field in self.fields)


def progress_of_round(round: Round, viewer: Viewer, at: datetime) -> tuple[BlockProgress, ...]:
    """Every block the person works in; all of them for those who oversee. Five queries.

    The own unit of the person and units that never scored anything are nobody's work here.
    """
    mine = viewer.actor.organisations()
    sheets: dict[int, list[Assessment]] = defaultdict(list)
    visible = visible_assessments(viewer.actor.person_id, at).filter(round_block__round=round)
    for assessment in visible.select_related("unit").order_by("unit__name_sort"):
        sheets[assessment.round_block_id].append(assessment)
    counted = Score.objects.filter(assessment__in=visible.order_by(), assessment__self_count__gt=0).exclude(
        assessment__organisation_id__in=mine
    )
    done = counted.filter(layer=Layer.APPRAISED).exclude(outcome="MISSING", points__isnull=True)
    by_leaf = _counts(done, "assessment__round_block_id", "criterion_id")
    by_unit = _counts(done, "assessment_id", "criterion__field_code")
    waiting = _counts(_waiting(counted), "assessment__round_block_id", "criterion_id")
    blocks = RoundBlock.objects.filter(round=round).select_related("block", "criteria_set")
    return tuple(
        _block_progress(block, viewer, sheets[block.pk], by_leaf, by_unit, waiting)
        for block in blocks
        if viewer.sees_block(block.pk)
    )


def _waiting(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Explanations that nobody has decided on."""
    decided = Score.objects.filter(
        assessment_id=OuterRef("assessment_id"),
        criterion_id=OuterRef("criterion_id"),
        layer=Layer.REAPPRAISED,
    )
    return scores.filter(layer=Layer.EXPLAINED).exclude(Exists(decided))


_Counts = Mapping[tuple[int, object], int]


def _counts(scores: QuerySet[Score], first: str, second: str) -> _Counts:
    rows = scores.values_list(first, second).order_by().annotate(count=Count("pk"))
    return {(one, other): count for one, other, count in rows}


def _block_progress(
    block: RoundBlock,
    viewer: Viewer,
    sheets: Iterable[Assessment],
    by_leaf: _Counts,
    by_unit: _Counts,
    waiting: _Counts,
) -> BlockProgress:
    criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
    handed = viewer.fields.get(block.pk, frozenset())
    fields = [
        _field_progress(field.code, block.pk, criteria, handed, by_leaf, waiting)
        for field in criteria.engine.fields
        if field.code in handed or (viewer.oversees and not handed)
    ]
    units = [_unit_progress(sheet, viewer, fields, by_unit) for sheet in sheets]
    total = sum(not unit.is_own and not unit.is_silent for unit in units)
    return BlockProgress(
        round_block_id=block.pk,
        code=block.block.code,
        name=block.block.name,
        criteria=criteria,
        fields=tuple(_with_total(field, total) for field in fields if field.leaves),
        units=tuple(units),
    )


def _field_progress(
    code: str,
    block_id: int,
    criteria: LoadedSet,
    handed: frozenset[str],
    by_leaf: _Counts,
    waiting: _Counts,
) -> FieldProgress:
    leaves = [leaf for leaf in criteria.leaves.values() if leaf.field_code == code and not leaf.is_outside]
    return FieldProgress(
        code=code,
        title=criteria.titles[code],
        is_mine=code in handed,
        leaves=tuple(
            LeafProgress(leaf, by_leaf.get((block_id, leaf.id), 0), 0, waiting.get((block_id, leaf.id), 0))
            for leaf in leaves
        ),
    )


def _with_total(field: FieldProgress, units: int) -> FieldProgress:
    leaves = tuple(LeafProgress(leaf.leaf, leaf.done, units, leaf.explained) for leaf in field.leaves)
    return FieldProgress(field.code, field.title, field.is_mine, leaves)


def _unit_progress(
    sheet: Assessment, viewer: Viewer, fields: Iterable[FieldProgress], by_unit: _Counts
) -> UnitProgress:
    seen = list(fields)
    return UnitProgress(
        assessment_id=sheet.pk,
        name=sheet.unit.name,
        done=sum(by_unit.get((sheet.pk, field.code), 0) for field in seen),
        total=sum(len(field.leaves) for field in seen),
        self_total=sheet.self_total,
        decided_total=sheet.decided_total,
        is_own=viewer.is_own(sheet),
        is_silent=sheet.self_count == 0,
    )


# ---- the rows that are decided on ------------------------------------------------------------------------


@dataclass(frozen=True)
class EvidenceLine:
    """A document that proves a score, and where in it."""

    use_id: int
    document_id: int
    title: str
    number: str
    issued_on: object
    signed_at: datetime | None
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
    """Each of `leaves` of each of `assessments` (all of one round block): three queries.

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
    for use in uses.select_related("document").order_by("pk"):
        evidence[use.score_id].append(_evidence_line(use))
    sides: dict[tuple[int, int], dict[str, Side]] = defaultdict(dict)
    for score in scores.select_related("entered_by"):
        found = tuple(evidence.get(score.pk, ()))
        sides[score.assessment_id, score.criterion_id][score.layer] = _side(score, found)
    return tuple(
        _row(sheet, leaf, sides.get((sheet.pk, leaf.id), {}), viewer, stage)
        for sheet in sheets
        for leaf in wanted.values()
    )


def _row(
    sheet: Assessment, leaf: LoadedLeaf, sides: Mapping[str, Side], viewer: Viewer, stage: RoundStage
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


def _evidence_line(use: EvidenceUse) -> EvidenceLine:
    document = use.document
    return EvidenceLine(
        use_id=use.pk,
        document_id=document.pk,
        title=document.title,
        number=document.number,
        issued_on=document.issued_on,
        signed_at=document.signed_at,
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
