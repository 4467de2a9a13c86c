"""Logging in and out, the password, one's messages."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.accounts.actions import deactivate
from openpar.base.accounts.models import Role, User
from openpar.base.notifications.actions import tell
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation
from openpar.common.db import write_transaction
from tests import factories
from tests.factories import MOMENT, PASSWORD
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoa() -> User:
    return factories.person("Nguyễn Thị Hòa", username="hoa", password=PASSWORD)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["hoa", "Hoa", " HOA "])
def test_a_person_logs_in_and_gets_to_the_page_that_was_asked_for(
    client: Client, hoa: User, typed: str
) -> None:
    answer = client.post("/login/", {"username": typed, "password": PASSWORD, "next": "/messages/"})
    assert answer.headers["Location"] == "/messages/"
    assert is_logged_in(client)


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_after_logging_in_nobody_is_sent_elsewhere(client: Client, hoa: User, elsewhere: str) -> None:
    answer = client.post("/login/", {"username": "hoa", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_refused_and_the_username_stays(client: Client, hoa: User) -> None:
    answer = client.post("/login/", {"username": "hoa", "password": "sai"})
    assert answer.status_code == 422
    assert 'value="hoa"' in answer.content.decode()
    assert "chưa đúng" in answer.content.decode()
    assert not is_logged_in(client)


def test_who_was_deactivated_does_not_get_in(client: Client, hoa: User) -> None:
    deactivate(by=factories.registrar(), at=MOMENT, user_id=hoa.pk)
    assert client.post("/login/", {"username": "hoa", "password": PASSWORD}).status_code == 422


def test_an_open_session_ends_when_the_account_is_deactivated(client: Client, hoa: User) -> None:
    client.force_login(hoa)
    deactivate(by=factories.registrar(), at=MOMENT, user_id=hoa.pk)
    assert client.get("/").status_code == 302


def test_who_is_in_already_does_not_see_the_log_in_page(logged_in: LogIn) -> None:
    assert logged_in().get("/login/").headers["Location"] == "/"


def test_logging_out_needs_a_post(logged_in: LogIn) -> None:
    client = logged_in()
    assert client.get("/logout/").status_code == 405
    assert is_logged_in(client)
    client.post("/logout/")
    assert not is_logged_in(client)


@pytest.fixture
def demo_officer(department: Organisation) -> User:
    return factories.person_as(Role.FOCAL_OFFICER, department, "Trần Văn Đức", username="demo.dau-moi")


def test_a_visitor_of_the_demo_logs_in_with_one_click(
    client: Client, demo_officer: User, settings: Settings
) -> None:
    settings.OPENPAR_DEMO = True
    text = client.get("/login/").content.decode()
    assert "Trần Văn Đức" in text
    assert "Cán bộ đầu mối" in text
    assert "Sở Nội vụ" in text
    client.post("/demo-login/", {"user": demo_officer.pk})
    assert is_logged_in(client)


def test_outside_a_demo_nobody_gets_in_without_a_password(
    client: Client, demo_officer: User, settings: Settings
) -> None:
    settings.OPENPAR_DEMO = False
    assert "Trần Văn Đức" not in client.get("/login/").content.decode()
    assert client.post("/demo-login/", {"user": demo_officer.pk}).status_code == 404
    assert not is_logged_in(client)


@pytest.mark.parametrize("who", ["real", "inactive", "0", "x", ""])
def test_in_a_demo_only_its_own_active_people_are_let_in(
    client: Client, demo_officer: User, hoa: User, settings: Settings, who: str
) -> None:
    settings.OPENPAR_DEMO = True
    deactivate(by=factories.registrar(), at=MOMENT, user_id=demo_officer.pk)
    user = {"real": str(hoa.pk), "inactive": str(demo_officer.pk)}.get(who, who)
    assert client.post("/demo-login/", {"user": user}).status_code == 404
    assert not is_logged_in(client)


NEW = "mot-cau-that-dai-de-nho"


def test_a_person_changes_the_password_and_stays_logged_in(client: Client, hoa: User) -> None:
    client.force_login(hoa)
    other = Client()
    other.force_login(hoa)
    answer = client.post(
        "/password/", {"old_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
    )
    assert answer.headers["Location"] == "/"
    assert "Đã đổi mật khẩu" in client.get("/").content.decode()
    assert other.get("/").status_code == 302
    hoa.refresh_from_db()
    assert hoa.check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old_password": "sai"}, "chưa đúng"),
        ({"repeated_password": "khac"}, "chưa giống nhau"),
        ({"new_password": "ngan", "repeated_password": "ngan"}, "Mật khẩu"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    client: Client, hoa: User, typed: dict[str, str], said: str
) -> None:
    client.force_login(hoa)
    given = {"old_password": PASSWORD, "new_password": NEW, "repeated_password": NEW, **typed}
    answer = client.post("/password/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    hoa.refresh_from_db()
    assert hoa.check_password(PASSWORD)


def told(user: User, text: str) -> None:
    with write_transaction():
        tell(recipients=[user.pk], text=text, at=MOMENT)


def test_a_person_reads_only_their_own_messages(client: Client, hoa: User) -> None:
    told(hoa, "Kỳ đánh giá đã mở")
    told(factories.person("Lê Văn Tú"), "Chỉ riêng anh Tú")
    client.force_login(hoa)
    text = client.get("/messages/").content.decode()
    assert "Kỳ đánh giá đã mở" in text
    assert "Chỉ riêng anh Tú" not in text
    assert "1 thông báo chưa đọc" in text


def test_marking_all_as_read_empties_the_bell_and_touches_nobody_else(client: Client, hoa: User) -> None:
    other = factories.person("Lê Văn Tú")
    told(hoa, "Một")
    told(other, "Hai")
    client.force_login(hoa)
    client.post("/messages/read/")
    assert "chưa đọc" not in client.get("/").content.decode()
    assert Message.objects.filter(recipient=other, read_at__isnull=True).exists()
