"""One sheet as the unit and those who oversee see it: all its leaves, and what belongs to one leaf.

What a reader may see is decided once, in `shown_to`; everything below shows only that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from openpar.base.accounts.queries import Actor
from openpar.base.documents.models import Document
from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.engine.scoring import UnitScore
from openpar.parindex.assessments.models import (
    Adjustment,
    Assessment,
    Correction,
    EvidenceUse,
    Layer,
    LeafAssignment,
    RoundStage,
    Score,
)
from openpar.parindex.assessments.permissions import may_see_leadership, oversees, works_for_unit
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.parindex.assessments.rules import LeafEntry, decided_layer, gaps_of_leaf, may_be_explained
from openpar.parindex.assessments.sheets import (
    OutcomesByLayer,
    Sheet,
    decided_outcomes,
    outcome_of,
    sheet_of,
    summed,
    with_window,
)
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set

_ORDER = {stage: place for place, stage in enumerate(RoundStage.values)}


@dataclass(frozen=True)
class Shown:
    """What one reader may see of one sheet: whose points, whether those of the leadership, and whether
    corrections that were not confirmed.
    """

    layers: frozenset[str]
    leadership: bool
    proposals: bool = False

    @property
    def appraised(self) -> bool:
        return Layer.APPRAISED in self.layers


def shown_to(actor: Actor, assessment: Assessment, stage: str) -> Shown:
    """A unit sees the appraisal from the phase of explanation on, the second one and corrections after its
    hand-over, the parts from outside when the round is published (parindex.md 4.2, 8); who oversees sees all.

    Leadership points stay hidden until publication from the unit and from appraisers: may_see_leadership.
    """
    leadership = may_see_leadership(actor, stage)
    if oversees(actor) or not works_for_unit(actor, assessment):
        return Shown(frozenset(Layer.values), leadership=leadership, proposals=True)
    if stage == RoundStage.PUBLISHED:
        return Shown(frozenset(Layer.values), leadership=leadership)
    layers = {Layer.SELF, Layer.EXPLAINED}
    if _ORDER[stage] >= _ORDER[RoundStage.EXPLANATION]:
        layers.add(Layer.APPRAISED)
    if _ORDER[stage] >= _ORDER[RoundStage.DECISION]:
        layers |= {Layer.REAPPRAISED, Layer.CORRECTED}
    return Shown(frozenset(layers), leadership=leadership)


# ---- one sheet --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeafLine:
    """One leaf of a sheet with the scores its reader may see, by layer."""

    leaf: LoadedLeaf
    scores: Mapping[str, Score]
    evidence_count: int
    officer_id: int | None
    officer_name: str
    gaps: tuple[Gap, ...]

    @property
    def own(self) -> Score | None:
        return self.scores.get(Layer.SELF)

    @property
    def is_begun(self) -> bool:
        """Has the unit entered anything that counts?"""
        return self.own is not None and not (self.own.outcome == "MISSING" and self.own.points is None)

    @property
    def may_be_explained(self) -> bool:
        return may_be_explained(self.scores)

    @property
    def decided(self) -> Score | None:
        """The score that counts in the end, as far as the reader may know; not of outside leaves."""
        layer = decided_layer(self.scores)
        return None if layer is None else self.scores[layer]

    @property
    def is_corrected(self) -> bool:
        return Layer.CORRECTED in self.scores


@dataclass(frozen=True)
class FieldProgress:
    """How many of the leaves that the unit scores in a field are scored."""

    code: str
    title: str
    done: int
    total: int


@dataclass(frozen=True)
class SheetView:
    """A whole sheet as one person may see it, its leaves in the order of the table."""

    sheet: Sheet
    shown: Shown
    lines: Mapping[str, LeafLine]
    own_total: Decimal | None
    appraised: UnitScore | None

    @property
    def assessment(self) -> Assessment:
        return self.sheet.assessment

    @property
    def criteria(self) -> LoadedSet:
        return self.sheet.criteria

    @property
    def self_lines(self) -> tuple[LeafLine, ...]:
        return tuple(line for line in self.lines.values() if line.leaf.is_self_scored)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that keeps the sheet from being handed in, in the order of the table."""
        return tuple(gap for line in self.self_lines for gap in line.gaps)

    @property
    def done(self) -> int:
        return sum(line.is_begun for line in self.self_lines)

    @property
    def total(self) -> int:
        return len(self.self_lines)

    @property
    def to_explain(self) -> tuple[LeafLine, ...]:
        """Leaves flagged by the appraiser or given other points, as far as the reader may know."""
        return tuple(line for line in self.lines.values() if line.may_be_explained)


