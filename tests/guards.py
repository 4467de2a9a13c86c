"""Taking one guard of the database away, as somebody would who may alter its tables."""

from __future__ import annotations

from django.db import connection

from openpar.common.triggers import declared_guards


def take_guard_away(name: str) -> None:
    """Drops the trigger; the test undoes its transaction afterwards."""
    [guard] = [guard for guard in declared_guards() if guard.name == name]
    of_table = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {guard.function}{of_table}")
