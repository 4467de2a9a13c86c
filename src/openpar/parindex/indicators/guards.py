"""What the database refuses here: definitions only end, and follow one another; values stay as they are."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_INDICATOR, _VERSION = "indicators_indicator", "indicators_indicatorversion"
_CONTENT = (
    *("id", "indicator_id", "number", "name", "unit", "numerator_label", "denominator_label", "inclusion"),
    *("legal_source", "calendar", "period_kind", "cut_off_month", "dataset", "basis", "certainty"),
    *("numerator", "denominator"),
    *("valid_from", "from_file", "issued_by_id", "issued_at"),
)
_OTHERS = f'SELECT 1 FROM "{_VERSION}" AS v WHERE v.indicator_id = NEW.indicator_id'
# The first version, or one that begins on the day on which all others are over.
_OUT_OF_LINE = (
    f"(EXISTS ({_OTHERS}) AND NOT EXISTS ({_OTHERS} AND v.valid_until = NEW.valid_from)) "
    f"OR EXISTS ({_OTHERS} AND (v.valid_until IS NULL OR v.valid_until > NEW.valid_from))"
)
GUARDS = (
    *append_only(_INDICATOR, ("code",)),
    Guard("indicator_version_in_line", _VERSION, "INSERT", _OUT_OF_LINE),
    Guard(
        f"{_VERSION}_update",
        _VERSION,
        "UPDATE",
        f"OLD.valid_until IS NOT NULL OR NEW.valid_until IS NULL OR {changed(*_CONTENT)}",
    ),
    Guard(f"{_VERSION}_delete", _VERSION, "DELETE"),
    not_overwritten(_VERSION, ("indicator_id", "number")),
    not_emptied(_VERSION),
    *append_only("indicators_indicatorvalue"),
)
