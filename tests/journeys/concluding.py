"""From the end of the appraisal to the publication: outside parts, bonus, council, decision."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import Page, expect

from openpar.common.formats import format_date
from tests.journeys.browser import press, says

# Sở Y tế 90 % of 3 = 2,7; Nội vụ 2,85; Tư pháp 2,4.
SIPAS = {"Sở Y tế": "90", "Sở Nội vụ": "95", "Sở Tư pháp": "80"}
# Forms by answer, worth 100, 75, 50 and 0 %: Y tế 32 of 40 × 2 = 1,6; Nội vụ 37,5 of 40 × 2 = 1,875;
# Tư pháp 29 of 40 × 2 = 1,45.
FORMS = {
    "Sở Y tế": ("20", "12", "6", "2"),
    "Sở Nội vụ": ("30", "10", "0", "0"),
    "Sở Tư pháp": ("10", "20", "8", "2"),
}


def move_on(page: Page, stage: str, *, reason: str = "") -> None:
    """To the next phase; before its hour with a reason."""
    page.get_by_role("link", name="Tình hình").click()
    if reason:
        page.get_by_label("Lý do chuyển giai đoạn").fill(reason)
    press(page, f"Chuyển sang “{stage}”")
    says(page, f"Kỳ đã chuyển sang giai đoạn “{stage}”.")


def type_the_outside_parts(page: Page) -> None:
    page.get_by_role("link", name="Kết quả bên ngoài").click()
    page.get_by_role("link", name="3.1.1").click()
    page.get_by_label("Văn bản nguồn").fill("Báo cáo SIPAS năm")
    for unit, percent in SIPAS.items():
        page.get_by_label(f"{unit}, Chỉ số (%)").fill(percent)
    press(page, "Lưu tất cả")
    says(page, "Đã lưu 3 đơn vị.")
    page.get_by_role("link", name="3.1.2").click()
    page.get_by_label("Văn bản nguồn").fill("Báo cáo điều tra xã hội học năm")
    for unit, forms in FORMS.items():
        for option, number in zip("ABCD", forms, strict=True):
            page.get_by_label(f"{unit}, {option}", exact=True).fill(number)
    press(page, "Lưu tất cả")
    says(page, "Đã lưu 3 đơn vị.")
    expect(page.get_by_text("Chờ kết quả")).to_have_count(0)


def settle_bonus_and_penalty(page: Page) -> None:
    """Accepts the bonus of Y tế and records a penalty against Tư pháp, which somebody else has to decide."""
    page.get_by_role("link", name="Điểm thưởng, điểm trừ").click()
    press(page, "Chấp nhận")
    says(page, "Đã ghi quyết định.")
    page.get_by_label("Đơn vị").select_option(label="Sở Tư pháp")
    page.get_by_label("Số điểm trừ").fill("0,25")
    page.get_by_label("Căn cứ").fill("Kết luận thanh tra số 12/KL-TTr, mục 3")
    press(page, "Ghi điểm trừ")
    says(page, "Đã ghi điểm trừ")
    expect(page.get_by_role("button", name="Chấp nhận", exact=True)).to_have_count(0)


def conclude(page: Page) -> None:
    """The chair of the council decides the penalty, reads the table and writes down what was concluded."""
    page.goto("/")
    page.locator(".entry-menu summary", has_text="Chỉ số CCHC").click()
    page.get_by_role("link", name="Kỳ đánh giá", exact=True).click()
    page.get_by_role("link", name="Chỉ số cải cách hành chính").first.click()
    page.get_by_role("link", name="Điểm thưởng, điểm trừ").click()
    press(page, "Chấp nhận")
    says(page, "Đã ghi quyết định.")
    page.get_by_role("link", name="Hội đồng, công bố").first.click()
    page.get_by_label("Ngày Hội đồng họp").fill(format_date(timezone.localdate()))
    page.get_by_label("Kết luận").fill("Hội đồng nhất trí kết quả thẩm định và xếp hạng.")
    press(page, "Ghi kết luận")
    says(page, "Đã ghi kết luận của Hội đồng.")


def publish(page: Page) -> None:
    """The decision is typed, read once more over the final table, and published."""
    page.get_by_role("link", name="Hội đồng, công bố").first.click()
    page.get_by_role("link", name="Nhập quyết định và công bố").click()
    page.get_by_label("Số quyết định").fill("99/QĐ-UBND")
    page.get_by_label("Ngày ký").fill(format_date(timezone.localdate()))
    page.get_by_label("Người ký", exact=True).fill("Huỳnh Thu Phương")
    page.get_by_label("Chức vụ người ký").fill("KT. CHỦ TỊCH, PHÓ CHỦ TỊCH")
    press(page, "Xem lại trước khi công bố")
    expect(page.get_by_role("heading", name="Xác nhận công bố")).to_be_visible()
    press(page, "Công bố kết quả")
    says(page, "Đã công bố kết quả.")
