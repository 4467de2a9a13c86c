"""Who signs for whom, and in which lines; where a document is written."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from openpar.reports.documents.authorities import Power, authority_of, place_of
from openpar.reports.documents.kinds import deciding_authority
from openpar.reports.documents.layouts import document_type

COMMITTEE, COMMUNE = "Ủy ban nhân dân tỉnh Lâm Đồng", "Ủy ban nhân dân xã Đạ Tẻh"
OFFICE = "Văn phòng Ủy ban nhân dân tỉnh"


@pytest.mark.parametrize(
    ("agency", "position", "lines"),
    [
        (COMMITTEE, "Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        (COMMITTEE, "Phó Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        (COMMITTEE, "Quyền Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "Q. CHỦ TỊCH")),
        (COMMITTEE, "Chánh Văn phòng", ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
        (
            COMMITTEE,
            "Phó Chánh Văn phòng",
            ("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"),
        ),
        (COMMUNE, "Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Sở Nội vụ", "Giám đốc", ("GIÁM ĐỐC",)),
        ("Sở Nội vụ", "  phó   giám đốc ", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        ("Sở Nội vụ", "Q. Giám đốc", ("Q. GIÁM ĐỐC",)),
        (
            "Sở Nội vụ",
            "Trưởng phòng Cải cách hành chính",
            ("TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG CẢI CÁCH HÀNH CHÍNH"),
        ),
        ("Sở Nội vụ", "Phó Trưởng phòng", ("TL. GIÁM ĐỐC", "KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
        (
            "Văn phòng Ủy ban nhân dân tỉnh",
            "Phó Chánh Văn phòng",
            ("KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"),
        ),
        ("Thanh tra tỉnh", "Chánh Thanh tra", ("CHÁNH THANH TRA",)),
        ("Ban Quản lý các khu công nghiệp", "Phó Trưởng Ban", ("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN")),
        ("Đoàn kiểm tra 1228", "Trưởng đoàn", ("TM. ĐOÀN KIỂM TRA", "TRƯỞNG ĐOÀN")),
        ("Hội đồng thẩm định", "Chủ tịch", ("TM. HỘI ĐỒNG", "CHỦ TỊCH")),
        ("Kho bạc Nhà nước", "Thủ trưởng", ("THỦ TRƯỞNG",)),
    ],
)
def test_the_lines_of_a_signature_follow_from_agency_and_position(
    agency: str, position: str, lines: tuple[str, ...]
) -> None:
    assert authority_of(agency).lines_of(position) == lines
    assert len(lines) <= 3


def test_somebody_authorised_signs_so() -> None:
    office = authority_of("Sở Nội vụ")
    assert office.lines_of("Trưởng phòng", authorised=True) == ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG")
    # The head and the deputy need no authority.
    assert office.power_of("Phó Giám đốc", authorised=True) == Power.DEPUTY
    assert office.lines_of("Giám đốc", authorised=True) == ("GIÁM ĐỐC",)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (COMMITTEE, "Lâm Đồng"),
        ("Ủy ban nhân dân thành phố Huế", "Huế"),
        (COMMUNE, "Đạ Tẻh"),
        ("Ủy ban nhân dân đặc khu Phú Quý", "Phú Quý"),
        ("Sở Nội vụ", ""),
    ],
)
def test_the_place_is_the_name_of_the_territory(name: str, place: str) -> None:
    assert place_of(name) == place


def test_a_decision_names_the_head_or_the_collective_body() -> None:
    assert deciding_authority("Sở Nội vụ") == "GIÁM ĐỐC SỞ NỘI VỤ"
    assert deciding_authority(COMMITTEE) == "ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG"


DATA = Path(__file__).resolve().parents[3] / "data"


def used_types() -> list[dict[str, str]]:
    """data/doc_types_used.csv: what a public drafting guide says of each type; a letter has no code there."""
    with (DATA / "doc_types_used.csv").open(encoding="utf-8") as file:
        return [{**row, "code": row["code"] or "CV"} for row in csv.DictReader(file)]


def test_the_types_are_those_that_offices_use() -> None:
    rows = yaml.safe_load((DATA / "documents" / "types.yaml").read_text(encoding="utf-8"))["types"]
    assert {(row["code"], row["name"], row["use"]) for row in rows} == {
        (row["code"], row["name_vi"], row["typical_use_in_CCHC"]) for row in used_types()
    }


@pytest.mark.parametrize("row", used_types(), ids=lambda row: row["code"])
def test_every_power_by_which_offices_sign_a_type_is_open_for_it(row: dict[str, str]) -> None:
    open_powers = document_type(row["code"]).powers
    said = f"{row['signer_province']} {row['signer_department']}"
    for form, power in (("TL.", Power.BY_ORDER), ("KT.", Power.DEPUTY), ("TM.", Power.HEAD)):
        if form in said:
            assert power in open_powers, f"{row['code']} {form}"
    if row["code"] != "BB":
        assert (Power.BY_ORDER in open_powers) == ("TL." in said)
