"""The list of people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import people
from openpar.base.organisations import actions as organisations
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)


def test_people_stand_by_given_name_with_their_roles_in_two_queries(django_assert_num_queries: Any) -> None:
    department = factories.organisation("Sở Y tế")
    factories.person_as(Role.FOCAL_OFFICER, department, "Nguyễn Thị Đào")
    factories.person_as(Role.AGENCY_HEAD, department, "Trần Văn An")
    duyen = factories.person_as(Role.APPRAISER, department, "Lê Duyên", held_until=date(2025, 1, 1))
    factories.give(duyen, Role.LEADER, department)
    with django_assert_num_queries(2):
        found = people(TODAY)
    assert [person.full_name for person in found] == ["Trần Văn An", "Lê Duyên", "Nguyễn Thị Đào"]
    assert [(held.role, held.organisation_name, held.is_held_on(TODAY)) for held in found[1].roles] == [
        (Role.APPRAISER, "Sở Y tế", False),
        (Role.LEADER, "Sở Y tế", True),
    ]


@pytest.mark.parametrize("typed", ["đào", "dao", "DAO", "thi dao", "dao.nt"])
def test_people_are_found_without_marks_and_by_user_name(typed: str) -> None:
    factories.person("Nguyễn Thị Đào", username="dao.nt")
    factories.person("Trần Văn An", username="an.tv")
    assert [person.username for person in people(TODAY, search=typed)] == ["dao.nt"]


def test_people_of_an_organisation_are_those_with_a_role_there_on_the_day() -> None:
    here, elsewhere = factories.organisation("Sở Một"), factories.organisation("Sở Hai")
    factories.person_as(Role.FOCAL_OFFICER, here, "Nguyễn An")
    factories.person_as(Role.FOCAL_OFFICER, here, "Trần Bình", held_until=TODAY)
    factories.person_as(Role.FOCAL_OFFICER, elsewhere, "Lê Cường")
    assert [person.full_name for person in people(TODAY, organisation_id=here.pk)] == ["Nguyễn An"]


def test_an_organisation_that_has_ended_keeps_its_last_name_in_the_list() -> None:
    department = factories.organisation("Ban Dân tộc")
    factories.person_as(Role.FOCAL_OFFICER, department)
    organisations.dissolve(
        by=factories.registrar(),
        at=MOMENT,
        on=date(2025, 3, 1),
        organisation_id=department.pk,
        legal_basis="QĐ 1",
    )
    assert people(TODAY)[0].roles[0].organisation_name == "Ban Dân tộc"
