"""Who judges and who remedies, where somebody stands on two sides, or on none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.roles import Actor
from openpar.reform.findings.actions.adding import add_finding
from openpar.reform.findings.actions.closing import close_finding, send_back
from openpar.reform.findings.actions.extending import ask_extension, decide_extension
from openpar.reform.findings.actions.remedying import plan_remedy, report_remedy
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.models import FindingState
from tests import factories
from tests.reform.findings import found
from tests.reform.findings.found import CLOSED, DEADLINE, FOUND, PLANNED, REPORTED, Province
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def finding_sides() -> Province:
    return found.province()


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(FindingRefused) as refused:
        act()
    return factories.codes_of(refused.value)


def of_both_sides(place: Province) -> Actor:
    """Manages rounds in Sở Nội vụ and is focal officer of Sở Y tế."""
    both = factories.person_as(Role.ROUND_MANAGER, place.home_affairs)
    factories.give(both, Role.FOCAL_OFFICER, place.health)
    return factories.actor(both)


def test_who_belongs_to_the_unit_judges_nothing_about_it_though_also_of_the_finder(
    finding_sides: Province,
) -> None:
    place = finding_sides
    both = of_both_sides(place)
    extended = found.planned(place)
    extension = ask_extension(
        finding_id=extended.pk,
        wanted_until=DEADLINE.replace(month=7),
        reason="Thiếu người",
        by=place.focal,
        at=REPORTED,
    )
    finding = found.reported(place)
    assert refusal(lambda: close_finding(finding_id=finding.pk, by=both, at=CLOSED)) == ["not-allowed"]
    assert refusal(lambda: send_back(finding_id=finding.pk, reason="Thiếu", by=both, at=CLOSED)) == [
        "not-allowed"
    ]
    assert refusal(
        lambda: decide_extension(extension_id=extension.pk, is_granted=True, by=both, at=CLOSED)
    ) == ["not-allowed"]


@pytest.mark.parametrize(
    "role", [Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR]
)
def test_of_the_finder_only_those_who_lead_or_manage_judge(finding_sides: Province, role: Role) -> None:
    place = finding_sides
    finding = found.reported(place)
    by = factories.actor_as(role, place.home_affairs)
    assert refusal(lambda: close_finding(finding_id=finding.pk, by=by, at=CLOSED)) == ["not-allowed"]
    head = factories.actor_as(Role.AGENCY_HEAD, place.home_affairs)
    assert close_finding(finding_id=finding.pk, by=head, at=CLOSED).state == FindingState.CLOSED


def test_what_a_unit_found_in_itself_is_judged_by_its_head_alone(finding_sides: Province) -> None:
    place = finding_sides
    finding = add_finding(line=found.from_inside(place), by=place.focal, at=FOUND)
    plan_remedy(finding_id=finding.pk, plan=found.REMEDY, by=place.focal, at=PLANNED)
    report_remedy(
        finding_id=finding.pk, text="Xong", document_ids=[found.proof(place)], by=place.focal, at=REPORTED
    )
    second = factories.actor_as(Role.FOCAL_OFFICER, place.health, "Đầu mối thứ hai")
    for by in (second, place.manager, place.stranger):
        assert refusal(partial(close_finding, finding_id=finding.pk, by=by, at=CLOSED)) == ["not-allowed"]
    assert close_finding(finding_id=finding.pk, by=place.head, at=CLOSED).closed_by_id == place.head.id


def test_nobody_finds_from_outside_in_the_unit_they_belong_to(finding_sides: Province) -> None:
    place = finding_sides
    about_health = found.new_line(place)
    assert refusal(partial(add_finding, line=about_health, by=of_both_sides(place), at=FOUND)) == [
        "not-allowed"
    ]
    about_home = found.new_line(place, organisation_id=place.home_affairs.pk)
    assert refusal(partial(add_finding, line=about_home, by=place.manager, at=FOUND)) == ["not-allowed"]


@pytest.mark.parametrize("role", [Role.DIVISION_OFFICER, Role.AGENCY_HEAD])
def test_a_division_remedies_what_was_handed_to_it_and_nothing_else(
    finding_sides: Province, role: Role
) -> None:
    place = finding_sides
    by = factories.actor_as(role, place.training)
    other = found.planned(place)
    report = partial(report_remedy, text="Xong", by=by, at=REPORTED)
    proof = found.proof(place)
    assert refusal(partial(report, finding_id=other.pk, document_ids=[proof])) == ["not-allowed"]
    handed = replace(found.REMEDY, division_id=place.training.pk)
    plan_remedy(finding_id=other.pk, plan=handed, by=place.focal, at=PLANNED)
    done = report(finding_id=other.pk, document_ids=[proof])
    assert (done.state, done.reported_by_id) == (FindingState.REPORTED, by.id)


@pytest.mark.parametrize("role", [Role.DIVISION_OFFICER, Role.ADMINISTRATOR, Role.APPRAISER])
def test_for_the_unit_as_a_whole_its_head_and_focal_officer_remedy(
    finding_sides: Province, role: Role
) -> None:
    place = finding_sides
    finding = found.opened(place)
    by = factories.actor_as(role, place.health)
    plan = partial(plan_remedy, finding_id=finding.pk, plan=found.REMEDY, at=PLANNED)
    assert refusal(partial(plan, by=by)) == ["not-allowed"]
    assert plan(by=place.head).state == FindingState.REMEDIATING


def test_a_remedy_is_given_to_divisions_and_leaders_of_the_unit_itself(finding_sides: Province) -> None:
    place = finding_sides
    finding = found.opened(place)
    plan = partial(plan_remedy, finding_id=finding.pk, by=place.focal, at=PLANNED)
    strange = replace(found.REMEDY, division_id=place.justice.pk, head_id=place.stranger.id)
    assert refusal(partial(plan, plan=strange)) == ["no-division", "no-head"]
    own = replace(found.REMEDY, division_id=place.training.pk, head_id=place.head.id)
    planned = plan(plan=own)
    assert (planned.division_id, planned.head_id) == (place.training.pk, place.head.id)
