"""On a phone: nothing has to be scrolled sideways, and what officials do on the way can be done."""

from __future__ import annotations

from playwright.sync_api import expect

from openpar.base.accounts.models import Role
from openpar.parindex.assessments.models import RoundStage
from tests.journeys.browser import PHONE, Visitors, is_wider_than_the_window, press
from tests.journeys.rounds_now import round_now


def test_a_leaf_is_found_and_scored_on_a_phone(visitors: Visitors) -> None:
    found = round_now()
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health), width=PHONE)
    page.get_by_role("link", name="Sở Y tế").first.click()
    expect(page.get_by_role("heading", name="Bộ tiêu chí")).to_be_visible()
    assert not is_wider_than_the_window(page)
    page.get_by_role("link", name="1.1.2").click()
    page.get_by_role("textbox", name="Hoàn thành").fill("40")
    page.get_by_role("textbox", name="Được giao").fill("50")
    expect(page.locator("#reckoning")).to_contain_text("2,40")
    press(page, "Lưu")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")
    assert not is_wider_than_the_window(page)
    page.get_by_role("link", name="Danh sách tiêu chí").click()
    expect(page.get_by_role("link", name="1.1.2")).to_contain_text("2,4")


def test_the_ranking_is_read_on_a_phone(visitors: Visitors) -> None:
    found = round_now(RoundStage.PUBLISHED)
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health), width=PHONE)
    page.locator(".person-menu summary").click()
    page.get_by_role("navigation", name="Trang chính").get_by_role("link", name="Kết quả").click()
    page.get_by_role("link", name=found.round.title).click()
    line = page.locator(".result-ranking").get_by_role("row").filter(has_text="Sở Y tế")
    expect(line).to_contain_text("2/3")
    assert not is_wider_than_the_window(page)
    page.get_by_role("link", name="Sở Y tế").first.click()
    expect(page.locator("#lost")).to_contain_text("Năm nhiệm vụ có biên bản nghiệm thu")
    assert not is_wider_than_the_window(page)
