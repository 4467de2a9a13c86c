"""Where rights end: at the next agency, a role that is over, a draft, a division that handed it on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor
from openpar.reform.plans.actions.claiming import confirm_done, report_done
from openpar.reform.plans.actions.handing import hand_down
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.replacing import draft_version
from openpar.reform.plans.actions.requesting import approve_request, ask_extension
from openpar.reform.plans.actions.targets import NewReading, NewTarget, add_target, record_reading
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import led_by
from openpar.reform.plans.models import Assignment, PlanLevel
from openpar.reform.plans.queries.lists import assignments_owed_by, assignments_seen_by
from openpar.reform.plans.queries.plans import plan_seen_by, plans_seen_by
from tests import factories
from tests.reform.plans.year import (
    AT,
    Province,
    document,
    draft,
    duty_of,
    issued,
    line,
    moment,
    owed,
    province,
    put,
)

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 20)


def refused_with(refused: pytest.ExceptionInfo[PlansRefused]) -> list[str]:
    return factories.codes_of(refused.value)


def of_division(who: Province) -> Assignment:
    """What the division of Sở Y tế owes by itself under the agency's plan."""
    plan = create_plan(
        by=who.health.officer,
        at=AT,
        organisation_id=who.health.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="Kế hoạch CCHC của Sở Y tế",
    )
    version = plan.versions.get()
    [task] = put(version, who.health.officer, line("Việc của phòng", leads=led_by(who.division.pk)))
    issued(version, who.health.head, who.health.organisation, number="2/KH-SYT")
    return Assignment.objects.get(task=task)


def test_a_draft_of_the_province_is_seen_by_nobody_but_who_oversees() -> None:
    who = province()
    plan = draft(who).plan
    assert [plan_seen_by(by, plan.pk) for by in (who.manager, who.leader, who.auditor)] == [plan] * 3
    for stranger in (who.health.head, who.home.head, who.division_officer):
        assert plan_seen_by(stranger, plan.pk) is None
        assert not plans_seen_by(stranger).exists()


def test_a_plan_that_is_written_anew_stays_seen(reform_year: Province) -> None:
    who = reform_year
    draft_version(by=who.manager, at=moment(MARCH), plan_id=who.issued().pk)
    assert plan_seen_by(who.health.head, who.issued().pk) == who.issued()


def test_what_was_handed_to_a_person_goes_with_the_role_of_that_person(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    by = who.health.officer
    hand_down(
        by=who.health.head,
        at=moment(MARCH),
        assignment_id=row.pk,
        expected_version=row.version,
        officer_id=by.id,
    )
    # The role is over; the account still keeps the installation.
    moved = replace(by, held=frozenset({(Role.ADMINISTRATOR, who.health.pk)}))
    with pytest.raises(PlansRefused) as refused:
        note_progress(by=moved, at=moment(MARCH), assignment_id=row.pk, text="Làm tiếp")
    assert refused_with(refused) == ["not-allowed"]
    assert not assignments_seen_by(moved).exists()
    assert not assignments_owed_by(moved).exists()


def test_a_division_that_hands_its_task_on_does_not_work_on_it_any_more(reform_year: Province) -> None:
    who = reform_year
    row = of_division(who)
    note_progress(by=who.division_officer, at=moment(MARCH), assignment_id=row.pk, text="Bắt đầu")
    below = factories.organisation("Tổ Dược", kind=Kind.DIVISION, parent=who.division, assessed=False)
    row.refresh_from_db()
    hand_down(
        by=who.health.officer,
        at=moment(MARCH),
        assignment_id=row.pk,
        expected_version=row.version,
        division_id=below.pk,
    )
    with pytest.raises(PlansRefused) as refused:
        note_progress(by=who.division_officer, at=moment(MARCH), assignment_id=row.pk, text="Làm tiếp")
    assert refused_with(refused) == ["not-allowed"]
    other = factories.actor_as(Role.DIVISION_OFFICER, below)
    assert note_progress(by=other, at=moment(MARCH), assignment_id=row.pk, text="Nhận việc").by_id == other.id


def heads_who_are_strangers(who: Province) -> tuple[Actor, ...]:
    return who.finance.head, who.home.head, who.leader, who.manager


def test_of_the_plan_of_an_agency_only_its_own_head_confirms_and_decides(reform_year: Province) -> None:
    who = reform_year
    duty = duty_of(of_division(who))
    by = who.division_officer
    request = ask_extension(
        by=by, at=moment(MARCH), duty_id=duty.pk, new_due_on=date(2026, 5, 1), reason="Thiếu người"
    )
    for stranger in heads_who_are_strangers(who):
        with pytest.raises(PlansRefused) as refused:
            approve_request(by=stranger, at=moment(MARCH), request_id=request.pk)
        assert refused_with(refused) == ["not-allowed"]
    approve_request(by=who.health.head, at=moment(MARCH), request_id=request.pk)
    duty.refresh_from_db()
    product = document(who.health.officer, who.health.organisation, "15/BC-SYT", MARCH)
    claim = report_done(
        by=who.health.officer,
        at=moment(MARCH),
        duty_id=duty.pk,
        expected_version=duty.version,
        completed_on=MARCH,
        document_id=product.pk,
    )
    for stranger in heads_who_are_strangers(who):
        with pytest.raises(PlansRefused) as refused:
            confirm_done(by=stranger, at=moment(MARCH), claim_id=claim.pk)
        assert refused_with(refused) == ["not-allowed"]
    confirm_done(by=who.health.head, at=moment(MARCH), claim_id=claim.pk)


def test_a_target_of_one_agency_is_read_by_that_agency() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    target = NewTarget(
        field="F2",
        text="Hồ sơ trực tuyến",
        level=PlanLevel.PROVINCE,
        year=2026,
        operator=">=",
        value=Decimal(55),
        organisation_id=who.health.pk,
    )
    row = add_target(
        by=who.manager, at=AT, version_id=version.pk, expected_version=version.version, target=target
    )
    issued(version, who.manager, who.home.organisation)
    for agency, may in ((who.health, True), (who.finance, False)):
        reading = NewReading(MARCH, Decimal(60), organisation_id=agency.pk)
        if may:
            record_reading(by=agency.officer, at=moment(MARCH), target_id=row.pk, reading=reading)
        else:
            with pytest.raises(PlansRefused) as refused:
                record_reading(by=agency.officer, at=moment(MARCH), target_id=row.pk, reading=reading)
            assert refused_with(refused) == ["not-allowed"]
