"""Random walks through a reform year: every move by the real action, and by the model beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from trust import plan_model as model

AGENCIES = ("home", "health", "finance")
_MOVES = (
    *("report", "report", "withdraw", "confirm", "confirm", "send_back", "extend", "extend", "objective"),
    *("approve", "approve", "refuse", "start", "condition", "replace", "sleep", "sleep"),
)


@dataclass
class Seen:
    """What walks met: how many moves, how many were accepted, what was broken."""

    moves: int = 0
    accepted: int = 0
    replaced: int = 0
    kinds: set[tuple[str, bool]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


class Walk:
    """One reform year of a small province."""

    def __init__(self, who: Any, random: Random, seen: Seen, name: str) -> None:
        from openpar.reform.plans.models import Assignment

        self.who, self.random, self.seen, self.name = who, random, seen, name
        self.today = date(2026, 1, 5)
        self.lines: dict[int, model.Line] = {}
        self.is_condition_met: date | None = None
        self.days: dict[date, dict[str, int]] = {}
        self.actors = self._actors()
        for row in Assignment.objects.all():
            self.take_in(row)

    def go(self, moves: int, favourites: tuple[str, ...] = ()) -> None:
        """So many moves, until something is broken; `favourites` alone when any are named."""
        for number in range(moves):
            move = self.random.choice(favourites or _MOVES)
            is_right, told = getattr(self, f"_{move}")()
            self.seen.moves += 1
            self.seen.accepted += is_right
            self.seen.kinds.add((move, is_right))
            wrong = told or self._differences()
            if wrong:
                self.seen.broken.append(f"{self.name}, move {number} ({move}, {self.today}): {wrong}")
                return
        self._look_back()

    def _actors(self) -> list[tuple[model.Actor, Any]]:
        who = self.who
        found = [
            (model.Actor("manager", "manager", "home"), who.manager),
            (model.Actor("leader", "leader"), who.leader),
            (model.Actor("auditor", "auditor"), who.auditor),
        ]
        for name in AGENCIES:
            agency = getattr(who, name)
            found += [
                (model.Actor(f"{name}.head", "head", name), agency.head),
                (model.Actor(f"{name}.officer", "officer", name), agency.officer),
            ]
        return found

    def take_in(self, row: Any) -> None:
        """An obligation that the program has made, as the plan says it should be."""
        name = next(
            (key for key in (*AGENCIES,) if getattr(self.who, key).pk == row.organisation_id), "commune"
        )
        task = next(key for key, task in self.who.tasks.items() if task.pk == row.task_id)
        duties = [model.Owed(duty.due_on, duty.from_on) for duty in row.duties.order_by("number")]
        self.lines[row.pk] = model.Line(task, name, row.assigned_on, duties)

    def at(self) -> Any:
        from tests.reform.plans.year import moment

        return moment(self.today)

    def _chosen(self) -> tuple[int, model.Line, int, model.Owed]:
        """Some duty; one that presses more often than not."""
        pk = self.random.choice(sorted(self.lines))
        line = self.lines[pk]
        number = self.random.randrange(len(line.duties)) if self.random.random() < 0.3 else 0
        open_ones = [place for place, duty in enumerate(line.duties) if duty.state != model.DONE]
        if number == 0 and open_ones:
            number = open_ones[0]
        return pk, line, number, line.duties[number]

    def _actor_for(self, line: model.Line) -> tuple[model.Actor, Any]:
        """Somebody; the agency itself or the assigning side more often than others."""
        near = [one for one in self.actors if one[0].agency == line.agency or one[0].office == "leader"]
        return self.random.choice(near if near and self.random.random() < 0.8 else self.actors)

    def _try(self, expected: bool, action: Callable[[], object]) -> tuple[bool, str]:
        """Does the program accept what the model accepts?"""
        from django.db import transaction

        from openpar.reform.plans.errors import PlansRefused

        try:
            with transaction.atomic():
                action()
        except PlansRefused as refused:
            return False, f"refused, {refused}" if expected else ""
        return True, "" if expected else "accepted"

    def _row(self, pk: int, number: int) -> Any:
        from openpar.reform.plans.models import Duty

        return Duty.objects.filter(assignment=pk).order_by("number")[number]

    def _product(self, line: model.Line) -> Any:
        from tests.reform.plans.year import document, moment

        agency = getattr(self.who, line.agency)
        at = moment(date(2025, 12, 23))
        return document(agency.officer, agency.organisation, "1/BC", date(2025, 12, 22), at)

    def _report(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.claiming import report_done

        pk, line, number, duty = self._chosen()
        if line.agency == "commune":
            return False, ""
        actor, by = self._actor_for(line)
        completed = self.today - timedelta(days=self.random.choice((0, 0, 0, 1, 5, 20, -1)))
        row, product = self._row(pk, number), self._product(line)
        expected = model.may_report(actor, line) and model.report_is_sound(line, duty, completed, self.today)
        done, told = self._try(
            expected,
            lambda: report_done(
                by=by,
                at=self.at(),
                duty_id=row.pk,
                expected_version=row.version,
                completed_on=completed,
                document_id=product.pk,
            ),
        )
        if done:
            duty.state, duty.completed = model.REPORTED, completed
            line.started = line.started or self.today
        return done, told

    def _decided(
        self, action: Any, may: Any, **words: str
    ) -> tuple[bool, str, model.Line, model.Owed] | None:
        """Somebody decides on a report that waits, or once did."""
        from openpar.reform.plans.models import Claim

        claims = list(
            Claim.objects.order_by("-id").values_list("pk", "duty__assignment", "duty__number", "state")
        )
        if not claims:
            return None
        waiting = [one for one in claims if one[3] == "REPORTED"]
        pk, assignment, number, state = self.random.choice(
            waiting if waiting and self.random.random() < 0.8 else claims
        )
        line = self.lines[assignment]
        duty = line.duties[number - 1]
        actor, by = self._actor_for(line)
        expected = may(actor, line) and state == "REPORTED" and not line.is_ended
        done, told = self._try(expected, lambda: action(by=by, at=self.at(), claim_id=pk, **words))
        return done, told, line, duty

    def _withdraw(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.claiming import withdraw_report

        found = self._decided(withdraw_report, model.may_report)
        return self._open_again(found)

    def _send_back(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.claiming import return_report

        found = self._decided(return_report, model.may_confirm, reason="Thiếu")
        return self._open_again(found)

    def _open_again(self, found: tuple[bool, str, model.Line, model.Owed] | None) -> tuple[bool, str]:
        if found is None:
            return False, ""
        done, told, _line, duty = found
        if done:
            duty.state, duty.completed = model.OPEN, None
        return done, told

    def _confirm(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.claiming import confirm_done

        found = self._decided(confirm_done, model.may_confirm)
        if found is None:
            return False, ""
        done, told, _line, duty = found
        if done:
            duty.state, duty.extension = model.DONE, None
        return done, told

    def _extend(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.requesting import ask_extension

        pk, line, number, duty = self._chosen()
        actor, by = self._actor_for(line)
        late = max(duty.due or self.today, self.today)
        wanted = self.random.choice((duty.due or late, late, late)) + timedelta(
            days=self.random.choice((-5, 0, 20, 45))
        )
        expected = model.may_ask(actor, line) and model.extension_is_sound(line, duty, wanted, self.today)
        row = self._row(pk, number)
        done, told = self._try(
            expected,
            lambda: ask_extension(by=by, at=self.at(), duty_id=row.pk, new_due_on=wanted, reason="Chờ"),
        )
        if done:
            duty.extension = model.Asked(duty.due, wanted)
        return done, told

    def _objective(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.requesting import ask_objective

        pk, line, number, duty = self._chosen()
        actor, by = self._actor_for(line)
        expected = model.may_ask(actor, line) and model.objective_is_sound(line, duty, self.today)
        row = self._row(pk, number)
        done, told = self._try(
            expected, lambda: ask_objective(by=by, at=self.at(), duty_id=row.pk, reason="Bão")
        )
        if done:
            duty.objective = model.Asked(duty.due, None)
        return done, told

    def _asked(self) -> tuple[int, bool, model.Line, model.Owed] | None:
        from openpar.reform.plans.models import DutyRequest

        rows = list(
            DutyRequest.objects.filter(state="ASKED").values_list(
                "pk", "kind", "duty__assignment", "duty__number"
            )
        )
        if not rows:
            return None
        pk, kind, assignment, number = self.random.choice(rows)
        line = self.lines[assignment]
        return pk, kind == "EXTENSION", line, line.duties[number - 1]

    def _approve(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.requesting import approve_request

        found = self._asked()
        if found is None:
            return False, ""
        pk, is_extension, line, duty = found
        actor, by = self._actor_for(line)
        asked = duty.extension if is_extension else duty.objective
        stands = duty.state == model.OPEN and asked is not None and duty.due == asked.old
        is_sound = not is_extension or stands
        expected = model.may_decide(actor) and is_sound and not line.is_ended
        done, told = self._try(expected, lambda: approve_request(by=by, at=self.at(), request_id=pk))
        if done and is_extension and asked is not None:
            duty.due, duty.extension = asked.new, None
            duty.extensions += 1
        elif done:
            duty.excused, duty.objective = True, None
        return done, told

    def _refuse(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.requesting import refuse_request

        found = self._asked()
        if found is None:
            return False, ""
        pk, is_extension, line, duty = found
        actor, by = self._actor_for(line)
        expected = model.may_decide(actor) and not line.is_ended
        done, told = self._try(
            expected, lambda: refuse_request(by=by, at=self.at(), request_id=pk, reason="Không")
        )
        if done and is_extension:
            duty.extension = None
        elif done:
            duty.objective = None
        return done, told

    def _start(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.working import note_progress

        pk, line, _number, _duty = self._chosen()
        actor, by = self._actor_for(line)
        expected = model.may_ask(actor, line) and not line.is_ended
        done, told = self._try(
            expected,
            lambda: note_progress(by=by, at=self.at(), assignment_id=pk, text="Đang làm", is_started=True),
        )
        if done:
            line.started = line.started or self.today
        return done, told

    def _condition(self) -> tuple[bool, str]:
        from openpar.reform.plans.actions.conditions import record_condition

        actor, by = self.random.choice(self.actors)
        task = self.who.tasks["waiting"]
        is_there = any(line.task == "waiting" and not line.is_ended for line in self.lines.values())
        is_dropped = not is_there
        expected = model.may_plan(actor) and self.is_condition_met is None and not is_dropped
        done, told = self._try(
            expected,
            lambda: record_condition(by=by, at=self.at(), task_id=task.pk, happened_on=self.today),
        )
        if done:
            self.is_condition_met = self.today + timedelta(days=30)
            for line in self.lines.values():
                if line.task == "waiting" and not line.is_ended:
                    for duty in line.duties:
                        if duty.state in (model.OPEN, model.REPORTED):
                            duty.due = self.is_condition_met
        return done, told

    def _sleep(self) -> tuple[bool, str]:
        """The day is over; how it stood is kept to be looked back upon."""
        self.days[self.today] = model.counted(list(self.lines.values()), self.today)
        ahead = [
            duty.due
            for line in self.lines.values()
            for duty in line.duties
            if duty.due is not None and duty.due > self.today and not line.is_ended
        ]
        if ahead and self.random.random() < 0.4:
            # The day of a deadline is where counts go wrong.
            self.today = min(ahead)
        else:
            self.today += timedelta(days=self.random.choice((1, 3, 10, 25)))
        return True, ""

    def _replace(self) -> tuple[bool, str]:
        """Now and then a new version: some tasks dropped, some given to others, some with another day."""
        if self.random.random() < 0.6:
            return False, ""
        from trust.plan_replacing import Replacement

        return Replacement(self).run()

    def _differences(self) -> str:
        from trust.plan_comparing import differences

        return differences(self)

    def _look_back(self) -> None:
        """Every day that is over still counts as it did then."""
        from openpar.reform.plans.queries.counting import count_on

        for day, counts in self.days.items():
            found = count_on(self.who.issued().pk, day).tally
            told = {key: getattr(found, key) for key in counts}
            if told != counts:
                self.seen.broken.append(f"{self.name}: {day} counted {counts}, told later as {told}")
                return
