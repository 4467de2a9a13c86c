"""The pictures of the guide, taken in the demo province when OPENPAR_SCREENSHOTS=1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from openpar.base.audit.sealing import seal
from openpar.demo.people import HEALTH
from openpar.demo.rounds import Places
from openpar.parindex.criteria.official_writing import write_official_table
from openpar.parindex.criteria.yaml_files import read_mapping
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.inspections.models import Inspection
from openpar.reform.plans.models import Claim, Plan
from openpar.reports.periodic.models import PeriodicReport
from tests.demo.building import running
from tests.journeys.browser import PICTURES, ROOT, TAKES_PICTURES, Visitors, press, row
from tests.journeys.browser import take_picture as picture
from tests.journeys.province import Province
from tests.journeys.scoring import fill_workbook

_ORDERED = PICTURES.parent / "screenshots.txt"
_TAKEN = re.compile(r'\bpicture\(\s*\w+,\s*"([a-z0-9-]+)"')


def test_the_pictures_that_are_taken_are_those_that_the_guide_orders() -> None:
    taken = _TAKEN.findall(Path(__file__).read_text(encoding="utf-8"))
    ordered = [
        line.split(maxsplit=1)[0] for line in _ORDERED.read_text(encoding="utf-8").splitlines() if line
    ]
    assert sorted(taken) == sorted(ordered)


@pytest.fixture
def year(settings: Settings, db: None) -> Places:
    settings.OPENPAR_DEMO = True
    return running(timezone.localdate())


@pytest.fixture
def province(settings: Settings, visitors: Visitors, tmp_path: Path) -> Province:
    settings.OPENPAR_DEMO = True
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"
    return Province()


def log_in(visitors: Visitors, name: str) -> Page:
    """With one click, as in the demo."""
    page = visitors.open()
    page.goto("/login/")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    return page


@pytest.mark.skipif(not TAKES_PICTURES, reason="OPENPAR_SCREENSHOTS=1 takes the pictures of the guide")
def test_the_pictures_of_the_guide(visitors: Visitors, province: Province, tmp_path: Path) -> None:
    login = visitors.open()
    login.goto("/login/")
    picture(login, "dang-nhap")
    manager = log_in(visitors, "Trần Thị Minh Hạnh")
    criteria(manager, tmp_path)
    preparation(manager, province)
    focal = log_in(visitors, "Nguyễn Thị Hòa")
    focal.goto("/account/second-factor/app/")
    picture(focal, "them-ung-dung-tao-ma", height=680)
    self_scoring(focal, province, tmp_path)
    province.finish_health()
    head = log_in(visitors, "Bùi Thanh Sơn")
    head.goto(f"{province.health}lock/")
    picture(head, "duyet-va-chot", height=640)
    head.get_by_role("button", name="Duyệt và chốt").click()
    expect(head.get_by_text("Phiếu không nhận thay đổi")).to_be_visible()
    province.to_appraisal()
    appraiser = log_in(visitors, "Phạm Văn Tú")
    appraisal(appraiser, manager, province)
    province.to_explanation()
    explanation(focal, province)
    province.to_reappraisal()
    appraiser.goto(f"/appraisals/{province.round.pk}/explanations/")
    picture(appraiser, "tham-dinh-lan-2", height=860)
    province.to_decision()
    correction(appraiser, manager, province)
    decision(manager, province)
    results(manager, province)
    seals(head, login, province)


@pytest.mark.skipif(not TAKES_PICTURES, reason="OPENPAR_SCREENSHOTS=1 takes the pictures of the guide")
@pytest.mark.usefixtures("year")
def test_the_pictures_of_the_reform_year(visitors: Visitors) -> None:
    focal = log_in(visitors, "Nguyễn Thị Hòa")
    plan = Plan.objects.get(organisation__key=HEALTH, year=timezone.localdate().year)
    focal.goto(f"/plans/{plan.pk}/")
    picture(focal, "bang-ke-hoach", height=900)
    reported = Claim.objects.filter(duty__assignment__task__plan=plan).earliest("pk")
    focal.goto(f"/tasks/{reported.duty.assignment_id}/")
    picture(focal, "nhiem-vu", height=900)
    manager = log_in(visitors, "Trần Thị Minh Hạnh")
    case = Inspection.objects.get()
    manager.goto(f"/inspections/{case.pk}/")
    picture(manager, "cuoc-kiem-tra", height=960)
    lost = Finding.objects.filter(
        organisation__key=HEALTH, found_by=FoundBy.APPRAISAL, state=FindingState.CLOSED
    ).earliest("pk")
    focal.goto(f"/findings/{lost.pk}/")
    picture(focal, "ton-tai-han-che", height=900)
    focal.goto("/reports/?year=2025")
    picture(focal, "ban-bao-cao", height=860)
    report = PeriodicReport.objects.filter(organisation__key=HEALTH).earliest("pk")
    focal.goto(f"/reports/{report.pk}/")
    picture(focal, "bao-cao-dinh-ky", height=960)


def criteria(page: Page, folder: Path) -> None:
    path = folder / "bo-tieu-chi-so-nganh.xlsx"
    table = read_mapping(ROOT / "data" / "criteria" / "SYNTHETIC_so_2026.yaml")
    # One scale as decisions sometimes word it: nobody can compute it, and the page says so.
    table["fields"][0]["criteria"][0]["sub"][1]["scale_text"] = "Theo mức độ đầy đủ của kế hoạch"
    write_official_table(table, path)
    page.goto("/criteria/import/")
    page.get_by_label("Tệp").set_input_files(path)
    press(page, "Đọc tệp")
    picture(page, "nhap-bo-tieu-chi", height=900)
    page.get_by_label("Tên bộ tiêu chí").fill("Bộ tiêu chí mẫu khối sở, ban, ngành (bản soạn)")
    page.get_by_label("Bộ tiêu chí mẫu (").check()
    press(page, "Tạo bộ tiêu chí")
    page.get_by_role("link", name="Sửa").click()
    page.get_by_placeholder("Tìm tiêu chí").fill("1.1.3")
    page.locator(".tree").get_by_role("link", name="1.1.3").click()
    page.get_by_label("Điểm tối đa").wait_for()
    picture(page, "soan-tieu-chi", height=1100)


def preparation(page: Page, province: Province) -> None:
    page.goto(f"/rounds/{province.round.pk}/setup/")
    picture(page, "chuan-bi-ky", height=820)
    page.goto(f"/rounds/{province.round.pk}/appraisers/")
    picture(page, "phan-cong-tham-dinh", height=760)
    province.open()


def self_scoring(page: Page, province: Province, folder: Path) -> None:
    page.goto("/")
    picture(page, "viec-cua-toi", height=560)
    page.goto(f"{province.health}1.1.3/")
    page.locator("[name='numerator']").fill("23")
    page.locator("[name='denominator']").fill("25")
    page.get_by_label("Giải trình của đơn vị").fill(
        "23 trong 25 nhiệm vụ đã có sản phẩm; danh mục sản phẩm kèm theo báo cáo năm."
    )
    expect(page.locator("#reckoning")).to_contain_text("92 %")
    picture(page, "tu-cham-tieu-chi", height=940)
    press(page, "Lưu")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")
    page.locator("summary", has_text="Thêm tài liệu").click()
    document = folder / "bao-cao-cchc-nam.pdf"
    document.write_bytes(b"%PDF-1.4")
    page.get_by_label("Tệp", exact=False).first.set_input_files(document)
    page.get_by_label("Trích yếu").fill("Báo cáo kết quả cải cách hành chính năm")
    page.get_by_label("Số, ký hiệu").fill("215/BC-SYT")
    page.get_by_label("Mục, trang chứng minh").first.fill("phụ lục 1, trang 12")
    picture(page, "tai-lieu-kiem-chung", height=840)
    page.goto(f"{province.health}assign/")
    for code in ("1.1.1", "1.1.2"):
        page.get_by_role("checkbox", name=code).check()
    page.get_by_label("Chuyên viên của đơn vị").select_option(index=1)
    picture(page, "phan-cong-tieu-chi", height=820)
    press(page, "Giao tiêu chí đã chọn")
    page.goto(f"{province.health}submission/")
    picture(page, "tong-quan-phieu", height=940)
    page.goto(f"{province.health}upload/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải phiếu .xlsx").click()
    path = folder / "phieu-tu-cham-so-y-te.xlsx"
    download.value.save_as(path)
    fill_workbook(path, province.excel_rows(), "Theo số liệu các phòng gửi về")
    page.get_by_label("Phiếu đã điền").set_input_files(path)
    picture(page, "dien-bang-excel", height=620)
    press(page, "Tải lên và xem thay đổi")
    picture(page, "xem-thay-doi-tu-tep", height=760)
    press(page, "Lưu vào phiếu")


def appraisal(page: Page, manager: Page, province: Province) -> None:
    page.goto(f"/appraisals/{province.round.pk}/")
    picture(page, "ban-tham-dinh", height=900)
    page.goto(f"/appraisals/{province.round.pk}/so/{province.contested}/")
    unit = page.locator("tbody.work-row[data-open]").first
    unit.get_by_role("link", name="Chấm khác").click()
    expect(unit.locator("[data-row-form] [data-focus]").first).to_be_focused()
    unit.locator("[name='numerator']").fill("96")
    unit.get_by_label("Lý do (").fill("96 nhiệm vụ có sản phẩm được nghiệm thu; 18 nhiệm vụ mới triển khai.")
    unit.get_by_role("checkbox", name="Yêu cầu giải trình").check()
    picture(page, "tham-dinh-tieu-chi", height=1000)
    unit.get_by_role("link", name="Thôi").click()
    expect(unit.locator("[data-row-form]")).to_have_count(0)
    manager.goto(f"/rounds/{province.round.pk}/")
    picture(manager, "tinh-hinh-ky", height=1000)


def explanation(page: Page, province: Province) -> None:
    page.goto(f"{province.health}{province.contested}/")
    page.locator("#score-form [name='numerator']").fill("18")
    page.get_by_label("Nội dung giải trình").fill(
        "Ba nhiệm vụ được nghiệm thu sau ngày lấy số liệu thẩm định; biên bản nghiệm thu kèm theo."
    )
    expect(page.locator("#reckoning")).to_contain_text("18/25")
    picture(page, "giai-trinh-don-vi", height=860, at=page.locator(".sides"))
    press(page, "Lưu")
    expect(page.locator("#action-note")).to_contain_text("Đã lưu")


def decision(page: Page, province: Province) -> None:
    page.goto(f"/rounds/{province.round.pk}/outside/")
    picture(page, "ket-qua-ben-ngoai", height=760)
    page.goto(f"/rounds/{province.round.pk}/adjustments/")
    picture(page, "diem-thuong-tru", height=900)
    province.settle_adjustments()
    page.goto(f"/rounds/{province.round.pk}/council/")
    picture(page, "bang-tong-hop", height=1000)
    province.conclude()
    page.goto(f"/rounds/{province.round.pk}/publish/")
    page.get_by_label("Số quyết định").fill("000/QĐ-UBND (mẫu)")
    page.get_by_label("Ngày ký").fill(province.today_text)
    page.get_by_label("Người ký", exact=True).fill("Huỳnh Thu Phương")
    page.get_by_label("Chức vụ người ký").fill("KT. CHỦ TỊCH, PHÓ CHỦ TỊCH")
    press(page, "Xem lại trước khi công bố")
    expect(page.get_by_role("heading", name="Xác nhận công bố")).to_be_visible()
    picture(page, "xem-lai-cong-bo", height=900)


def correction(appraiser: Page, manager: Page, province: Province) -> None:
    sheet = province.health.strip("/").split("/")[-1]
    form = f"/rounds/{province.round.pk}/corrections/new/{sheet}/{province.contested}/"
    appraiser.goto(form)
    appraiser.locator("[name='numerator']").fill("20")
    appraiser.get_by_label("Lý do", exact=True).fill(
        "Hội đồng đối chiếu lại: hai nhiệm vụ nữa đã được nghiệm thu."
    )
    press(appraiser, "Gửi đề nghị đính chính")
    manager.goto(f"/rounds/{province.round.pk}/corrections/")
    picture(manager, "dinh-chinh", height=620)
    appraiser.goto(form)
    press(appraiser, "Rút đề nghị")


def seals(head: Page, anybody: Page, province: Province) -> None:
    seal(at=timezone.now())
    head.goto(f"{province.health}history/")
    head.get_by_role("link", name="Biên nhận").first.click()
    expect(head.get_by_role("link", name="Tải tệp biên nhận")).to_be_visible()
    picture(head, "bien-nhan", height=940)
    anybody.goto("/seals/")
    picture(anybody, "niem-phong", height=860)


def results(page: Page, province: Province) -> None:
    page.goto(f"/results/{province.finished.pk}/")
    picture(page, "ket-qua-khoi", height=960)
    row(page, "Sở Lao động").first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sở Lao động")
    picture(page, "ket-qua-don-vi", height=1000)
