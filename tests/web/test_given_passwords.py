"""Passwords that an administrator gave: they lapse, lead only to another one, and their owner is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from openpar.base.access.models import BrowserSession
from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.mail import send_due_mail
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation
from openpar.web.account.stamps import SECOND_FACTOR, Passed
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
OWN = "con mèo nhà tôi thích cá"


@pytest.fixture
def hoa(department: Organisation) -> User:
    user = factories.person_as(
        Role.FOCAL_OFFICER, department, "Nguyễn Thị Hòa", username="hoa", password=OWN + " lắm"
    )
    User.objects.filter(pk=user.pk).update(email="hoa@example.gov.vn")
    return user


@pytest.fixture
def administrator(department: Organisation) -> Client:
    user = factories.person_as(
        Role.ADMINISTRATOR, department, "Đỗ Văn Ước", username="uoc", password=PASSWORD
    )
    client = Client()
    client.force_login(user)
    session = client.session
    session[SECOND_FACTOR] = Passed.SHOWN
    session.save()
    return client


def reset(administrator: Client, user: User) -> None:
    assert administrator.post(f"/people/{user.pk}/password/", {"password": PASSWORD}).status_code == 302


def enter(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/login/", {"username": user.username, "password": password})
    return client


def change(client: Client, new: str, *, old: str = PASSWORD) -> int:
    typed = {"old_password": old, "new_password": new, "repeated_password": new}
    return client.post("/password/", typed).status_code


def test_a_password_that_was_given_leads_only_to_another_one(administrator: Client, hoa: User) -> None:
    reset(administrator, hoa)
    client = enter(hoa)
    for page in ("/", "/messages/", "/organisations/", "/account/second-factor/"):
        assert client.get(page).headers["Location"] == "/password/"
    assert client.post("/account/second-factor/app/").headers["Location"] == "/password/"
    assert "do người khác cấp" in client.get("/password/").content.decode()
    assert change(client, PASSWORD) == 422, "the given one is not kept"
    assert change(client, OWN) == 302
    assert client.get("/").status_code == 200
    assert enter(hoa, OWN).get("/").status_code == 200


def test_a_first_password_is_given_too(administrator: Client) -> None:
    new = {
        "full_name": "Lý Thị Đào",
        "username": "ly.thi.dao",
        "position": "",
        "email": "",
        "password": PASSWORD,
    }
    administrator.post("/people/new/", new)
    client = enter(User.objects.get(username="ly.thi.dao"))
    assert client.get("/").headers["Location"] == "/password/"


@pytest.mark.parametrize(("days", "gets_in"), [(6.99, True), (7, False)])
def test_a_given_password_lapses_after_the_days_of_the_settings(
    administrator: Client, hoa: User, days: float, gets_in: bool
) -> None:
    reset(administrator, hoa)
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        answer = Client().post("/login/", {"username": "hoa", "password": PASSWORD})
        assert (answer.status_code == 302) == gets_in
        assert ("Mật khẩu được cấp đã hết hạn" in answer.content.decode()) != gets_in


def test_ones_own_password_does_not_lapse(hoa: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert enter(hoa, OWN + " lắm").get("/").status_code == 200


def test_an_administrator_changes_the_own_password_where_the_old_one_is_asked_for(
    administrator: Client,
) -> None:
    user = User.objects.get(username="uoc")
    answer = administrator.post(f"/people/{user.pk}/password/", {"password": OWN})
    assert answer.headers["Location"] == "/password/"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "Đặt lại mật khẩu" not in administrator.get(f"/people/{user.pk}/").content.decode()


def test_the_owner_is_told_in_the_program_and_by_mail(
    administrator: Client, hoa: User, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.gov.vn"
    reset(administrator, hoa)
    [message] = Message.objects.filter(recipient=hoa)
    assert "đã đặt lại mật khẩu của bạn" in message.text
    assert PASSWORD not in message.text
    assert mail.outbox == [], "not in the transaction of the reset"
    assert send_due_mail() == 1
    assert [(letter.to, letter.body) for letter in mail.outbox] == [(["hoa@example.gov.vn"], message.text)]
    assert send_due_mail() == 0


def test_without_a_mail_server_nothing_waits_for_one(administrator: Client, hoa: User) -> None:
    reset(administrator, hoa)
    assert not Message.objects.filter(is_mail_due=True).exists()


def test_who_changes_the_own_password_is_told_as_well(hoa: User) -> None:
    client = enter(hoa, OWN + " lắm")
    assert change(client, PASSWORD, old=OWN + " lắm") == 302
    assert "Mật khẩu của bạn vừa được đổi" in Message.objects.get(recipient=hoa).text
    hoa.refresh_from_db()
    assert hoa.password_given_at is None


def test_confirming_renews_the_key_of_the_session(hoa: User) -> None:
    client = enter(hoa, OWN + " lắm")
    before = BrowserSession.objects.get(user=hoa)
    assert client.post("/account/confirm/", {"old_password": OWN + " lắm", "next": "/"}).status_code == 302
    after = BrowserSession.objects.get(user=hoa)
    assert after.session_key != before.session_key
    assert after.opened_at == before.opened_at, "a confirmation does not make the session younger"
    assert client.get("/").status_code == 200


def test_an_administrator_ends_all_sessions_of_a_person(administrator: Client, hoa: User) -> None:
    first, second = enter(hoa, OWN + " lắm"), enter(hoa, OWN + " lắm")
    page = f"/people/{hoa.pk}/"
    assert "Đóng mọi phiên" in administrator.get(page).content.decode()
    assert administrator.post(f"{page}sessions/end/", {"sessions-reason": ""}).status_code == 422
    assert first.get("/").status_code == 200
    answer = administrator.post(f"{page}sessions/end/", {"sessions-reason": "Mất máy tính"})
    assert answer.headers["Location"] == page
    assert [client.get("/").status_code for client in (first, second)] == [302, 302]
    told = Entry.objects.get(verb="end_sessions_of_person")
    assert (told.about, told.reason, told.after) == (f"user:{hoa.pk}", "Mất máy tính", {"sessions_ended": 2})
    assert "Mất máy tính" in Message.objects.get(recipient=hoa).text
    assert enter(hoa, OWN + " lắm").get("/").status_code == 200


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ROUND_MANAGER])
def test_nobody_else_ends_the_sessions_of_others(role: Role, department: Organisation, hoa: User) -> None:
    client, open_one = Client(), enter(hoa, OWN + " lắm")
    client.force_login(factories.person_as(role, department))
    assert client.post(f"/people/{hoa.pk}/sessions/end/", {"sessions-reason": "x"}).status_code in (302, 404)
    assert open_one.get("/").status_code == 200
