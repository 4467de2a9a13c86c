"""Runs checks, each in its own process with a database and a folder of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from scripts.postgres import postgresql
from trust.check import POSTGRESQL, SQLITE, Check

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def empty_database(kind: str, folder: str) -> Iterator[str]:
    """The address of a new, empty database of this kind."""
    if kind == SQLITE:
        yield f"sqlite:///{folder}/trust.sqlite3"
        return
    import psycopg

    with postgresql() as server:
        name = f"trust_{os.getpid()}_{os.urandom(4).hex()}"
        address, _, options = server.partition("?")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def _tables() -> Path:
    """A SQLite database with empty tables, made once by the migrations; copied, it saves seconds a check."""
    folder = tempfile.mkdtemp(prefix="openpar-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "tables.sqlite3"
    environment = {**os.environ, "OPENPAR_VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{path}"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    return path


def run_check(check: Check, *, seed: int, short: bool) -> Iterator[dict[str, Any]]:
    """What the check found, once for each of its databases."""
    for kind in check.databases_for(short=short) or ("",):
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openpar-trust-"))
            environment = {**os.environ, "OPENPAR_VAR_DIR": folder, "TRUST_DATABASE": kind}
            if kind:
                environment["DATABASE_URL"] = stack.enter_context(empty_database(kind, folder))
            if kind == SQLITE:
                shutil.copyfile(_tables(), environment["DATABASE_URL"].removeprefix("sqlite:///"))
                environment["TRUST_TABLES"] = "made"
            command = [sys.executable, "-m", "trust.one", check.name, "--seed", str(seed)]
            done = subprocess.run(
                [*command, "--short"] if short else command,
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        yield _told(check, kind, seed, done)


def _told(check: Check, kind: str, seed: int, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    lines = done.stdout.strip().splitlines()
    try:
        told: dict[str, Any] = json.loads(lines[-1])
    except (IndexError, ValueError):
        return {
            "check": check.name,
            "database": kind,
            "seed": seed,
            "figures": {},
            "violations": [f"the check itself broke (exit {done.returncode}): {done.stderr[-3000:]}"],
            "planted": {},
            "seconds": 0,
            "holds": False,
        }
    return told


__all__ = ["POSTGRESQL", "SQLITE", "empty_database", "run_check"]
