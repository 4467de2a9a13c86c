"""One's messages by day, the ways they leave the program, and the administrator's page of gateways."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.notifications.actions import tell
from openpar.base.notifications.models import Channel, ChannelChoice, Delivery, Gateway, Message, Pace, Topic
from openpar.base.notifications.queries import paces_of
from openpar.base.notifications.sending import deliver_due
from openpar.base.notifications.webhooks import Envelope, NoGateway
from openpar.base.organisations.roles import operator
from tests import factories
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(logged_in: LogIn) -> Client:
    return logged_in(Role.FOCAL_OFFICER, "Lê Văn Tú")


@pytest.fixture
def administrator(logged_in: LogIn) -> Client:
    return logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")


@pytest.fixture
def tu(officer: Client) -> User:
    return User.objects.get(full_name="Lê Văn Tú")


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def made(client: Client, address: str = "https://sms.example.vn/gui") -> str:
    typed = {"name": "SMS của tỉnh", "address": address, "reference": "USERNAME"}
    return client.post("/notifications/gateways/", typed).content.decode()


def test_messages_stand_under_their_days_newest_first(officer: Client, tu: User) -> None:
    now = timezone.now()
    tell(recipients=[tu.pk], text="Việc hôm trước", at=now - timedelta(days=2))
    tell(recipients=[tu.pk], text="Việc hôm nay", at=now)
    text = page_of(officer, "/messages/")
    assert text.count("<h2>") == 2
    assert text.index("Việc hôm nay") < text.index("Việc hôm trước")


def test_tabs_show_what_is_unread_and_what_is_a_reminder(officer: Client, tu: User) -> None:
    now = timezone.now()
    tell(recipients=[tu.pk], text="Phiếu được trả lại", at=now)
    tell(recipients=[tu.pk], text="Còn 7 ngày", at=now, topic=Topic.REMINDER)
    first = Message.objects.get(text="Phiếu được trả lại")
    answer = officer.post(f"/messages/{first.pk}/read/", {"show": "unread"})
    assert answer.headers["Location"] == "/messages/?show=unread"
    assert "Phiếu được trả lại" not in page_of(officer, "/messages/?show=unread")
    reminders = page_of(officer, "/messages/?show=reminders")
    assert "Còn 7 ngày" in reminders
    assert "Phiếu được trả lại" not in reminders
    assert "Phiếu được trả lại" in page_of(officer, "/messages/?show=nothing-known")


def test_nobody_marks_somebody_elses_message(officer: Client) -> None:
    other = factories.person("Người khác")
    tell(recipients=[other.pk], text="Riêng", at=timezone.now())
    assert officer.post(f"/messages/{Message.objects.get().pk}/read/").status_code == 404
    assert Message.objects.get().read_at is None


def test_a_person_chooses_the_ways(officer: Client, tu: User, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    text = page_of(officer, "/notifications/")
    assert "chưa có địa chỉ thư" in text
    assert "Nhiệm vụ trong kế hoạch CCHC" in text
    answer = officer.post("/notifications/", {"mail": "AT_ONCE", "gateway": "NEVER"})
    assert answer.headers["Location"] == "/notifications/"
    assert paces_of(tu.pk) == {Channel.MAIL: Pace.AT_ONCE, Channel.GATEWAY: Pace.NEVER}


def test_a_way_that_does_not_exist_is_refused(officer: Client) -> None:
    answer = officer.post("/notifications/", {"mail": "HOURLY", "gateway": "DIGEST"})
    assert answer.status_code == 422
    assert not ChannelChoice.objects.exists()


def test_the_secret_of_a_gateway_is_shown_once(administrator: Client) -> None:
    assert "Chưa có cổng tin nhắn" in page_of(administrator, "/notifications/gateways/")
    shown = re.search(r'value="(whsec_[^"]+)" readonly', made(administrator))
    assert shown is not None
    later = page_of(administrator, "/notifications/gateways/")
    assert shown[1] not in later
    assert "SMS của tỉnh" in later


def test_everything_wrong_with_a_gateway_is_said_and_what_was_typed_stays(administrator: Client) -> None:
    answer = made(administrator, "http://10.0.0.1/gui")
    assert "không phải địa chỉ https" in answer
    assert "thuộc mạng nội bộ" in answer
    assert 'value="http://10.0.0.1/gui"' in answer
    assert not Gateway.objects.exists()


def test_what_became_of_the_last_messages_is_shown(administrator: Client) -> None:
    made(administrator)
    gateway = Gateway.objects.get()
    administrator.post(f"/notifications/gateways/{gateway.pk}/try/")

    def away(_address: str, _envelope: Envelope) -> str:
        raise NoGateway("503 Service Unavailable")

    deliver_due(by=operator("kiem-thu"), at=timezone.now(), ask=away)
    text = page_of(administrator, "/notifications/gateways/")
    assert "503 Service Unavailable" in text
    assert "Đang chờ" in text
    answer = administrator.post(
        f"/notifications/gateways/{gateway.pk}/end/", {f"gateway-{gateway.pk}-reason": "Hết hợp đồng"}
    )
    assert answer.headers["Location"] == "/notifications/gateways/"
    assert Delivery.objects.get().given_up_at is not None
    assert "Đã ngừng" in page_of(administrator, "/notifications/gateways/")


def test_without_a_reason_no_gateway_is_ended(administrator: Client) -> None:
    made(administrator)
    gateway = Gateway.objects.get()
    answer = administrator.post(f"/notifications/gateways/{gateway.pk}/end/", {})
    assert answer.status_code == 422
    assert Gateway.objects.get().ended_at is None


def test_nobody_else_finds_gateways(officer: Client) -> None:
    for address in ("", "1/end/", "1/try/"):
        assert officer.post(f"/notifications/gateways/{address}").status_code == 404
    assert officer.get("/notifications/gateways/").status_code == 404
