"""What is told of many dossiers, as arrays; and of one of them, as the events of the plain engine.

Moments stand on the clocks of Việt Nam (datetime64[us], NaT: not told); one at exactly 00:00 is a day of
which the hour is not known. The two readings, by arrays and by events, say the same; tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.delivery.dossiers.words import Status
from openpar.engine.verdicts import Event, EventKind, Terms
from openpar.engine.workdays import Limit, Unit
from openpar.engine.workdays.calendar import VIETNAM

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]
UNITS = (Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.HOUR, Unit.SAME_DAY)
_NAT = np.datetime64("NaT", "us")
_DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class Told:
    """Columns of one length. `amounts` 0: no limit is known; `units`: places in UNITS; `supplements`: how
    many requests, -1 when not told; `calendars`: a place in the list of calendars that goes with them.
    """

    status: Numbers
    is_returned: Flags
    received: Moments
    due_on: npt.NDArray[np.datetime64]
    finished: Moments
    handed_over: Moments
    refused: Moments
    supplement_asked: Moments
    supplement_answered: Moments
    supplements: Numbers
    payment_asked: Moments
    paid: Moments
    paused: Moments
    resumed: Moments
    amounts: Ints
    units: Ints
    calendars: Ints

    def __len__(self) -> int:
        return len(self.status)

    def taken(self, rows: npt.NDArray[np.intp] | Flags | slice) -> Told:
        """Only these rows."""
        return Told(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def known_on(self, on: date) -> Told:
        """As it was known at the end of a day: what is told of later moments is not known yet, and neither
        is a status that came of them.

        A list that says "waiting" and not since when is taken to wait since the last thing before.
        """
        latest = np.datetime64(on) + np.timedelta64(1, "D")
        seen = {name: np.where(getattr(self, name) < latest, getattr(self, name), _NAT) for name in _MOMENTS}
        status = self._status_before(latest, seen)
        for waiting, asked, others in (
            (Status.SUPPLEMENT, "supplement_asked", ("paid", "resumed")),
            (Status.PAYMENT, "payment_asked", ("supplement_answered", "resumed")),
        ):
            silent = (status == waiting) & np.isnat(seen[asked])
            before = [seen["received"], *(seen[name] for name in others)]
            seen[asked] = np.where(silent, np.fmax.reduce(before), seen[asked])
        return replace(self, status=status, **seen)

    def _status_before(self, latest: np.datetime64, seen: Mapping[str, Moments]) -> Ints:
        """The status of each row before a moment: that of now, unless something told of later led to it; then
        that of the waiting that lasted, else "in process".
        """
        status = self.status
        is_later = {name: getattr(self, name) >= latest for name in _MOMENTS}
        if not any(later.any() for later in is_later.values()):
            return status
        left = [seen["finished"], seen["handed_over"]], [is_later["finished"], is_later["handed_over"]]
        done = (status == Status.DONE) | (status == Status.RESULT_RETURNED)
        gone = (status == Status.WITHDRAWN) | (status == Status.STOPPED)
        changed = done & _first_is_later(*left)
        changed |= gone & _first_is_later([seen["refused"], *left[0]], [is_later["refused"], *left[1]])
        changed |= (status == Status.SUPPLEMENT) & is_later["supplement_asked"]
        changed |= (status == Status.PAYMENT) & is_later["payment_asked"]
        lasting = [
            (waiting, ~np.isnat(seen[asked]) & is_later[answered]) for asked, answered, waiting in _WAITING
        ]
        running = (status != Status.REGISTERED) & (status != Status.NOT_ACCEPTED)
        changed = running & np.logical_or.reduce([changed, *(lasts for _waiting, lasts in lasting)])
        # Of which no end is told lasted, too, where nothing else is known to have lasted.
        for asked, answered, waiting in _WAITING:
            lasting.append((waiting, ~np.isnat(seen[asked]) & np.isnat(getattr(self, answered))))
        found = np.where(changed, int(Status.PROCESSING), status)
        free = changed.copy()
        for waiting, lasts in lasting:
            found[free & lasts] = waiting
            free &= ~lasts
        return found


_WAITING = (
    ("supplement_asked", "supplement_answered", Status.SUPPLEMENT),
    ("payment_asked", "paid", Status.PAYMENT),
    ("paused", "resumed", Status.PROCESSING),
)
_MOMENTS = (
    *("received", "finished", "handed_over", "refused", "supplement_asked", "supplement_answered"),
    *("payment_asked", "paid", "paused", "resumed"),
)


def _first_is_later(seen: Sequence[Moments], is_later: Sequence[Flags]) -> Flags:
    """Does the first of several moments that is told lie later than what is seen?"""
    found = np.zeros(len(seen[0]), np.bool_)
    open_still = np.ones(len(seen[0]), np.bool_)
    for moments, later in zip(seen, is_later, strict=True):
        found |= open_still & later
        open_still &= np.isnat(moments) & ~later
    return found


def has_hour(moments: Moments) -> Flags:
    """Where more is known than the day."""
    found: Flags = (moments.view(np.int64) % _DAY_MICROSECONDS != 0) & ~np.isnat(moments)
    return found


def is_before(one: Moments, other: Moments) -> Flags:
    """Is one earlier than the other? Where only a day is known, only days are compared; NaT is never."""
    days = (one.astype("datetime64[D]")) < (other.astype("datetime64[D]"))
    found: Flags = np.where(has_hour(one) & has_hour(other), one < other, days)
    return found


# --- one dossier, in plain Python ---------------------------------------------------------------------------

_KINDS = (
    ("supplement_asked", "supplement_answered", EventKind.SUPPLEMENT_ASKED, EventKind.SUPPLEMENT_ANSWERED),
    ("payment_asked", "paid", EventKind.PAYMENT_ASKED, EventKind.PAID),
    ("paused", "resumed", EventKind.PAUSED, EventKind.RESUMED),
)
_OPEN_WHILE = {
    EventKind.SUPPLEMENT_ASKED: (Status.SUPPLEMENT,),
    EventKind.PAYMENT_ASKED: (Status.PAYMENT,),
    EventKind.PAUSED: (Status.RECEIVED, Status.PROCESSING),
}
_DONE = (Status.DONE, Status.RESULT_RETURNED)


@dataclass(frozen=True)
class OneTold:
    """One dossier: terms and events as `engine.verdicts.judge` takes them."""

    terms: Terms
    events: tuple[Event, ...]


@dataclass(frozen=True)
class _Wait:
    begins: date
    ends: date | None
    asks: EventKind
    answers: EventKind


def one_told(told: Told, row: int, on: date) -> OneTold:
    """One of the dossiers in the words of the plain engine; waiting that contradicts itself is left out."""
    known = told.taken(slice(row, row + 1)).known_on(on)
    status = int(known.status[0])
    due = None if np.isnat(known.due_on[0]) else known.due_on[0].astype(object)
    received = _plain(known.received)
    if status in (Status.REGISTERED, Status.NOT_ACCEPTED) or received is None:
        return OneTold(Terms(None, due), tuple(_not_received(status, on)))
    end = _end(known, status, received)
    waits = _waits(known, status, received, None if end is None else end.at)
    if not isinstance(received, datetime) or any(not isinstance(at, datetime) for at in _edges(waits)):
        received = _day(received)
        waits = [replace(one, begins=_day(one.begins), ends=one.ends and _day(one.ends)) for one in waits]
    events = [
        Event(EventKind.RECEIVED, received),
        *_waiting(_in_order(waits), int(known.supplements[0]), received),
    ]
    if end is not None:
        events.append(end)
    return OneTold(Terms(_limit(known, received), due), tuple(events))


def _plain(moments: Moments) -> date | None:
    """The first of them: a moment of Việt Nam, a day where the hour is not known."""
    if np.isnat(moments[0]):
        return None
    found: datetime = moments[0].astype("datetime64[us]").astype(object)
    return found.replace(tzinfo=VIETNAM) if bool(has_hour(moments[:1])[0]) else found.date()


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _edges(waits: Sequence[_Wait]) -> list[date]:
    return [at for one in waits for at in (one.begins, one.ends) if at is not None]


def _not_received(status: int, on: date) -> list[Event]:
    kinds = {Status.NOT_ACCEPTED: EventKind.REFUSED, Status.WITHDRAWN: EventKind.WITHDRAWN}
    return [Event(kinds[Status(status)], on)] if status in kinds else []


def _end(known: Told, status: int, received: date) -> Event | None:
    finished, handed, refused = (_plain(at) for at in (known.finished, known.handed_over, known.refused))
    if status in _DONE:
        if finished is not None:
            return Event(EventKind.DONE, finished)
        return None if handed is None else Event(EventKind.RESULT_RETURNED, handed)
    if status not in (Status.WITHDRAWN, Status.STOPPED):
        return None
    kind = EventKind.WITHDRAWN
    if status == Status.STOPPED:
        kind = EventKind.RETURNED if known.is_returned[0] else EventKind.STOPPED
    return Event(kind, refused or finished or handed or received)


def _waits(known: Told, status: int, received: date, end: date | None) -> list[_Wait]:
    found = []
    for asked, answered, asks, answers in _KINDS:
        begins, ends = _plain(getattr(known, asked)), _plain(getattr(known, answered))
        if begins is None or _before(begins, received) or (ends is not None and _before(ends, begins)):
            continue
        if ends is None and (end is not None or status not in _OPEN_WHILE[asks]):
            continue
        if end is not None and ends is not None and _before(end, ends):
            continue
        found.append(_Wait(begins, ends, asks, answers))
    return found


def _before(one: date, other: date) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return _day(one) < _day(other)


def _in_order(waits: Sequence[_Wait]) -> list[_Wait]:
    """One after the other; one that begins while another lasts is left out."""
    kept: list[_Wait] = []
    for one in sorted(waits, key=lambda one: one.begins):
        if not kept or (kept[-1].ends is not None and not _before(one.begins, kept[-1].ends)):
            kept.append(one)
    return kept


def _waiting(waits: Sequence[_Wait], supplements: int, received: date) -> list[Event]:
    """The events of waiting. Of several requests the dates of one are told; the others take no time."""
    asked, answered = EventKind.SUPPLEMENT_ASKED, EventKind.SUPPLEMENT_ANSWERED
    more = max(supplements - 1, 0)
    told = next((one for one in waits if one.asks is asked), None)
    events = []
    if told is None or told.ends is None:
        count = supplements if told is None and supplements > 1 else more
        events += [Event(kind, received) for _time in range(count) for kind in (asked, answered)]
    for one in waits:
        events.append(Event(one.asks, one.begins))
        if one.ends is not None:
            events.append(Event(one.answers, one.ends))
            if one is told:
                events += [Event(kind, one.ends) for _time in range(more) for kind in (asked, answered)]
    return events


def _limit(known: Told, received: date) -> Limit | None:
    amount, unit = int(known.amounts[0]), UNITS[int(known.units[0])]
    if not amount or (unit is Unit.HOUR and not isinstance(received, datetime)):
        return None
    return Limit(amount, unit)


def utc(local: Moments) -> Moments:
    """Moments of the clocks of Việt Nam as the store keeps them."""
    return local - np.timedelta64(7, "h")


def local(moment: datetime) -> np.datetime64:
    """An aware moment on the clocks of Việt Nam."""
    return np.datetime64((moment.astimezone(UTC) + timedelta(hours=7)).replace(tzinfo=None), "us")
