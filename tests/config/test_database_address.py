"""What the address of a PostgreSQL says about the line to it is kept."""

from __future__ import annotations

from pathlib import Path

from openpar.config.database import database_settings


def options(address: str) -> dict[str, object]:
    found = database_settings(address, default_file=Path("none.sqlite3"))["OPTIONS"]
    assert isinstance(found, dict)
    return found


def test_a_closed_line_to_the_database_is_asked_for() -> None:
    asked = options("postgresql://app:x@db/openpar?sslmode=verify-full&sslrootcert=/etc/openpar/ca.pem")
    assert (asked["sslmode"], asked["sslrootcert"]) == ("verify-full", "/etc/openpar/ca.pem")


def test_an_address_sets_nothing_else() -> None:
    asked = options("postgresql://app:x@db/openpar?options=-c%20synchronous_commit%3Doff&service=x")
    assert asked == {"options": "-c synchronous_commit=on", "connect_timeout": 5}
