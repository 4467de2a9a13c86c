"""What is nobody's mistake is told apart from defects: 503 for the first, 500 for the second."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError

from openpar.common.durability import UnsoundDatabase
from openpar.common.outages import Outage, outage_of


def wrapped(cause: BaseException, kind: type[Exception] = OperationalError) -> Exception:
    """The error as Django raises it."""
    try:
        raise kind(*cause.args) from cause
    except kind as error:
        return error


def of_sqlite(code: int, text: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.OperationalError("connection failed: Connection refused"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
        psycopg.errors.CannotConnectNow("the database system is shutting down"),
        psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
        psycopg.errors.CrashShutdown("terminating connection because of crash of another server process"),
        psycopg.errors.TooManyConnections("sorry, too many clients already"),
        of_sqlite(sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
        of_sqlite(sqlite3.SQLITE_IOERR_WRITE, "disk I/O error"),
        of_sqlite(sqlite3.SQLITE_BUSY, "database is locked"),
        of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT, "database is locked"),
        of_sqlite(sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
    ],
    ids=str,
)
def test_a_database_that_is_away_is_an_outage(cause: Exception) -> None:
    assert outage_of(wrapped(cause)) is Outage.DATABASE


def test_a_connection_that_broke_before_is_an_outage() -> None:
    cause = psycopg.InterfaceError("the connection is closed")
    assert outage_of(wrapped(cause, InterfaceError)) is Outage.DATABASE


@pytest.mark.parametrize(
    "error",
    [
        wrapped(of_sqlite(sqlite3.SQLITE_FULL, "database or disk is full")),
        wrapped(psycopg.errors.DiskFull("could not extend file")),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
    ],
    ids=str,
)
def test_a_full_disk_is_told_apart(error: Exception) -> None:
    assert outage_of(error) is Outage.DISK_FULL


@pytest.mark.parametrize(
    "error",
    [
        wrapped(of_sqlite(sqlite3.SQLITE_ERROR, "no such table: scores")),
        wrapped(psycopg.errors.UndefinedTable("scores"), ProgrammingError),
        wrapped(psycopg.errors.UniqueViolation("twice"), IntegrityError),
        wrapped(sqlite3.IntegrityError("UNIQUE constraint failed"), IntegrityError),
        FileNotFoundError(errno.ENOENT, "not there"),
        ValueError("a defect"),
    ],
    ids=str,
)
def test_a_defect_is_no_outage(error: Exception) -> None:
    assert outage_of(error) is None


def test_an_unsound_database_is_an_outage_of_its_own() -> None:
    assert outage_of(UnsoundDatabase(())) is Outage.UNSOUND


def test_what_sqlite_itself_raises_carries_the_code(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(tmp_path / "not there" / "x.sqlite3")
    assert outage_of(refused.value) is Outage.DATABASE
