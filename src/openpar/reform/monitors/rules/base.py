"""What every rule gives back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from openpar.reform.monitors.law import Law


@dataclass(frozen=True)
class Alarm:
    """One thing that is wrong: in words, since when (None: not known), by which rule of which source.

    `code` names the kind of lapse; `finding` is the code of the taxonomy, "" where it has none. A notice
    (`is_lapse` False) is shown and no more.
    """

    code: str
    text: str
    since: date | None = None
    source: str = ""
    finding: str = ""
    is_lapse: bool = True


@dataclass(frozen=True)
class Standing:
    """How an entry stands: its state, what that is called, the sign of the pages, and what is wrong."""

    state: str
    label: str
    pill: str
    alarms: tuple[Alarm, ...] = ()

    @property
    def has_lapsed(self) -> bool:
        return any(alarm.is_lapse for alarm in self.alarms)

    @property
    def since(self) -> date | None:
        """Since when the first of what is wrong is so; None when nothing is, or nobody knows."""
        days = [alarm.since for alarm in self.alarms if alarm.since is not None]
        return min(days, default=None)


Counts = Mapping[str, int | None]


def alarm(law: Law, code: str, text: str, since: date | None = None) -> Alarm:
    """A lapse of this kind under a law."""
    return Alarm(code, text, since, law.source, law.findings.get(code, ""))


def notice(law: Law, code: str, text: str, since: date | None = None) -> Alarm:
    """Something to look at that is no lapse."""
    return Alarm(code, text, since, law.source, is_lapse=False)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def has_come(day: date | None, on: date) -> bool:
    """Had it happened by the end of the day?"""
    return day is not None and day <= on
