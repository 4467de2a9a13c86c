"""What the proof of the reminders needs: things that fall due, two weeks of days, and what must come of them.

What must come is counted here a second time, from the promise in words and with none of the program's rules:
thirty, seven and one day before and on the day to who does it; from the first day late on every week, to who
leads as well; from the fifteenth day late on to the side that assigned it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend

DAYS = 14
_BEFORE = (-30, -7, -1, 0)


@dataclass(frozen=True)
class People:
    """Accounts by what they are to every thing."""

    officer: int
    head: int
    assigner: int


@dataclass(frozen=True)
class Task:
    """Something with a deadline, closed on a day or never, given more time on a day or never."""

    number: int
    due_on: date
    closed_on: date | None
    extended_on: date | None
    later_due_on: date

    def open_on(self, day: date) -> tuple[date, date | None] | None:
        """The deadline in force and since when it is known; None when there is nothing to do any more."""
        if self.closed_on is not None and day >= self.closed_on:
            return None
        if self.extended_on is not None and day >= self.extended_on:
            return self.later_due_on, self.extended_on
        return self.due_on, None


@dataclass
class Fortnight:
    """Two weeks from `start`, with their tasks, and the days on which runs began and ended well."""

    start: date
    tasks: tuple[Task, ...]
    began: set[date] = field(default_factory=set)
    ended: set[date] = field(default_factory=set)

    def days(self) -> list[date]:
        return [self.start + timedelta(day) for day in range(DAYS)]


def new_fortnight(chance: Random, start: date, first_number: int, tasks: int) -> Fortnight:
    return Fortnight(start, tuple(_task(chance, start, first_number + place) for place in range(tasks)))


def _task(chance: Random, start: date, number: int) -> Task:
    due_on = start + timedelta(chance.randint(-25, 44))
    closed = start + timedelta(chance.randrange(DAYS)) if chance.random() < 0.2 else None
    extended = start + timedelta(chance.randrange(DAYS)) if chance.random() < 0.2 else None
    return Task(number, due_on, closed, extended, due_on + timedelta(chance.randint(3, 20)))


def things_on(day: date, tasks: Sequence[Task], people: People) -> Iterator[Any]:
    """What a package would hand over on that day."""
    from openpar.base.notifications.due import DueThing, Together

    for task in tasks:
        state = task.open_on(day)
        if state is not None:
            yield DueThing(
                kind="plan.task",
                object=f"task:{task.number}",
                due_on=state[0],
                text=f"Nhiệm vụ {task.number}",
                link=f"/tasks/{task.number}/",
                responsible=(people.officer,),
                heads=(people.head,),
                assigners=(people.assigner,),
                known_from=state[1],
                # Every third belongs to one line that many agencies have: told in one message.
                together=Together("Nhiệm vụ chung", "/plans/1/") if task.number % 3 == 0 else None,
            )


def moment(day: date, tick: int = 0) -> datetime:
    """When the runner looks: at half past six, and then every seventeen minutes."""
    from openpar.common.formats import VIETNAM

    return datetime.combine(day, time(6, 30), tzinfo=VIETNAM) + timedelta(minutes=17 * tick)


# --- what must come -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A person and a thing with its deadline: in it each step comes at most once."""

    number: int
    due_on: date
    person: int


def _promised(people: People) -> dict[int, tuple[int, ...]]:
    late = tuple(range(1, 366, 7))
    return {people.officer: (*_BEFORE, *late), people.head: late, people.assigner: late[2:]}


def faults(fortnight: Fortnight, people: People) -> list[str]:
    """Everything in the ledger and the messages that differs from the promise."""
    from openpar.base.notifications.models import Message, Reminder, Topic

    objects = {f"task:{task.number}" for task in fortnight.tasks}
    rows = list(Reminder.objects.filter(object__in=objects).select_related("message"))
    of_nothing = Message.objects.filter(topic=Topic.REMINDER, reminders__isnull=True).count()
    wrong = [f"{of_nothing} messages without a line of the ledger"] if of_nothing else []
    wrong += _faults_of_messages(rows)
    sent: dict[Place, list[int]] = {}
    passed: dict[Place, list[int]] = {}
    for row in rows:
        place = Place(int(row.object.removeprefix("task:")), row.due_on, row.recipient_id)
        sent.setdefault(place, []).append(row.step)
        passed.setdefault(place, []).extend(int(offset) for offset in row.passed_over.split())
        told = (row.message.sent_at.astimezone(moment(row.due_on).tzinfo).date() - row.due_on).days
        if told < row.step:
            wrong.append(f"{place}: step {row.step} was sent {row.step - told} days too early")
    for task in fortnight.tasks:
        for place, steps in _places(fortnight, task, people):
            ours, theirs = sent.pop(place, []), passed.pop(place, [])
            wrong += _faults_of_place(place, steps, ours, theirs)
    return wrong + [f"{place}: {offsets} came of nothing" for place, offsets in sent.items()]


