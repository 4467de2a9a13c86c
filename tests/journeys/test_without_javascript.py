"""Reading and saving without JavaScript: slower, and nothing is missing."""

from __future__ import annotations

from playwright.sync_api import expect

from openpar.base.accounts.models import Role
from tests.journeys.browser import Visitors, press, says
from tests.journeys.rounds_now import round_now


def test_a_leaf_is_read_and_saved_without_javascript(visitors: Visitors) -> None:
    found = round_now()
    sheet = found.sheet(found.health)
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health), javascript=False)
    page.goto(f"/assessments/{sheet.pk}/1.1.2/")
    expect(page.get_by_role("heading", name="Cách tính điểm")).to_be_visible()
    page.get_by_role("textbox", name="Hoàn thành").fill("40")
    page.get_by_role("textbox", name="Được giao").fill("năm mươi")
    press(page, "Lưu")
    expect(page.locator("#refusal")).to_contain_text("“năm mươi” không phải là số")
    expect(page.get_by_role("textbox", name="Hoàn thành")).to_have_value("40")
    page.get_by_role("textbox", name="Được giao").fill("50")
    page.get_by_label("Giải trình của đơn vị").fill("Theo báo cáo năm")
    press(page, "Lưu")
    says(page, "Đã lưu")
    expect(page.locator("#reckoning")).to_contain_text("2,40")
    assert sheet.scores.get().note == "Theo báo cáo năm"


def test_the_next_leaf_is_reached_without_javascript(visitors: Visitors) -> None:
    found = round_now()
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health), javascript=False)
    page.goto(f"/assessments/{found.sheet(found.health).pk}/1.1.1/")
    page.get_by_role("radio", name="Có").check()
    press(page, "Lưu và sang 1.1.2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1.1.2")
