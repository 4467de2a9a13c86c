"""How often one person or one address may ask; beyond it 429, with the time to wait."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from openpar.base.accounts.models import Role
from openpar.web import pace
from openpar.web.pace import Limit, Pace, read_limits
from tests.web.conftest import LogIn

DATA = settings.OPENPAR_DATA_DIR / "request_limits.yaml"


def limit(*, of_person: bool = True, pages: str = "", but: str = "", most: int = 2) -> Limit:
    methods = frozenset({"GET", "POST"})
    return Limit("one", of_person, methods, frozenset(pages.split()), frozenset(but.split()), most, 60)


def test_what_is_beyond_the_limit_waits_for_the_next_window() -> None:
    moment = [120.0]
    found = Pace((limit(),), clock=lambda: moment[0])
    waits = []
    for moment[0] in (120.0, 130.0, 145.0, 179.0, 180.0):
        waits.append(found.wait("any", "GET", "7", is_person=True))
    assert waits == [0, 0, 35, 1, 0]


def test_each_person_is_counted_alone_and_strangers_by_another_limit() -> None:
    found = Pace((limit(most=1),), clock=lambda: 0.0)
    assert [found.wait("any", "GET", who, is_person=True) for who in ("7", "8", "7")] == [0, 0, 60]
    assert [found.wait("any", "GET", "7", is_person=False) for _turn in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("page", "method", "is_counted"),
    [("export", "GET", True), ("export", "PUT", False), ("other", "GET", False)],
)
def test_only_the_pages_and_methods_of_a_limit_count(page: str, method: str, is_counted: bool) -> None:
    assert limit(pages="export").counts(page, method, is_person=True) == is_counted


def test_a_limit_without_pages_means_all_but_some() -> None:
    everything = limit(of_person=False, but="health")
    assert everything.counts("seals", "GET", is_person=False)
    assert not everything.counts("health", "GET", is_person=False)


def test_the_data_name_pages_that_there_are() -> None:
    known = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    named = {page for one in read_limits(DATA) for page in (*one.pages, *one.but)}
    assert named - known == set()
    assert {one.is_of_person for one in read_limits(DATA)} == {True, False}


# Pages that make, take or check a file. Drawn by hand once and kept: the notes beside say why not.
COSTLY = re.compile(r"export|import|upload|template|receipt|verify|/file$|\.(?:csv|docx|json|xlsx|zip)$")
FREE = {
    # A day is noted on which somebody else posted something; there is no file.
    "publishing-decision-upload",
    # The program itself, for everybody: counted by the limit of strangers, or read from memory.
    "seals-verifier",
    # One row told again, for everybody: counted by the limit of strangers.
    "draw-file",
}


def test_every_page_that_makes_takes_or_checks_a_file_is_counted() -> None:
    patterns: Any = get_resolver().reverse_dict.items()
    costly = {name for name, found in patterns if isinstance(name, str) and COSTLY.search(found[0][0][0])}
    counted = {page for one in read_limits(DATA) if one.is_of_person for page in one.pages}
    assert len(costly) > 20
    assert costly - counted == FREE


@pytest.mark.parametrize("wrong", ["most: 0", "most: many", "of: planet", "pags: [home]"])
def test_an_entry_that_is_no_limit_is_refused(tmp_path: Path, wrong: str) -> None:
    entry = {"name": "x", "of": "person", "methods": "[GET]", "most": "1", "seconds": "60"}
    name, _colon, value = wrong.partition(": ")
    lines = [f"{key}: {text}" for key, text in (entry | {name: value}).items()]
    file = tmp_path / "limits.yaml"
    file.write_text("limits:\n  - " + "\n    ".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match="no limit"):
        read_limits(file)


@pytest.mark.django_db
def test_a_person_who_asks_too_often_is_told_to_wait(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "read_limits", lambda _path: (limit(pages="own-data-export"),))
    client = logged_in(Role.AUDITOR)
    answers = [client.get("/account/data/export/") for _turn in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert "Đợi" in answers[-1].content.decode()
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_a_stranger_who_asks_too_often_is_told_to_wait_but_not_the_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "read_limits", lambda _path: (limit(of_person=False, but="health-live"),))
    client = Client()
    assert [client.get("/seals/").status_code for _turn in range(3)] == [200, 200, 429]
    assert client.get("/login/").status_code == 429
    assert client.get("/health/live").status_code == 200
