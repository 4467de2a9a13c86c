"""What columns and words mean: shipped layouts, headers by themselves, mappings that are saved and shared."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.base.audit.models import Entry
from openpar.base.organisations.roles import Role
from openpar.delivery.dossiers.actions.mappings import save_mapping
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.layouts import KINDS, vocabulary
from openpar.delivery.dossiers.mappings import (
    ColumnMapping,
    from_json,
    gaps_of,
    preset,
    recognised,
    suggested,
    to_json,
)
from openpar.delivery.dossiers.queries.mappings import mapping_for
from openpar.demo.dossiers_made import FULL, USUAL, as_csv
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.procedures import catalogue


def test_the_shipped_layouts_name_fields_that_exist_and_the_nine_of_the_real_system_are_there() -> None:
    layouts = vocabulary().layouts
    of_system = [one for one in layouts if one.code != "dong_bo_ho_so"]
    assert len(of_system) == 9
    for one in layouts:
        fields = {to for to in one.columns.values() if to}
        assert not one.is_of_dossiers or fields <= set(KINDS), one.code


def test_every_field_has_a_title_and_no_header_means_two_fields() -> None:
    assert set(vocabulary().titles) == set(KINDS)
    assert len(vocabulary().headers) > 100


@pytest.mark.parametrize(
    ("code", "fields"), [("danh_sach_ho_so", 11), ("so_theo_doi_ho_so", 9), ("dong_bo_ho_so", 18)]
)
def test_a_layout_of_dossiers_is_recognised_by_its_headers(code: str, fields: int) -> None:
    mapping = preset(code)
    layout = next(one for one in vocabulary().layouts if one.code == code)
    headers = list(layout.columns)[::-1]
    assert mapping is not None
    assert len(mapping.columns) == fields
    assert recognised([header.upper() for header in headers]) == layout
    assert preset("tong_hop_don_vi") is None


@pytest.mark.parametrize("tells", ["Trạng thái", "Ngày kết thúc xử lý", "Ngày trả kết quả"])
def test_a_list_says_whether_its_dossiers_have_ended(tells: str) -> None:
    columns = suggested(["Mã hồ sơ", "Ngày nhận", "Đơn vị", tells]).columns
    assert gaps_of(ColumnMapping(columns)) == []
    without = {header: to for header, to in columns.items() if header != tells}
    assert [gap.code for gap in gaps_of(ColumnMapping(without))] == ["no-outcome"]


def test_a_list_of_payments_is_recognised_and_never_read_as_dossiers() -> None:
    # Its rows would open again what has ended: they tell of the dossier, and not of its end.
    layout = next(one for one in vocabulary().layouts if one.code == "phi_le_phi")
    assert recognised(list(layout.columns)) == layout
    assert preset("phi_le_phi") is None
    found = gaps_of(suggested(list(layout.columns)))
    assert "no-outcome" in {gap.code for gap in found}


def test_every_shipped_layout_of_dossiers_can_be_taken_in() -> None:
    for one in vocabulary().layouts:
        if mapping := preset(one.code):
            told = {gap.code for gap in gaps_of(mapping)}
            # The agency may be said for the whole file.
            assert told <= {"field-missing"}, (one.code, told)


def test_headers_mean_their_fields_without_case_marks_and_signs() -> None:
    found = suggested(["MÃ HỒ SƠ:", "ngay tiep nhan", "Ngày nhận", "Cột lạ", "Đơn vị"])
    assert found.columns == {"MÃ HỒ SƠ:": "dossier", "ngay tiep nhan": "received_at", "Đơn vị": "agency"}
    assert [gap.code for gap in gaps_of(found)] == ["no-outcome"]
    assert {gap.code for gap in gaps_of(ColumnMapping({"a": "dossier", "b": "dossier", "c": "x"}))} == {
        "field-twice",
        "field-unknown",
        "field-missing",
        "no-outcome",
    }


def test_a_shared_mapping_reads_back_as_the_same_and_other_files_are_refused() -> None:
    mapping = ColumnMapping({"Số HS": "dossier"}, {"status": {"Xong rồi": "9"}}, "xa-so-1")
    assert from_json(to_json(mapping, source="iGate Lâm Đồng")) == ("iGate Lâm Đồng", mapping)
    for text in ("", "[]", '{"form": "openpar/dossier-mapping/1"}', '{"columns": {}}'):
        with pytest.raises(DossiersRefused):
            from_json(text)


@pytest.mark.django_db
def test_a_saved_mapping_reads_the_words_of_its_source() -> None:
    lists.province()
    content = as_csv(lists.year(60), lists.moment(date(2026, 6, 30)), FULL)
    odd = content.replace("Mã hồ sơ".encode(), b"So HS moi").replace("Đã trả kết quả".encode(), b"XONG")
    headers = ["So HS moi", *(name for name in FULL if name != "Mã hồ sơ")]
    own = ColumnMapping({"So HS moi": "dossier"}, {"status": {"XONG": "10"}}, "xa-so-1")
    with pytest.raises(DossiersRefused):
        save_mapping(by=lists.HOUSE, at=lists.AT, source="la", mapping=own)
    usual = {header: to for header, to in suggested(headers).columns.items() if header != "So HS moi"}
    whole = ColumnMapping({**own.columns, **usual}, own.words)
    saved = save_mapping(by=lists.HOUSE, at=lists.AT, source=" He  thong la ", mapping=whole)
    entries = Entry.objects.count()
    assert (
        save_mapping(by=lists.HOUSE, at=lists.AT, source="He thong la", mapping=whole).version
        == saved.version
    )
    assert Entry.objects.count() == entries
    found = mapping_for("He thong la", headers)
    done = lists.brought(odd, lists.moment(date(2026, 6, 30)), mapping=found)
    assert (done.accepted, done.refused) == (60, 0)


@pytest.mark.django_db
def test_only_who_manages_keeps_mappings() -> None:
    officer = factories.actor_as(Role.FOCAL_OFFICER, catalogue.office())
    with pytest.raises(DossiersRefused):
        save_mapping(by=officer, at=lists.AT, source="la", mapping=suggested(USUAL))
