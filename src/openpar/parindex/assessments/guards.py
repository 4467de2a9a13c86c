"""What the database refuses here: what is locked, decided or published stays as it is.

Each condition is the rule of the actions once more, so that no action is ever refused: who scores when
(self_scoring.py, appraisals.py, explanations.py, outside.py, corrections.py), how a sheet is locked and
opened again (reopenings.py), when units, blocks and sets are fixed (rounds.py), what publication freezes
(publication.py).
"""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from collections.abc import Callable

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_ROUND, _BLOCK, _PHASE = "assessments_round", "assessments_roundblock", "assessments_phase"
_SHEET, _SCORE, _EVIDENCE = "assessments_assessment", "assessments_score", "assessments_evidenceuse"
_REOPENING, _ADJUSTMENT, _CORRECTION, _RESULT = (
    "assessments_reopening",
    "assessments_adjustment",
    "assessments_correction",
    "assessments_result",
)
_LEAF_HANDED, _FIELD_HANDED = "assessments_leafassignment", "assessments_appraiserassignment"

_ROUND_OF_BLOCK = "assessments_round AS r JOIN assessments_roundblock AS b ON b.round_id = r.id"
_ROUND_OF_SHEET = f"{_ROUND_OF_BLOCK} JOIN assessments_assessment AS a ON a.round_block_id = b.id"
_OUTSIDE_STAGES = "('APPRAISAL', 'EXPLANATION', 'REAPPRAISAL', 'DECISION')"
_PREPARED, _DECIDING, _PUBLISHED = "= 'PREPARATION'", "= 'DECISION'", "= 'PUBLISHED'"
_REOPENABLE = "IN ('SELF_SCORING', 'APPRAISAL')"
_SHUT = "IN ('PREPARATION', 'PUBLISHED')"
_OUTSIDE = f"IN {_OUTSIDE_STAGES}"


def _round_of_block(row: str, stage: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_ROUND_OF_BLOCK} WHERE b.id = {row}.round_block_id AND r.stage {stage})"


def _round_of_sheet(row: str, stage: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_ROUND_OF_SHEET} WHERE a.id = {row}.assessment_id AND r.stage {stage})"


def _round_itself(row: str, stage: str) -> str:
    return f"EXISTS (SELECT 1 FROM assessments_round AS r WHERE r.id = {row}.round_id AND r.stage {stage})"


# When a unit may still change what it says: not handed in, and self-scoring or a reopening lasts.
_OPEN_TO_THE_UNIT = (
    "a.state = 'DRAFTING' AND (r.stage = 'SELF_SCORING' "
    "OR (r.stage = 'APPRAISAL' AND a.reopened_until IS NOT NULL))"
)


def _is_frozen_score(row: str) -> str:
    """Each layer is written in its own phase."""
    return (
        f"NOT EXISTS (SELECT 1 FROM {_ROUND_OF_SHEET} WHERE a.id = {row}.assessment_id AND ("
        f"({row}.layer = 'SELF' AND {_OPEN_TO_THE_UNIT}) "
        f"OR ({row}.layer = 'OUTSIDE' AND r.stage IN {_OUTSIDE_STAGES}) "
        f"OR ({row}.layer = 'APPRAISED' AND r.stage = 'APPRAISAL') "
        f"OR ({row}.layer = 'EXPLAINED' AND r.stage = 'EXPLANATION') "
        f"OR ({row}.layer = 'REAPPRAISED' AND r.stage = 'REAPPRAISAL') "
        f"OR ({row}.layer = 'CORRECTED' AND r.stage = 'DECISION')))"
    )


# Corrected points are exactly those of a correction that two people made, each of which counts once.
_CORRECTED_BY_TWO = (
    f"EXISTS (SELECT 1 FROM {_CORRECTION} AS k WHERE k.assessment_id = NEW.assessment_id "
    "AND k.criterion_id = NEW.criterion_id AND k.state = 'CONFIRMED' AND k.decided_by_id <> k.proposed_by_id "
    "AND k.proposed_by_id = NEW.entered_by_id AND k.replaces_version = NEW.version - 1 "
    "AND k.answer = NEW.answer AND NOT (k.given_points IS DISTINCT FROM NEW.given_points))"
)


def _is_frozen_evidence(row: str) -> str:
    return (
        f"NOT EXISTS (SELECT 1 FROM {_ROUND_OF_SHEET} JOIN assessments_score AS s ON s.assessment_id = a.id "
        f"WHERE s.id = {row}.score_id AND ((s.layer = 'SELF' AND {_OPEN_TO_THE_UNIT}) "
        "OR (s.layer = 'EXPLAINED' AND r.stage = 'EXPLANATION')))"
    )


