"""What a refusal looks like while the page goes on working: it stands until it is answered."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.audit.sealing import open_log, seal
from tests.journeys.browser import Visitors, press
from tests.journeys.rounds_now import round_now


def test_a_refusal_stands_while_figures_are_reckoned_and_goes_when_the_save_is_taken(
    visitors: Visitors, settings: Settings, tmp_path: Path
) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"
    found = round_now()
    # Nothing was sealed for an hour: nothing is taken in.
    open_log(at=timezone.now() - timedelta(hours=1))
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    page.goto(f"/assessments/{found.sheet(found.health).pk}/1.1.2/")
    page.get_by_role("textbox", name="Hoàn thành").fill("40")
    page.get_by_role("textbox", name="Được giao").fill("50")
    expect(page.locator("#reckoning")).to_contain_text("2,40")
    # Sent at once; the figures are reckoned a quarter of a second later, and that answer comes last.
    page.get_by_role("textbox", name="Hoàn thành").fill("30")
    page.keyboard.press("Control+s")
    expect(page.locator("#reckoning")).to_contain_text("1,80")
    expect(page.locator("#refusal")).to_contain_text("chưa được niêm phong")
    seal(at=timezone.now())
    press(page, "Lưu")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")
    expect(page.locator("#refusal")).to_be_empty()


def test_enter_in_a_filter_sends_nothing(visitors: Visitors) -> None:
    found = round_now()
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    page.goto(f"/assessments/{found.sheet(found.health).pk}/assign/")
    page.get_by_placeholder("Tìm tiêu chí").fill("1.1.2")
    page.get_by_placeholder("Tìm tiêu chí").press("Enter")
    expect(page.get_by_role("checkbox", name="1.1.1")).to_be_hidden()
    expect(page.locator("#refusal")).to_be_empty()
    expect(page.get_by_placeholder("Tìm tiêu chí")).to_have_value("1.1.2")