def _faults_of_messages(rows: Sequence[Any]) -> list[str]:
    """A message tells one thing, or the same step of things that belong together, to one person."""
    told: dict[int, list[Any]] = {}
    for row in rows:
        told.setdefault(row.message_id, []).append(row)
    wrong = []
    for number, lines in told.items():
        people = {line.recipient_id for line in lines} | {lines[0].message.recipient_id}
        same = {(line.kind, line.due_on, line.step) for line in lines}
        apart = [line.object for line in lines if int(line.object.removeprefix("task:")) % 3]
        if len(people) > 1 or len(same) > 1 or (apart and len(lines) > 1):
            wrong.append(f"message {number} tells {len(lines)} things that do not belong together")
    return wrong


@dataclass(frozen=True)
class Step:
    """A step with whether it had to be sent, may have been, or is at least to be noted as passed over."""

    offset: int
    must: bool
    may: bool
    is_behind: bool


def _places(fortnight: Fortnight, task: Task, people: People) -> Iterator[tuple[Place, list[Step]]]:
    versions = {state for day in fortnight.days() if (state := task.open_on(day)) is not None}
    for due_on, known_from in versions:
        days = [day for day in fortnight.days() if task.open_on(day) == (due_on, known_from)]
        for person, offsets in _promised(people).items():
            dates = [(offset, due_on + timedelta(offset)) for offset in offsets]
            mine = [(offset, day) for offset, day in dates if known_from is None or day >= known_from]
            steps = []
            for place, (offset, day) in enumerate(mine):
                following = mine[place + 1][1] if place + 1 < len(mine) else date.max
                window = {one for one in days if day <= one < following}
                later = {one for one in days if one >= following}
                steps.append(
                    Step(
                        offset,
                        bool(window & fortnight.ended),
                        bool(window & fortnight.began),
                        bool(later & fortnight.ended),
                    )
                )
            yield Place(task.number, due_on, person), steps


def _faults_of_place(place: Place, steps: list[Step], sent: list[int], passed: list[int]) -> list[str]:
    wrong = []
    for step in steps:
        times, left_out = sent.count(step.offset), passed.count(step.offset)
        if times + left_out > 1:
            wrong.append(f"{place}: step {step.offset} came {times} times, was passed over {left_out} times")
        if step.must and times != 1:
            wrong.append(f"{place}: step {step.offset} did not come")
        if times and not step.may:
            wrong.append(f"{place}: step {step.offset} came when nobody could send it")
        if step.is_behind and times + left_out != 1:
            wrong.append(f"{place}: step {step.offset} is neither sent nor noted as passed over")
    known = {step.offset for step in steps}
    wrong += [f"{place}: step {offset} is not promised" for offset in sent if offset not in known]
    return wrong


# --- who takes letters and messages -------------------------------------------------------------------------


def arrived(name: str) -> list[str]:
    """The numbers of what arrived at the “letters” or the “gateway”, in order."""
    path = _box(name)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def take(name: str, number: str) -> None:
    """Arrives, whatever happens to the sender afterwards."""
    descriptor = os.open(_box(name), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.write(descriptor, f"{number}\n".encode())
    os.close(descriptor)


def _box(name: str) -> Path:
    return Path(os.environ["OPENPAR_VAR_DIR"]) / f"arrived-{name}"


class Letterbox(BaseEmailBackend):
    """A mail server that keeps the numbers of the letters."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        for letter in email_messages:
            take("letters", letter.message()["Message-ID"])
        return len(email_messages)
