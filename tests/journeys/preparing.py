"""What the round manager does before a round opens: the table of criteria, then the round."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from openpar.common.formats import format_date
from openpar.parindex.criteria.official_writing import write_official_table
from tests.journeys.browser import press, row, says
from tests.journeys.table import TABLE, YEAR

ROUND_TITLE = f"Chỉ số cải cách hành chính năm {YEAR}"
_BANDS = (
    ("Xuất sắc", "90", ""),
    ("Tốt", "80", "90"),
    ("Khá", "65", "80"),
    ("Trung bình", "50", "65"),
    ("Yếu", "", "50"),
)


def bring_in_the_table(page: Page, folder: Path) -> None:
    """Uploads the table of the decision, reads what was understood, makes a draft of it."""
    path = folder / "bo-tieu-chi.xlsx"
    write_official_table(TABLE, path)
    page.goto("/criteria/")
    page.get_by_role("link", name="Nhập từ tệp").click()
    page.get_by_label("Tệp").set_input_files(path)
    press(page, "Đọc tệp")
    expect(page.get_by_role("heading", name="Xem lại từng dòng")).to_be_visible()
    expect(row(page, "Hồ sơ giải quyết đúng hạn")).to_contain_text("rõ")
    expect(row(page, "Kiểm tra đơn vị trực thuộc")).to_contain_text("chưa hiểu")
    page.get_by_label("Trong đó điều tra, bên ngoài").fill("5")
    page.get_by_label("Trong đó tự đánh giá, thẩm định").fill("15")
    page.get_by_label("Bộ tiêu chí mẫu").check()
    press(page, "Tạo bộ tiêu chí")
    says(page, "Đã tạo bộ tiêu chí dự thảo")


def set_the_rule_that_nobody_could_read(page: Page) -> None:
    """1.2.3 by the number of inspections: from 4 one point, from 2 half a point."""
    page.get_by_role("link", name="Sửa").click()
    page.get_by_role("link", name=re.compile("1.2.3.*chưa có quy tắc", re.IGNORECASE)).first.click()
    page.get_by_label("Cách tính điểm").select_option("step_on_count")
    page.get_by_label("Đếm cái gì").fill("cuộc kiểm tra")
    press(page, "Thêm dòng trống")
    expect(page.locator("[name='rule_steps-2-points']")).to_be_visible()
    steps = (("ge", "4", "", "1"), ("ge", "2", "4", "0,5"), ("", "", "2", "0"))
    for place, (low_kind, low, high, points) in enumerate(steps):
        start = f"rule_steps-{place}-"
        page.locator(f"[name='{start}low_kind']").select_option(low_kind)
        page.locator(f"[name='{start}low']").fill(low)
        page.locator(f"[name='{start}high_kind']").select_option("lt" if high else "")
        page.locator(f"[name='{start}high']").fill(high)
        page.locator(f"[name='{start}points']").fill(points)
    page.get_by_label("Đếm cái gì").focus()
    expect(page.locator("#rule-check")).to_contain_text("đúng bằng điểm tối đa")
    page.keyboard.press("Control+s")
    says(page, "Đã lưu.")


def settle_the_arithmetic(page: Page) -> None:
    """Classes, caps, and what happens to the points of a leaf that is taken out."""
    page.get_by_role("link", name="Thiết lập").first.click()
    page.get_by_label("Điểm của tiêu chí không áp dụng").select_option("rescale_appraisal")
    page.get_by_label("Điểm thưởng tối đa").fill("1")
    page.get_by_label("Điểm phạt tối đa").fill("2")
    page.get_by_label("Trần tổng điểm").fill("20")
    for place, (name, low, high) in enumerate(_BANDS):
        start = f"rule_band0-{place}-"
        if not page.locator(f"[name='{start}name']").count():
            press(page, "Thêm dòng trống")
        page.locator(f"[name='{start}name']").fill(name)
        page.locator(f"[name='{start}low_kind']").select_option("ge" if low else "")
        page.locator(f"[name='{start}low']").fill(low)
        page.locator(f"[name='{start}high_kind']").select_option("lt" if high else "")
        page.locator(f"[name='{start}high']").fill(high)
    press(page, "Lưu thiết lập")
    says(page, "Đã lưu thiết lập.")


def issue_the_set(page: Page) -> None:
    page.get_by_role("link", name="Về bảng").click()
    expect(page.get_by_text("Không còn gì phải sửa; ban hành được.")).to_be_visible()
    page.get_by_role("link", name="Ban hành").click()
    page.get_by_label("Số quyết định").fill("01/QĐ-UBND")
    page.get_by_label("Ngày ký").fill(f"01/10/{YEAR - 1}")
    page.get_by_label("Cơ quan ban hành").fill("UBND tỉnh")
    press(page, "Ban hành")
    says(page, "Đã ban hành bộ tiêu chí theo 01/QĐ-UBND.")


def prepare_the_round(page: Page) -> None:
    """A round with one block, its three departments and a calendar around today."""
    page.goto("/rounds/")
    page.get_by_role("link", name="Lập kỳ đánh giá").click()
    page.get_by_label("Tên kỳ đánh giá").fill(ROUND_TITLE)
    page.get_by_label("Năm đánh giá").fill(str(YEAR))
    page.get_by_label("Số liệu từ ngày").fill(f"15/12/{YEAR - 1}")
    page.get_by_label("đến hết ngày").fill(f"14/12/{YEAR}")
    press(page, "Lập kỳ")
    says(page, "Đã lập kỳ đánh giá.")
    page.get_by_label("Khối").select_option(label="Sở, ban, ngành")
    page.get_by_label("Bộ tiêu chí").select_option(index=1)
    press(page, "Thêm khối")
    says(page, "Đã lưu khối và bộ tiêu chí.")
    press(page, "Ghi danh tất cả")
    says(page, "Đã ghi danh 3 đơn vị.")
    page.get_by_role("link", name="Đổi lịch").click()
    fill_calendar(page, opens=(-1, 10, 20, 30, 40), closes=(9, 19, 29, 39, 60))
    press(page, "Lưu lịch")
    says(page, "Đã lưu lịch của kỳ.")


def fill_calendar(page: Page, *, opens: tuple[int, ...], closes: tuple[int, ...]) -> None:
    """The five phases, in days from today; a phase ends with the end of its last day."""
    stages = ("SELF_SCORING", "APPRAISAL", "EXPLANATION", "REAPPRAISAL", "DECISION")
    today = timezone.localdate()
    for stage, first, last in zip(stages, opens, closes, strict=True):
        page.locator(f"[name='{stage}_opens']").fill(format_date(today + timedelta(first)))
        page.locator(f"[name='{stage}_closes']").fill(format_date(today + timedelta(last)))


def hand_out_fields(page: Page, appraisers: list[str]) -> None:
    """Every field to each of these people."""
    page.get_by_role("link", name="Phân công thẩm định").click()
    for person in appraisers:
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_label("Giao các lĩnh vực đã chọn cho").select_option(label=person)
        press(page, "Phân công")
        says(page, "Đã phân công")


def open_the_round(page: Page) -> None:
    page.get_by_role("link", name="Tình hình").click()
    press(page, "Mở tự chấm điểm")
    says(page, "Kỳ đã chuyển sang giai đoạn")
