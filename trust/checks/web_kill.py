"""Acknowledged is kept: kill -9 of web workers, and of all of the server, while people save over HTTP."""

from __future__ import annotations

import time

from trust.check import BOTH, Check, Found, Scale
from trust.saving import (
    ANSWERS_FIRST,
    PLANTED_VARIABLE,
    Clients,
    Seat,
    environment_of_the_round,
    lost,
    seats,
)
from trust.servers import WebServer


def run(scale: Scale) -> Found:
    places = seats(scale.of(64, short=8))
    kills = scale.of(200, short=1)
    workers = scale.of(2, short=1)
    server = WebServer(environment_of_the_round(), workers=workers)
    server.start()
    random = scale.random("kills")
    violations: list[str] = []
    try:
        with Clients(server.port, places) as clients:
            for number in range(kills):
                # granian ends when a worker dies twice in a row; a supervisor starts it again.
                if not clients.wait_for(random.randint(10, 60), meanwhile=server.restart_if_over):
                    violations.append(f"before kill {number}: no save was acknowledged for a minute")
                    break
                time.sleep(random.uniform(0, 0.05))
                _kill(server, random.choice(("all", "workers", "one")) if kills > 1 else "all", number)
            # The clients stop before the server does: what is cut off below is not asked for again.
        told = clients.told
    finally:
        server.kill_all()
    missing = lost(told.kept)
    violations += missing
    violations += [
        f"{count} answers were {status}"
        for status, count in told.statuses.items()
        if status not in (200, 409)
    ]
    return Found(
        figures={
            "acknowledged saves": len(told.kept),
            "kills": kills,
            "clients": len(places),
            "cut off without an answer": told.cut_off,
        },
        violations=tuple(violations),
        planted={ANSWERS_FIRST: _loses(places, workers)},
    )


def _kill(server: WebServer, what: str, number: int) -> None:
    if what == "one":
        server.kill_one_worker(number)
    elif what == "workers":
        server.kill_workers()
    else:
        server.kill_all()


def _loses(places: list[Seat], workers: int) -> bool:
    environment = {**environment_of_the_round(), PLANTED_VARIABLE: ANSWERS_FIRST}
    server = WebServer(environment, workers=workers)
    server.start()
    try:
        with Clients(server.port, places) as clients:
            clients.wait_for(40)
            server.kill_all()
    finally:
        server.kill_all()
    return bool(lost(clients.told.kept))


CHECK = Check("web_kill", "acknowledged is kept when the web server is killed", run, BOTH)
