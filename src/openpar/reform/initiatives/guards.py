"""What the database refuses here: figures, decisions and evaluations stay as they were said."""

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_INITIATIVE, _CONTEST = "initiatives_initiative", "initiatives_contestentry"
_OF_A_REVISION = ("initiative_id", "kind", "year", "number", "revision")

GUARDS = (
    Guard("initiative_ended", _INITIATIVE, "UPDATE", "OLD.state = 'STOPPED'"),
    Guard(
        "initiative_proposed",
        _INITIATIVE,
        "UPDATE",
        f"{changed('kind', 'organisation_id', 'proposed_by_id', 'proposed_at')} "
        "OR (NEW.state = 'PROPOSED' AND OLD.state <> 'PROPOSED')",
    ),
    Guard("initiative_delete", _INITIATIVE, "DELETE"),
    not_overwritten(_INITIATIVE),
    not_emptied(_INITIATIVE),
    *append_only("initiatives_recognition", ("initiative_id", "level")),
    *append_only("initiatives_measure", ("initiative_id", "name")),
    *append_only("initiatives_measurement"),
    *append_only("initiatives_evaluation", _OF_A_REVISION),
    *append_only("initiatives_replication", ("initiative_id", "organisation_id")),
    *append_only("initiatives_initiativetarget", ("organisation_id", "year", "revision")),
    Guard(
        "contest_entry_update",
        _CONTEST,
        "UPDATE",
        f"OLD.award <> '' OR {changed('initiative_id', 'contest', 'year', 'entered_on')}",
    ),
    Guard("contest_entry_delete", _CONTEST, "DELETE"),
    not_overwritten(_CONTEST, ("initiative_id", "contest", "year")),
    not_emptied(_CONTEST),
)
