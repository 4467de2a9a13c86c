"""What the database refuses here: an issued plan, a draw, signed minutes and an issued conclusion stay."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_CAMPAIGN, _PLANNED, _DRAW = (
    "inspections_campaign",
    "inspections_campaignunit",
    "inspections_draw",
)
_CASE, _UNIT, _MEMBER = "inspections_inspection", "inspections_inspectedunit", "inspections_teammember"
_ANSWER, _EVIDENCE, _LIMITATION = (
    "inspections_checklistanswer",
    "inspections_answerevidence",
    "inspections_limitation",
)
_OVER = "('CONCLUDED', 'CLOSED', 'CANCELLED')"
_OF_CAMPAIGN = (
    *("organisation_id", "scope", "year", "title", "covers_from", "covers_until", "outline", "state"),
    *("document_id", "version", "made_by_id", "made_at", "issued_by_id", "issued_at"),
)
_OF_DRAW = (
    *("campaign_id", "units", "count", "method", "seed_digest", "public_source"),
    *("committed_by_id", "committed_at"),
)
_OF_CASE = (
    *("campaign_id", "mode", "topic", "decision_id", "covers_from", "covers_until", "checklist", "fields"),
    *("outline", "opened_by_id", "opened_at", "notice_id", "notified_at", "self_report_due", "begun_at"),
    *("team_report_id", "reported_at", "strengths", "requests", "conclusion_id", "concluded_by_id"),
    *("concluded_at", "response_due", "remedy_due", "cancel_reason"),
)
_OF_MINUTES = ("minutes_id", "minutes_on", "signed_for_team", "signed_for_unit", "visit_on")


def _is_issued(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_CAMPAIGN} AS c WHERE c.id = {row}.campaign_id AND c.state = 'ISSUED')"


def _is_over(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_CASE} AS i WHERE i.id = {row}.inspection_id AND i.state IN {_OVER})"


def _of_unit(row: str, when: str) -> str:
    """The case of the unit that `row` belongs to is over, or `when` holds for the unit u."""
    return (
        f"EXISTS (SELECT 1 FROM {_UNIT} AS u JOIN {_CASE} AS i ON i.id = u.inspection_id "
        f"WHERE u.id = {row}.unit_id AND (i.state IN {_OVER}{when}))"
    )


def _is_answered(row: str) -> str:
    return _of_unit(
        row,
        f" OR ({row}.side = 'TEAM' AND u.minutes_id IS NOT NULL)"
        f" OR ({row}.side = 'UNIT' AND u.self_report_sent_at IS NOT NULL)",
    )


def _is_shown(row: str) -> str:
    """The answer that a piece of evidence belongs to stands as it is."""
    return f"EXISTS (SELECT 1 FROM {_ANSWER} AS a WHERE a.id = {row}.answer_id AND {_is_answered('a')})"


def _may_respond(row: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_UNIT} AS u JOIN {_CASE} AS i ON i.id = u.inspection_id "
        f"WHERE u.id = {row}.unit_id AND i.state = 'CONCLUDED')"
    )


GUARDS = (
    Guard(
        "inspection_plan_update", _CAMPAIGN, "UPDATE", f"OLD.state = 'ISSUED' AND {changed(*_OF_CAMPAIGN)}"
    ),
    Guard("inspection_plan_delete", _CAMPAIGN, "DELETE", "OLD.state = 'ISSUED'"),
    not_overwritten(_CAMPAIGN),
    not_emptied(_CAMPAIGN),
    Guard("planned_unit_insert", _PLANNED, "INSERT", f"NEW.draw_id IS NULL AND {_is_issued('NEW')}"),
    Guard("planned_unit_update", _PLANNED, "UPDATE", _is_issued("OLD")),
    Guard("planned_unit_delete", _PLANNED, "DELETE", _is_issued("OLD")),
    not_overwritten(_PLANNED, ("campaign_id", "organisation_id", "mode", "topic")),
    not_emptied(_PLANNED),
    Guard("draw_update", _DRAW, "UPDATE", f"OLD.drawn_at IS NOT NULL OR {changed(*_OF_DRAW)}"),
    Guard("draw_delete", _DRAW, "DELETE"),
    not_overwritten(_DRAW),
    not_emptied(_DRAW),
    Guard(
        "inspection_update",
        _CASE,
        "UPDATE",
        f"(OLD.state IN {_OVER} AND {changed(*_OF_CASE)}) "
        "OR (OLD.state = 'CONCLUDED' AND NEW.state NOT IN ('CONCLUDED', 'CLOSED')) "
        f"OR (OLD.state IN ('CLOSED', 'CANCELLED') AND {changed('state', 'summary_id', 'closed_at')})",
    ),
    Guard("inspection_delete", _CASE, "DELETE"),
    not_overwritten(_CASE),
    not_emptied(_CASE),
    Guard("inspected_unit_insert", _UNIT, "INSERT", _is_over("NEW")),
    Guard(
        "inspected_unit_update",
        _UNIT,
        "UPDATE",
        f"{_is_over('OLD')} OR (OLD.minutes_id IS NOT NULL AND {changed(*_OF_MINUTES)})",
    ),
    Guard("inspected_unit_delete", _UNIT, "DELETE", f"{_is_over('OLD')} OR OLD.minutes_id IS NOT NULL"),
    not_overwritten(_UNIT, ("inspection_id", "organisation_id")),
    not_emptied(_UNIT),
    Guard("team_member_insert", _MEMBER, "INSERT", _is_over("NEW")),
    Guard("team_member_update", _MEMBER, "UPDATE", _is_over("OLD")),
    Guard("team_member_delete", _MEMBER, "DELETE", _is_over("OLD")),
    not_overwritten(_MEMBER, ("inspection_id", "user_id")),
    not_emptied(_MEMBER),
    Guard("checklist_answer_insert", _ANSWER, "INSERT", _is_answered("NEW")),
    Guard(
        "checklist_answer_update", _ANSWER, "UPDATE", f"{_is_answered('OLD')} OR {changed('unit_id', 'side')}"
    ),
    Guard("checklist_answer_delete", _ANSWER, "DELETE", _is_answered("OLD")),
    not_overwritten(_ANSWER, ("unit_id", "side", "item")),
    not_emptied(_ANSWER),
    Guard("answer_evidence_insert", _EVIDENCE, "INSERT", _is_shown("NEW")),
    Guard("answer_evidence_update", _EVIDENCE, "UPDATE"),
    Guard("answer_evidence_delete", _EVIDENCE, "DELETE", _is_shown("OLD")),
    not_overwritten(_EVIDENCE, ("answer_id", "document_id")),
    not_emptied(_EVIDENCE),
    Guard("limitation_insert", _LIMITATION, "INSERT", _of_unit("NEW", "")),
    Guard("limitation_update", _LIMITATION, "UPDATE", _of_unit("OLD", "")),
    Guard("limitation_delete", _LIMITATION, "DELETE", _of_unit("OLD", "")),
    not_overwritten(_LIMITATION, ("finding_id",)),
    not_emptied(_LIMITATION),
    *append_only("inspections_unitresponse", ("unit_id",)),
    Guard("unit_response_insert", "inspections_unitresponse", "INSERT", f"NOT {_may_respond('NEW')}"),
)
