"""Which edition of which calendar each dossier is judged with.

What has ended keeps the edition that was in force when it ended; what is open has the newest (dossiers.md
4.1). What ended before there was any edition has the first that knows its days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from openpar.base.calendars.columns import CalendarColumns
from openpar.base.calendars.queries import (
    EditionInForce,
    editions_in_force,
    hours_in_force,
    work_calendar,
)
from openpar.delivery.dossiers.judging import ends_of
from openpar.delivery.dossiers.reading.rows import Coded
from openpar.delivery.dossiers.told import Told, local
from openpar.engine.workdays import WorkCalendar

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_LAST_DAY = np.datetime64("9999-12-31", "D")
_DAY = np.timedelta64(1, "D")
_FIRST_DAY = np.datetime64("0001-01-01", "D")


@dataclass(frozen=True)
class Calendars:
    """The calendars of some agencies in every edition, as known at the end of the day `on`.

    `scopes`: the agencies with the numbers of their organisations, where office hours may differ; None is
    the national calendar.
    """

    editions: tuple[EditionInForce, ...]
    scopes: Mapping[str, int | None]
    on: date

    @property
    def edition(self) -> int:
        """The number of the edition of `on`."""
        return self.editions[self._place_on()].number

    def placed(self, told: Told, agencies: Coded, *, newest: Flags | None = None) -> Placed:
        """The calendar of every row; those of `newest` have the newest edition, whatever became of them."""
        places = self._editions_of(told)
        if newest is not None:
            places = np.where(newest, self._place_on(), places)
        return self._placed(told, agencies, places)

    def placed_as_received(self, told: Told, agencies: Coded) -> Placed:
        """The calendar of every row that was in force when it was received."""
        return self._placed(told, agencies, self._in_force_at(told.received, told))

    def _placed(self, told: Told, agencies: Coded, places: Ints) -> Placed:
        calendars: list[CalendarColumns] = []
        table = np.zeros((len(self.editions), max(len(agencies.words), 1)), np.int64)
        numbers: dict[int, int] = {}
        for edition in np.flatnonzero(np.bincount(places, minlength=1)).tolist():
            for agency, calendar in enumerate(self._of_agencies(edition, agencies.words)):
                if id(calendar) not in numbers:
                    numbers[id(calendar)] = len(calendars)
                    calendars.append(_columns(calendar))
                table[edition, agency] = numbers[id(calendar)]
        every = np.array([one.number for one in self.editions], np.int64)
        return Placed(
            tuple(calendars),
            every[places],
            replace(told, calendars=table[places, np.maximum(agencies.places, 0)]),
        )

    def _of_agencies(self, edition: int, agencies: Sequence[str]) -> list[WorkCalendar]:
        number = self.editions[edition].number
        nation = work_calendar(edition=number)
        found = []
        for key in agencies:
            scope = self.scopes.get(key)
            found.append(
                nation if scope is None else work_calendar(edition=number, organisation_id=scope, on=self.on)
            )
        return found or [nation]

    def _place_on(self) -> int:
        """The newest edition of the evening of `on`; the first one before there is any."""
        return max(int(np.searchsorted(self._since(), _evening(self.on), side="right")) - 1, 0)

    def _since(self) -> npt.NDArray[np.datetime64]:
        return np.array([local(one.since) for one in self.editions], "datetime64[us]")

    def _editions_of(self, told: Told) -> Ints:
        """Places of the editions, row by row."""
        if len(self.editions) == 1:
            return np.zeros(len(told), np.int64)
        _accepted, outcome, end = ends_of(told.known_on(self.on))
        return self._in_force_at(np.where(outcome > 0, end, np.datetime64("NaT", "us")), told)

    def _in_force_at(self, end: npt.NDArray[np.datetime64], told: Told) -> Ints:
        """The editions of these moments, of `on` where there is none; each knows the days of its row."""
        here = self._place_on()
        found = np.full(len(told), here, np.int64)
        ended = ~np.isnat(end)
        found[ended] = np.minimum(np.searchsorted(self._since(), end[ended], side="right") - 1, here)
        # The years that an edition knows only become more, in either direction.
        first = np.array([one.first for one in self.editions], "datetime64[D]")
        last = np.array([one.last for one in self.editions], "datetime64[D]")
        begins = _known(told.received.astype("datetime64[D]"), _LAST_DAY)
        until = np.maximum(_known(told.due_on, _FIRST_DAY), _known(end.astype("datetime64[D]"), _FIRST_DAY))
        knows_first = np.searchsorted(-first.astype(np.int64), -begins.astype(np.int64))
        knows_last = np.searchsorted(last.astype(np.int64), until.astype(np.int64))
        found = np.maximum(np.maximum(found, 0), np.maximum(knows_first, knows_last))
        return np.minimum(found, len(self.editions) - 1)


@dataclass(frozen=True)
class Placed:
    """Rows with their calendars (`told.calendars` are places in `calendars`) and the numbers of editions."""

    calendars: tuple[CalendarColumns, ...]
    editions: Ints
    told: Told


def calendars_of(agencies: Sequence[str], ids: Mapping[str, int], on: date) -> Calendars:
    """Every edition for these agencies. Raises CalendarMissing before the first."""
    editions = editions_in_force()
    if not editions:
        # Says what is missing, and what to do.
        work_calendar()
    differ = hours_in_force().filter(organisation__isnull=False).exists()
    return Calendars(editions, {key: ids.get(key) if differ else None for key in agencies}, on)


def edition_of_day(on: date) -> int:
    """The number of the edition that open dossiers are judged with on a day. Raises CalendarMissing."""
    return calendars_of((), {}, on).edition


@lru_cache(maxsize=64)
def _columns(calendar: WorkCalendar) -> CalendarColumns:
    """Tables of a calendar; calendars are kept by `calendars.queries` and never altered."""
    return CalendarColumns(calendar)


def _known(days: npt.NDArray[np.datetime64], otherwise: np.datetime64) -> npt.NDArray[np.datetime64]:
    return np.where(np.isnat(days), otherwise, days)


def _evening(day: date) -> np.datetime64:
    """The last moment of a day."""
    last: np.datetime64 = np.datetime64(day, "us") + _DAY - np.timedelta64(1, "us")
    return last
