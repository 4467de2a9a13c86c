"""The register changes by legal intentions, and every day keeps what it was."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.audit.queries import history_of as trace_of
from openpar.base.organisations import actions
from openpar.base.organisations.actions import OrganisationRefused
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion, Succession
from openpar.base.organisations.queries import history_of, organisations_as_of
from openpar.base.organisations.roles import Actor
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db
MARCH = date(2025, 3, 1)
JULY = date(2025, 7, 1)
BASIS = "392/NQ-HĐND 18/02/2025"


def name_on(organisation: Organisation, day: date) -> str | None:
    version = OrganisationVersion.objects.as_of(day).filter(organisation=organisation).first()
    return version.name if version else None


def rename(
    organisation: Organisation, name: str, *, on: date, by: Actor | None = None
) -> OrganisationVersion:
    return actions.rename(
        by=by or factories.registrar(),
        at=MOMENT,
        on=on,
        organisation_id=organisation.pk,
        name=name,
        legal_basis=BASIS,
    )


def dissolve(organisation: Organisation, *, on: date) -> None:
    actions.dissolve(
        by=factories.registrar(), at=MOMENT, on=on, organisation_id=organisation.pk, legal_basis=BASIS
    )


def test_an_organisation_exists_from_its_first_day_and_not_before() -> None:
    department = factories.organisation("Sở Y tế", on=MARCH)
    assert name_on(department, MARCH - timedelta(days=1)) is None
    assert name_on(department, MARCH) == "Sở Y tế"


def test_a_renamed_organisation_keeps_its_old_name_for_the_days_before() -> None:
    department = factories.organisation("Ban Dân tộc")
    rename(department, "Sở Dân tộc và Tôn giáo", on=MARCH)
    assert name_on(department, MARCH - timedelta(days=1)) == "Ban Dân tộc"
    assert name_on(department, MARCH) == "Sở Dân tộc và Tôn giáo"


def test_names_are_kept_in_one_spelling_and_found_without_marks() -> None:
    typed_on_a_mac = unicodedata.normalize("NFD", "Xã  Đạ Huoai 2 ")
    version = factories.organisation(typed_on_a_mac, key="68-25105").versions.get()
    assert version.name == "Xã Đạ Huoai 2"
    assert version.name_folded == "xa da huoai 2"


def test_a_commune_becomes_a_ward_with_name_and_block_of_a_ward() -> None:
    commune = factories.organisation("Xã Lộc Ninh", kind=Kind.COMMUNE, code="25270", block_code="xa")
    day = date(2026, 4, 30)
    actions.retype(
        by=factories.registrar(),
        at=MOMENT,
        on=day,
        organisation_id=commune.pk,
        kind=Kind.WARD,
        name="Phường Lộc Ninh",
        block_id=factories.block("phuong").pk,
        legal_basis="NQ 30/2026/QH16",
    )
    before, after = history_of(commune.pk).versions
    assert (before.kind, before.name, before.block.code if before.block else "") == (
        Kind.COMMUNE,
        "Xã Lộc Ninh",
        "xa",
    )
    assert (after.kind, after.name, after.block.code if after.block else "") == (
        Kind.WARD,
        "Phường Lộc Ninh",
        "phuong",
    )
    assert (before.code, after.code) == ("25270", "25270")


def test_two_changes_on_one_day_make_one_version() -> None:
    province = factories.organisation("UBND tỉnh", kind=Kind.PEOPLES_COMMITTEE)
    department = factories.organisation("Ban Dân tộc")
    rename(department, "Sở Dân tộc", on=MARCH)
    actions.set_parent(
        by=factories.registrar(),
        at=MOMENT,
        on=MARCH,
        organisation_id=department.pk,
        parent_id=province.pk,
        legal_basis=BASIS,
    )
    _first, second = history_of(department.pk).versions
    assert (second.name, second.parent, second.valid_from) == ("Sở Dân tộc", province, MARCH)


def test_flags_change_from_their_day_without_a_document_of_their_own() -> None:
    department = factories.organisation("Công an tỉnh", assessed=True)
    actions.set_flags(
        by=factories.registrar(),
        at=MOMENT,
        on=MARCH,
        organisation_id=department.pk,
        block_id=factories.block("nganh-doc").pk,
        is_scored=True,
        is_ranked=False,
        is_published=False,
    )
    first, second = history_of(department.pk).versions
    assert (first.is_scored, first.is_ranked, first.is_published) == (True, True, True)
    assert (second.is_scored, second.is_ranked, second.is_published) == (True, False, False)


def test_two_departments_merge_into_a_new_one_of_an_old_name() -> None:
    home = factories.organisation("Sở Nội vụ")
    labour = factories.organisation("Sở Lao động - Thương binh và Xã hội")
    merged = actions.merge(
        by=factories.registrar(),
        at=MOMENT,
        on=MARCH,
        organisation_ids=[home.pk, labour.pk],
        into=factories.new("Sở Nội vụ"),
        legal_basis=BASIS,
    )
    assert merged not in (home, labour)
    day_before = MARCH - timedelta(days=1)
    assert [name_on(body, day_before) for body in (home, labour, merged)] == [
        "Sở Nội vụ",
        "Sở Lao động - Thương binh và Xã hội",
        None,
    ]
    assert [name_on(body, MARCH) for body in (home, labour, merged)] == [None, None, "Sở Nội vụ"]
    origins = history_of(merged.pk).origins
    assert [(line.other_id, line.change, line.on, line.legal_basis) for line in origins] == [
        (home.pk, Succession.Change.MERGED, MARCH, BASIS),
        (labour.pk, Succession.Change.MERGED, MARCH, BASIS),
    ]


def test_one_department_absorbs_another_and_stays_itself() -> None:
    finance = factories.organisation("Sở Tài chính")
    planning = factories.organisation("Sở Kế hoạch và Đầu tư")
    stayed = actions.merge(
        by=factories.registrar(),
        at=MOMENT,
        on=MARCH,
        organisation_ids=[finance.pk, planning.pk],
        into=finance.pk,
        legal_basis=BASIS,
    )
    assert stayed == finance
    assert name_on(finance, MARCH) == "Sở Tài chính"
    assert name_on(planning, MARCH) is None


def test_a_commune_is_divided_and_the_first_part_is_the_main_one() -> None:
    old = factories.organisation("Xã Tân Lập", kind=Kind.COMMUNE, code="00001")
    first, second = actions.split(
        by=factories.registrar(),
        at=MOMENT,
        on=JULY,
        organisation_id=old.pk,
        into=[
            factories.new("Xã Tân An", code="00001", kind=Kind.COMMUNE),
            factories.new("Xã Lập Thạch", code="00002", kind=Kind.COMMUNE),
        ],
        legal_basis=BASIS,
    )
    assert name_on(old, JULY) is None
    assert [(line.other_id, line.is_main) for line in history_of(old.pk).successions] == [
        (first.pk, True),
        (second.pk, False),
    ]


def test_a_part_comes_out_of_an_organisation_that_stays() -> None:
    culture = factories.organisation("Sở Văn hóa, Thể thao và Du lịch")
    stayed, tourism = actions.split(
        by=factories.registrar(),
        at=MOMENT,
        on=JULY,
        organisation_id=culture.pk,
        into=[culture.pk, factories.new("Sở Du lịch")],
        legal_basis=BASIS,
    )
    assert stayed == culture
    assert name_on(culture, JULY) == "Sở Văn hóa, Thể thao và Du lịch"
    (line,) = history_of(tourism.pk).origins
    assert (line.other_id, line.change, line.is_main) == (culture.pk, Succession.Change.SPLIT, False)


def test_duties_pass_while_both_stay() -> None:
    industry, police = factories.organisation("Sở Công Thương"), factories.organisation("Sở Tài chính")
    actions.hand_over(
        by=factories.registrar(),
        at=MOMENT,
        on=MARCH,
        from_id=industry.pk,
        to_id=police.pk,
        legal_basis=BASIS,
    )
    (line,) = history_of(industry.pk).successions
    assert (line.change, line.other_name, line.is_main) == (
        Succession.Change.TAKEN_OVER,
        "Sở Tài chính",
        False,
    )
    assert name_on(industry, MARCH) == "Sở Công Thương"


def test_a_dissolved_district_has_no_successor() -> None:
    district = factories.organisation("Huyện Di Linh", kind=Kind.DISTRICT)
    dissolve(district, on=JULY)
    assert name_on(district, JULY - timedelta(days=1)) == "Huyện Di Linh"
    assert name_on(district, JULY) is None
    (line,) = history_of(district.pk).successions
    assert (line.change, line.other_id, line.other_name) == (Succession.Change.DISSOLVED, None, "")


def test_a_code_passes_to_another_province_on_the_day_the_first_one_ends() -> None:
    yen_bai = factories.organisation("Tỉnh Yên Bái", kind=Kind.PROVINCE, code="15")
    old_lao_cai = factories.organisation("Tỉnh Lào Cai", kind=Kind.PROVINCE, code="10")
    lao_cai = actions.merge(
        by=factories.registrar(),
        at=MOMENT,
        on=JULY,
        organisation_ids=[old_lao_cai.pk, yen_bai.pk],
        into=factories.new("Tỉnh Lào Cai", code="15", kind=Kind.PROVINCE),
        legal_basis="NQ 202/2025/QH15",
    )
    holders = {day: organisations_as_of(day).get(code="15").organisation for day in (date(2025, 6, 30), JULY)}
    assert holders == {date(2025, 6, 30): yen_bai, JULY: lao_cai}


def test_a_code_is_refused_while_another_organisation_holds_it() -> None:
    factories.organisation("Tỉnh Yên Bái", kind=Kind.PROVINCE, code="15")
    lao_cai = factories.organisation("Tỉnh Lào Cai", kind=Kind.PROVINCE, code="10")
    with pytest.raises(OrganisationRefused) as refusal:
        actions.set_code(
            by=factories.registrar(),
            at=MOMENT,
            on=JULY,
            organisation_id=lao_cai.pk,
            code="15",
            legal_basis=BASIS,
        )
    assert codes_of(refusal.value) == ["code-held-twice"]
    assert "Tỉnh Yên Bái" in str(refusal.value)
    assert organisations_as_of(JULY).get(organisation=lao_cai).code == "10"


def test_nobody_stands_under_itself_however_long_the_way() -> None:
    province = factories.organisation("UBND tỉnh")
    department = factories.organisation("Sở Y tế", parent=province)
    division = factories.organisation("Phòng Nghiệp vụ Y", parent=department)
    with pytest.raises(OrganisationRefused) as refusal:
        actions.set_parent(
            by=factories.registrar(),
            at=MOMENT,
            on=MARCH,
            organisation_id=province.pk,
            parent_id=division.pk,
            legal_basis=BASIS,
        )
    assert "parent-ring" in codes_of(refusal.value)


def test_an_organisation_does_not_end_while_others_stand_under_it_and_all_are_named() -> None:
    department = factories.organisation("Sở Xây dựng")
    for name in ("Phòng Một", "Phòng Hai"):
        factories.organisation(name, parent=department)
    with pytest.raises(OrganisationRefused) as refusal:
        dissolve(department, on=MARCH)
    assert codes_of(refusal.value) == ["parent-absent", "parent-absent"]
    assert {gap.where for gap in refusal.value.gaps} == {"Phòng Một", "Phòng Hai"}
    assert name_on(department, MARCH) == "Sở Xây dựng"


def test_history_is_written_in_its_order() -> None:
    department = factories.organisation("Sở Một")
    rename(department, "Sở Hai", on=JULY)
    with pytest.raises(OrganisationRefused) as refusal:
        rename(department, "Sở Ba", on=MARCH)
    assert codes_of(refusal.value) == ["later-version"]
    assert "01/07/2025" in str(refusal.value)


def test_what_has_ended_cannot_change_any_more() -> None:
    department = factories.organisation("Sở Một")
    dissolve(department, on=MARCH)
    with pytest.raises(OrganisationRefused) as refusal:
        rename(department, "Sở Hai", on=JULY)
    assert codes_of(refusal.value) == ["already-ended"]


def test_an_organisation_cannot_end_on_its_first_day() -> None:
    department = factories.organisation("Sở Một", on=MARCH)
    with pytest.raises(OrganisationRefused) as refusal:
        dissolve(department, on=MARCH)
    assert "ends-before-it-begins" in codes_of(refusal.value)


def test_everything_missing_is_said_at_once_and_nothing_changes() -> None:
    department = factories.organisation("Sở Một", key="so-mot")
    trace = Entry.objects.count()
    with pytest.raises(OrganisationRefused) as refusal:
        actions.found(
            by=factories.registrar(),
            at=MOMENT,
            on=MARCH,
            organisation=factories.new(" ", key="so-mot"),
            legal_basis="",
        )
    assert codes_of(refusal.value) == ["legal-basis-missing", "name-missing", "key-taken"]
    assert list(Organisation.objects.all()) == [department]
    assert Entry.objects.count() == trace


def test_a_name_longer_than_the_register_keeps_is_refused_alike_on_both_databases() -> None:
    with pytest.raises(OrganisationRefused) as refusal:
        factories.organisation("Sở " + "x" * 250, key="dai")
    assert codes_of(refusal.value) == ["field-unfit"]


def test_a_merger_and_a_split_need_somebody_to_merge_and_two_parts() -> None:
    alone = factories.organisation("Sở Một")
    with pytest.raises(OrganisationRefused) as refusal:
        actions.merge(
            by=factories.registrar(),
            at=MOMENT,
            on=MARCH,
            organisation_ids=[alone.pk],
            into=alone.pk,
            legal_basis=BASIS,
        )
    assert codes_of(refusal.value) == ["nothing-to-do"]
    with pytest.raises(OrganisationRefused) as refusal:
        actions.split(
            by=factories.registrar(),
            at=MOMENT,
            on=MARCH,
            organisation_id=alone.pk,
            into=[factories.new("Sở Hai")],
            legal_basis=BASIS,
        )
    assert codes_of(refusal.value) == ["nothing-to-do"]


@pytest.mark.parametrize(
    ("role", "may"),
    [(role, role in {Role.ADMINISTRATOR, Role.ROUND_MANAGER}) for role in Role],
)
def test_only_administrators_and_round_managers_change_the_register(role: Role, may: bool) -> None:
    department = factories.organisation("Sở Nội vụ")
    actor = factories.actor_as(role, department)
    if may:
        rename(department, "Sở Nội vụ mới", on=MARCH, by=actor)
        assert name_on(department, MARCH) == "Sở Nội vụ mới"
    else:
        with pytest.raises(OrganisationRefused) as refusal:
            rename(department, "Sở Nội vụ mới", on=MARCH, by=actor)
        assert codes_of(refusal.value) == ["not-allowed"]
        assert name_on(department, MARCH) == "Sở Nội vụ"


def test_a_change_leaves_who_when_and_what_was_before() -> None:
    department = factories.organisation("Ban Dân tộc")
    actor = factories.actor_as(Role.ROUND_MANAGER, department, "Trần Thị Bình")
    rename(department, "Sở Dân tộc", on=MARCH, by=actor)
    _founded, ended, begun = trace_of(f"organisation:{department.pk}")
    assert {told.actor_name for told in (ended, begun)} == {"Trần Thị Bình"}
    assert {told.at for told in (ended, begun)} == {MOMENT}
    assert [(line.key, line.before, line.after) for line in ended.differences] == [
        ("valid_until", None, "2025-03-01")
    ]
    assert {line.key: line.after for line in begun.differences}["name"] == "Sở Dân tộc"
    assert begun.reason == BASIS
