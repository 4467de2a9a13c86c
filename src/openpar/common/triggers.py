"""The second line of defence: what the database itself refuses, whatever the program does.

The first line is the action, which asks before it writes. A guard stands behind it, for a defect in an action
and for whoever writes SQL past the program: a frozen row stays as it is. An app declares its guards in
`guards.py` as `GUARDS`, once, in SQL that both databases read; a migration creates them (`CreateGuards`), and
`missing_guards` tells which are not there.

A guard that fires means a defect or an attack, so the answer to a person is 409 with the number of an
incident (web/frozen.py), and the log gets everything.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.utils import IntegrityError

from openpar.common.db import write_transaction

Event = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]
SQLITE, POSTGRESQL = "sqlite", "postgresql"

PREFIX = "guard_"
_SAID = "openpar guard: "
_FIRED = re.compile(re.escape(_SAID) + r"([a-z_]+)")
# 'json(NEW.standings, self, own_total)': one text inside a JSON column.
_JSON = re.compile(r"json\((\w+\.\w+), ([\w, ]+)\)")


@dataclass(frozen=True)
class Guard:
    """One thing a table refuses: `event` on a row for which `when` holds.

    `when` is SQL over NEW (inserted or changed to) and OLD (as it was); empty: always. It may look into other
    tables, compares with IS DISTINCT FROM, and reaches into JSON with `json(NEW.column, key, key)`.
    TRUNCATE exists on PostgreSQL only, and has no rows. `only` names the one database that needs the guard.
    """

    name: str
    table: str
    event: Event
    when: str = ""
    only: str = ""

    def is_for(self, vendor: str) -> bool:
        """Does this database need the guard, and know the event?"""
        return self.only in ("", vendor) and (self.event != "TRUNCATE" or vendor == POSTGRESQL)

    @property
    def function(self) -> str:
        """The trigger, and on PostgreSQL the function that it calls."""
        return PREFIX + self.name

    def statements(self, vendor: str, schema: str = "public") -> tuple[str, ...]:
        """The SQL that creates the guard, in the words of one database."""
        if vendor == SQLITE:
            return (self._in_sqlite(),)
        return self._in_postgresql(schema)

    def _in_sqlite(self) -> str:
        condition = _JSON.sub(_json_in_sqlite, self.when).replace("IS DISTINCT FROM", "IS NOT")
        when = f"WHEN {condition} " if condition else ""
        return (
            f'CREATE TRIGGER "{self.function}" BEFORE {self.event} ON "{self.table}" FOR EACH ROW {when}'
            f"BEGIN SELECT RAISE(ABORT, '{_SAID}{self.name}'); END"
        )

    def _in_postgresql(self, schema: str) -> tuple[str, ...]:
        condition = _JSON.sub(_json_in_postgresql, self.when) or "true"
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        # The path is fixed: a temporary table of the same name must not stand before the real one.
        return (
            f'CREATE OR REPLACE FUNCTION "{self.function}"() RETURNS trigger LANGUAGE plpgsql '
            f'SET search_path = "{schema}", pg_temp AS $guard$ BEGIN '
            f"IF {condition} THEN RAISE EXCEPTION '{_SAID}{self.name}' USING ERRCODE = 'restrict_violation'; "
            f"END IF; RETURN {row}; END $guard$",
            f'CREATE OR REPLACE TRIGGER "{self.function}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH {each} EXECUTE FUNCTION "{self.function}"()',
        )


def _json_in_sqlite(found: re.Match[str]) -> str:
    return f"json_extract({found[1]}, '$.{'.'.join(found[2].split(', '))}')"


def _json_in_postgresql(found: re.Match[str]) -> str:
    return f"({found[1]} #>> '{{{','.join(found[2].split(', '))}}}')"


def changed(*columns: str) -> str:
    """The condition that at least one of these columns gets another value."""
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def not_overwritten(table: str, *keys: Sequence[str], primary: str = "id") -> Guard:
    """SQLite's REPLACE puts a row away without telling a DELETE trigger: what is there is not written over.

    `keys` are the unique keys beside the primary one, each with its columns.
    """
    same = (" AND ".join(f"old.{column} = NEW.{column}" for column in key) for key in ((primary,), *keys))
    there = f'EXISTS (SELECT 1 FROM "{table}" AS old WHERE '  # noqa: S608  # names written in the program
    is_there = " OR ".join(f"{there}{each})" for each in same)
    return Guard(f"{table}_replace", table, "INSERT", is_there, only=SQLITE)


def not_emptied(table: str) -> Guard:
    """No TRUNCATE: it would pass every guard of rows by."""
    return Guard(f"{table}_truncate", table, "TRUNCATE")


def append_only(table: str, *keys: Sequence[str], primary: str = "id") -> tuple[Guard, ...]:
    """Rows are added and never changed or taken away; `keys`: its unique keys beside the primary."""
    return (
        Guard(f"{table}_update", table, "UPDATE"),
        Guard(f"{table}_delete", table, "DELETE"),
        not_overwritten(table, *keys, primary=primary),
        not_emptied(table),
    )


def guard_that_fired(error: BaseException) -> str | None:
    """The name of the guard that refused, or None when the error is something else."""
    found = _FIRED.search(str(error)) if isinstance(error, IntegrityError) else None
    return found[1] if found else None


class CreateGuards(Operation):
    """A migration step that creates guards, or creates them again when the table was made anew.

    SQLite rebuilds a table to change it: the table's own guards are lost, and the guards of other tables that
    look into it stand in the way. A migration that alters such a table begins with `DropGuards()` and ends
    with `CreateGuards(declared_guards())` (a test tells which are missing).
    """

    reversible = True

    def __init__(self, guards: Iterable[Guard]) -> None:
        self.guards = tuple(guards)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"guards": self.guards}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Guards are no part of the models."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _dropping(schema_editor.connection, self.guards):
            schema_editor.execute(statement, params=None)
        for statement in _creating(schema_editor.connection, self.guards):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _dropping(schema_editor.connection, self.guards):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Create {len(self.guards)} guards"


class DropGuards(Operation):
    """A migration step that takes all guards away, before tables are altered."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Guards are no part of the models."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _dropping_all(schema_editor.connection):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """What stood before stands again through the `CreateGuards` of the migrations before."""

    def describe(self) -> str:
        return "Drop all guards"


