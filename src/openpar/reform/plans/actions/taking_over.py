"""What a version that replaces another does to the obligations that stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Max, OuterRef, Subquery

from openpar.reform.plans.actions.fanning import BATCH, Resolved, assign, cooperate, new_duties, store
from openpar.reform.plans.actions.summing import sum_up_many
from openpar.reform.plans.models import (
    Assignment,
    Claim,
    ConditionRecord,
    Cooperation,
    DueChange,
    Duty,
    DutyRequest,
    DutyState,
    EndKind,
    LineChange,
    PlanVersion,
    TaskLine,
)

_DEADLINE = ("deadline_kind", "due_on", "each", "event", "days_after")
_OPEN = (DutyState.OPEN, DutyState.REPORTED)


class Succession:
    """One replacement, from the day on which the new version holds."""

    def __init__(self, version: PlanVersion, on: date, at: datetime) -> None:
        self.version, self.on, self.at = version, on, at
        self.year = version.plan.year
        self.before = {line.task_id: line for line in TaskLine.objects.filter(version=version.replaces_id)}
        standing = Assignment.objects.filter(task__plan=version.plan_id, ended_on__isnull=True)
        self.standing: defaultdict[int, list[Assignment]] = defaultdict(list)
        for assignment in standing.select_for_update(of=("self",)):
            self.standing[assignment.task_id].append(assignment)
        plan_tasks = ConditionRecord.objects.filter(task__plan=version.plan_id)
        self.conditions = {record.task_id: record for record in plan_tasks}

    def run(self, lines: Iterable[TaskLine], resolved: Mapping[int, Resolved]) -> Counter[int]:
        """Applies every settled line; how many obligations were newly given, by agency."""
        given: Counter[int] = Counter()
        for line in lines:
            if line.change == LineChange.DROPPED:
                self._end(self.standing[line.task_id], line, EndKind.DROPPED)
                self._end_cooperations(line.task_id, keep=())
            elif line.change == LineChange.REASSIGNED:
                given += self._reassign(line, resolved[line.pk])
            elif line.change == LineChange.CHANGED:
                self._change_deadline(line, self.standing[line.task_id])
                self._cooperate(line, resolved[line.pk])
        self._follow_the_lines()
        return given

    def _reassign(self, line: TaskLine, whom: Resolved) -> Counter[int]:
        standing = self.standing[line.task_id]
        self._end(
            [each for each in standing if each.organisation_id not in whom.leads], line, EndKind.REASSIGNED
        )
        staying = [each for each in standing if each.organisation_id in whom.leads]
        self._change_deadline(line, staying)
        there = {each.organisation_id for each in staying}
        fresh = [each for each in whom.leads if each not in there]
        condition = self.conditions.get(line.task_id)
        store(*assign(line, fresh, year=self.year, on=self.on, condition=condition))
        self._cooperate(line, whom)
        return Counter(fresh)

    def _end(self, assignments: list[Assignment], line: TaskLine, kind: EndKind) -> None:
        """They are owed no more; what was done stays done, what was asked or reported is taken back."""
        ids = [each.pk for each in assignments]
        if not ids:
            return
        Assignment.objects.filter(pk__in=ids).update(
            ended_on=self.on, end_kind=kind, ended_by=line, reported_on=None, is_waiting=False
        )
        self._drop(Duty.objects.filter(assignment__in=ids, state__in=_OPEN).values_list("pk", flat=True))

    def _drop(self, duty_ids: Iterable[int]) -> None:
        ids = list(duty_ids)
        moment = {"decided_at": self.at, "decision": self.version.document_number}
        Claim.objects.filter(duty__in=ids, state=Claim.State.REPORTED).update(
            state=Claim.State.WITHDRAWN, **moment
        )
        DutyRequest.objects.filter(duty__in=ids, state=DutyRequest.State.ASKED).update(
            state=DutyRequest.State.WITHDRAWN, **moment
        )
        Duty.objects.filter(pk__in=ids).update(
            state=DutyState.DROPPED, dropped_on=self.on, reported_on=None, claimed_on=None
        )

    def _change_deadline(self, line: TaskLine, assignments: list[Assignment]) -> None:
        """Open duties get the deadline, other periods make other duties; what was due already stays owed."""
        before = self.before[line.task_id]
        if all(getattr(before, name) == getattr(line, name) for name in _DEADLINE) or not assignments:
            return
        ids = [each.pk for each in assignments]
        if line.each or before.each:
            self._renew_duties(line, assignments)
        else:
            condition = self.conditions.get(line.task_id)
            due_on = line.due_on or (condition.due_on if condition and line.event else None)
            self._move(Duty.objects.filter(assignment__in=ids, state__in=_OPEN), due_on)
        sum_up_many(assignments)

    def _move(self, duties: Iterable[Duty], due_on: date | None) -> None:
        moved = [duty for duty in duties if duty.due_on != due_on]
        DueChange.objects.bulk_create(
            [
                DueChange(
                    duty=duty,
                    on=self.on,
                    before_on=duty.due_on,
                    after_on=due_on,
                    why=DueChange.Why.PLAN,
                    text=self.version.document_number,
                )
                for duty in moved
            ],
            batch_size=BATCH,
        )
        for duty in moved:
            duty.due_on = due_on
            duty.version += 1
        Duty.objects.bulk_update(moved, ["due_on", "version"], batch_size=BATCH)

    def _renew_duties(self, line: TaskLine, assignments: list[Assignment]) -> None:
        ids = [each.pk for each in assignments]
        ahead = Duty.objects.filter(assignment__in=ids, state__in=_OPEN).exclude(due_on__lt=self.on)
        self._drop(ahead.values_list("pk", flat=True))
        last = dict(
            Duty.objects.filter(assignment__in=ids)
            .order_by()
            .values_list("assignment")
            .annotate(last=Max("number"))
        )
        condition = self.conditions.get(line.task_id)
        fresh = [
            duty
            for each in assignments
            for duty in new_duties(
                each, line, year=self.year, on=self.on, condition=condition, first=last.get(each.pk, 0) + 1
            )
        ]
        Duty.objects.bulk_create(fresh, batch_size=BATCH)

    def _cooperate(self, line: TaskLine, whom: Resolved) -> None:
        self._end_cooperations(line.task_id, keep=whom.cooperating)
        there = Cooperation.objects.filter(task=line.task_id, ended_on__isnull=True)
        known = set(there.values_list("organisation_id", flat=True))
        fresh = [each for each in whom.cooperating if each not in known]
        Cooperation.objects.bulk_create(cooperate(line.task_id, fresh, self.on), batch_size=BATCH)

    def _end_cooperations(self, task_id: int, *, keep: Iterable[int]) -> None:
        standing = Cooperation.objects.filter(task=task_id, ended_on__isnull=True)
        standing.exclude(organisation__in=list(keep)).update(ended_on=self.on)

    def _follow_the_lines(self) -> None:
        """Every obligation that stands points at what the new version says of its task."""
        lines = TaskLine.objects.filter(version=self.version, task=OuterRef("task"))
        Assignment.objects.filter(task__plan=self.version.plan_id, ended_on__isnull=True).update(
            line=Subquery(lines.values("pk")[:1])
        )
