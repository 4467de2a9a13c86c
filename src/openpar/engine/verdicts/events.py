"""What happened to a dossier, in order, and the status that follows: one table of what may follow what.

The state is never entered: it is what the events make of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from openpar.engine.errors import EngineError
from openpar.engine.verdicts.rules import WaitKind
from openpar.engine.workdays.calendar import local

REGISTERED_STATUS, SUPPLEMENT_STATUS, PAYMENT_STATUS, DONE_STATUS, RETURNED_STATUS = 1, 5, 6, 9, 10


class EventKind(StrEnum):
    """Something that happened. RETURNED: the papers went back without a result; RESULT_RETURNED: the result
    was handed over."""

    REGISTERED = "REGISTERED"
    RECEIVED = "RECEIVED"
    REFUSED = "REFUSED"
    PROCESSING = "PROCESSING"
    SUPPLEMENT_ASKED = "SUPPLEMENT_ASKED"
    SUPPLEMENT_ANSWERED = "SUPPLEMENT_ANSWERED"
    PAYMENT_ASKED = "PAYMENT_ASKED"
    PAID = "PAID"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    EXTENDED = "EXTENDED"
    WITHDRAWN = "WITHDRAWN"
    RETURNED = "RETURNED"
    STOPPED = "STOPPED"
    DONE = "DONE"
    RESULT_RETURNED = "RESULT_RETURNED"


@dataclass(frozen=True, slots=True)
class Event:
    """One event, on a day or at a moment with a time zone. `new_due_on`: the date that an apology names."""

    kind: EventKind
    at: date
    new_due_on: date | None = None

    @property
    def on(self) -> date:
        """The legal day, Asia/Ho_Chi_Minh."""
        return legal_day(self.at)


@dataclass(frozen=True, slots=True)
class Status:
    """One of the ten national statuses; `clock`: not_started, running, stopped, ended, none."""

    code: int
    name: str
    group: str
    clock: str


@dataclass(frozen=True, slots=True)
class Statuses:
    """The statuses, what may follow what, and where an event leads by itself."""

    statuses: tuple[Status, ...]
    transitions: Mapping[int, tuple[int, ...]]
    of_event: Mapping[EventKind, int]

    def status(self, code: int) -> Status:
        """The status with this code. Raises KeyError."""
        return {each.code: each for each in self.statuses}[code]

    def may_follow(self, code: int, following: int) -> bool:
        """May a dossier go from one status to the other?"""
        return following in self.transitions[code]


@dataclass(frozen=True, slots=True)
class EventProblem:
    """One event that cannot have happened so: its number from 1, what is wrong, and how to say it."""

    number: int
    code: str
    sentence: str


class BadEvents(EngineError):
    """Events that contradict each other; carries every problem found."""

    def __init__(self, problems: tuple[EventProblem, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(each.sentence for each in problems))


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody else has to act, from `begins` on; `ends` is None while it lasts.

    A dossier that is finished waits no more: then `is_answered` is False.
    """

    kind: WaitKind
    begins: date
    ends: date | None
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What the events make of a dossier: the status after each, the waiting after reception, the last status.

    `skipped_done`: the result was handed over though nobody recorded that the dossier was done.
    """

    after_each: tuple[int, ...]
    waits: tuple[Wait, ...]
    skipped_done: bool

    @property
    def status(self) -> int:
        """Where it is now."""
        return self.after_each[-1] if self.after_each else REGISTERED_STATUS


_BEGINS = {
    EventKind.SUPPLEMENT_ASKED: WaitKind.SUPPLEMENT,
    EventKind.PAYMENT_ASKED: WaitKind.PAYMENT,
    EventKind.PAUSED: WaitKind.PAUSE,
}
_ENDS = {
    EventKind.SUPPLEMENT_ANSWERED: WaitKind.SUPPLEMENT,
    EventKind.PAID: WaitKind.PAYMENT,
    EventKind.RESUMED: WaitKind.PAUSE,
}
# What a dossier that waits may still do besides what it waits for: end.
_LEAVES = {
    EventKind.WITHDRAWN,
    EventKind.RETURNED,
    EventKind.STOPPED,
    EventKind.DONE,
    EventKind.RESULT_RETURNED,
    EventKind.EXTENDED,
}
_IN_PROCESS = (2, 4)


def follow(statuses: Statuses, events: Sequence[Event]) -> Course:
    """The course of a dossier. Raises BadEvents with every event that cannot follow what was before it.

    A dossier begins as registered, whether or not an event says so.
    """
    check_zones(events)
    walk = _Walk(statuses)
    for number, event in enumerate(events, 1):
        walk.take(number, event)
    if walk.problems:
        raise BadEvents(tuple(walk.problems))
    return Course(tuple(walk.after_each), walk.all_waits(), walk.skipped_done)


def check_zones(events: Sequence[Event]) -> None:
    """Raises BadEvents for moments without a time zone: their legal day cannot be told."""
    problems = tuple(
        EventProblem(number, "ZONE", f"Sự kiện {number}: {event.kind} lúc {event.at} không có múi giờ.")
        for number, event in enumerate(events, 1)
        if isinstance(event.at, datetime) and event.at.tzinfo is None
    )
    if problems:
        raise BadEvents(problems)


class _Walk:
    """The state while the events are read one by one."""

    def __init__(self, statuses: Statuses) -> None:
        self.statuses = statuses
        self.now = REGISTERED_STATUS
        self.before_waiting = REGISTERED_STATUS
        self.waiting: tuple[WaitKind, date] | None = None
        self.last: Event | None = None
        self.is_received = self.skipped_done = False
        self.after_each: list[int] = []
        self.waits: list[Wait] = []
        self.problems: list[EventProblem] = []

    def take(self, number: int, event: Event) -> None:
        """One more event."""
        if self.last is not None and is_before(event.at, self.last.at):
            self._problem(
                number, "ORDER", f"{event.kind} ({day_words(event.on)}) đứng sau {day_words(self.last.on)}"
            )
        self.last = event
        following = self._following(event)
        if following is None:
            where = f"“{self.statuses.status(self.now).name}”"
            waiting = "" if self.waiting is None else ", đang chờ"
            self._problem(number, "TRANSITION", f"{event.kind} không thể theo sau {where}{waiting}")
        else:
            self._go(event, following)
        self.after_each.append(self.now)

    def all_waits(self) -> tuple[Wait, ...]:
        """The waiting after reception, the one that still lasts at the end."""
        if self.waiting is None or not self.is_received:
            return tuple(self.waits)
        return (*self.waits, Wait(*self.waiting, None))

    def _following(self, event: Event) -> int | None:
        """The status after the event; None if it cannot happen now."""
        kind = event.kind
        if kind in _ENDS:
            return self._after_waiting(kind)
        if self.waiting is not None and not self._may_happen_while_waiting(kind):
            return None
        if kind is EventKind.PAUSED:
            return self.now if self.now in _IN_PROCESS else None
        if kind is EventKind.EXTENDED:
            status = self.statuses.status(self.now)
            return self.now if self.is_received and status.clock in ("running", "stopped") else None
        following = self.statuses.of_event[kind]
        if following == self.now and kind in (EventKind.REGISTERED, EventKind.PROCESSING):
            return following
        if self.statuses.may_follow(self.now, following):
            return following
        if following == RETURNED_STATUS and self.statuses.may_follow(self.now, DONE_STATUS):
            self.skipped_done = True
            return following
        return None

    def _may_happen_while_waiting(self, kind: EventKind) -> bool:
        # Before reception the answer to a request is that the dossier is received.
        return kind in _LEAVES or (kind is EventKind.RECEIVED and not self.is_received)

    def _after_waiting(self, kind: EventKind) -> int | None:
        if self.waiting is None or self.waiting[0] is not _ENDS[kind]:
            return None
        if kind is EventKind.PAID:
            return self.statuses.of_event[kind]
        before = self.before_waiting
        return before if kind is EventKind.RESUMED or self.statuses.may_follow(self.now, before) else self.now

    def _go(self, event: Event, following: int) -> None:
        if event.kind in _BEGINS:
            self.before_waiting = self.now
            self.waiting = _BEGINS[event.kind], event.at
        elif event.kind in _ENDS or (event.kind in _LEAVES and event.kind is not EventKind.EXTENDED):
            self._end_waiting(event.at, is_answered=event.kind in _ENDS)
        elif event.kind is EventKind.RECEIVED:
            # What was asked before reception is no waiting of the clock, which begins only now.
            self.waiting, self.is_received = None, True
        self.now = following

    def _end_waiting(self, at: date, *, is_answered: bool) -> None:
        if self.waiting is not None and self.is_received:
            self.waits.append(Wait(*self.waiting, at, is_answered))
        self.waiting = None

    def _problem(self, number: int, code: str, what: str) -> None:
        self.problems.append(EventProblem(number, code, f"Sự kiện {number}: {what}."))


def is_before(one: date, other: date) -> bool:
    """Is one earlier than the other? Where only a day is known, only days are compared."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return legal_day(one) < legal_day(other)


def legal_day(at: date) -> date:
    """The day in Viet Nam of a moment with a time zone, or the day itself."""
    return local(at).date() if isinstance(at, datetime) else at


def day_words(day: date) -> str:
    """21/11/2026."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
