"""One run of a job that was taken: its lease is renewed while it works, its end is written down."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.utils import timezone

from openpar.jobs.actions import LEASE, finish, stay
from openpar.jobs.timing import Job

_log = logging.getLogger(__name__)


def new_name() -> str:
    """Who runs: machine, process and chance, so that no two runs are ever called the same."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def run_claimed(job: Job, *, by: str) -> str:
    """Runs a job that `by` has claimed; returns the error, empty when there was none. Never raises one."""
    told = error = ""
    with _staying(job.name, by):
        try:
            told = job.run(timezone.now())
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
            _log.exception("job %s failed", job.name)
    if not finish(name=job.name, by=by, at=timezone.now(), told=told, error=error):
        _log.error("job %s was taken by somebody else while %s ran it", job.name, by)
    return error


@contextmanager
def _staying(name: str, by: str) -> Iterator[None]:
    done = threading.Event()

    def renew() -> None:
        while not done.wait(LEASE.total_seconds() / 4):
            try:
                stay(name=name, by=by, at=timezone.now())
            except DatabaseError:
                # The lease lasts for three more tries.
                _log.warning("job %s could not renew its lease", name)
            finally:
                connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
