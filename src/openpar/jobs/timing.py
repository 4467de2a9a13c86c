"""When a job is due; plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from openpar.common.formats import VIETNAM

# A job at a time of day that failed tries again after this long, not only tomorrow.
RETRY = timedelta(minutes=15)


def always() -> bool:
    """Most jobs are always wanted."""
    return True


@dataclass(frozen=True)
class Job:
    """One line of the schedule: `every` so often, or daily at a time of day in Việt Nam.

    `run` takes the moment, does the work, and says in a sentence what it did; it may be run twice without
    harm. Long jobs run in a process of their own, so that nothing waits for them.
    """

    name: str
    run: Callable[[datetime], str]
    every: timedelta | None = None
    daily_at: time | None = None
    is_long: bool = False
    is_wanted: Callable[[], bool] = always

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError(f"{self.name}: give either `every` or `daily_at`")


def due_at(job: Job, *, last_started: datetime | None, failed: bool, at: datetime) -> datetime:
    """When `job` has to start next; a moment not after `at` means now, also for a run that was missed.

    However many runs were missed, one catches up.
    """
    if last_started is None:
        return at
    if job.every is not None:
        return last_started + job.every
    if failed:
        return last_started + RETRY
    return _next_daily(job.daily_at or time(), after=last_started)


def _next_daily(when: time, *, after: datetime) -> datetime:
    """The first moment with this time of day in Việt Nam that lies after `after`."""
    local = after.astimezone(VIETNAM)
    today = datetime.combine(local.date(), when, tzinfo=VIETNAM)
    return today if today > local else today + timedelta(days=1)
