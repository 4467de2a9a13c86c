"""What the database refuses here: what a document issued never changes, what was decided stays."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_VERSION, _LINE, _AGENCY, _TARGET = (
    *("plans_planversion", "plans_taskline", "plans_lineagency", "plans_target"),
)
_ASSIGNMENT, _DUTY, _CLAIM, _REQUEST = (
    *("plans_assignment", "plans_duty", "plans_claim", "plans_dutyrequest"),
)
_MEETING, _OUTCOME, _PARTICIPANT = "plans_meeting", "plans_meetingoutcome", "plans_meetingparticipant"

_ISSUED = (
    *("plan_id", "number", "replaces_id", "document_id", "document_number", "issued_on", "from_on"),
    *("secret_lines", "version", "made_by_id", "made_at", "issued_by_id", "issued_at"),
)
_OWED = ("task_id", "organisation_id", "assigned_on")
_SUMMED = (
    *("line_id", "ended_on", "end_kind", "ended_by_id", "division_id", "officer_id", "started_on"),
    *("due_on", "done_on", "was_late", "extensions"),
)
_JUDGED = (
    *("assignment_id", "number", "from_on", "until_on", "due_on", "first_due_on", "extensions", "state"),
    *("reported_on", "claimed_on", "completed_on", "confirmed_on", "dropped_on"),
)
_CLAIMED = ("duty_id", "completed_on", "document_id", "text", "by_id", "at")
_ASKED = (
    *("duty_id", "kind", "old_due_on", "new_due_on", "reason", "is_objective", "document_id", "by_id", "at"),
)
_HELD = (
    *("organisation_id", "kind", "state", "title", "held_on", "place", "chair", "summary", "document_id"),
    *("version", "made_by_id", "made_at", "concluded_by_id", "concluded_at"),
)


def _is_issued(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_VERSION} AS v WHERE v.id = {row}.version_id AND v.state <> 'DRAFT')"


def _is_line_issued(row: str, *, also: str = "") -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_LINE} AS l JOIN {_VERSION} AS v ON v.id = l.version_id "
        f"WHERE l.id = {row}.line_id AND v.state <> 'DRAFT'{also})"
    )


def _is_concluded(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_MEETING} AS m WHERE m.id = {row}.meeting_id AND m.state <> 'DRAFT')"


GUARDS = (
    Guard(
        "plan_version_update",
        _VERSION,
        "UPDATE",
        f"OLD.state <> 'DRAFT' AND ({changed(*_ISSUED)} OR NEW.state = 'DRAFT' "
        f"OR (OLD.state = 'REPLACED' AND {changed('state', 'until_on')}))",
    ),
    Guard("plan_version_delete", _VERSION, "DELETE", "OLD.state <> 'DRAFT'"),
    not_overwritten(_VERSION, ("plan_id", "number")),
    not_emptied(_VERSION),
    # A supplement comes to a version in force by an order of its own, with its day.
    Guard("plan_line_insert", _LINE, "INSERT", f"NEW.added_on IS NULL AND {_is_issued('NEW')}"),
    Guard("plan_line_update", _LINE, "UPDATE", f"{_is_issued('OLD')} OR {_is_issued('NEW')}"),
    Guard("plan_line_delete", _LINE, "DELETE", _is_issued("OLD")),
    not_overwritten(_LINE, ("version_id", "task_id")),
    not_emptied(_LINE),
    Guard(
        "plan_line_agency_insert",
        _AGENCY,
        "INSERT",
        _is_line_issued("NEW", also=" AND l.added_on IS NULL"),
    ),
    Guard(
        "plan_line_agency_update",
        _AGENCY,
        "UPDATE",
        f"{_is_line_issued('OLD')} OR {_is_line_issued('NEW')}",
    ),
    Guard("plan_line_agency_delete", _AGENCY, "DELETE", _is_line_issued("OLD")),
    not_overwritten(_AGENCY),
    not_emptied(_AGENCY),
    Guard("plan_target_insert", _TARGET, "INSERT", _is_issued("NEW")),
    Guard("plan_target_update", _TARGET, "UPDATE", f"{_is_issued('OLD')} OR {_is_issued('NEW')}"),
    Guard("plan_target_delete", _TARGET, "DELETE", _is_issued("OLD")),
    not_overwritten(_TARGET),
    not_emptied(_TARGET),
    Guard(
        "assignment_update",
        _ASSIGNMENT,
        "UPDATE",
        f"{changed(*_OWED)} OR (OLD.ended_on IS NOT NULL AND {changed(*_SUMMED)})",
    ),
    Guard("assignment_delete", _ASSIGNMENT, "DELETE"),
    not_overwritten(_ASSIGNMENT),
    not_emptied(_ASSIGNMENT),
    Guard("duty_update", _DUTY, "UPDATE", f"OLD.state IN ('DONE', 'DROPPED') AND {changed(*_JUDGED)}"),
    Guard("duty_delete", _DUTY, "DELETE"),
    not_overwritten(_DUTY, ("assignment_id", "number")),
    not_emptied(_DUTY),
    Guard("claim_update", _CLAIM, "UPDATE", f"OLD.state <> 'REPORTED' OR {changed(*_CLAIMED)}"),
    Guard("claim_delete", _CLAIM, "DELETE"),
    not_overwritten(_CLAIM),
    not_emptied(_CLAIM),
    Guard("duty_request_update", _REQUEST, "UPDATE", f"OLD.state <> 'ASKED' OR {changed(*_ASKED)}"),
    Guard("duty_request_delete", _REQUEST, "DELETE"),
    not_overwritten(_REQUEST),
    not_emptied(_REQUEST),
    Guard("meeting_update", _MEETING, "UPDATE", f"OLD.state <> 'DRAFT' AND {changed(*_HELD)}"),
    Guard("meeting_delete", _MEETING, "DELETE", "OLD.state <> 'DRAFT'"),
    not_overwritten(_MEETING),
    not_emptied(_MEETING),
    Guard("meeting_outcome_insert", _OUTCOME, "INSERT", _is_concluded("NEW")),
    # An order may still become a task, once.
    Guard(
        "meeting_outcome_update",
        _OUTCOME,
        "UPDATE",
        f"({_is_concluded('OLD')} OR {_is_concluded('NEW')}) AND (OLD.task_id IS NOT NULL "
        f"OR {changed('meeting_id', 'position', 'kind', 'organisation_id', 'text')})",
    ),
    Guard("meeting_outcome_delete", _OUTCOME, "DELETE", _is_concluded("OLD")),
    not_overwritten(_OUTCOME),
    not_emptied(_OUTCOME),
    Guard("meeting_participant_insert", _PARTICIPANT, "INSERT", _is_concluded("NEW")),
    Guard(
        "meeting_participant_update",
        _PARTICIPANT,
        "UPDATE",
        f"{_is_concluded('OLD')} OR {_is_concluded('NEW')}",
    ),
    Guard("meeting_participant_delete", _PARTICIPANT, "DELETE", _is_concluded("OLD")),
    not_overwritten(_PARTICIPANT, ("meeting_id", "organisation_id")),
    not_emptied(_PARTICIPANT),
    *append_only("plans_duechange"),
    *append_only("plans_handdown"),
    *append_only("plans_progress"),
    *append_only("plans_conditionrecord", ("task_id",)),
    *append_only("plans_targetreading"),
)
