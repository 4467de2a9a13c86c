"""What differs between two calendars, and which due dates that may move."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpar.engine.workdays.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day that both calendars know and treat differently; with equal sides only the hours differ."""

    day: date
    was_working: bool
    is_working: bool


def differing_days(before: WorkCalendar, after: WorkCalendar) -> tuple[DayChange, ...]:
    """The days that differ in working, hours, reception or the same-day rule, in order.

    Days that only one of the calendars knows are left out: no due date was computed over them.
    """
    first = max(before.first, after.first)
    last = min(each.first + len(each.tables.shifts) for each in (before, after))
    found = []
    for ordinal in range(first, last):
        one, other = _rules(before, ordinal - before.first), _rules(after, ordinal - after.first)
        if one != other:
            found.append(DayChange(date.fromordinal(ordinal), bool(one[0]), bool(other[0])))
    return tuple(found)


def may_move(changes: Sequence[DayChange], received_on: date, due_on: date) -> bool:
    """Could a due date computed before be another one now? `changes` in order, as differing_days gives them.

    Only days from the reception up to the due day decide it; what is longer overdue than the first changed
    day, or was received after the last one, stays.
    """
    at = bisect_left(changes, received_on, key=_day)
    return at < len(changes) and changes[at].day <= due_on


def _day(change: DayChange) -> date:
    return change.day


def _rules(calendar: WorkCalendar, index: int) -> tuple[object, object, object]:
    tables = calendar.tables
    return tables.shifts[index], tables.reception[index], tables.same_day_until[index]