_SCORES = (
    Guard("score_insert", _SCORE, "INSERT", _is_frozen_score("NEW")),
    Guard(
        "score_update",
        _SCORE,
        "UPDATE",
        f"{changed('id', 'assessment_id', 'layer')} OR {_is_frozen_score('OLD')}",
    ),
    Guard("score_delete", _SCORE, "DELETE", _is_frozen_score("OLD")),
    Guard("corrected_insert", _SCORE, "INSERT", f"NEW.layer = 'CORRECTED' AND NOT {_CORRECTED_BY_TWO}"),
    Guard(
        "corrected_update",
        _SCORE,
        "UPDATE",
        f"NEW.layer = 'CORRECTED' AND (NEW.version <> OLD.version + 1 OR NOT {_CORRECTED_BY_TWO})",
    ),
    Guard("corrected_delete", _SCORE, "DELETE", "OLD.layer = 'CORRECTED'"),
    not_overwritten(_SCORE, ("assessment_id", "criterion_id", "layer")),
    not_emptied(_SCORE),
    Guard("evidence_insert", _EVIDENCE, "INSERT", _is_frozen_evidence("NEW")),
    Guard(
        "evidence_update",
        _EVIDENCE,
        "UPDATE",
        f"{_is_frozen_evidence('OLD')} OR {_is_frozen_evidence('NEW')}",
    ),
    Guard("evidence_delete", _EVIDENCE, "DELETE", _is_frozen_evidence("OLD")),
    not_overwritten(_EVIDENCE, ("score_id", "document_id")),
    not_emptied(_EVIDENCE),
)

# The total of a locked sheet with the outside parts in it is renewed when these come in, but only then; the
# unit's own total (standings → self → own_total) is frozen for good.
_TOTAL_MAY_FOLLOW_OUTSIDE = (
    f"EXISTS (SELECT 1 FROM {_ROUND_OF_BLOCK} JOIN criteria_criterion AS c ON c.set_id = b.criteria_set_id "
    f"WHERE b.id = OLD.round_block_id AND r.stage IN {_OUTSIDE_STAGES} "
    "AND c.is_leaf AND c.scored_by IN ('SURVEY', 'EXTERNAL', 'LEADERSHIP'))"
)
_LOCKED_COLUMNS = changed(
    *("locked_at", "locked_by_id", "locked_automatically", "submitted_at", "submitted_by_id"),
    *("reopened_until", "self_count", "self_saved_at"),
)
_OWN_TOTAL_CHANGED = (
    "json(NEW.standings, self, own_total) IS DISTINCT FROM json(OLD.standings, self, own_total)"
)
_WAS_GRANTED = (
    "EXISTS (SELECT 1 FROM assessments_reopening AS o WHERE o.assessment_id = OLD.id "
    "AND o.granted_at IS NOT NULL AND o.closed_at IS NULL AND o.open_until = NEW.reopened_until)"
)

_SHEETS = (
    Guard("sheet_insert", _SHEET, "INSERT", f"NOT {_round_of_block('NEW', _PREPARED)}"),
    Guard("sheet_delete", _SHEET, "DELETE", f"NOT {_round_of_block('OLD', _PREPARED)}"),
    not_overwritten(_SHEET, ("round_block_id", "organisation_id")),
    not_emptied(_SHEET),
    Guard(
        "sheet_unit",
        _SHEET,
        "UPDATE",
        f"{changed('id', 'round_block_id', 'organisation_id', 'unit_id', 'is_ranked', 'is_published')} "
        f"AND NOT {_round_of_block('OLD', _PREPARED)}",
    ),
    Guard(
        "sheet_locked",
        _SHEET,
        "UPDATE",
        f"OLD.state = 'LOCKED' AND NEW.state = 'LOCKED' AND ({_LOCKED_COLUMNS} OR {_OWN_TOTAL_CHANGED} "
        f"OR (NEW.self_total IS DISTINCT FROM OLD.self_total AND NOT {_TOTAL_MAY_FOLLOW_OUTSIDE}))",
    ),
    Guard(
        "sheet_reopened",
        _SHEET,
        "UPDATE",
        "OLD.state = 'LOCKED' AND NEW.state <> 'LOCKED' AND NOT (NEW.state = 'DRAFTING' "
        f"AND {_round_of_block('OLD', _REOPENABLE)} "
        f"AND NOT {changed('self_total', 'standings')} AND {_WAS_GRANTED})",
    ),
    Guard(
        "sheet_published",
        _SHEET,
        "UPDATE",
        changed(
            *("state", "self_total", "decided_total", "standings", "self_count", "appraised_count"),
            *("flagged_count", "self_saved_at", "submitted_at", "submitted_by_id", "locked_at"),
            "locked_by_id",
        )
        + f" AND {_round_of_block('OLD', _PUBLISHED)}",
    ),
)

