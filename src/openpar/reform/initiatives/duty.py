"""Which models owe an evaluation in which report periods, and what takes part in contests: the data, by date.

data/initiatives/evaluation.yaml says it; read once. `ran_in` is the whole rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from openpar.common.errors import Gap
from openpar.common.wording import gettext as _
from openpar.common.yaml_files import data_of
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, period
from openpar.reform.initiatives.errors import InitiativeRefused
from openpar.reform.initiatives.models import Kind, Level

T = TypeVar("T")


@dataclass(frozen=True)
class PeriodKey:
    """A report period as it is stored: kind and number within a reform year."""

    kind: PeriodKind
    year: int
    number: int = 1

    @property
    def days(self) -> Period:
        """With its days. Raises InitiativeRefused for a period that does not exist."""
        try:
            return period(Calendar.REFORM, self.kind, self.year, self.number)
        except BadPeriod as bad:
            raise InitiativeRefused(Gap(_("Kỳ báo cáo"), str(bad), code="no-period")) from bad


@dataclass(frozen=True)
class Duty:
    """What is owed: by which kinds, in which periods, called what when it is missing, and who says so."""

    kinds: frozenset[Kind]
    periods: tuple[tuple[PeriodKind, int], ...]
    finding: str
    too_few_finding: str
    due_days: int
    asked_for_days: int
    source: str
    certainty: str

    def periods_of(self, year: int) -> tuple[PeriodKey, ...]:
        """The report periods of a reform year, in the order of their last days."""
        keys = (PeriodKey(kind, year, number) for kind, number in self.periods)
        return tuple(sorted(keys, key=lambda key: (key.days.until_on, key.days.from_on)))

    def due_on(self, during: Period) -> date:
        """The last day on which an evaluation of this period is in time for the report."""
        return during.legal_until_on + timedelta(days=self.due_days)

    def is_asked_for(self, during: Period, today: date, *, ahead: timedelta) -> bool:
        """Is an evaluation asked for: from the first day of the period, at most `ahead` of the day it is due,
        until so many days after that?
        """
        left = self.due_on(during) - today
        return during.from_on <= today and timedelta(days=-self.asked_for_days) <= left <= ahead


def ran_in(started_on: date | None, stopped_on: date | None, during: Period) -> bool:
    """Did it run on at least one day of the period? `stopped_on` is its last day; both ends are included."""
    if started_on is None or started_on > during.until_on:
        return False
    return stopped_on is None or stopped_on >= during.from_on


def duty_on(day: date) -> Duty:
    """What was owed on a day; before the first day of the data, what they say first."""
    duties = _duties(_file())
    return _on(max(day, duties[0][0]), "evaluation", duties)


def contest_level_on(day: date) -> Level | None:
    """The level of recognition without which nothing takes part in a contest; None where none is asked."""
    try:
        return _on(day, "contests", _contests(_file()))
    except LookupError:
        return None


def reported_models() -> list[dict[str, Any]]:
    """The models that newspapers named (data/initiatives/reported_models.yaml), for the demo."""
    path = Path(settings.OPENPAR_DATA_DIR) / "initiatives" / "reported_models.yaml"
    found: list[dict[str, Any]] = data_of(path)["models"]
    return found


def _file() -> Path:
    return Path(settings.OPENPAR_DATA_DIR) / "initiatives" / "evaluation.yaml"


def _on(day: date, name: str, entries: tuple[tuple[date, date | None, T], ...]) -> T:
    for since, until, entry in entries:
        if since <= day and (until is None or day < until):
            return entry
    raise LookupError(f"{name} of data/initiatives/evaluation.yaml says nothing for {day}")


@lru_cache(maxsize=4)
def _duties(path: Path) -> tuple[tuple[date, date | None, Duty], ...]:
    entries = data_of(path)["evaluation"]
    return tuple((one["from"], one["until"], _duty(one)) for one in entries)


def _duty(given: dict[str, Any]) -> Duty:
    return Duty(
        kinds=frozenset(map(Kind, given["kinds"])),
        periods=tuple((PeriodKind(one["kind"]), int(one["number"])) for one in given["periods"]),
        finding=given["finding"],
        too_few_finding=given["too_few_finding"],
        due_days=int(given["due_days"]),
        asked_for_days=int(given["asked_for_days"]),
        source=given["source"],
        certainty=given["certainty"],
    )


@lru_cache(maxsize=4)
def _contests(path: Path) -> tuple[tuple[date, date | None, Level], ...]:
    entries = data_of(path)["contests"]
    return tuple((one["from"], one["until"], Level(one["needs_recognition"])) for one in entries)
