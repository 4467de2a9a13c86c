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


def questions(page: str) -> list[str]:
    """What the forms and buttons of a page ask before they send anything."""
    return [html.unescape(found) for found in re.findall(r'data-confirm="([^"]*)"', page)]


def test_submitting_says_that_nobody_can_change_the_sheet_any_more() -> None:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    page = page_of(small.focal, f"/assessments/{small.sheet().pk}/submission/")
    assert questions(page) == [
        "Trình phiếu cho thủ trưởng? Từ lúc này đơn vị không sửa được, trừ khi thủ trưởng trả lại."
    ]


def test_answering_a_request_says_what_the_unit_gets() -> None:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    rounds.lock_unit(small, small.health)
    ask_reopening(
        assessment_id=small.sheet().pk, reason="Nhầm số liệu", by=small.focal, at=rounds.DURING_SELF
    )
    page = page_of(small.manager, f"/rounds/{small.round.pk}/")
    asked = [question for question in questions(page) if "Sở Y tế" in question]
    assert asked == [
        "Mở lại phiếu của Sở Y tế? Đơn vị sửa được đến hạn đã ghi, rồi phiếu tự chốt.",
        "Không chấp thuận mở lại phiếu của Sở Y tế? Đơn vị nhận lý do; muốn sửa phải đề nghị lần nữa.",
    ]


def test_deciding_on_a_penalty_says_what_counts_afterwards(clock: Traveller) -> None:
    clock.move_to(rounds.DECISION)
    small = rounds.round_in_decision()
    record_penalty(
        assessment_id=small.sheet().pk,
        ground="Kết luận thanh tra số 12/KL-TTr",
        points=Decimal("0.25"),
        document_id=None,
        by=small.manager,
        at=rounds.DECISION,
    )
    page = page_of(small.manager, f"/rounds/{small.round.pk}/adjustments/")
    end = "quyết định không đổi lại được ở trang này."
    assert questions(page) == [
        f"Chấp nhận điểm trừ 0,25 của Sở Y tế? Điểm này tính vào tổng điểm; {end}",
        f"Không chấp nhận điểm trừ 0,25 của Sở Y tế? Điểm này không tính vào tổng điểm; {end}",
    ]


def test_clearing_an_outside_value_says_that_it_is_awaited_again(clock: Traveller) -> None:
    clock.move_to(rounds.DECISION)
    small = rounds.round_in_decision()
    page = page_of(small.manager, f"/rounds/{small.round.pk}/outside/so/2.2.1/")
    [question] = questions(page)
    assert "Tiêu chí của đơn vị lại thành chờ kết quả" in question


def test_locking_is_a_page_of_its_own_that_says_what_locking_means() -> None:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    page = page_of(small.head, f"/assessments/{small.sheet().pk}/lock/")
    assert "không ai trong đơn vị sửa được nữa" in page