_ASKED = changed("id", "assessment_id", "reason", "asked_by_id", "asked_at")
_GRANTED = changed("granted_by_id", "granted_at", "open_until")

_REOPENINGS = (
    Guard(
        "reopening_insert",
        _REOPENING,
        "INSERT",
        "NEW.granted_at IS NOT NULL OR NEW.granted_by_id IS NOT NULL OR NEW.closed_at IS NOT NULL "
        "OR NEW.has_lapsed",
    ),
    Guard(
        "reopening_update",
        _REOPENING,
        "UPDATE",
        f"{_ASKED} OR (OLD.granted_at IS NOT NULL AND {_GRANTED}) "
        f"OR (OLD.closed_at IS NOT NULL AND ({_GRANTED} OR {changed('closed_at', 'has_lapsed')})) "
        "OR (NEW.has_lapsed AND (NEW.closed_at IS NULL OR NEW.granted_at IS NOT NULL))",
    ),
    Guard("reopening_delete", _REOPENING, "DELETE"),
    not_overwritten(_REOPENING),
    not_emptied(_REOPENING),
)

_ADJUSTMENTS = (
    Guard(
        "adjustment_insert",
        _ADJUSTMENT,
        "INSERT",
        f"NEW.state <> 'CLAIMED' OR {_round_of_sheet('NEW', _SHUT)}",
    ),
    Guard(
        "adjustment_update",
        _ADJUSTMENT,
        "UPDATE",
        changed(
            *("id", "assessment_id", "kind", "ground", "points", "document_id"),
            *("entered_by_id", "entered_at", "explanation"),
        )
        + f" OR NOT {_round_of_sheet('OLD', _OUTSIDE)}",
    ),
    Guard("adjustment_delete", _ADJUSTMENT, "DELETE"),
    not_overwritten(_ADJUSTMENT),
    not_emptied(_ADJUSTMENT),
)

_CORRECTIONS = (
    Guard(
        "correction_insert",
        _CORRECTION,
        "INSERT",
        f"NEW.state <> 'PROPOSED' OR NEW.decided_at IS NOT NULL OR NOT {_round_of_sheet('NEW', _DECIDING)} "
        # The unique index alone would let SQLite's REPLACE put an open one away.
        f"OR EXISTS (SELECT 1 FROM {_CORRECTION} AS k WHERE k.assessment_id = NEW.assessment_id "
        "AND k.criterion_id = NEW.criterion_id AND k.state = 'PROPOSED')",
    ),
    # What is proposed stands; it is decided once, and then that stands too.
    Guard(
        "correction_update",
        _CORRECTION,
        "UPDATE",
        changed(
            *("id", "assessment_id", "criterion_id", "answer", "given_points", "reason", "document_id"),
            *("replaces_version", "proposed_by_id", "proposed_at"),
        )
        + f" OR ({changed('state', 'decided_by_id', 'decided_at', 'decision_reason')} "
        f"AND (OLD.state <> 'PROPOSED' OR NOT {_round_of_sheet('OLD', _DECIDING)}))",
    ),
    Guard("correction_delete", _CORRECTION, "DELETE"),
    not_overwritten(_CORRECTION),
    not_emptied(_CORRECTION),
)


def _kept_when_published(
    table: str, key: tuple[str, ...], of: Callable[[str, str], str]
) -> tuple[Guard, ...]:
    """Who was to do what in a round stays as it was when the round was published."""
    name = table.removeprefix("assessments_")
    old, new = of("OLD", _PUBLISHED), of("NEW", _PUBLISHED)
    return (
        Guard(f"{name}_insert", table, "INSERT", new),
        Guard(f"{name}_update", table, "UPDATE", f"{old} OR {new}"),
        Guard(f"{name}_delete", table, "DELETE", old),
        not_overwritten(table, key),
        not_emptied(table),
    )


_HANDED = (
    *_kept_when_published(_LEAF_HANDED, ("assessment_id", "criterion_id"), _round_of_sheet),
    *_kept_when_published(_FIELD_HANDED, ("round_block_id", "field_code", "appraiser_id"), _round_of_block),
)


def _place(stage: str) -> str:
    """The place of a stage in the order of stages.py."""
    return (
        f"(CASE {stage} WHEN 'PREPARATION' THEN 1 WHEN 'SELF_SCORING' THEN 2 WHEN 'APPRAISAL' THEN 3 "
        "WHEN 'EXPLANATION' THEN 4 WHEN 'REAPPRAISAL' THEN 5 WHEN 'DECISION' THEN 6 "
        "WHEN 'PUBLISHED' THEN 7 ELSE 0 END)"
    )


