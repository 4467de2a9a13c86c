"""Files of organisations: whole or nothing, every refusal by its address, a second load changes nothing."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.audit.queries import history_of as trace_of
from openpar.base.intake import organisation_files
from openpar.base.intake.organisation_files import OrganisationFile, bring_in_organisations
from openpar.base.organisations import files
from openpar.base.organisations.files import ORGANISATION_COLUMNS
from openpar.base.organisations.imports import (
    Loaded,
    OrganisationFileRefused,
    load_communes,
    load_organisations,
)
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion, Succession
from openpar.base.organisations.queries import history_of, organisations_as_of, successors_of
from openpar.base.organisations.register import OrganisationRefused
from openpar.common import db
from openpar.common.errors import FileRefused
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db
DATA = settings.OPENPAR_DATA_DIR / "organisations"
HEADER = ",".join(ORGANISATION_COLUMNS)


def load(*lines: str, successions: tuple[str, ...] = ()) -> Loaded:
    links = ["predecessor,successor,change,on,main,legal_basis", *successions]
    return load_organisations(
        by=factories.registrar(),
        at=MOMENT,
        organisations="\n".join([HEADER, *lines]).encode(),
        successions="\n".join(links).encode(),
        file_name="thu.csv",
    )


def row(
    key: str, *, kind: str = "DEPARTMENT", name: str = "Sở", code: str = "", parent: str = "", **more: str
) -> str:
    cells = {"key": key, "kind": kind, "name": name, "code": code, "parent": parent}
    cells |= {"valid_from": "2021-01-01", **more}
    return ",".join(cells.get(column, "") for column in ORGANISATION_COLUMNS)


def load_provinces() -> Loaded:
    return load_organisations(
        by=factories.registrar(),
        at=MOMENT,
        organisations=(DATA / "provinces.csv").read_bytes(),
        successions=(DATA / "provinces_successions.csv").read_bytes(),
    )


def test_loading_lam_dong_twice_changes_nothing_the_second_time() -> None:
    first = factories.lam_dong()
    versions = list(OrganisationVersion.objects.order_by("id").values())
    trace = Entry.objects.count()
    second = factories.lam_dong()
    assert first.added > 170
    assert (second.added, second.changed, second.unchanged) == (0, 0, first.added)
    assert list(OrganisationVersion.objects.order_by("id").values()) == versions
    assert Entry.objects.count() == trace


@pytest.mark.parametrize(
    ("code", "until_june", "from_july"),
    [
        ("15", "Tỉnh Yên Bái", "Tỉnh Lào Cai"),
        ("24", "Tỉnh Bắc Giang", "Tỉnh Bắc Ninh"),
        ("44", "Tỉnh Quảng Bình", "Tỉnh Quảng Trị"),
        ("52", "Tỉnh Bình Định", "Tỉnh Gia Lai"),
        ("80", "Tỉnh Long An", "Tỉnh Tây Ninh"),
        ("82", "Tỉnh Tiền Giang", "Tỉnh Đồng Tháp"),
        ("91", "Tỉnh Kiên Giang", "Tỉnh An Giang"),
    ],
)
def test_seven_provinces_have_the_code_of_another_one_since_july_2025(
    code: str, until_june: str, from_july: str
) -> None:
    load_provinces()
    holders = [organisations_as_of(day).get(code=code).name for day in (date(2025, 6, 30), date(2025, 7, 1))]
    assert holders == [until_june, from_july]


def test_sixty_three_provinces_become_thirty_four_and_each_is_carried_on_by_one() -> None:
    load_provinces()
    june, july = date(2025, 6, 30), date(2025, 7, 1)
    assert organisations_as_of(june).count() == 63
    assert organisations_as_of(july).count() == 34
    heirs = {
        version.organisation.key: successors_of(version.organisation_id, july)
        for version in organisations_as_of(june)
    }
    assert {len(found) for found in heirs.values()} == {1}
    assert heirs["tinh-binh-thuan"][0].name == "Tỉnh Lâm Đồng"
    assert heirs["tinh-son-la"][0].organisation_id == Organisation.objects.get(key="tinh-son-la").pk


def test_dong_nai_is_a_province_and_then_a_city() -> None:
    load_provinces()
    names = [organisations_as_of(day).get(code="75").name for day in (date(2026, 4, 29), date(2026, 4, 30))]
    assert names == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]


def test_every_refused_row_is_named_with_column_and_remedy_and_nothing_changes() -> None:
    load(row("tinh", code="H36"))
    before = list(OrganisationVersion.objects.values())
    with pytest.raises(OrganisationFileRefused) as refusal:
        load(
            row("so-tot", name="Sở không sai gì"),
            row("Sở", kind="SO", name="", scored="có", valid_from="31/02/2025"),
            row("so-2", valid_until="hôm qua"),
            row("so-3", valid_from=""),
        )
    assert [(gap.where, gap.code) for gap in refusal.value.gaps] == [
        ("dòng 3, cột key", "key-unfit"),
        ("dòng 3, cột kind", "choice-unknown"),
        ("dòng 3, cột name", "cell-empty"),
        ("dòng 3, cột scored", "flag-unfit"),
        ("dòng 3, cột valid_from", "date-not-in-calendar"),
        ("dòng 4, cột valid_until", "date-not-understood"),
        ("dòng 5, cột valid_from", "cell-empty"),
    ]
    assert all(gap.remedy for gap in refusal.value.gaps)
    assert list(OrganisationVersion.objects.values()) == before


def test_rows_that_contradict_the_register_or_each_other_are_refused_by_their_line() -> None:
    load(row("tinh", code="H36", valid_until="2025-01-01"))
    with pytest.raises(OrganisationFileRefused) as refusal:
        load(
            row("ma-trung", code="H36"),
            row("trung", name="Một"),
            row("trung", name="Hai", valid_from="2022-01-01"),
            row("con", parent="khong-co"),
            row("vong-a", parent="vong-b"),
            row("vong-b", parent="vong-a"),
            row("khoi", block="khong-co"),
            successions=(
                "trung,con,MERGED,2021-01-01,1,",
                "tinh,con,MERGED,2025-01-01,1,",
                "tinh,con,MERGED,2025-01-01,1,",
            ),
        )
    assert {(gap.where, gap.code) for gap in refusal.value.gaps} == {
        ("dòng 2", "code-held-twice"),
        ("dòng 4", "versions-overlap"),
        ("dòng 5", "parent-absent"),
        ("dòng 6", "parent-ring"),
        ("dòng 7", "parent-ring"),
        ("dòng 8, cột block", "block-unknown"),
        ("kế thừa, dòng 2", "predecessor-absent"),
        ("kế thừa, dòng 4", "row-twice"),
    }
    assert Organisation.objects.count() == 1
    assert not Succession.objects.exists()


def test_a_dissolution_has_no_successor_and_everything_else_has_one() -> None:
    with pytest.raises(OrganisationFileRefused) as refusal:
        load(
            row("so-cu", valid_until="2025-01-01"),
            row("so-moi", valid_from="2025-01-01"),
            successions=("so-cu,so-moi,DISSOLVED,2025-01-01,1,", "so-cu,,MERGED,2025-01-01,1,"),
        )
    assert codes_of(refusal.value) == ["successor-of-dissolution", "cell-empty"]


def test_a_file_with_other_columns_is_refused_with_the_columns_it_should_have() -> None:
    with pytest.raises(FileRefused) as refusal:
        load_organisations(by=factories.registrar(), at=MOMENT, organisations=b"key,ten\nso,So\n")
    assert codes_of(refusal.value) == ["columns-unfit", "columns-unfit"]
    assert "có cột lạ: ten" in str(refusal.value)
    assert "valid_from" in str(refusal.value)


def test_a_corrected_row_changes_one_version_and_the_trace_keeps_both() -> None:
    load(row("so-y-te", name="Sở Y té"))
    loaded = load(row("so-y-te", name="Sở Y tế"))
    assert (loaded.added, loaded.changed, loaded.unchanged) == (0, 1, 0)
    version = OrganisationVersion.objects.get()
    assert (version.name, version.name_folded) == ("Sở Y tế", "so y te")
    told = trace_of(f"organisation:{version.organisation_id}")[-1]
    assert [(line.key, line.before, line.after) for line in told.differences] == [
        ("name", "Sở Y té", "Sở Y tế")
    ]


def test_a_later_file_closes_a_version_and_opens_the_next_with_the_code_of_another() -> None:
    load(row("tinh-yen-bai", code="15"), row("tinh-lao-cai", code="10"))
    loaded = load(
        row("tinh-lao-cai", code="10", valid_until="2025-07-01"),
        row("tinh-lao-cai", code="15", valid_from="2025-07-01"),
        row("tinh-yen-bai", code="15", valid_until="2025-07-01"),
    )
    assert (loaded.added, loaded.changed) == (1, 2)
    assert organisations_as_of(date(2025, 7, 1)).get(code="15").organisation.key == "tinh-lao-cai"


def test_two_codes_written_the_wrong_way_round_can_be_exchanged() -> None:
    load(row("so-mot", code="1"), row("so-hai", code="2"))
    load(row("so-mot", code="2"), row("so-hai", code="1"))
    codes = {version.organisation.key: version.code for version in organisations_as_of(date(2026, 1, 1))}
    assert codes == {"so-mot": "2", "so-hai": "1"}


def test_only_those_who_manage_organisations_load_them() -> None:
    department = factories.organisation()
    stranger = factories.actor_as(Role.FOCAL_OFFICER, department)
    with pytest.raises(OrganisationRefused) as refusal:
        load_organisations(by=stranger, at=MOMENT, organisations=f"{HEADER}\n{row('so')}".encode())
    assert codes_of(refusal.value) == ["not-allowed"]


COMMUNES = """\
gso_code,full_name,name,full_name_en,type_2025_07_01,type_2026_04_30,province_gso_code,province_name
24778,Phường Lâm Viên - Đà Lạt,Lâm Viên - Đà Lạt,Lam Vien - Da Lat Ward,phường,phường,68,Lâm Đồng
23272,Đặc khu Phú Quý,Phú Quý,Phu Quy Special administrative region,đặc khu,đặc khu,68,Lâm Đồng
25270,Phường Lộc Ninh,Lộc Ninh,Loc Ninh Ward,xã,phường,75,Đồng Nai
"""


def communes(province: str, *, parent: str = "", content: str = COMMUNES) -> Loaded:
    return load_communes(
        by=factories.registrar(), at=MOMENT, communes=content.encode(), province=province, parent=parent
    )


def test_the_national_list_of_communes_agrees_with_what_is_shipped() -> None:
    factories.lam_dong()
    loaded = communes("68", parent="68-ubnd-tinh")
    assert (loaded.added, loaded.changed, loaded.unchanged) == (0, 0, 2)


def test_a_commune_whose_type_changed_has_two_versions() -> None:
    factories.block("xa")
    assert communes("75").added == 2
    assert communes("75").touched == 0
    commune = Organisation.objects.get(key="75-25270-2025")
    assert [
        (version.kind, version.name, version.valid_from) for version in history_of(commune.pk).versions
    ] == [
        (Kind.COMMUNE, "Xã Lộc Ninh", date(2025, 7, 1)),
        (Kind.WARD, "Phường Lộc Ninh", date(2026, 4, 30)),
    ]


@pytest.mark.parametrize(
    ("province", "content", "codes"),
    [
        ("99", COMMUNES, ["province-absent"]),
        ("68", COMMUNES.replace("24778", "2477"), ["code-unfit"]),
        ("68", COMMUNES.replace("đặc khu,đặc khu", "đảo,đặc khu"), ["choice-unknown"]),
        ("68", COMMUNES.replace("type_2025_07_01,type_2026_04_30", "loai,loai_moi"), ["columns-unfit"]),
        ("68", COMMUNES.replace("type_2025_07_01", "type_2025_13_01"), ["columns-unfit"]),
    ],
)
def test_a_list_of_communes_that_cannot_be_read_is_refused(
    province: str, content: str, codes: list[str]
) -> None:
    factories.block("xa")
    with pytest.raises(OrganisationFileRefused) as refusal:
        communes(province, content=content)
    assert codes_of(refusal.value) == codes
    assert not Organisation.objects.exists()


def test_the_commands_load_say_what_they_did_and_name_the_operator(tmp_path: Path) -> None:
    said = io.StringIO()
    arguments = [
        "--successions",
        str(DATA / "lam_dong_successions.csv"),
        "--blocks",
        str(DATA / "blocks.csv"),
    ]
    call_command("load_organisations", str(DATA / "lam_dong.csv"), *arguments, stdout=said)
    call_command("load_organisations", str(DATA / "lam_dong.csv"), *arguments, stdout=said)
    file = tmp_path / "communes.csv"
    file.write_text(COMMUNES, encoding="utf-8")
    call_command("load_communes", str(file), "--province", "75", stdout=said)
    assert said.getvalue().splitlines() == [
        "Thêm 173, sửa 0, giữ nguyên 0 dòng.",
        "Thêm 0, sửa 0, giữ nguyên 173 dòng.",
        "Thêm 2, sửa 0, giữ nguyên 0 dòng.",
    ]
    assert Entry.objects.filter(actor_id=None, actor_name__endswith="(máy chủ)").exists()


def test_a_command_that_is_refused_lists_every_reason(tmp_path: Path) -> None:
    file = tmp_path / "sai.csv"
    file.write_text(f"{HEADER}\n{row('so', kind='SO')}\n{row('so-2', valid_from='')}\n", encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        call_command("load_organisations", str(file))
    assert "Không nạp dòng nào; 2 chỗ cần sửa" in str(refusal.value)
    assert "dòng 2, cột kind" in str(refusal.value)
    assert "dòng 3, cột valid_from" in str(refusal.value)


def test_a_file_is_read_before_anybody_has_to_wait_for_its_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    read, written = files.read_table, db.write_transaction

    def watched(*args: Any, **kwargs: Any) -> Any:
        told.append("read")
        return read(*args, **kwargs)

    def begun() -> AbstractContextManager[None]:
        told.append("begun")
        return written()

    monkeypatch.setattr(files, "read_table", watched)
    monkeypatch.setattr(organisation_files, "write_transaction", begun)
    file = OrganisationFile("so.csv", f"{HEADER}\n{row('so')}".encode())
    loaded = bring_in_organisations(by=factories.registrar(), at=MOMENT, organisations=file)
    assert (loaded.added, told) == (1, ["read", "begun"])
