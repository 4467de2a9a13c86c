"""Due dates over arrays: kinds of input, problems of single rows. Results: tests/engine/test_workdays.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from openpar.base.calendars.columns import (
    PROBLEMS,
    UNITS,
    CalendarColumns,
    DueColumns,
    PauseColumns,
    due_columns,
    local_moments,
)
from openpar.base.calendars.files import read_calendar
from openpar.engine.workdays import ProblemCode, Unit

CALENDAR = CalendarColumns(read_calendar(Path(__file__).parents[3] / "data" / "vn_holidays.yaml").calendar())


def told(found: DueColumns) -> list[str]:
    """Every row as its due moment, or the name of its problem."""
    return [
        PROBLEMS[number] or str(moment.astype("datetime64[m]"))
        for moment, number in zip(found.due_at, found.problem, strict=True)
    ]


def moments(*texts: str, unit: str = "us") -> np.typing.NDArray[np.datetime64]:
    return np.array(texts, f"datetime64[{unit}]")


def test_rows_of_all_units_come_out_in_their_places() -> None:
    received = moments("2026-02-13T15:30", "2026-03-02T14:30", "2026-03-02T15:01", "2026-04-17T09:00")
    units = np.array(
        [UNITS.index(unit) for unit in (Unit.WORKING_DAY, Unit.HOUR, Unit.SAME_DAY, Unit.CALENDAR_DAY)]
    )
    found = due_columns(CALENDAR, received, np.array([5, 4, 1, 10]), units)
    assert told(found) == ["2026-02-27T17:00", "2026-03-03T08:30", "2026-03-03T17:00", "2026-04-28T17:00"]


def test_moments_of_coarser_units_and_days_are_taken() -> None:
    for unit in ("m", "s", "ms", "us"):
        received = moments("2026-03-02T17:01", unit=unit)
        assert told(due_columns(CALENDAR, received, np.array([1]), Unit.WORKING_DAY)) == ["2026-03-04T17:00"]
    days = moments("2026-03-02", unit="D")
    assert told(due_columns(CALENDAR, days, np.array([1]), Unit.WORKING_DAY)) == ["2026-03-03T17:00"]


def test_moments_of_utc_are_moved_to_viet_nam() -> None:
    assert local_moments(moments("2026-03-02T10:30")) == moments("2026-03-02T17:30")


def test_more_rows_than_fit_in_one_go() -> None:
    received = np.full(70_001, np.datetime64("2026-02-13T15:30", "us"))
    found = due_columns(CALENDAR, received, np.full(70_001, 5), Unit.WORKING_DAY)
    assert set(found.due_at.tolist()) == {moments("2026-02-27T17:00").tolist()[0]}
    assert len(due_columns(CALENDAR, received[:0], np.array([], np.int64), Unit.WORKING_DAY).due_at) == 0


@pytest.mark.parametrize(
    ("received", "amount", "unit", "problem"),
    [
        ("NaT", 5, Unit.WORKING_DAY, ProblemCode.RECEPTION_MISSING),
        ("2026-03-02T09:00", 0, Unit.WORKING_DAY, ProblemCode.LIMIT_NOT_POSITIVE),
        ("2026-03-02T09:00", -(10**15), Unit.CALENDAR_DAY, ProblemCode.LIMIT_NOT_POSITIVE),
        ("2026-03-02T09:00", 2, Unit.SAME_DAY, ProblemCode.SAME_DAY_WITH_A_NUMBER),
        ("2017-12-31T23:59", 5, Unit.WORKING_DAY, ProblemCode.YEAR_WITHOUT_CALENDAR),
        ("2029-01-01T00:00", 5, Unit.HOUR, ProblemCode.YEAR_WITHOUT_CALENDAR),
        ("2028-12-29T18:00", 5, Unit.WORKING_DAY, ProblemCode.YEAR_WITHOUT_CALENDAR),
        ("2028-12-29T09:00", 10**15, Unit.CALENDAR_DAY, ProblemCode.YEAR_WITHOUT_CALENDAR),
        ("2028-12-29T09:00", 10**15, Unit.HOUR, ProblemCode.YEAR_WITHOUT_CALENDAR),
    ],
)
def test_a_row_that_cannot_be_computed_says_why_and_disturbs_no_other(
    received: str, amount: int, unit: Unit, problem: ProblemCode
) -> None:
    rows = moments("2026-03-02T09:00", received, "2026-03-03T09:00")
    found = told(due_columns(CALENDAR, rows, np.array([1, amount, 1]), unit))
    assert found[1] == problem
    assert all(":" in found[row] for row in (0, 2))


@pytest.mark.parametrize(
    ("begins", "ends", "problem"),
    [
        ("2026-03-04T10:00", "NaT", ProblemCode.PAUSE_NOT_ENDED),
        ("2026-03-04T10:00", "2026-03-04T09:59", ProblemCode.PAUSE_ENDS_BEFORE_IT_BEGINS),
        ("2026-03-02T08:59", "2026-03-04T09:59", ProblemCode.PAUSE_BEFORE_RECEPTION),
        ("2026-03-04T08:59", "2030-03-04T09:59", ProblemCode.YEAR_WITHOUT_CALENDAR),
    ],
)
def test_a_pause_that_cannot_be_is_the_problem_of_its_row(
    begins: str, ends: str, problem: ProblemCode
) -> None:
    pause = PauseColumns(moments("NaT", begins), moments("NaT", ends))
    received = moments("2026-03-02T09:00", "2026-03-02T09:00")
    for unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.HOUR):
        found = told(due_columns(CALENDAR, received, np.array([5, 5]), unit, [pause]))
        assert found[1] == problem
        assert ":" in found[0]


def test_pauses_of_one_row_may_not_overlap_and_others_may() -> None:
    first = PauseColumns(
        moments("2026-03-03T10:00", "2026-03-03T10:00"), moments("2026-03-05T10:00", "2026-03-04T10:00")
    )
    second = PauseColumns(
        moments("2026-03-05T09:00", "2026-03-05T09:00"), moments("2026-03-06T10:00", "2026-03-06T10:00")
    )
    received = moments("2026-03-02T09:00", "2026-03-02T09:00")
    found = told(due_columns(CALENDAR, received, np.array([5, 5]), Unit.WORKING_DAY, [first, second]))
    assert found == [ProblemCode.PAUSES_OVERLAP, "2026-03-11T17:00"]


def test_days_do_for_no_limit_in_hours() -> None:
    found = due_columns(CALENDAR, moments("2026-03-02", unit="D"), np.array([4]), Unit.HOUR)
    assert told(found) == [ProblemCode.MOMENT_WITHOUT_TIME]


def test_a_number_that_is_no_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="units are numbers below 4"):
        due_columns(CALENDAR, moments("2026-03-02"), np.array([4]), np.array([9]))
