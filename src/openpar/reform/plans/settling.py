"""What an obligation says in sum, from its duties. Pure: nothing is stored here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from openpar.reform.plans.models import Assignment, Duty, DutyState

SUMMARY = (
    *("due_on", "done_on", "was_late", "reported_on", "is_waiting", "is_excused", "extensions"),
    "started_on",
)


@dataclass(frozen=True)
class Summary:
    """The columns of an assignment that repeat its duties (models/working.py tells what each means)."""

    due_on: date | None
    done_on: date | None
    was_late: bool
    reported_on: date | None
    is_waiting: bool
    is_excused: bool
    extensions: int


def is_late(duty: Duty) -> bool:
    """Completed after its deadline."""
    return duty.completed_on is not None and duty.due_on is not None and duty.completed_on > duty.due_on


def is_reported_in_time(duty: Duty) -> bool:
    """Waits for its confirmation, and was completed in time by what is reported."""
    if duty.state != DutyState.REPORTED or duty.claimed_on is None:
        return False
    return duty.due_on is None or duty.claimed_on <= duty.due_on


def summary_of(duties: Sequence[Duty]) -> Summary:
    """What they say together; the same rule as `engine.tasks.standing_of`."""
    live = [duty for duty in duties if duty.state != DutyState.DROPPED]
    open_ones = [duty for duty in live if duty.state != DutyState.DONE]
    was_late = any(is_late(duty) for duty in live)
    is_excused = any(duty.excused_on is not None for duty in live)
    extensions = sum(duty.extensions for duty in live)
    if live and not open_ones:
        completed = max(duty.completed_on for duty in live if duty.completed_on is not None)
        due_on = max(_dues(live), default=None)
        return Summary(due_on, completed, was_late, None, False, is_excused, extensions)
    pressing = [duty for duty in open_ones if not is_reported_in_time(duty)]
    due_on = min(_dues(pressing or open_ones), default=None)
    reported = [duty.reported_on for duty in open_ones if duty.reported_on is not None]
    is_waiting = bool(open_ones) and not pressing
    return Summary(due_on, None, was_late, min(reported, default=None), is_waiting, is_excused, extensions)


def put_in_sum(assignment: Assignment, duties: Sequence[Duty]) -> None:
    """Writes the summary into the row in memory."""
    for name, value in vars(summary_of(duties)).items():
        setattr(assignment, name, value)


def _dues(duties: Iterable[Duty]) -> list[date]:
    return [duty.due_on for duty in duties if duty.due_on is not None]
