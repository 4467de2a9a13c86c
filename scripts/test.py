"""All tests: everything on SQLite, then what touches the database once more on PostgreSQL.

Usage: test.py [pytest arguments]. With --only sqlite|postgresql one of the two runs is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from browser import browser_starts
from postgres import postgresql

ROOT = Path(__file__).resolve().parents[1]
# Run once though they may touch the database: the command line, the demo (made for SQLite), the proofs (which
# bring both databases themselves), the comparison with the verifier. What touches none runs once anyway.
ONCE = [f"tests/{name}" for name in ("backoffice", "demo", "engine", "house", "trust", "verify")]
# How pages look and are used: the same on either database. Two people at one leaf meet on both; so does every
# role on every page, and every action of the round.
LOOKS = sorted(
    f"tests/journeys/{path.name}"
    for path in (ROOT / "tests" / "journeys").glob("test_*.py")
    if path.stem != "test_two_people"
)
PAGES_OF_BOTH = ("failures", "flat_queries", "health", "pages")
# Judged over arrays, thousands at a time, or counted by DuckDB in the process: the database is asked for the
# calendar and the names only.
COUNTED = ("backdating", "figure_source", "judging", "measures", "personal_data", "quality")
LOOKS += [f"tests/delivery/dossiers/test_{name}.py" for name in COUNTED]
# Composed in the program from what the queries of their parts, tested on both, have found.
LOOKS += [f"tests/reports/test_{name}.py" for name in ("documents", "inspections", "plans")]
# Who may and who may not is asked of the same rows on either.
LOOKS += ["tests/reports/periodic/test_rights.py", "tests/reform/plans/test_rights.py"]
# Reads files, wherever the database is.
LOOKS += ["tests/base/facts/test_spark.py"]
LOOKS += sorted(
    f"tests/web/{path.name}"
    for path in (ROOT / "tests" / "web").glob("test_*.py")
    if path.stem.removeprefix("test_") not in PAGES_OF_BOTH
)
TABLES, TEMPLATE = "OPENPAR_TEST_TABLES", "OPENPAR_TEST_TEMPLATE"
# A folder for templates of pages, compiled once for every process of the run.
PAGES = "OPENPAR_TEST_PAGES"
# What is thrown away need not survive a power cut: in memory nobody waits for the disk. With less room or
# memory than this the usual folder is taken.
QUICK, ROOM = Path("/dev/shm"), 2 * 2**30
# One more than cores: a test often waits, for the browser, a lock, another process.
WORKERS = (os.cpu_count() or 1) + 1


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def take_quick_folder() -> None:
    """Lets everything temporary of this run and its children lie in memory, where there is enough."""
    if "TMPDIR" in os.environ or not os.access(QUICK, os.W_OK):
        return
    has_memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 2 * ROOM
    if has_memory and shutil.disk_usage(QUICK).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(QUICK)


@contextmanager
def tables(server: str, *, is_ours: bool) -> Iterator[None]:
    """Empty tables, made once on each database and copied by everything that begins with them: to make them
    takes longer than most tests. Where they are is told by TABLES and TEMPLATE.
    """
    address, _, options = server.partition("?")
    name = f"openpar_tables_{os.getpid()}"
    template = f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    with (
        tempfile.TemporaryDirectory(prefix="openpar-tables-") as folder,
        psycopg.connect(server, autocommit=True) as connection,
    ):
        connection.execute(f'CREATE DATABASE "{name}"')
        path = Path(folder) / "tables.sqlite3"
        try:
            makers = [
                subprocess.Popen(
                    [sys.executable, "-m", "django", "migrate", "-v0"],
                    cwd=ROOT,
                    env={**os.environ, "DATABASE_URL": database, "OPENPAR_VAR_DIR": folder},
                )
                for database in (f"sqlite:///{path}", template)
            ]
            codes = [maker.wait() for maker in makers]
            if any(codes):
                raise SystemExit("the tables cannot be made")
            os.environ[TABLES] = str(path)
            os.environ[PAGES] = tempfile.mkdtemp(prefix="pages-", dir=folder)
            if is_ours:
                # Copies of it are left to a server that goes; another one is left as it was.
                os.environ[TEMPLATE] = name
            yield
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(arguments: list[str], *, database: str, name: str) -> int:
    started = time.monotonic()
    say(f"— Tests on {name} —")
    is_alone = any(argument.startswith(("-n", "-x", "--pdb")) for argument in arguments)
    # Whoever has nothing left takes over half of what waits for the other.
    workers = [] if is_alone else ["-n", str(WORKERS), "--dist", "worksteal"]
    # A folder of its own, so that two runs on one machine, or a demo beside them, never meet.
    with tempfile.TemporaryDirectory(prefix="openpar-test-") as folder:
        code = subprocess.call(
            [sys.executable, "-m", "pytest", "-q", *workers, *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "OPENPAR_VAR_DIR": folder},
        )
    say(f"— {name}: {time.monotonic() - started:.0f} s, exit {code} —")
    return code


def main(arguments: list[str]) -> int:
    only = ""
    if "--only" in arguments:
        position = arguments.index("--only")
        only = arguments[position + 1]
        arguments = arguments[:position] + arguments[position + 2 :]
    without_browser = [] if browser_starts() else ["--ignore=tests/journeys"]
    code = 0
    take_quick_folder()
    is_ours = not os.environ.get("TEST_DATABASE_URL")
    with postgresql() as address:
        # For the proofs too, that they need not start one each.
        os.environ["TEST_DATABASE_URL"] = address
        with tables(address, is_ours=is_ours):
            if only != "postgresql":
                code = run([*arguments, *without_browser], database="", name="sqlite")
            if only != "sqlite":
                again = ["--only-database", *(f"--ignore={path}" for path in (*ONCE, *LOOKS))]
                code = (
                    run([*arguments, *without_browser, *again], database=address, name="postgresql") or code
                )
    if without_browser:
        say("LEFT OUT: the journeys in tests/journeys: no Chromium here, or its driver does not start.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
