"""The last evening of self-scoring: everybody saves, at moments that were drawn before, until it closes.

The load is open: a save is due at its moment whatever the server does, and its time counts from there, so
that a server that falls behind cannot hide it.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trust.saving import (
    NOW_SINCE_VARIABLE,
    NOW_VARIABLE,
    Seat,
    at_the_rounds_time,
    environment_of_the_round,
    post,
)
from trust.servers import WebServer

LEAVES = 80
_CLIENTS = 48
_EVIDENCE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Due:
    """A save, or the binding of a new document, that is due `after` seconds."""

    after: float
    seat: Seat
    code: str
    is_evidence: bool = False


@dataclass(frozen=True)
class Sent:
    """What became of it; moments are this machine's monotonic clock."""

    due: Due
    sent: float
    answered: float
    status: int
    is_too_late: bool
    late_by: float


def wide_set(leaves: int) -> dict[str, Any]:
    """A set of this many yes-no leaves in eight fields."""
    fields = []
    for field in range(1, 9):
        subs = [
            {
                "code": f"{field}.1.{number}",
                "title": f"Tiêu chí {number}",
                "max": "1",
                "rule": {"type": "boolean", "yes": "1", "no": "0"},
                "by": "self+appraisal",
            }
            for number in range(1, leaves // 8 + 1)
        ]
        most = str(len(subs))
        criteria = [{"code": f"{field}.1", "title": "Tiêu chí", "max": most, "sub": subs}]
        fields.append({"code": str(field), "title": f"Lĩnh vực {field}", "max": most, "criteria": criteria})
    return {
        "set": "Bộ tiêu chí mẫu rộng",
        "status": "SYNTHETIC",
        "level": "department",
        "year": "2026",
        "total": str(8 * (leaves // 8)),
        "fields": fields,
    }


def agencies_at_work(number: int) -> list[Seat]:
    """A round in self-scoring over so many agencies, each with its own focal officer, logged in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from openpar.base.accounts.models import Role
    from openpar.parindex.assessments.actions.rounds import enrol_units, open_round
    from tests import factories
    from tests.parindex import rounds

    small = rounds.prepared_round(wide_set(LEAVES))
    units = [factories.organisation(f"Đơn vị {place}", block_code="so") for place in range(number)]
    enrol_units(
        round_block_id=small.round_block.pk, organisation_ids=None, by=small.manager, at=rounds.BEFORE
    )
    open_round(round_id=small.round.pk, by=small.manager, at=rounds.SELF_OPENS)
    codes = tuple(f"{field}.1.{leaf}" for field in range(1, 9) for leaf in range(1, LEAVES // 8 + 1))
    found = []
    # On that evening: an older session would have ended.
    with at_the_rounds_time(rounds.SELF_CLOSES - timedelta(minutes=45)):
        for unit in units:
            person = factories.person_as(Role.FOCAL_OFFICER, unit, "Cán bộ đầu mối")
            client = Client()
            client.force_login(get_user_model().objects.get(pk=person.pk))
            found.append(Seat(client.cookies["sessionid"].value, small.sheet(unit).pk, codes))
    return found


def rush(
    due: Sequence[Due], *, seconds: float, planted: dict[str, str] | None = None, workers: int = 2
) -> tuple[list[Sent], datetime]:
    """Plays the schedule against a server on which self-scoring closes `seconds` after it begins.

    Returns what became of everything, and the closing moment.
    """
    from tests.parindex import rounds

    opens = rounds.SELF_CLOSES - timedelta(seconds=seconds)
    # What the server may take to start; more on a busy machine.
    for ahead in (6, 20, 60):
        since = time.time()
        environment = {
            **environment_of_the_round(),
            NOW_VARIABLE: (opens - timedelta(seconds=ahead)).isoformat(),
            NOW_SINCE_VARIABLE: str(since),
            **(planted or {}),
        }
        server = WebServer(environment, workers=workers)
        try:
            server.start()
            left = since + ahead - time.time()
            if left > 0:
                ordered = sorted(due, key=lambda one: one.after)
                return _play(server.port, ordered, time.monotonic() + left), rounds.SELF_CLOSES
        finally:
            server.kill_all()
    raise RuntimeError("the server does not start within a minute")


def _play(port: int, due: Sequence[Due], begin: float) -> list[Sent]:
    guard = threading.Lock()
    waiting = iter(due)
    done: list[Sent] = []
    versions: dict[tuple[int, str], int] = {}

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with guard:
                one = next(waiting, None)
            if one is None:
                connection.close()
                return
            time.sleep(max(0.0, begin + one.after - time.monotonic()))
            sent = time.monotonic()
            try:
                status, body = _send(connection, one, versions)
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                status, body = 0, b""
            answered = time.monotonic()
            late = "Đã hết hạn".encode() in body
            with guard:
                done.append(Sent(one, sent, answered, status, late, answered - begin - one.after))

    threads = [threading.Thread(target=work) for _client in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def _send(
    connection: http.client.HTTPConnection, one: Due, versions: dict[tuple[int, str], int]
) -> tuple[int, bytes]:
    if one.is_evidence:
        return _attach(connection, one)
    place = (one.seat.sheet, one.code)
    version = versions.get(place, 0)
    answer, body = post(connection, one.seat, one.code, f"rush {version + 1}", version)
    if answer.headers.get("HX-Redirect"):
        # Sent away, for instance to log in: nothing was kept.
        return 302, body
    if answer.status == 200:
        versions[place] = version + 1
    return answer.status, body


def _attach(connection: http.client.HTTPConnection, one: Due) -> tuple[int, bytes]:
    """Brings a new document in and binds it, as the page does."""
    edge = "rush" * 6
    texts = {
        "title": f"Báo cáo của phiếu {one.seat.sheet}",
        "number": f"{one.seat.sheet}/BC",
        "issued_on": "01/11/2026",
        "issuer": "Đơn vị",
        "pointer": "trang 1",
        "layer": "SELF",
    }
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in texts.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="upload"; filename="bao-cao.pdf"\r\n'
    unique = _EVIDENCE + f"% {one.seat.sheet} {one.code}\n".encode()
    parts.append(head.encode() + b"Content-Type: application/pdf\r\n\r\n" + unique + b"\r\n")
    secret = "c" * 32
    headers = {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "HX-Request": "true",
        "Cookie": f"sessionid={one.seat.session}; csrftoken={secret}",
        "X-CSRFToken": secret,
    }
    body = b"".join(parts) + f"--{edge}--\r\n".encode()
    connection.request("POST", f"/assessments/{one.seat.sheet}/{one.code}/evidence/", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