def visible_sheet(actor: Actor, assessment_id: int, at: datetime) -> Assessment:
    """One sheet with its window, block and set. Raises Assessment.DoesNotExist for strangers."""
    return (
        with_window(visible_assessments(actor.person_id, at))
        .select_related("round_block__block", "locked_by")
        .get(pk=assessment_id)
    )


def sheet_view(actor: Actor, assessment_id: int, at: datetime) -> SheetView:
    """The sheet with all its leaves, in four or five queries. Raises Assessment.DoesNotExist."""
    sheet = sheet_of(visible_sheet(actor, assessment_id, at))
    shown = shown_to(actor, sheet.assessment, sheet.round.stage)
    return view_of(sheet, shown)


def view_of(sheet: Sheet, shown: Shown) -> SheetView:
    """The leaves of a sheet that is already loaded."""
    scores = _scores_by_leaf(sheet.assessment.pk, shown)
    officers = {
        assigned.criterion_id: (assigned.officer_id, assigned.officer.full_name)
        for assigned in LeafAssignment.objects.filter(assessment=sheet.assessment).select_related("officer")
    }
    lines = {
        code: _line(leaf, scores[leaf.id], officers.get(leaf.id))
        for code, leaf in sheet.criteria.leaves.items()
        if shown.leadership or leaf.scored_by is not ScoredBy.LEADERSHIP
    }
    by_layer: OutcomesByLayer = {
        layer: {
            code: outcome_of(line.scores[layer].outcome, line.scores[layer].points)
            for code, line in lines.items()
            if layer in line.scores
        }
        for layer in Layer.values
    }
    return SheetView(
        sheet=sheet,
        shown=shown,
        lines=lines,
        own_total=summed(sheet.criteria, by_layer[Layer.SELF]).total if by_layer[Layer.SELF] else None,
        appraised=_appraised(sheet, shown, by_layer),
    )


def _scores_by_leaf(assessment_id: int, shown: Shown) -> Mapping[int, dict[str, Score]]:
    uses = EvidenceUse.objects.filter(score=OuterRef("pk")).order_by().values("score")
    rows = (
        Score.objects.filter(assessment_id=assessment_id, layer__in=shown.layers)
        .select_related("entered_by")
        .annotate(evidence_count=Coalesce(Subquery(uses.annotate(count=Count("pk")).values("count")), 0))
    )
    found: defaultdict[int, dict[str, Score]] = defaultdict(dict)
    for score in rows:
        found[score.criterion_id][score.layer] = score
    return found


def _line(leaf: LoadedLeaf, scores: Mapping[str, Score], officer: tuple[int, str] | None) -> LeafLine:
    own = scores.get(Layer.SELF)
    count = evidence_count(own)
    return LeafLine(
        leaf=leaf,
        scores=scores,
        evidence_count=count,
        officer_id=None if officer is None else officer[0],
        officer_name="" if officer is None else officer[1],
        gaps=tuple(gaps_of_leaf(entry_of(leaf, own, count))) if leaf.is_self_scored else (),
    )


def line_of(leaf: LoadedLeaf, score: Score) -> LeafLine:
    """The line of a leaf just saved, as far as its state goes."""
    return _line(leaf, {Layer.SELF: score}, None)


def evidence_count(score: Score | None) -> int:
    """How many documents prove a score that was loaded with this count; a new one has none."""
    return 0 if score is None else getattr(score, "evidence_count", 0)


