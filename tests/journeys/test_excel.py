"""The sheet in Excel: leaves that somebody changed meanwhile are chosen one by one, wrong cells are named."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from openpar.base.accounts.models import Role
from openpar.parindex.assessments.models import Layer
from tests.journeys.browser import Visitors, press, row, says
from tests.journeys.rounds_now import RoundNow, round_now
from tests.journeys.scoring import fill_workbook

_ROWS: dict[str, tuple[str | int | None, str | int | None, int | None]] = {
    "1.1.1": ("Có", None, None),
    "1.1.2": (None, 35, 50),
    "2.1.1": (None, 46, 50),
    "2.1.2": (None, 0, None),
}


def _downloaded(page: Page, found: RoundNow, folder: Path) -> Path:
    page.goto(f"/assessments/{found.sheet(found.health).pk}/upload/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải phiếu .xlsx").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_leaf_changed_meanwhile_is_chosen_by_hand(visitors: Visitors, tmp_path: Path) -> None:
    found = round_now()
    sheet = found.sheet(found.health)
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    path = _downloaded(page, found, tmp_path)
    fill_workbook(path, _ROWS, "Theo báo cáo năm")
    page.goto(f"/assessments/{sheet.pk}/1.1.2/")
    page.get_by_role("textbox", name="Hoàn thành").fill("40")
    page.get_by_role("textbox", name="Được giao").fill("50")
    press(page, "Lưu")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")
    page.goto(f"/assessments/{sheet.pk}/upload/")
    page.get_by_label("Phiếu đã điền").set_input_files(path)
    press(page, "Tải lên và xem thay đổi")
    meanwhile = row(page, "1.1.2 Tỷ lệ hoàn thành")
    expect(meanwhile).to_contain_text("2,40")
    expect(meanwhile).to_contain_text("2,10")
    meanwhile.get_by_role("radio").nth(1).check()
    press(page, "Lưu vào phiếu")
    says(page, "Đã lưu 4 tiêu chí")
    points = dict(sheet.scores.filter(layer=Layer.SELF).values_list("criterion__code", "points"))
    assert {code: str(value.normalize()) for code, value in points.items() if value is not None} == {
        "1.1.1": "1",
        "1.1.2": "2.1",
        "2.1.1": "2",
        "2.1.2": "1",
    }


def test_wrong_cells_are_named_by_their_address_and_nothing_is_saved(
    visitors: Visitors, tmp_path: Path
) -> None:
    found = round_now()
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    path = _downloaded(page, found, tmp_path)
    fill_workbook(path, {**_ROWS, "1.1.2": (None, "bốn mươi", 50), "2.1.1": (None, 60, 50)}, "")
    page.get_by_label("Phiếu đã điền").set_input_files(path)
    press(page, "Tải lên và xem thay đổi")
    refusal = page.locator("#refusal")
    expect(refusal).to_contain_text("Chưa thực hiện được")
    expect(refusal).to_contain_text("bốn mươi")
    expect(refusal).to_contain_text("ô G")
    assert not found.sheet(found.health).scores.exists()
