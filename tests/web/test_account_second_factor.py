"""The second factor on the pages: at log-in, for the roles that need one, before grave acts."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from openpar.base.access.models import RecoveryCode, Totp
from openpar.base.access.queries import has_second_factor
from openpar.base.access.totp import code_of_step, step_at
from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.organisations.models import Organisation
from openpar.common.sealing import unseal
from openpar.web.account.stamps import SECOND_FACTOR, Passed
from tests import factories
from tests.factories import PASSWORD
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db
FACTOR = "/account/second-factor/"


@pytest.fixture
def appraiser(department: Organisation) -> User:
    return factories.person_as(Role.APPRAISER, department, "Phạm Văn Tú", username="tu.pv", password=PASSWORD)


@pytest.fixture
def officer(department: Organisation) -> User:
    return factories.person_as(
        Role.FOCAL_OFFICER, department, "Nguyễn Thị Hòa", username="hoa", password=PASSWORD
    )


def log_in(user: User, **more: str) -> tuple[Client, str]:
    """Types the password; returns the browser, and where it was sent."""
    client = Client()
    answer = client.post("/login/", {"username": user.username, "password": PASSWORD, **more})
    return client, answer.headers.get("Location", "")


def code_now(user: User, later: int = 0) -> str:
    secret = unseal(Totp.objects.get(user=user).secret, purpose=f"totp:{user.pk}")
    return code_of_step(secret, step_at(timezone.now()) + later)


def set_up(client: Client, user: User) -> list[str]:
    """Adds an app as the page asks it, and returns the recovery codes shown."""
    text = client.get(FACTOR + "app/").content.decode()
    shown = re.search(r'class="app-secret">([A-Z2-7 ]+)<', text)
    proposal = re.search(r'name="proposal" value="([^"]+)"', text)
    assert shown
    assert proposal
    # On the phone that runs the app there is nothing to scan with.
    assert 'href="otpauth://totp/' in text
    code = code_of_step(shown[1].replace(" ", ""), step_at(timezone.now()))
    answer = client.post(FACTOR + "app/", {"proposal": html.unescape(proposal[1]), "code": code})
    assert answer.status_code == 200, answer.content.decode()
    assert has_second_factor(user.pk)
    assert f"Tài khoản {user.username}, hệ thống testserver" in answer.content.decode(), (
        "on the printed paper"
    )
    return re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{6})</li>", answer.content.decode())


PAGES = ("/", "/messages/", "/organisations/", "/appraisals/", "/password/", "/account/sessions/")


def test_who_needs_a_second_factor_reaches_nothing_until_it_is_set_up(appraiser: User) -> None:
    client, sent = log_in(appraiser)
    assert sent == "/"
    assert {client.get(page).headers.get("Location") for page in PAGES} == {FACTOR}
    assert client.post("/messages/read/").headers["Location"] == FACTOR
    assert "bắt buộc" in client.get(FACTOR).content.decode()
    assert len(set_up(client, appraiser)) == 10
    assert {client.get(page).status_code for page in PAGES} == {200}


def test_htmx_is_led_to_the_set_up_as_a_whole_page(appraiser: User) -> None:
    client, _sent = log_in(appraiser)
    answer = client.get("/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == FACTOR


def test_who_has_not_set_up_may_log_out_and_change_the_language(appraiser: User) -> None:
    client, _sent = log_in(appraiser)
    assert client.post("/language/", {"language": "en", "next": "/"}).headers["Location"] == "/"
    assert client.post("/logout/").headers["Location"] == "/login/"


def test_other_roles_are_not_asked(officer: User) -> None:
    client, _sent = log_in(officer)
    assert client.get("/").status_code == 200


def test_a_role_given_while_somebody_is_in_asks_from_the_next_request_on(
    officer: User, department: Organisation
) -> None:
    client, _sent = log_in(officer)
    factories.give(officer, Role.ADMINISTRATOR, department)
    assert client.get("/").headers["Location"] == FACTOR


def test_a_session_that_says_nothing_has_shown_nothing(appraiser: User) -> None:
    client, _sent = log_in(appraiser)
    set_up(client, appraiser)
    session = client.session
    del session[SECOND_FACTOR]
    session.save()
    assert client.get("/").headers["Location"] == "/account/confirm/"
    client.post("/account/confirm/", {"code": code_now(appraiser, 1)})
    assert client.get("/").status_code == 200


def test_after_the_password_a_code_is_asked_and_only_then_somebody_is_in(appraiser: User) -> None:
    first, _sent = log_in(appraiser)
    set_up(first, appraiser)
    client, sent = log_in(appraiser, next="/messages/")
    assert sent == "/login/second-factor/"
    assert client.get("/").headers["Location"].startswith("/login/")
    assert client.post(sent, {"code": "000000"}).status_code == 422
    answer = client.post(sent, {"code": code_now(appraiser, 1)})
    assert answer.headers["Location"] == "/messages/"
    assert client.get("/").status_code == 200


def test_a_code_that_was_used_by_one_browser_is_not_taken_from_another(appraiser: User) -> None:
    first, _sent = log_in(appraiser)
    set_up(first, appraiser)
    code = code_now(appraiser, 1)
    one, other = log_in(appraiser)[0], log_in(appraiser)[0]
    assert one.post("/login/second-factor/", {"code": code}).status_code == 302
    assert other.post("/login/second-factor/", {"code": code}).status_code == 422


def test_a_recovery_code_lets_in_once(appraiser: User) -> None:
    first, _sent = log_in(appraiser)
    codes = set_up(first, appraiser)
    answers = [
        log_in(appraiser)[0].post("/login/second-factor/", {"code": codes[0]}).status_code for _time in "ab"
    ]
    assert answers == [302, 422]
    assert RecoveryCode.objects.filter(used_at__isnull=True).count() == 9


def test_the_step_after_the_password_needs_the_password_and_waits_ten_minutes(appraiser: User) -> None:
    assert Client().get("/login/second-factor/").headers["Location"] == "/login/"
    first, _sent = log_in(appraiser)
    set_up(first, appraiser)
    client, _sent = log_in(appraiser)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        late = client.post("/login/second-factor/", {"code": code_now(appraiser)})
    assert late.headers["Location"] == "/login/"


def test_codes_are_not_guessed_without_end(appraiser: User) -> None:
    first, _sent = log_in(appraiser)
    set_up(first, appraiser)
    client, sent = log_in(appraiser)
    for _time in range(5):
        assert "chưa đúng" in client.post(sent, {"code": "000000"}).content.decode()
    other, sent = log_in(appraiser)
    answer = other.post(sent, {"code": code_now(appraiser, 1)}, REMOTE_ADDR="203.0.113.5")
    assert "tạm dừng nhận" in answer.content.decode()
    assert Entry.objects.filter(verb="brake_log_in", about=f"user:{appraiser.pk}").count() == 1


def test_the_demo_stays_one_click_and_says_so(
    department: Organisation, settings: Settings, client: Client
) -> None:
    settings.OPENPAR_DEMO = True
    user = factories.person_as(Role.ADMINISTRATOR, department, "Đỗ Văn Ước", username="demo.quan-tri")
    assert "bỏ qua mật khẩu và xác thực hai lớp" in client.get("/login/").content.decode()
    client.post("/demo-login/", {"user": user.pk})
    assert client.get("/").status_code == 200
    assert "Bản dùng thử bỏ qua" in client.get(FACTOR).content.decode()
    settings.OPENPAR_DEMO = False
    assert client.get("/").headers["Location"] == FACTOR
    assert "bỏ qua mật khẩu" not in Client().get("/login/").content.decode()


def test_a_proposal_of_somebody_else_or_without_a_page_is_not_taken(appraiser: User, officer: User) -> None:
    theirs = log_in(officer)[0].get(FACTOR + "app/").content.decode()
    proposal = html.unescape(re.findall(r'name="proposal" value="([^"]+)"', theirs)[0])
    secret = re.findall(r'class="app-secret">([A-Z2-7 ]+)<', theirs)[0].replace(" ", "")
    client, _sent = log_in(appraiser)
    code = code_of_step(secret, step_at(timezone.now()))
    for given in (proposal, "", "x:y:z"):
        assert client.post(FACTOR + "app/", {"proposal": given, "code": code}).status_code == 422
    assert not has_second_factor(appraiser.pk)


def test_the_drawing_of_the_app_is_whole_at_any_size_and_without_styles(officer: User) -> None:
    text = log_in(officer)[0].get(FACTOR + "app/").content.decode()
    drawing = re.findall(r'<svg[^>]*class="qr"[^>]*>', text)
    assert len(drawing) == 1
    assert "viewBox=" in drawing[0]
    assert "style=" not in text


def test_an_old_session_confirms_before_it_changes_the_ways_in(officer: User) -> None:
    client, _sent = log_in(officer)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.get(FACTOR + "app/").headers["Location"].startswith("/account/confirm/")
        assert client.post(FACTOR + "passkeys/options/").status_code == 422
        wrong = client.post("/account/confirm/", {"old_password": "sai", "next": FACTOR})
        assert wrong.status_code == 422
        right = client.post("/account/confirm/", {"old_password": PASSWORD, "next": FACTOR})
        assert right.headers["Location"] == FACTOR
        assert client.get(FACTOR + "app/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_after_confirming_nobody_is_sent_elsewhere(officer: User, elsewhere: str) -> None:
    client, _sent = log_in(officer)
    answer = client.post("/account/confirm/", {"old_password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_taking_a_factor_away_ends_the_other_sessions_and_keeps_this_one(officer: User) -> None:
    client, _sent = log_in(officer)
    set_up(client, officer)
    other, sent = log_in(officer)
    other.post(sent, {"code": code_now(officer, 1)})
    assert other.get("/").status_code == 200
    assert client.post(FACTOR + "app/remove/").headers["Location"] == FACTOR
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302


def test_an_administrator_clears_a_lost_factor_and_the_person_begins_anew(
    appraiser: User, logged_in: LogIn
) -> None:
    first, _sent = log_in(appraiser)
    set_up(first, appraiser)
    administrator = logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")
    page = f"/people/{appraiser.pk}/"
    assert "Gỡ lớp xác thực này" in administrator.get(page).content.decode()
    assert administrator.post(f"{page}second-factor/clear/", {"reason": ""}).status_code == 422
    answer = administrator.post(f"{page}second-factor/clear/", {"reason": "Mất điện thoại"})
    assert answer.headers["Location"] == page
    assert first.get("/").headers["Location"].startswith("/login/")
    client, sent = log_in(appraiser)
    assert sent == "/"
    assert client.get("/").headers["Location"] == FACTOR


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ROUND_MANAGER])
def test_nobody_else_finds_the_page_that_clears(role: Role | None, logged_in: LogIn, appraiser: User) -> None:
    answer = logged_in(role).post(f"/people/{appraiser.pk}/second-factor/clear/", {"reason": "x"})
    assert answer.status_code == 404


def test_an_administrator_is_not_offered_to_clear_their_own(department: Organisation) -> None:
    user = factories.person_as(Role.ADMINISTRATOR, department, username="uoc", password=PASSWORD)
    client, _sent = log_in(user)
    set_up(client, user)
    assert "Gỡ lớp xác thực này" not in client.get(f"/people/{user.pk}/").content.decode()
    answer = client.post(f"/people/{user.pk}/second-factor/clear/", {"reason": "x"})
    assert answer.status_code == 422
    assert has_second_factor(user.pk)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"credential": 1}', '{"credential": {}}', "{"])
def test_answers_of_passkeys_that_are_none_are_refused_in_words(client: Client, body: str) -> None:
    assert client.post("/login/passkey/options/").status_code == 200
    answer = client.post("/login/passkey/", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["refused"]


def test_a_form_in_place_of_a_passkey_is_refused_in_words(client: Client, officer: User) -> None:
    # Such a body has been read as a form before the page asks for it.
    for page in ("/login/passkey/", "/account/confirm/passkey/"):
        answer = client.post(page, {"credential": "x"})
        assert answer.status_code == 422, page
        assert answer.json()["refused"]
        client.force_login(officer)


def test_a_passkey_question_is_answered_once(client: Client) -> None:
    client.post("/login/passkey/options/")
    assert "passkey" in client.session
    client.post("/login/passkey/", "{}", content_type="application/json")
    assert "passkey" not in client.session


def test_without_a_password_the_key_must_verify_its_holder(client: Client) -> None:
    options = client.post("/login/passkey/options/").json()["publicKey"]
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    assert options["rpId"] == "testserver"


def test_a_session_of_the_log_in_page_says_what_it_has_shown(officer: User) -> None:
    client, _sent = log_in(officer)
    assert client.session[SECOND_FACTOR] == Passed.NONE
