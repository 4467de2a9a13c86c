"""Tasks are counted so that the four end states add up, on any day, and both readings come out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpar.engine.tasks import (
    COMPLETED,
    IMPLEMENTED,
    ON_TIME_OF_DUE,
    Bucket,
    DutyFacts,
    Obligation,
    Report,
    Side,
    Tally,
    TallyDoesNotAddUp,
    Trend,
    bucket_of,
    days_overdue,
    distance,
    standing_of,
    tally,
)

DUE = date(2026, 6, 30)
FIRST = date(2026, 1, 1)


def duty(due: date | None = DUE, *reports: Report, **other: date | None) -> DutyFacts:
    return DutyFacts(((FIRST, due),), reports, **other)


def obligation(*duties: DutyFacts, **other: date | None) -> Obligation:
    return Obligation(FIRST, duties, **other)


def confirmed(completed_on: date, confirmed_on: date | None = None) -> Report:
    return Report(completed_on, completed_on, confirmed_on=confirmed_on or completed_on)


@pytest.mark.parametrize(
    ("due_on", "done_on", "on", "bucket"),
    [
        (DUE, DUE, date(2026, 7, 15), Bucket.ON_TIME),
        (DUE, date(2026, 7, 1), date(2026, 7, 15), Bucket.LATE),
        (DUE, None, DUE, Bucket.IN_TIME),
        (DUE, None, date(2026, 7, 1), Bucket.OVERDUE),
        (None, None, date(2030, 1, 1), Bucket.IN_TIME),
        (None, date(2026, 7, 1), date(2026, 7, 15), Bucket.ON_TIME),
    ],
)
def test_the_day_of_the_deadline_is_in_time_and_the_day_after_is_not(
    due_on: date | None, done_on: date | None, on: date, bucket: Bucket
) -> None:
    assert bucket_of(due_on, done_on, on) is bucket


def test_days_overdue_are_calendar_days_after_the_deadline() -> None:
    assert [days_overdue(DUE, DUE + timedelta(days=days)) for days in (-3, 0, 1, 31)] == [0, 0, 1, 31]
    assert days_overdue(None, DUE) == 0


def test_a_report_is_not_a_completion_until_it_is_confirmed() -> None:
    one = obligation(duty(DUE, Report(date(2026, 6, 20), date(2026, 6, 20), confirmed_on=date(2026, 7, 10))))
    days = (date(2026, 6, 19), date(2026, 6, 25), date(2026, 7, 5), date(2026, 7, 10))
    told = [standing_of(one, day) for day in days]
    assert [each and (each.bucket, each.is_waiting, each.is_started) for each in told] == [
        (Bucket.IN_TIME, False, False),
        (Bucket.IN_TIME, True, True),
        # The deadline is over, but the agency was in time: others are slow.
        (Bucket.IN_TIME, True, True),
        (Bucket.ON_TIME, False, True),
    ]


def test_a_report_of_late_work_does_not_stop_the_clock() -> None:
    late = obligation(duty(DUE, Report(date(2026, 7, 5), date(2026, 7, 4))))
    standing = standing_of(late, date(2026, 7, 8))
    assert standing is not None
    assert (standing.bucket, standing.days_overdue, standing.is_waiting) == (Bucket.OVERDUE, 8, False)


def test_a_returned_report_leaves_the_duty_as_open_as_it_was() -> None:
    back = obligation(duty(DUE, Report(date(2026, 6, 20), date(2026, 6, 20), undone_on=date(2026, 7, 3))))
    found = [standing_of(back, day) for day in (date(2026, 7, 2), date(2026, 7, 3))]
    assert [each and each.bucket for each in found] == [Bucket.IN_TIME, Bucket.OVERDUE]


def test_lateness_is_measured_against_the_deadline_in_force_and_the_past_keeps_its_own() -> None:
    extended = DutyFacts(
        ((FIRST, DUE), (date(2026, 7, 5), date(2026, 9, 30))), (confirmed(date(2026, 9, 1)),)
    )
    days = (date(2026, 7, 4), date(2026, 7, 5), date(2026, 9, 1))
    found = [standing_of(obligation(extended), day) for day in days]
    assert [each and each.bucket for each in found] == [Bucket.OVERDUE, Bucket.IN_TIME, Bucket.ON_TIME]


def test_recurring_work_is_done_only_with_its_last_period_and_late_by_any() -> None:
    months = [date(2026, month, 14) for month in (1, 2, 3)]
    one = obligation(
        duty(months[0], confirmed(date(2026, 1, 10))),
        duty(months[1], confirmed(date(2026, 2, 20))),
        duty(months[2], confirmed(date(2026, 3, 10))),
    )
    days = (date(2026, 1, 14), date(2026, 2, 15), date(2026, 2, 20), date(2026, 3, 10))
    found = [standing_of(one, day) for day in days]
    assert [each and each.bucket for each in found] == [
        Bucket.IN_TIME,
        Bucket.OVERDUE,
        Bucket.IN_TIME,
        Bucket.LATE,
    ]
    assert [each and each.due_on for each in found] == [months[1], months[1], months[2], months[2]]


def test_what_has_ended_or_is_not_yet_assigned_is_in_no_count() -> None:
    one = obligation(duty(), ended_on=date(2026, 5, 1))
    assert standing_of(one, date(2025, 12, 31)) is None
    assert standing_of(one, date(2026, 4, 30)) is not None
    assert standing_of(one, date(2026, 5, 1)) is None
    assert standing_of(obligation(duty(DUE, dropped_on=FIRST)), DUE) is None


def test_an_excused_duty_stays_late_and_is_told_beside() -> None:
    late = duty(DUE, confirmed(date(2026, 7, 9)), excused_on=date(2026, 7, 10))
    count = tally([standing_of(obligation(late), date(2026, 8, 1))])
    assert (count.late, count.on_time, count.excused) == (1, 0, 1)


def test_thirty_of_fifty_comes_out_of_the_data_in_both_readings() -> None:
    done = [obligation(duty(DUE, confirmed(date(2026, 5, 5)))) for _each in range(22)]
    begun = [obligation(duty(date(2026, 12, 1)), started_on=date(2026, 3, 1)) for _each in range(8)]
    rest = [obligation(duty(date(2026, 12, 1))) for _each in range(20)]
    count = tally(standing_of(one, date(2026, 6, 9)) for one in (*done, *begun, *rest))
    assert count.readings == ("Đã triển khai 30/50 nhiệm vụ", "Đã hoàn thành 22/50 nhiệm vụ")
    assert count.rate(IMPLEMENTED).percent() == Decimal(60)
    assert count.rate(COMPLETED).percent() == Decimal(44)
    assert count.rate(ON_TIME_OF_DUE).percent() == Decimal(100)


_DAYS = st.dates(date(2025, 12, 1), date(2027, 2, 1))


@st.composite
def _reports(draw: st.DrawFn) -> Report:
    reported_on = draw(_DAYS)
    completed_on = reported_on - timedelta(days=draw(st.integers(0, 60)))
    decided_on = draw(st.none() | st.integers(0, 40).map(lambda days: reported_on + timedelta(days=days)))
    is_good = draw(st.booleans())
    return Report(reported_on, completed_on, decided_on if is_good else None, None if is_good else decided_on)


@st.composite
def _obligations(draw: st.DrawFn) -> Obligation:
    assigned_on = draw(_DAYS)
    duties = draw(
        st.lists(
            st.builds(
                DutyFacts,
                st.lists(st.tuples(_DAYS, st.none() | _DAYS), min_size=1, max_size=3).map(
                    lambda some: tuple(sorted(some, key=lambda one: one[0]))
                ),
                st.lists(_reports(), max_size=2).map(tuple),
                st.none() | _DAYS,
                st.none() | _DAYS,
            ),
            max_size=4,
        )
    )
    return Obligation(assigned_on, tuple(duties), draw(st.none() | _DAYS), draw(st.none() | _DAYS))


@settings(max_examples=40)
@given(st.lists(_obligations(), max_size=12), _DAYS)
def test_the_four_end_states_add_up_to_what_was_assigned_and_only_that(
    some: list[Obligation], on: date
) -> None:
    standings = [standing_of(one, on) for one in some]
    count = tally(standings)
    assert count.assigned == sum(each is not None for each in standings)
    assert count.on_time + count.late + count.overdue + count.in_time == count.assigned
    assert count.done <= count.implemented <= count.assigned
    assert count.waiting <= count.assigned - count.done


@settings(max_examples=40)
@given(st.lists(_obligations(), max_size=12), _DAYS, st.integers(0, 12))
def test_parts_of_a_whole_add_up_to_it_however_it_is_divided(
    some: list[Obligation], on: date, place: int
) -> None:
    standings = [standing_of(one, on) for one in some]
    assert tally(standings[:place]) + tally(standings[place:]) == tally(standings)


@given(_obligations(), _DAYS)
def test_overdue_means_days_overdue_and_nothing_else_has_any(one: Obligation, on: date) -> None:
    standing = standing_of(one, on)
    if standing is not None:
        assert (standing.days_overdue > 0) == (standing.bucket is Bucket.OVERDUE)


@pytest.mark.parametrize(
    "counts",
    [{"on_time": -1}, {"on_time": 2, "implemented": 1}, {"in_time": 1, "implemented": 2}, {"waiting": 1}],
)
def test_a_count_that_cannot_be_is_refused(counts: dict[str, int]) -> None:
    with pytest.raises(TallyDoesNotAddUp):
        Tally(**counts)


@pytest.mark.parametrize(
    ("operator", "wanted", "reached", "side", "gap", "trend"),
    [
        (">=", "100", ["98", "99.5"], Side.MISSED, "0.5", Trend.CLOSER),
        (">", "85", ["85"], Side.MISSED, "0", Trend.UNKNOWN),
        (">", "85", ["86", "85.1"], Side.MET, "0", Trend.AWAY),
        ("<=", "5", ["7", "6"], Side.MISSED, "1", Trend.CLOSER),
        ("<", "5", ["5", "5"], Side.MISSED, "0", Trend.SAME),
        ("=", "3", ["1", "4"], Side.MISSED, "1", Trend.CLOSER),
        ("=", "3", ["3"], Side.MET, "0", Trend.UNKNOWN),
    ],
)
def test_a_target_tells_distance_and_trend(
    operator: str, wanted: str, reached: list[str], side: Side, gap: str, trend: Trend
) -> None:
    found = distance(operator, Decimal(wanted), [Decimal(one) for one in reached])
    assert (found.side, found.gap, found.trend) == (side, Decimal(gap), trend)


def test_a_target_without_a_value_is_neither_met_nor_missed() -> None:
    found = distance(">=", Decimal(100), [])
    assert (found.side, found.gap, found.trend) == (Side.UNKNOWN, None, Trend.UNKNOWN)
