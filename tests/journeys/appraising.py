"""What appraisers do: at the keyboard across units, a whole unit at once, and the answers to explanations."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.journeys.browser import press, says
from tests.journeys.table import SELF_CODES

REDUCED = {"1.1.4": "30", "2.1.1": "40"}
_REASON = "Chỉ có sản phẩm, hồ sơ chứng minh được số này."


def decide_across_units(page: Page) -> None:
    """Every leaf of Tư pháp and Y tế with the keys alone; Nội vụ is one's own and stays shut."""
    page.goto("/appraisals/")
    page.get_by_role("link", name="Vào thẩm định").click()
    page.get_by_role("link", name="Làm tiếp 1.1.1").click()
    for code in SELF_CODES:
        expect(page.get_by_role("heading", level=1)).to_contain_text(code)
        own, justice, health = _row(page, "Sở Nội vụ"), _row(page, "Sở Tư pháp"), _row(page, "Sở Y tế")
        expect(own).to_contain_text("Không thẩm định")
        if code == "1.2.1":
            _enter_for_a_unit_that_did_not_score(page, justice)
        else:
            _agree(page, justice)
        if code in REDUCED:
            _reduce(page, health, REDUCED[code])
        else:
            _agree(page, health)
        expect(page.locator("#work-progress")).to_contain_text("2/2")
        if code != SELF_CODES[-1]:
            page.keyboard.press("n")


def _row(page: Page, unit: str) -> Locator:
    return page.locator("tbody.work-row").filter(has_text=unit)


def _agree(page: Page, unit: Locator) -> None:
    expect(unit).to_contain_class("is-current")
    page.keyboard.press("a")
    expect(unit).to_contain_text("Bằng tự chấm")


def _open_form(page: Page, place: Locator, key: str) -> None:
    """Opens the form of the current row by a key; the first field waits for figures."""
    expect(place).to_contain_class("is-current")
    page.keyboard.press(key)
    expect(place.locator("[data-row-form] [data-focus]").first).to_be_focused()


def _reduce(page: Page, unit: Locator, numerator: str) -> None:
    """Own figures with a reason, and an explanation is wanted."""
    _open_form(page, unit, "e")
    page.keyboard.press("Control+a")
    page.keyboard.type(numerator)
    page.keyboard.press("Control+s")
    expect(unit.get_by_role("alert")).to_contain_text("lý do")
    unit.get_by_label("Lý do (").fill(_REASON)
    unit.get_by_role("checkbox", name="Yêu cầu giải trình").check()
    page.keyboard.press("Control+s")
    expect(unit.locator(".row-state")).to_contain_text("Yêu cầu giải trình")


def _enter_for_a_unit_that_did_not_score(page: Page, unit: Locator) -> None:
    _open_form(page, unit, "e")
    unit.get_by_role("radio", name="không có sáng kiến").check()
    unit.get_by_label("Lý do (").fill("Đơn vị không chấm và không có tài liệu về sáng kiến.")
    page.keyboard.press("Control+s")
    expect(unit.locator("[data-row-form]")).to_have_count(0)


def agree_with_a_whole_unit(page: Page, unit: str) -> None:
    """The appraiser from outside looks at one unit and agrees with everything that was looked at."""
    page.goto("/appraisals/")
    page.get_by_role("link", name="Vào thẩm định").click()
    page.get_by_role("link", name="Theo đơn vị").click()
    page.get_by_role("link", name=unit).click()
    page.get_by_role("checkbox", name="Chọn tất cả dòng chưa thẩm định").check()
    press(page, "Đồng ý tất cả các dòng đã chọn")
    says(page, f"Đã đồng ý {len(SELF_CODES)} dòng.")


def explain(page: Page) -> None:
    """The unit answers both reductions: one with other figures, one with words alone."""
    page.get_by_role("link", name="Sở Y tế").first.click()
    page.get_by_role("link", name="1.1.4").first.click()
    expect(page.locator(".sides")).to_contain_text(_REASON)
    page.locator("#score-form [name='numerator']").fill("35")
    page.get_by_label("Nội dung giải trình").fill("Năm nhiệm vụ có biên bản nghiệm thu bổ sung.")
    press(page, "Lưu và sang 2.1.1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2.1.1")
    page.get_by_label("Nội dung giải trình").fill("Sáu hồ sơ gia hạn do chờ xác minh, đề nghị tính đúng hạn.")
    page.keyboard.press("Control+s")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")


def answer_the_explanations(page: Page) -> None:
    """Follows the first explanation, keeps the appraised points against the second."""
    page.goto("/appraisals/")
    page.get_by_role("link", name="2 giải trình chờ trả lời").click()
    for key, code, reply in (
        ("a", "1.1.4", "Chấp nhận biên bản nghiệm thu."),
        ("e", "2.1.1", "Giữ nguyên: không có văn bản gia hạn."),
    ):
        card = page.locator("article.work-row").filter(has_text=code)
        _open_form(page, card, key)
        card.get_by_label("Trả lời đơn vị").fill(reply)
        page.keyboard.press("Control+s")
        expect(card).to_contain_text("Đã trả lời")
