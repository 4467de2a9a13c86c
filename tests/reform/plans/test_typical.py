"""The catalogue of tasks: every row can be a line of a plan as it stands; chosen ones go into a draft."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from openpar.reform.plans.actions.typical import take_typical
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import Agencies, Deadline
from openpar.reform.plans.models import DeadlineKind, PlanLevel, PlanVersion, TaskLine
from openpar.reform.plans.typical import typical_tasks
from openpar.reform.plans.words import said_by_when
from tests import factories
from tests.reform.plans.year import AT, Province, draft, province

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Province:
    return province()


def taken(who: Province, version: PlanVersion, numbers: set[int], agency_class: str = "departments") -> None:
    version.refresh_from_db()
    take_typical(
        by=who.manager,
        at=AT,
        version_id=version.pk,
        expected_version=version.version,
        numbers=numbers,
        leads=Agencies(agency_class=agency_class),
    )


def test_the_catalogue_has_every_field_and_each_task_once() -> None:
    tasks = typical_tasks(2026)
    assert len(tasks) == len({task.number for task in tasks}) == len({task.text for task in tasks}) == 28
    assert set(Counter(task.field for task in tasks)) == {f"F{number}" for number in range(7)}
    assert {task.certainty for task in tasks} == {"S", "R"}
    assert all(task.source for task in tasks)


def test_deadlines_are_those_of_the_year_of_the_plan() -> None:
    by_number = {task.number: task.deadline for task in typical_tasks(2027)}
    # The plan itself is there before its year begins.
    assert by_number[1] == Deadline.by(date(2026, 12, 30))
    assert by_number[13] == Deadline.by(date(2027, 9, 14))
    assert by_number[8] == Deadline(DeadlineKind.QUARTER, quarter=4)
    assert [said_by_when(by_number[number]) for number in (2, 6, 14, 4)] == [
        "Quý I",
        "Hằng quý",
        "Thường xuyên",
        "Sau khi: Công bố Chỉ số CCHC",
    ]


def test_all_of_them_can_be_taken_at_once(who: Province) -> None:
    version = draft(who)
    assert version.plan.level == PlanLevel.PROVINCE
    taken(who, version, {task.number for task in typical_tasks(version.plan.year)})
    lines = TaskLine.objects.filter(version=version).order_by("position")
    assert [line.text for line in lines] == [task.text for task in typical_tasks(version.plan.year)]
    assert {line.agencies.get().agency_class for line in lines} == {"departments"}


@pytest.mark.parametrize(
    ("numbers", "agency_class", "code"),
    [
        (set(), "departments", "nothing-chosen"),
        ({1, 99}, "departments", "not-in-catalogue"),
        ({1}, "x", "no-class"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_written(
    who: Province, numbers: set[int], agency_class: str, code: str
) -> None:
    version = draft(who)
    before = version.lines.count()
    with pytest.raises(PlansRefused) as refused:
        taken(who, version, numbers, agency_class)
    assert code in factories.codes_of(refused.value)
    assert version.lines.count() == before


def test_who_looked_at_an_older_draft_is_told(who: Province) -> None:
    version = draft(who)
    with pytest.raises(StalePlan):
        take_typical(
            by=who.manager,
            at=AT,
            version_id=version.pk,
            expected_version=version.version - 1,
            numbers={1},
            leads=Agencies(agency_class="departments"),
        )
