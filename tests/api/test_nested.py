"""Lists inside a dossier (TaiLieuNop and others): their shape by path, and what they say of the dossier."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openpar.api.v1.nested import national_lists, told_by_lists
from openpar.api.v1.openapi import document
from openpar.base.facts.current import current
from openpar.base.facts.models import Batch, PersonalPart
from openpar.delivery.dossiers.declarations import DATASET, PEOPLE_DATASET
from openpar.delivery.dossiers.models import DossierImport
from tests.api.messages import Push, dossier, envelope, refused, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
PAPER = {
    "TepDinhKemId": "17",
    "TenTepDinhKem": "Giấy chứng sinh Nguyễn Mẫu An.pdf",
    "IsDeleted": "False",
    "MaThanhPhanHoSo": "KQ.G09.000001",
    "DuongDanTaiTepTin": "https://kho.example.vn/17",
    "DuocSoHoa": 1,
    "DuocTaiSuDung": "0",
    "DuocLayTuKhoDMQG": False,
    "MaKetQuaThayThe": None,
}
RESULT = {"TenGiayTo": "Giấy khai sinh", "GiayToId": 3, "DuongDanTepTinKetQua": "https://kho.example.vn/3"}


def paths(answer: Any) -> list[tuple[int | None, str, str]]:
    return [(one["index"], one["field"], one["path"]) for one in said(answer)["result"]["refusals"]]


def flags(*names: str) -> list[tuple[object, ...]]:
    """What the store holds of the dossiers, in the order of their codes; None is nothing."""
    found = current(DATASET)
    order = sorted(range(len(found)), key=lambda place: str(found["dossier"].values[place]))
    return [
        tuple(bool(found[name].values[place]) if found[name].known[place] else None for name in names)
        for place in order
    ]


def test_the_shipped_lists_are_those_of_the_national_exchange() -> None:
    assert [(one.name, len(one.fields)) for one in national_lists()] == [
        ("TaiLieuNop", 9),
        ("DanhSachGiayToKetQua", 5),
    ]
    for one in national_lists():
        assert {one.gone or "", *one.longest, *one.says.values()} <= {"", *one.fields}


def test_documents_handed_in_say_what_the_dossier_does_not(push: Push) -> None:
    no, gone = {"DuocSoHoa": 0, "DuocTaiSuDung": 0}, {**PAPER, "DuocTaiSuDung": 1, "IsDeleted": 1}
    answer = push(
        envelope(
            dossier(1, TaiLieuNop=[no, PAPER]),
            dossier(2, TaiLieuNop=[no, {**no, "DuocTaiSuDung": "Có"}], DanhSachGiayToKetQua=[RESULT]),
            dossier(3, TaiLieuNop=[PAPER], HoSoCoThanhPhanSoHoa="0", DanhSachGiayToKetQua=[{}]),
            dossier(4, TaiLieuNop=[no, gone], DanhSachGiayToKetQua=[]),
            dossier(5, TaiLieuNop=None),
            dossier(6, TaiLieuNop=[{"TenTepDinhKem": "Tờ khai"}]),
        )
    )
    assert said(answer)["result"]["accepted"] == 6
    assert flags("is_digitised", "is_reused", "has_electronic_result") == [
        (True, False, None),
        (False, True, True),
        # What the dossier says itself counts.
        (False, False, False),
        # A document that was taken out says nothing.
        (False, False, None),
        (None, None, None),
        (None, None, None),
    ]


def test_nothing_of_a_document_is_kept(push: Push) -> None:
    push(envelope(dossier(1, TaiLieuNop=[PAPER], DanhSachGiayToKetQua=[RESULT])))
    kept = "".join(
        str(values.values.tolist())
        for dataset in (DATASET, PEOPLE_DATASET)
        for values in current(dataset).columns.values()
    )
    kept += str(list(PersonalPart.objects.values_list("content", flat=True)))
    assert "H01.1-260601-0001" in kept
    assert "Nguyễn Mẫu An" in kept
    assert "Giấy chứng sinh" not in kept
    assert "kho.example.vn" not in kept


@pytest.mark.parametrize(
    ("changes", "path", "field", "what"),
    [
        ({"TaiLieuNop": "tờ khai"}, ".TaiLieuNop", "TaiLieuNop", "không phải danh sách"),
        ({"TaiLieuNop": {"TenTepDinhKem": "a"}}, ".TaiLieuNop", "TaiLieuNop", "không phải danh sách"),
        ({"TaiLieuNop": [PAPER, "b"]}, ".TaiLieuNop[1]", "TaiLieuNop", "không phải đối tượng"),
        (
            {"TaiLieuNop": [PAPER, {**PAPER, "TenTepDinhKem": ["a"]}]},
            *(".TaiLieuNop[1].TenTepDinhKem", "TenTepDinhKem", "không phải một giá trị"),
        ),
        (
            {"TaiLieuNop": [{"TenTepDinhKem": "a" * 4001}]},
            *(".TaiLieuNop[0].TenTepDinhKem", "TenTepDinhKem", "dài 4001 ký tự"),
        ),
        (
            {"TaiLieuNop": [{"DuocTaiSuDung": "2"}]},
            *(".TaiLieuNop[0].DuocTaiSuDung", "DuocTaiSuDung", "“2” không phải có hoặc không"),
        ),
        (
            {"DanhSachGiayToKetQua": [{"GiayToId": {}}]},
            *(".DanhSachGiayToKetQua[0].GiayToId", "GiayToId", "không phải một giá trị"),
        ),
        ({"DanhSachHoSoBoSung": True}, ".DanhSachHoSoBoSung", "DanhSachHoSoBoSung", "không phải danh sách"),
        ({"DanhSachHoSoBoSung": [1]}, ".DanhSachHoSoBoSung[0]", "DanhSachHoSoBoSung", "không phải đối tượng"),
        ({"MaTTHC": ["1.001193"]}, ".MaTTHC", "MaTTHC", "không phải một giá trị"),
    ],
)
def test_what_is_not_in_its_shape_is_refused_by_path_and_the_rest_is_taken(
    push: Push,
    changes: dict[str, object],
    path: str,
    field: str,
    what: str,
) -> None:
    answer = push(envelope(dossier(1), dossier(2, **changes), dossier(3, NgayHenTra="mai"), dossier(4)))
    result = said(answer)["result"]
    assert (result["accepted"], result["refused"]) == (2, 2)
    assert paths(answer) == [(1, field, f"data[1]{path}"), (2, "NgayHenTra", "data[2].NgayHenTra")]
    assert (result["refusals"][0]["what"], result["refusals"][0]["MaHoSo"]) == (what, "H01.1-260601-0002")
    kept = DossierImport.objects.get()
    assert (kept.accepted, kept.refused, kept.refusals[0]["where"]) == (2, 2, f"data[1]{path}")


def test_every_fault_of_a_message_is_told_at_once_and_alone_it_leaves_no_batch(
    push: Push,
) -> None:
    answer = push(
        [dossier(1, TaiLieuNop=[1, {"IsDeleted": "hỏng"}], MaTTHC={}), {}, dossier(3, TaiLieuNop=3)]
    )
    assert (answer.status_code, said(answer)["result"]["refused"]) == (422, 3)
    assert [one["path"] for one in refused(answer)] == [
        "data[0].MaTTHC",
        "data[0].TaiLieuNop[0]",
        "data[0].TaiLieuNop[1].IsDeleted",
        "data[1]",
        "data[2].TaiLieuNop",
    ]
    assert not Batch.objects.filter(dataset__name="dossiers").exists()


def test_the_same_message_with_a_fault_once_more_says_the_same_and_changes_nothing(
    push: Push,
) -> None:
    message = envelope(dossier(1), dossier(2, TaiLieuNop=0), thoiDiem="20260706080000")
    first, again = (said(push(message))["result"] for _turn in range(2))
    assert again == {**first, "is_new": False}
    assert first["refused"] == 1
    # Put right it is another message.
    right = envelope(dossier(1), dossier(2, TaiLieuNop=[]), thoiDiem="20260706080000")
    assert said(push(right))["result"]["is_new"]


def test_places_that_the_list_finds_have_their_path_too(push: Push) -> None:
    asked = {"NgayBoSung": "hôm qua"}
    answer = push(
        envelope(dossier(1), dossier(2, DanhSachHoSoBoSung=[asked]), dossier(1), dossier(4, DonViXuLy=""))
    )
    assert [one[2] for one in paths(answer)] == [
        "data[1].DanhSachHoSoBoSung[0].NgayBoSung",
        "data[2].MaHoSo",
        "data[3].DonViXuLy",
    ]
    assert [one["path"] for one in refused(push([1]))] == ["data[0]"]
    assert [one["path"] for one in refused(push({"data": [dossier()], "thoiDiem": "x"}))] == ["thoiDiem"]
    assert [one["path"] for one in refused(push(b"{"))] == [""]


def test_letters_that_are_none_do_not_break_the_answer(push: Push) -> None:
    for body in (
        b'[{"MaHoSo": "\\ud800", "TaiLieuNop": 3}]',
        b'[{"MaHoSo": "a", "TaiLieuNop": [{"IsDeleted": "\\ud800"}]}]',
    ):
        assert push(body).status_code == 422
    assert push(b'[{"MaHoSo": "a", "TaiLieuNop": [{"TenTepDinhKem": "\\ud800"}]}]').status_code == 422


def test_an_entry_that_says_nothing_leaves_the_dossier_open() -> None:
    assert set(told_by_lists({}).values()) == {""}
    assert set(told_by_lists({"TaiLieuNop": [{}], "DanhSachGiayToKetQua": []}).values()) == {""}


def test_the_description_names_every_field_of_every_list() -> None:
    properties = document()["components"]["schemas"]["Dossier"]["properties"]
    for one in national_lists():
        assert set(properties[one.name]["items"]["properties"]) == set(one.fields)
    names = properties["TaiLieuNop"]["items"]["properties"]
    assert names["TenTepDinhKem"]["maxLength"] == 4000
    assert "path" in document()["components"]["schemas"]["Refusal"]["properties"]
    json.dumps(document())
