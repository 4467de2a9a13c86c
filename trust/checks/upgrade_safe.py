"""Upgrades are safe: killed anywhere, an upgrade stands between two migrations, and runs to its end."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from trust.check import BOTH, SQLITE, Check, Found, Scale


class _Place:
    """The populated database, and fresh copies of it to upgrade."""

    def __init__(self, units: int) -> None:
        from django.db import connection

        from tests import factories

        for number in range(units):
            factories.organisation(f"Đơn vị {number}")
        self.original = str(connection.settings_dict["NAME"])
        connection.close()

    @contextmanager
    def copy(self) -> Iterator[None]:
        """The default connection leads to a copy until the block ends."""
        from django.db import connection

        name = f"{self.original}_copy"
        self._make(name)
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = self.original
            self._drop(name)

    def _make(self, name: str) -> None:
        if os.environ["TRUST_DATABASE"] == SQLITE:
            # Nobody has it open and its log was moved into it: here a plain copy is the whole.
            shutil.copyfile(self.original, name)
        else:
            _execute_outside(f'CREATE DATABASE "{name}" TEMPLATE "{self.original}"')

    def _drop(self, name: str) -> None:
        if os.environ["TRUST_DATABASE"] == SQLITE:
            for ending in ("", "-wal", "-shm", ".writer"):
                Path(name + ending).unlink(missing_ok=True)
        else:
            _execute_outside(f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute_outside(statement: str) -> None:
    import psycopg

    address, _, options = os.environ["DATABASE_URL"].partition("?")
    server = f"{address.rpartition('/')[0]}/postgres" + (f"?{options}" if options else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _upgrade() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _count_statements(work: Callable[[], None]) -> int:
    from django.db import connection

    count = 0

    def counting(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        work()
    return count


def _killed_after(statements: int, work: Callable[[], None]) -> bool:
    """Runs `work` in a child that kills itself with SIGKILL after so many statements; was it killed?"""
    child = os.fork()
    if child == 0:
        try:
            _die_after(statements, work)
            os._exit(0)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the child broke instead of being killed")
    return os.WIFSIGNALED(status)


def _die_after(statements: int, work: Callable[[], None]) -> None:
    from django.db import connection

    count = 0

    def dying(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal count
        count += 1
        answer = execute(sql, params, many, context)
        if count == statements:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    with connection.execute_wrapper(dying):
        work()


def _state() -> str:
    """One digest of everything: tables, indexes, rows, and which migrations the database says it has."""
    from django.db import connection

    with connection.cursor() as cursor:
        said = [_structure(cursor), *(_rows(cursor, table) for table in _tables(cursor))]
    connection.close()
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _tables(cursor: Any) -> list[str]:
    from django.db import connection

    return sorted(connection.introspection.table_names(cursor))


def _structure(cursor: Any) -> object:
    """What the tables are made of: the words that made them in SQLite, their parts in PostgreSQL."""
    from django.db import connection

    if connection.vendor == SQLITE:
        cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
        return cursor.fetchall()
    asked = connection.introspection
    return [
        (
            table,
            [column.name for column in asked.get_table_description(cursor, table)],
            sorted(asked.get_constraints(cursor, table)),
        )
        for table in _tables(cursor)
    ]


def _rows(cursor: Any, table: str) -> tuple[str, list[str]]:
    """All of a table, as text, in one order."""
    from django.db import connection

    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} WHERE 1 = 0")
    # The moment and the number of a migration are another each time.
    passing = {"applied", "id"} if table == "django_migrations" else set()
    names = [name for name, *_ in cursor.description if name not in passing]
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    cursor.execute(f"SELECT {columns} FROM {connection.ops.quote_name(table)}")
    return table, sorted(map(repr, cursor.fetchall()))


def _between_migrations(place: _Place) -> dict[str, str]:
    """The states that may be seen, by digest: before, after each migration, and the end."""
    from django.core.management import call_command

    allowed = {}
    with place.copy():
        allowed[_state()] = "before"
        for name in ("0001", "0002", "0003"):
            call_command("migrate", "upgrades", name, verbosity=0)
            allowed[_state()] = name
        _upgrade()
        allowed[_state()] = "end"
    return allowed


def _mixed(place: _Place, allowed: dict[str, str], points: list[int]) -> tuple[list[str], int]:
    """What was found after the kills that may not be, and how often the child was really killed."""
    wrong, killed = [], 0
    for point in points:
        with place.copy():
            killed += _killed_after(point, _upgrade)
            if _state() not in allowed:
                wrong.append(f"killed after statement {point}: a mixed state")
            try:
                _upgrade()
            except Exception as failure:
                wrong.append(f"killed after statement {point}: cannot go on: {failure}")
                continue
            if allowed.get(_state()) != "end":
                wrong.append(f"killed after statement {point}: another end")
    return wrong, killed


def _points(scale: Scale, statements: int, most: int) -> list[int]:
    """Every statement when they are few enough, else so many of them by chance."""
    everyone = range(1, statements + 1)
    return sorted(scale.random("points", statements).sample(everyone, min(most, statements)))


def _not_atomic() -> list[str]:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    return [
        f"{app}.{name} is not atomic"
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if not migration.atomic and app != "upgrades"
    ]


@contextmanager
def _release(kind: str) -> Iterator[None]:
    """The installed program is the next release, whose migrations are the `kind` ones."""
    from django.conf import settings
    from django.test import override_settings

    with ExitStack() as stack:
        stack.enter_context(
            override_settings(
                INSTALLED_APPS=[*settings.INSTALLED_APPS, "trust.upgrades"],
                MIGRATION_MODULES={"upgrades": f"trust.upgrades.{kind}"},
            )
        )
        # It brings no models of its own into contenttypes and permissions: those tables stay as they are.
        stack.enter_context(mock.patch("django.core.management.commands.migrate.emit_post_migrate_signal"))
        yield


def run(scale: Scale) -> Found:
    violations = _not_atomic()
    # The upgrade fills in one value a unit: with enough of them there are a hundred statements to die after.
    place = _Place(scale.of(120, short=20))
    with _release("whole"):
        allowed = _between_migrations(place)
        with place.copy():
            statements = _count_statements(_upgrade)
        points = _points(scale, statements, scale.of(100, short=1))
        wrong, killed = _mixed(place, allowed, points)
    violations += wrong
    if killed < len(points):
        violations.append(f"only {killed} of {len(points)} upgrades were killed")
    with _release("broken"):
        # The values that the second migration fills in, without a transaction, lie in the last third.
        late = range(statements * 2 // 3, statements, max(1, statements // 20))
        caught = any(_mixed(place, allowed, [point])[0] for point in late)
    return Found(
        figures={"kills": killed, "statements of the upgrade": statements, "states allowed": len(allowed)},
        violations=tuple(violations),
        planted={"a migration that is no transaction": caught},
    )


CHECK = Check("upgrade_safe", "upgrades are safe: killed anywhere, nothing is half done", run, BOTH)
