"""Is the server alive, and could it serve a page? For load balancers and monitors; says nothing private.

`/health` and `/health/ready`: 200 when every check passes, else 503; `/health/live`: 200 as long as the
process answers. Each check answers with one word. A notice is for whoever watches: it does not take a server
out of service that works.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from openpar.common.disk import is_short_of_space
from openpar.common.outages import outage_of
from openpar.common.triggers import missing_guards
from openpar.web.http import open_page

PATHS_THAT_ALWAYS_ANSWER: Final = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})
OK: Final = "ok"


def database() -> str:
    """“ok”, or “away” when no question is answered, “unsound” when it could lose what was acknowledged."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Exception as error:
        outage = outage_of(error)
        if outage is None:
            raise
        connection.close()
        return "unsound" if outage == "unsound" else "away"
    return OK


def disk() -> str:
    """“ok”, or “short” while less is free than OPENPAR_DISK_RESERVE and nothing is written."""
    return "short" if is_short_of_space() else OK


def guards() -> str:
    """“ok”, or “missing” when the database lacks a guard of a table, or has another; “unknown” while away.

    Asked once a minute; `openpar doctor` names them.
    """
    at = time.monotonic()
    if not _GUARDS_SEEN or at - _GUARDS_SEEN[-1][0] >= _GUARDS_SECONDS:
        try:
            word = "missing" if missing_guards() else OK
        except Exception as error:
            if outage_of(error) is None:
                raise
            return "unknown"
        _GUARDS_SEEN[:] = [(at, word)]
    return _GUARDS_SEEN[-1][1]


_GUARDS_SECONDS: Final = 60
_GUARDS_SEEN: list[tuple[float, str]] = []


def forget_guards() -> None:
    """For tests: the next question is asked of the database."""
    _GUARDS_SEEN.clear()


# name → check; other packages of `web` and `config` may add theirs (the sealed log).
checks: dict[str, Callable[[], str]] = {"database": database, "disk": disk}
notices: dict[str, Callable[[], str]] = {"guards": guards}


@open_page("GET")
def overall(_request: HttpRequest) -> HttpResponse:
    found = {name: check() for name, check in checks.items()}
    is_ready = all(word == OK for word in found.values())
    # A database that is away has been asked once, and is not asked again.
    told = {name: notice() if found["database"] == OK else "unknown" for name, notice in notices.items()}
    content: dict[str, object] = {"live": True, "ready": is_ready, "checks": found, "notices": told}
    return _json(content, 200 if is_ready else 503)


@open_page("GET")
def live(_request: HttpRequest) -> HttpResponse:
    return _json({"live": True}, 200)


ready = overall


def _json(content: dict[str, object], status: int) -> HttpResponse:
    answer = JsonResponse(content, status=status)
    answer["Cache-Control"] = "no-store"
    if status != 200:
        answer["Retry-After"] = "5"
    return answer
