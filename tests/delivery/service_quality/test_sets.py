"""Versions of the set by date: one on every day, a period judged by that of its last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from openpar.delivery.service_quality.errors import InputsRefused
from openpar.delivery.service_quality.periods import (
    IndexPeriod,
    IndexPeriodKind,
    last_finished,
    months_up_to,
)
from openpar.delivery.service_quality.sets import all_sets, needed_set, order_gaps, set_of
from openpar.engine.qd766 import IndicatorSet
from tests.engine.qd766_cases import set_of_2026

SET = set_of_2026()


def version(name: str, first: date, last: date | None) -> IndicatorSet:
    return replace(SET, version=name, valid_from=first, valid_until=last)


def test_the_versions_in_the_data_follow_one_another() -> None:
    assert order_gaps(all_sets()) == []
    assert set_of(date(2026, 6, 30)) == SET


def test_a_day_before_the_first_version_has_none_and_says_so() -> None:
    assert set_of(date(2025, 12, 31)) is None
    with pytest.raises(InputsRefused) as refused:
        needed_set(date(2025, 12, 31))
    assert [gap.code for gap in refused.value.gaps] == ["no-set"]


@pytest.mark.parametrize(
    ("until", "since", "codes"),
    [
        (date(2027, 1, 1), date(2027, 1, 1), []),
        (date(2026, 12, 31), date(2027, 1, 1), ["sets-apart"]),
        (date(2027, 1, 2), date(2027, 1, 1), ["sets-overlap"]),
        (None, date(2027, 1, 1), ["sets-overlap"]),
    ],
)
def test_a_hole_and_an_overlap_are_told(until: date | None, since: date, codes: list[str]) -> None:
    sets = [version("a", date(2026, 1, 1), until), version("b", since, None)]
    assert [gap.code for gap in order_gaps(sets)] == codes


def test_two_versions_of_one_name_are_told() -> None:
    sets = [version("a", date(2026, 1, 1), date(2027, 1, 1)), version("a", date(2027, 1, 1), None)]
    assert [gap.code for gap in order_gaps(sets)] == ["version-twice"]


def test_a_period_is_always_said_with_its_days() -> None:
    assert IndexPeriod(IndexPeriodKind.QUARTER, 2026, 3).words == "Quý III/2026 (01/07/2026–30/09/2026)"
    assert IndexPeriod(IndexPeriodKind.YEAR_TO_DATE, 2026, 9).words == (
        "Từ đầu năm 2026 (01/01/2026–30/09/2026)"
    )


def test_there_is_no_thirteenth_month_and_no_fifth_quarter() -> None:
    for period in (
        IndexPeriod(IndexPeriodKind.MONTH, 2026, 13),
        IndexPeriod(IndexPeriodKind.QUARTER, 2026, 5),
        IndexPeriod(IndexPeriodKind.YEAR_TO_DATE, 2026, 0),
    ):
        with pytest.raises(InputsRefused):
            _ = period.days


@pytest.mark.parametrize(
    ("kind", "day", "year", "number"),
    [
        (IndexPeriodKind.MONTH, date(2026, 7, 1), 2026, 6),
        (IndexPeriodKind.MONTH, date(2026, 1, 31), 2025, 12),
        (IndexPeriodKind.QUARTER, date(2026, 7, 1), 2026, 2),
        (IndexPeriodKind.QUARTER, date(2026, 3, 31), 2025, 4),
        (IndexPeriodKind.YEAR_TO_DATE, date(2026, 1, 5), 2025, 12),
    ],
)
def test_the_period_that_ended_last(kind: IndexPeriodKind, day: date, year: int, number: int) -> None:
    assert last_finished(kind, day) == IndexPeriod(kind, year, number)


def test_months_run_back_over_the_turn_of_the_year() -> None:
    found = months_up_to(IndexPeriod(IndexPeriodKind.QUARTER, 2026, 1), 4)
    assert [(one.year, one.number) for one in found] == [(2025, 12), (2026, 1), (2026, 2), (2026, 3)]
