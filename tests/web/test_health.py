"""Probes: alive, and able to serve a page; nothing private in the answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.common import disk
from openpar.common.disk import Reserve
from openpar.web import health
from tests.guards import take_guard_away
from tests.web.test_failures import failing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _looked_at_anew() -> Iterator[None]:
    disk.forget_what_was_seen()
    health.forget_guards()
    yield
    disk.forget_what_was_seen()
    health.forget_guards()


def test_a_sound_server_is_live_and_ready(client: Client) -> None:
    for address in ("/health", "/health/ready"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json() == {
            "live": True,
            "ready": True,
            "checks": {"database": "ok", "disk": "ok"},
            "notices": {"guards": "ok"},
        }
    assert client.get("/health/live").json() == {"live": True}


def test_without_a_database_it_is_live_and_not_ready(client: Client) -> None:
    error = sqlite3.OperationalError("unable to open database file: /secret/path")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    with failing(error):
        answer = client.get("/health")
        assert client.get("/health/live").status_code == 200
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {
        "live": True,
        "ready": False,
        "checks": {"database": "away", "disk": "ok"},
        "notices": {"guards": "unknown"},
    }


def test_without_space_it_is_not_ready(client: Client, settings: Settings) -> None:
    settings.OPENPAR_DISK_RESERVE = Reserve(size=2**62)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["checks"]["disk"] == "short"


def test_others_add_their_checks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.checks, "seals", lambda: "late")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["checks"]["seals"]) == (503, "late")


def test_a_guard_that_went_is_told_and_the_server_stays_in_service(client: Client) -> None:
    with transaction.atomic():
        take_guard_away("score_update")
        answer = client.get("/health")
        assert (answer.status_code, answer.json()["notices"]) == (200, {"guards": "missing"})
        transaction.set_rollback(True)
    assert client.get("/health").json()["notices"] == {"guards": "missing"}, "looked at once a minute"
    health.forget_guards()
    assert client.get("/health").json()["notices"] == {"guards": "ok"}


def test_a_probe_asks_once_and_leaves_no_session(client: Client) -> None:
    from django.test.utils import CaptureQueriesContext

    # The guards are looked at once a minute.
    client.get("/health")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/health")
    assert len(asked) == 1
    assert not answer.cookies


@pytest.mark.parametrize("address", ["/health", "/health/live"])
def test_a_probe_by_plain_http_is_answered(client: Client, settings: Settings, address: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(address).status_code == 200
    assert client.get("/login/").status_code == 301
