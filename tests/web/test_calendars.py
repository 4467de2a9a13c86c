"""The pages of calendars: the year, the draft and its decision, office hours, and a due date worked out."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from openpar.base.accounts.models import Role
from openpar.base.calendars.actions import load_calendar
from openpar.base.calendars.files import shipped_calendar
from openpar.base.calendars.models import HoursVersion, Stage, YearVersion
from openpar.base.calendars.queries import current_edition, work_calendar
from openpar.base.organisations.roles import operator
from openpar.common.formats import VIETNAM
from tests.base.calendars.decided import decide
from tests.factories import MOMENT
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db
DRAFT = "/calendars/2027/draft/"


@pytest.fixture(autouse=True)
def _in_2026() -> object:
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def shipped(db: None) -> None:
    load_calendar(file=shipped_calendar(settings.OPENPAR_DATA_DIR), by=operator("kiem-thu"), at=MOMENT)


@pytest.fixture
def manager(logged_in: LogIn, shipped: None) -> Client:
    return logged_in(Role.ROUND_MANAGER)


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return plain(answer.content.decode())


def plain(html: str) -> str:
    """What is read: no tags, single blanks."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def post(client: Client, address: str = DRAFT, **fields: str) -> str:
    """Sends a step of the draft page with the version that stands there; the page that follows."""
    draft = YearVersion.objects.filter(stage=Stage.DRAFT).first()
    answer = client.post(address, {"version": str(draft.version) if draft else "", **fields}, follow=True)
    assert answer.status_code in (200, 409, 422)
    return plain(answer.content.decode())


def test_the_year_shows_every_kind_of_day_by_letter_and_word(logged_in: LogIn, shipped: None) -> None:
    html = logged_in(Role.FOCAL_OFFICER).get("/calendars/?year=2026").content.decode()
    assert html.count('<table class="month">') == 12
    assert "nghỉ: Tết Nguyên đán" in html
    assert "làm bù: Làm bù cho 02/01/2026" in html
    assert "chưa chắc: Ngày Văn hóa Việt Nam" in html
    assert html.count(">N</span>") >= 13
    text = plain(html)
    assert "250 ngày làm việc" in text
    assert "16/02/2026 – 20/02/2026" in text
    assert "12729/VPCP-KGVX" in text
    assert "Thấy trong một nguồn" in text


def test_late_in_the_year_the_page_says_that_the_next_one_is_not_decided(
    logged_in: LogIn, shipped: None
) -> None:
    warning = "Lịch năm 2027 mới là dự kiến, chưa có quyết định."
    with time_machine.travel(datetime(2026, 10, 31, 23, 59, tzinfo=VIETNAM), tick=False):
        assert warning not in text_of(logged_in(), "/calendars/")
    with time_machine.travel(datetime(2026, 11, 1, tzinfo=VIETNAM), tick=False):
        client = logged_in()
        assert warning in text_of(client, "/calendars/")
        # The page of that year says it of the year itself, once.
        assert warning not in text_of(client, "/calendars/?year=2027")
        decide(2027)
        assert warning not in text_of(client, "/calendars/")


def test_late_in_the_year_the_page_says_that_the_next_one_is_missing(logged_in: LogIn) -> None:
    decide(2026)
    with time_machine.travel(datetime(2026, 11, 1, tzinfo=VIETNAM), tick=False):
        assert "Chưa có lịch năm 2027 có hiệu lực." in text_of(logged_in(), "/calendars/")


def test_an_estimated_year_says_so(logged_in: LogIn, shipped: None) -> None:
    text = text_of(logged_in(), "/calendars/?year=2027")
    assert "Lịch năm này là dự kiến" in text
    assert "Suy ra, ước tính" in text


def test_without_any_calendar_the_page_says_what_to_do(logged_in: LogIn) -> None:
    assert "load_calendars" in text_of(logged_in(), "/calendars/")
    assert "chưa có lịch nào có hiệu lực" in text_of(
        logged_in(), "/calendars/?received=13/02/2026&limit=5&unit=working_day", 422
    )


