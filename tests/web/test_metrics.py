"""Figures for Prometheus: for who knows the token, of all worker processes together."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.common.db import write_transaction
from openpar.web import metrics
from openpar.web.metrics_store import Counters

TOKEN = "mot-chuoi-dai-de-do"
SAMPLE = re.compile(r'^[a-z_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? -?[0-9.e+-]+$')


@pytest.fixture(autouse=True)
def _counters_of_this_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(metrics, "counters", Counters(tuple(metrics._names()), tmp_path / "metrics"))


@pytest.fixture
def asked(client: Client, settings: Settings) -> Client:
    settings.OPENPAR_METRICS_TOKEN = TOKEN
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    return client


def figure(text: str, name: str) -> float:
    [line] = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


@pytest.mark.django_db
def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, settings: Settings) -> None:
    settings.OPENPAR_METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ế"]
)
def test_who_does_not_know_the_token_gets_nothing(client: Client, settings: Settings, given: str) -> None:
    settings.OPENPAR_METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.django_db
def test_requests_are_counted_by_kind_and_status(asked: Client) -> None:
    asked.get("/login/")
    asked.get("/login/")
    asked.get("/khong-co/")
    asked.post("/login/", {"username": "x", "password": "y"})
    text = asked.get("/metrics").content.decode()
    assert figure(text, 'openpar_requests_total{kind="page",status="200"}') == 2
    assert figure(text, 'openpar_requests_total{kind="page",status="404"}') == 1
    assert figure(text, 'openpar_requests_total{kind="write",status="422"}') == 1
    assert figure(text, 'openpar_refusals_total{reason="refused"}') == 1
    assert figure(text, 'openpar_request_seconds_count{kind="page"}') == 3
    assert figure(text, 'openpar_request_seconds_bucket{kind="page",le="+Inf"}') == 3


@pytest.mark.django_db
def test_every_line_is_in_the_text_form_of_prometheus(asked: Client) -> None:
    answer = asked.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    samples = [line for line in lines if not line.startswith(("# HELP ", "# TYPE "))]
    assert [line for line in samples if not SAMPLE.match(line)] == []
    heads = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert len(heads) == len(set(heads)) > 5


@pytest.mark.django_db
def test_disk_memory_and_readiness_are_told(asked: Client) -> None:
    text = asked.get("/metrics").content.decode()
    assert figure(text, 'openpar_disk_free_bytes{folder="files"}') > 0
    assert figure(text, f'openpar_process_resident_memory_bytes{{pid="{os.getpid()}"}}') > 10**7
    assert figure(text, 'openpar_ready{check="database"}') == 1


@pytest.mark.django_db(transaction=True)
def test_the_wait_for_ones_turn_is_measured(asked: Client) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no queue of ours")
    asked.get("/login/")
    with write_transaction():
        pass
    assert figure(asked.get("/metrics").content.decode(), "openpar_write_wait_seconds_count") >= 1


def test_workers_are_summed_and_a_follower_goes_on_counting(tmp_path: Path) -> None:
    here = Counters(("a", "b"), tmp_path)
    here.add("a", 2)
    for _turn in range(2):
        child = os.fork()
        if child == 0:
            here.add("a", 5)
            os._exit(0)
        os.waitpid(child, 0)
    here.add("b")
    assert here.sums() == {"a": 12.0, "b": 1.0}
    assert len(list(tmp_path.rglob("*.counts"))) == 2, "the second child took over the file of the first"
    assert here.workers() == [os.getpid()]


def test_without_a_folder_this_process_still_counts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    counters = Counters(("a",), tmp_path / "file")
    counters.add("a")
    assert counters.sums() == {"a": 1.0}


def test_a_number_nobody_announced_is_a_defect(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Counters(("a",), tmp_path).add("b")
