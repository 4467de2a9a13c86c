"""An evaluation is owed for every running model in every report period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.findings.models import Finding
from openpar.reform.initiatives.actions.evaluating import evaluate
from openpar.reform.initiatives.actions.lapses import find_missing_evaluations, find_too_few_initiatives
from openpar.reform.initiatives.actions.targets import set_target
from openpar.reform.initiatives.duty import PeriodKey, duty_on, ran_in, reported_models
from openpar.reform.initiatives.figures import initiative_figures
from openpar.reform.initiatives.models import Evaluation
from openpar.reform.initiatives.queries.evaluating import lacking_evaluation, owed_in
from openpar.reform.initiatives.reminding import due_things, periods_around
from tests.factories import codes_of
from tests.reform.initiatives import stories
from tests.reform.initiatives.stories import AT, HALF, QUARTER, Story, said
from tests.worlds import world

pytestmark = pytest.mark.django_db
TODAY = AT.date()
AFTER = datetime(2026, 7, 1, 9, 0, tzinfo=VIETNAM)


@world
def evaluation_story() -> Story:
    return stories.story()


# The first half of the reform year 2026 runs from 15/12/2025 to 14/06/2026.
@pytest.mark.parametrize(
    ("started", "stopped", "ran"),
    [
        (None, None, False),
        (date(2026, 2, 2), None, True),
        (date(2026, 6, 14), None, True),
        (date(2026, 6, 15), None, False),
        (date(2020, 1, 1), date(2025, 12, 14), False),
        (date(2020, 1, 1), date(2025, 12, 15), True),
        (date(2026, 3, 1), date(2026, 3, 1), True),
    ],
)
def test_a_model_ran_in_a_period_if_it_ran_on_one_day_of_it(
    started: date | None, stopped: date | None, ran: bool
) -> None:
    assert ran_in(started, stopped, period(Calendar.REFORM, PeriodKind.HALF, 2026)) is ran


def test_the_reports_of_a_year_stand_in_the_order_of_their_ends() -> None:
    keys = duty_on(TODAY).periods_of(2026)
    assert [(key.kind.value, key.number) for key in keys] == [
        ("QUARTER", 1),
        ("HALF", 1),
        ("NINE_MONTHS", 1),
        ("QUARTER", 3),
        ("YEAR", 1),
    ]


def test_every_report_wants_an_evaluation_of_its_own(evaluation_story: Story) -> None:
    story = evaluation_story
    one, other = story.running("Một"), story.running("Hai", since=date(2026, 4, 1))
    story.proposed("Chưa chạy")
    story.evaluated(one, QUARTER)
    # The other one began after the quarter.
    assert [each.initiative.pk for each in owed_in(QUARTER)] == [one.pk]
    assert lacking_evaluation(QUARTER) == ()
    assert {each.pk for each in lacking_evaluation(HALF)} == {one.pk, other.pk}
    assert lacking_evaluation(HALF, [story.home.pk]) == ()


def test_several_are_evaluated_together_or_none(evaluation_story: Story) -> None:
    story = evaluation_story
    one, other = story.running("Một"), story.running("Hai")
    with pytest.raises(Refused) as refused:
        evaluate(asked=HALF, said=[said(one), said(other, text=" ")], by=story.officer, at=AT)
    assert codes_of(refused.value) == ["text-missing"]
    assert not Evaluation.objects.exists()
    assert len(evaluate(asked=HALF, said=[said(one), said(other)], by=story.officer, at=AT)) == 2


def test_an_evaluation_anew_is_a_next_revision_and_the_first_stays(evaluation_story: Story) -> None:
    story = evaluation_story
    one = story.running()
    story.evaluated(one)
    assert evaluate(asked=HALF, said=[said(one, seen=1)], by=story.officer, at=AT) == []
    (second,) = evaluate(asked=HALF, said=[said(one, "Chưa rõ.", seen=1)], by=story.officer, at=AT)
    assert second.revision == 2
    with pytest.raises(Refused) as refused:
        evaluate(asked=HALF, said=[said(one, "Khác.", seen=1)], by=story.officer, at=AT)
    assert codes_of(refused.value) == ["stale"]
    assert owed_in(HALF)[0].evaluation == second
    with pytest.raises(IntegrityError, match="evaluation_update"), transaction.atomic():
        Evaluation.objects.filter(revision=1).update(text="khác")


def test_others_learn_nothing_of_what_is_wrong_with_an_evaluation(evaluation_story: Story) -> None:
    one = evaluation_story.running()
    with pytest.raises(Refused) as refused:
        evaluate(asked=HALF, said=[said(one, "", seen=7)], by=evaluation_story.manager, at=AT)
    assert codes_of(refused.value) == ["not-allowed"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (PeriodKey(PeriodKind.YEAR, 2024), "did-not-run"),
        (PeriodKey(PeriodKind.YEAR, 2027), "period-to-come"),
        (PeriodKey(PeriodKind.HALF, 2026, 3), "no-period"),
    ],
)
def test_nothing_is_evaluated_outside_its_time(asked: PeriodKey, code: str, evaluation_story: Story) -> None:
    one = evaluation_story.running()
    with pytest.raises(Refused) as refused:
        evaluate(asked=asked, said=[said(one)], by=evaluation_story.officer, at=AT)
    assert codes_of(refused.value) == [code]


def test_a_missing_evaluation_becomes_one_finding_once_it_is_overdue(evaluation_story: Story) -> None:
    story = evaluation_story
    story.running("Một")
    story.running("Hai")
    with pytest.raises(Refused) as refused:
        find_missing_evaluations(asked=HALF, by=story.manager, at=AT)
    assert codes_of(refused.value) == ["not-over"]
    (found,) = find_missing_evaluations(asked=HALF, by=story.manager, at=AFTER)
    assert (found.code, found.field, found.organisation_id) == ("F0-03", "F0", story.agency.pk)
    assert "Một" in found.text
    assert "Hai" in found.text
    assert find_missing_evaluations(asked=HALF, by=story.manager, at=AFTER) == []
    assert Finding.objects.count() == 1


def test_too_few_initiatives_become_a_finding_after_the_year(evaluation_story: Story) -> None:
    story = evaluation_story
    set_target(
        organisation_id=story.agency.pk,
        year=2025,
        planned=2,
        document_id=story.decision,
        expected_revision=0,
        by=story.manager,
        at=AT,
    )
    story.recognised(on=date(2025, 3, 1))
    (found,) = find_too_few_initiatives(year=2025, by=story.manager, at=AT)
    assert (found.code, found.metric) == ("F0-05", "1/2")


def test_only_the_manager_makes_findings_of_it(evaluation_story: Story) -> None:
    with pytest.raises(Refused) as refused:
        find_missing_evaluations(asked=HALF, by=evaluation_story.head, at=AFTER)
    assert codes_of(refused.value) == ["not-allowed"]


def test_what_is_owed_is_reminded_of_until_it_is_there(evaluation_story: Story) -> None:
    story = evaluation_story
    one = story.running()
    (thing,) = [each for each in due_things(TODAY) if "/HALF/" in each.object]
    assert thing.due_on == date(2026, 6, 20)
    assert list(thing.responsible) == [story.officer.id]
    story.evaluated(one)
    assert [each for each in due_things(TODAY) if "/HALF/" in each.object] == []


def test_periods_are_looked_at_a_month_ahead_and_till_the_next_report() -> None:
    names = [(key.kind.value, key.year) for key in periods_around(date(2026, 6, 16))]
    assert names == [("QUARTER", 2026), ("HALF", 2026)]


@pytest.mark.parametrize(
    ("today", "is_asked"),
    [
        (date(2025, 12, 14), False),
        (date(2026, 5, 20), False),
        (date(2026, 5, 21), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_period_is_asked_for_around_its_day_as_long_as_the_data_say(today: date, is_asked: bool) -> None:
    """The half year is due on 20/06/2026: a month ahead, and here for ten days after it."""
    duty = replace(duty_on(TODAY), asked_for_days=10)
    assert duty.is_asked_for(HALF.days, today, ahead=timedelta(days=30)) is is_asked


def test_nothing_is_asked_for_before_the_first_day_of_its_period() -> None:
    ahead = timedelta(days=400)
    days = (date(2025, 12, 14), date(2025, 12, 15))
    assert [duty_on(TODAY).is_asked_for(HALF.days, day, ahead=ahead) for day in days] == [False, True]


def test_figures_keep_numerator_and_denominator_apart(evaluation_story: Story) -> None:
    story = evaluation_story
    one = story.running("Một")
    story.running("Hai")
    story.evaluated(one)
    evaluated, recognised = initiative_figures(story.agency.pk, HALF.days, TODAY)
    assert (evaluated.numerator, evaluated.denominator, len(evaluated.behind)) == (1, 2, 2)
    # Nobody assigned a number: no denominator, which is not 0.
    assert (recognised.numerator, recognised.denominator) == (0, None)


def test_what_is_owed_takes_two_queries_for_any_number_of_models(
    evaluation_story: Story, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        evaluation_story.running(f"Mô hình {number}")
    with django_assert_num_queries(2):
        assert len(owed_in(HALF)) == 5


def test_the_four_models_of_the_newspaper_are_data_with_their_source() -> None:
    names = [one["name"] for one in reported_models()]
    assert len(names) == 4
    assert all(one["source"] == "Báo Đồng Tháp 28/07/2023" for one in reported_models())
