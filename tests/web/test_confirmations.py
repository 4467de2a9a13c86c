"""What cannot be taken back asks once more, and says what will happen; moving a round on: test_rounds."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from time_machine import Traveller

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.actions.adjustments import record_penalty
from openpar.parindex.assessments.actions.reopenings import ask_reopening
from tests.parindex import rounds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(rounds.DURING_SELF, tick=False) as coordinates:
        yield coordinates


def page_of(who: Actor, address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client.get(address).content.decode()


def hidden(page: str, name: str) -> list[str]:
    """The values of the hidden fields of this name."""
    found = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    return [html.unescape(value) for value in found]


def questions(page: str) -> list[str]:
    """What the forms and buttons of a page ask before they send anything."""
    return [html.unescape(found) for found in re.findall(r'data-confirm="([^"]*)"', page)]


def test_submitting_says_that_nobody_can_change_the_sheet_any_more(opened: rounds.SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    page = page_of(opened.focal, f"/assessments/{opened.sheet().pk}/submission/")
    assert questions(page) == [
        "Trình phiếu cho thủ trưởng? Từ lúc này đơn vị không sửa được, trừ khi thủ trưởng trả lại."
    ]


def test_answering_a_request_says_what_the_unit_gets(opened: rounds.SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.lock_unit(opened, opened.health)
    ask_reopening(
        assessment_id=opened.sheet().pk, reason="Nhầm số liệu", by=opened.focal, at=rounds.DURING_SELF
    )
    page = page_of(opened.manager, f"/rounds/{opened.round.pk}/")
    asked = [question for question in questions(page) if "Sở Y tế" in question]
    assert asked == [
        "Mở lại phiếu của Sở Y tế? Đơn vị sửa được đến hạn đã ghi, rồi phiếu tự chốt.",
        "Không chấp thuận mở lại phiếu của Sở Y tế? Đơn vị nhận lý do; muốn sửa phải đề nghị lần nữa.",
    ]


def test_deciding_on_a_penalty_says_what_counts_afterwards(
    deciding: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.DECISION)
    record_penalty(
        assessment_id=deciding.sheet().pk,
        ground="Kết luận thanh tra số 12/KL-TTr",
        points=Decimal("0.25"),
        document_id=None,
        by=deciding.outside_appraiser,
        at=rounds.DECISION,
    )
    page = page_of(deciding.manager, f"/rounds/{deciding.round.pk}/adjustments/")
    end = "quyết định không đổi lại được ở trang này."
    assert questions(page) == [
        f"Chấp nhận điểm trừ 0,25 của Sở Y tế? Điểm này tính vào tổng điểm; {end}",
        f"Không chấp nhận điểm trừ 0,25 của Sở Y tế? Điểm này không tính vào tổng điểm; {end}",
    ]


def test_clearing_an_outside_value_says_that_it_is_awaited_again(
    deciding: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.DECISION)
    page = page_of(deciding.manager, f"/rounds/{deciding.round.pk}/outside/so/2.2.1/")
    [question] = questions(page)
    assert "Tiêu chí của đơn vị lại thành chờ kết quả" in question


def test_locking_is_a_page_of_its_own_that_says_what_locking_means(opened: rounds.SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    page = page_of(opened.head, f"/assessments/{opened.sheet().pk}/lock/")
    assert "không ai trong đơn vị sửa được nữa" in page


def test_where_no_script_asked_the_server_asks_before_it_opens_a_sheet() -> None:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    rounds.lock_unit(small, small.health)
    asked = ask_reopening(
        assessment_id=small.sheet().pk, reason="Nhầm số liệu", by=small.focal, at=rounds.DURING_SELF
    )
    client = Client()
    client.force_login(User.objects.get(pk=small.manager.person_id))
    room = client.get(f"/rounds/{small.round.pk}/").content.decode()
    [question] = [found for found in hidden(room, "ask") if found.startswith("Mở lại phiếu")]
    address = f"/rounds/{small.round.pk}/reopenings/{asked.pk}/"
    typed = {"answer": "grant", "open_until": "20/11/2026 17:00"}
    page = client.post(address, {**typed, "ask": question}).content.decode()
    asked.refresh_from_db()
    assert asked.granted_at is None
    assert f"<h1>{question}</h1>" in page
    # What was typed, and which button was pressed, comes along; the question does not come again.
    assert {name: hidden(page, name) for name in (*typed, "ask")} == {
        **{name: [value] for name, value in typed.items()},
        "ask": [],
    }
    assert f'action="{address}"' in page
    client.post(address, typed)
    asked.refresh_from_db()
    assert asked.granted_at is not None


def test_the_question_of_the_server_tells_all_that_follows_from_moving_on() -> None:
    small = rounds.opened_round()
    client = Client()
    client.force_login(User.objects.get(pk=small.manager.person_id))
    [question] = hidden(client.get(f"/rounds/{small.round.pk}/").content.decode(), "ask")
    page = client.post(f"/rounds/{small.round.pk}/advance/", {"to": "APPRAISAL", "ask": question})
    said = html.unescape(page.content.decode())
    assert all(line in said for line in question.splitlines())
    assert len(question.splitlines()) > 2
    small.round.refresh_from_db()
    assert small.round.stage == "SELF_SCORING"


def test_a_stranger_is_not_asked_but_led_to_the_log_in() -> None:
    small = rounds.opened_round()
    answer = Client().post(f"/rounds/{small.round.pk}/advance/", {"to": "APPRAISAL", "ask": "Chuyển?"})
    assert answer["Location"].startswith("/login/")


def test_enter_in_the_reason_for_a_refusal_never_agrees() -> None:
    """A browser sends the first button of the form: there is none but the refusal beside a reason."""
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    rounds.lock_unit(small, small.health)
    ask_reopening(
        assessment_id=small.sheet().pk, reason="Nhầm số liệu", by=small.focal, at=rounds.DURING_SELF
    )
    room = page_of(small.manager, f"/rounds/{small.round.pk}/")
    forms = [form for form in re.findall(r"<form.*?</form>", room, re.DOTALL) if 'name="answer"' in form]
    assert {'name="reason"' in form: re.findall(r'name="answer" value="(\w+)"', form) for form in forms} == {
        False: ["grant"],
        True: ["refuse"],
    }
