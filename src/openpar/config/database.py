"""Reads the database address; the same code and migrations run on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# Acknowledged is kept: WAL with FULL syncs at every commit (docs/decisions/0005). Moving the WAL into the
# database makes everybody in the queue wait, so it happens after 8,000 pages (32 MB), not after 1,000.
_SQLITE_START = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA busy_timeout=30000;PRAGMA temp_store=MEMORY;PRAGMA wal_autocheckpoint=8000;"
)

_CONNECT_SECONDS = 5
# What an address may say about how the line is closed, in libpq's words.
_OF_THE_LINE = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding")


def _sqlite(path: Path) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "openpar.config.engines.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": _SQLITE_START, "timeout": 30},
        "CONN_MAX_AGE": None,
        # A file, not memory: the tests let several threads meet, as people do.
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
    }


def _postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "openpar.config.engines.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
        # A server that does not answer is away after these seconds; the page keeps what was typed.
        "OPTIONS": {
            "options": "-c synchronous_commit=on",
            "connect_timeout": _CONNECT_SECONDS,
            **{name: query[name] for name in _OF_THE_LINE if name in query},
        },
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def database_settings(address: str, *, default_file: Path) -> dict[str, Any]:
    """`address` is empty (the SQLite file `default_file`), `sqlite:///PATH` or `postgresql://…`.

    Raises ValueError naming the two forms when it is neither.
    """
    if not address:
        return _sqlite(default_file)
    if address.startswith("sqlite:///"):
        return _sqlite(Path(address.removeprefix("sqlite:///")))
    if address.startswith(("postgresql://", "postgres://")):
        return _postgresql(address)
    raise ValueError(f"DATABASE_URL is {address!r}; it must begin with sqlite:/// or postgresql://")
