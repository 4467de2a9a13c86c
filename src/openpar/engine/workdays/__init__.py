"""Due dates: a dated working calendar, and limits in working days, calendar days, hours or the same day."""

from openpar.engine.workdays.calendar import VIETNAM, WorkCalendar
from openpar.engine.workdays.clock import due_at, reckon
from openpar.engine.workdays.compare import DayChange, differing_days, may_move
from openpar.engine.workdays.facts import (
    Deadline,
    DeadlineProblem,
    InvalidDeadline,
    Limit,
    Pause,
    PauseKind,
    ProblemCode,
    Step,
    StepCode,
    Unit,
)
from openpar.engine.workdays.words import reasoning, refusal
from openpar.engine.workdays.years import (
    CalendarProblem,
    CalendarYear,
    InvalidCalendar,
    NamedDay,
    OfficeHours,
    Shift,
)

__all__ = [
    "VIETNAM",
    "CalendarProblem",
    "CalendarYear",
    "DayChange",
    "Deadline",
    "DeadlineProblem",
    "InvalidCalendar",
    "InvalidDeadline",
    "Limit",
    "NamedDay",
    "OfficeHours",
    "Pause",
    "PauseKind",
    "ProblemCode",
    "Shift",
    "Step",
    "StepCode",
    "Unit",
    "WorkCalendar",
    "differing_days",
    "due_at",
    "may_move",
    "reasoning",
    "reckon",
    "refusal",
]