def declared_guards() -> tuple[Guard, ...]:
    """The guards of every installed app, from its `guards.py`."""
    found: list[Guard] = []
    for config in apps.get_app_configs():
        if config.name.startswith("openpar.") and importlib.util.find_spec(f"{config.name}.guards"):
            found.extend(importlib.import_module(f"{config.name}.guards").GUARDS)
    return tuple(found)


def missing_guards() -> tuple[str, ...]:
    """The declared guards that are not as declared in this database: gone, altered, switched off."""
    schema = _schema(connection)
    standing = dict(_standing(connection))
    return tuple(
        guard.name
        for guard in declared_guards()
        if guard.is_for(connection.vendor) and not _is_as_declared(guard, standing, schema)
    )


def drop_triggers() -> None:
    """Takes all guards of this database away: for a restore, which only adds rows, in its transaction.

    Needs the owner of the tables. `create_triggers` puts them back.
    """
    with connection.cursor() as cursor:
        for statement in _dropping_all(connection):
            cursor.execute(statement)


def create_triggers() -> None:
    """Creates every declared guard anew; safe to run twice."""
    with connection.cursor() as cursor:
        guards = declared_guards()
        for statement in (*_dropping(connection, guards), *_creating(connection, guards)):
            cursor.execute(statement)


@contextmanager
def without_triggers() -> Iterator[None]:
    """One transaction in which no guard stands; whoever else asks the database sees them all the time.

    For bringing back a backup, and for tests that empty the database. Needs the owner of the tables.
    """
    with write_transaction():
        drop_triggers()
        yield
        create_triggers()


def _creating(on: BaseDatabaseWrapper, guards: Iterable[Guard]) -> list[str]:
    schema = _schema(on)
    return [
        statement
        for guard in guards
        if guard.is_for(on.vendor)
        for statement in guard.statements(on.vendor, schema)
    ]


def _dropping(on: BaseDatabaseWrapper, guards: Iterable[Guard]) -> list[str]:
    if on.vendor == SQLITE:
        return [f'DROP TRIGGER IF EXISTS "{guard.function}"' for guard in guards]
    return [
        f'DROP TRIGGER IF EXISTS "{guard.function}" ON "{guard.table}"'
        for guard in guards
        if guard.is_for(on.vendor)
    ]


def _dropping_all(on: BaseDatabaseWrapper) -> list[str]:
    """Those that stand now, also those that nothing declares any more."""
    with on.cursor() as cursor:
        if on.vendor == SQLITE:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master "
                "WHERE type = 'trigger' AND name LIKE 'guard#_%' ESCAPE '#'"
            )
            return [f'DROP TRIGGER "{name}"' for name, _table in cursor.fetchall()]
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND tgname LIKE 'guard#_%' ESCAPE '#' "
            "AND relnamespace = current_schema()::regnamespace"
        )
        return [f'DROP TRIGGER "{name}" ON "{table}"' for name, table in cursor.fetchall()]


def _schema(on: BaseDatabaseWrapper) -> str:
    if on.vendor == SQLITE:
        return "main"
    with on.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _standing(on: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Name and text of every guard that stands and is switched on."""
    with on.cursor() as cursor:
        if on.vendor == SQLITE:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
                "JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE tgenabled IN ('O', 'A') AND relnamespace = current_schema()::regnamespace"
            )
        return list(cursor.fetchall())


def _is_as_declared(guard: Guard, standing: dict[str, str], schema: str) -> bool:
    text = standing.get(guard.function)
    if text is None:
        return False
    wanted = guard.statements(connection.vendor, schema)[0]
    return text == wanted if connection.vendor == SQLITE else f"$guard${text}$guard$" in wanted
