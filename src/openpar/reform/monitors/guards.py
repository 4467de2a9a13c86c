"""What the database refuses here: an entry stays as it was said; only the next revision follows."""

from __future__ import annotations

from openpar.common.triggers import Guard, changed, not_emptied, not_overwritten

_COMMON = ("organisation_id", "revision", "is_withdrawn", "note", "entered_by_id", "entered_at")
_COUNTS_OF_LAW = (
    *("issued", "superior_due", "superior_in_time", "to_check", "checked", "unlawful", "handled"),
    *("to_review", "reviewed", "kept", "expired", "replaced", "recommended", "review_basis", "document_id"),
)
_COUNTS_OF_DOCUMENTS = (
    *("system", "outgoing", "outgoing_secret", "outgoing_signed", "outgoing_on_paper"),
    *("files", "files_secret", "files_online", "exchanged", "exchanged_secret", "exchanged_electronic"),
    *("reports", "reports_secret", "reports_in_system", "document_id"),
)
# Every table: the columns of its subject, and all others that were said.
TABLES = {
    "qualitysystem": (
        (),
        (
            *("standard", "scope", "committee", "first_announced_on", "announced_on", "announcement_id"),
            *("internal_audit_on", "internal_audit_id", "management_review_on", "management_review_id"),
            "scope_changed_on",
        ),
    ),
    "jobpositionscheme": (
        ("unit_kind", "unit_name"),
        ("submitted_on", "submission_id", "approved_on", "approval_id", "staffed_on"),
    ),
    "leadershipposts": (
        ("post_kind",),
        (
            *("counted_on", "authorised", "filled", "deputies", "deputies_cap", "vacant_since"),
            "document_id",
        ),
    ),
    "trainingplan": (
        ("year",),
        (
            *("due_on", "issued_on", "plan_id", "leaders_planned", "leaders_trained"),
            *("civil_servants_planned", "civil_servants_trained", "public_employees_planned"),
            *("public_employees_trained", "others_planned", "others_trained", "funds_planned", "funds_spent"),
        ),
    ),
    "recruitmentplan": (
        ("year", "staff_group"),
        (
            *("vacancies", "due_on", "issued_on", "plan_id", "planned"),
            *("by_examination", "by_selection", "by_reception"),
        ),
    ),
    "legalreview": (("year", "quarter"), _COUNTS_OF_LAW),
    "electronicdocuments": (("year", "quarter"), _COUNTS_OF_DOCUMENTS),
    "discipline": (
        ("year", "quarter"),
        (
            *("checks_planned", "checks", "checks_unannounced", "cases", "cases_handled", "punished"),
            *("plan_id", "document_id"),
        ),
    ),
    "dissemination": (
        ("year", "quarter"),
        (
            *("planned", "carried_out", "articles", "bulletins", "conferences", "others", "links"),
            *("plan_id", "document_id"),
        ),
    ),
    "dialogue": (
        ("year", "quarter"),
        (
            *("planned", "held", "concluded", "opinions", "answered"),
            *("plan_id", "minutes_id", "conclusion_id"),
        ),
    ),
}


def _guards(name: str, subject: tuple[str, ...], said: tuple[str, ...]) -> tuple[Guard, ...]:
    table = f"monitors_{name}"
    return (
        Guard(
            f"{table}_update",
            table,
            "UPDATE",
            f"NEW.is_current OR NOT OLD.is_current OR {changed(*_COMMON, *subject, *said)}",
        ),
        Guard(f"{table}_delete", table, "DELETE"),
        not_overwritten(table, ("organisation_id", *subject, "revision")),
        not_emptied(table),
    )


GUARDS = tuple(guard for name, (subject, said) in TABLES.items() for guard in _guards(name, subject, said))
