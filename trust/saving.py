"""People who save scores over HTTP, one save after the other, and what they were told was kept.

Every save carries a note of its own, and every kept save leaves a trace with that note: so it can be said of
each acknowledged save whether it is there, not only of the last of each leaf.
"""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

STALE_VERSION = re.compile(rb'name="over_version" value="(\d+)"')
# The moment at which the server believes to be; the round of the tests is open then.
NOW_VARIABLE = "TRUST_NOW"
# When it is that moment, in seconds of this machine's clock: all workers agree; else when the worker starts.
NOW_SINCE_VARIABLE = "TRUST_NOW_SINCE"
# A defect planted in the server (trust.served).
PLANTED_VARIABLE = "TRUST_PLANTED"
LATE = "takes saves after the deadline"
ANSWERS_FIRST, SHOWS_ERRORS = "answers before the commit", "shows an error page when the database is away"
_SECRET = "c" * 32
_FULL_FORM = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}


@dataclass(frozen=True)
class Seat:
    """A person at one sheet, logged in: the leaves are hers alone."""

    session: str
    sheet: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Acknowledged:
    """A save that was answered with 200."""

    note: str
    sheet: int
    code: str
    version: int


@dataclass
class Told:
    """What all clients saw together; filled by their threads."""

    kept: list[Acknowledged] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    cut_off: int = 0
    without_retry: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, status: int, *, retry_after: bool) -> None:
        with self.guard:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == 503 and not retry_after:
                self.without_retry += 1


def seats(number: int) -> list[Seat]:
    """A round in self-scoring with a sheet for each client, all of them logged in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from openpar.base.accounts.models import Role
    from tests import factories
    from tests.parindex import rounds
    from tests.parindex.assessments.lock_race import WRITERS, open_round_with

    small, units = open_round_with(number)
    person = factories.person_as(Role.FOCAL_OFFICER, units[0], "Người chấm")
    for unit in units[1:]:
        factories.give(person, Role.FOCAL_OFFICER, unit)
    user = get_user_model().objects.get(pk=person.pk)
    codes = tuple(f"1.1.{leaf}" for leaf in range(1, WRITERS + 1))
    found = []
    with at_the_rounds_time(rounds.DURING_SELF):
        for unit in units:
            client = Client()
            client.force_login(user)
            found.append(Seat(client.cookies["sessionid"].value, small.sheet(unit).pk, codes))
    return found


def editor_of(assessment: Any) -> Any:
    """The person who scores for the unit of this sheet, as actions take her."""
    from openpar.base.accounts.models import Role, RoleHeld
    from openpar.base.accounts.queries import Actor

    unit = assessment.organisation_id
    held = RoleHeld.objects.filter(organisation_id=unit, role=Role.FOCAL_OFFICER)
    person: int = held.values_list("user_id", flat=True)[0]
    return Actor(id=person, full_name="Người chấm", held=frozenset({(Role.FOCAL_OFFICER, unit)}))


def browser_at(seat: Seat) -> Any:
    """Django's test client in this process, logged in as the person of the seat; failures are answers."""
    from django.test import Client

    client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = seat.session
    return client


def at_the_rounds_time(moment: Any) -> Any:
    import time_machine

    return time_machine.travel(moment, tick=True)


def environment_of_the_round() -> dict[str, str]:
    """What a server needs so that the round is open and nothing but the database decides."""
    from tests.parindex import rounds

    return {
        NOW_VARIABLE: rounds.DURING_SELF.isoformat(),
        # Nobody seals here, and the moments of the round are not those of the wall.
        "OPENPAR_STOP_WITHOUT_SEAL_MINUTES": "100000000",
        "OPENPAR_HOSTS": "127.0.0.1,testserver",
        "OPENPAR_DISK_RESERVE": os.environ.get("OPENPAR_DISK_RESERVE", "0"),
    }


class Clients:
    """Threads that save until they are told to stop; each goes on after a broken connection or a 503."""

    def __init__(self, port: int, places: Sequence[Seat]) -> None:
        self.told = Told()
        self._port = port
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number, seat), daemon=True)
            for number, seat in enumerate(places)
        ]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(
        self, saves: int, *, seconds: float = 60.0, meanwhile: Callable[[], None] = lambda: None
    ) -> bool:
        """Waits until so many more saves were acknowledged; False when they did not come in time.

        `meanwhile` is called again and again: what a supervisor of the server would do.
        """
        goal, until = len(self.told.kept) + saves, time.monotonic() + seconds
        while len(self.told.kept) < goal and time.monotonic() < until:
            time.sleep(0.005)
            meanwhile()
        return len(self.told.kept) >= goal

    def _work(self, number: int, seat: Seat) -> None:
        connection: http.client.HTTPConnection | None = None
        versions = dict.fromkeys(seat.codes, 0)
        turn = 0
        while not self._stop.is_set():
            code = seat.codes[turn % len(seat.codes)]
            turn += 1
            note = f"save {number}-{turn}"
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
                self._save(connection, seat, code, note, versions)
            except (OSError, http.client.HTTPException):
                with self.told.guard:
                    self.told.cut_off += 1
                if connection is not None:
                    connection.close()
                connection = None
                self._stop.wait(0.05)

    def _save(
        self,
        connection: http.client.HTTPConnection,
        seat: Seat,
        code: str,
        note: str,
        versions: dict[str, int],
    ) -> None:
        """One save with its stale versions put right; the same note is never saved twice."""
        answer, body = post(connection, seat, code, note, versions[code])
        self.told.answered(answer.status, retry_after=answer.headers.get("Retry-After") is not None)
        if answer.status == 200:
            versions[code] += 1
            with self.told.guard:
                self.told.kept.append(Acknowledged(note, seat.sheet, code, versions[code]))
        elif answer.status == 409 and (found := STALE_VERSION.search(body)):
            # A save whose answer was cut off had been kept.
            versions[code] = int(found[1])
        else:
            self._stop.wait(0.05)


def post(
    connection: http.client.HTTPConnection, seat: Seat, code: str, note: str, version: int
) -> tuple[http.client.HTTPResponse, bytes]:
    """Saves one leaf as the page does by htmx."""
    form = {"choice": "yes" if version % 2 == 0 else "no", "note": note, "expected_version": str(version)}
    headers = {
        **_FULL_FORM,
        "Cookie": f"sessionid={seat.session}; csrftoken={_SECRET}",
        "X-CSRFToken": _SECRET,
    }
    connection.request("POST", f"/assessments/{seat.sheet}/{code}/", urlencode(form), headers)
    answer = connection.getresponse()
    return answer, answer.read()


def lost(kept: Sequence[Acknowledged]) -> list[str]:
    """Which acknowledged saves are not there: no trace with their note, or an older version of the leaf."""
    from openpar.base.audit.models import Entry
    from openpar.parindex.assessments.models import Score

    notes = set(Entry.objects.filter(verb="score.self_saved").values_list("reason", flat=True))
    stored = {
        (sheet, code): version
        for sheet, code, version in Score.objects.values_list("assessment_id", "criterion__code", "version")
    }
    return [
        f"{one.note}: sheet {one.sheet}, leaf {one.code}, version {one.version} was acknowledged and is gone"
        for one in kept
        if one.note not in notes or stored.get((one.sheet, one.code), 0) < one.version
    ]
