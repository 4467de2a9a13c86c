"""Mappings of columns: kept by source, handed on as a file, taken in, forgotten; a list read like another."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openpar.base.audit.models import Entry
from openpar.base.organisations.roles import Role
from openpar.delivery.dossiers.actions.mappings import save_mapping
from openpar.delivery.dossiers.mappings import ColumnMapping, suggested, to_json
from openpar.delivery.dossiers.models import SavedMapping
from tests import factories
from tests.factories import MOMENT
from tests.web.conftest import LogIn
from tests.web.reading import text_of

pytestmark = pytest.mark.django_db
PAGE = "/dossiers/mappings/"
FORM = "openpar/dossier-mapping/1"
HEADERS = ["Mã hồ sơ", "Ngày nhận", "Đơn vị", "Trạng thái"]


def saved(source: str = "iGate", **columns: str) -> SavedMapping:
    mapping = ColumnMapping({**suggested(HEADERS).columns, **columns}, {"status": {"Xong": "9"}})
    return save_mapping(by=factories.registrar(), at=MOMENT, source=source, mapping=mapping)


def file_of(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("ghep-cot.json", text.encode(), "application/json")


def test_what_is_kept_is_shown_by_source_with_every_column(logged_in: LogIn) -> None:
    manager = logged_in(Role.ROUND_MANAGER)
    assert "Chưa lưu cách ghép cột nào" in text_of(manager, PAGE)
    saved()
    page = text_of(manager, PAGE)
    for said in ("iGate", "4 cột được đọc", "1 giá trị đã đối chiếu", "Ngày nhận", "Tải tệp"):
        assert said in page


def test_a_mapping_goes_from_one_province_to_another_as_a_file(logged_in: LogIn) -> None:
    manager, there = logged_in(Role.ROUND_MANAGER), saved()
    answer = manager.get(f"{PAGE}{there.pk}/file/")
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    before = there.mapping
    assert manager.post(f"{PAGE}{there.pk}/forget/", {"version": "1"}).status_code == 302
    assert not SavedMapping.objects.exists()
    assert Entry.objects.filter(verb="dossiers.mapping_forgotten", label="iGate").exists()
    assert manager.post(PAGE, {"file": file_of(answer.content.decode())}).status_code == 302
    assert SavedMapping.objects.get(source="iGate").mapping == before


def test_a_file_does_not_replace_what_somebody_else_has_kept_meanwhile(logged_in: LogIn) -> None:
    manager, there = logged_in(Role.ROUND_MANAGER), saved()
    columns = there.mapping["columns"]
    other = ColumnMapping({"Số biên nhận" if to == "dossier" else at: to for at, to in columns.items()})
    text = to_json(other, source="iGate")
    late = manager.post(PAGE, {"file": file_of(text), "seen": "7:iGate"})
    assert late.status_code == 409
    assert all(said in unescape(late.content.decode()) for said in ("Số biên nhận", "Mã hồ sơ"))
    assert manager.post(f"{PAGE}{there.pk}/forget/", {"version": "7"}).status_code == 409
    assert SavedMapping.objects.get().version == 1
    assert manager.post(PAGE, {"file": file_of(text), "seen": "1:iGate"}).status_code == 302
    assert "Số biên nhận" in SavedMapping.objects.get().mapping["columns"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("không phải JSON", "không phải là cách ghép cột"),
        ('{"form": "khác"}', "không phải là cách ghép cột"),
        (json.dumps({"form": FORM, "columns": 3}), "không phải là cách ghép cột"),
        (
            json.dumps({"form": "openpar/dossier-mapping/1", "source": "", "columns": {"A": "b"}}),
            "không có trường",
        ),
        ("x" * 500_001, "tệp lớn hơn"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused_and_nothing_is_kept(
    logged_in: LogIn, text: str, said: str
) -> None:
    answer = logged_in(Role.ROUND_MANAGER).post(PAGE, {"file": file_of(text)})
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert not SavedMapping.objects.exists()


def test_who_brings_lists_in_for_one_agency_reads_mappings_and_keeps_none(logged_in: LogIn) -> None:
    officer, there = logged_in(Role.FOCAL_OFFICER), saved()
    assert "Lấy từ tệp" not in text_of(officer, PAGE)
    assert officer.post(PAGE, {"file": file_of("{}")}).status_code == 404
    assert officer.post(f"{PAGE}{there.pk}/forget/").status_code == 404
    assert officer.get(f"{PAGE}{there.pk}/file/").status_code == 200
    assert SavedMapping.objects.exists()
    assert logged_in(Role.AGENCY_HEAD).get(PAGE).status_code == 404


def waiting(browser: Client, header: str, row: str) -> str:
    given = {
        "source": "Nguồn mới",
        "as_of": "",
        "file": SimpleUploadedFile("a.csv", f"{header}\n{row}\n".encode()),
    }
    answer = browser.post("/dossiers/imports/new/", given)
    assert answer.status_code == 302
    return str(answer["Location"])


def chosen(page: str) -> dict[str, str]:
    """The field chosen for each column of the screen."""
    found = {}
    for place, options in re.findall(r'name="column-(\d+)".*?>(.*?)</select>', page, re.S):
        field = re.search(r'<option value="(\w+)" selected', options)
        found[place] = field[1] if field else ""
    return found


def test_a_list_of_a_new_source_is_read_like_a_shipped_layout_or_another_source(logged_in: LogIn) -> None:
    manager = logged_in(Role.ROUND_MANAGER)
    there = saved("Hệ thống cũ", **{"Cột lạ": "extended_at"})
    address = waiting(manager, "Mã hồ sơ,Nhận hồ sơ,Cột lạ", "H01-1,02/03/2026,")
    page = text_of(manager, address)
    assert chosen(page) == {"0": "dossier", "1": "received_at", "2": ""}
    for example in ("Sổ theo dõi hồ sơ", "Nguồn Hệ thống cũ"):
        assert example in page
    assert "Danh sách thu phí" not in page
    assert chosen(text_of(manager, f"{address}?like=saved:{there.pk}"))["2"] == "extended_at"
    assert chosen(text_of(manager, f"{address}?like=layout:so_theo_doi_ho_so"))["1"] == "received_at"
    # What is no example changes nothing.
    assert chosen(text_of(manager, f"{address}?like=saved:999999")) == chosen(page)
