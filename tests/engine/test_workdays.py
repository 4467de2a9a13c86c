"""The engine, plain and over arrays, against a walk over the days: random dossiers, no difference.

More runs: `python -m tests.engine.test_workdays 1000000`, or OPENPAR_WORKDAYS_RUNS for the test.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import numpy as np
import pytest

from openpar.base.calendars import columns
from openpar.base.calendars.columns import PROBLEMS, UNITS, CalendarColumns, PauseColumns, due_columns
from openpar.engine.workdays import (
    InvalidDeadline,
    PauseKind,
    ProblemCode,
    WorkCalendar,
    calendar,
    clock,
    due_at,
)
from openpar.engine.workdays.calendar import SECOND
from openpar.engine.workdays.checks import Stretch
from tests.engine.random_calendars import RandomCase, placed, random_calendar, random_case
from tests.engine.workdays_oracle import NotInCalendar, PlainCalendar, naive_due

RUNS = int(os.environ.get("OPENPAR_WORKDAYS_RUNS", "6000"))
# So many dossiers share a calendar; they are one batch of the arrays.
BATCH = 500
Due = datetime | str


def differences(seed: int) -> Iterator[str]:
    """Where the engine, plain or over arrays, and the walk disagree on the batch of this seed."""
    random = Random(seed)
    engine, plain = random_calendar(random)
    cases = [random_case(random, plain) for _number in range(BATCH)]
    walked = [_walked(plain, case) for case in cases]
    computed = [_computed(engine, case) for case in cases]
    batch = _in_columns(engine, cases)
    for case, expected, one, other in zip(cases, walked, computed, batch, strict=True):
        if not expected == one == other:
            yield f"seed {seed}, {case}: walk {expected}, plain {one}, arrays {other}"


def _walked(plain: PlainCalendar, case: RandomCase) -> Due:
    try:
        return naive_due(plain, case.received, case.amount, case.unit, list(case.pauses))
    except NotInCalendar:
        return ProblemCode.YEAR_WITHOUT_CALENDAR


def _computed(engine: WorkCalendar, case: RandomCase) -> Due:
    try:
        found = due_at(engine, placed(case.received), case.limit, case.engine_pauses())
    except InvalidDeadline as invalid:
        return " ".join(sorted({problem.code for problem in invalid.problems}))
    return found.replace(tzinfo=None)


def _in_columns(engine: WorkCalendar, cases: Sequence[RandomCase]) -> list[Due]:
    """The batch in two parts, those of which the time is known and the others."""
    found: dict[int, Due] = {}
    for has_time in (True, False):
        rows = [at for at, case in enumerate(cases) if isinstance(case.received, datetime) is has_time]
        chosen = [cases[at] for at in rows]
        kind = "datetime64[us]" if has_time else "datetime64[D]"
        due = due_columns(
            CalendarColumns(engine),
            np.array([case.received for case in chosen], kind),
            np.array([case.amount for case in chosen]),
            np.array([UNITS.index(case.unit) for case in chosen]),
            _pause_columns(chosen, kind),
        )
        told = zip(due.due_at.tolist(), due.problem.tolist(), strict=True)
        found |= {at: PROBLEMS[number] or moment for at, (moment, number) in zip(rows, told, strict=True)}
    return [found[at] for at in range(len(cases))]


def _pause_columns(cases: Sequence[RandomCase], kind: str) -> list[PauseColumns]:
    """The n-th pauses of all rows, those that stop and those that start anew in columns of their own."""
    found = []
    for number in range(3):
        for pause_kind in PauseKind:
            edges = [
                (case.pauses[number].begins, case.pauses[number].ends)
                if len(case.pauses) > number
                and case.pauses[number].anew is (pause_kind is PauseKind.STARTS_ANEW)
                else ("NaT", "NaT")
                for case in cases
            ]
            begins, ends = (np.array([pair[side] for pair in edges], kind) for side in (0, 1))
            found.append(PauseColumns(begins, ends, pause_kind))
    return found


@pytest.mark.parametrize("part", range(4))
def test_the_engine_agrees_with_a_walk_over_the_days(part: int) -> None:
    found = [what for seed in range(part, RUNS // BATCH, 4) for what in differences(seed)]
    assert found == []


def _one_more_day(original: Any) -> Any:
    return lambda self, number, *more: original(self, number + 1, *more)


def _opens_a_second_late(original: Any) -> Any:
    return lambda shifts: tuple((opens + SECOND, closes) for opens, closes in original(shifts))


def _last_day_forgotten(original: Any) -> Any:
    return lambda of_days: [*original(of_days)[1:], -1]


def _pauses_count_their_first_day(original: Any) -> Any:
    def prolonged(self: Any, start: int, last: int, due: int, pause: Stretch) -> Any:
        return original(self, start - 1, last, due, replace(pause, begins=(pause.begins[0] - 1, None)))

    return prolonged


def _in_time_at_closing(original: Any) -> Any:
    return lambda self, point: original(self, point if point[1] is None else (point[0], point[1] + 1))


@pytest.mark.parametrize(
    ("module", "owner", "name", "spoilt"),
    [
        (clock, "_Clock", "_working_day", _one_more_day),
        (clock, "_Clock", "_prolonged", _pauses_count_their_first_day),
        (clock, "_Clock", "_taken_in", _in_time_at_closing),
        (calendar, "", "_spans", _opens_a_second_late),
        (calendar, "", "_nearest", _last_day_forgotten),
        (columns, "CalendarColumns", "midnight", _one_more_day),
        (columns, "CalendarColumns", "day_reaching", _one_more_day),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_planted_defect_is_noticed(
    monkeypatch: pytest.MonkeyPatch, module: Any, owner: str, name: str, spoilt: Callable[[Any], Any]
) -> None:
    place = getattr(module, owner) if owner else module
    monkeypatch.setattr(place, name, spoilt(getattr(place, name)))
    assert any(True for seed in range(4) for _what in differences(seed))


def main(runs: int) -> int:
    """So many random dossiers; prints what differs. The status is 1 when anything does."""
    began, found = time.monotonic(), 0
    for seed in range(runs // BATCH):
        for what in differences(seed):
            found += 1
            print(what)
    print(f"{runs} due dates, {found} differences, {time.monotonic() - began:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
