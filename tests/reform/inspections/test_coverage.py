"""Coverage of the year: planned, inspected, needed, with the lists; subordinates; F0-01; reminders."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.actions import dissolve
from openpar.base.organisations.models import Kind
from openpar.common.formats import VIETNAM
from openpar.reform.findings.models import Finding
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    issue_campaign,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.cases import NewCase, add_member, open_case
from openpar.reform.inspections.actions.steps import begin_checks, report_case, send_notice
from openpar.reform.inspections.actions.uninspected import report_uninspected
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import Mode, Scope, TeamMember
from openpar.reform.inspections.queries.coverage import own_lines, province_coverage
from openpar.reform.inspections.queries.figures import (
    counts_of_days,
    province_inspected,
    subordinates_inspected,
)
from openpar.reform.inspections.reminding import due_things
from tests import factories
from tests.reform.inspections.cases import (
    AT,
    COVERS,
    VISIT,
    Office,
    Province,
    answered,
    concluded,
    document,
    minuted,
    notified,
    planned,
    province,
    unit_of,
    working,
)
from tests.worlds import world

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2027, 1, 10, 9, 0, tzinfo=VIETNAM)


@world
def province_that_is_covered() -> Province:
    return province()


@pytest.fixture
def who(province_that_is_covered: Province) -> Province:
    return province_that_is_covered


def test_planned_and_inspected_are_lists_within_the_stratum(who: Province) -> None:
    case = working(who, [who.health, who.ward])
    minuted(who, unit_of(case, who.health))
    departments, communes = province_coverage(2026, VISIT.date())
    # Four departments: home, finance, health, building; the office of the committee is a fifth.
    assert (len(departments.coverage.units), departments.coverage.needed) == (5, 2)
    assert departments.named(departments.coverage.planned) == ("Sở Y tế",)
    assert departments.named(departments.coverage.inspected) == ("Sở Y tế",)
    assert communes.named(communes.coverage.planned) == ("Phường Mũi Né",)
    assert (len(communes.coverage.units), communes.coverage.inspected) == (2, frozenset())
    assert (departments.coverage.is_planned, departments.coverage.is_reached) == (False, False)
    assert communes.coverage.is_planned


def test_a_plan_that_is_not_issued_plans_nothing(who: Province) -> None:
    campaign = open_campaign(
        by=who.manager,
        at=AT,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2026,
        draft=CampaignDraft("Dự thảo", *COVERS),
    )
    ids = [who.health.agency.pk]
    plan_units(by=who.manager, at=AT, campaign_id=campaign.pk, organisation_ids=ids, mode=Mode.DESK)
    assert province_inspected(2026, VISIT.date())["departments"].planned == 0


def test_a_unit_that_has_ended_is_told_and_not_counted(who: Province) -> None:
    case = working(who, [who.ward])
    minuted(who, unit_of(case, who.ward))
    dissolve(
        by=factories.registrar(),
        at=VISIT,
        organisation_id=who.ward.agency.pk,
        on=VISIT.date() + timedelta(days=10),
        legal_basis="NQ 1/NQ",
    )
    _departments, communes = province_coverage(2026, date(2026, 12, 1))
    assert (len(communes.coverage.units), len(communes.coverage.inspected)) == (1, 0)
    assert communes.named(communes.coverage.outside) == ("Phường Mũi Né",)


# Own subordinates


def divisions(who: Office, count: int = 3) -> list[Office]:
    found = []
    for number in range(count):
        division = factories.organisation(f"Phòng {number}", kind=Kind.DIVISION, parent=who.agency)
        officer = factories.actor_as(Role.DIVISION_OFFICER, division, f"Chuyên viên {number}")
        found.append(Office(division, officer, officer))
    return found


def inspected_by_itself(who: Office, division: Office) -> None:
    """An agency plans for one of its divisions and inspects it at the desk."""
    campaign = open_campaign(
        by=who.officer,
        at=AT,
        organisation_id=who.agency.pk,
        scope=Scope.OWN,
        year=2026,
        draft=CampaignDraft("Kế hoạch kiểm tra nội bộ", *COVERS),
    )
    ids = [division.agency.pk]
    plan_units(by=who.officer, at=AT, campaign_id=campaign.pk, organisation_ids=ids, mode=Mode.DESK)
    with pytest.raises(InspectionRefused):
        issue_campaign(by=who.officer, at=AT, campaign_id=campaign.pk, document_id=None)
    paper = document(who.officer, who.agency, "3/KH-SYT")
    issue_campaign(by=who.head, at=AT, campaign_id=campaign.pk, document_id=paper.pk)
    decision = document(who.officer, who.agency, "44/QĐ-SYT")
    case = open_case(
        by=who.officer,
        at=AT,
        campaign_id=campaign.pk,
        case=NewCase(ids, Mode.DESK, decision.pk, fields=["F0"]),
    )
    head = who.head.person_id
    add_member(by=who.officer, at=AT, inspection_id=case.pk, user_id=head, part=TeamMember.Part.HEAD)
    send_notice(
        by=who.head, at=AT, inspection_id=case.pk, document_id=paper.pk, self_report_due=date(2026, 3, 20)
    )
    begin_checks(by=who.head, at=VISIT, inspection_id=case.pk)
    answered(who.head, unit_of(case, division))
    report_case(by=who.head, at=VISIT, inspection_id=case.pk, document_id=decision.pk)


def test_an_agency_inspects_its_own_divisions(who: Province) -> None:
    rooms = divisions(who.health)
    inspected_by_itself(who.health, rooms[1])
    found = subordinates_inspected(who.health.agency.pk, 2026, VISIT.date())
    assert (found.inspected, found.planned, found.total) == (1, 1, 3)
    assert (str(found.of_planned), str(found.of_all)) == ("100.00", "33.33")
    assert counts_of_days(VISIT.date(), VISIT.date(), who.health.agency.pk).departments == 1
    # The province's own figures know nothing of it.
    assert province_inspected(2026, VISIT.date())["departments"].inspected == 0


def test_divisions_of_others_are_no_subordinates(who: Province) -> None:
    campaign = open_campaign(
        by=who.building.officer,
        at=AT,
        organisation_id=who.building.agency.pk,
        scope=Scope.OWN,
        year=2026,
        draft=CampaignDraft("Kế hoạch", *COVERS),
    )
    with pytest.raises(InspectionRefused) as refused:
        plan_units(
            by=who.building.officer,
            at=AT,
            campaign_id=campaign.pk,
            organisation_ids=[divisions(who.health, 1)[0].agency.pk],
            mode=Mode.DESK,
        )
    assert [gap.code for gap in refused.value.gaps] == ["strange-unit"]


def test_inspecting_no_subordinate_becomes_a_finding_after_the_year(who: Province) -> None:
    divisions(who.health)
    agency = who.health.agency.pk

    def refused_with(at: datetime, organisation_id: int = agency) -> list[str]:
        with pytest.raises(InspectionRefused) as refused:
            report_uninspected(by=who.manager, at=at, organisation_id=organisation_id, year=2026)
        return [gap.code for gap in refused.value.gaps]

    assert refused_with(VISIT) == ["not-over"]
    assert refused_with(NEW_YEAR, who.building.agency.pk) == ["no-subordinates"]
    found = report_uninspected(by=who.manager, at=NEW_YEAR, organisation_id=agency, year=2026)
    assert (found.code, found.field, found.finder_id, found.metric) == (
        "F0-01",
        "F0",
        who.home.pk,
        "0/3 đơn vị trực thuộc",
    )
    assert refused_with(NEW_YEAR) == ["found-already"]
    assert Finding.objects.count() == 1


def test_an_agency_that_inspected_gets_no_such_finding(who: Province) -> None:
    inspected_by_itself(who.health, divisions(who.health)[0])
    with pytest.raises(InspectionRefused) as refused:
        report_uninspected(by=who.manager, at=NEW_YEAR, organisation_id=who.health.agency.pk, year=2026)
    assert [gap.code for gap in refused.value.gaps] == ["inspected"]


def test_own_lines_cost_the_same_queries_however_many_agencies_there_are(
    who: Province, django_assert_num_queries: object
) -> None:
    divisions(who.health)
    with django_assert_num_queries(5):  # type: ignore[operator]  # pytest-django's fixture
        few = own_lines(2026, VISIT.date())
    for number in range(4):
        divisions(Office(factories.organisation(f"Sở {number}"), who.health.officer, who.health.head), 2)
    with django_assert_num_queries(5):  # type: ignore[operator]  # pytest-django's fixture
        many = own_lines(2026, VISIT.date())
    assert (len(few), len(many)) == (1, 5)


# Reports and reminders


def test_a_report_counts_units_inspected_and_limitations_of_its_days(who: Province) -> None:
    concluded(who)
    found = counts_of_days(date(2026, 3, 15), date(2026, 6, 14))
    assert (found.departments, found.communes, found.limitations) == (2, 2, 4)
    assert counts_of_days(date(2025, 12, 15), date(2026, 3, 14)).departments == 0


def test_open_things_are_reminded_of_and_done_ones_are_not(who: Province) -> None:
    case = notified(who, [who.health, who.ward])
    kinds = sorted((thing.kind, thing.due_on) for thing in due_things(AT.date()))
    assert kinds == [
        ("inspection.self_report", date(2026, 3, 20)),
        ("inspection.self_report", date(2026, 3, 20)),
        ("inspection.start", VISIT.date()),
        ("inspection.start", VISIT.date()),
    ]
    unit = unit_of(case, who.health)
    reports = [one for one in due_things(AT.date()) if one.object == f"inspected_unit:{unit.pk}"]
    assert reports[0].responsible == (who.health.officer.id,)
    assert who.health.head.full_name not in "".join(one.text for one in reports)


def test_a_conclusion_waits_for_the_heads_of_the_units(who: Province) -> None:
    case = concluded(who, [who.health])
    (thing,) = due_things(VISIT.date())
    assert (thing.kind, thing.due_on) == ("inspection.conclusion", case.response_due)
    assert thing.responsible == (who.health.head.id,)


def test_planning_the_same_unit_twice_changes_nothing(who: Province) -> None:
    campaign = planned(who, [who.health])
    assert campaign.units.count() == 1
