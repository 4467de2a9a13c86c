"""Steps of a reasoning that only tell: where a limit ends by itself, and which special days it passed."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime

from openpar.engine.workdays.calendar import Point, SpecialDay, SpecialKind, WorkCalendar
from openpar.engine.workdays.facts import DaySpan, Limit, Step, StepCode, Unit, Value

_CODES = {
    SpecialKind.OFF: StepCode.DAYS_OFF,
    SpecialKind.WORKED: StepCode.WORKED_SATURDAYS,
    SpecialKind.POSSIBLE: StepCode.POSSIBLE_DAYS_OFF,
}


def reached_last(calendar: WorkCalendar, limit: Limit, start: Point, last: int, due: int) -> Iterator[Step]:
    """Where a limit in days ends by itself: counted from `start`, over on `last`, due on `due`."""
    values: dict[str, Value] = {
        "received_on": calendar.day(start[0]),
        "amount": limit.amount,
        "last": calendar.day(last),
    }
    if limit.unit is Unit.WORKING_DAY:
        yield Step(StepCode.LAST_WORKING_DAY, values)
        return
    if limit.unit is Unit.CALENDAR_DAY:
        yield Step(StepCode.LAST_CALENDAR_DAY, values)
        if due != last:
            yield Step(StepCode.MOVED_TO_WORKING_DAY, {"last": calendar.day(last), "due": calendar.day(due)})
        return
    index, micros = start
    until = calendar.tables.same_day_until[index]
    if micros is None:
        yield Step(StepCode.WITHOUT_TIME)
    elif until is not None and micros > until:
        yield Step(StepCode.AFTER_SAME_DAY_MOMENT, {"until": calendar.moment(index, until)})
    yield Step(StepCode.SAME_DAY, {"last": calendar.day(due)})


def on_the_way(calendar: WorkCalendar, start: int, due: datetime) -> Iterator[Step]:
    """The special days of (start, due], and the end."""
    end = calendar.index(due.date())
    here = slice(
        bisect_right(calendar.special, start, key=_index), bisect_right(calendar.special, end, key=_index)
    )
    passed = calendar.special[here]
    for kind, code in _CODES.items():
        days = [each for each in passed if each.kind is kind]
        if days:
            yield Step(code, {"days": _spans(calendar, days)})
    for year in range(calendar.day(start).year, due.year + 1):
        if calendar.year(year).is_estimate:
            yield Step(StepCode.ESTIMATED_YEAR, {"year": year})
    yield Step(StepCode.DUE, {"at": due})
    yield Step(StepCode.CALENDAR, {"version": calendar.version})


def _index(day: SpecialDay) -> int:
    return day.index


def _spans(calendar: WorkCalendar, days: list[SpecialDay]) -> tuple[DaySpan, ...]:
    """Days that follow each other and share their name, taken together."""
    found: list[DaySpan] = []
    for each in days:
        day = calendar.day(each.index)
        if found and found[-1].name == each.name and (day - found[-1].last).days == 1:
            found[-1] = DaySpan(found[-1].first, day, each.name)
        else:
            found.append(DaySpan(day, day, each.name))
    return tuple(found)
