"""Acknowledged is kept: kill -9 of PostgreSQL while people save; meanwhile 503 and Retry-After, never 500."""

from __future__ import annotations

import os
import time

from trust.check import Check, Found, Scale
from trust.clusters import Cluster, cluster, wait_until_it_answers
from trust.saving import (
    ANSWERS_FIRST,
    PLANTED_VARIABLE,
    SHOWS_ERRORS,
    Clients,
    Seat,
    Told,
    environment_of_the_round,
    lost,
    seats,
)
from trust.servers import WebServer

_MEANWHILE = (200, 409, 503)


def run(scale: Scale) -> Found:
    with cluster() as server:
        os.environ["DATABASE_URL"] = server.address
        _make_tables()
        places = seats(scale.of(64, short=8))
        kills = scale.of(100, short=1)
        told, violations = _killed(server, places, kills, scale, planted="")
        violations += lost(told.kept)
        violations += _wrong_answers(told)
        first, _ = _killed(server, places, 1, scale, planted=ANSWERS_FIRST)
        planted = {ANSWERS_FIRST: bool(lost(first.kept))}
        if not scale.short:
            errors, _ = _killed(server, places, 1, scale, planted=SHOWS_ERRORS)
            planted[SHOWS_ERRORS] = bool(_wrong_answers(errors))
    return Found(
        figures={
            "acknowledged saves": len(told.kept),
            "kills": kills,
            "clients": len(places),
            "answers 503": told.statuses.get(503, 0),
        },
        violations=tuple(violations),
        planted=planted,
    )


def _killed(
    server: Cluster, places: list[Seat], kills: int, scale: Scale, *, planted: str
) -> tuple[Told, list[str]]:
    """Clients save while the database dies again and again; the web server lives on."""
    random = scale.random("kills", planted)
    violations = []
    environment = {**environment_of_the_round(), PLANTED_VARIABLE: planted}
    web = WebServer(environment, workers=scale.of(2, short=1))
    web.start()
    try:
        with Clients(web.port, places) as clients:
            for number in range(kills):
                if not clients.wait_for(random.randint(10, 60)):
                    violations.append(f"before kill {number}: no save was acknowledged for a minute")
                    break
                if number % 3 == 1:
                    server.kill_one_backend(random.randrange(100))
                else:
                    server.kill_all()
                    time.sleep(random.uniform(0.05, 0.3))
                    server.start()
            wait_until_it_answers(server.address)
            if not planted and not clients.wait_for(10):
                violations.append("saving did not go on by itself when the database was back")
        if web.is_over():
            violations.append(f"the web server ended: {web.last_words()}")
    finally:
        web.kill_all()
    # The connections of what was killed are gone a moment later; until then there may be none left for us.
    wait_until_it_answers(server.address)
    _forget_the_connection()
    return clients.told, violations


def _wrong_answers(told: Told) -> list[str]:
    wrong = [
        f"{count} answers were {status}"
        for status, count in told.statuses.items()
        if status not in _MEANWHILE
    ]
    if told.without_retry:
        wrong.append(f"{told.without_retry} answers 503 came without Retry-After")
    if told.cut_off:
        wrong.append(f"{told.cut_off} requests were cut off without an answer")
    return wrong


def _make_tables() -> None:
    from django.core.management import call_command

    from trust.loaded import take_on

    take_on(dict(os.environ))
    call_command("migrate", verbosity=0)


def _forget_the_connection() -> None:
    from django.db import connection

    connection.close()


CHECK = Check("database_kill", "acknowledged is kept when PostgreSQL is killed; 503 meanwhile", run)
