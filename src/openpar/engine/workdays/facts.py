"""What a due date is computed from and what comes out: limit, pauses, the reasoning, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from openpar.engine.errors import EngineError

Value = str | int | date | datetime | tuple["DaySpan", ...]


class Unit(StrEnum):
    """The unit of a time limit; part of the catalogue of procedures, never assumed."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    SAME_DAY = "same_day"


class PauseKind(StrEnum):
    """What an interruption does to the clock.

    STOPS: the clock stands and goes on afterwards, the time is added: waiting for a financial duty, and every
    interruption under QĐ 766/QĐ-TTg. STARTS_ANEW: a supplement under the legal clock (NĐ 61/2018 Art. 19),
    the whole limit begins again when the dossier is complete.
    """

    STOPS = "STOPS"
    STARTS_ANEW = "STARTS_ANEW"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units after reception. `same_day` has no number: 1."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Pause:
    """An interruption (begins, ends], as days or as moments with a time zone."""

    begins: date
    ends: date
    kind: PauseKind = PauseKind.STOPS


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days in a row, both ends included, with the name they share."""

    first: date
    last: date
    name: str = ""


class StepCode(StrEnum):
    """The steps of a reasoning, in the order in which they may come; sentences: words.py."""

    RECEIVED = "RECEIVED"
    BEFORE_OPENING = "BEFORE_OPENING"
    AT_LUNCH = "AT_LUNCH"
    AFTER_CLOSING = "AFTER_CLOSING"
    ON_DAY_OFF = "ON_DAY_OFF"
    AFTER_SAME_DAY_MOMENT = "AFTER_SAME_DAY_MOMENT"
    WITHOUT_TIME = "WITHOUT_TIME"
    LAST_WORKING_DAY = "LAST_WORKING_DAY"
    LAST_CALENDAR_DAY = "LAST_CALENDAR_DAY"
    LAST_HOUR = "LAST_HOUR"
    SAME_DAY = "SAME_DAY"
    MOVED_TO_WORKING_DAY = "MOVED_TO_WORKING_DAY"
    STOPPED_WORKING_DAYS = "STOPPED_WORKING_DAYS"
    STOPPED_CALENDAR_DAYS = "STOPPED_CALENDAR_DAYS"
    STOPPED_HOURS = "STOPPED_HOURS"
    STARTED_ANEW = "STARTED_ANEW"
    TOO_LATE_TO_PAUSE = "TOO_LATE_TO_PAUSE"
    DAYS_OFF = "DAYS_OFF"
    WORKED_SATURDAYS = "WORKED_SATURDAYS"
    POSSIBLE_DAYS_OFF = "POSSIBLE_DAYS_OFF"
    ESTIMATED_YEAR = "ESTIMATED_YEAR"
    DUE = "DUE"
    CALENDAR = "CALENDAR"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reasoning: its code and the values that its sentence needs."""

    code: StepCode
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due, in the time of Viet Nam, and why. The whole of `due_at` is still in time."""

    due_at: datetime
    limit: Limit
    calendar_version: str
    steps: tuple[Step, ...]

    @property
    def due_on(self) -> date:
        """The legal day: what is finished on it is on time, whatever the hour (limits in hours aside)."""
        return self.due_at.date()


class ProblemCode(StrEnum):
    """Why no due date can be computed."""

    RECEPTION_MISSING = "RECEPTION_MISSING"
    YEAR_WITHOUT_CALENDAR = "YEAR_WITHOUT_CALENDAR"
    LIMIT_NOT_POSITIVE = "LIMIT_NOT_POSITIVE"
    SAME_DAY_WITH_A_NUMBER = "SAME_DAY_WITH_A_NUMBER"
    MOMENT_WITHOUT_TIME = "MOMENT_WITHOUT_TIME"
    MOMENT_WITHOUT_ZONE = "MOMENT_WITHOUT_ZONE"
    PAUSE_ENDS_BEFORE_IT_BEGINS = "PAUSE_ENDS_BEFORE_IT_BEGINS"
    PAUSE_BEFORE_RECEPTION = "PAUSE_BEFORE_RECEPTION"
    PAUSE_NOT_ENDED = "PAUSE_NOT_ENDED"
    PAUSES_OVERLAP = "PAUSES_OVERLAP"


@dataclass(frozen=True, slots=True)
class DeadlineProblem:
    """One thing that is wrong: its code and the values that its sentence needs."""

    code: ProblemCode
    values: Mapping[str, Value] = field(default_factory=dict)


class InvalidDeadline(EngineError):
    """No due date can be computed from this; carries every problem found."""

    def __init__(self, problems: tuple[DeadlineProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.code} {dict(each.values)}" for each in problems))
