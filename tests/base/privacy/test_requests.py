"""Requests about personal data: due days, answers, reminders, the copy of one's own data."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings

from openpar.base.access.actions.api_keys import end_api_key, make_api_key, note_key_use
from openpar.base.access.models import ApiKey
from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation
from openpar.base.privacy.actions import (
    DataRequestRefused,
    answer_data_request,
    ask_about_data,
    remind_of_data_requests,
)
from openpar.base.privacy.models import DataRequest
from openpar.base.privacy.queries import data_requests, personal_data_of
from openpar.base.privacy.working_days import calendar, last_day
from openpar.common.formats import VIETNAM
from tests import factories
from tests.factories import MOMENT, PASSWORD, codes_of


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-02-12", 5, "2026-02-26"),  # over Tết
        ("2026-02-13", 1, "2026-02-23"),  # the Friday before Tết
        ("2025-04-25", 3, "2025-04-29"),  # the worked Saturday 26/4/2025 counts
        ("2025-04-29", 3, "2025-05-07"),  # 30/4, 1/5, 2/5 off
        ("2024-04-26", 3, "2024-05-04"),  # 29/4 off, Saturday 4/5 works
        ("2025-12-31", 6, "2026-01-10"),  # 2/1 off, Saturday 10/1 works
        ("2026-08-20", 10, "2026-09-07"),  # Saturday 22/8 works, 31/8 to 2/9 off
        ("2026-04-24", 2, "2026-04-29"),  # Giỗ Tổ falls on a Sunday: Monday off
        ("2023-04-28", 1, "2023-05-04"),  # 29/4 to 3/5 off
        ("2026-01-05", 2, "2026-01-07"),
        ("2026-03-07", 2, "2026-03-10"),  # received on a Saturday
        ("2031-01-03", 2, "2031-01-07"),  # a year without a calendar: weekends only
    ],
)
def test_working_days_are_counted_from_the_day_after_reception(received: str, days: int, due: str) -> None:
    assert last_day(date.fromisoformat(received), days, calendar()) == date.fromisoformat(due)


def test_every_year_of_the_calendar_has_the_working_days_it_says() -> None:
    text = (settings.OPENPAR_DATA_DIR / "vn_holidays.yaml").read_text(encoding="utf-8")
    years = yaml.safe_load(text)["years"]
    assert len(years) > 8
    for year, facts in years.items():
        days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
        worked = sum(calendar().is_working(day) for day in days if day.year == year)
        assert worked == facts["working_days_total"], year


@pytest.fixture
def department(db: None) -> Organisation:
    return factories.organisation()


@pytest.fixture
def hoa(department: Organisation) -> User:
    return factories.person_as(Role.FOCAL_OFFICER, department, "Nguyễn Thị Hòa", password=PASSWORD)


@pytest.fixture
def administrator(department: Organisation) -> User:
    return factories.person_as(Role.ADMINISTRATOR, department, "Đỗ Văn Ước")


def ask(by: User, about: User, at: datetime = MOMENT, received_at: datetime | None = None) -> DataRequest:
    return ask_about_data(
        by=factories.actor(by),
        at=at,
        subject_id=about.pk,
        kind=DataRequest.Kind.CORRECT,
        text="Họ tên thiếu dấu",
        received_at=received_at,
    )


def reply(by: User, request: DataRequest, text: str = "Đã sửa họ tên") -> None:
    answer_data_request(
        by=factories.actor(by),
        at=MOMENT,
        request_id=request.pk,
        outcome=DataRequest.Outcome.DONE,
        answer=text,
    )


def test_a_request_is_due_after_two_working_days_and_administrators_hear_of_it(
    hoa: User, administrator: User
) -> None:
    request = ask(hoa, hoa)
    assert request.due_on == date(2026, 1, 7)
    told = Message.objects.get(recipient=administrator).text
    assert "Nguyễn Thị Hòa" in told
    assert "07/01/2026" in told
    assert Entry.objects.get(verb="ask_about_data").about == f"user:{hoa.pk}"


def test_a_request_on_paper_is_entered_with_the_day_it_came(hoa: User, administrator: User) -> None:
    came = datetime(2026, 1, 2, 0, 0, tzinfo=VIETNAM)
    assert ask(administrator, hoa, received_at=came).due_on == date(2026, 1, 6)


@pytest.mark.parametrize(
    ("received", "said"),
    [(MOMENT + timedelta(days=1), "not-yet"), (datetime(2025, 12, 31, tzinfo=VIETNAM), "before-the-law")],
)
def test_days_that_cannot_be_are_refused(
    hoa: User, administrator: User, received: datetime, said: str
) -> None:
    with pytest.raises(DataRequestRefused) as refusal:
        ask(administrator, hoa, received_at=received)
    assert codes_of(refusal.value) == [said]


def test_nobody_asks_for_somebody_else(hoa: User, administrator: User) -> None:
    with pytest.raises(DataRequestRefused) as refusal:
        ask(hoa, administrator)
    assert codes_of(refusal.value) == ["not-allowed"]


def test_an_answer_is_given_once_by_an_administrator_and_told(hoa: User, administrator: User) -> None:
    request = ask(hoa, hoa)
    with pytest.raises(DataRequestRefused):
        reply(hoa, request)
    with pytest.raises(DataRequestRefused) as empty:
        reply(administrator, request, " ")
    assert codes_of(empty.value) == ["text-unfit"]
    reply(administrator, request)
    with pytest.raises(DataRequestRefused) as twice:
        reply(administrator, request)
    assert codes_of(twice.value) == ["answered"]
    assert "Đã thực hiện" in Message.objects.get(recipient=hoa).text


def test_nobody_answers_their_own_request(administrator: User) -> None:
    with pytest.raises(DataRequestRefused) as refusal:
        reply(administrator, ask(administrator, administrator))
    assert codes_of(refusal.value) == ["not-allowed"]


def test_the_register_begins_with_what_is_due_first(hoa: User, administrator: User) -> None:
    answered = ask(hoa, hoa)
    reply(administrator, answered)
    later = ask(hoa, hoa, at=MOMENT + timedelta(days=1))
    first = ask(hoa, hoa)
    assert list(data_requests()) == [first, later, answered]


def test_administrators_are_reminded_once_a_day_until_there_is_an_answer(
    hoa: User, administrator: User
) -> None:
    request = ask(hoa, hoa)

    def reminded(days: int) -> int:
        return remind_of_data_requests(by=factories.registrar(), at=MOMENT + timedelta(days=days))

    assert [reminded(day) for day in (0, 1, 1, 2, 5)] == [0, 1, 0, 1, 1]
    reply(administrator, request)
    assert reminded(6) == 0
    assert Message.objects.filter(recipient=administrator, text__contains="hạn trả lời").count() == 3


def test_the_copy_of_ones_own_data_is_whole_and_holds_no_secret(hoa: User, administrator: User) -> None:
    reply(administrator, ask(hoa, hoa))
    hoa.refresh_from_db()
    text = json.dumps(personal_data_of(hoa.pk, day=MOMENT.date()), ensure_ascii=False)
    for wanted in ("Nguyễn Thị Hòa", "Cán bộ đầu mối", "Họ tên thiếu dấu", "Đã sửa họ tên", "create_user"):
        assert wanted in text
    assert hoa.password not in text
    assert "argon2" not in text


def test_the_copy_lists_the_keys_of_the_account_and_those_the_person_made_and_opens_none(
    hoa: User, administrator: User
) -> None:
    def make(by: User, of: User, name: str) -> str:
        return make_api_key(by=factories.actor(by), at=MOMENT, user_id=of.pk, name=name)

    binh = factories.person_as(Role.ADMINISTRATOR, hoa.roles.get().organisation, "Trần Thanh Bình")
    secrets = [make(administrator, hoa, "iGate tỉnh"), make(binh, hoa, "Kho dữ liệu")]
    ended, kept = ApiKey.objects.order_by("id")
    end_api_key(
        by=factories.actor(binh), at=MOMENT + timedelta(days=2), key_id=ended.pk, reason="Đổi hệ thống"
    )
    note_key_use(by=factories.actor(hoa), at=MOMENT + timedelta(days=1), key_id=kept.pk)

    def copy(of: User) -> dict[str, Any]:
        found = personal_data_of(of.pk, day=MOMENT.date())
        text = json.dumps(found, ensure_ascii=False)
        for secret, key in zip(secrets, (ended, kept), strict=True):
            assert secret not in text
            assert secret.split("_", 2)[2] not in text
            assert key.digest not in text
            assert key.prefix not in text
        return found

    def days(key: dict[str, Any]) -> tuple[object, ...]:
        return (
            key["he_thong"],
            key["cap_luc"][:10],
            key["dung_gan_nhat_ngay"],
            (key["cham_dut_luc"] or "")[:10],
        )

    of_the_first = ("iGate tỉnh", "2026-01-05", None, "2026-01-07")
    of_the_second = ("Kho dữ liệu", "2026-01-05", "2026-01-06", "")
    assert [days(key) for key in copy(hoa)["khoa_ket_noi_cua_tai_khoan"]] == [of_the_second, of_the_first]
    assert copy(hoa)["khoa_ket_noi_da_cap"] == []
    assert [days(key) for key in copy(administrator)["khoa_ket_noi_da_cap"]] == [of_the_first]
    assert [days(key) for key in copy(binh)["khoa_ket_noi_da_cap"]] == [of_the_second]
    assert copy(binh)["khoa_ket_noi_cua_tai_khoan"] == []
