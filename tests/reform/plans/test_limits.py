"""The time limits of plans are dated data, and reminders keep to them."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.common.dated_data import NoSuchRule
from openpar.reform.plans.limits import silence_within
from openpar.reform.plans.reminding import due_things
from tests.reform.plans.year import province_plan

DEADLINE = date(2026, 6, 30)


def test_the_rule_is_that_of_its_day(settings: Settings, tmp_path: Path) -> None:
    """Another number from a day on, as the province may settle it: the days before keep theirs."""
    assert silence_within(DEADLINE) == timedelta(days=60)
    with pytest.raises(NoSuchRule):
        silence_within(date(2011, 11, 7))
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "rules.yaml").write_text(
        "silence_within:\n"
        "  - {from: 2011-11-08, until: 2026-07-01, days: 60}\n"
        "  - {from: 2026-07-01, until: null, days: 45}\n"
    )
    settings.OPENPAR_DATA_DIR = tmp_path
    days = [silence_within(day).days for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert days == [60, 45]


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "expected"), [(60, {61: 0, 60: 2, 0: 2}), (30, {60: 0, 31: 0, 30: 2})])
def test_silence_is_told_as_near_to_the_deadline_as_the_data_say(
    days: int, expected: dict[int, int], settings: Settings, tmp_path: Path
) -> None:
    province_plan()
    shutil.copytree(Path(settings.OPENPAR_DATA_DIR), tmp_path / "data")
    rules = tmp_path / "data" / "plans" / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("days: 60", f"days: {days}"))
    settings.OPENPAR_DATA_DIR = tmp_path / "data"
    # Of the second quarter and of the communes: four obligations are due on that day, two tasks of two.
    found = {before: silent(DEADLINE - timedelta(days=before)) for before in expected}
    assert found == {before: count * 2 for before, count in expected.items()}


def silent(today: date) -> int:
    things = [thing for thing in due_things(today) if thing.kind == "task.no_progress"]
    return sum(thing.known_from is not None and thing.known_from <= today for thing in things)
