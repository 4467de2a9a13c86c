"""What the database refuses here: a report that was sent never changes, a cut-off is never taken back."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_REVISION = "periodic_reportrevision"
_PARTS = (
    ("report_value", "periodic_reportvalue", ("revision_id", "line")),
    ("report_section", "periodic_reportsection", ("revision_id", "key")),
    ("report_explanation", "periodic_reportexplanation", ("revision_id", "identity")),
)
_KEPT = (
    *("report_id", "number", "appendix_version", "until_on", "version", "figures_version", "made_by_id"),
    *("made_at", "reason", "submitted_by_id", "submitted_at", "due_on", "working_days_late"),
)
# What may follow a state that is not the draft.
_STEPS = (
    "(OLD.state = 'SUBMITTED' AND NEW.state IN ('SUBMITTED', 'RETURNED', 'ACCEPTED')) "
    "OR (OLD.state = 'ACCEPTED' AND NEW.state IN ('ACCEPTED', 'LOCKED', 'REPLACED')) "
    "OR (OLD.state IN ('RETURNED', 'LOCKED', 'REPLACED') AND NEW.state = OLD.state)"
)
_ANSWERED = ("returned_by_id", "returned_at", "return_reason", "accepted_by_id", "accepted_at")


def _is_sent(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_REVISION} AS r WHERE r.id = {row}.revision_id AND r.state <> 'DRAFT')"


def _parts() -> list[Guard]:
    found = []
    for name, table, key in _PARTS:
        found += [
            Guard(f"{name}_insert", table, "INSERT", _is_sent("NEW")),
            Guard(f"{name}_update", table, "UPDATE", f"{_is_sent('OLD')} OR {_is_sent('NEW')}"),
            Guard(f"{name}_delete", table, "DELETE", _is_sent("OLD")),
            not_overwritten(table, key),
            not_emptied(table),
        ]
    return found


GUARDS = (
    Guard(
        "report_revision_update",
        _REVISION,
        "UPDATE",
        f"OLD.state <> 'DRAFT' AND ({changed(*_KEPT)} OR NOT ({_STEPS}) "
        f"OR (OLD.state <> 'SUBMITTED' AND {changed(*_ANSWERED)}) "
        "OR (OLD.lock_id IS NOT NULL AND NEW.lock_id IS DISTINCT FROM OLD.lock_id) "
        "OR (OLD.signed_document_id IS NOT NULL "
        "AND NEW.signed_document_id IS DISTINCT FROM OLD.signed_document_id))",
    ),
    Guard("report_revision_delete", _REVISION, "DELETE", "OLD.state <> 'DRAFT'"),
    not_overwritten(_REVISION, ("report_id", "number")),
    not_emptied(_REVISION),
    *_parts(),
    *append_only("periodic_reportlock", ("code", "year", "level")),
)
