"""A PostgreSQL of one's own that can be killed without warning and started again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.postgres import postgresql
from trust.servers import children_of, kill


class Cluster:
    """A running server; `address` leads to its database `postgres`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.folder = Path(address.rpartition("host=")[2])
        # Started again exactly as it was started first.
        self._command = _words_of(self._postmaster())
        self._started: subprocess.Popen[bytes] | None = None

    def kill_all(self) -> None:
        """The postmaster and every process of it, at once, as when the machine stops."""
        postmaster = self._postmaster()
        everything = [postmaster, *children_of(postmaster)]
        kill(everything)
        while any(_is_running(pid) for pid in everything):
            time.sleep(0.005)
        if self._started is not None:
            self._started.wait()
        # Where nobody collects orphans their numbers stay taken, and PostgreSQL believes that it still runs.
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.folder / name).unlink(missing_ok=True)

    def kill_one_backend(self, number: int) -> None:
        """One process that serves a client; PostgreSQL then throws out all others and recovers by itself."""
        backends = [pid for pid in children_of(self._postmaster()) if b"postgres: postgres" in _title(pid)]
        kill(backends[number % len(backends) :][:1] if backends else [])

    def start(self) -> None:
        """Starts it again; recovery runs while clients already ask."""
        owner = self.folder.stat().st_uid
        self._started = subprocess.Popen(
            self._command,
            user=owner if os.getuid() == 0 else None,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _postmaster(self) -> int:
        return int((self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server started for this check alone, never the one that TEST_DATABASE_URL names."""
    os.environ.pop("TEST_DATABASE_URL", None)
    with postgresql() as address:
        yield Cluster(address)


def wait_until_it_answers(address: str, *, seconds: float = 60.0) -> None:
    """Raises the last refusal when it does not answer in time."""
    import psycopg

    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _words_of(pid: int) -> list[str]:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return words[:-1]


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
