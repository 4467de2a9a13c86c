"""Headers on every answer, and cookies that no other host can plant."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.web.account.devices import known_device
from openpar.web.http import open_page, say
from openpar.web.protection import ResponseHeaders
from tests import factories
from tests.factories import PASSWORD
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db
EVENTS = "openpar.security"
# A page, a page that is not there, a file of the program, a probe, a redirect.
ADDRESSES = ["/login/", "/khong-co/", "/static/openpar.css", "/health/live", "/rounds/"]


@pytest.fixture
def https(settings: Settings) -> Client:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    return Client()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_tells_the_browser_what_to_forbid(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.streaming:
        answer.close()
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_a_policy_of_its_own_is_no_leave_to_be_framed() -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "sandbox; default-src 'none'"})
    answer = ResponseHeaders(lambda _request: own)(RequestFactory().get("/"))
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("address", ["/login/", "/static/openpar.css", "/khong-co/"])
def test_by_https_every_answer_asks_for_https_for_a_year(https: Client, address: str) -> None:
    answer = https.get(address, secure=True)
    if answer.streaming:
        answer.close()
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_plain_http_is_redirected_for_people_and_nobody_else(https: Client) -> None:
    answer = https.get("/login/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/login/")
    assert https.get("/health/live").status_code == 200


def test_by_https_every_cookie_is_of_this_host_alone(https: Client) -> None:
    factories.person("Trần Văn An", username="an.tran", password=PASSWORD)
    https.get("/login/", secure=True)
    https.post("/language/", {"language": "en"}, secure=True)
    assert (
        https.post("/login/", {"username": "an.tran", "password": PASSWORD}, secure=True).status_code == 302
    )
    assert https.get("/", secure=True).status_code == 200
    names = set(https.cookies)
    assert {"__Host-sessionid", "__Host-csrftoken", "__Host-language", "__Host-known-device"} <= names
    for name in names:
        cookie = https.cookies[name]
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (
            True,
            True,
            "/",
            "",
        )
        assert cookie["samesite"] == "Lax"


def test_a_cookie_that_another_host_could_have_planted_is_not_read(https: Client) -> None:
    factories.person("Trần Văn An", username="an.tran", password=PASSWORD)
    https.post("/login/", {"username": "an.tran", "password": PASSWORD}, secure=True)
    planted = Client()
    planted.cookies["sessionid"] = https.cookies["__Host-sessionid"].value
    assert planted.get("/", secure=True).status_code == 302
    planted.cookies["__Host-sessionid"] = https.cookies["__Host-sessionid"].value
    assert planted.get("/", secure=True).status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW"])
def test_a_method_that_nobody_needs_is_refused(client: Client, method: str) -> None:
    answer = client.generic(method, "/login/")
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize(("told", "status"), [("3145728", 200), ("3145729", 413), ("-1", 413), ("x", 413)])
def test_a_body_larger_than_any_file_is_not_read(
    client: Client, settings: Settings, told: str, status: int
) -> None:
    settings.OPENPAR_MAX_UPLOAD_BYTES = 1024 * 1024
    answer = client.get("/login/", headers={"Content-Length": told})
    assert answer.status_code == status
    assert ("1 MB" in answer.content.decode()) is (status == 413)


@pytest.mark.parametrize(
    "address",
    ["/.git/config", "/static/", "/static/../pyproject.toml", "/static/%2e%2e/settings.py", "/var/"],
)
def test_files_that_are_no_pages_are_not_handed_out(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_texts_say_how_their_letters_are_written(client: Client) -> None:
    for address in ("/seals/checkpoints.txt", "/seals/keys.txt", "/seals/feed.xml", *ADDRESSES):
        answer = client.get(address)
        if answer.streaming:
            answer.close()
        kind = answer.headers["Content-Type"]
        assert kind == "application/json" or "charset=" in kind.lower(), address


def test_a_signed_mark_is_worth_nothing_when_it_is_old(client: Client) -> None:
    person = factories.person("Trần Văn An", username="an.tran", password=PASSWORD)
    request = RequestFactory().get("/")
    with time_machine.travel("2026-03-05T08:30:00+00:00", tick=False) as clock:
        client.post("/login/", {"username": person.username, "password": PASSWORD})
        request.COOKIES["known-device"] = client.cookies["known-device"].value
        assert known_device(request, person.username)
        clock.shift(timedelta(days=89))
        assert known_device(request, person.username)
        clock.shift(timedelta(days=1, seconds=1))
        assert known_device(request, person.username) == ""


def test_passwords_are_typed_unseen_and_may_come_from_a_password_manager(
    client: Client, logged_in: LogIn
) -> None:
    pages = (client.get("/login/"), logged_in().get("/password/"))
    fields = [
        field
        for page in pages
        for field in re.findall(r"<input[^>]*>", page.content.decode())
        if "password" in field and 'type="hidden"' not in field
    ]
    assert len(fields) == 4
    assert all('type="password"' in field for field in fields)
    assert all(re.search(r'autocomplete="(?:current|new)-password"', field) for field in fields)
    assert all("onpaste" not in field for field in fields)


def test_logging_out_is_offered_on_every_page_and_ends_the_session(logged_in: LogIn) -> None:
    browser = logged_in(Role.FOCAL_OFFICER)
    key = browser.cookies["sessionid"].value
    for address in ("/", "/messages/", "/assessments/"):
        assert 'action="/logout/"' in browser.get(address).content.decode()
    browser.post("/logout/")
    browser.cookies["sessionid"] = key
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    "texts", [["Đã lưu."] * 400, ["Ứ" * 5000], ['"\\"' * 3000], ["Đã lưu.", "ậ" * 900]], ids=len
)
def test_a_cookie_never_grows_beyond_what_browsers_keep(texts: list[str]) -> None:
    request = RequestFactory().post("/")

    @open_page("POST")
    def view(request: HttpRequest) -> HttpResponse:
        for text in texts:
            say(request, text)
        return HttpResponse()

    cookie = view(request).cookies["said"]
    assert 20 < len("__Host-said") + len(cookie.coded_value) <= 4096


def test_a_name_given_twice_opens_no_other_way(client: Client) -> None:
    person = factories.person("Trần Văn An", username="an.tran", password=PASSWORD)
    typed = {"username": person.username, "password": PASSWORD, "next": ["/messages/", "//example.org/"]}
    assert client.post("/login/?next=//example.org/", typed).headers["Location"] == "/"
    # What stands in the address is no form.
    other = Client()
    answer = other.post(f"/login/?username={person.username}&password={PASSWORD}", {"username": "nguoi.khac"})
    assert answer.status_code == 422


def test_the_log_tells_who_got_in_and_who_did_not(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    person = factories.person("Trần Văn An", username="an.tran", password=PASSWORD)
    with caplog.at_level(logging.INFO, logger=EVENTS):
        client.post("/login/", {"username": "an.tran", "password": "sai-mat-khau"})
        client.post("/login/", {"username": "an.tran", "password": PASSWORD})
        client.post("/logout/")
    lines = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == EVENTS]
    assert lines == [
        (
            "WARNING",
            "refused page=login status=422 person=- before=- address=127.0.0.1 method=POST path=/login/",
        ),
        (
            "INFO",
            f"event page=login status=302 person={person.pk} before=- "
            "address=127.0.0.1 method=POST path=/login/",
        ),
        (
            "INFO",
            f"event page=logout status=302 person=- before={person.pk} "
            "address=127.0.0.1 method=POST path=/logout/",
        ),
    ]
    assert "sai-mat-khau" not in caplog.text
    assert PASSWORD not in caplog.text


def test_what_is_not_ones_own_is_refused_and_told(logged_in: LogIn, caplog: pytest.LogCaptureFixture) -> None:
    browser = logged_in(Role.FOCAL_OFFICER)
    with caplog.at_level(logging.INFO, logger=EVENTS):
        assert browser.get("/people/").status_code == 404
        assert browser.post("/rounds/new/").status_code in (404, 422)
        assert browser.delete("/login/").status_code == 405
        assert browser.get("/").status_code == 200
    told = [one.getMessage() for one in caplog.records if one.name == EVENTS]
    assert len(told) == 3
    assert all(line.startswith("refused page=") and "person=-" not in line for line in told)


def test_where_to_report_is_told_when_it_is_set(client: Client, settings: Settings) -> None:
    settings.OPENPAR_SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.OPENPAR_SECURITY_CONTACT = "mailto:attt@example.gov.vn"
    with time_machine.travel("2026-03-05T08:30:00+00:00", tick=False):
        answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (
        "Contact: mailto:attt@example.gov.vn\n"
        "Expires: 2026-09-01T08:30:00Z\n"
        "Preferred-Languages: vi, en\n"
        "Canonical: http://testserver/.well-known/security.txt\n"
    )
