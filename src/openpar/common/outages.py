"""Which failures are nobody's mistake: the database is away, or the disk is full. Answered by 503."""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

from openpar.common.durability import UnsoundDatabase


class Outage(StrEnum):
    """Why nothing can be written or read just now; it passes without a change to the program."""

    DATABASE = "database"
    DISK_FULL = "disk_full"
    UNSOUND = "unsound"


_FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FAILING_DISK: Final = frozenset({errno.EIO, errno.EROFS, errno.ENFILE, errno.EMFILE})
# Codes of SQLite that speak of the machine, not of the statement. “no such table” is SQLITE_ERROR: a defect.
_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def outage_of(error: BaseException) -> Outage | None:
    """What kind of outage the error tells of; None when it is a defect and must stay visible as one.

    Looks through what the error was raised from: an action may have been leaving its transaction.
    """
    for one in _chain(error):
        found = _outage(one)
        if found is not None:
            return found
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__


def _outage(error: BaseException) -> Outage | None:
    if isinstance(error, UnsoundDatabase):
        return Outage.UNSOUND
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    # On SQLite it is not loaded: that would be a tenth of the start of a program.
    if "psycopg" in sys.modules and (found := _of_postgresql(error)):
        return found
    if isinstance(error, InterfaceError | OperationalError) and error.__cause__ is None:
        return Outage.DATABASE
    if isinstance(error, OSError) and not isinstance(error, DatabaseError):
        if error.errno in _FULL_DISK:
            return Outage.DISK_FULL
        return Outage.DATABASE if error.errno in _FAILING_DISK else None
    return None


def _of_sqlite(error: sqlite3.Error) -> Outage | None:
    # The low byte is the kind; the rest says more (SQLITE_IOERR_WRITE).
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return Outage.DISK_FULL
    return Outage.DATABASE if code in _AWAY else None


def _of_postgresql(error: BaseException) -> Outage | None:
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    if error.sqlstate == "53100":
        return Outage.DISK_FULL
    # Every OperationalError is the server's affair (gone, shutting down, too many connections, no memory);
    # an InterfaceError is what a connection that broke before says.
    away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return Outage.DATABASE if away else None
