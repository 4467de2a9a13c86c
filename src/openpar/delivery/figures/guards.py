"""What the database refuses here: figures that were signed never change; their revision only ends."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_REVISION, _LINE, _EXPLANATION = "figures_figurerevision", "figures_figureline", "figures_gapexplanation"
_KEPT = (
    *("sheet_id", "number", "form_version", "placement", "until_on", "version", "made_by_id", "made_at"),
    *("reason", "signed_by_id", "signed_at"),
)


def _is_signed(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_REVISION} AS r WHERE r.id = {row}.revision_id AND r.state <> 'DRAFT')"


GUARDS = (
    Guard(
        "figure_revision_update",
        _REVISION,
        "UPDATE",
        f"OLD.state <> 'DRAFT' AND ({changed(*_KEPT)} OR (NEW.state <> OLD.state AND OLD.state <> 'SIGNED') "
        "OR NEW.state = 'DRAFT')",
    ),
    Guard("figure_revision_delete", _REVISION, "DELETE", "OLD.state <> 'DRAFT'"),
    not_overwritten(_REVISION, ("sheet_id", "number")),
    not_emptied(_REVISION),
    Guard("figure_line_insert", _LINE, "INSERT", _is_signed("NEW")),
    Guard("figure_line_update", _LINE, "UPDATE", f"{_is_signed('OLD')} OR {_is_signed('NEW')}"),
    Guard("figure_line_delete", _LINE, "DELETE", _is_signed("OLD")),
    not_overwritten(_LINE, ("revision_id", "block", "label", "is_total")),
    not_emptied(_LINE),
    Guard("figure_gap_insert", _EXPLANATION, "INSERT", _is_signed("NEW")),
    Guard("figure_gap_update", _EXPLANATION, "UPDATE", f"{_is_signed('OLD')} OR {_is_signed('NEW')}"),
    Guard("figure_gap_delete", _EXPLANATION, "DELETE", _is_signed("OLD")),
    not_overwritten(_EXPLANATION, ("revision_id", "place", "identity")),
    not_emptied(_EXPLANATION),
    *append_only("figures_filling"),
)
