"""The pages of reported figures: who has sent what, the grid, gaps, signature, roll-up, evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.delivery.figures.models import EvaluationInput, FigureRevision, FigureSheet, RevisionState
from tests import factories
from tests.delivery.figures.sheets import (
    AT,
    FORM_06,
    II_06A,
    NAMES,
    SON_LA,
    Office,
    cells,
    counts,
    line,
    newest,
    numbered,
    office,
    opened,
    quarter,
    saved,
    sent,
    view_of,
    workbook,
)
from tests.web.reading import browser_of, text_of, visible

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _october() -> Iterator[None]:
    with time_machine.travel(AT, tick=True):
        yield


def overseer(role: Role = Role.PROCEDURE_CONTROLLER) -> Client:
    return browser_of(factories.actor_as(role, factories.organisation("Văn phòng UBND tỉnh", assessed=False)))


def grid(sheet: FigureSheet, *rows: dict[str, object], **others: object) -> dict[str, str]:
    """What the grid sends; a row has a label and figures by column key."""
    sent_along = {
        "version": str(newest(sheet).version),
        **{name: str(value) for name, value in others.items()},
    }
    for number, row in enumerate(rows, start=1):
        sent_along[f"label-{number}"] = str(row.get("label", "Hộ tịch"))
        sent_along[f"block-{number}"] = str(row.get("block", ""))
        for column, name in enumerate(NAMES, start=3):
            sent_along[f"c-{number}-{column}"] = str(row.get(name, ""))
    return sent_along


# The list


def test_the_list_tells_who_has_signed_and_who_has_not_begun() -> None:
    sent(office("Sở Y tế"), quarter(), line())
    opened(office("Sở Xây dựng"))
    office("Sở Tư pháp")
    text = visible(text_of(overseer(), "/figures/"))
    assert "Quý III/2026 (15/06/2026–14/09/2026)" in text
    assert "Sở Y tế Đã ký" in text
    assert "Sở Xây dựng Đang lập" in text
    assert "Sở Tư pháp chưa lập" in text
    assert "1/3" in text
    waiting = visible(text_of(overseer(), "/figures/?state=waiting"))
    assert "Sở Y tế" not in waiting
    assert "Sở Tư pháp" in waiting


def test_an_officer_sees_the_own_agency_only_and_a_stranger_nothing() -> None:
    who, other = office("Sở Y tế"), office("Sở Xây dựng")
    sheet = sent(other, quarter(), line())
    text = text_of(browser_of(who.officer), "/figures/")
    assert "Sở Y tế" in text
    assert "Sở Xây dựng" not in text
    for address in ("", "print/", "export/", "edit/"):
        assert browser_of(who.officer).get(f"/figures/{sheet.pk}/{address}").status_code == 404
    for address in ("/figures/rollup/", "/figures/rollup/export/"):
        assert browser_of(who.officer).get(address).status_code == 404
    stranger = browser_of(factories.actor_as(Role.APPRAISER, who.agency))
    assert stranger.get("/figures/").status_code == 404
    assert Client().get("/figures/").status_code == 302


def test_the_period_is_chosen_in_both_calendars_and_one_that_does_not_exist_is_said_so() -> None:
    browser = browser_of(office().officer)
    asked = "/figures/?form=06/VPCP/KSTT&calendar=CIVIL&kind=MONTH&year=2026&number=8"
    assert "Tháng 8/2026 (01/08/2026–31/08/2026)" in text_of(browser, asked)
    assert "9 tháng năm 2025" in text_of(browser, "/figures/?kind=NINE_MONTHS&year=2025")
    assert "Không có kỳ số 7" in text_of(browser, "/figures/?number=7", status=422)
    assert "Không có biểu này" in text_of(browser, "/figures/?kind=YEAR&year=2016")
    assert "Quý III/2026" in text_of(browser, "/figures/?form=x&calendar=y&kind=z&year=abc&number=-1")


def test_a_sheet_is_opened_from_the_list_by_the_agency_itself() -> None:
    who, other = office("Sở Y tế"), office("Sở Xây dựng")
    browser = browser_of(who.officer)
    sent_along = {"organisation": who.agency.pk, "form": II_06A, "kind": "QUARTER", "year": 2026, "number": 3}
    answer = browser.post("/figures/new/", sent_along)
    sheet = FigureSheet.objects.get()
    assert answer.headers["Location"] == f"/figures/{sheet.pk}/edit/"
    assert browser.post("/figures/new/", {**sent_along, "organisation": other.agency.pk}).status_code == 404
    refused = browser.post("/figures/new/", {**sent_along, "year": 2016})
    assert refused.status_code == 422
    assert FigureSheet.objects.count() == 1


# The grid


def test_the_grid_saves_what_was_typed_and_shows_what_does_not_hold_beside_the_row() -> None:
    who = office()
    sheet = opened(who)
    browser = browser_of(who.officer)
    answer = browser.post(
        f"/figures/{sheet.pk}/edit/", grid(sheet, {**counts(), "received": "104"}), follow=True
    )
    text = visible(answer.content.decode())
    assert "Đã lưu 11 ô. 2 chỗ chưa khớp" in text
    assert "E4: lệch 4" in text
    assert "104 tiếp nhận ≠ 80 đã giải quyết + 20 đang giải quyết = 100" in text
    assert view_of(sheet).figures.lines[0].counts["received"] == 104


def test_a_blank_cell_stays_blank_and_a_zero_stays_zero() -> None:
    who = office()
    sheet = opened(who)
    browser_of(who.officer).post(f"/figures/{sheet.pk}/edit/", grid(sheet, {"received": 0}))
    assert view_of(sheet).figures.lines[0].counts == {"received": 0}
    text = text_of(browser_of(who.officer), f"/figures/{sheet.pk}/")
    assert '<td class="num" title="nhập tay">0</td><td class="num">—</td>' in text


def test_cells_that_are_no_numbers_are_all_told_and_nothing_typed_is_lost() -> None:
    who = office()
    sheet = opened(who)
    typed = grid(sheet, {"label": "Hộ tịch", "received": "mười", "online": "-3"}, {"label": "", "late": "5"})
    answer = browser_of(who.officer).post(f"/figures/{sheet.pk}/edit/", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Hộ tịch, cột 3" in text
    assert "Hộ tịch, cột 4" in text
    assert 'value="mười"' in text
    assert 'id="c-1-3"' in text
    assert view_of(sheet).figures.lines == ()
    answer = browser_of(who.officer).post(
        f"/figures/{sheet.pk}/edit/", grid(sheet, {"label": "", "late": "5"})
    )
    assert answer.status_code == 422
    assert "chưa có tên" in answer.content.decode()


def test_form_06_asks_for_the_level_of_every_row() -> None:
    who = office()
    sheet = opened(who, form=FORM_06)
    browser = browser_of(who.officer)
    assert "Cấp huyện" not in text_of(browser, f"/figures/{sheet.pk}/edit/")
    rows = ({**counts(), "block": "province"}, {**counts(), "block": "commune"})
    browser.post(f"/figures/{sheet.pk}/edit/", grid(sheet, *rows, **{"t-commune-3": 120}))
    text = visible(text_of(browser, f"/figures/{sheet.pk}/"))
    assert "Cấp xã 120" in text
    assert "E6 tiếp nhận: lệch 20" in text


def test_who_was_slower_sees_both_versions_and_chooses() -> None:
    who = office()
    sheet = opened(who)
    late = grid(sheet, {**counts(), "received": "104"})
    saved(who, sheet, line())
    browser = browser_of(who.officer)
    answer = browser.post(f"/figures/{sheet.pk}/edit/", late)
    assert answer.status_code == 409
    text = visible(answer.content.decode())
    assert "Hộ tịch, cột 3 104 100" in text
    version = newest(sheet).version
    assert f'name="version" value="{version}"' in answer.content.decode()
    browser.post(f"/figures/{sheet.pk}/edit/", {**late, "version": str(version)})
    assert view_of(sheet).figures.lines[0].counts["received"] == 104


def test_a_file_is_taken_in_whole_or_refused_with_every_cell() -> None:
    who = office()
    sheet = opened(who)
    browser = browser_of(who.officer)

    def upload(content: bytes) -> str:
        file = SimpleUploadedFile("bieu.xlsx", content)
        sent_along = {"version": str(newest(sheet).version), "file": file}
        return visible(browser.post(f"/figures/{sheet.pk}/import/", sent_along, follow=True).content.decode())

    wrong = upload(workbook([numbered(), cells("Hộ tịch", {**counts(), "late": "x", "early": "y"})]))
    assert "ô H2" in wrong
    assert "ô J2" in wrong
    assert "2 chỗ bị từ chối" in wrong
    assert "Đã lưu 11 ô." in upload(workbook([numbered(), cells("Hộ tịch", counts())]))
    assert "số liệu không đổi" in upload(workbook([numbered(), cells("Hộ tịch", counts())]))
    answer = browser.post(f"/figures/{sheet.pk}/import/", {"version": "1"})
    assert "chưa chọn tệp nào" in answer.content.decode()


def test_the_head_of_the_sheet_is_changed_beside_the_grid() -> None:
    who = office()
    sheet = opened(who)
    browser = browser_of(who.officer)
    given = {"version": "1", "until_on": "09/09/2026", "placement": "own_columns"}
    text = browser.post(f"/figures/{sheet.pk}/head/", given, follow=True).content.decode()
    assert "Quý III/2026 (15/06/2026–09/09/2026)" in text
    assert "Bổ sung" in text
    wrong = browser.post(f"/figures/{sheet.pk}/head/", {**given, "version": "2", "until_on": "09/10/2026"})
    assert wrong.status_code == 422


def test_a_source_without_figures_is_refused_on_the_page() -> None:
    who = office()
    sheet = opened(who)
    given = {"version": "1", "source": "periods"}
    answer = browser_of(who.officer).post(f"/figures/{sheet.pk}/fill/", given)
    assert answer.status_code == 422
    assert "nguồn này chưa có số liệu" in answer.content.decode()


# Explaining, signing, returning


def explanation_of(sheet: FigureSheet, text: str) -> dict[str, object]:
    gaps = [f"{each.found.finding.identity}|{each.found.place}" for each in view_of(sheet).judged]
    return {"version": newest(sheet).version, "gap": gaps, "text": text}


def test_the_figures_of_son_la_are_refused_until_the_four_dossiers_are_explained() -> None:
    who = office("Văn phòng UBND tỉnh")
    sheet = opened(who, placement="own_columns")
    saved(who, sheet, line("Tổng hợp", given=SON_LA))
    head = browser_of(who.head)
    page = visible(text_of(head, f"/figures/{sheet.pk}/"))
    assert "4 hồ sơ chưa rõ" in page
    answer = head.post(f"/figures/{sheet.pk}/sign/", {"version": newest(sheet).version})
    assert answer.status_code == 422
    assert "4 hồ sơ chưa rõ" in visible(answer.content.decode())
    address = f"/figures/{sheet.pk}/explain/"
    browser_of(who.officer).post(address, explanation_of(sheet, "Bốn hồ sơ chờ bổ sung"))
    shown = visible(text_of(head, f"/figures/{sheet.pk}/"))
    assert "Giải trình: Bốn hồ sơ chờ bổ sung Trần Thị Lan" in shown
    answer = head.post(f"/figures/{sheet.pk}/sign/", {"version": newest(sheet).version}, follow=True)
    assert "Đã ký số liệu." in answer.content.decode()
    assert newest(sheet).state == RevisionState.SIGNED
    printed = visible(text_of(head, f"/figures/{sheet.pk}/print/"))
    assert "4 hồ sơ chưa rõ" in printed
    assert "Giải trình: Bốn hồ sơ chờ bổ sung" in printed
    book = openpyxl.load_workbook(BytesIO(head.get(f"/figures/{sheet.pk}/export/").content))
    said = " ".join(str(row[0]) for row in book.worksheets[0].iter_rows(values_only=True))
    assert "lệch 4. 4 hồ sơ chưa rõ" in said
    assert "Bốn hồ sơ chờ bổ sung" in said


def test_an_explanation_without_words_is_refused_and_the_ticks_stay() -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line(given={**counts(), "received": 104}))
    answer = browser_of(who.officer).post(f"/figures/{sheet.pk}/explain/", explanation_of(sheet, ""))
    assert answer.status_code == 422
    assert answer.content.decode().count('value="E4|/ho tich" checked') == 1


def test_only_the_head_signs_and_the_officer_is_told_who_does() -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line())
    browser = browser_of(who.officer)
    assert "chờ thủ trưởng đơn vị ký" in text_of(browser, f"/figures/{sheet.pk}/")
    assert browser.post(f"/figures/{sheet.pk}/sign/", {"version": "2"}).status_code == 404
    assert browser_of(who.head).post(f"/figures/{sheet.pk}/sign/", {"version": "1"}).status_code == 409


def test_signed_figures_go_back_with_a_reason_and_the_old_revision_stays_readable() -> None:
    who = office()
    sheet = sent(who, quarter(), line())
    address = f"/figures/{sheet.pk}/return/"
    assert browser_of(who.head).post(address, {"reason": "Sai"}).status_code == 404
    assert overseer(Role.LEADER).post(address, {"reason": "Sai"}).status_code == 404
    assert overseer().post(address, {"reason": ""}).status_code == 422
    overseer().post(address, {"reason": "Thiếu lĩnh vực Đất đai"})
    listed = visible(text_of(browser_of(who.officer), "/figures/"))
    assert "bị trả lại, đang lập lại" in listed
    assert "Thiếu lĩnh vực Đất đai" in listed
    browser = browser_of(who.officer)
    browser.post(f"/figures/{sheet.pk}/edit/", grid(sheet, {**counts(), "online": 61, "in_time": 19}))
    old = visible(text_of(browser, f"/figures/{sheet.pk}/?revision=1"))
    assert "Bị trả lại" in old
    assert "Đây không phải bản mới nhất" in old
    assert " 60 " in old
    assert text_of(browser, f"/figures/{sheet.pk}/?revision=7", status=404)


def test_the_agency_revises_with_a_reason_or_drops_the_revision() -> None:
    who = office()
    sheet = sent(who, quarter(), line())
    browser = browser_of(who.officer)
    assert browser.get(f"/figures/{sheet.pk}/edit/").status_code == 302
    assert browser.post(f"/figures/{sheet.pk}/revise/", {"reason": " "}).status_code == 422
    browser.post(f"/figures/{sheet.pk}/revise/", {"reason": "Sót hồ sơ"})
    assert "đã ký, đang sửa đổi" in text_of(overseer(), "/figures/")
    browser.post(f"/figures/{sheet.pk}/discard/", {"version": newest(sheet).version})
    assert FigureRevision.objects.get().state == RevisionState.SIGNED


# The roll-up


def test_the_roll_up_names_who_is_missing_and_counts_them_as_nothing() -> None:
    sent(office("Sở Y tế"), quarter(), line())
    office("Sở Tư pháp")
    text = visible(text_of(overseer(Role.LEADER), "/figures/rollup/"))
    assert "1 đơn vị chưa có số liệu đã ký" in text
    assert "Sở Tư pháp" in text
    assert "Tổng số 100" in text
    by_field = visible(text_of(overseer(), "/figures/rollup/?view=fields"))
    assert "Hộ tịch 100" in by_field
    answer = overseer().get("/figures/rollup/export/")
    assert openpyxl.load_workbook(BytesIO(answer.content)).sheetnames == ["Theo đơn vị", "Theo lĩnh vực"]
    assert "Chưa đơn vị nào ký" in text_of(overseer(), "/figures/rollup/?year=2025&number=1")


def test_the_list_and_a_sheet_cost_the_same_queries_however_many_there_are() -> None:
    browser = overseer()
    costs: list[tuple[int, ...]] = []
    for number in range(4):
        who: Office = office(f"Sở số {number}")
        sheet = sent(who, quarter(), *(line(f"Lĩnh vực {place}") for place in range(number + 1)))
        found = []
        for address in ("/figures/", f"/figures/{sheet.pk}/", "/figures/rollup/"):
            with CaptureQueriesContext(connection) as asked:
                text_of(browser, address)
            found.append(len(asked))
        costs.append(tuple(found))
    assert costs[1] == costs[-1]


# The nine indicators


def test_the_nine_indicators_are_entered_shown_and_exported() -> None:
    who = office()
    browser = browser_of(who.officer)
    given = {
        "agency": who.agency.pk,
        "kind": "QUARTER",
        "year": 2026,
        "number": 3,
        "version": 0,
        "t-1-2": 2,
        "t-1-1": 1,
        "f-feedback_received": 0,
        "f-feedback_on_time": 0,
    }
    answer = browser.post("/figures/evaluation/", given, follow=True)
    text = visible(answer.content.decode())
    assert "Điểm của cơ quan, đơn vị: 3,7/4 điểm; thiếu chỉ số 2, 3, 4, 5, 6, 7, 9" in text
    stored = EvaluationInput.objects.get()
    assert (stored.tallies, stored.figures) == (
        {"1": [0, 1, 2]},
        {"feedback_received": 0, "feedback_on_time": 0},
    )
    address = f"/figures/evaluation/export/?year=2026&number=3&agency={who.agency.pk}"
    assert openpyxl.load_workbook(BytesIO(browser.get(address).content)).sheetnames == ["Chỉ số", "Số liệu"]
    assert browser.post("/figures/evaluation/", given).status_code == 409
    wrong = browser.post("/figures/evaluation/", {**given, "version": 1, "t-1-2": "hai", "f-dossiers": "-1"})
    assert wrong.status_code == 422
    assert 'value="hai"' in wrong.content.decode()


def test_others_read_the_evaluation_of_an_agency_only_if_they_oversee() -> None:
    who, other = office(), office("Sở Xây dựng")
    address = f"/figures/evaluation/?agency={who.agency.pk}"
    assert "Chín chỉ số" in text_of(overseer(Role.AUDITOR), address)
    assert browser_of(other.officer).get(address).status_code == 404
    assert overseer().post("/figures/evaluation/", {"agency": who.agency.pk, "version": 0}).status_code == 404
    assert "Chưa có gì để đánh giá" in text_of(overseer(), f"{address}&kind=YEAR&year=2017")


# The first page


def test_drafts_wait_on_the_first_page_of_the_agency_and_who_is_missing_on_that_of_the_controller() -> None:
    who = office("Sở Y tế")
    sheet = opened(who)
    saved(who, sheet, line())
    office("Sở Xây dựng")
    assert "II.06a/VPCP/KSTT, Quý III/2026" in visible(text_of(browser_of(who.head), "/"))
    assert "chờ ký" in text_of(browser_of(who.head), "/")
    assert "đang lập" in text_of(browser_of(who.officer), "/")
    assert "2/2 đơn vị" in text_of(overseer(), "/")
    sent(who, quarter(), line())
    assert "II.06a" not in visible(text_of(browser_of(who.head), "/"))
    assert "1/2 đơn vị" in text_of(overseer(), "/")


def test_a_province_that_reports_nothing_here_is_not_reminded() -> None:
    office("Sở Y tế")
    assert "II.06a" not in text_of(overseer(), "/")
