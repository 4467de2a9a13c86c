"""What a plan costs: typed and imported, and told wherever the task is told; summed once a task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from openpar.reform.plans.lines import led_by, led_by_class
from openpar.reform.plans.models import Assignment, LineChange, PlanVersion
from openpar.reform.plans.queries.budgets import budget_of
from tests.reform.plans import year
from tests.reform.plans.year import Province, moment
from tests.web.reading import browser_of, text_of
from tests.web.test_plan_drafts import drafted, own_plan

pytestmark = pytest.mark.django_db
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MILLION = Decimal(1_000_000)


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(moment(date(2026, 7, 12)), tick=True):
        yield


def costed(who: Province) -> PlanVersion:
    """A draft: 1,5 million and 98,5 million in F2, 1 billion in F5, a task without an amount."""
    version = year.draft(who, year=2027)
    everybody = year.line("Mở lớp cho mọi xã", leads=led_by_class("communes"), code="F2")
    year.put(
        version,
        who.manager,
        replace(everybody, budget=Decimal("1.5") * MILLION, budget_source="ngân sách xã"),
        replace(
            year.line("Rà soát", leads=led_by(who.health.pk), code="F2"), budget=Decimal("98.5") * MILLION
        ),
        replace(year.line("Tự chủ", leads=led_by(who.finance.pk), code="F5"), budget=1000 * MILLION),
        replace(year.line("Họp", leads=led_by(who.home.pk), code="F5"), budget_source="chi thường xuyên"),
    )
    return version


def priced(who: Province) -> PlanVersion:
    """The same in force."""
    return year.issued(
        costed(who), who.manager, who.home.organisation, number="9/KH-UBND", on=date(2026, 7, 1)
    )


def test_each_task_tells_its_money_once_and_fields_and_plan_their_sum(reform_year: Province) -> None:
    version = priced(reform_year)
    assert budget_of(version.pk).by_field == {"F2": 100 * MILLION, "F5": 1000 * MILLION}
    assert (budget_of(version.pk).total, budget_of(version.pk).tasks) == (1100 * MILLION, 3)
    page = f"/plans/{version.plan_id}/"
    said = text_of(browser_of(reform_year.auditor), f"{page}versions/1/")
    assert "Kinh phí: 1,5 triệu đồng (ngân sách xã)" in said
    assert "Kinh phí: chi thường xuyên" in said
    assert "Kinh phí: 100 triệu đồng" in said
    assert "Kinh phí 1.100 triệu đồng, của 3 nhiệm vụ có ghi số tiền." in said
    assert "Kinh phí 1.100 triệu đồng" in text_of(browser_of(reform_year.auditor), page)
    fields = text_of(browser_of(reform_year.auditor), f"{page}?view=fields")
    assert re.search(r"F5\. [^<]*</dt>\s*<dd>1\.000 triệu đồng", fields)


def test_what_is_dropped_costs_nothing_and_a_plan_without_money_says_nothing(reform_year: Province) -> None:
    version = costed(reform_year)
    version.lines.filter(field="F5").update(change=LineChange.DROPPED)
    assert budget_of(version.pk).total == 100 * MILLION
    assert "Kinh phí" not in text_of(
        browser_of(reform_year.auditor), f"/plans/{reform_year.issued().pk}/versions/1/"
    )


def test_the_page_of_a_task_and_the_workbook_tell_its_money(reform_year: Province) -> None:
    version = priced(reform_year)
    owed = Assignment.objects.filter(line__version=version, line__field="F2").order_by("id").first()
    assert owed is not None
    assert "1,5 triệu đồng (ngân sách xã)" in text_of(browser_of(reform_year.auditor), f"/tasks/{owed.pk}/")
    answer = browser_of(reform_year.auditor).get(f"/plans/{version.plan_id}/export/")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = [tuple(row[-2:]) for row in sheet.iter_rows(values_only=True)]
    assert ("Kinh phí cả nhiệm vụ (triệu đồng)", "Nguồn kinh phí") in rows
    assert rows.count((1.5, "ngân sách xã")) == 2
    assert (None, "chi thường xuyên") in rows


def test_the_preview_of_a_file_tells_the_money_before_it_comes_in(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Lĩnh vực", "Kinh phí (triệu đồng)"])
    sheet.append(["1", "Rà soát thủ tục", "Sở Y tế", "Quý III", "Cải cách thủ tục hành chính", "12,5"])
    sheet.append(["2", "Công khai thủ tục", "Sở Y tế", "Quý III", "Cải cách thủ tục hành chính", "7,5"])
    content = BytesIO()
    book.save(content)
    browser = browser_of(reform_year.health.officer)
    file = SimpleUploadedFile("bang.xlsx", content.getvalue(), content_type=_EXCEL)
    sent = browser.post(f"/plans/{plan.pk}/draft/import/", {"file": file})
    assert sent.status_code == 302
    preview = browser.get(sent.headers["Location"]).content.decode()
    assert "Kinh phí: 12,5 triệu đồng" in preview
    assert "Kinh phí: 20 triệu đồng" in preview
    browser.post(sent.headers["Location"], {"version": str(drafted(plan).version)})
    assert "Kinh phí 20 triệu đồng" in browser.get(f"/plans/{plan.pk}/draft/").content.decode()
