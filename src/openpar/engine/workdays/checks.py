"""What stands in the way of a due date: all that is wrong with reception, limit and pauses, at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from openpar.engine.workdays.calendar import Point, WorkCalendar, local
from openpar.engine.workdays.facts import DeadlineProblem, Limit, Pause, PauseKind, ProblemCode, Unit, Value


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pause in the tables of a calendar."""

    begins: Point
    ends: Point
    given: Pause

    @property
    def starts_anew(self) -> bool:
        """Does the whole limit begin again afterwards?"""
        return self.given.kind is PauseKind.STARTS_ANEW


def stretches_of(calendar: WorkCalendar, pauses: Sequence[Pause]) -> list[Stretch]:
    """The pauses of which both ends can be placed, in the order of time."""
    found = [
        Stretch(begins, ends, pause)
        for pause in pauses
        if (begins := calendar.point(pause.begins)) and (ends := calendar.point(pause.ends))
    ]
    return sorted(found, key=lambda each: (each.begins[0], each.begins[1] or 0, each.ends[0]))


def problems_of(
    calendar: WorkCalendar, received: date, limit: Limit, pauses: Sequence[Pause]
) -> tuple[DeadlineProblem, ...]:
    """Everything that is wrong; empty when a due date can be computed, if the calendar reaches so far."""
    needs_time = limit.unit is Unit.HOUR
    found = [*_limit_problems(limit), *_moment_problems(calendar, received, "RECEIVED", 0, needs_time)]
    for number, pause in enumerate(pauses, 1):
        found += _moment_problems(calendar, pause.begins, "PAUSE_BEGINS", number, needs_time)
        found += _moment_problems(calendar, pause.ends, "PAUSE_ENDS", number, needs_time)
    stretches, start = stretches_of(calendar, pauses), calendar.point(received)
    for each in stretches:
        values = {"begins": each.given.begins, "ends": each.given.ends}
        if is_before(each.ends, each.begins):
            found.append(DeadlineProblem(ProblemCode.PAUSE_ENDS_BEFORE_IT_BEGINS, values))
        if start is not None and is_before(each.begins, start):
            code = ProblemCode.PAUSE_BEFORE_RECEPTION
            found.append(DeadlineProblem(code, {**values, "received": received}))
    for earlier, later in pairwise(stretches):
        if is_before(later.begins, earlier.ends):
            values = {"ends": earlier.given.ends, "begins": later.given.begins}
            found.append(DeadlineProblem(ProblemCode.PAUSES_OVERLAP, values))
    return tuple(found)


def is_before(one: Point, other: Point) -> bool:
    """Is one earlier than the other? Where only a day is known, only days are compared."""
    if one[1] is None or other[1] is None:
        return one[0] < other[0]
    return (one[0], one[1]) < (other[0], other[1])


def year_without_calendar(year: int) -> DeadlineProblem:
    """Nobody entered the days off of this year."""
    return DeadlineProblem(ProblemCode.YEAR_WITHOUT_CALENDAR, {"year": year})


def _limit_problems(limit: Limit) -> Iterator[DeadlineProblem]:
    if limit.amount < 1:
        yield DeadlineProblem(ProblemCode.LIMIT_NOT_POSITIVE, {"amount": limit.amount})
    elif limit.unit is Unit.SAME_DAY and limit.amount != 1:
        yield DeadlineProblem(ProblemCode.SAME_DAY_WITH_A_NUMBER, {"amount": limit.amount})


def _moment_problems(
    calendar: WorkCalendar, given: date, which: str, number: int, needs_time: bool
) -> Iterator[DeadlineProblem]:
    """`which` moment of the pause with this `number` (0: of the reception) is meant."""
    values: dict[str, Value] = {"which": which, "number": number, "given": given}
    if not isinstance(given, datetime):
        if needs_time:
            yield DeadlineProblem(ProblemCode.MOMENT_WITHOUT_TIME, values)
    elif given.tzinfo is None:
        yield DeadlineProblem(ProblemCode.MOMENT_WITHOUT_ZONE, values)
        return
    if calendar.point(given) is None:
        yield year_without_calendar((local(given) if isinstance(given, datetime) else given).year)