def test_a_year_without_a_calendar_is_no_error(logged_in: LogIn, shipped: None) -> None:
    assert "Chưa có lịch năm 2035" in text_of(logged_in(), "/calendars/?year=2035")
    assert "Lịch làm việc năm 2026" in text_of(logged_in(), "/calendars/?year=0001")
    assert logged_in().get("/calendars/?year=2026&version=7").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "received=13/02/2026 15:30&limit=5&unit=working_day",
            ["Hạn trả kết quả: 17:00 ngày 27/02/2026", "16/02/2026 – 20/02/2026 (Tết Nguyên đán)"],
        ),
        ("received=2026-02-13T15h30&limit=5&unit=working_day", ["17:00 ngày 27/02/2026"]),
        ("received=02/03/2026 15:01&unit=same_day", ["17:00 ngày 03/03/2026", "Sau 15:00 ngày 02/03/2026"]),
        (
            "received=02/03/2026&limit=5&unit=working_day&begins=04/03/2026&ends=11/03/2026",
            ["17:00 ngày 16/03/2026", "cộng thêm 5 ngày làm việc"],
        ),
        (
            "received=02/03/2026&limit=5&unit=working_day&begins=04/03/2026&ends=11/03/2026&kind=STARTS_ANEW",
            ["17:00 ngày 18/03/2026", "thời hạn tính lại từ đầu"],
        ),
    ],
)
def test_a_due_date_is_worked_out_with_its_reasoning(
    query: str, said: list[str], logged_in: LogIn, shipped: None
) -> None:
    text = text_of(logged_in(), f"/calendars/?{query}")
    assert [one for one in said if one not in text] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("received=&limit=5&unit=working_day", "Tiếp nhận"),
        ("received=31/02/2026&limit=5&unit=working_day", "Không có ngày 31/02/2026"),
        ("received=13/02/2026 25:00&limit=5&unit=working_day", "“25:00” không phải là giờ"),
        ("received=13/02/2026&unit=working_day", "Nhập số ngày hoặc số giờ"),
        ("received=13/02/2026&limit=4&unit=hour", "thiếu giờ"),
        ("received=13/02/2026&limit=2&unit=same_day", "giải quyết trong ngày thì không có số"),
        ("received=13/02/2036&limit=2&unit=hour", "Năm 2036: chưa có lịch ngày nghỉ"),
        ("received=13/02/2026&limit=2&unit=calendar_day&begins=14/02/2026", "cả lúc bắt đầu và lúc kết thúc"),
        (
            "received=13/02/2026&limit=2&unit=calendar_day&begins=14/02/2026&ends=13/02/2026",
            "kết thúc trước khi",
        ),
    ],
)
def test_what_cannot_be_worked_out_is_explained(
    query: str, said: str, logged_in: LogIn, shipped: None
) -> None:
    assert said in text_of(logged_in(), f"/calendars/?{query}", 422)


def test_a_draft_is_begun_edited_compared_and_put_into_force(manager: Client) -> None:
    assert "Bản soạn bắt đầu với các ngày của phiên bản đang có hiệu lực" in text_of(manager, DRAFT)
    assert "Chưa khác ngày nào" in post(manager, step="begin")
    text = post(
        manager, step="days", first="11/02/2027", last="12/02/2027", kind="OFF", name="Tết Nguyên đán"
    )
    assert "Đã ghi 2 ngày." in text
    assert "11/02/2027 như mọi tuần Ngày nghỉ: Tết Nguyên đán" in text
    assert "Đã ghi ngày nghỉ và ngày làm bù." in post(
        manager, step="swap", off_on="31/08/2027", worked_on="28/08/2027"
    )
    assert "Đã bỏ ngày khỏi bản soạn." in post(manager, step="remove", day="24/11/2027")
    assert "Đã lưu nguồn" in post(manager, step="origin", source="Bộ Nội vụ", certainty="V")
    before = current_edition()
    text = post(manager, step="decision", number="9441/TB-BNV", decided_on="16/10/2026")
    after = current_edition()
    assert before is not None
    assert after is not None
    assert after.number == before.number + 1
    assert f"phiên bản chung số {after.number}" in text
    assert "9441/TB-BNV, 16/10/2026" in text
    assert "Đang có hiệu lực" in text
    assert "Đã thay" in text
    assert not work_calendar().is_working(date(2027, 2, 11))
    assert "Dự kiến" not in text


