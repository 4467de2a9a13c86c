"""Two people on one leaf: the second sees what the first saved, and loses nothing of their own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from openpar.base.accounts.models import Role
from tests.journeys.browser import Visitors, press
from tests.journeys.rounds_now import RoundNow, round_now


def _type(page: Page, numerator: str, note: str) -> None:
    page.get_by_role("textbox", name="Hoàn thành").fill(numerator)
    page.get_by_role("textbox", name="Được giao").fill("50")
    page.get_by_label("Giải trình của đơn vị").fill(note)


def _meet(visitors: Visitors, found: RoundNow, *, javascript: bool) -> tuple[Page, Page]:
    """The focal officer and the head have the same leaf open; the focal officer saves first."""
    address = f"/assessments/{found.sheet(found.health).pk}/1.1.2/"
    roles = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
    first, second = (
        visitors.as_person(found.person(role, found.health), javascript=javascript) for role in roles
    )
    for page in (first, second):
        page.goto(address)
    _type(first, "40", "Số của đầu mối")
    press(first, "Lưu")
    expect(first.locator("#reckoning")).to_contain_text("2,40")
    if javascript:
        expect(first.locator("#action-note")).to_contain_text("Đã lưu")
    _type(second, "35", "Số của thủ trưởng")
    press(second, "Lưu")
    return first, second


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
def test_the_second_sees_both_versions_and_may_replace_the_first(
    visitors: Visitors, javascript: bool
) -> None:
    found = round_now()
    _first, second = _meet(visitors, found, javascript=javascript)
    conflict = second.locator("#conflict")
    for text in ("Số của đầu mối", "2,40", "Số của thủ trưởng", "2,10"):
        expect(conflict).to_contain_text(text)
    expect(second.get_by_label("Giải trình của đơn vị")).to_have_value("Số của thủ trưởng")
    press(second, "Lưu bản của tôi thay cho bản đã lưu")
    expect(second.get_by_text("Bản đã lưu")).to_have_count(0)
    assert found.sheet(found.health).scores.get().note == "Số của thủ trưởng"


def test_the_second_may_keep_what_the_first_saved(visitors: Visitors) -> None:
    found = round_now()
    _first, second = _meet(visitors, found, javascript=True)
    second.get_by_role("link", name="Giữ bản đã lưu, bỏ bản của tôi").click()
    expect(second.get_by_label("Giải trình của đơn vị")).to_have_value("Số của đầu mối")
    assert found.sheet(found.health).scores.get().note == "Số của đầu mối"
