"""A new version of the plan in a walk: some tasks dropped, some given to others, some with another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trust import plan_model as model
from trust.plan_walking import AGENCIES

if TYPE_CHECKING:
    from trust.plan_walking import Walk


class Replacement:
    """One new version, decided by chance for every task."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.who, self.random = walk, walk.who, walk.random
        self.choices: dict[str, tuple[str, Any]] = {}

    def run(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.replacing import draft_version
        from tests.reform.plans.year import in_force, issued

        walk, who = self.walk, self.who
        plan = who.issued()
        if (in_force(plan).from_on or walk.today) >= walk.today:
            return False, ""
        version = draft_version(by=who.manager, at=walk.at(), plan_id=plan.pk)
        self._settle(version)
        if not version.lines.exclude(change="DROPPED").exists():
            return False, ""
        issued(
            version,
            who.manager,
            who.home.organisation,
            number=f"{version.number}/QĐ",
            on=walk.today,
            at=walk.at(),
        )
        walk.seen.replaced += 1
        self._follow()
        return True, ""

    def _settle(self, version: Any) -> None:
        from openpar.reform.plans.actions.drafting import line_of
        from openpar.reform.plans.actions.replacing import settle_line
        from openpar.reform.plans.lines import Deadline, Settlement, led_by
        from openpar.reform.plans.models import LineChange

        names = {task.pk: name for name, task in self.who.tasks.items()}
        for row in version.lines.all():
            name, line = names[row.task_id], line_of(row)
            change = self.random.choice(("CARRIED", "CARRIED", "DROPPED", "CHANGED", "REASSIGNED"))
            if change in ("CHANGED", "REASSIGNED") and name not in ("dated", "quarter"):
                change = "CARRIED"
            wording: Any = None
            told: Any = None
            if change == "CHANGED":
                told = self.walk.today + timedelta(days=self.random.choice((-10, 0, 40)))
                wording = replace(line, deadline=Deadline.by(told))
            elif change == "REASSIGNED":
                told = tuple(self.random.sample(AGENCIES, self.random.choice((1, 2))))
                leads = led_by(*(getattr(self.who, one).pk for one in told))
                if set(leads) == set(line.leads):
                    change, told = "CARRIED", None
                else:
                    wording = replace(
                        line,
                        leads=leads,
                        cooperating=tuple(one for one in line.cooperating if one not in leads),
                    )
            version.refresh_from_db()
            settle_line(
                by=self.who.manager,
                at=self.walk.at(),
                line_id=row.pk,
                expected_version=version.version,
                settlement=Settlement(LineChange(change), "Điều 2", wording),
            )
            self.choices[name] = (change, told)

    def _follow(self) -> None:
        """The same in the model; what is new is taken in from the program."""
        from openpar.reform.plans.models import Assignment

        for line in self.walk.lines.values():
            change, told = self.choices.get(line.task, ("CARRIED", None))
            if line.is_ended:
                continue
            if change == "DROPPED" or (change == "REASSIGNED" and line.agency not in told):
                self._end(line)
            elif change == "CHANGED":
                for duty in line.duties:
                    if duty.state in (model.OPEN, model.REPORTED):
                        duty.due = told
        for row in Assignment.objects.filter(task__plan=self.who.issued()).exclude(pk__in=self.walk.lines):
            self.walk.take_in(row)

    def _end(self, line: model.Line) -> None:
        line.is_ended = True
        for duty in line.duties:
            if duty.state in (model.OPEN, model.REPORTED):
                duty.state, duty.completed = model.DROPPED, None
                duty.extension = duty.objective = None
