"""A whole round in the browser, by role: from the table of the decision to the published ranking.

Only the organisations and the people are there before. The totals at the end are reckoned here by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import Organisation
from tests import factories
from tests.journeys import appraising, concluding, preparing, scoring
from tests.journeys.browser import Visitors
from tests.journeys.table import HOME_AFFAIRS_ROWS, JUSTICE_ROWS


@dataclass(frozen=True)
class Cast:
    """The people of the round; each logs in with the password of the factories."""

    manager: User
    health_focal: User
    health_head: User
    home_focal: User
    home_head: User
    justice_focal: User
    inside: User
    outside: User
    chair: User


@pytest.fixture
def cast(db: None) -> Cast:
    home = factories.organisation("Sở Nội vụ", block_code="so")
    health = factories.organisation("Sở Y tế", block_code="so")
    justice = factories.organisation("Sở Tư pháp", block_code="so")
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)

    def person(role: Role, where: Organisation, name: str) -> User:
        return factories.person_as(role, where, name, password=factories.PASSWORD)

    return Cast(
        manager=person(Role.ROUND_MANAGER, home, "Trần Thị Minh Hạnh"),
        health_focal=person(Role.FOCAL_OFFICER, health, "Nguyễn Thị Hòa"),
        health_head=person(Role.AGENCY_HEAD, health, "Bùi Thanh Sơn"),
        home_focal=person(Role.FOCAL_OFFICER, home, "Lê Văn Bình"),
        home_head=person(Role.AGENCY_HEAD, home, "Đỗ Thị Yến"),
        justice_focal=person(Role.FOCAL_OFFICER, justice, "Hoàng Minh Châu"),
        inside=person(Role.APPRAISER, home, "Phạm Văn Tú"),
        outside=person(Role.APPRAISER, office, "Đặng Ngọc Lan"),
        chair=person(Role.COUNCIL_CHAIR, home, "Hồ Đức Vinh"),
    )


def test_a_round_from_the_table_of_criteria_to_the_published_ranking(
    visitors: Visitors, cast: Cast, tmp_path: Path
) -> None:
    manager = visitors.as_person(cast.manager)
    preparing.bring_in_the_table(manager, tmp_path)
    preparing.set_the_rule_that_nobody_could_read(manager)
    preparing.settle_the_arithmetic(manager)
    preparing.issue_the_set(manager)
    preparing.prepare_the_round(manager)
    preparing.hand_out_fields(manager, ["Phạm Văn Tú, Sở Nội vụ", "Đặng Ngọc Lan, Văn phòng UBND tỉnh"])
    preparing.open_the_round(manager)

    health = visitors.as_person(cast.health_focal)
    scoring.score_every_leaf(health)
    scoring.claim_a_bonus(health)
    scoring.mend_the_gaps_and_submit(health, tmp_path)
    scoring.lock(visitors.as_person(cast.health_head), "Sở Y tế", "11,25")
    home = visitors.as_person(cast.home_focal)
    scoring.fill_in_excel(home, "Sở Nội vụ", HOME_AFFAIRS_ROWS, "Theo báo cáo năm của Sở", tmp_path)
    scoring.submit(home)
    scoring.lock(visitors.as_person(cast.home_head), "Sở Nội vụ", "14,60")
    justice = visitors.as_person(cast.justice_focal)
    scoring.fill_in_excel(justice, "Sở Tư pháp", JUSTICE_ROWS, "", tmp_path)

    concluding.move_on(
        manager, "Thẩm định", reason="Hai đơn vị đã chốt; Sở Tư pháp xin thẩm định như hiện có."
    )
    inside = visitors.as_person(cast.inside)
    appraising.decide_across_units(inside)
    appraising.agree_with_a_whole_unit(visitors.as_person(cast.outside), "Sở Nội vụ")
    concluding.move_on(manager, "Giải trình")
    health.goto("/")
    appraising.explain(health)
    concluding.move_on(manager, "Thẩm định lần 2", reason="Các đơn vị đã giải trình xong.")
    appraising.answer_the_explanations(inside)
    concluding.move_on(manager, "Chờ công nhận")
    concluding.type_the_outside_parts(manager)
    concluding.settle_bonus_and_penalty(manager)
    concluding.conclude(visitors.as_person(cast.chair))
    concluding.publish(manager)
    read_the_results(health, tmp_path)


# Y tế: 11,25 − 0,2 − 1 = 10,05 appraised, 2,7 + 1,6 from outside, 0,5 bonus = 14,85 of 20.
# Nội vụ: 14,6 + 2,85 + 1,875 = 19,325. Tư pháp: 9,1 of 13 is 10,5 of 15; + 2,4 + 1,45 − 0,25 = 14,1.
RANKING = (
    ("1/3", "Sở Nội vụ", "19,33", "96,63", "Xuất sắc"),
    ("2/3", "Sở Y tế", "14,85", "74,25", "Khá"),
    ("3/3", "Sở Tư pháp", "14,10", "70,50", "Khá"),
)


def read_the_results(page: Page, folder: Path) -> None:
    """The unit reads the ranking, the explanation of every point of its own, and takes the files along."""
    page.goto("/")
    page.locator(".entry-menu summary", has_text="Chỉ số CCHC").click()
    page.get_by_role("link", name="Kết quả", exact=True).click()
    page.get_by_role("link", name=preparing.ROUND_TITLE).click()
    for place, unit, total, index, grade in RANKING:
        line = page.locator(".result-ranking").get_by_role("row").filter(has_text=unit)
        for text in (place, total, index, grade):
            expect(line).to_contain_text(text)
    matrix = _download(page, "Xuất Excel", folder)
    texts = {
        str(cell) for sheet in openpyxl.load_workbook(matrix) for row in sheet.values for cell in row if cell
    }
    assert {"Sở Y tế", "Sở Nội vụ", "Sở Tư pháp", "99/QĐ-UBND"} <= texts | set(" ".join(texts).split())
    page.get_by_role("link", name="Sở Y tế").first.click()
    lost = page.locator("#lost")
    expect(lost.get_by_role("article")).to_have_count(2)
    expect(lost).to_contain_text("Năm nhiệm vụ có biên bản nghiệm thu bổ sung.")
    expect(lost).to_contain_text("Giữ nguyên: không có văn bản gia hạn.")
    notice = docx.Document(str(_download(page, "Thông báo (Word)", folder)))
    words = "\n".join(paragraph.text for paragraph in notice.paragraphs)
    assert "99/QĐ-UBND" in words
    assert "14,85" in words + "".join(cell.text for table in notice.tables for cell in table._cells)


def _download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
