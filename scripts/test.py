"""All tests: everything on SQLite, then on PostgreSQL those that send every statement again (chosen.py).

Usage: test.py [pytest arguments]. With arguments PostgreSQL gets the same as SQLite, as far as it asks for
the database. With --only sqlite|postgresql one of the two runs is left out.
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
from chosen import chosen, read
from postgres import postgresql

ROOT = Path(__file__).resolve().parents[1]
# Run once though they may ask for the database: what a browser sees, but for two people at one leaf; the
# command line and the demo (made for SQLite), the proofs (which bring both databases themselves).
ONCE = [f"tests/{name}" for name in ("backoffice", "demo", "trust")]
ONCE += sorted(
    f"tests/journeys/{path.name}"
    for path in (ROOT / "tests" / "journeys").glob("test_*.py")
    if path.stem != "test_two_people"
)
# A folder for what the tests on SQLite tell of their statements.
STATEMENTS = "OPENPAR_TEST_STATEMENTS"
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


def run(arguments: list[str], *, database: str, name: str, told: str = "") -> int:
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
            env={**os.environ, "DATABASE_URL": database, "OPENPAR_VAR_DIR": folder, STATEMENTS: told},
        )
    say(f"— {name}: {time.monotonic() - started:.0f} s, exit {code} —")
    return code


def again_on_postgresql(arguments: list[str], told: Path) -> list[str]:
    """The arguments of the second run: what is to be repeated there of the first, which told of itself."""
    sent = read(told)
    if arguments or not sent:
        return [*arguments, "--only-database", *(f"--ignore={path}" for path in ONCE)]
    names = chosen(sent, ONCE)
    say(f"{len(names)} of {len(sent)} tests that ask for the database send every statement again.")
    path = told / "chosen.txt"
    path.write_text("\n".join(names), encoding="utf-8")
    return ["--chosen", str(path), *sorted({name.partition("::")[0] for name in names})]


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
        with (
            tables(address, is_ours=is_ours),
            tempfile.TemporaryDirectory(prefix="openpar-chosen-") as folder,
        ):
            if only != "postgresql":
                code = run([*arguments, *without_browser], database="", name="sqlite", told=folder)
            if only != "sqlite":
                again = again_on_postgresql(arguments, Path(folder))
                code = run([*again, *without_browser], database=address, name="postgresql") or code
    if without_browser:
        say("LEFT OUT: the journeys in tests/journeys: no Chromium here, or its driver does not start.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
