"""Who sees what of an inspection and when; what is counted, found and reminded of once it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.reform.inspections.actions.concluding import (
    respond,
)
from openpar.reform.inspections.actions.steps import (
    begin_checks,
    report_case,
)
from openpar.reform.inspections.actions.uninspected import report_uninspected
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import Side
from openpar.reform.inspections.queries.checklists import checklist_view, visible_unit
from openpar.reform.inspections.queries.coverage import province_coverage
from openpar.reform.inspections.queries.figures import SubordinatesInspected, counts_of_days
from openpar.reform.inspections.queries.visibility import visible_cases, visible_units
from openpar.reform.inspections.reminding import due_things
from tests import factories
from tests.reform.inspections.cases import (
    CONCLUSION,
    NOTICE_DAY,
    VISIT,
    Province,
    answered,
    document,
    limited,
    minuted,
    notified,
    opened,
    province,
    reported,
    self_reported,
    unit_of,
)
from tests.reform.inspections.test_bounds import issued_by, moved_into
from tests.worlds import world

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


@world
def inspections_told() -> Province:
    return province()


@pytest.fixture
def who(inspections_told: Province) -> Province:
    return inspections_told


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(InspectionRefused) as refused:
        act()
    return factories.codes_of(refused.value)


def test_a_unit_learns_of_a_case_with_its_notice(who: Province) -> None:
    case = opened(who, [who.health])
    assert not visible_cases(who.health.head).exists()
    assert list(visible_cases(who.manager)) == [case]
    notified(who, [who.building])
    assert visible_cases(who.building.head).count() == 1


def test_each_side_reads_the_other_when_that_one_has_finished(who: Province) -> None:
    case = notified(who, [who.health, who.ward])
    unit = unit_of(case, who.health)
    answered(who.health.officer, unit, side=Side.UNIT, at=NOTICE_DAY)

    def told(by: Actor, side: Side) -> int:
        found = visible_unit(by, unit.pk)
        assert found is not None
        lines = checklist_view(by, found, VISIT.date()).lines()
        return sum(line.of(side) is not None for line in lines)

    assert (told(who.health.officer, Side.UNIT), told(who.member, Side.UNIT)) == (1, 0)
    begin_checks(by=who.team_head, at=VISIT, inspection_id=case.pk)
    answered(who.member, unit)
    assert (told(who.member, Side.TEAM), told(who.health.officer, Side.TEAM)) == (1, 0)
    # The other unit of the same case reads neither.
    assert visible_unit(who.ward.head, unit.pk) is None
    assert [one.organisation_id for one in visible_units(who.ward.head, case)] == [who.ward.agency.pk]


def test_who_oversees_and_belongs_to_the_unit_sees_it_as_the_unit_does(who: Province) -> None:
    case = notified(who, [who.health, who.ward])
    auditor = factories.person_as(Role.AUDITOR, who.home)
    factories.give(auditor, Role.FOCAL_OFFICER, who.health.agency)
    own = [one.organisation_id for one in visible_units(factories.actor(auditor), case)]
    assert own == [who.health.agency.pk]
    assert len(visible_units(who.leader, case)) == 2


# Figures, findings and reminders


def test_what_was_inspected_is_counted_of_all_and_of_the_planned() -> None:
    figures = SubordinatesInspected(inspected=3, planned=2, total=8)
    assert (figures.of_all, figures.of_planned) == (Decimal("37.50"), Decimal(100))


def test_of_a_stratum_only_units_that_are_assessed_are_counted(who: Province) -> None:
    before = province_coverage(2026, VISIT.date())
    factories.organisation("Ban Quản lý dự án", assessed=False)
    assert province_coverage(2026, VISIT.date()) == before
    factories.organisation("Sở Công Thương")
    departments, _communes = province_coverage(2026, VISIT.date())
    assert len(departments.coverage.units) == len(before[0].coverage.units) + 1


def test_limitations_count_once_they_are_concluded(who: Province) -> None:
    case = reported(who, [who.health])
    limited(who, unit_of(case, who.health))
    day = VISIT.date()
    assert counts_of_days(day, day).limitations == 0
    issued_by(who, case)
    assert counts_of_days(day, day).limitations == 1
    assert counts_of_days(day + ONE_DAY, day + ONE_DAY).limitations == 0


def test_an_agency_that_inspected_nobody_is_found_out_after_the_year_and_once(who: Province) -> None:
    factories.organisation("Phòng Dược", kind=Kind.DIVISION, parent=who.health.agency)
    last = datetime(2026, 12, 14, 9, 0, tzinfo=VIETNAM)
    report = partial(report_uninspected, organisation_id=who.health.agency.pk, year=2026)
    assert refusal(partial(report, by=who.manager, at=last)) == ["not-over"]
    both = moved_into(who.manager, who.health.agency)
    assert refusal(partial(report, by=both, at=last + ONE_DAY)) == ["own-agency"]
    assert report(by=who.manager, at=last + ONE_DAY).code == "F0-01"
    assert refusal(partial(report, by=who.manager, at=last + ONE_DAY)) == ["found-already"]
    alone = partial(report_uninspected, organisation_id=who.building.agency.pk, year=2026)
    assert refusal(partial(alone, by=who.manager, at=last + ONE_DAY)) == ["no-subordinates"]


def test_nobody_is_reminded_of_what_is_done(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)
    today = NOTICE_DAY.date()
    assert {one.kind for one in due_things(today)} == {"inspection.self_report", "inspection.start"}
    self_reported(who.health, unit)
    assert {one.kind for one in due_things(today)} == {"inspection.start"}
    begin_checks(by=who.team_head, at=VISIT, inspection_id=case.pk)
    minuted(who, unit)
    assert list(due_things(VISIT.date())) == []
    report = document(who.team_head, who.home, "30/BC", at=VISIT)
    report_case(by=who.team_head, at=VISIT, inspection_id=case.pk, document_id=report.pk)
    limited(who, unit)
    issued_by(who, case)
    assert {one.kind for one in due_things(CONCLUSION.date())} == {"inspection.conclusion"}
    respond(by=who.health.head, at=CONCLUSION, unit_id=unit.pk, kind="AGREES")
    assert list(due_things(CONCLUSION.date())) == []