_ROUNDS = (
    Guard(
        "round_published",
        _ROUND,
        "UPDATE",
        "OLD.stage = 'PUBLISHED' AND "
        + changed(
            *("id", "title", "year", "assessed_from", "assessed_until", "manager_id", "stage", "guide"),
            *("window_opens_at", "window_closes_at", "council_met_on", "council_conclusion"),
            *("council_chair_id", "decision_number", "decision_on", "decision_signer"),
            *("decision_signer_position", "published_at", "published_by_id"),
        ),
    ),
    # A round only moves on, and leaves no request open that can no longer be granted; it is published from
    # the decision, with a result for every sheet and nothing that may still be corrected.
    Guard(
        "round_stage",
        _ROUND,
        "UPDATE",
        f"NEW.stage <> OLD.stage AND ({_place('NEW.stage')} <= {_place('OLD.stage')} "
        "OR (OLD.stage = 'PREPARATION' AND NEW.stage <> 'SELF_SCORING') "
        f"OR (NEW.stage NOT {_REOPENABLE} AND EXISTS (SELECT 1 FROM {_REOPENING} AS o "
        "JOIN assessments_assessment AS a ON a.id = o.assessment_id "
        "JOIN assessments_roundblock AS b ON b.id = a.round_block_id "
        "WHERE b.round_id = OLD.id AND o.granted_at IS NULL AND o.closed_at IS NULL)) "
        "OR (NEW.stage = 'PUBLISHED' AND (OLD.stage <> 'DECISION' OR NEW.council_met_on IS NULL "
        f"OR EXISTS (SELECT 1 FROM {_CORRECTION} AS k "
        "JOIN assessments_assessment AS a ON a.id = k.assessment_id "
        "JOIN assessments_roundblock AS b ON b.id = a.round_block_id "
        "WHERE b.round_id = OLD.id AND k.state = 'PROPOSED') "
        "OR EXISTS (SELECT 1 FROM assessments_assessment AS a "
        "JOIN assessments_roundblock AS b ON b.id = a.round_block_id "
        "WHERE b.round_id = OLD.id AND NOT EXISTS "
        "(SELECT 1 FROM assessments_result AS t WHERE t.assessment_id = a.id)))))",
    ),
    Guard(
        "round_period",
        _ROUND,
        "UPDATE",
        "OLD.stage <> 'PREPARATION' AND "
        + changed("id", "year", "assessed_from", "assessed_until", "manager_id"),
    ),
    Guard("round_delete", _ROUND, "DELETE", "OLD.stage <> 'PREPARATION'"),
    not_overwritten(_ROUND),
    not_emptied(_ROUND),
    Guard("block_insert", _BLOCK, "INSERT", f"NOT {_round_itself('NEW', _PREPARED)}"),
    Guard("block_delete", _BLOCK, "DELETE", f"NOT {_round_itself('OLD', _PREPARED)}"),
    Guard(
        "block_update",
        _BLOCK,
        "UPDATE",
        f"{changed('id', 'round_id', 'block_id', 'criteria_set_id')} AND NOT "
        f"({_round_itself('OLD', _PREPARED)} AND {_round_itself('NEW', _PREPARED)})",
    ),
    not_overwritten(_BLOCK, ("round_id", "block_id")),
    not_emptied(_BLOCK),
    Guard("phase_insert", _PHASE, "INSERT", _round_itself("NEW", _PUBLISHED)),
    Guard("phase_update", _PHASE, "UPDATE", _round_itself("OLD", _PUBLISHED)),
    Guard("phase_delete", _PHASE, "DELETE", _round_itself("OLD", _PUBLISHED)),
)

_RESULTS = (
    *append_only(_RESULT, ("assessment_id",)),
    *append_only("assessments_roundbundle", ("round_id",)),
    Guard("result_insert", _RESULT, "INSERT", f"NOT {_round_of_sheet('NEW', _DECIDING)}"),
    # A set that a round has opened with is not taken back; asked here, where rounds are known.
    Guard(
        "set_taken_back",
        "criteria_criteriaset",
        "UPDATE",
        "NEW.stage = 'DRAFT' AND OLD.stage <> 'DRAFT' AND EXISTS "
        f"(SELECT 1 FROM {_ROUND_OF_BLOCK} WHERE b.criteria_set_id = OLD.id AND r.stage <> 'PREPARATION')",
    ),
)

GUARDS = (
    *(*_SCORES, *_SHEETS, *_REOPENINGS, *_ADJUSTMENTS, *_CORRECTIONS),
    *(*_HANDED, *_ROUNDS, *_RESULTS),
)
