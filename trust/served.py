"""The web server's entry as the checks start it: the real one at the round's time, or a defective one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import time_machine

from trust.saving import ANSWERS_FIRST, LATE, NOW_SINCE_VARIABLE, NOW_VARIABLE, PLANTED_VARIABLE, SHOWS_ERRORS

if os.environ.get(NOW_VARIABLE):
    moment = datetime.fromisoformat(os.environ[NOW_VARIABLE])
    if os.environ.get(NOW_SINCE_VARIABLE):
        moment += timedelta(seconds=time.time() - float(os.environ[NOW_SINCE_VARIABLE]))
    time_machine.travel(moment, tick=True).start()
    # The travelled clock stands until it is asked for the first time; the server asks seconds later.
    time.time()

if os.environ.get(PLANTED_VARIABLE) == SHOWS_ERRORS:
    from django.conf import settings

    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "AnswersUnderFailure" not in name]
    settings.ROOT_URLCONF = "openpar.web.urls"

from openpar.config.wsgi import application as real  # after the clock and the settings

if os.environ.get(PLANTED_VARIABLE) == LATE:
    from openpar.common.errors import Gap
    from openpar.parindex.assessments import rules
    from openpar.parindex.assessments.models import RoundStage

    _why_closed = rules.Window.why_closed

    def _with_grace(window: rules.Window, wanted: RoundStage, at: datetime) -> Gap | None:
        return _why_closed(window, wanted, at - timedelta(minutes=1))

    rules.Window.why_closed = _with_grace  # type: ignore[method-assign,assignment]  # the planted defect

Start = Callable[..., Any]


def _told_nobody(*_head: Any) -> Callable[[bytes], object]:
    return lambda _part: None


def answering_first(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Says that a save was kept, and keeps it a moment later."""
    if environ["REQUEST_METHOD"] != "POST":
        return real(environ, start_response)
    size = int(environ.get("CONTENT_LENGTH") or 0)
    later = {**environ, "wsgi.input": BytesIO(environ["wsgi.input"].read(size))}

    def keep() -> None:
        time.sleep(0.05)
        for _part in real(later, _told_nobody):
            pass

    threading.Thread(target=keep, daemon=True).start()
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"saved"]


application = answering_first if os.environ.get(PLANTED_VARIABLE) == ANSWERS_FIRST else real
