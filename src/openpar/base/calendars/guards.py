"""What the database refuses here: a calendar in force never changes; only drafts of years do."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, not_emptied, not_overwritten

_YEAR, _DAY = "calendars_yearversion", "calendars_calendarday"


def _is_in_force(row: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM calendars_yearversion AS y "
        f"WHERE y.id = {row}.version_id AND y.stage <> 'DRAFT')"
    )


GUARDS = (
    Guard("calendar_year_update", _YEAR, "UPDATE", "OLD.stage <> 'DRAFT'"),
    Guard("calendar_year_delete", _YEAR, "DELETE", "OLD.stage <> 'DRAFT'"),
    not_overwritten(_YEAR, ("year", "number")),
    not_emptied(_YEAR),
    Guard("calendar_day_insert", _DAY, "INSERT", _is_in_force("NEW")),
    Guard("calendar_day_update", _DAY, "UPDATE", f"{_is_in_force('OLD')} OR {_is_in_force('NEW')}"),
    Guard("calendar_day_delete", _DAY, "DELETE", _is_in_force("OLD")),
    not_overwritten(_DAY, ("version_id", "day")),
    not_emptied(_DAY),
    *append_only("calendars_hoursversion"),
    *append_only("calendars_edition", ("year_version_id",), ("hours_version_id",), primary="number"),
)
