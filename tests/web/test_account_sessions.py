"""Sessions and their end, the brakes on the log-in page, and what the answers carry."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from openpar.base.access.models import BrowserSession
from openpar.base.accounts import actions
from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.models import Organisation
from tests import factories
from tests.factories import MOMENT, PASSWORD
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36"


@pytest.fixture
def hoa(department: Organisation) -> User:
    return factories.person_as(
        Role.FOCAL_OFFICER, department, "Nguyễn Thị Hòa", username="hoa", password=PASSWORD
    )


def enter(user: User, agent: str = "") -> Client:
    client = Client(headers={"User-Agent": agent})
    answer = client.post("/login/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/").status_code == 200)


def try_password(client: Client, username: str, password: str = "sai", forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = client.post("/login/", {"username": username, "password": password}, headers=headers)
    return answer.content.decode()


def test_sessions_end_when_the_role_is_withdrawn(hoa: User) -> None:
    client = enter(hoa)
    held = RoleHeld.objects.get(user=hoa)
    actions.end_role(
        by=factories.registrar(), at=timezone.now(), role_held_id=held.pk, on=timezone.localdate()
    )
    assert not is_in(client)
    assert is_in(enter(hoa))


def test_a_role_that_ends_later_ends_no_session_now(hoa: User) -> None:
    client = enter(hoa)
    held = RoleHeld.objects.get(user=hoa)
    actions.end_role(by=factories.registrar(), at=MOMENT, role_held_id=held.pk, on=date(2099, 1, 1))
    assert is_in(client)


def test_an_account_that_was_stopped_and_opened_again_does_not_revive_its_sessions(hoa: User) -> None:
    client = enter(hoa)
    actions.deactivate(by=factories.registrar(), at=MOMENT, user_id=hoa.pk)
    actions.reactivate(by=factories.registrar(), at=MOMENT, user_id=hoa.pk)
    assert not is_in(client)


def test_a_password_set_by_an_administrator_ends_the_sessions_even_when_it_is_the_same(hoa: User) -> None:
    client = enter(hoa)
    actions.set_password(by=factories.registrar(), at=MOMENT, user_id=hoa.pk, password=PASSWORD)
    assert not is_in(client)


def test_an_idle_session_ends_and_a_used_one_lasts_up_to_its_age(hoa: User, settings: Settings) -> None:
    settings.OPENPAR_SESSION_IDLE_MINUTES, settings.OPENPAR_SESSION_HOURS = 60, 3
    start = timezone.now()
    idle, used = enter(hoa), enter(hoa)
    for minutes in range(30, 180, 30):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_in(used)
    with time_machine.travel(start + timedelta(minutes=66)):
        assert not is_in(idle)
    with time_machine.travel(start + timedelta(minutes=181)):
        assert not is_in(used)


def test_reading_pages_seldom_write_that_the_session_is_used(hoa: User) -> None:
    client = enter(hoa)
    seen = BrowserSession.objects.get(user=hoa).seen_at
    assert is_in(client)
    assert BrowserSession.objects.get(user=hoa).seen_at == seen
    with time_machine.travel(seen + timedelta(minutes=6)):
        assert is_in(client)
    assert BrowserSession.objects.get(user=hoa).seen_at > seen


def test_a_person_sees_the_own_sessions_and_ends_one_and_all_others(hoa: User, logged_in: LogIn) -> None:
    here, phone, third = enter(hoa, FIREFOX), enter(hoa, PHONE), enter(hoa)
    stranger = logged_in(Role.AUDITOR)
    text = here.get("/account/sessions/").content.decode()
    assert "Firefox, Windows" in text
    assert "Chrome, Android" in text
    assert text.count('name="session"') == 2
    keys = BrowserSession.objects.values_list("session_key", flat=True)
    assert not [key for key in keys if key in text]
    ids = [part.split('"')[0] for part in text.split('name="session" value="')[1:]]
    stranger.post("/account/sessions/end/", {"session": ids[0]})
    assert (is_in(phone), is_in(third)) == (True, True)
    here.post("/account/sessions/end/", {"session": ids[0]})
    assert sorted([is_in(phone), is_in(third)]) == [False, True]
    here.post("/account/sessions/end/")
    assert (is_in(here), is_in(phone), is_in(third)) == (True, False, False)
    assert is_in(stranger)


def test_the_log_in_page_says_the_same_of_every_failure(hoa: User, department: Organisation) -> None:
    stopped = factories.person("Lê Văn Tú", username="tu.pv", password=PASSWORD)
    actions.deactivate(by=factories.registrar(), at=MOMENT, user_id=stopped.pk)
    factories.person("Trần Thị Bình", username="binh")
    said = {
        text.replace(name, "X").split('<section class="refusal"')[1].split("</section>")[0]
        for name, password in (("hoa", "sai"), ("khong-co", "sai"), ("tu.pv", PASSWORD), ("binh", "x"))
        for text in [try_password(Client(), name, password)]
    }
    assert len(said) == 1


def test_five_failures_brake_and_the_right_password_does_not_tell(hoa: User) -> None:
    guesser = Client()
    for _time in range(5):
        assert "chưa đúng" in try_password(guesser, "hoa")
    assert "tạm dừng nhận" in try_password(guesser, "hoa", PASSWORD)
    assert "tạm dừng nhận" not in try_password(guesser, "khong-co")
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        guesser.post("/login/", {"username": "hoa", "password": PASSWORD})
        assert is_in(guesser)


def test_a_browser_that_was_in_before_is_not_locked_out_by_a_neighbour(hoa: User) -> None:
    own = enter(hoa)
    own.post("/logout/")
    for _time in range(6):
        try_password(Client(), "hoa")
    own.post("/login/", {"username": "hoa", "password": PASSWORD})
    assert is_in(own)


def test_the_mark_of_a_browser_is_worth_nothing_for_another_account(hoa: User) -> None:
    other = factories.person("Lê Văn Tú", username="tu.pv", password=PASSWORD)
    client = enter(other)
    client.post("/logout/")
    for _time in range(5):
        try_password(Client(), "hoa")
    assert "tạm dừng nhận" in try_password(client, "hoa", PASSWORD)


def test_behind_a_proxy_the_address_is_the_one_it_adds(hoa: User, settings: Settings) -> None:
    settings.OPENPAR_PROXIES = 1
    for number in range(5):
        try_password(Client(), "hoa", forwarded=f"198.51.100.{number}, 203.0.113.7")
    braked = try_password(Client(), "hoa", forwarded="192.0.2.1, 203.0.113.7")
    assert "tạm dừng nhận" in braked
    assert "tạm dừng" not in try_password(Client(), "hoa", forwarded="203.0.113.7, 203.0.113.8")


def test_administrators_see_pauses_and_lift_them(hoa: User, logged_in: LogIn) -> None:
    for _time in range(6):
        try_password(Client(), "hoa")
    administrator = logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")
    text = administrator.get("/people/brakes/").content.decode()
    assert "Nguyễn Thị Hòa" in text
    pk = re.findall(r"/people/brakes/(\d+)/lift/", text)[0]
    assert administrator.post(f"/people/brakes/{pk}/lift/").status_code == 422
    answer = administrator.post(f"/people/brakes/{pk}/lift/", {f"brake-{pk}-reason": "Đã gọi điện"})
    assert answer.status_code == 302
    assert is_in(enter(hoa))


@pytest.mark.parametrize("page", ["/people/brakes/", "/people/data-requests/"])
@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ROUND_MANAGER])
def test_others_do_not_find_the_pages_of_administrators(
    role: Role | None, page: str, logged_in: LogIn
) -> None:
    assert logged_in(role).get(page).status_code == 404


def test_the_old_password_is_not_guessed_without_end(hoa: User) -> None:
    client = enter(hoa)
    typed = {"new_password": "mot-cau-that-dai", "repeated_password": "mot-cau-that-dai"}
    for _time in range(5):
        assert client.post("/password/", {"old_password": "sai", **typed}).status_code == 422
    answer = client.post("/password/", {"old_password": PASSWORD, **typed})
    assert "tạm dừng nhận" in answer.content.decode()


def test_nothing_of_a_person_stays_in_the_browser(hoa: User) -> None:
    client = enter(hoa)
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert "Clear-Site-Data" not in client.post("/logout/").headers
    again = enter(hoa)
    assert again.post("/logout/", secure=True).headers["Clear-Site-Data"] == '"cache", "storage"'


def test_logging_in_needs_the_token_of_the_form(hoa: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login/", {"username": "hoa", "password": PASSWORD}).status_code == 403
    assert client.post("/login/passkey/options/").status_code == 403


def test_the_key_of_the_session_changes_when_somebody_logs_in(hoa: User) -> None:
    client = Client()
    client.post("/login/passkey/options/")
    before = client.session.session_key
    client.post("/login/", {"username": "hoa", "password": PASSWORD})
    assert client.session.session_key != before
    assert not BrowserSession.objects.filter(session_key=before).exists()


def test_a_person_asks_about_their_data_and_gets_a_copy_and_an_answer(hoa: User, logged_in: LogIn) -> None:
    client = enter(hoa)
    asked = {"kind": "CORRECT", "text": "Họ tên thiếu dấu"}
    assert client.post("/account/data/", {"kind": "CORRECT", "text": ""}).status_code == 422
    assert client.post("/account/data/", asked).headers["Location"] == "/account/data/"
    assert "Chờ trả lời" in client.get("/account/data/").content.decode()
    copy = client.get("/account/data/export/")
    assert "attachment" in copy.headers["Content-Disposition"]
    assert copy.json()["yeu_cau_ve_du_lieu"][0]["noi_dung"] == "Họ tên thiếu dấu"
    administrator = logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")
    text = administrator.get("/people/data-requests/").content.decode()
    assert "Họ tên thiếu dấu" in text
    pk = re.findall(r"/people/data-requests/(\d+)/answer/", text)[0]
    given = {f"answer-{pk}-outcome": "DONE", f"answer-{pk}-answer": "Đã sửa"}
    assert administrator.post(f"/people/data-requests/{pk}/answer/").status_code == 422
    assert administrator.post(f"/people/data-requests/{pk}/answer/", given).status_code == 302
    assert "Đã sửa" in client.get("/account/data/").content.decode()


def test_an_administrator_enters_what_came_on_paper(hoa: User, logged_in: LogIn) -> None:
    administrator = logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")
    day = f"{timezone.localdate():%d/%m/%Y}"
    typed = {"subject": "hoa", "kind": "SEE", "text": "Xin xem", "received_on": day}
    wrong = administrator.post("/people/data-requests/", {**typed, "subject": "khong-co"})
    assert wrong.status_code == 422
    assert administrator.post("/people/data-requests/", typed).status_code == 302
    assert hoa.data_requests.get().text == "Xin xem"
