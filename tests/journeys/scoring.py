"""What a department does with its sheet: by hand leaf by leaf, or in Excel; then the head locks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from openpar.parindex.assessments.sheet_layout import ANSWER, CODE, DENOMINATOR, FIRST_ROW, NOTE, NUMERATOR
from tests.journeys.browser import press, row, says
from tests.journeys.table import PLAN_SIGNED

# Answer, numerator, denominator of a leaf, as they are typed into a sheet.
Cells = tuple[str | int | None, str | int | None, int | None]
_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def _pick(label: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("radio", name=label).check()


def _figures(**figures: str) -> Callable[[Page], None]:
    def fill(page: Page) -> None:
        for name, value in figures.items():
            page.locator(f"#score-form [name='{name}']").fill(value)

    return fill


def _plan_day(page: Page) -> None:
    page.get_by_label("Ngày ký số").first.fill(PLAN_SIGNED)
    page.get_by_role("radio", name="Có").check()


def _ticks(page: Page) -> None:
    for label in ("đủ lĩnh vực", "rõ sản phẩm, thời hạn"):
        page.get_by_role("checkbox", name=label).check()


# Sở Y tế: 1 + 1 + 0,7 + 1,6 + 0,5 + 1,5 + 0,5 + 2 + 1,2 + 0,5 + 0,75 = 11,25 of 15; what to type, and what
# the page says of it before it is saved.
HEALTH_ENTRIES: Mapping[str, tuple[Callable[[Page], None], str]] = {
    "1.1.1": (_pick("Có"), "1,00"),
    "1.1.2": (_plan_day, "1,00"),
    "1.1.3": (_ticks, "0,70"),
    "1.1.4": (_figures(numerator="40", denominator="50"), "1,60"),
    "1.2.1": (_pick("cấp sở công nhận"), "0,50"),
    "1.2.2": (_figures(numerator="15"), "1,50"),
    "1.2.3": (_figures(numerator="3"), "0,50"),
    "2.1.1": (_figures(numerator="46", denominator="50"), "46/50 = 92 %"),
    "2.1.2": (_figures(numerator="30", denominator="50"), "1,20"),
    "2.1.3": (_figures(count_0="1"), "0,50"),
    "2.1.4": (_pick("Khá"), "0,75"),
}


def open_own_sheet(page: Page, unit: str) -> None:
    """From “Việc của tôi” to the sheet."""
    page.goto("/")
    page.get_by_role("link", name=unit).first.click()
    expect(page.locator(".context-bar")).to_contain_text(unit)


def score_every_leaf(page: Page) -> None:
    """Types every leaf and goes on to the next one; the page reckons while one types."""
    open_own_sheet(page, "Sở Y tế")
    page.get_by_role("link", name="1.1.1").first.click()
    codes = list(HEALTH_ENTRIES)
    for code, following in zip(codes, [*codes[1:], ""], strict=True):
        enter, said = HEALTH_ENTRIES[code]
        expect(page.get_by_role("heading", level=1)).to_contain_text(code)
        enter(page)
        expect(page.locator("#reckoning")).to_contain_text(said)
        if following:
            press(page, f"Lưu và sang {following}")
        else:
            page.keyboard.press("Control+s")
            expect(page.locator("#action-note")).to_contain_text("Đã lưu")
    expect(page.locator(".context-bar")).to_contain_text("11,25")


def attach_a_document(page: Page, code: str, folder: Path) -> None:
    """Uploads a small PDF beside a leaf."""
    path = folder / f"tai-lieu-{code}.pdf"
    path.write_bytes(_PDF)
    page.locator("summary", has_text="Thêm tài liệu").click()
    page.get_by_label("Tệp", exact=False).first.set_input_files(path)
    page.get_by_label("Trích yếu").fill("Báo cáo kết quả cải cách hành chính năm")
    page.get_by_label("Số, ký hiệu").fill("215/BC-SYT")
    page.get_by_label("Mục, trang chứng minh").first.fill("mục 2, trang 4")
    press(page, "Tải lên và gắn")
    expect(row(page, "215/BC-SYT")).to_contain_text("mục 2, trang 4")


def mend_the_gaps_and_submit(page: Page, folder: Path) -> None:
    """The two leaves that want documents have none: the page says so and leads there."""
    page.get_by_role("link", name="Kiểm tra và trình").click()
    expect(page.get_by_role("button", name="Trình thủ trưởng")).to_have_attribute("aria-disabled", "true")
    gaps = page.locator("#gaps")
    expect(gaps.get_by_role("listitem")).to_have_count(2)
    gaps.get_by_role("link", name="1.1.4").click()
    attach_a_document(page, "1.1.4", folder)
    page.get_by_role("link", name="Tổng quan", exact=True).click()
    page.locator("#gaps").get_by_role("link", name="1.1.1").click()
    page.get_by_label("Giải trình của đơn vị").fill("Kế hoạch ban hành kèm Quyết định 12/QĐ-SYT.")
    press(page, "Lưu")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")
    submit(page)


def submit(page: Page) -> None:
    page.get_by_role("link", name="Kiểm tra và trình").click()
    press(page, "Trình thủ trưởng")
    says(page, "Đã trình thủ trưởng duyệt.")


def lock(page: Page, unit: str, total: str) -> None:
    """The head reads the total once more and locks the sheet."""
    open_own_sheet(page, unit)
    page.get_by_role("link", name="Duyệt và chốt").first.click()
    page.locator(".split-main").get_by_role("link", name="Duyệt và chốt").click()
    press(page, f"Duyệt và chốt {total} điểm")
    says(page, "Đã duyệt và chốt phiếu tự chấm.")


def claim_a_bonus(page: Page) -> None:
    page.get_by_role("link", name="Điểm thưởng").click()
    page.get_by_label("Căn cứ đề nghị").fill("Sáng kiến được cấp tỉnh nhân rộng")
    page.get_by_label("Số điểm đề nghị").fill("0,5")
    page.get_by_label("Giải trình").fill("Quyết định công nhận sáng kiến của Chủ tịch UBND tỉnh")
    press(page, "Gửi đề nghị")
    says(page, "Đã gửi đề nghị điểm thưởng.")


def fill_in_excel(page: Page, unit: str, rows: Mapping[str, Cells], note: str, folder: Path) -> None:
    """Downloads the sheet, fills it as an office program does, uploads it, reads the changes, saves them."""
    open_own_sheet(page, unit)
    page.get_by_role("link", name="Nhập từ Excel").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải phiếu .xlsx").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    fill_workbook(path, rows, note)
    page.get_by_label("Phiếu đã điền").set_input_files(path)
    press(page, "Tải lên và xem thay đổi")
    count = sum(any(value is not None for value in cells) for cells in rows.values())
    expect(page.locator(".figures")).to_contain_text(f"Tiêu chí sẽ thay đổi{count}")
    press(page, "Lưu vào phiếu")
    says(page, f"Đã lưu {count} tiêu chí từ tệp {path.name}.")


def fill_workbook(path: Path, rows: Mapping[str, Cells], note: str) -> None:
    """Types into the yellow cells of a sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for cells in sheet.iter_rows(min_row=FIRST_ROW + 1):
        values = rows.get(str(cells[CODE].value))
        if values is None or all(value is None for value in values):
            continue
        for column, value in zip((ANSWER, NUMERATOR, DENOMINATOR, NOTE), (*values, note), strict=True):
            if value is not None and value != "":
                cells[column].value = value
    book.save(path)
