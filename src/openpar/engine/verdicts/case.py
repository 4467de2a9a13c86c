"""One dossier as of a day: what both clocks need to know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpar.engine.verdicts.events import Course, Event, EventKind, legal_day
from openpar.engine.verdicts.rules import VerdictRules
from openpar.engine.workdays import Limit, Unit, WorkCalendar, due_at


@dataclass(frozen=True, slots=True)
class Terms:
    """What was promised: the limit of the procedure, the due day on the receipt, or both.

    The receipt binds where the two differ. With neither, the dossier has no due date.
    """

    limit: Limit | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A dossier that was received, with the events known on the day `on`."""

    calendar: WorkCalendar
    rules: VerdictRules
    terms: Terms
    events: Sequence[Event]
    course: Course
    received: date
    on: date

    def at(self, *kinds: EventKind) -> date | None:
        """When the first event of one of the kinds happened."""
        return next((event.at for event in self.events if event.kind in kinds), None)

    def times(self, kind: EventKind) -> int:
        """How often something happened."""
        return sum(event.kind is kind for event in self.events)

    @property
    def limit(self) -> Limit | None:
        """The limit; where the receipt promises another day, the working days that it promises."""
        stated, limit = self.terms.due_on, self.terms.limit
        if stated is None or (limit and legal_day(due_at(self.calendar, self.received, limit)) == stated):
            return limit
        days = self.calendar.working_days_between(legal_day(self.received), stated)
        return Limit(days, Unit.WORKING_DAY) if days else Limit(1, Unit.SAME_DAY)

    def original_due(self) -> date | None:
        """What the receipt says: a day, or the moment computed from the limit."""
        limit = self.limit
        if limit is None:
            return None
        computed = due_at(self.calendar, self.received, limit)
        stated = self.terms.due_on
        return computed if stated is None or legal_day(computed) == stated else stated

    def order(self, ended: date, due: date) -> int:
        """-1, 0 or 1: on an earlier day, in time on the due day, too late."""
        ended_on, due_on = legal_day(ended), legal_day(due)
        if ended_on != due_on:
            return -1 if ended_on < due_on else 1
        limit = self.limit
        in_hours = limit is not None and limit.unit is Unit.HOUR
        return int(in_hours and isinstance(ended, datetime) and isinstance(due, datetime) and ended > due)
