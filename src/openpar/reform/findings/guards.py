"""What the database refuses: what was found never changes, steps are only added, what is closed stays."""

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_FINDING, _EXTENSION, _CONFERENCE = "findings_finding", "findings_extension", "findings_conference"
# As it was found. The code and the line of the criteria set may be given later, but for a line at which a
# published result lost points; `earlier_years` follows what is entered of other years.
_FOUND = (
    *("organisation_id", "unit_id", "field", "text", "text_folded", "found_by", "finder_id"),
    *("source_id", "source_text", "source_link", "severity", "metric", "period_from", "period_until"),
    *("year", "request", "found_on", "entered_by_id", "entered_at"),
)
_LEAF = ("leaf_code", "leaf_text", "leaf_year", "leaf_key", "points_at_stake")
_OF_PUBLICATION = "OLD.found_by = 'APPRAISAL' AND OLD.source_id IS NOT NULL"
_REMEDIED = (
    *("code", "state", "version", "cause", "cause_text", "division_id", "head_id", "remedy", "deadline"),
    *("remedy_task_id", "reported_on", "reported_by_id", "closed_on", "closed_by_id"),
)
_ASKED = ("finding_id", "old_deadline", "wanted_until", "reason", "asked_by_id", "asked_at")

GUARDS = (
    Guard(
        "finding_update",
        _FINDING,
        "UPDATE",
        f"{changed(*_FOUND)} OR ({_OF_PUBLICATION} AND {changed(*_LEAF)})",
    ),
    Guard("finding_closed", _FINDING, "UPDATE", f"OLD.state = 'CLOSED' AND {changed(*_REMEDIED, *_LEAF)}"),
    Guard("finding_delete", _FINDING, "DELETE"),
    not_overwritten(_FINDING),
    not_emptied(_FINDING),
    *append_only("findings_findingstep"),
    *append_only("findings_findingevidence", ("step_id", "document_id")),
    Guard("finding_extension_update", _EXTENSION, "UPDATE", f"OLD.state <> 'ASKED' OR {changed(*_ASKED)}"),
    Guard("finding_extension_delete", _EXTENSION, "DELETE"),
    not_overwritten(_EXTENSION),
    not_emptied(_EXTENSION),
    Guard("conference_update", _CONFERENCE, "UPDATE", "OLD.held_on IS NOT NULL"),
    Guard("conference_delete", _CONFERENCE, "DELETE"),
    not_overwritten(_CONFERENCE, ("organisation_id", "round_id")),
    not_emptied(_CONFERENCE),
)
