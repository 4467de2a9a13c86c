"""The register on any day: tree, lists, and who carried on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from openpar.base.organisations import actions
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.queries import (
    history_of,
    organisations_as_of,
    predecessors_of,
    successors_of,
    tree_as_of,
)
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
BEFORE, AFTER, TODAY = date(2025, 2, 28), date(2025, 3, 1), date(2026, 10, 1)


def named(key: str) -> Organisation:
    return Organisation.objects.get(key=key)


def heirs(key: str, on: date) -> list[tuple[str, bool]]:
    return [(heir.name, heir.is_main) for heir in successors_of(named(key).pk, on)]


def test_lam_dong_has_nineteen_departments_before_march_2025_and_fourteen_after() -> None:
    factories.lam_dong()
    departments = {day: organisations_as_of(day, kinds=[Kind.DEPARTMENT]) for day in (BEFORE, AFTER)}
    assert {day: found.count() for day, found in departments.items()} == {BEFORE: 19, AFTER: 14}


def test_lam_dong_has_124_communes_from_july_2025_and_none_before() -> None:
    factories.lam_dong()
    counts = {
        code: organisations_as_of(TODAY, block=code).count() for code in ("phuong", "xa", "dac-khu", "so")
    }
    assert counts == {"phuong": 20, "xa": 103, "dac-khu": 1, "so": 14}
    communes = [Kind.WARD, Kind.COMMUNE, Kind.SPECIAL_ZONE]
    assert not organisations_as_of(date(2025, 6, 30), kinds=communes).exists()


def test_the_tree_of_a_day_is_one_query_and_in_vietnamese_order(django_assert_num_queries: Any) -> None:
    factories.lam_dong()
    with django_assert_num_queries(1):
        (root,) = tree_as_of(BEFORE)
    assert root.name == "Ủy ban nhân dân tỉnh Lâm Đồng"
    assert [node.name for node in root.children][:3] == [
        "Ban Dân tộc",
        "Ban Quản lý các khu công nghiệp",
        "Sở Công Thương",
    ]
    assert len(root.all()) == 20
    assert {node.depth for node in root.children} == {1}


def test_wards_with_numbers_and_names_with_dj_stand_where_people_look_for_them() -> None:
    factories.lam_dong()
    names = [version.name for version in organisations_as_of(TODAY, search="bao loc")]
    assert names == ["Phường 1 Bảo Lộc", "Phường 2 Bảo Lộc", "Phường 3 Bảo Lộc"]
    names = [version.name for version in organisations_as_of(TODAY, search="xã D")]
    assert names.index("Xã Di Linh") < names.index("Xã Đạ Huoai 3") < names.index("Xã Đam Rông 1")


@pytest.mark.parametrize("typed", ["Hoà Bắc", "hòa bắc", "HOA BAC", "hoà  bắc"])
def test_search_finds_both_spellings_and_no_marks(typed: str) -> None:
    factories.lam_dong()
    assert [version.name for version in organisations_as_of(TODAY, search=typed)] == ["Xã Hoà Bắc"]


def test_search_finds_the_beginning_of_a_code() -> None:
    factories.lam_dong()
    assert [version.name for version in organisations_as_of(TODAY, search="24778")] == [
        "Phường Lâm Viên - Đà Lạt"
    ]


def test_who_carries_on_the_work_of_a_merged_department() -> None:
    factories.lam_dong()
    labour = "68-so-lao-dong-thuong-binh-xa-hoi"
    assert heirs(labour, BEFORE) == [("Sở Lao động - Thương binh và Xã hội", True)]
    assert heirs(labour, TODAY)[0] == ("Sở Nội vụ", True)
    assert {name for name, is_main in heirs(labour, TODAY) if not is_main} == {
        "Sở Y tế",
        "Sở Giáo dục và Đào tạo",
        "Sở Nông nghiệp và Môi trường",
    }


def test_who_did_the_work_of_todays_department_before() -> None:
    factories.lam_dong()
    before = predecessors_of(named("68-so-tai-chinh-2025").pk, BEFORE)
    assert {(heir.name, heir.is_main) for heir in before} == {
        ("Sở Tài chính", True),
        ("Sở Kế hoạch và Đầu tư", True),
    }


def test_successors_are_followed_through_any_number_of_changes_and_end_at_a_dissolution() -> None:
    first, other = factories.organisation("Sở Một"), factories.organisation("Sở Khác")
    registrar = factories.registrar()
    second = actions.merge(
        by=registrar,
        at=MOMENT,
        on=date(2022, 1, 1),
        organisation_ids=[first.pk, other.pk],
        into=factories.new("Sở Hai"),
        legal_basis="QĐ 2",
    )
    third, fourth = actions.split(
        by=registrar,
        at=MOMENT,
        on=date(2023, 1, 1),
        organisation_id=second.pk,
        into=[factories.new("Sở Ba"), factories.new("Sở Bốn")],
        legal_basis="QĐ 3",
    )
    actions.dissolve(
        by=registrar, at=MOMENT, on=date(2024, 1, 1), organisation_id=third.pk, legal_basis="QĐ 4"
    )

    def names(on: date) -> list[tuple[str, bool]]:
        return [(heir.name, heir.is_main) for heir in successors_of(first.pk, on)]

    assert names(date(2021, 6, 1)) == [("Sở Một", True)]
    assert names(date(2022, 1, 1)) == [("Sở Hai", True)]
    assert names(date(2023, 1, 1)) == [("Sở Ba", True), ("Sở Bốn", False)]
    assert names(date(2024, 1, 1)) == [("Sở Bốn", False)]
    assert [heir.name for heir in predecessors_of(fourth.pk, date(2021, 6, 1))] == ["Sở Một", "Sở Khác"]
    assert names(date(2020, 12, 31)) == []


def test_the_history_names_the_others_as_they_were_called_at_the_event() -> None:
    factories.lam_dong()
    actions.rename(
        by=factories.registrar(),
        at=MOMENT,
        on=TODAY,
        organisation_id=named("68-so-noi-vu-2025").pk,
        name="Sở Nội vụ và Lao động",
        legal_basis="QĐ 9",
    )
    history = history_of(named("68-so-noi-vu").pk)
    assert [(line.other_name, line.is_main) for line in history.successions] == [
        ("Sở Nội vụ", True),
        ("Sở Dân tộc và Tôn giáo", False),
    ]
    assert history.origins == ()
    assert [version.valid_until for version in history.versions] == [AFTER]
