"""Verdicts of many dossiers at once are those of the plain engine, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openpar.base.calendars.columns import CalendarColumns
from openpar.base.calendars.files import shipped_calendar
from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.judging import Judged, judge_all, last_days_to_apologise
from openpar.delivery.dossiers.told import Told, one_told
from openpar.delivery.dossiers.words import INDEX_LATE, INDEX_ON_TIME, NOT_COUNTED, VERDICTS
from openpar.engine.verdicts import (
    BadEvents,
    VerdictRules,
    Verdicts,
    WaitKind,
    judge,
    last_day_to_apologise,
)
from openpar.engine.workdays import PauseKind
from tests.delivery.dossiers.random_told import ON, random_told

CALENDAR = shipped_calendar(Path(__file__).resolve().parents[3] / "data").calendar()
COLUMNS = CalendarColumns(CALENDAR)
(RULES,) = law.verdict_rules()
_INDEX = {None: NOT_COUNTED, True: INDEX_ON_TIME, False: INDEX_LATE}


def said_plainly(found: Verdicts) -> tuple[object, ...]:
    return (
        found.legal.verdict,
        _INDEX[found.index.is_on_time],
        found.original_due_on,
        found.legal.due_on,
    )


def said_in_columns(found: Judged, row: int) -> tuple[object, ...]:
    days = [found.original_due_on[row], found.due_on[row]]
    verdict = VERDICTS[int(found.verdict[row]) - 1]
    return (
        verdict,
        int(found.index_verdict[row]),
        *(day.astype("datetime64[D]").astype(object) for day in days),
    )


def compared(told: Told, rules: VerdictRules, on: date = ON) -> Counter[object]:
    """Every row by both; how often each verdict came out, and what the plain engine refused."""
    found = judge_all(told, [COLUMNS], rules, on)
    seen: Counter[object] = Counter()
    for row in range(len(told)):
        one = one_told(told, row, on)
        try:
            plainly = judge(CALENDAR, law.statuses(), rules, one.terms, one.events, on)
        except BadEvents:
            seen["refused"] += 1
            continue
        assert said_in_columns(found, row) == said_plainly(plainly), (row, one)
        seen[plainly.legal.verdict] += 1
    return seen


def test_both_verdicts_of_twenty_thousand_random_dossiers_are_those_of_the_engine() -> None:
    seen = compared(random_told(1, 20_000), RULES)
    assert set(VERDICTS) <= set(seen)
    # What ended before it was received has no course of events; lists have such rows all the same.
    assert seen["refused"] < 400


@pytest.mark.parametrize(
    "changes",
    [
        {"supplement": PauseKind.STOPS, "subtracts_working_days": False},
        {"supplements_allowed": 0, "stops": frozenset()},
        {"supplements_allowed": 2, "more_supplements_are_late": False},
        {"subtracted": frozenset(WaitKind), "no_due_date_is_on_time": False},
    ],
    ids=[
        "stops, calendar days",
        "no supplements, nothing stops",
        "two supplements",
        "all waiting subtracted",
    ],
)
def test_so_they_are_under_other_rules(changes: dict[str, Any]) -> None:
    compared(random_told(2, 2_500), replace(RULES, **changes))


def test_a_verdict_that_ignores_the_supplement_would_be_noticed() -> None:
    told = random_told(3, 2_000)
    forgotten = replace(told, supplement_answered=np.full(len(told), np.datetime64("NaT", "us")))
    found, planted = (judge_all(each, [COLUMNS], RULES, ON) for each in (told, forgotten))
    assert (found.verdict != planted.verdict).sum() > 20


def test_the_last_day_to_apologise_is_that_of_the_engine() -> None:
    days = np.arange(np.datetime64("2025-01-20"), np.datetime64("2026-10-20"))
    for before in (1, 2, 3):
        rules = replace(RULES, apology_working_days_before=before)
        plainly = [last_day_to_apologise(CALENDAR, rules, day.astype(object)) for day in days]
        assert last_days_to_apologise(COLUMNS, days, before).tolist() == plainly
