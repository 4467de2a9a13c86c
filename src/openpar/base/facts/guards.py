"""What the database refuses here: manifests stay, a file is retired once, a person's data only go."""

from __future__ import annotations

from openpar.common.triggers import Guard, append_only, changed, not_emptied, not_overwritten

_PART, _PERSONAL = "facts_storedpart", "facts_personalpart"
_PROVINCE, _RECEIVED = "facts_province", "facts_receivedcounters"
_OF_A_PART = ("dataset_id", "schema_id", "what", "year", "month", "sha256", "size", "rows", "added_at")
_OF_A_FILE = (
    *("dataset_id", "province", "as_of", "counting_sha256", "note", "sha256", "size", "cells"),
    *("received_by_id", "received_at"),
)


def _ends_once(table: str, end: str, *columns: str) -> Guard:
    """Nothing of the row changes but its end, and that once."""
    when = f"OLD.{end} IS NOT NULL OR NEW.{end} IS NULL OR {changed('id', *columns)}"
    return Guard(f"{table}_update", table, "UPDATE", when)


GUARDS = (
    *append_only("facts_schemaversion", ("dataset_id", "number")),
    *append_only("facts_batch", ("dataset_id", "code")),
    *append_only("facts_dimensionvalue", ("dimension", "number"), ("dimension", "value")),
    _ends_once(_PART, "retired_at", *_OF_A_PART),
    Guard(f"{_PART}_delete", _PART, "DELETE"),
    not_overwritten(_PART),
    not_emptied(_PART),
    Guard(
        f"{_PERSONAL}_update",
        _PERSONAL,
        "UPDATE",
        "OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.content IS NOT NULL "
        f"OR {changed('id', 'batch_id', 'row')}",
    ),
    Guard(f"{_PERSONAL}_delete", _PERSONAL, "DELETE"),
    not_overwritten(_PERSONAL, ("batch_id", "row")),
    not_emptied(_PERSONAL),
    _ends_once(_PROVINCE, "trusted_until", "code", "vkey", "trusted_from"),
    Guard(f"{_PROVINCE}_delete", _PROVINCE, "DELETE"),
    not_overwritten(_PROVINCE, ("code", "vkey")),
    not_emptied(_PROVINCE),
    _ends_once(_RECEIVED, "replaced_at", *_OF_A_FILE),
    Guard(f"{_RECEIVED}_delete", _RECEIVED, "DELETE"),
    not_overwritten(_RECEIVED),
    not_emptied(_RECEIVED),
)
