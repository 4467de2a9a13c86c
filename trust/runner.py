"""Runs checks, each in a process, with a database and in a folder of its own."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from scripts.postgres import postgresql
from trust.check import POSTGRESQL, SQLITE, Check, Scale
from trust.one import play

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def empty_database(kind: str, folder: str, template: str = "") -> Iterator[str]:
    """The address of a new, empty database of this kind, or of a copy of the PostgreSQL one `template`."""
    if kind == SQLITE:
        yield f"sqlite:///{folder}/trust.sqlite3"
        return
    import psycopg

    with postgresql() as server:
        name = f"trust_{os.getpid()}_{os.urandom(4).hex()}"
        address, _, options = server.partition("?")
        with psycopg.connect(server, autocommit=True) as connection:
            made = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{made}')
        try:
            yield f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _template() -> str:
    """The database with empty tables that `./run test` has made on its server; "" where it has not."""
    return os.environ.get("OPENPAR_TEST_TEMPLATE", "")


@cache
def _tables() -> Path:
    """A SQLite database with empty tables, made once by the migrations; copied, it saves seconds a check."""
    if made := os.environ.get("OPENPAR_TEST_TABLES"):
        return Path(made)
    folder = tempfile.mkdtemp(prefix="openpar-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "tables.sqlite3"
    environment = {**os.environ, "OPENPAR_VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{path}"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    return path


@cache
def _forks() -> ForkServerContext:
    """Starts processes as forks of one that has loaded the program (trust/loaded.py)."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["trust.loaded"])
    before = dict(os.environ)
    folder = tempfile.mkdtemp(prefix="openpar-loaded-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["OPENPAR_VAR_DIR"] = folder
    os.environ.pop("DATABASE_URL", None)
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return context


def run_check(check: Check, *, seed: int, short: bool) -> Iterator[dict[str, Any]]:
    """What the check found, once for each of its databases."""
    for kind in check.databases_for(short=short) or ("",):
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openpar-trust-"))
            environment = {**os.environ, "OPENPAR_VAR_DIR": folder, "TRUST_DATABASE": kind}
            if kind:
                environment["DATABASE_URL"] = stack.enter_context(empty_database(kind, folder, _template()))
            if kind == SQLITE:
                shutil.copyfile(_tables(), environment["DATABASE_URL"].removeprefix("sqlite:///"))
            if kind == SQLITE or (kind == POSTGRESQL and _template()):
                environment["TRUST_TABLES"] = "made"
            told = _told(check, kind, Scale(seed=seed, short=short), environment, Path(folder) / "words")
        yield told


def _told(
    check: Check, kind: str, scale: Scale, environment: Mapping[str, str], words: Path
) -> dict[str, Any]:
    """What the process of the check sent, or that it ended without a word."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = _forks().Process(target=play, args=(sending, str(words), dict(environment), check.name, scale))
    process.start()
    sending.close()
    try:
        told: dict[str, Any] = receiving.recv()
    except EOFError:
        process.join()
        said = words.read_text(encoding="utf-8")[-3000:] if words.exists() else ""
        return {
            "check": check.name,
            "database": kind,
            "seed": scale.seed,
            "figures": {},
            "violations": [f"the check itself broke (exit {process.exitcode}): {said}"],
            "planted": {},
            "seconds": 0,
            "holds": False,
        }
    process.join()
    return told


__all__ = ["POSTGRESQL", "SQLITE", "empty_database", "run_check"]
