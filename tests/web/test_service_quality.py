"""The pages of the service-quality index: the table, one agency, typing, files with a preview, the portal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind, Organisation
from openpar.delivery.procedures.models import ProcedureVersion
from openpar.delivery.service_quality.actions.counting import count_inputs
from openpar.delivery.service_quality.models import IndicatorInput, Origin, Saying
from openpar.delivery.service_quality.queries.inputs import figures_known
from openpar.web.dossier_links import Whose, dossiers_behind
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.procedures.catalogue import contents, from_file
from tests.delivery.service_quality.province import AT, EXAMPLE, Province, both, province, stated
from tests.delivery.service_quality.province import JUNE as MONTH
from tests.web.reading import browser_of, text_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db
JUNE = "kind=MONTH&year=2026&number=6"
HEAD = "unit,indicator,numerator,denominator"


@world
def index_pages() -> Province:
    place = province()
    stated(place, place.department, EXAMPLE)
    stated(place, place.communes[0], {"2.1": ("10", "20")})
    return place


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(AT + timedelta(days=2), tick=True):
        yield


def upload(text: str, name: str = "so-lieu.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_the_table_is_that_of_the_month_that_ended_last(index_pages: Province) -> None:
    words = visible(text_of(browser_of(index_pages.leader), "/service-quality/"))
    assert "Tháng 6/2026 (01/06/2026–30/06/2026)" in words
    assert "Sở Tư pháp — 17,60 8,96 — — — 26,56 1/1" in words
    assert "Xã Hoà Bắc — 10,00 — — — — 10,00 1/1" in words
    # Without data: a dash, no zero; and no place.
    assert "Xã Hoà Ninh — — — — — — — —" in words
    # 890 of 1,020 for the whole province.
    assert "Tỉnh Lâm Đồng gộp — 17,45" in words


def test_sorting_by_a_column_puts_the_best_first_and_who_has_none_last(index_pages: Province) -> None:
    page = text_of(browser_of(index_pages.leader), f"/service-quality/?{JUNE}&sort=progress")
    places = [page.index(f">{name}</a>") for name in ("Sở Tư pháp", "Xã Hoà Bắc", "Xã Hoà Ninh")]
    assert places == sorted(places)
    assert 'aria-sort="descending"' in page


def test_an_officer_sees_the_own_agency_only(index_pages: Province) -> None:
    place = index_pages
    browser = browser_of(place.officer)
    page = text_of(browser, f"/service-quality/?{JUNE}")
    assert "Sở Tư pháp" in page
    assert "Xã Hoà Bắc" not in page
    assert "Tỉnh Lâm Đồng" not in page
    text_of(browser, f"/service-quality/{place.department.pk}/?{JUNE}")
    for address in ("", "2.1/", "enter/"):
        text_of(browser, f"/service-quality/{place.communes[0].pk}/{address}?{JUNE}", 404)
    text_of(browser, "/service-quality/portal/", 404)


@pytest.mark.parametrize("role", [Role.APPRAISER, Role.ADMINISTRATOR])
def test_who_has_nothing_to_do_with_it_finds_no_page(index_pages: Province, role: Role) -> None:
    stranger = browser_of(factories.actor_as(role, index_pages.top))
    for address in ("", "import/", "portal/", "template/", "export/", f"{index_pages.department.pk}/"):
        text_of(stranger, f"/service-quality/{address}", 404)


def test_who_leads_reads_and_changes_nothing(index_pages: Province) -> None:
    browser = browser_of(index_pages.leader)
    page = text_of(browser, f"/service-quality/{index_pages.department.pk}/?{JUNE}")
    assert "Nhập số liệu" not in page
    assert browser.post("/service-quality/count/").status_code == 404
    assert browser.post(f"/service-quality/{index_pages.department.pk}/enter/?{JUNE}").status_code == 404


def test_an_agency_shows_figures_sentences_and_what_is_lost_first(index_pages: Province) -> None:
    place = index_pages
    page = text_of(browser_of(place.officer), f"/service-quality/{place.department.pk}/?{JUNE}")
    words = visible(page)
    assert "880 / 1.000 17,60 / 20 2,40" in words
    assert "Chưa có dữ liệu: thủ tục công bố đúng hạn, thủ tục công bố trong kỳ." in words
    assert "nhập tay, kèm văn bản, Trần Thị Bình" in words
    order = [page.index(f"/{name}/?") for name in ("1.1", "2.1", "3.3", "3.1")]
    assert order == sorted(order)
    assert page.count('class="months-column"') == 1


def test_in_the_order_of_the_set_when_asked(index_pages: Province) -> None:
    place = index_pages
    address = f"/service-quality/{place.department.pk}/?{JUNE}&order=set"
    page = text_of(browser_of(place.officer), address)
    order = [page.index(f"/{name}/?") for name in ("1.1", "2.1", "3.1", "5.4")]
    assert order == sorted(order)


def test_figures_counted_of_procedures_lead_to_the_list_behind_them(index_pages: Province) -> None:
    commune = Organisation.objects.get(pk=index_pages.communes[0].pk)
    for number in range(1, 61):
        what = contents(f"Thủ tục {number:02}", steps="" if number % 3 else "Nộp hồ sơ")
        from_file(f"1.{number:06}", what, since=date(2026, 6, 1))
    count_inputs(by=index_pages.manager, at=AT, period=MONTH)
    browser = browser_of(index_pages.leader)
    page = f"/service-quality/{commune.pk}/1.3/?{JUNE}"
    assert f'href="{page.replace("&", "&amp;")}#procedures"' in text_of(
        browser, f"/service-quality/{commune.pk}/?{JUNE}&order=set"
    )
    html = text_of(browser, page)
    words = visible(html)
    assert "Danh mục vào ngày 30/06/2026: 20 thủ tục ở tử số, 60 ở mẫu số" in words
    # Those that are not counted come first; every procedure leads to itself.
    assert words.index("Thủ tục 01 1.000001 không") < words.index("Thủ tục 03 1.000003 được tính")
    assert html.count("?on=30/06/2026") == 50
    assert "1–50 trong 60" in words
    assert "đã thay đổi từ khi đếm" not in words
    ProcedureVersion.objects.filter(procedure__code="1.000001").update(steps="Nộp hồ sơ")
    assert "đã thay đổi từ khi đếm" in visible(text_of(browser, page))
    # Behind what somebody stated there is no such list.
    stated(index_pages, index_pages.communes[0], {"1.3": ("1", "2")})
    assert "Thủ tục đứng sau số liệu" not in visible(text_of(browser, page))


def test_the_story_of_an_indicator_has_every_word_and_marks_what_counts(index_pages: Province) -> None:
    place = index_pages
    stated(place, place.department, {"2.1": ("900", "1000")}, at=AT + timedelta(days=1))
    address = f"/service-quality/{place.department.pk}/2.1/"
    words = visible(text_of(browser_of(place.officer), f"{address}?{JUNE}"))
    assert words.index("900 / 1.000") < words.index("880 / 1.000")
    assert "07/07/2026 09:00 đang tính" in words
    then = visible(text_of(browser_of(place.officer), f"{address}?{JUNE}&on=06/07/2026"))
    assert "06/07/2026 09:00 đang tính" in then
    text_of(browser_of(place.officer), f"/service-quality/{place.department.pk}/9.9/?{JUNE}", 404)


def test_points_as_of_an_earlier_day(index_pages: Province) -> None:
    place = index_pages
    stated(place, place.department, {"2.1": ("1000", "1000")}, at=AT + timedelta(days=1))
    browser = browser_of(place.leader)
    assert "20,00" in text_of(browser, f"/service-quality/?{JUNE}")
    then = text_of(browser, f"/service-quality/?{JUNE}&on=06/07/2026")
    assert "17,60" in then
    assert "biết đến hết ngày 06/07/2026" in then
    wrong = text_of(browser, f"/service-quality/?{JUNE}&on=31/02/2026", 422)
    assert "Bảng điểm" in wrong


def fields(**typed: str) -> dict[str, str]:
    """The form: `n5_2="1"` is the numerator of 5.2; what was seen is "no data" unless told otherwise."""
    sent = {}
    for name, text in typed.items():
        what, indicator = re.fullmatch(r"(seen|na|n|d)_?(\d.*)", name).groups()  # type: ignore[union-attr]  # a name of this test
        sent[f"{what}-{indicator.replace('_', '.')}"] = text
    return sent


def test_typing_saves_with_the_document_and_leads_back(index_pages: Province) -> None:
    place = index_pages
    browser = browser_of(place.officer)
    address = f"/service-quality/{place.department.pk}/enter/?{JUNE}"
    page = text_of(browser, address)
    assert 'name="n-5.2"' in page
    assert 'name="n-2.1"' not in page
    assert 'name="n-2.1"' in text_of(browser, f"{address}&all=1")
    assert "12/BC-STP – Báo cáo số liệu tháng 6" in page
    sent = fields(n5_2="0", d5_2="0", n4_6="75,5", d4_6="", n1_1="", d1_1="", n1_2="", d1_2="", na1_2="1")
    answer = browser.post(address, {**sent, "document": str(place.document.pk)})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/service-quality/{place.department.pk}/?{JUNE}"
    rows = IndicatorInput.objects.filter(at__gt=AT)
    assert {row.indicator: row.saying for row in rows} == {
        "5.2": Saying.FIGURES,
        "4.6": Saying.FIGURES,
        "1.2": Saying.NOT_APPLICABLE,
    }
    assert {row.origin for row in rows} == {Origin.TYPED}
    words = visible(text_of(browser, answer.headers["Location"]))
    assert "75,5 % 1,51 / 2" in words
    assert "Không áp dụng với đơn vị." in words


def test_what_was_typed_stays_when_it_is_refused(index_pages: Province) -> None:
    place = index_pages
    browser = browser_of(place.officer)
    address = f"/service-quality/{place.department.pk}/enter/?{JUNE}"
    answer = browser.post(address, fields(n5_2="nhiều", d5_2="1.234", n5_3="2", d5_3="3"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="nhiều"' in page
    assert "5.2, tử số" in page
    assert "5.2, mẫu số" in page
    answer = browser.post(address, fields(n5_3="2", d5_3="3"))
    assert "số nhập tay phải kèm văn bản" in answer.content.decode()
    assert not IndicatorInput.objects.filter(indicator__startswith="5").exists()


def test_somebody_else_was_faster_and_the_second_look_decides(index_pages: Province) -> None:
    place = index_pages
    stated(place, place.department, {"5.2": ("1", "4")}, by=both(place))
    browser = browser_of(place.officer)
    address = f"/service-quality/{place.department.pk}/enter/?{JUNE}"
    sent = {**fields(n5_2="2", d5_2="4", seen5_2="NO_DATA||"), "document": str(place.document.pk)}
    answer = browser.post(address, sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "người khác vừa nhập 1 / 4; số của bạn: 2 / 4" in page
    assert 'name="seen-5.2" value="FIGURES|1|4"' in page
    assert 'value="2"' in page
    answer = browser.post(address, {**sent, "seen-5.2": "FIGURES|1|4"})
    assert answer.status_code == 302


def test_a_file_is_looked_at_before_it_counts(index_pages: Province) -> None:
    place = index_pages
    browser = browser_of(place.manager)
    lines = f"{HEAD}\n68-stp,2.1,,\n68-hn,5.2,1,2\n68-hb,2.1,10,20\n"
    answer = browser.post(f"/service-quality/import/?{JUNE}", {"file": upload(lines)})
    assert answer.status_code == 302
    preview = answer.headers["Location"]
    before = IndicatorInput.objects.count()
    words = visible(text_of(browser, preview))
    assert "Chỉ số sẽ thay đổi 2 Trong đó bỏ số đang có 1 Giữ nguyên 1" in words
    assert "Sở Tư pháp 2.1 880 / 1.000 chưa có dữ liệu dòng 2" in words
    assert IndicatorInput.objects.count() == before
    # The token belongs to the person and to the period.
    text_of(browser_of(place.officer), preview, 404)
    text_of(browser, preview.replace("number=6", "number=5"), 404)
    assert browser.post(preview).status_code == 302
    assert IndicatorInput.objects.count() == before + 2


def test_every_fault_of_a_file_is_shown_at_once(index_pages: Province) -> None:
    browser = browser_of(index_pages.manager)
    lines = f"{HEAD}\nSở Lạ,2.1,1,2\n68-stp,7.7,1,2\n68-stp,2.1,3,2\n"
    answer = browser.post(f"/service-quality/import/?{JUNE}", {"file": upload(lines)})
    assert answer.status_code == 422
    words = visible(answer.content.decode())
    for told in ("không có đơn vị “Sở Lạ”", "không có chỉ số “7.7”", "lớn hơn hồ sơ tiếp nhận"):
        assert told in words
    assert "3 chỗ bị từ chối" in visible(text_of(browser, f"/service-quality/import/?{JUNE}"))


def test_the_empty_table_can_be_filled_in_and_read_back(index_pages: Province) -> None:
    browser = browser_of(index_pages.officer)
    answer = browser.get(f"/service-quality/template/?{JUNE}")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert (len(rows), rows[0]) == (1 + 23, tuple(HEAD.split(",")))
    for row in sheet.iter_rows(min_row=2):
        if row[1].value == "5.3":
            row[2].value, row[3].value = 3, 4
    filled = BytesIO()
    book.save(filled)
    file = SimpleUploadedFile("so-lieu.xlsx", filled.getvalue())
    answer = browser.post(f"/service-quality/import/?{JUNE}", {"file": file})
    assert answer.status_code == 302, visible(answer.content.decode())
    # What was known and is blank in the file is taken back: four figures.
    assert "Chỉ số sẽ thay đổi 5 Trong đó bỏ số đang có 4" in visible(
        text_of(browser, answer.headers["Location"])
    )


def test_the_workbook_says_what_the_page_says(index_pages: Province) -> None:
    answer = browser_of(index_pages.leader).get(f"/service-quality/export/?{JUNE}&block=so")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    row = next(row for row in rows if row[0] == "Sở Tư pháp")
    assert row[1:9] == (None, 17.6, 8.96, None, None, None, 26.56, 1)
    assert not any(row[0] == "Xã Hoà Bắc" for row in rows)
    lines = list(book.worksheets[1].iter_rows(values_only=True))
    assert any(line[1] == "2.1" and line[3:7] == (880, 1000, 17.6, 20) for line in lines)


def test_points_of_the_portal_beside_ours(index_pages: Province) -> None:
    browser = browser_of(index_pages.manager)
    assert "Chưa có điểm của Cổng" in text_of(browser, f"/service-quality/portal/?{JUNE}")
    lines = "unit,indicator,points\n68-stp,2.1,17.60\n68-stp,3.3,5.00\n68-stp,,26.40\n"
    answer = browser.post(f"/service-quality/portal/?{JUNE}", {"file": upload(lines)})
    assert answer.status_code == 302
    words = visible(text_of(browser, answer.headers["Location"]))
    assert "Điểm đã đối chiếu 3 của 1 đơn vị" in words
    assert "Sở Tư pháp 3.3 Tỷ lệ hồ sơ nộp trực tuyến 5,00 5,16 −0,160 430 / 1.000" in words
    assert "Sở Tư pháp Tổng điểm 26,40 26,56 −0,160" in words
    assert "2.1 Tỷ lệ" not in words


def test_counting_says_what_it_did(index_pages: Province) -> None:
    browser = browser_of(index_pages.manager)
    asked = {"kind": "MONTH", "year": "2026", "number": "6"}
    answer = browser.post("/service-quality/count/", asked, follow=True)
    assert "Đã đếm: 0 số mới" in answer.content.decode()


def test_a_period_without_a_set_says_so_on_every_page(index_pages: Province) -> None:
    place = index_pages
    browser = browser_of(both(place))
    asked = "kind=QUARTER&year=2025&number=2"
    for address in ("", "import/", "portal/", f"{place.department.pk}/"):
        assert "kỳ này" in text_of(browser, f"/service-quality/{address}?{asked}")
    text_of(browser, f"/service-quality/{place.department.pk}/enter/?{asked}", 422)


def test_a_quarter_chosen_while_months_were_offered_is_a_quarter(index_pages: Province) -> None:
    page = text_of(browser_of(index_pages.leader), "/service-quality/?kind=QUARTER&year=2026&number=6")
    assert "Quý II/2026" in page


def test_a_counted_figure_opens_the_dossiers_it_was_counted_from() -> None:
    lists.province()
    lists.brought_year(lists.year(), date(2026, 7, 1))
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    manager = factories.actor_as(Role.PROCEDURE_CONTROLLER, office)
    count_inputs(by=manager, at=AT, period=MONTH)
    commune = Organisation.objects.get(versions__name="Xã Số 1")
    browser = browser_of(manager)
    page = text_of(browser, f"/service-quality/{commune.pk}/?{JUNE}")
    counted = figures_known(MONTH)[commune.pk]["2.1"]
    above, below = counted.pair
    assert above is not None
    assert below is not None
    whose = Whose(commune.pk, own=True)
    links = dossiers_behind("2.1", whose=whose, period=MONTH, said=(int(above), int(below)))
    assert links is not None
    for link, count in zip(links, counted.pair, strict=True):
        assert f'href="{link.replace("&", "&amp;")}"' in page
        listed = browser.get(link)
        assert listed.status_code == 200
        # Up to a page of them: one row a dossier.
        assert len(set(re.findall(r'href="/dossiers/one/[^"]+"', listed.content.decode()))) == count


def test_the_queries_of_the_table_do_not_grow_with_the_agencies(index_pages: Province) -> None:
    place = index_pages
    browser = browser_of(place.leader)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text_of(browser, f"/service-quality/?{JUNE}")
        return len(asked)

    queries()
    few = queries()
    for number in range(12):
        commune: Organisation = factories.organisation(
            f"Xã Thêm {number}", kind=Kind.COMMUNE, parent=place.top, block_code="xa"
        )
        stated(place, commune, {"2.1": ("1", "2")})
    assert queries() == few
