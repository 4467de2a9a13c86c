"""Corrections of a round for those who decide on them: what was counted, what is proposed, what it comes to.

The number of queries is the same for one correction and for a hundred. Visibility is asked by the page: those
who oversee the round, or the proposer of one.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from openpar.engine.answers import Answer
from openpar.engine.outcomes import Earned
from openpar.engine.rules import CohortNormalised
from openpar.parindex.assessments.cohort import settle_cohorts
from openpar.parindex.assessments.models import Adjustment, Assessment, Correction, Layer, Round, Score
from openpar.parindex.assessments.results import UnitResult, unit_result
from openpar.parindex.assessments.rules import DECIDING
from openpar.parindex.assessments.sheets import Sheet, sheet_of, with_window
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet


@dataclass(frozen=True)
class Said:
    """Figures of a leaf and the points they come to; None where the leaf is taken out or waits."""

    answer: Answer
    points: Decimal | None
    outcome: str
    sentence: str


@dataclass(frozen=True)
class CorrectionLine:
    """One correction; the totals are those of the unit, without and with it, and only of an open one."""

    row: Correction
    sheet: Sheet
    leaf: LoadedLeaf
    before: Said | None
    after: Said
    total_before: Decimal | None = None
    total_after: Decimal | None = None

    @property
    def is_open(self) -> bool:
        return self.row.state == Correction.State.PROPOSED


def corrections_of_round(round: Round) -> tuple[CorrectionLine, ...]:
    """Every correction of a round, those that wait first, then the latest: five queries at most."""
    found = _lines(Correction.objects.filter(assessment__round_block__round=round))
    waiting = [line for line in found if line.is_open]
    return (*waiting, *(line for line in reversed(found) if not line.is_open))


def open_correction(assessment_id: int, leaf_id: int) -> CorrectionLine | None:
    """The correction of a leaf that waits for a decision."""
    of_leaf = Correction.objects.filter(assessment_id=assessment_id, criterion_id=leaf_id)
    return next((line for line in _lines(of_leaf) if line.is_open), None)


def _lines(rows: QuerySet[Correction]) -> list[CorrectionLine]:
    """In the order in which they were proposed; `rows` holds all corrections of the leaves it names."""
    found = list(rows.select_related("proposed_by", "decided_by", "document").order_by("pk"))
    if not found:
        return []
    ids = {row.assessment_id for row in found}
    sheets = {
        sheet.pk: sheet_of(sheet)
        for sheet in with_window(Assessment.objects.filter(pk__in=ids)).select_related("round_block__block")
    }
    scores = _scores_by_sheet(sheets.values())
    earlier = _confirmed(found)
    totals = _Totals(sheets, scores)
    lines = []
    for row in found:
        sheet = sheets[row.assessment_id]
        leaf = sheet.criteria.leaves[sheet.criteria.code_of[row.criterion_id]]
        replaced = earlier.get((row.assessment_id, row.criterion_id, row.replaces_version))
        before = (
            _of_appraisal(scores[sheet.assessment.pk], leaf) if replaced is None else _said(replaced, leaf)
        )
        line = CorrectionLine(row, sheet, leaf, before, _said(row, leaf))
        lines.append(totals.of(line) if line.is_open else line)
    return lines


_Rows = Mapping[int, list[Score]]


def _cohort_leaves(criteria: LoadedSet) -> set[int]:
    return {leaf.id for leaf in criteria.leaves.values() if isinstance(leaf.engine.rule, CohortNormalised)}


def _scores_by_sheet(sheets: Collection[Sheet]) -> _Rows:
    """All scores of these sheets; of the other sheets of their blocks what is compared over the block."""
    blocks = {sheet.assessment.round_block_id for sheet in sheets}
    compared = set().union(*(_cohort_leaves(sheet.criteria) for sheet in sheets))
    wanted = Q(assessment__in=[sheet.assessment.pk for sheet in sheets])
    if compared:
        wanted |= Q(assessment__round_block__in=blocks, criterion__in=compared)
    found: dict[int, list[Score]] = defaultdict(list)
    for score in Score.objects.filter(wanted).select_related("assessment"):
        found[score.assessment_id].append(score)
    return found


def _confirmed(rows: Iterable[Correction]) -> dict[tuple[int, int, int], Correction]:
    """(sheet, leaf, version) → the confirmed correction whose points are this version of the score."""
    return {
        (row.assessment_id, row.criterion_id, row.replaces_version + 1): row
        for row in rows
        if row.state == Correction.State.CONFIRMED
    }


def _of_appraisal(scores: Sequence[Score], leaf: LoadedLeaf) -> Said | None:
    """What the appraisals came to: the second, else the first."""
    by_layer = {score.layer: score for score in scores if score.criterion_id == leaf.id}
    score = next((by_layer[layer] for layer in DECIDING[1:] if layer in by_layer), None)
    if score is None:
        return None
    return Said(Answer.from_json(score.answer), score.points, score.outcome, score.sentence)


def _said(row: Correction, leaf: LoadedLeaf) -> Said:
    answer = Answer.from_json(row.answer)
    outcome = leaf.evaluate(answer)
    points = outcome.points if isinstance(outcome, Earned) else None
    if row.given_points is not None:
        points = row.given_points
    return Said(answer, points, outcome.state, outcome.sentence)


class _Totals:
    """The totals of units without and with a correction, from rows that are loaded."""

    def __init__(self, sheets: Mapping[int, Sheet], scores: _Rows) -> None:
        self.sheets, self.scores = sheets, scores
        self.adjustments: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
        accepted = Adjustment.objects.filter(assessment__in=sheets, state=Adjustment.State.ACCEPTED)
        for assessment_id, kind, points in accepted.values_list("assessment_id", "kind", "points"):
            if points is not None:
                self.adjustments[assessment_id].append((kind, points))

    def of(self, line: CorrectionLine) -> CorrectionLine:
        before, after = self._unit(line), self._unit(line, instead=_as_score(line))
        return CorrectionLine(
            line.row, line.sheet, line.leaf, line.before, line.after, before.total, after.total
        )

    def _unit(self, line: CorrectionLine, instead: Score | None = None) -> UnitResult:
        sheet, criteria = line.sheet.assessment, line.sheet.criteria
        rows = {
            assessment_id: list(found)
            for assessment_id, found in self.scores.items()
            if found[0].assessment.round_block_id == sheet.round_block_id
        }
        compared = _cohort_leaves(criteria)
        if instead is not None:
            rows[sheet.pk] = [row for row in rows[sheet.pk] if not _is_same_place(row, instead)] + [instead]
        # Leaves that are measured against the block are worked out on copies: the next asks the rows again.
        rows = {
            assessment_id: [copy.copy(row) if row.criterion_id in compared else row for row in found]
            for assessment_id, found in rows.items()
        }
        settle_cohorts(criteria, rows)
        block_code = sheet.round_block.block.code
        return unit_result(sheet, block_code, criteria, rows[sheet.pk], self.adjustments[sheet.pk])


def _is_same_place(one: Score, other: Score) -> bool:
    return (one.criterion_id, one.layer) == (other.criterion_id, other.layer)


def _as_score(line: CorrectionLine) -> Score:
    """The score that the correction would become."""
    return Score(
        assessment_id=line.row.assessment_id,
        criterion_id=line.leaf.id,
        layer=Layer.CORRECTED,
        answer=line.row.answer,
        given_points=line.row.given_points,
        outcome=line.after.outcome,
        points=line.after.points,
        sentence=line.after.sentence,
        note=line.row.reason,
    )
