"""Which backups stay: the last of seven days, four weeks, twelve months, and what others build on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpar.base.backups.kept import CHANGES, FULL, Kept, Retention, name_for, to_remove

START = datetime(2026, 1, 1, 18, 30, tzinfo=UTC)


def kept(at: datetime, kind: str = FULL, base: str = "") -> Kept:
    path = Path(name_for(at, kind))
    return Kept(
        path=path, kind=kind, taken_at=at, sha256="", data_sha256="", rows=0, files=frozenset(), base=base
    )


def staying(backups: list[Kept], at: datetime, retention: Retention | None = None) -> list[Kept]:
    gone = to_remove(backups, at=at, retention=retention or Retention())
    return [one for one in backups if one not in gone]


def test_a_year_of_nights_leaves_days_weeks_and_months() -> None:
    nights = [kept(START + timedelta(days=day)) for day in range(365)]
    left = staying(nights, nights[-1].taken_at)
    # Some nights are the last of a day, of a week and of a month at once.
    assert left[-7:] == nights[-7:]
    assert len({f"{one.taken_at + timedelta(hours=7):%Y-%m}" for one in left}) == 12
    assert 7 + 3 + 11 - 2 <= len(left) <= 7 + 3 + 11


def test_removing_twice_removes_nothing_more() -> None:
    nights = [kept(START + timedelta(days=day)) for day in range(100)]
    left = staying(nights, nights[-1].taken_at)
    assert staying(left, nights[-1].taken_at) == left


def test_the_newest_full_one_stays_however_old_it_is() -> None:
    only = [kept(START)]
    none_wanted = Retention(daily=0, weekly=0, monthly=0)
    assert staying(only, START + timedelta(days=4000), none_wanted) == only


def test_changes_stay_two_days_and_keep_what_they_build_on() -> None:
    first, second = kept(START), kept(START + timedelta(hours=1))
    fresh = kept(START + timedelta(hours=2), CHANGES, base=first.path.name)
    stale = kept(START - timedelta(days=3), CHANGES, base="gone")
    at = START + timedelta(hours=3)
    assert staying([stale, first, second, fresh], at) == [first, second, fresh]
    assert staying([first, second], at) == [second]


def test_the_day_is_that_of_viet_nam() -> None:
    before, after = kept(datetime(2026, 1, 1, 16, 59, tzinfo=UTC)), kept(datetime(2026, 1, 1, 17, tzinfo=UTC))
    assert staying([before, after], after.taken_at, Retention(2, 0, 0)) == [before, after]