def entry_of(leaf: LoadedLeaf, score: Score | None, uses: int) -> LeafEntry:
    """A leaf as the gap check wants it."""
    blank = score is None or (score.points is None and score.outcome == "MISSING")
    return LeafEntry(
        code=leaf.code,
        answer=None if score is None else Answer.from_json(score.answer),
        outcome="" if score is None or blank else score.outcome,
        note="" if score is None else score.note,
        evidence_count=uses,
        evidence_wanted=leaf.evidence_wanted,
        may_be_not_applicable=leaf.may_be_not_applicable,
        sentence="" if score is None else score.sentence,
    )


def _appraised(sheet: Sheet, shown: Shown, by_layer: OutcomesByLayer) -> UnitScore | None:
    """The appraised total as its reader may know it; None before there is one."""
    if not shown.appraised or not by_layer[Layer.APPRAISED]:
        return None
    bonus: list[Decimal] = []
    penalty: list[Decimal] = []
    accepted = Adjustment.objects.filter(assessment=sheet.assessment, state=Adjustment.State.ACCEPTED)
    for kind, points in accepted.values_list("kind", "points"):
        if points is not None:
            (bonus if kind == Adjustment.Kind.BONUS else penalty).append(points)
    outcomes = decided_outcomes(by_layer, sheet.criteria)
    return summed(sheet.criteria, outcomes, bonus=bonus, penalty=penalty)


def own_total(assessment: Assessment) -> Decimal | None:
    """What the unit gave itself, from the standings; None while nothing is scored."""
    found = assessment.standings.get("self", {}).get("own_total")
    return None if found is None or not assessment.self_count else Decimal(found)


# ---- one leaf ---------------------------------------------------------------------------------------


def evidence_of(score: Score | None) -> tuple[EvidenceUse, ...]:
    """The documents bound to one score, with their files; one query."""
    if score is None:
        return ()
    return tuple(score.evidence.select_related("document__file", "added_by"))


def document_of_sheet(assessment: Assessment, document_id: int, shown: Shown) -> Document | None:
    """A document bound to this sheet by a score its reader may see, a bonus or penalty, a correction."""
    in_scores = EvidenceUse.objects.filter(
        score__assessment=assessment, score__layer__in=shown.layers, document_id=document_id
    )
    claims = Adjustment.objects.filter(assessment=assessment, document_id=document_id)
    if not shown.appraised:
        claims = claims.filter(kind=Adjustment.Kind.BONUS)
    corrections = corrections_shown(assessment.pk, shown).filter(document_id=document_id)
    return (
        Document.objects.select_related("file")
        .filter(pk=document_id)
        .filter(
            Q(pk__in=in_scores.values("document_id"))
            | Q(pk__in=claims.values("document_id"))
            | Q(pk__in=corrections.values("document_id"))
        )
        .first()
    )


def corrections_shown(assessment_id: int, shown: Shown) -> QuerySet[Correction]:
    """The corrections of a sheet that its reader may know of."""
    found = Correction.objects.filter(assessment_id=assessment_id)
    if shown.proposals:
        return found
    if Layer.CORRECTED not in shown.layers:
        return found.none()
    return found.filter(state=Correction.State.CONFIRMED)


def adjustments_shown(assessment: Assessment, shown: Shown) -> tuple[Adjustment, ...]:
    """Claims of bonus, and penalties once the appraisal may be seen; one query."""
    found = Adjustment.objects.filter(assessment=assessment).select_related(
        "document", "entered_by", "decided_by"
    )
    if not shown.appraised:
        found = found.filter(kind=Adjustment.Kind.BONUS)
    return tuple(found.order_by("kind", "id"))


def maximum_of(assessment: Assessment) -> Decimal:
    """The points of the whole set of a sheet."""
    criteria_set = assessment.round_block.criteria_set
    return loaded_set(criteria_set.pk, criteria_set.version).engine.maximum
