"""Of which years people are told that nobody has decided them, and from which day of the year on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as shipped_settings
from pytest_django.fixtures import Settings

from openpar.base.calendars.actions import begin_year, load_calendar
from openpar.base.calendars.files import shipped_calendar
from openpar.base.calendars.queries import UndecidedYear, undecided_years
from openpar.base.calendars.rules import years_to_have
from openpar.base.organisations.roles import operator
from tests.base.calendars.decided import decide
from tests.factories import MOMENT

LATE = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("day", "years"),
    [
        ("2026-01-01", (2026,)),
        ("2026-10-31", (2026,)),
        ("2026-11-01", (2026, 2027)),
        ("2026-12-31", (2026, 2027)),
        ("2027-01-01", (2027,)),
        # Before the rule: never early.
        ("2025-12-31", (2025,)),
    ],
)
def test_the_next_year_counts_from_the_first_of_november_on(day: str, years: tuple[int, ...]) -> None:
    assert years_to_have(date.fromisoformat(day)) == years


def test_the_day_is_data_and_holds_from_until(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_DATA_DIR = tmp_path
    (tmp_path / "working_calendars.yaml").write_text(
        "next_year:\n"
        "  - {from: 2026-01-01, until: 2027-01-01, warn_from: '12-15'}\n"
        "  - {from: 2027-01-01, until: null, warn_from: '09-30'}\n",
        encoding="utf-8",
    )
    assert years_to_have(date(2026, 12, 14)) == (2026,)
    assert years_to_have(date(2026, 12, 15)) == (2026, 2027)
    assert years_to_have(date(2027, 9, 29)) == (2027,)
    assert years_to_have(date(2027, 9, 30)) == (2027, 2028)


@pytest.mark.parametrize("written", ["13-01", "02-30", "november", "11"])
def test_a_day_that_is_none_is_refused(settings: Settings, tmp_path: Path, written: str) -> None:
    settings.OPENPAR_DATA_DIR = tmp_path
    (tmp_path / "working_calendars.yaml").write_text(
        f"next_year: [{{from: 2026-01-01, until: null, warn_from: '{written}'}}]", encoding="utf-8"
    )
    with pytest.raises(ValueError, match="MM-DD"):
        years_to_have(LATE)


@pytest.mark.django_db
def test_a_year_is_undecided_without_a_version_with_a_draft_and_with_an_estimate() -> None:
    assert undecided_years(LATE) == (UndecidedYear(2026, False), UndecidedYear(2027, False))
    decide(2026)
    begin_year(year=2027, by=operator("kiem-thu"), at=MOMENT)
    assert undecided_years(LATE) == (UndecidedYear(2027, False),)
    assert undecided_years(date(2026, 10, 31)) == ()


@pytest.mark.django_db
def test_the_shipped_estimate_is_undecided_until_a_decision_takes_its_place() -> None:
    file = shipped_calendar(shipped_settings.OPENPAR_DATA_DIR)
    load_calendar(file=file, by=operator("kiem-thu"), at=MOMENT)
    assert undecided_years(LATE) == (UndecidedYear(2027, True),)
    decide(2027)
    assert undecided_years(LATE) == ()
