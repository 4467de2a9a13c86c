"""Figures counted from the dossiers and from the catalogue, and what a person stated beside them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from openpar.base.accounts.models import Role
from openpar.base.facts.counting import board as counters_of
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor, operator
from openpar.delivery.dossiers.declarations import COUNTING, DATASET, RECEIVED
from openpar.delivery.service_quality.actions.counting import count_again, count_inputs, periods_counted
from openpar.delivery.service_quality.actions.importing import bring_in_inputs
from openpar.delivery.service_quality.counted import COUNTED
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.delivery.service_quality.models import IndicatorInput, Origin
from openpar.delivery.service_quality.of_dossiers import FROM_DOSSIERS
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.delivery.service_quality.queries.boards import board
from openpar.delivery.service_quality.queries.inputs import figures_known, story_of
from openpar.jobs.tasks import count_index, index_is_counted
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.service_quality.province import AT, JUNE, table
from tests.engine.qd766_cases import set_of_2026
from tests.factories import codes_of
from tests.worlds import world

pytestmark = pytest.mark.django_db

SECOND_QUARTER = IndexPeriod(IndexPeriodKind.QUARTER, 2026, 2)
HALF_A_YEAR = IndexPeriod(IndexPeriodKind.YEAR_TO_DATE, 2026, 6)


@world
def index_of_half_a_year() -> Actor:
    """Four communes with the dossiers of half a year."""
    lists.province()
    lists.brought_year(lists.year(), date(2026, 7, 1))
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    return factories.actor_as(Role.PROCEDURE_CONTROLLER, office)


def test_the_table_names_counts_and_indicators_that_there_are() -> None:
    counts = {count.name for count in COUNTING.counts}
    assert {name for pair in FROM_DOSSIERS.values() for name in pair} <= counts
    assert {one.id for one in set_of_2026().indicators()} >= COUNTED


def test_figures_are_the_counts_of_the_dossiers_received_in_the_period(index_of_half_a_year: Actor) -> None:
    counted = count_inputs(by=index_of_half_a_year, at=AT, period=JUNE)
    assert counted.added > 0
    first, last = JUNE.months
    counters = counters_of(DATASET, basis=RECEIVED, first=first, last=last)
    known = figures_known(JUNE).values()
    for name, (above, below) in FROM_DOSSIERS.items():
        pairs = [figures[name].pair for figures in known if name in figures]
        assert sum(pair[0] or 0 for pair in pairs) == counters.total(above), name
        assert sum(pair[1] or 0 for pair in pairs) == counters.total(below), name
    assert counters.total("received") > 0


def test_months_make_the_quarter_and_the_year_to_date_of_dossiers(index_of_half_a_year: Actor) -> None:
    def received(period: IndexPeriod) -> Decimal:
        count_inputs(by=index_of_half_a_year, at=AT, period=period)
        known = figures_known(period).values()
        return sum(
            (of_one["2.1"].denominator or Decimal(0) for of_one in known if "2.1" in of_one), Decimal(0)
        )

    months = [received(IndexPeriod(IndexPeriodKind.MONTH, 2026, number)) for number in range(1, 7)]
    assert received(SECOND_QUARTER) == sum(months[3:])
    assert received(HALF_A_YEAR) == sum(months) > 300


def test_the_night_counts_anew_what_was_counted_while_its_period_lasts(index_of_half_a_year: Actor) -> None:
    half = IndexPeriod(IndexPeriodKind.YEAR_TO_DATE, 2026, 7)
    for period in (JUNE, half):
        count_inputs(by=index_of_half_a_year, at=AT, period=period)
    before = {period: figures_known(period) for period in (JUNE, half)}
    lists.brought_year(lists.year(seed=2), date(2026, 7, 6))
    night = AT + timedelta(days=1)
    changed = count_again(by=operator("openpar"), at=night, since=AT.date())
    assert changed > 0
    assert figures_known(JUNE) == before[JUNE]
    assert figures_known(half) != before[half]
    again = count_inputs(by=index_of_half_a_year, at=night + timedelta(hours=1), period=half)
    assert (again.added, again.withdrawn) == (0, 0)
    assert count_again(by=operator("openpar"), at=night + timedelta(days=1), since=night.date()) == 0
    # Once more after its last day, however late the night of it comes.
    assert count_again(by=operator("openpar"), at=night, since=JUNE.until_on) > 0
    assert figures_known(JUNE) != before[JUNE]


def test_the_job_counts_for_nobody_but_the_house_and_leaves_what_was_never_counted(
    index_of_half_a_year: Actor,
) -> None:
    assert not index_is_counted()
    assert count_index(AT).startswith("0 ")
    count_inputs(by=index_of_half_a_year, at=AT, period=JUNE)
    assert index_is_counted()
    assert periods_counted() == (JUNE,)
    with pytest.raises(InputsRefused):
        count_again(by=index_of_half_a_year, at=AT, since=AT.date())


def test_counting_once_more_adds_nothing(index_of_half_a_year: Actor) -> None:
    first = count_inputs(by=index_of_half_a_year, at=AT, period=JUNE)
    again = count_inputs(by=index_of_half_a_year, at=AT + timedelta(hours=1), period=JUNE)
    assert (again.added, again.unchanged, again.kept) == (0, first.added, 0)


def test_what_a_person_stated_stays_until_told_otherwise(index_of_half_a_year: Actor) -> None:
    ward = Organisation.objects.get(versions__name="Xã Số 1")
    line = f"{ward.key},2.1,1,2"
    bring_in_inputs(
        by=index_of_half_a_year, at=AT, period=JUNE, file=table("unit,indicator,numerator,denominator", line)
    )
    later = AT + timedelta(hours=1)
    assert count_inputs(by=index_of_half_a_year, at=later, period=JUNE).kept == 1
    assert figures_known(JUNE)[ward.pk]["2.1"].pair == (Decimal(1), Decimal(2))
    assert count_inputs(by=index_of_half_a_year, at=later, period=JUNE, replace_stated=True).added == 1
    story = story_of(JUNE, ward.pk, "2.1")
    assert [one.origin for one in story] == [Origin.DOSSIERS, Origin.FILE]


def test_dossiers_that_came_in_since_change_the_count_and_the_first_one_stays_known(
    index_of_half_a_year: Actor,
) -> None:
    count_inputs(by=index_of_half_a_year, at=AT, period=JUNE)
    before = board(JUNE, known_on=AT.date())
    lists.brought_year(lists.year(800, seed=2), date(2026, 7, 8))
    count_inputs(by=index_of_half_a_year, at=AT + timedelta(days=5), period=JUNE)
    rows = {row.name: row.rolled.sums["2.1"].pair for row in board(JUNE).agencies}
    then = {row.name: row.rolled.sums["2.1"].pair for row in before.agencies}
    again = {row.name: row.rolled.sums["2.1"].pair for row in board(JUNE, known_on=AT.date()).agencies}
    assert rows != then == again


def test_only_those_who_manage_count_and_not_what_has_not_begun(index_of_half_a_year: Actor) -> None:
    ward = Organisation.objects.get(versions__name="Xã Số 1")
    officer = factories.actor_as(Role.FOCAL_OFFICER, ward)
    with pytest.raises(InputsRefused) as refused:
        count_inputs(by=officer, at=AT, period=JUNE)
    assert codes_of(refused.value) == ["not-allowed"]
    with pytest.raises(InputsRefused) as refused:
        count_inputs(by=index_of_half_a_year, at=AT, period=IndexPeriod(IndexPeriodKind.MONTH, 2026, 8))
    assert codes_of(refused.value) == ["period-ahead"]


def test_without_dossiers_nothing_is_counted_and_nothing_is_zero() -> None:
    office = factories.organisation("Văn phòng UBND tỉnh")
    by = factories.actor_as(Role.PROCEDURE_CONTROLLER, office)
    assert count_inputs(by=by, at=AT, period=JUNE).added == 0
    assert not IndicatorInput.objects.exists()