def test_nothing_typed_is_lost_and_everything_missing_is_told(manager: Client) -> None:
    post(manager, step="begin")
    text = post(manager, step="decision", number="", decided_on="")
    assert text.count("Số văn bản:") == text.count("Ngày văn bản:") == 1
    answer = manager.post(DRAFT, {"step": "days", "version": "1", "first": "x", "kind": "OFF", "name": "Tết"})
    assert answer.status_code == 422
    assert 'value="Tết"' in answer.content.decode()
    assert manager.post(DRAFT, {"step": "nothing", "version": "1"}).status_code == 404


def test_a_stale_page_changes_nothing(manager: Client) -> None:
    post(manager, step="begin")
    post(manager, step="days", first="11/02/2027", kind="OFF")
    answer = manager.post(DRAFT, {"step": "remove", "version": "1", "day": "11/02/2027"})
    assert answer.status_code == 409
    assert "người khác vừa sửa" in answer.content.decode()


def test_a_draft_is_thrown_away(manager: Client) -> None:
    post(manager, step="begin")
    assert "Đã bỏ bản soạn." in post(manager, step="discard")
    assert not YearVersion.objects.filter(stage=Stage.DRAFT).exists()
    assert manager.post(DRAFT, {"step": "discard", "version": "1"}).status_code == 404


def test_a_draft_is_seen_by_those_who_edit_it_only(manager: Client, logged_in: LogIn) -> None:
    post(manager, step="begin")
    assert "Đang soạn" in text_of(manager, "/calendars/?year=2027")
    assert "Đang soạn" not in text_of(logged_in(Role.LEADER), "/calendars/?year=2027")
    assert logged_in(Role.LEADER).get("/calendars/?year=2027&version=2").status_code == 404
    assert logged_in(Role.ADMINISTRATOR).get(DRAFT).status_code == 200
    assert logged_in(Role.LEADER).get(DRAFT).status_code == 404
    assert logged_in(Role.LEADER).post(DRAFT, {"step": "discard"}).status_code == 404
    assert manager.get("/calendars/1999/draft/").status_code == 404


def test_office_hours_of_an_organisation_come_into_force_and_are_listed(manager: Client) -> None:
    fields = {
        "organisation": "Sở Nội vụ",
        "valid_from": "01/02/2026",
        "valid_until": "",
        "shifts": "7h30 – 11h30, 13h00 – 16h30",
        "saturday_reception": "",
        "same_day_until": "15:00",
        "number": "12/QĐ-UBND",
        "decided_on": "05/01/2026",
        "source": "",
        "certainty": "V",
    }
    refused = manager.post(reverse("calendar-hours"), {**fields, "shifts": "sáng"})
    assert refused.status_code == 422
    assert "không hiểu “sáng”" in refused.content.decode()
    text = plain(manager.post(reverse("calendar-hours"), fields, follow=True).content.decode())
    assert "Giờ làm việc đã có hiệu lực" in text
    assert "07:30-11:30, 13:00-16:30" in text
    assert "12/QĐ-UBND, 05/01/2026" in text
    place = HoursVersion.objects.get(organisation__isnull=False).organisation_id
    query = f"received=02/03/2026 09:00&unit=same_day&hours_of={place}"
    assert "16:30 ngày 02/03/2026" in text_of(manager, f"/calendars/?{query}")


def test_the_trace_tells_days_in_words(manager: Client, logged_in: LogIn) -> None:
    post(manager, step="begin")
    post(manager, step="days", first="11/02/2027", kind="OFF", name="Tết Nguyên đán")
    text = text_of(logged_in(Role.AUDITOR), "/audit/")
    assert "Sửa ngày của lịch năm" in text
    assert "11/02/2027" in text
    assert "Ngày nghỉ" in text
