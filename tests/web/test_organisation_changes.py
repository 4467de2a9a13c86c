"""Changing the register through its pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.intake.models import Batch
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion, Succession
from tests import factories
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db
BASIS = "392/NQ-HĐND 18/02/2025"
GIVEN = {"on": "01/03/2025", "legal_basis": BASIS}


@pytest.fixture
def manager(logged_in: LogIn) -> Client:
    return logged_in(Role.ROUND_MANAGER)


@pytest.fixture
def labour(department: Organisation) -> Organisation:
    return factories.organisation("Sở Lao động", block_code="so")


def written(organisation: Organisation) -> str:
    """As the list of suggestions writes it."""
    return f"{name_on(organisation)} [{organisation.key}]"


def name_on(organisation: Organisation, day: date = date(2025, 2, 28)) -> str:
    return OrganisationVersion.objects.as_of(day).get(organisation=organisation).name


def preview(browser: Client, address: str, typed: dict[str, str], status: int = 200) -> str:
    answer = browser.post(address, {**GIVEN, "step": "preview", **typed})
    assert answer.status_code == status
    return answer.content.decode()


def confirm(browser: Client, address: str, **typed: str) -> None:
    answer = browser.post(address, {**GIVEN, "step": "confirm", **typed})
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/organisations/new/", "/organisations/merge/", "/organisations/import/", "/organisations/{}/rename/"],
)
@pytest.mark.parametrize("role", [None, Role.FOCAL_OFFICER, Role.APPRAISER, Role.AUDITOR])
def test_only_those_who_keep_the_register_reach_the_pages(
    logged_in: LogIn, department: Organisation, role: Role | None, address: str
) -> None:
    browser, there = logged_in(role), address.format(department.pk)
    assert browser.get(there).status_code == 404
    assert browser.post(there, GIVEN).status_code == 404


def test_anonymous_readers_are_asked_to_log_in(client: Client) -> None:
    assert client.get("/organisations/new/").status_code == 302


def test_the_pages_offer_changes_only_to_those_who_may(
    logged_in: LogIn, manager: Client, department: Organisation
) -> None:
    address = f"/organisations/{department.pk}/"
    assert "Chia, tách" in manager.get(address).content.decode()
    assert "Chia, tách" not in logged_in().get(address).content.decode()
    assert "Thành lập đơn vị" in manager.get("/organisations/").content.decode()
    assert "Thành lập đơn vị" not in logged_in().get("/organisations/").content.decode()


def test_every_form_opens_and_an_unknown_change_is_not_found(
    manager: Client, department: Organisation
) -> None:
    words = ["rename", "retype", "code", "parent", "flags", "merge", "split", "hand-over", "dissolve"]
    for word in words:
        assert manager.get(f"/organisations/{department.pk}/{word}/").status_code == 200
    assert manager.get(f"/organisations/{department.pk}/swallow/").status_code == 404
    assert manager.get("/organisations/999999/rename/").status_code == 404


def test_a_preview_says_what_will_follow_and_writes_nothing(
    manager: Client, department: Organisation, labour: Organisation
) -> None:
    typed = {"organisation_1": written(department), "organisation_2": written(labour), "name": "Sở Mới"}
    text = preview(manager, "/organisations/merge/", typed)
    assert "Từ ngày 01/03/2025, Sở Nội vụ và Sở Lao động thành Sở Mới." in text
    assert "Ngày cuối của Sở Lao động: 28/02/2025." in text
    assert "1 vai trò ở Sở Nội vụ cần giao lại" in text
    assert not Succession.objects.exists()
    assert not OrganisationVersion.objects.filter(name="Sở Mới").exists()


def test_two_become_a_new_one_like_the_first(
    manager: Client, department: Organisation, labour: Organisation
) -> None:
    typed = {"organisation_1": written(labour), "organisation_2": written(department), "name": "Sở Mới"}
    confirm(manager, "/organisations/merge/", **typed)
    made = OrganisationVersion.objects.get(name="Sở Mới")
    assert (made.valid_from, made.kind, made.legal_basis) == (date(2025, 3, 1), Kind.DEPARTMENT, BASIS)
    assert made.block is not None
    assert made.block.code == "so"
    assert made.organisation.key == "so-moi-2025"
    assert {link.predecessor for link in Succession.objects.all()} == {department, labour}


def test_one_is_merged_into_another_that_stays(
    manager: Client, department: Organisation, labour: Organisation
) -> None:
    typed = {"organisation_1": written(labour), "into": written(department)}
    text = preview(manager, "/organisations/merge/", typed)
    assert "Sở Lao động nhập vào Sở Nội vụ." in text
    confirm(manager, "/organisations/merge/", **typed)
    assert not OrganisationVersion.objects.as_of(date(2025, 3, 1)).filter(organisation=labour).exists()
    assert name_on(department, date(2025, 3, 1)) == "Sở Nội vụ"


def test_a_merger_needs_exactly_one_answer_to_what_it_becomes(
    manager: Client, department: Organisation, labour: Organisation
) -> None:
    both = {"organisation_1": written(labour), "into": written(department), "name": "Sở Mới"}
    assert "Ghi một trong hai" in preview(manager, "/organisations/merge/", both, 422)
    neither = {"organisation_1": written(labour)}
    assert "Ghi một trong hai" in preview(manager, "/organisations/merge/", neither, 422)


def test_more_rows_keep_what_was_typed(manager: Client, labour: Organisation) -> None:
    typed = {"step": "more", "rows": "3", "organisation_1": written(labour), "name": "Sở Mới"}
    text = manager.post("/organisations/merge/", typed).content.decode()
    assert 'name="organisation_6"' in text
    assert 'value="Sở Mới"' in text
    assert labour.key in text


def test_everything_missing_is_named_at_once(manager: Client, department: Organisation) -> None:
    typed = {"on": "", "legal_basis": "", "name": ""}
    text = preview(manager, f"/organisations/{department.pk}/rename/", typed, 422)
    for field in ("id_on", "id_legal_basis", "id_name"):
        assert f'href="#{field}"' in text


def test_what_the_register_forbids_is_said_in_the_preview_already(
    manager: Client, department: Organisation
) -> None:
    factories.organisation("Sở Y tế", code="04")
    address = f"/organisations/{department.pk}/code/"
    assert "mã “04” của" in preview(manager, address, {"code": "04"}, 422)
    too_early = {"code": "05", "on": "01/01/2020"}
    assert "đã có thay đổi từ ngày 01/01/2021" in preview(manager, address, too_early, 422)


def test_a_new_organisation_gets_a_key_after_its_name(manager: Client, department: Organisation) -> None:
    province = factories.organisation("Tỉnh Lâm Đồng", key="68-tinh-lam-dong", kind=Kind.PROVINCE)
    typed = {"name": "Sở  Đất đai", "kind": "DEPARTMENT", "parent": written(province), "is_scored": "on"}
    assert "khóa 68-so-dat-dai-2025" in preview(manager, "/organisations/new/", typed)
    confirm(manager, "/organisations/new/", **typed)
    made = OrganisationVersion.objects.get(organisation__key="68-so-dat-dai-2025")
    assert (made.parent, made.is_scored, made.is_ranked) == (province, True, False)


@pytest.mark.parametrize(
    ("word", "typed", "sentence", "field", "after"),
    [
        ("rename", {"name": "Sở Nội vụ mới"}, "mang tên Sở Nội vụ mới.", "name", "Sở Nội vụ mới"),
        (
            "retype",
            {"kind": "BODY", "name": "Ban Nội vụ"},
            "thành Ban Nội vụ (Tổ chức khác).",
            "kind",
            "BODY",
        ),
        ("code", {"code": "17"}, "là “17” (trước đó “không có”).", "code", "17"),
        ("parent", {"parent": ""}, "không trực thuộc đơn vị nào.", "parent_id", None),
        ("flags", {"is_scored": "on"}, "chấm điểm: có; xếp hạng: không;", "is_ranked", False),
    ],
)
def test_one_organisation_is_changed(
    manager: Client,
    department: Organisation,
    word: str,
    typed: dict[str, str],
    sentence: str,
    field: str,
    after: object,
) -> None:
    address = f"/organisations/{department.pk}/{word}/"
    assert sentence in preview(manager, address, typed)
    confirm(manager, address, **typed)
    version = OrganisationVersion.objects.as_of(date(2025, 3, 1)).get(organisation=department)
    assert version.valid_from == date(2025, 3, 1)
    assert getattr(version, field) == after


def test_one_is_divided_into_two_like_it(manager: Client, labour: Organisation) -> None:
    address = f"/organisations/{labour.pk}/split/"
    typed = {"part_1": "Sở Việc làm", "part_2": "Sở Xã hội", "code_2": "21"}
    assert "Sở Lao động chia thành Sở Việc làm và Sở Xã hội." in preview(manager, address, typed)
    confirm(manager, address, **typed)
    links = Succession.objects.filter(predecessor=labour)
    assert sorted(link.is_main for link in links) == [False, True]
    social = OrganisationVersion.objects.get(name="Sở Xã hội")
    assert (social.code, social.is_scored) == ("21", True)
    assert not OrganisationVersion.objects.as_of(date(2025, 3, 1)).filter(organisation=labour).exists()


def test_a_part_comes_out_of_one_that_stays(manager: Client, labour: Organisation) -> None:
    address = f"/organisations/{labour.pk}/split/"
    typed = {"part_1": "Sở Việc làm", "stays": "on"}
    text = preview(manager, address, typed)
    assert "từ Sở Lao động tách ra Sở Việc làm; Sở Lao động vẫn hoạt động." in text
    confirm(manager, address, **typed)
    assert OrganisationVersion.objects.as_of(date(2025, 3, 1)).filter(organisation=labour).exists()


def test_a_division_into_one_is_no_division(manager: Client, labour: Organisation) -> None:
    text = preview(manager, f"/organisations/{labour.pk}/split/", {"part_1": "Sở Việc làm"}, 422)
    assert "Chia cần ít nhất hai đơn vị" in text


def test_duties_are_handed_over_and_an_organisation_is_dissolved(
    manager: Client, department: Organisation, labour: Organisation
) -> None:
    confirm(manager, f"/organisations/{labour.pk}/hand-over/", to=written(department))
    confirm(manager, f"/organisations/{labour.pk}/dissolve/", on="01/04/2025")
    changes = [link.change for link in Succession.objects.order_by("on")]
    assert changes == [Succession.Change.TAKEN_OVER, Succession.Change.DISSOLVED]
    assert "Ghi thay đổi" not in manager.get(f"/organisations/{labour.pk}/").content.decode()


HEADER = (
    "key,kind,name,short_name,name_en,code,parent,block,scored,ranked,published,"
    "valid_from,valid_until,legal_basis\n"
)
GOOD = "so-a,DEPARTMENT,Sở A,,,,,,1,1,1,2025-03-01,,\n"


def upload(browser: Client, rows: str, status: int = 302) -> str:
    file = SimpleUploadedFile("don_vi.csv", (HEADER + rows).encode())
    answer = browser.post("/organisations/import/", {"organisations": file})
    assert answer.status_code == status
    return answer.content.decode() or browser.get("/organisations/import/").content.decode()


def test_a_file_is_taken_in_and_again_changes_nothing(manager: Client) -> None:
    assert "1 thay đổi: thêm 1, sửa 0" in upload(manager, GOOD)
    assert "0 thay đổi: thêm 0, sửa 0; giữ nguyên 1 dòng." in upload(manager, GOOD)
    batches = Batch.objects.order_by("pk")
    assert [(batch.outcome, batch.accepted_rows) for batch in batches] == [("ACCEPTED", 1), ("ACCEPTED", 1)]


def test_a_file_with_bad_cells_is_refused_whole_and_every_cell_is_named(manager: Client) -> None:
    bad = "so-b,WRONG,Sở B,,,,,,1,9,1,2025-03-01,,\n"
    text = upload(manager, GOOD + bad, status=422)
    assert "dòng 3, cột kind" in text
    assert "dòng 3, cột ranked" in text
    assert not Organisation.objects.filter(key__in=["so-a", "so-b"]).exists()
    batch = Batch.objects.get()
    assert (batch.outcome, len(batch.refusals)) == ("REFUSED", 2)


def test_no_file_is_asked_for(manager: Client) -> None:
    answer = manager.post("/organisations/import/", {})
    assert answer.status_code == 422
    assert "chưa chọn tệp nào" in answer.content.decode()
