"""When a job is due."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from openpar.common.formats import VIETNAM
from openpar.jobs.schedule import JOBS
from openpar.jobs.timing import Job, due_at


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=VIETNAM)


def nothing(_at: datetime) -> str:
    return ""


OFTEN = Job("often", run=nothing, every=timedelta(seconds=30))
NIGHTLY = Job("nightly", run=nothing, daily_at=time(1, 30))


@pytest.mark.parametrize(
    ("job", "last", "failed", "now", "expected"),
    [
        (OFTEN, None, False, at(1, 8), at(1, 8)),
        (OFTEN, at(1, 8), False, at(1, 8), at(1, 8) + timedelta(seconds=30)),
        (OFTEN, at(1, 8), True, at(1, 8), at(1, 8) + timedelta(seconds=30)),
        (NIGHTLY, None, False, at(1, 8), at(1, 8)),
        (NIGHTLY, at(1, 1, 30), False, at(1, 8), at(2, 1, 30)),
        (NIGHTLY, at(1, 1, 29), False, at(1, 8), at(1, 1, 30)),
        # The machine was off for a week: one run catches up, and the next is tonight's.
        (NIGHTLY, at(1, 1, 30), False, at(9, 8), at(2, 1, 30)),
        (NIGHTLY, at(9, 8), False, at(9, 8), at(10, 1, 30)),
        (NIGHTLY, at(1, 1, 30), True, at(1, 1, 40), at(1, 1, 45)),
    ],
)
def test_a_job_is_due(
    job: Job, last: datetime | None, failed: bool, now: datetime, expected: datetime
) -> None:
    assert due_at(job, last_started=last, failed=failed, at=now) == expected


def test_a_job_has_one_way_to_be_due() -> None:
    with pytest.raises(ValueError, match="both"):
        Job("both", run=nothing, every=timedelta(1), daily_at=time(1))
    with pytest.raises(ValueError, match="none"):
        Job("none", run=nothing)


def test_names_are_given_once() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_what_may_be_lost_stays_below_five_minutes() -> None:
    [changes] = [job for job in JOBS if job.name == "changes_backup"]
    assert changes.every is not None
    assert changes.every <= timedelta(minutes=4)
    assert changes.is_long
