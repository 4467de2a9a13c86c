"""The database away, the disk full: 503 with Retry-After, and everything that was typed is still there."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.common import disk
from openpar.common.disk import Reserve
from openpar.common.outages import Outage
from openpar.config import startup
from openpar.parindex.assessments.models import Score
from tests.parindex import rounds
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db

LONG = "Đã hoàn thành 40 trên 50 nhiệm vụ.\nDanh mục kèm theo & <b>phụ lục</b>"
FORM = {"numerator": "40", "denominator": "50", "note": LONG, "expected_version": "0"}


def error_of_sqlite(code: int, text: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


AWAY: list[Exception] = [
    psycopg.OperationalError("connection failed: Connection refused"),
    psycopg.OperationalError("server closed the connection unexpectedly"),
    psycopg.errors.CannotConnectNow("the database system is shutting down"),
    error_of_sqlite(sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
    error_of_sqlite(sqlite3.SQLITE_IOERR, "disk I/O error"),
    error_of_sqlite(sqlite3.SQLITE_BUSY, "database is locked"),
]
FULL: list[Exception] = [
    error_of_sqlite(sqlite3.SQLITE_FULL, "database or disk is full"),
    psycopg.errors.DiskFull("could not extend file"),
]


@contextmanager
def failing(cause: Exception, *, only: str = "") -> Iterator[None]:
    """Every statement (that begins with `only`) fails as the driver says."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(only):
            return execute(sql, params, many, context)
        raise OperationalError(*cause.args) from cause

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture(autouse=True)
def _looked_at_anew() -> Iterator[None]:
    disk.forget_what_was_seen()
    yield
    disk.forget_what_was_seen()


@pytest.fixture
def small(opened: rounds.SmallRound) -> rounds.SmallRound:
    return opened


@pytest.fixture
def focal(small: rounds.SmallRound) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=small.focal.person_id))
    return client


@pytest.fixture
def leaf(small: rounds.SmallRound) -> str:
    return f"/assessments/{small.sheet(small.health).pk}/1.1.2/"


@pytest.mark.parametrize("cause", AWAY, ids=str)
def test_a_page_of_a_database_that_is_away_is_503_and_says_when_to_come_back(
    focal: Client, leaf: str, cause: Exception
) -> None:
    with failing(cause):
        answer = focal.get(leaf)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Cơ sở dữ liệu tạm thời không trả lời" in answer.content.decode()
    assert f'href="{leaf}"' in answer.content.decode()


@pytest.mark.parametrize("only", ["", "SELECT", "INSERT"])
@pytest.mark.parametrize("cause", [*AWAY, *FULL], ids=str)
def test_what_was_typed_comes_back_with_a_form_to_the_same_address(
    focal: Client, leaf: str, cause: Exception, only: str
) -> None:
    with failing(cause, only=only):
        answer = focal.post(leaf, FORM)
    text = answer.content.decode()
    assert (answer.status_code, "Retry-After" in answer) == (503, True)
    assert f'<form method="post" action="{leaf}">' in text
    assert '<input type="hidden" name="numerator" value="40">' in text
    assert '<input type="hidden" name="expected_version" value="0">' in text
    assert f"{escape(LONG)}</textarea>" in text
    assert "Gửi lại" in text
    assert not Score.objects.exists()


def test_what_was_typed_is_called_by_words_and_not_by_the_names_of_the_program(
    small: rounds.SmallRound,
) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=small.manager.person_id))
    ticked = str(small.sheet().pk)
    with failing(AWAY[0]):
        text = client.post(
            f"/rounds/{small.round.pk}/remind/", {"text": "Trước 17 giờ", "unit": ticked, "strange": "y" * 50}
        ).content.decode()
    assert re.findall(r"<(?:dt|label)[^>]*>([^<]*)<", text) == ["Nội dung đã nhập", "Nội dung"]
    assert f'<input type="hidden" name="unit" value="{ticked}">' in text
    assert "đã đánh dấu, đã chọn cũng được giữ" in text


def test_the_form_that_came_back_is_saved_when_sent_again(focal: Client, leaf: str) -> None:
    with failing(AWAY[0], only="INSERT"):
        focal.post(leaf, FORM)
    assert focal.post(leaf, FORM).status_code == 302
    assert Score.objects.get().version == 1


def test_a_save_that_had_been_kept_after_all_is_not_made_twice(focal: Client, leaf: str) -> None:
    focal.post(leaf, FORM)
    answer = focal.post(leaf, FORM)
    assert answer.status_code == 409
    assert Score.objects.get().version == 1


