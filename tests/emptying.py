"""Between tests that commit the tables become empty again.

Django empties every table by one statement and lets every app write its permissions anew; the guards, which
forbid to delete what is frozen, would have to be dropped and made anew around it: half a second a test. Few
tables hold something after a test: only these are emptied, and only their guards stand aside meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from django.db import connection, transaction

from openpar.common.triggers import create_triggers, missing_guards

# What the migrations wrote, which no test changes.
_STAYS = {"django_migrations", "django_content_type", "auth_permission"}


def empty_tables() -> None:
    """Takes away whatever a test left, and puts back the guards that it took away."""
    filled = filled_tables()
    if filled:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _emptying(filled):
                cursor.execute(statement)
    if missing_guards():
        create_triggers()


@cache
def _tables() -> tuple[str, ...]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - _STAYS))


def filled_tables() -> list[str]:
    """The tables that hold something beside what the migrations wrote."""
    asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in _tables())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]


def _emptying(tables: Sequence[str]) -> Iterator[str]:
    """The statements, for one transaction: whoever else asks the database sees the guards all the time."""
    deleting = [f'DELETE FROM "{name}"' for name in tables]
    if connection.vendor == "sqlite":
        guards = _guards_of(tables)
        yield from (f'DROP TRIGGER "{name}"' for name, _text in guards)
        yield from deleting
        yield from (text for _name, text in guards)
    else:
        yield ";".join(f'ALTER TABLE "{name}" DISABLE TRIGGER USER' for name in tables)
        # Keys are looked at when all rows are gone, and before tables are altered again.
        yield ";".join([*deleting, "SET CONSTRAINTS ALL IMMEDIATE"])
        yield ";".join(f'ALTER TABLE "{name}" ENABLE TRIGGER USER' for name in tables)


def _guards_of(tables: Sequence[str]) -> list[tuple[str, str]]:
    listed = ", ".join(f"'{name}'" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({listed})"
        )
        return list(cursor.fetchall())
