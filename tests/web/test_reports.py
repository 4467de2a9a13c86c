"""The pages of periodic reports: the desk, one report, the grid, the text, the document, the roll-up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Role
from openpar.common.formats import VIETNAM
from openpar.reports.periodic.models import PeriodicReport, ReportLock, ReportRevision, RevisionState
from tests import factories
from tests.reports.periodic import made
from tests.reports.periodic.made import LATE, ON_TIME, YEAR, Office, Province, number, pair
from tests.web.reading import browser_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def report_pages() -> Province:
    """Sở Y tế has sent a report that was accepted, Sở Tư pháp one that waits, the ward has begun one."""
    found = made.province()
    health = made.sent(found.health, {"1.1.1": number(50), "1.1.2": number(30), "7.4": pair(9, 10)})
    made.accepted(found.manager, health)
    made.sent(found.justice, {"1.1.1": number(10), "1.1.2": number(10), "7.4": pair(10, 90)}, at=LATE)
    made.begun(found.ward)
    return found


@pytest.fixture(autouse=True)
def _autumn() -> Iterator[None]:
    with time_machine.travel(LATE, tick=True):
        yield


def text_of(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return visible(answer.content.decode())


def report_of(who: Office) -> PeriodicReport:
    return PeriodicReport.objects.get(organisation=who.agency)


def posted(browser: Client, address: str, **fields: object) -> str:
    """The page after a form that was taken in."""
    answer = browser.post(address, fields, follow=True)
    assert answer.status_code == 200, visible(answer.content.decode())[:2000]
    assert answer.redirect_chain
    return visible(answer.content.decode())


def refused(browser: Client, address: str, **fields: object) -> str:
    """The page after a form that was not taken in: 422, or 409 where somebody was faster."""
    answer = browser.post(address, fields)
    assert answer.status_code in (409, 422)
    return visible(answer.content.decode())


# The desk


def test_the_desk_tells_who_owes_what_and_how_late_it_is(report_pages: Province) -> None:
    text = text_of(browser_of(report_pages.manager), "/reports/")
    assert "Báo cáo quý III năm 2026" in text
    assert "2/4" in text
    assert re.search(r"Sở Y tế Đã tiếp nhận 16/09/2026 đúng hạn", text)
    assert re.search(r"Sở Tư pháp Đã gửi, chờ tiếp nhận 16/09/2026 muộn 3 ngày làm việc", text)
    assert re.search(r"Phường Xuân Hương Đang soạn 16/09/2026 quá hạn 3 ngày làm việc", text)
    waiting = text_of(browser_of(report_pages.manager), "/reports/?state=waiting")
    assert "Sở Tư pháp" in waiting
    assert "Phường Xuân Hương" not in waiting


def test_an_agency_sees_its_own_year_and_opens_what_it_owes(report_pages: Province) -> None:
    browser = browser_of(report_pages.home.officer)
    text = text_of(browser, "/reports/")
    assert text.index("Báo cáo quý I năm 2026") < text.index("Báo cáo năm 2026")
    assert "Sở Y tế" not in text
    told = posted(browser, "/reports/new/", organisation=report_pages.home.agency.pk, report="q3", year=YEAR)
    assert "Còn thiếu" in told
    assert report_of(report_pages.home).reporter == "department"


def test_strangers_find_nothing(report_pages: Province) -> None:
    report = report_of(report_pages.health)
    stranger = browser_of(report_pages.justice.officer)
    appraiser = browser_of(factories.actor_as(Role.APPRAISER, report_pages.home.agency))
    for address in ("", "figures/", "text/", "preview/", "compare/", "appendix/", "document/pdf/", "signed/"):
        assert stranger.get(f"/reports/{report.pk}/{address}").status_code == 404
    for browser in (stranger, browser_of(report_pages.leader)):
        assert browser.post(f"/reports/{report.pk}/accept/").status_code == 404
        assert browser.post(f"/reports/{report.pk}/revise/", {"reason": "x"}).status_code == 404
    assert stranger.get("/reports/board/").status_code == 404
    assert appraiser.get("/reports/").status_code == 404
    assert Client().get("/reports/").status_code == 302
    given = {"organisation": report_pages.health.agency.pk, "report": "h1", "year": YEAR}
    assert stranger.post("/reports/new/", given).status_code == 404


# The grid


def test_figures_are_saved_with_their_reason_and_their_document(report_pages: Province) -> None:
    who = report_pages.ward
    report = report_of(who)
    document = add_document(
        by=who.officer, at=ON_TIME, owner_id=who.agency.pk, title="Báo cáo khảo sát", number="7/BC"
    )
    browser = browser_of(who.officer)
    fields = {
        "figures_version": made.newest(report).figures_version,
        "v-1.4.1": "1.250",
        "d-1.4.1": f"#{document.pk} 7/BC",
        "v-6.1": "",
        "w-6.1": "",
        "r-6.1": "Không có vốn đầu tư công",
        "v-1.5": "1",
    }
    told = posted(browser, f"/reports/{report.pk}/figures/", **fields)
    assert "Đã lưu 3 dòng" in told
    text = text_of(browser, f"/reports/{report.pk}/")
    assert "1.250" in text
    assert "7/BC" in text
    assert "Lý do: Không có vốn đầu tư công" in text
    assert "1 (có)" in text


def test_a_figure_that_is_none_is_told_and_everything_typed_stays(report_pages: Province) -> None:
    report = report_of(report_pages.ward)
    browser = browser_of(report_pages.ward.officer)
    fields = {"figures_version": 1, "v-1.4.1": "nhiều", "v-2.1": "-3", "v-1.1.1": "12"}
    answer = browser.post(f"/reports/{report.pk}/figures/", fields)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="nhiều"' in html
    assert 'value="12"' in html
    assert html.count('aria-invalid="true"') == 2


def test_who_was_slower_sees_both_figures(report_pages: Province) -> None:
    who = report_pages.ward
    report = report_of(who)
    seen = made.newest(report).figures_version
    made.typed(who, report, {"1.4.1": number(5)}, at=LATE)
    browser = browser_of(who.head)
    text = refused(browser, f"/reports/{report.pk}/figures/", figures_version=seen, **{"v-1.4.1": "7"})
    assert "Người khác đã lưu trong lúc bạn nhập" in text
    assert "1.4.1 Số phiếu khảo sát hài lòng 7 5" in text


def test_the_appendix_goes_out_and_comes_back_as_the_same_figures(report_pages: Province) -> None:
    who, report = report_pages.health, report_of(report_pages.health)
    content = browser_of(who.officer).get(f"/reports/{report.pk}/appendix/").content
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    assert rows["1.1.1"][3] == 50
    assert rows["1.1.3"][5] == "30/50 (60 %)"
    other = made.begun(report_pages.home, at=LATE)
    browser = browser_of(report_pages.home.officer)
    told = posted(
        browser,
        f"/reports/{other.pk}/figures/import/",
        figures_version=made.newest(other).figures_version,
        file=SimpleUploadedFile("phu-luc.xlsx", content),
    )
    assert "Đã nhận 48 dòng từ tệp" in told
    mine, theirs = made.view_of(other), made.view_of(report)
    assert mine.values == theirs.values
    assert (mine.counted.imported, mine.counted.typed) == (theirs.counted.typed, 0)


def test_a_file_of_another_shape_is_refused_cell_by_cell_and_kept(report_pages: Province) -> None:
    report = report_of(report_pages.ward)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Mã số", "Chỉ tiêu", "Số thứ nhất", "Số thứ hai"],
        ["1.4.1", "", "một trăm"],
        ["9.9", "", 4],
    ):
        sheet.append(row)
    output = BytesIO()
    book.save(output)
    text = refused(
        browser_of(report_pages.ward.officer),
        f"/reports/{report.pk}/figures/import/",
        figures_version=1,
        file=SimpleUploadedFile("sai.xlsx", output.getvalue()),
    )
    assert "ô C2" in text
    assert "ô A3" in text
    assert "2 chỗ bị từ chối" in text


def test_a_difference_is_explained_on_the_page(report_pages: Province) -> None:
    who, report = report_pages.ward, report_of(report_pages.ward)
    made.typed(who, report, {"1.1.1": number(5), "1.1.2": number(8)}, at=LATE)
    browser = browser_of(who.officer)
    fields = {"version": made.newest(report).version, "identity": "plan", "text": "Ba việc của năm trước"}
    assert "Giải trình: Ba việc của năm trước" in posted(
        browser, f"/reports/{report.pk}/figures/explain/", **fields
    )
    assert "Đã tính lại" in posted(
        browser,
        f"/reports/{report.pk}/figures/compute/",
        figures_version=made.newest(report).figures_version,
    )
    fields = {"version": made.newest(report).version, "until_on": "31/12/2026"}
    assert "không nằm trong" in refused(browser, f"/reports/{report.pk}/figures/cut-off/", **fields)
    fields["until_on"] = "10/09/2026"
    assert "Đã sửa ngày chốt" in posted(browser, f"/reports/{report.pk}/figures/cut-off/", **fields)


# The text


def test_a_part_is_written_and_what_two_wrote_at_once_is_shown_beside(report_pages: Province) -> None:
    who, report = report_pages.ward, report_of(report_pages.ward)
    address = f"/reports/{report.pk}/text/F3/"
    first, second = browser_of(who.officer), browser_of(who.head)
    assert "Đã lưu phần" in posted(first, address, version=1, text="Sắp xếp một phòng.")
    text = refused(second, address, version=1, text="Không thay đổi.")
    assert "Người khác vừa lưu phần này" in text
    assert "Sắp xếp một phòng." in text
    assert "Không thay đổi." in text
    told = posted(second, f"{address}draft/", version=2)
    assert "Đã soạn lại dự thảo" in told
    assert "Sắp xếp một phòng." in told
    assert second.post(f"/reports/{report.pk}/text/none/", {"version": 1}).status_code == 404


# Steps


def test_a_report_goes_from_draft_to_accepted_over_the_pages(report_pages: Province) -> None:
    who, report = report_pages.ward, report_of(report_pages.ward)
    head, manager = browser_of(who.head), browser_of(report_pages.manager)
    text = refused(head, f"/reports/{report.pk}/submit/", version=made.newest(report).version)
    assert "chưa có số liệu" in text
    made.filled(who, report, at=LATE)
    assert browser_of(who.officer).post(f"/reports/{report.pk}/submit/", {"version": 1}).status_code == 404
    told = posted(head, f"/reports/{report.pk}/submit/", version=made.newest(report).version)
    assert "Đã ký gửi báo cáo." in told
    assert "muộn 3 ngày làm việc" in told
    assert "để trống" in refused(manager, f"/reports/{report.pk}/return/", reason=" ")
    told = posted(manager, f"/reports/{report.pk}/return/", reason="Thiếu nguyên nhân")
    assert "Bị trả lại" in text_of(head, f"/reports/{report.pk}/?revision=1")
    posted(head, f"/reports/{report.pk}/submit/", version=made.newest(report).version)
    assert "Đã tiếp nhận" in posted(manager, f"/reports/{report.pk}/accept/")
    told = posted(head, f"/reports/{report.pk}/revise/", reason="Sót một xã")
    assert "Lý do lập bản này: Sót một xã" in told
    assert "Đã bỏ bản đang soạn" in posted(
        head, f"/reports/{report.pk}/discard/", version=made.newest(report).version
    )


def test_revisions_stand_side_by_side(report_pages: Province) -> None:
    who, report = report_pages.health, report_of(report_pages.health)
    made.revised(who, report, {"1.4.1": number(77)})
    text = text_of(browser_of(report_pages.auditor), f"/reports/{report.pk}/compare/")
    assert "1.4.1 Số phiếu khảo sát hài lòng 0 77 Số liệu đã kiểm tra lại" in text
    assert "Cộng sót một xã" in text


def test_the_signed_file_is_attached_and_read_as_it_came(report_pages: Province) -> None:
    who, report = report_pages.health, report_of(report_pages.health)
    content = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    document = add_document(
        by=who.officer,
        at=ON_TIME,
        owner_id=who.agency.pk,
        title="Báo cáo quý III",
        number="12/BC-SYT",
        issued_on=date(2026, 9, 16),
        upload=content,
        file_name="bao-cao.pdf",
    )
    browser = browser_of(who.officer)
    assert browser.get(f"/reports/{report.pk}/signed/").status_code == 404
    told = posted(browser, f"/reports/{report.pk}/attach/", document=document.pk)
    assert "số 12/BC-SYT ngày 16/09/2026" in told
    answer = browser_of(report_pages.auditor).get(f"/reports/{report.pk}/signed/")
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]  # a file is streamed


# The document


def test_the_document_is_shown_as_pages_and_given_as_files(report_pages: Province) -> None:
    report = report_of(report_pages.health)
    browser = browser_of(report_pages.health.officer)
    html = browser.get(f"/reports/{report.pk}/preview/").content.decode()
    assert html.count('<img src="data:image/svg+xml;base64,') >= 3
    word = browser.get(f"/reports/{report.pk}/document/docx/")
    assert word.content.startswith(b"PK")
    pdf = browser.get(f"/reports/{report.pk}/document/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    assert browser.get(f"/reports/{report.pk}/document/rtf/").status_code == 404


# The roll-up


def test_the_board_adds_up_and_leads_down_to_the_agencies(report_pages: Province) -> None:
    made.accepted(report_pages.manager, report_of(report_pages.justice), at=LATE)
    browser = browser_of(report_pages.leader)
    text = text_of(browser, f"/reports/board/?report=q3&year={YEAR}&line=7.4")
    # 9/10 and 10/90: 19 %, never the mean of 90 and 11,11.
    assert "19/100 (19 %)" in text
    assert "Sở Y tế 9/10 (90 %)" in text
    assert "Sở Tư pháp 10/90 (11,11 %)" in text
    assert "Phường Xuân Hương chưa có báo cáo" in text
    assert "2 đơn vị chưa có báo cáo được tiếp nhận" in text
    content = browser.get(f"/reports/board/export/?report=q3&year={YEAR}").content
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["Toàn tỉnh", "Theo đơn vị"]
    first = {row[0]: row for row in book["Toàn tỉnh"].iter_rows(values_only=True) if row[0]}
    assert first["1.1.3"][2] == "40/60 (66,67 %)"


def test_the_page_of_levels_puts_kinds_together_and_a_district_beside_its_communes(
    report_pages: Province,
) -> None:
    made.accepted(report_pages.manager, report_of(report_pages.justice), at=LATE)
    browser = browser_of(report_pages.leader)
    text = text_of(browser, f"/reports/levels/?report=q3&year={YEAR}")
    assert "Sở, ban, ngành 2/3 báo cáo" in text
    assert re.findall(r"7\.4 .*?(\d+/\d+) \(19 %\)", text)
    assert "Khu vực có đơn vị báo cáo lên" not in text
    march = datetime(2025, 3, 14, 9, 0, tzinfo=VIETNAM)
    district = made.office("Huyện Đức Trọng", report_pages.committee, kind=Kind.DISTRICT)
    commune = made.office("Xã Hiệp An", district.agency, kind=Kind.COMMUNE)
    for office, forms in ((district, 100), (commune, 30)):
        old = made.sent(office, {"1.4.1": number(forms)}, "q1", year=2025, at=march)
        made.accepted(report_pages.manager, old, at=march)
    address = "/reports/levels/?report=q1&year=2025"
    assert "Huyện Đức Trọng 1/1 1 chỉ tiêu khác số cộng từ dưới lên" in text_of(browser, address)
    area = text_of(browser, f"{address}&area={district.agency.pk}")
    assert re.search(r"1\.4\.1 [^0-9]*30 100 \+70 1", area)
    assert "Về toàn tỉnh" in area
    assert browser_of(report_pages.health.head).get("/reports/levels/").status_code == 404


def test_a_cut_off_is_kept_beside_what_was_corrected_later(report_pages: Province) -> None:
    manager = browser_of(report_pages.manager)
    where = {"report": "q3", "year": YEAR}
    assert "1 báo cáo chờ tiếp nhận" in refused(manager, "/reports/board/lock/", **where)
    made.accepted(report_pages.manager, report_of(report_pages.justice), at=LATE)
    assert browser_of(report_pages.leader).post("/reports/board/lock/", where).status_code == 404
    assert "Đã chốt số liệu" in posted(manager, "/reports/board/lock/", **where)
    assert ReportLock.objects.get().missing
    report = report_of(report_pages.health)
    made.revised(report_pages.health, report, {"1.1.2": number(45)})
    made.accepted(report_pages.manager, report, at=LATE)
    text = text_of(manager, "/reports/board/?report=q3&year=2026")
    assert "55 đã chốt: 40" in text
    locked = text_of(manager, "/reports/board/?report=q3&year=2026&as=locked")
    assert "55" not in re.findall(r"1\.1\.2 Số nhiệm vụ đã hoàn thành (\d+)", locked)
    assert re.findall(r"1\.1\.2 Số nhiệm vụ đã hoàn thành (\d+)", locked) == ["40"]
    assert ReportRevision.objects.filter(report=report, state=RevisionState.LOCKED).count() == 1


def test_the_period_before_and_the_year_before_stand_beside(report_pages: Province) -> None:
    march = datetime(2026, 3, 16, 9, 0, tzinfo=VIETNAM)
    first = made.sent(report_pages.health, {"1.4.1": number(30)}, "q1", at=march)
    made.accepted(report_pages.manager, first, at=march)
    before = datetime(2025, 9, 16, 9, 0, tzinfo=VIETNAM)
    old = made.sent(report_pages.health, {"1.4.1": number(80)}, year=2025, at=before)
    made.accepted(report_pages.manager, old, at=before)
    new = PeriodicReport.objects.get(organisation=report_pages.health.agency, code="q3", year=YEAR)
    text = text_of(browser_of(report_pages.health.officer), f"/reports/{new.pk}/")
    assert "Báo cáo quý III 2025" in text
    assert "−80" in text
    assert "Báo cáo quý I 2026" in text
    assert "−30" in text
    alone = text_of(browser_of(report_pages.health.officer), f"/reports/{first.pk}/")
    assert "Không so sánh với báo cáo quý I năm 2025: chưa có bản nào được gửi." in alone
    board = text_of(browser_of(report_pages.manager), "/reports/board/?report=q3&year=2026")
    assert "−80" in board
    assert "−30" in board


# First page, queries


def test_what_is_owed_waits_on_the_first_page(report_pages: Province) -> None:
    ward = text_of(browser_of(report_pages.ward.officer), "/")
    assert "Báo cáo quý III năm 2026" in ward
    assert "quá hạn 3 ngày làm việc" in ward
    assert "chờ ký gửi" in text_of(browser_of(report_pages.ward.head), "/")
    assert "chờ tiếp nhận" in text_of(browser_of(report_pages.manager), "/")


def test_queries_do_not_grow_with_the_number_of_agencies(report_pages: Province) -> None:
    browser = browser_of(report_pages.manager)
    board, levels = "/reports/board/?report=q3&year=2026&line=7.4", "/reports/levels/?report=q3&year=2026"
    addresses = ("/reports/", board, levels)

    def queries() -> list[int]:
        counted = []
        for address in addresses:
            with CaptureQueriesContext(connection) as found:
                browser.get(address)
            counted.append(len(found))
        return counted

    queries()
    few = queries()
    for place in range(2):
        more = made.office(f"Sở thứ {place}", report_pages.committee)
        made.accepted(report_pages.manager, made.sent(more, at=LATE), at=LATE)
    many = queries()
    assert all(more <= less for more, less in zip(many, few, strict=True))
