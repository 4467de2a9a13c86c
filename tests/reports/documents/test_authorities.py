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
DATA = Path(__file__).resolve().parents[3] / "data"


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
        ("UBND xã Đạ Tẻh", "Chủ tịch", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Chi cục Thủy lợi", "Phó Chi cục trưởng", ("KT. CHI CỤC TRƯỞNG", "PHÓ CHI CỤC TRƯỞNG")),
        ("Cục Thống kê", "Cục trưởng", ("CỤC TRƯỞNG",)),
        ("Trường Chính trị tỉnh", "Hiệu trưởng", ("HIỆU TRƯỞNG",)),
        ("Tòa án nhân dân tỉnh", "Chánh án", ("CHÁNH ÁN",)),
        ("Công an xã Đạ Tẻh", "Trưởng Công an", ("TRƯỞNG CÔNG AN",)),
        # No title is known: who is said to head it signs so, by nobody's order.
        ("Đài Phát thanh", "Giám đốc", ("GIÁM ĐỐC",)),
        ("Đài Phát thanh", "Phó Giám đốc", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        ("Đài Phát thanh", "", ("",)),
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
    ("agency", "said", "position"),
    [
        ("Sở Y tế", "", "GIÁM ĐỐC"),
        ("Sở Y tế", "Giám đốc Sở Y tế", "GIÁM ĐỐC"),
        ("Sở Y tế", "Phó  giám đốc Sở", "PHÓ GIÁM ĐỐC"),
        ("Sở Y tế", "Quyền Giám đốc", "QUYỀN GIÁM ĐỐC"),
        ("Sở Y tế", "Chuyên viên", "GIÁM ĐỐC"),
        ("Thanh tra tỉnh", "Thủ trưởng", "CHÁNH THANH TRA"),
        ("Đài Phát thanh", "Giám đốc", "GIÁM ĐỐC"),
        ("Đài Phát thanh", "", ""),
        ("Bangladesh", "", ""),
    ],
)
def test_the_head_signs_in_the_position_of_the_agency(agency: str, said: str, position: str) -> None:
    assert authority_of(agency).position_of(said) == position


def shipped_agencies() -> list[str]:
    """Every name in the register of a province as shipped."""
    with (DATA / "organisations" / "lam_dong.csv").open(encoding="utf-8") as file:
        return sorted({row["name"] for row in csv.DictReader(file)})


HEADS = {
    "Ủy ban": "CHỦ TỊCH",
    "Phường": "CHỦ TỊCH",
    "Xã": "CHỦ TỊCH",
    "Đặc khu": "CHỦ TỊCH",
    "Sở": "GIÁM ĐỐC",
    "Thanh tra": "CHÁNH THANH TRA",
    "Văn phòng": "CHÁNH VĂN PHÒNG",
    "Ban": "TRƯỞNG BAN",
}


@pytest.mark.parametrize("agency", shipped_agencies())
def test_every_agency_of_the_shipped_register_is_signed_for_by_its_head_and_by_no_order(agency: str) -> None:
    authority = authority_of(agency)
    (head,) = {title for begins, title in HEADS.items() if agency.startswith(f"{begins} ")}
    assert authority.head == head
    for position in (authority.position_of(""), authority.position_of(f"Phó {head.capitalize()}")):
        lines = authority.lines_of(position)
        assert not any(line.startswith(("TL.", "TUQ.")) for line in lines)
        assert lines[-1] in (head, f"PHÓ {head}")


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
