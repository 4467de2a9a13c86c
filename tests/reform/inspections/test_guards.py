"""What the database itself refuses: SQL that goes past the actions."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from openpar.common.triggers import guard_that_fired
from openpar.engine.picking import commitment
from openpar.reform.inspections.actions.draws import commit_draw
from openpar.reform.inspections.guards import GUARDS
from tests.reform.inspections.cases import (
    AT,
    Province,
    answered,
    concluded,
    minuted,
    notified,
    opened,
    province,
    self_reported,
    unit_of,
    working,
)
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def province_that_is_guarded() -> Province:
    return province()


@pytest.fixture
def who(province_that_is_guarded: Province) -> Province:
    return province_that_is_guarded


def fired(sql: str, *values: int | None) -> str | None:
    """The guard that refused; None when the statement went through."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except IntegrityError as error:
        return guard_that_fired(error)
    return None


def test_an_issued_plan_and_its_units_stand(who: Province) -> None:
    case = opened(who, [who.health])
    plan = case.campaign_id
    assert (
        fired("UPDATE inspections_campaign SET year = 2027 WHERE id = %s", plan) == "inspection_plan_update"
    )
    assert fired("DELETE FROM inspections_campaign WHERE id = %s", plan) == "inspection_plan_delete"
    assert fired("UPDATE inspections_campaignunit SET mode = 'DESK'") == "planned_unit_update"
    assert fired("DELETE FROM inspections_campaignunit") == "planned_unit_delete"
    insert = (
        "INSERT INTO inspections_campaignunit (campaign_id, organisation_id, mode, topic) "
        "VALUES (%s, %s, 'DESK', '')"
    )
    assert fired(insert, plan, who.ward.agency.pk) == "planned_unit_insert"


def test_a_commitment_is_neither_changed_nor_taken_back(who: Province) -> None:
    draw = commit_draw(
        by=who.manager,
        at=AT,
        campaign_id=opened(who, [who.health]).campaign_id,
        organisation_ids=[unit.agency.pk for unit in who.units],
        count=1,
        seed_digest=commitment("hat-giong-bi-mat-2026"),
    )
    assert fired("UPDATE inspections_draw SET count = 2 WHERE id = %s", draw.pk) == "draw_update"
    assert fired("DELETE FROM inspections_draw WHERE id = %s", draw.pk) == "draw_delete"


def test_signed_minutes_and_a_sent_report_hold_the_answers_below_them(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)
    self_reported(who.health, unit)
    assert fired("UPDATE inspections_checklistanswer SET text = 'x'") == "checklist_answer_update"
    case = working(who, [who.ward])
    ward = unit_of(case, who.ward)
    answered(who.member, ward, item="0.2")
    assert fired("UPDATE inspections_checklistanswer SET text = 'x' WHERE unit_id = %s", ward.pk) is None
    minuted(who, ward)
    assert (
        fired("UPDATE inspections_checklistanswer SET text = 'y' WHERE unit_id = %s", ward.pk)
        == "checklist_answer_update"
    )
    assert (
        fired("UPDATE inspections_inspectedunit SET signed_for_unit = 'z' WHERE id = %s", ward.pk)
        == "inspected_unit_update"
    )


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE inspections_inspection SET strengths = 'x'", "inspection_update"),
        ("UPDATE inspections_inspection SET state = 'REPORTED'", "inspection_update"),
        ("DELETE FROM inspections_inspection", "inspection_delete"),
        ("UPDATE inspections_inspectedunit SET requests = 'x'", "inspected_unit_update"),
        ("DELETE FROM inspections_inspectedunit", "inspected_unit_delete"),
        ("UPDATE inspections_teammember SET part = 'MEMBER'", "team_member_update"),
        ("DELETE FROM inspections_teammember", "team_member_delete"),
        ("UPDATE inspections_checklistanswer SET result = 'MET'", "checklist_answer_update"),
        ("DELETE FROM inspections_checklistanswer", "checklist_answer_delete"),
        ("UPDATE inspections_limitation SET text = 'x'", "limitation_update"),
        ("DELETE FROM inspections_limitation", "limitation_delete"),
    ],
)
def test_nothing_of_a_concluded_case_changes(who: Province, sql: str, guard: str) -> None:
    concluded(who, [who.health])
    assert fired(sql) == guard


def test_an_answer_to_a_conclusion_needs_the_conclusion(who: Province) -> None:
    case = opened(who, [who.health])
    insert = (
        "INSERT INTO inspections_unitresponse (unit_id, kind, text, by_id, at) "
        "VALUES (%s, 'AGREES', '', %s, '2026-03-05')"
    )
    unit = unit_of(case, who.health)
    assert fired(insert, unit.pk, who.health.head.id) == "unit_response_insert"


def test_every_guard_has_a_name_of_its_own() -> None:
    names = [guard.name for guard in GUARDS]
    assert len(set(names)) == len(names)
