"""One line of a plan becomes what each lead agency owes: obligations, duties, cooperating agencies.

The class that a line names is resolved on the day from which the line holds, and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.classes import members_of
from openpar.reform.plans.deadlines import periods_from
from openpar.reform.plans.models import (
    Assignment,
    ConditionRecord,
    Cooperation,
    DeadlineKind,
    Duty,
    LineAgency,
    TaskLine,
)
from openpar.reform.plans.rules import known_organisations
from openpar.reform.plans.settling import put_in_sum

BATCH = 1000


@dataclass(frozen=True)
class Resolved:
    """Whom a line means on a day."""

    leads: tuple[int, ...]
    cooperating: tuple[int, ...]


def resolve(
    lines: Sequence[TaskLine], organisation_id: int, on: date
) -> tuple[Mapping[int, Resolved], list[Gap]]:
    """Whom each line (by its id) means on a day, and the lines that mean nobody; three queries.

    An agency that leads does not cooperate besides, even where a class names it.
    """
    named: defaultdict[int, list[LineAgency]] = defaultdict(list)
    rows = list(LineAgency.objects.filter(line__in=[line.pk for line in lines]).order_by("id"))
    for row in rows:
        named[row.line_id].append(row)
    classes = members_of({row.agency_class for row in rows if row.agency_class}, organisation_id, on)
    single = {row.organisation_id for row in rows if row.organisation_id is not None}
    here = known_organisations(single, on)
    found: dict[int, Resolved] = {}
    gaps: list[Gap] = []
    for line in lines:
        parts: dict[str, list[int]] = {part: [] for part in LineAgency.Part.values}
        for row in named[line.pk]:
            whom = (row.organisation_id,) if row.organisation_id is not None else classes[row.agency_class]
            if row.organisation_id is not None and row.organisation_id not in here:
                gaps.append(_gap(line, _("có cơ quan không tồn tại vào ngày có hiệu lực"), "no-agency"))
            parts[row.part] += whom
        leads = tuple(dict.fromkeys(parts[LineAgency.Part.LEAD]))
        if not leads:
            gaps.append(_gap(line, _("nhóm cơ quan chủ trì không có cơ quan nào"), "nobody"))
        others = (each for each in parts[LineAgency.Part.COOPERATING] if each not in leads)
        found[line.pk] = Resolved(leads, tuple(dict.fromkeys(others)))
    return found, gaps


def unjudgeable(lines: Iterable[TaskLine], year: int, on: date) -> list[Gap]:
    """Recurring work for which no period of the year is left."""
    return [
        _gap(line, _("không còn kỳ nào của năm để đánh giá"), "no-period")
        for line in lines
        if line.each and not periods_from(PeriodKind(line.each), year, on)
    ]


def assign(
    line: TaskLine,
    organisation_ids: Sequence[int],
    *,
    year: int,
    on: date,
    condition: ConditionRecord | None = None,
) -> tuple[list[Assignment], list[Duty]]:
    """Unsaved obligations of these agencies under a line, each with its duties, summed up."""
    assignments, duties = [], []
    for organisation_id in organisation_ids:
        assignment = Assignment(
            task_id=line.task_id, line=line, organisation_id=organisation_id, assigned_on=on
        )
        own = new_duties(assignment, line, year=year, on=on, condition=condition)
        put_in_sum(assignment, own)
        assignments.append(assignment)
        duties += own
    return assignments, duties


def new_duties(
    assignment: Assignment,
    line: TaskLine,
    *,
    year: int,
    on: date,
    condition: ConditionRecord | None = None,
    first: int = 1,
) -> list[Duty]:
    """What is judged of an obligation from a day on: the task, or the task in each period still to end."""
    if line.deadline_kind in (DeadlineKind.RECURRING, DeadlineKind.CONTINUOUS):
        return [
            Duty(
                assignment=assignment,
                number=first + place,
                from_on=days.from_on,
                until_on=days.until_on,
                due_on=days.until_on,
                first_due_on=days.until_on,
            )
            for place, days in enumerate(periods_from(PeriodKind(line.each), year, on))
        ]
    due_on = line.due_on
    if line.deadline_kind == DeadlineKind.AFTER_EVENT and condition is not None:
        due_on = condition.due_on
    return [Duty(assignment=assignment, number=first, due_on=due_on, first_due_on=due_on)]


def store(assignments: Sequence[Assignment], duties: Sequence[Duty]) -> None:
    """Writes them in portions; a duty knows its obligation."""
    Assignment.objects.bulk_create(assignments, batch_size=BATCH)
    for duty in duties:
        duty.assignment_id = duty.assignment.pk
    Duty.objects.bulk_create(duties, batch_size=BATCH)


def cooperate(task_id: int, organisation_ids: Iterable[int], on: date) -> list[Cooperation]:
    """Unsaved cooperations."""
    return [Cooperation(task_id=task_id, organisation_id=each, from_on=on) for each in organisation_ids]


def _gap(line: TaskLine, what: str, code: str) -> Gap:
    where = _("Nhiệm vụ %s") % (line.number or line.text[:60])
    return Gap(where, what, _("Sửa cơ quan chủ trì hoặc thời hạn của nhiệm vụ"), code=code)
