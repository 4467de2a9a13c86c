"""A connection that could lose what was acknowledged is refused, with what is set, what must be, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from openpar.common.durability import UnsoundDatabase, refuse_unless_sound, settings_of

SQLITE = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
POSTGRESQL = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "server_version_num": "150004",
    "server_encoding": "UTF8",
    "TimeZone": "UTC",
}


@dataclass(frozen=True)
class Driver:
    """A driver's connection that answers with these settings."""

    answers: Mapping[str, str]

    def execute(self, sql: str) -> SimpleNamespace:
        if sql.startswith("PRAGMA "):
            return SimpleNamespace(fetchone=lambda: (self.answers[sql.removeprefix("PRAGMA ")],))
        return SimpleNamespace(fetchone=lambda: tuple(self.answers.values()))


def opened(vendor: str, answers: Mapping[str, str], mode: str | None = "IMMEDIATE") -> Any:
    return SimpleNamespace(
        vendor=vendor, connection=Driver(answers), transaction_mode=mode, timezone_name="UTC"
    )


def wrong_names(connection_of: Any) -> list[str]:
    return [setting.name for setting in settings_of(connection_of) if not setting.is_sound]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"synchronous": "3"}, []),
        ({"synchronous": "1"}, ["synchronous"]),
        ({"synchronous": "0"}, ["synchronous"]),
        ({"journal_mode": "delete"}, ["journal_mode"]),
        ({"journal_mode": "memory"}, ["journal_mode"]),
        ({"foreign_keys": "0"}, ["foreign_keys"]),
        ({"journal_mode": "off", "synchronous": "1"}, ["journal_mode", "synchronous"]),
    ],
)
def test_sqlite_must_sync_at_every_commit(changed: dict[str, str], wrong: list[str]) -> None:
    assert wrong_names(opened("sqlite", SQLITE | changed)) == wrong


@pytest.mark.parametrize("mode", [None, "DEFERRED", "EXCLUSIVE"])
def test_sqlite_must_begin_immediately(mode: str | None) -> None:
    assert wrong_names(opened("sqlite", SQLITE, mode)) == ["transaction_mode"]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"synchronous_commit": "remote_apply"}, []),
        ({"synchronous_commit": "remote_write"}, []),
        ({"synchronous_commit": "off"}, ["synchronous_commit"]),
        ({"synchronous_commit": "local"}, ["synchronous_commit"]),
        ({"fsync": "off"}, ["fsync"]),
        ({"full_page_writes": "off"}, ["full_page_writes"]),
        ({"server_version_num": "140011"}, ["server_version"]),
        ({"server_version_num": "180004"}, []),
        ({"server_encoding": "SQL_ASCII"}, ["server_encoding"]),
        ({"TimeZone": "Asia/Ho_Chi_Minh"}, ["TimeZone"]),
    ],
)
def test_postgresql_must_keep_what_it_acknowledges(changed: dict[str, str], wrong: list[str]) -> None:
    assert wrong_names(opened("postgresql", POSTGRESQL | changed)) == wrong


def test_the_message_says_what_is_set_what_must_be_and_how() -> None:
    with pytest.raises(UnsoundDatabase) as refused:
        refuse_unless_sound(opened("postgresql", POSTGRESQL | {"fsync": "off"}))
    assert "fsync: đang là off, phải là on. " in str(refused.value)
    assert "ALTER SYSTEM SET fsync = on" in str(refused.value)


@pytest.mark.django_db
def test_the_database_of_the_house_is_sound() -> None:
    connection.ensure_connection()
    refuse_unless_sound(connection)
