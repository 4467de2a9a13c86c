"""Before the first page: the database keeps what is acknowledged, and has the tables of this version.

The server refuses to start otherwise. A database that is only away is no reason: the pages say so (503) until
it answers, and the same questions are asked then.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from openpar.base.audit.sealing import open_log
from openpar.common.durability import UnsoundDatabase
from openpar.common.outages import Outage, outage_of
from openpar.common.upgrades import pending_migrations
from openpar.web.failures import outage_answer
from openpar.web.health import PATHS_THAT_ALWAYS_ANSWER

_log = logging.getLogger(__name__)
_ASKED_AGAIN_AFTER = 1.0


class RefusedToStart(Exception):
    """The server must not run like this; the message says what is wrong and what to do."""


class _Gate:
    """Open unless the server started while its database was away."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._closed_for: Outage | None = None
        self._asked_at = 0.0

    def close(self, reason: Outage) -> None:
        self._closed_for = reason

    def reason(self) -> Outage | None:
        """Why no page can be given yet; asks the database again, one thread at a time, once a second."""
        if self._closed_for is None or time.monotonic() - self._asked_at < _ASKED_AGAIN_AFTER:
            return self._closed_for
        if self._guard.acquire(blocking=False):
            try:
                self._closed_for = _asked_now()
                self._asked_at = time.monotonic()
            finally:
                self._guard.release()
        return self._closed_for


gate = _Gate()


def refuse_unless_ready() -> None:
    """Raises RefusedToStart when the database would lose something or lacks tables, with all there is to say.

    A database that does not answer raises django.db.DatabaseError.
    """
    try:
        pending = pending_migrations()
    except UnsoundDatabase as unsound:
        raise RefusedToStart(str(unsound)) from unsound
    finally:
        connection.close()
    if pending:
        listed = "\n".join(f"- {name}" for name in pending)
        raise RefusedToStart(
            f"Cơ sở dữ liệu chưa có cấu trúc của phiên bản này; còn {len(pending)} bước chưa chạy:\n"
            f"{listed}\n"
            "Sao lưu cơ sở dữ liệu, rồi chạy: ./run manage migrate"
        )


def start() -> None:
    """What the entry of the server calls: ends the process with status 1 when it must not run."""
    try:
        refuse_unless_ready()
    except RefusedToStart as refused:
        sys.stderr.write(f"OpenPAR không khởi động.\n{refused}\n")
        raise SystemExit(1) from refused
    except DatabaseError as error:
        if outage_of(error) is None:
            raise
        _log.warning("the database is away; pages answer 503 until it is back: %s", error)
        gate.close(Outage.DATABASE)
    else:
        # From now on somebody has to seal: without a seal for too long no score is taken in.
        open_log(at=timezone.now())


def _asked_now() -> Outage | None:
    try:
        refuse_unless_ready()
    except RefusedToStart as refused:
        _log.critical("%s", refused)
        return Outage.UNSOUND
    except DatabaseError as error:
        return outage_of(error) or Outage.DATABASE
    return None


class OpenWhenReady:
    """Middleware: no page before the questions of the start were answered well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        # Here and not in __call__: a form is given back only after it was found to be one of ours (CSRF).
        reason = gate.reason()
        if reason is None or request.path in PATHS_THAT_ALWAYS_ANSWER:
            return None
        return outage_answer(request, reason)
