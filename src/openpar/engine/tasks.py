"""Counting tasks: four end states that add up to what was assigned, on any day, and two readings of “done”.

“Đã triển khai” (work has begun) is not “đã hoàn thành” (confirmed): VP UBND tỉnh Sơn La wrote both of the
same 30 of 50 tasks (06/2022). What was dropped by a document is in no count; what is secret never
comes in here.
"""

import operator as operators
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from openpar.engine.numbers import subtract
from openpar.engine.rates import Rate, RateKind


class Bucket(StrEnum):
    """Where an obligation stands on a day; each one is in exactly one of them."""

    ON_TIME = "ON_TIME"
    LATE = "LATE"
    OVERDUE = "OVERDUE"
    IN_TIME = "IN_TIME"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that the work is done: made on, for work completed on; and what became of it.

    At most one of `confirmed_on` and `undone_on` (returned or withdrawn) is set; none: it waits.
    """

    reported_on: date
    completed_on: date
    confirmed_on: date | None = None
    undone_on: date | None = None

    def waits(self, on: date) -> bool:
        """Was it made by then, and not yet decided?"""
        decided_on = self.confirmed_on or self.undone_on
        return self.reported_on <= on and (decided_on is None or decided_on > on)


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """What is judged by itself: the task, or the task in one period.

    `deadlines`: since when which deadline held, oldest first; None: it waits for an event. Days are legal
    days, all bounds included: done on the day of the deadline is on time, overdue begins the day after it.
    """

    deadlines: tuple[tuple[date, date | None], ...]
    reports: tuple[Report, ...] = ()
    dropped_on: date | None = None
    excused_on: date | None = None

    def deadline(self, on: date) -> date | None:
        """The deadline in force on a day; before the first, the first."""
        held = [due for since, due in self.deadlines if since <= on]
        if held:
            return held[-1]
        return self.deadlines[0][1] if self.deadlines else None

    def completed(self, on: date) -> date | None:
        """The day of completion, if that was confirmed by `on`."""
        confirmed = (each for each in self.reports if each.confirmed_on and each.confirmed_on <= on)
        return next((each.completed_on for each in confirmed), None)

    def waiting(self, on: date) -> Report | None:
        """The report that waits for its confirmation."""
        return next((each for each in self.reports if each.waits(on)), None)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What one agency owes of one task during [assigned_on, ended_on)."""

    assigned_on: date
    duties: tuple[DutyFacts, ...]
    ended_on: date | None = None
    started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an obligation stands on a day.

    `due_on`: the deadline that presses: of what is done, the last one. `is_waiting`: everything still open
    was reported in time and waits for its confirmation: the slowness of others makes nobody overdue.
    """

    bucket: Bucket
    due_on: date | None
    days_overdue: int
    is_started: bool
    is_waiting: bool
    is_excused: bool

    @property
    def is_done(self) -> bool:
        """Completed and confirmed, in time or not."""
        return self.bucket in (Bucket.ON_TIME, Bucket.LATE)


def bucket_of(due_on: date | None, done_on: date | None, on: date, *, is_waiting: bool = False) -> Bucket:
    """The end state of one duty: done on its last day is on time; open, it is overdue from the day after."""
    if done_on is not None:
        return Bucket.LATE if due_on is not None and done_on > due_on else Bucket.ON_TIME
    is_over = due_on is not None and on > due_on and not is_waiting
    return Bucket.OVERDUE if is_over else Bucket.IN_TIME


def days_overdue(due_on: date | None, on: date) -> int:
    """Calendar days after the deadline; 0 on the day itself, before it, and without a deadline."""
    return max((on - due_on).days, 0) if due_on is not None else 0


def standing_of(obligation: Obligation, on: date) -> Standing | None:
    """How it stands on a day; None when it is in no count: not yet assigned, ended, all of it dropped.

    Recurring work is done only when every period is; one period overdue makes the whole overdue.
    """
    if on < obligation.assigned_on or (obligation.ended_on is not None and obligation.ended_on <= on):
        return None
    duties = [each for each in obligation.duties if each.dropped_on is None or each.dropped_on > on]
    if not duties:
        return None
    # Excused is a duty that is late or overdue; one in time needs no reason.
    is_excused = any(each.excused_on is not None and each.excused_on <= on for each in duties)
    open_ones = [each for each in duties if each.completed(on) is None]
    if not open_ones:
        dues = [due for each in duties if (due := each.deadline(on)) is not None]
        late = any(bucket_of(each.deadline(on), each.completed(on), on) is Bucket.LATE for each in duties)
        bucket = Bucket.LATE if late else Bucket.ON_TIME
        return Standing(bucket, max(dues, default=None), 0, True, False, is_excused)
    has_begun = obligation.started_on is not None and obligation.started_on <= on
    is_started = has_begun or len(open_ones) < len(duties) or any(each.waiting(on) for each in open_ones)
    pressing = [each for each in open_ones if not _is_reported_in_time(each, on)]
    due_on = min(
        (due for each in pressing or open_ones if (due := each.deadline(on)) is not None), default=None
    )
    bucket = bucket_of(due_on, None, on, is_waiting=not pressing)
    late_by = days_overdue(due_on, on) if bucket is Bucket.OVERDUE else 0
    return Standing(bucket, due_on, late_by, is_started, not pressing, is_excused)


def _is_reported_in_time(duty: DutyFacts, on: date) -> bool:
    report, due_on = duty.waiting(on), duty.deadline(on)
    return report is not None and (due_on is None or report.completed_on <= due_on)


COMPLETED = RateKind(
    "tasks_completed", "Tỷ lệ nhiệm vụ đã hoàn thành", "đã hoàn thành (được xác nhận)", "được giao"
)
IMPLEMENTED = RateKind(
    "tasks_implemented", "Tỷ lệ nhiệm vụ đã triển khai", "đã triển khai (gồm cả đã hoàn thành)", "được giao"
)
ON_TIME_OF_DUE = RateKind(
    "tasks_on_time_of_due",
    "Tỷ lệ nhiệm vụ hoàn thành đúng hạn trên nhiệm vụ đã kết thúc hoặc quá hạn",
    "hoàn thành đúng hạn",
    "đã hoàn thành hoặc quá hạn",
)
ON_TIME_OF_ASSIGNED = RateKind(
    "tasks_on_time",
    "Tỷ lệ nhiệm vụ hoàn thành đúng hạn trên nhiệm vụ được giao",
    "hoàn thành đúng hạn",
    "được giao",
)


class TallyDoesNotAddUp(ValueError):
    """A count below zero, or more begun, waiting or excused than there can be."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many obligations stand where. The four buckets add up to what was assigned, always.

    `implemented`: begun or done. `waiting`: reported, not yet confirmed. `excused`: late or overdue for a
    reason that was approved as objective; they stay in their bucket. Raises TallyDoesNotAddUp.
    """

    on_time: int = 0
    late: int = 0
    overdue: int = 0
    in_time: int = 0
    implemented: int = 0
    waiting: int = 0
    excused: int = 0

    def __post_init__(self) -> None:
        counts = (self.on_time, self.late, self.overdue, self.in_time, self.waiting, self.excused)
        if min(counts) < 0 or not self.done <= self.implemented <= self.assigned:
            raise TallyDoesNotAddUp(f"implemented {self.implemented}, done {self.done} of {self.assigned}")
        if self.waiting > self.assigned - self.done or self.excused > self.assigned:
            raise TallyDoesNotAddUp(f"waiting {self.waiting}, excused {self.excused} of {self.assigned}")

    @property
    def assigned(self) -> int:
        """The denominator: what was assigned and not dropped."""
        return self.on_time + self.late + self.overdue + self.in_time

    @property
    def done(self) -> int:
        """Completed and confirmed."""
        return self.on_time + self.late

    @property
    def ended_or_overdue(self) -> int:
        """What has met its deadline, or run over it."""
        return self.on_time + self.late + self.overdue

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.on_time + other.on_time,
            self.late + other.late,
            self.overdue + other.overdue,
            self.in_time + other.in_time,
            self.implemented + other.implemented,
            self.waiting + other.waiting,
            self.excused + other.excused,
        )

    def rate(self, kind: RateKind) -> Rate:
        """One of the rates of this module, numerator and denominator kept apart. Raises KeyError."""
        parts = {
            COMPLETED.name: (self.done, self.assigned),
            IMPLEMENTED.name: (self.implemented, self.assigned),
            ON_TIME_OF_DUE.name: (self.on_time, self.ended_or_overdue),
            ON_TIME_OF_ASSIGNED.name: (self.on_time, self.assigned),
        }
        above, below = parts[kind.name]
        return Rate(kind, Decimal(above), Decimal(below))

    @property
    def readings(self) -> tuple[str, str]:
        """“Đã triển khai 30/50 nhiệm vụ” and “Đã hoàn thành 22/50 nhiệm vụ”: never one without the other."""
        return (
            f"Đã triển khai {self.implemented}/{self.assigned} nhiệm vụ",
            f"Đã hoàn thành {self.done}/{self.assigned} nhiệm vụ",
        )


def tally(standings: Iterable[Standing | None]) -> Tally:
    """The count of many; None (in no count) is left out."""
    found = [each for each in standings if each is not None]
    counts = {bucket: sum(each.bucket is bucket for each in found) for bucket in Bucket}
    return Tally(
        on_time=counts[Bucket.ON_TIME],
        late=counts[Bucket.LATE],
        overdue=counts[Bucket.OVERDUE],
        in_time=counts[Bucket.IN_TIME],
        implemented=sum(each.is_started for each in found),
        waiting=sum(each.is_waiting for each in found),
        excused=sum(each.is_excused and each.bucket in (Bucket.LATE, Bucket.OVERDUE) for each in found),
    )


_MEETS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operators.ge,
    ">": operators.gt,
    "<=": operators.le,
    "<": operators.lt,
    "=": operators.eq,
}


class Side(StrEnum):
    """How a value reached lies to the one wanted."""

    MET = "MET"
    MISSED = "MISSED"
    UNKNOWN = "UNKNOWN"


class Trend(StrEnum):
    """How the last value lies to the one before it, seen from the target."""

    CLOSER = "CLOSER"
    AWAY = "AWAY"
    SAME = "SAME"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Distance:
    """`gap`: how far the value lies from the target, 0 when it is met; strictly above 85 is missed by 85
    itself, with a gap of 0.
    """

    side: Side
    gap: Decimal | None
    trend: Trend


def _apart(one: Decimal, other: Decimal) -> Decimal:
    """How far two values are from each other, in the engine's own precision."""
    return subtract(max(one, other), min(one, other))


def distance(operator: str, wanted: Decimal, reached: Iterable[Decimal]) -> Distance:
    """How far the last of `reached` (oldest first) is from a target. Raises KeyError for an operator that is
    none of >=, >, <=, <, =.
    """
    meets = _MEETS[operator]
    values = tuple(reached)
    if not values:
        return Distance(Side.UNKNOWN, None, Trend.UNKNOWN)
    is_met = meets(values[-1], wanted)
    gap = Decimal(0) if is_met else _apart(wanted, values[-1])
    if len(values) == 1:
        return Distance(Side.MET if is_met else Side.MISSED, gap, Trend.UNKNOWN)
    last, before = values[-1], values[-2]
    if last == before:
        trend = Trend.SAME
    elif operator == "=":
        trend = Trend.CLOSER if _apart(wanted, last) < _apart(wanted, before) else Trend.AWAY
    else:
        trend = Trend.CLOSER if (last > before) == operator.startswith(">") else Trend.AWAY
    return Distance(Side.MET if is_met else Side.MISSED, gap, trend)
