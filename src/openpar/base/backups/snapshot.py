"""One moment of the database, read at leisure while people go on working."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

ALIAS = "snapshot"


@contextmanager
def snapshot() -> Iterator[str]:
    """The alias of a connection of its own that sees one moment until the block ends, and cannot write.

    PostgreSQL: REPEATABLE READ, READ ONLY. SQLite: a read transaction in WAL mode, where writers go on
    beside it. Nobody waits for it and it waits for nobody.
    """
    connection = connections[DEFAULT_DB_ALIAS].copy(ALIAS)
    connections[ALIAS] = connection
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA query_only = ON")
                # Django would begin IMMEDIATE and stop the writers; the moment is fixed by the first read.
                cursor.execute("BEGIN DEFERRED")
                cursor.execute("SELECT COUNT(*) FROM sqlite_schema")
                cursor.fetchone()
        else:
            connection.set_autocommit(False)
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT 1")
        yield ALIAS
    finally:
        connection.close()
        del connections[ALIAS]