def test_a_full_disk_is_told_as_such(focal: Client, leaf: str) -> None:
    for cause in FULL:
        with failing(cause, only="INSERT"):
            assert "Ổ đĩa của máy chủ gần đầy" in focal.post(leaf, FORM).content.decode()


def test_htmx_gets_a_banner_and_leaves_the_form_alone(focal: Client, leaf: str) -> None:
    with failing(AWAY[0]):
        answer = focal.post(leaf, FORM, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Retry-After"], answer["HX-Reswap"]) == (503, "5", "none")
    [said] = json.loads(answer["HX-Trigger"])["said"]["texts"]
    assert "Những gì bạn đã nhập vẫn còn trên màn hình" in said


def test_a_password_is_never_given_back_and_asked_for_again(client: Client, settings: Settings) -> None:
    with failing(AWAY[0]):
        answer = client.post("/login/", {"username": "hoa.nt", "password": "Bi-mat-12345", "next": "/"})
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "Bi-mat-12345" not in text
    assert 'type="password" name="password"' in text
    assert 'name="username" value="hoa.nt"' in text


def test_a_file_cannot_be_kept_and_that_is_said(focal: Client, leaf: str) -> None:
    upload = SimpleUploadedFile("ke-hoach.pdf", b"%PDF-1.7 content")
    with failing(AWAY[0]):
        answer = focal.post(f"{leaf}evidence/", {"title": "Kế hoạch", "upload": upload})
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "Tệp “ke-hoach.pdf” không giữ lại được" in text
    assert 'enctype="multipart/form-data"' in text
    assert 'name="title" value="Kế hoạch"' in text


def test_a_form_that_was_not_found_to_be_ours_is_not_given_back(small: rounds.SmallRound, leaf: str) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.force_login(User.objects.get(pk=small.focal.person_id))
    with failing(AWAY[0]):
        answer = strict.post(leaf, FORM)
    assert answer.status_code in (403, 503)
    assert "Đã hoàn thành 40" not in answer.content.decode()


def test_a_defect_stays_an_error(focal: Client, leaf: str) -> None:
    focal.raise_request_exception = False
    with failing(error_of_sqlite(sqlite3.SQLITE_ERROR, "no such table: scores")):
        assert focal.get(leaf).status_code == 500


def test_an_outage_outside_of_the_views_is_503_too(
    focal: Client, leaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_anything: object) -> None:
        raise OperationalError("database is locked") from AWAY[-1]

    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_response", break_off)
    focal.raise_request_exception = False
    assert focal.get(leaf).status_code == 503


def test_with_little_space_pages_are_read_with_a_notice_and_nothing_is_written(
    focal: Client, leaf: str, settings: Settings
) -> None:
    settings.OPENPAR_DISK_RESERVE = Reserve(size=2**62)
    page = focal.get(leaf)
    assert page.status_code == 200
    assert "Chỉ xem được, chưa lưu được" in page.content.decode()
    answer = focal.post(leaf, FORM)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert 'name="numerator" value="40"' in answer.content.decode()
    assert not Score.objects.exists()


def test_writing_goes_on_by_itself_when_space_is_back(
    focal: Client, leaf: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = {"seconds": 0.0}
    monkeypatch.setattr("openpar.common.disk.time.monotonic", lambda: now["seconds"])
    settings.OPENPAR_DISK_RESERVE = Reserve(size=2**62)
    assert focal.post(leaf, FORM).status_code == 503
    settings.OPENPAR_DISK_RESERVE = Reserve(size=0)
    now["seconds"] = 5.0
    assert focal.post(leaf, FORM).status_code == 302
    assert "Chỉ xem được" not in focal.get(leaf).content.decode()


def test_who_wants_to_read_may_log_in_without_space(logged_in: LogIn, settings: Settings) -> None:
    settings.OPENPAR_DISK_RESERVE = Reserve(size=2**62)
    assert logged_in(Role.FOCAL_OFFICER).post("/logout/").status_code == 302
    assert Client().post("/login/", {"username": "nobody", "password": "x"}).status_code == 422


def test_the_server_that_started_without_its_database_answers_503_until_it_is_back(
    focal: Client, leaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = startup._Gate()
    gate.close(Outage.DATABASE)
    monkeypatch.setattr(startup, "gate", gate)
    found = {"now": Outage.DATABASE}
    monkeypatch.setattr(startup, "_asked_now", lambda: found["now"])
    assert focal.get(leaf).status_code == 503
    assert focal.get("/health/live").status_code == 200
    found["now"] = None  # type: ignore[assignment]  # the database is back
    monkeypatch.setattr(startup, "_ASKED_AGAIN_AFTER", 0.0)
    assert focal.get(leaf).status_code == 200
