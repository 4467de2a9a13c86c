"""The pages of procedures: the catalogue of a day, decisions from draft to posting, reviews, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.models import (
    DecisionLine,
    Posting,
    Procedure,
    ProcedureVersion,
    Provision,
    PublishingDecision,
    QualitySystem,
    ReviewPlan,
    ReviewProblem,
)
from openpar.delivery.procedures.words import LineChange, OnlineLevel
from tests import factories
from tests.delivery.procedures.catalogue import (
    AT,
    BIRTH,
    MARRIAGE,
    as_csv,
    bring_in,
    calendar,
    communes,
    contents,
    decision,
    new,
    offer,
    procedure,
    row,
)
from tests.delivery.procedures.pages import procedure_things
from tests.web.conftest import LogIn
from tests.web.reading import text_of, visible

pytestmark = pytest.mark.django_db
MANAGER = Role.PROCEDURE_CONTROLLER


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(AT, tick=True):
        yield


# The list


def test_the_list_is_that_of_the_day_asked_for(logged_in: LogIn) -> None:
    procedure(effective_on=date(2026, 7, 1))
    browser = logged_in()
    assert "Đăng ký khai sinh" in text_of(browser, "/procedures/?on=01/07/2026")
    before = text_of(browser, "/procedures/?on=30/06/2026")
    assert "Chưa có thủ tục nào vào ngày này" in before
    assert "Đăng ký khai sinh" in text_of(browser, "/procedures/?on=30/06/2026&state=UPCOMING")


def test_search_and_filters_narrow_the_list_and_nothing_found_says_what_to_try(logged_in: LogIn) -> None:
    decision(new(), new(MARRIAGE, contents("Đăng ký kết hôn", sector="Hôn nhân")))
    browser = logged_in()
    assert "1 thủ tục vào ngày" in text_of(browser, "/procedures/?q=ket+hon")
    assert "1 thủ tục vào ngày" in text_of(browser, f"/procedures/?q={BIRTH}.000.00.00.H36")
    sector = ProcedureVersion.objects.get(procedure__code=MARRIAGE).sector_id
    assert "1 thủ tục vào ngày" in text_of(browser, f"/procedures/?sector={sector}")
    assert "Không có thủ tục nào khớp" in text_of(browser, "/procedures/?level=PROVINCE")
    assert "2 thủ tục vào ngày" in text_of(browser, "/procedures/?sector=abc&level=x&online=y&agency=-1")


def test_a_day_that_cannot_be_read_is_said_so(logged_in: LogIn) -> None:
    assert "không có ngày 31/02/2026" in text_of(logged_in(), "/procedures/?on=31/02/2026", status=422)


def test_what_is_not_stated_is_neither_free_nor_at_once(logged_in: LogIn) -> None:
    bring_in(row(), terms=[{"code": BIRTH, "valid_from": "2025-07-01"}])
    listed = visible(text_of(logged_in(), "/procedures/"))
    assert "Chưa nêu Chưa ghi nhận" in listed
    shown = visible(text_of(logged_in(), f"/procedures/{Procedure.objects.get().pk}/"))
    assert "Mọi kênh Mọi trường hợp Chưa nêu Chưa nêu" in shown
    assert "Còn thiếu" in shown


def test_samples_are_called_samples_on_every_page(logged_in: LogIn) -> None:
    things = procedure_things(
        factories.actor_as(MANAGER, factories.organisation("VP", key="vp-x")),
        factories.organisation("Sở Y tế", key="so-y-te"),
    )
    bring_in(row("9.000777", name="Thủ tục mẫu", sample="1"))
    Procedure.objects.update(is_sample=True)
    PublishingDecision.objects.update(is_sample=True)
    browser = logged_in(MANAGER)
    for address in (
        "/procedures/",
        f"/procedures/{things.procedure}/",
        f"/procedures/{things.procedure}/offer/",
        "/procedures/decisions/",
        f"/procedures/decisions/{things.issued}/",
        f"/procedures/decisions/{things.draft}/lines/{things.line}/",
        f"/procedures/decisions/{things.issued}/posting/",
        "/procedures/postings/",
        "/procedures/reviews/",
        f"/procedures/reviews/{things.review}/",
        "/procedures/offers/",
        "/procedures/counts/",
    ):
        assert "anh mục mẫu" in text_of(browser, address), address
    sheet = openpyxl.load_workbook(BytesIO(browser.get("/procedures/counts/export/").content)).worksheets[0]
    assert "danh mục mẫu" in str(sheet["A2"].value)


def test_the_workbook_of_the_list_holds_what_is_shown(logged_in: LogIn) -> None:
    decision(new(), new(MARRIAGE, contents("Đăng ký kết hôn")))
    answer = logged_in().get("/procedures/export/?q=ket+hon")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["Thủ tục", "Thời hạn, phí", "Thành phần hồ sơ", "Liên thông", "Cung cấp"]
    names = [line[3].value for line in book["Thủ tục"].iter_rows(min_row=2)]
    assert names == ["Đăng ký kết hôn"]


def test_pages_cost_the_same_for_few_and_for_many(logged_in: LogIn) -> None:
    calendar()
    communes(2)
    things = procedure_things(
        factories.actor_as(MANAGER, factories.organisation("VP", key="vp-x")),
        factories.organisation("Sở Y tế", key="so-y-te"),
    )
    offer(procedure(MARRIAGE, effective_on=date(2026, 6, 1)), OnlineLevel.PARTIAL, on=date(2026, 6, 1))
    browser = logged_in(MANAGER)
    addresses = (
        "/procedures/",
        "/procedures/decisions/",
        f"/procedures/decisions/{things.issued}/",
        "/procedures/postings/",
        "/procedures/reviews/",
        "/procedures/offers/",
        "/procedures/counts/",
        "/",
    )

    def cost(address: str) -> int:
        assert browser.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            browser.get(address)
        return len(found)

    few = {address: cost(address) for address in addresses}
    many = [
        row(f"8.{number:06}", name=f"Thủ tục {number}", sector=f"Lĩnh vực {number % 7}")
        for number in range(120)
    ]
    offers = [{"code": one["code"], "valid_from": "2025-07-01", "online_level": "một phần"} for one in many]
    bring_in(*many, provisions=offers)
    lines = [NewLine(str(one["code"]), LineChange.ABOLISHED) for one in many[:9]]
    for number, line in enumerate(lines):
        decision(line, number=f"{number}/X", signed_on=date(2026, 6, 25), effective_on=date(2026, 7, 3))
    assert {address: cost(address) for address in addresses} == few
    assert few["/procedures/"] <= 20


# One procedure


def test_one_procedure_shows_the_version_of_the_day_and_what_changed(logged_in: LogIn) -> None:
    procedure(effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    changed = contents("Đăng ký khai sinh lưu động", steps="Một bước.")
    decision(NewLine(BIRTH, LineChange.AMENDED, changed), number="2")
    pk, browser = Procedure.objects.get().pk, logged_in()
    assert "<h1>Đăng ký khai sinh</h1>" in text_of(browser, f"/procedures/{pk}/?on=30/06/2026")
    assert "<h1>Đăng ký khai sinh lưu động</h1>" in text_of(browser, f"/procedures/{pk}/?on=01/07/2026")
    history = text_of(browser, f"/procedures/{pk}/?view=history")
    assert "<del>Nộp hồ sơ; nhận kết quả.</del>" in history
    assert "<ins>Một bước.</ins>" in history
    versions = list(ProcedureVersion.objects.order_by("valid_from").values_list("pk", flat=True))
    back = text_of(browser, f"/procedures/{pk}/?view=history&from={versions[1]}&to={versions[0]}")
    assert "<del>Một bước.</del>" in back


def test_of_lists_only_the_lines_that_differ_are_shown(logged_in: LogIn) -> None:
    papers = [{"code": BIRTH, "valid_from": "2025-07-01", "name": name} for name in ("Tờ khai", "Sổ hộ khẩu")]
    bring_in(row(), papers=papers)
    bring_in(row(valid_from="2026-07-01"), papers=[{**papers[0], "valid_from": "2026-07-01"}])
    history = text_of(logged_in(), f"/procedures/{Procedure.objects.get().pk}/?view=history")
    assert "<del>Sổ hộ khẩu (bản chính 0, bản sao 0)</del>" in history
    assert "<del>Tờ khai" not in history


def test_before_and_after_its_time_a_procedure_says_so(logged_in: LogIn) -> None:
    pk = procedure().pk
    assert "thủ tục này không có hiệu lực" in text_of(logged_in(), f"/procedures/{pk}/?on=01/01/2020")
    assert logged_in().get("/procedures/999999/").status_code == 404


@pytest.mark.parametrize("view", ["offers", "history", "postings", "reviews"])
def test_every_part_of_a_procedure_without_anything_is_an_empty_page(logged_in: LogIn, view: str) -> None:
    bring_in(row())
    text = text_of(logged_in(), f"/procedures/{Procedure.objects.get().pk}/?view={view}")
    assert ("empty-state" in text) is (view != "history")


def test_an_offer_is_recorded_and_shown_and_a_refused_one_keeps_what_was_typed(logged_in: LogIn) -> None:
    made = procedure()
    browser = logged_in(MANAGER)
    typed = {"on": "06/07/2026", "online_level": "PARTIAL", "partial_reason": "Kiểm tra thực tế"}
    refused = browser.post(f"/procedures/{made.pk}/offer/", typed)
    assert refused.status_code == 422
    assert "Ghi lý do và nơi công bố lý do" in refused.content.decode()
    assert "Kiểm tra thực tế" in refused.content.decode()
    assert not Provision.objects.exists()
    typed |= {"reason_published": "Cổng tỉnh", "at_one_stop": "on"}
    assert browser.post(f"/procedures/{made.pk}/offer/", typed).status_code == 302
    shown = visible(text_of(browser, f"/procedures/{made.pk}/?view=offers"))
    assert "Một phần Kiểm tra thực tế (Cổng tỉnh)" in shown
    assert Provision.objects.get().at_one_stop


# Decisions


def filled(**others: str) -> dict[str, str]:
    """The form of contents, whole."""
    return {
        "name": "Cấp giấy phép",
        "sector": "Xây dựng",
        "kind": "STANDARD",
        "levels": "COMMUNE",
        "applicants": "Cá nhân",
        "agency-1-name": "UBND cấp xã",
        "term-1-limit": "15",
        "term-1-unit": "WORKING_DAY",
        "term-1-fee": "75.000",
        "term-2-case": "",
        "steps": "Nộp; nhận.",
        "manner": "Trực tiếp.",
        "sets": "1",
        "paper-1-name": "Đơn",
        "paper-1-originals": "1",
        "expected_version": "1",
        "step": "save",
        **others,
    }


HEAD = {
    "number": "5/QĐ-UBND",
    "signed_on": "01/07/2026",
    "issuer": "UBND tỉnh",
    "tier": "PROVINCE",
    "effective_on": "10/07/2026",
}


def test_a_decision_goes_from_draft_to_catalogue_through_the_pages(logged_in: LogIn) -> None:
    browser = logged_in(MANAGER)
    assert browser.post("/procedures/decisions/new/", HEAD).status_code == 302
    made = PublishingDecision.objects.get()
    page = f"/procedures/decisions/{made.pk}/"
    assert "chưa có thủ tục nào" in text_of(browser, page)
    added = browser.post(f"{page}lines/new/", {"code": BIRTH, "change": "NEW"})
    line = DecisionLine.objects.get()
    assert added.headers["Location"] == f"{page}lines/{line.pk}/"
    assert "thiếu trình tự thực hiện" in text_of(browser, page)
    assert browser.post(f"{page}lines/{line.pk}/", filled()).headers["Location"] == page
    assert "Đã công bố thì không sửa được nữa" in text_of(browser, page)
    issued = browser.post(f"{page}issue/", {"expected_version": "1"})
    assert issued.status_code == 302
    version = ProcedureVersion.objects.get()
    assert (version.name, version.valid_from) == ("Cấp giấy phép", date(2026, 7, 10))
    term = version.terms.get()
    assert (term.limit, term.unit, term.fee_kind, term.fee) == (15, "WORKING_DAY", "FIXED", 75000)
    assert "đã công bố" in text_of(browser, page)
    assert browser.get(f"{page}lines/new/").status_code == 404


def a_draft(logged_in: LogIn) -> tuple[Client, PublishingDecision, DecisionLine]:
    browser = logged_in(MANAGER)
    browser.post("/procedures/decisions/new/", HEAD)
    made = PublishingDecision.objects.get()
    browser.post(f"/procedures/decisions/{made.pk}/lines/new/", {"code": BIRTH, "change": "NEW"})
    return browser, made, DecisionLine.objects.get()


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_typed_is_lost(logged_in: LogIn) -> None:
    browser, made, line = a_draft(logged_in)
    typed = filled(**{"term-1-limit": "năm", "agency-2-name": "Sở Không Có", "sets": "1,5"})
    answer = browser.post(f"/procedures/decisions/{made.pk}/lines/{line.pk}/", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    for expected in ("“năm” không phải là số", "không có “Sở Không Có”", "“1,5” không phải là số nguyên"):
        assert expected in text
    assert 'href="#term-1-limit"' in text
    assert 'value="năm"' in text
    assert 'value="Cấp giấy phép"' in text
    assert DecisionLine.objects.get().contents["name"] == ""


def test_more_rows_without_script_keep_what_was_typed(logged_in: LogIn) -> None:
    browser, made, line = a_draft(logged_in)
    answer = browser.post(f"/procedures/decisions/{made.pk}/lines/{line.pk}/", filled(step="more"))
    text = answer.content.decode()
    assert 'value="Cấp giấy phép"' in text
    assert 'name="paper-3-name"' in text
    assert DecisionLine.objects.get().version == 1


def test_whoever_was_slower_sees_both_versions_and_decides(logged_in: LogIn) -> None:
    browser, made, line = a_draft(logged_in)
    page = f"/procedures/decisions/{made.pk}/lines/{line.pk}/"
    browser.post(page, filled(name="Tên của người kia"))
    late = browser.post(page, filled(name="Tên của tôi"))
    text = late.content.decode()
    assert late.status_code == 409
    assert "Tên của người kia" in text
    assert 'value="Tên của tôi"' in text
    # The form now knows the newer version: saving once more is a decision.
    assert 'name="expected_version" value="2"' in text
    assert browser.post(page, filled(name="Tên của tôi", expected_version="2")).status_code == 302
    assert DecisionLine.objects.get().contents["name"] == "Tên của tôi"


def test_a_draft_is_not_shown_to_others_and_can_be_thrown_away(logged_in: LogIn) -> None:
    browser, made, line = a_draft(logged_in)
    other = logged_in(Role.FOCAL_OFFICER, "Người khác")
    assert other.get(f"/procedures/decisions/{made.pk}/").status_code == 404
    assert "5/QĐ-UBND" not in text_of(other, "/procedures/decisions/")
    assert other.post(f"/procedures/decisions/{made.pk}/issue/").status_code == 404
    removing = f"/procedures/decisions/{made.pk}/lines/{line.pk}/remove/"
    assert browser.post(removing, {"expected_version": "9"}).status_code == 409
    assert DecisionLine.objects.exists()
    browser.post(removing, {"expected_version": "1"})
    discarding = f"/procedures/decisions/{made.pk}/discard/"
    assert browser.post(discarding, {"expected_version": "9"}).status_code == 409
    browser.post(discarding, {"expected_version": "1"})
    assert not PublishingDecision.objects.exists()


def test_an_issue_that_is_refused_says_every_gap_on_the_page(logged_in: LogIn) -> None:
    browser, made, _line = a_draft(logged_in)
    answer = browser.post(f"/procedures/decisions/{made.pk}/issue/", {"expected_version": "1"})
    assert answer.status_code == 422
    assert "chưa có tên thủ tục" in answer.content.decode()
    assert not Procedure.objects.exists()


def test_a_head_is_corrected_and_a_stale_one_refused(logged_in: LogIn) -> None:
    browser, made, _line = a_draft(logged_in)
    page = f"/procedures/decisions/{made.pk}/edit/"
    assert browser.post(page, {**HEAD, "title": "Mới", "expected_version": "1"}).status_code == 302
    assert browser.post(page, {**HEAD, "title": "Cũ", "expected_version": "1"}).status_code == 409
    assert PublishingDecision.objects.get().title == "Mới"
    assert browser.post(page, {**HEAD, "issuer": "", "expected_version": "2"}).status_code == 422


def test_duties_stand_beside_their_source(logged_in: LogIn) -> None:
    calendar()
    made = decision(new(), signed_on=date(2026, 6, 26), effective_on=date(2026, 7, 1))
    browser = logged_in(MANAGER)
    text = visible(text_of(browser, f"/procedures/decisions/{made.pk}/"))
    assert "chậm 2 ngày 26/06/2026, hạn 24/06/2026" in text
    assert "quá hạn 3 ngày hạn 03/07/2026" in text
    assert "NĐ 63/2010/NĐ-CP Điều 15" in text
    assert "cần đối chiếu với văn bản" in text
    browser.post(f"/procedures/decisions/{made.pk}/upload/", {"uploaded_on": "03/07/2026"})
    assert "đúng hạn 03/07/2026" in visible(text_of(browser, f"/procedures/decisions/{made.pk}/"))
    refused = browser.post(f"/procedures/decisions/{made.pk}/upload/", {"uploaded_on": "01/01/2026"})
    assert refused.status_code == 422


def test_without_a_calendar_the_page_says_why_no_day_is_shown(logged_in: LogIn) -> None:
    made = decision(new())
    for address in ("/procedures/decisions/", f"/procedures/decisions/{made.pk}/"):
        assert "Chưa có lịch làm việc có hiệu lực" in text_of(logged_in(), address)


def test_whoever_was_slower_sees_what_was_recorded_beside_what_was_typed(logged_in: LogIn) -> None:
    made = procedure()
    browser, page = logged_in(MANAGER), f"/procedures/{made.pk}/offer/"
    offered = {"on": "06/07/2026", "online_level": "FULL"}
    assert browser.post(page, {**offered, "legal_basis": "QĐ của người kia"}).status_code == 302
    late = browser.post(page, {**offered, "legal_basis": "QĐ của tôi"})
    text = late.content.decode()
    assert late.status_code == 409
    assert all(said in text for said in ("QĐ của người kia", "QĐ của tôi", "thay cho bản đã lưu"))
    assert Provision.objects.get().legal_basis == "QĐ của người kia"
    # The form now knows what is recorded: sent once more it replaces that.
    [seen] = set(re.findall(r'name="seen" value="(\w+)"', text))
    assert browser.post(page, {**offered, "legal_basis": "QĐ của tôi", "seen": seen}).status_code == 302
    assert Provision.objects.get().legal_basis == "QĐ của tôi"


# Postings


@pytest.fixture
def commune() -> Organisation:
    return communes(1)[0]


def test_an_agency_records_its_posting_and_leaves_the_list_of_late_ones(commune: Organisation) -> None:
    calendar()
    made = decision(new(), signed_on=date(2026, 6, 26))
    browser = Client()
    browser.force_login(factories.person_as(Role.FOCAL_OFFICER, commune))
    assert "quá hạn 3 ngày" in text_of(browser, "/procedures/postings/")
    assert "Niêm yết theo 1/QĐ-UBND" in text_of(browser, "/")
    page = f"/procedures/decisions/{made.pk}/posting/?agency={commune.pk}"
    line = made.lines.get()
    assert "Đăng ký khai sinh" in text_of(browser, page)
    typed = {"line": [line.pk], "place": ["BOARD", "WEBSITE"], "posted_on": "02/07/2026"}
    assert browser.post(page, typed).status_code == 302
    assert Posting.objects.count() == 2
    assert "Không có niêm yết chậm" in text_of(browser, "/procedures/postings/")
    assert "Niêm yết theo 1/QĐ-UBND" not in text_of(browser, "/")
    shown = visible(text_of(browser, f"/procedures/{line.procedure_id}/?view=postings"))
    assert "Xã Số 1 Bảng niêm yết tại Bộ phận Một cửa 02/07/2026" in shown


def test_a_posting_that_is_refused_keeps_the_ticks(commune: Organisation) -> None:
    made = decision(new(), signed_on=date(2026, 6, 26))
    browser = Client()
    browser.force_login(factories.person_as(Role.FOCAL_OFFICER, commune))
    page = f"/procedures/decisions/{made.pk}/posting/?agency={commune.pk}"
    for day in ("01/01/2026", "", "31/02/2026"):
        answer = browser.post(page, {"line": [made.lines.get().pk], "place": ["KIOSK"], "posted_on": day})
        assert answer.status_code == 422
        assert 'value="KIOSK" checked' in answer.content.decode()


def test_nobody_posts_for_another_agency(commune: Organisation, logged_in: LogIn) -> None:
    made = decision(new(), signed_on=date(2026, 6, 26))
    stranger = logged_in(Role.FOCAL_OFFICER)
    page = f"/procedures/decisions/{made.pk}/posting/?agency={commune.pk}"
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, {}).status_code == 404
    assert stranger.get(f"/procedures/decisions/{made.pk}/posting/").status_code == 404


# Reviews, offers, quality, counts, files


def test_a_review_goes_from_plan_to_handled_problem_through_the_pages(
    logged_in: LogIn, department: Organisation
) -> None:
    procedure()
    browser = logged_in(MANAGER)
    assert "Chưa có kế hoạch rà soát năm 2026; hạn ban hành 30/01/2026" in text_of(
        browser, "/procedures/reviews/"
    )
    plan = {"year": "2026", "number": "12/KH-UBND", "signed_on": "30/01/2026", "issuer": "UBND tỉnh"}
    browser.post("/procedures/reviews/plan/", plan)
    made = ReviewPlan.objects.get()
    typed = {"code": BIRTH, "organisation": f"x [{department.key}]", "due_on": "15/09/2026"}
    assert browser.post(f"/procedures/reviews/plan/{made.pk}/add/", typed).status_code == 302
    unknown = browser.post(f"/procedures/reviews/plan/{made.pk}/add/", {**typed, "code": "9.999999"})
    assert unknown.status_code == 422
    page = f"/procedures/reviews/{made.reviews.get().pk}/"
    found = {"part": "LIMIT", "text": "Quá dài", "found_on": "01/07/2026"}
    browser.post(f"{page}problems/", found)
    problem = ReviewProblem.objects.get()
    assert "Quá dài" in text_of(browser, "/procedures/reviews/")
    assert "1 vấn đề rà soát chưa xử lý" in text_of(browser, "/")
    decided = {"number": "8/QĐ-UBND", "decided_on": "03/07/2026"}
    browser.post(f"/procedures/problems/{problem.pk}/decide/", decided)
    handled = {"handling": "Giảm còn 2 ngày", "handled_on": "06/07/2026"}
    browser.post(f"/procedures/problems/{problem.pk}/handle/", handled)
    browser.post(f"{page}finish/", {"reviewed_on": "06/07/2026", "conclusion": "Đã xong"})
    shown = visible(text_of(browser, page))
    assert "8/QĐ-UBND, 03/07/2026" in shown
    assert "06/07/2026: Giảm còn 2 ngày" in shown
    assert "Không có vấn đề nào chờ xử lý" in text_of(browser, "/procedures/reviews/")


def test_a_review_of_another_agency_is_read_and_not_written(logged_in: LogIn) -> None:
    things = procedure_things(
        factories.actor_as(MANAGER, factories.organisation("VP", key="vp-x")),
        factories.organisation("Sở Y tế", key="so-y-te"),
    )
    stranger = logged_in(Role.FOCAL_OFFICER)
    text = text_of(stranger, f"/procedures/reviews/{things.review}/")
    assert "Ghi vấn đề phát hiện" not in text
    for word in ("finish", "problems"):
        assert stranger.post(f"/procedures/reviews/{things.review}/{word}/", {}).status_code == 404
    assert stranger.post(f"/procedures/problems/{things.problem}/handle/", {}).status_code == 404


def test_a_problem_that_is_refused_keeps_what_was_typed(logged_in: LogIn) -> None:
    things = procedure_things(
        factories.actor_as(MANAGER, factories.organisation("VP", key="vp-x")),
        factories.organisation("Sở Y tế", key="so-y-te"),
    )
    typed = {"part": "FEE", "text": "Phí quá cao", "found_on": "01/01/2030"}
    answer = logged_in(MANAGER).post(f"/procedures/reviews/{things.review}/problems/", typed)
    assert answer.status_code == 422
    assert "còn ở phía trước" in answer.content.decode()
    assert "Phí quá cao" in answer.content.decode()


def test_offers_stand_with_their_denominators(logged_in: LogIn) -> None:
    made = procedure(effective_on=date(2026, 6, 1))
    offer(made, OnlineLevel.PARTIAL, on=date(2026, 6, 1))
    text = visible(text_of(logged_in(), "/procedures/offers/"))
    assert "Một phần 1 trong 1 thủ tục" in text
    assert "Đăng ký khai sinh 1.001193 Mọi cơ quan 5" in text
    assert "Không có thủ tục nào thiếu lý do" in text_of(logged_in(), "/procedures/offers/?on=30/06/2026")


def test_quality_is_recorded_for_the_own_agency_only(logged_in: LogIn, department: Organisation) -> None:
    browser = logged_in(Role.FOCAL_OFFICER)
    typed = {
        "organisation": f"x [{department.key}]",
        "on": "01/07/2026",
        "state": "ANNOUNCED",
        "standard": "TCVN ISO 9001:2015",
        "legal_basis": "1/QĐ-SNV",
    }
    assert browser.post("/procedures/quality/", typed).status_code == 302
    assert "Đã công bố" in text_of(browser, "/procedures/quality/")
    other = factories.organisation("Sở Y tế")
    assert (
        browser.post("/procedures/quality/", {**typed, "organisation": f"x [{other.key}]"}).status_code == 422
    )
    assert QualitySystem.objects.count() == 1
    assert "Ghi tình trạng" not in text_of(logged_in(Role.AUDITOR, "Giám sát"), "/procedures/quality/")


def test_counts_tell_what_does_not_fit(logged_in: LogIn) -> None:
    made = procedure()
    offer(made, at_one_stop=True)
    text = visible(text_of(logged_in(), "/procedures/counts/?on=06/07/2026"))
    assert "UBND cấp xã 1 0 1 1 0 1 0 0 0" in text
    assert "0 quy trình nội bộ, khác 1 thủ tục tại Một cửa" in text


def test_files_come_in_whole_or_are_refused_cell_by_cell(logged_in: LogIn) -> None:
    browser = logged_in(MANAGER)

    def send(**files: bytes) -> int:
        uploads = {word: SimpleUploadedFile(f"{word}.csv", content) for word, content in files.items()}
        answer = browser.post("/procedures/import/", uploads)
        said.append(answer.content.decode())
        return answer.status_code

    said: list[str] = []
    assert send(procedures=as_csv([row(), row("2.000001", name="")])) == 422
    assert "Thủ tục, ô C3 (Tên thủ tục)" in said[0]
    assert not Procedure.objects.exists()
    good = as_csv([row()])
    assert send(procedures=good) == 302
    shown = text_of(browser, "/procedures/import/")
    assert "thêm 1, sửa 0, giữ nguyên 0" in shown
    assert "1 chỗ bị từ chối" in shown
    send(procedures=good)
    assert "thêm 0, sửa 0, giữ nguyên 1" in text_of(browser, "/procedures/import/")
    assert send() == 422


def test_the_empty_workbook_has_every_column(logged_in: LogIn) -> None:
    book = openpyxl.load_workbook(BytesIO(logged_in().get("/procedures/template/").content))
    assert [cell.value for cell in book["Cung cấp"][1]][:4] == [
        "Mã TTHC",
        "Cơ quan",
        "Từ ngày",
        "Mức độ trực tuyến",
    ]


def test_those_who_do_not_manage_find_no_buttons(logged_in: LogIn) -> None:
    made = procedure()
    text = text_of(logged_in(Role.AGENCY_HEAD), "/procedures/")
    assert "/procedures/import/" not in text
    assert f"/procedures/{made.pk}/offer/" not in text_of(logged_in(), f"/procedures/{made.pk}/")


def test_an_account_without_a_role_reads_the_catalogue(client: Client) -> None:
    procedure()
    client.force_login(User.objects.get(pk=factories.person().pk))
    assert "Đăng ký khai sinh" in text_of(client, "/procedures/")
