"""Is the server alive, and could it serve a page? For load balancers and monitors; says nothing private.

`/health` and `/health/ready`: 200 when every check passes, else 503; `/health/live`: 200 as long as the
process answers. Each check answers with one word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from openpar.common.disk import is_short_of_space
from openpar.common.outages import outage_of
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


# name → check; other packages of `web` and `config` may add theirs (the sealed log).
checks: dict[str, Callable[[], str]] = {"database": database, "disk": disk}


@open_page("GET")
def overall(_request: HttpRequest) -> HttpResponse:
    found = {name: check() for name, check in checks.items()}
    is_ready = all(word == OK for word in found.values())
    return _json({"live": True, "ready": is_ready, "checks": found}, 200 if is_ready else 503)


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
