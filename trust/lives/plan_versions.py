"""The versions of a reform plan: drawn up, issued, replaced by the next; what agencies owe by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from openpar.reform.plans.actions.adding import add_task
from openpar.reform.plans.actions.drafting import add_line, change_line, remove_line
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.meetings import NewMeeting, add_outcome, order_task, record_meeting
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.replacing import discard_version, draft_version, settle_line, settle_rest
from openpar.reform.plans.lines import Deadline, NewLine, Settlement, Source, led_by
from openpar.reform.plans.models import (
    Assignment,
    LineChange,
    Meeting,
    MeetingOutcome,
    Plan,
    PlanLevel,
    PlanVersion,
    Task,
    TaskLine,
)
from openpar.reform.plans.stages import VERSION
from trust.lives.place import PAPERS_ON, Person, Place
from trust.lives.plan_years import Line, Version, Year
from trust.lives.walking import NOTHING, Life, often, steps_of

_DEADLINE = Deadline.by(date(2026, 12, 1))
_SOURCE = "Công văn 5/UBND"
_CHANGES = ("CARRIED", "DROPPED", "CHANGED", "CHANGED", "REASSIGNED", "REASSIGNED", "NEW")


class PlanVersionLife(Life):
    name = "plan version"
    moves = often(
        create=2,
        write=4,
        rewrite=3,
        remove=2,
        order=1,
        supplement=1,
        draw_up=2,
        settle=4,
        settle_rest=2,
        issue=5,
        discard=1,
        sleep=3,
    )
    # A draft may be dropped.
    steps = steps_of(VERSION) | {("DRAFT", NOTHING)}

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.year, self.pk = Year(random.random() < 0.6), 0

    def states(self) -> dict[object, str]:
        return {one.number: one.state for one in self.year.versions}

    def create(self) -> None:
        """One plan a year: with one there nobody makes another."""
        who, by = self.someone(self.year.is_made_by)
        title = self.words()
        if self.tried(
            who,
            self.year.is_made_by(who) and self.pk == 0 and title.strip() != "",
            lambda: create_plan(
                by=by,
                at=self.at,
                organisation_id=self.place.id_of(self.year.agency),
                year=2026,
                level=PlanLevel.PROVINCE if self.year.is_of_province else PlanLevel.AGENCY,
                title=title,
            ),
        ):
            self.pk = Plan.objects.get().pk
            self.year.versions.append(Version(1))

    def write(self) -> None:
        who, by = self.someone(self.year.is_made_by)
        told, is_stale = Line(0, self.words(), self._leads()), not self.fits()
        seen = self._seen(is_stale)
        if self.tried(
            who,
            self.year.is_open_to(who, is_stale=is_stale) and told.words.strip() != "",
            lambda: add_line(by=by, at=self.at, **seen, line=self._worded(told)),
        ):
            self._put(told, "")

    def rewrite(self) -> None:
        found = self._line()
        if found is None:
            return
        line, pk = found
        who, by = self.someone(self.year.is_made_by)
        is_stale = not self.fits()
        leads = line.leads if self.random.random() < 0.5 else self._leads()
        told = replace(line, words=self.words(), leads=leads)
        seen = self._seen(is_stale)["expected_version"]
        if self.tried(
            who,
            self.year.reword(who, line, told, is_stale=is_stale),
            lambda: change_line(
                by=by, at=self.at, line_id=pk, expected_version=seen, line=self._worded(told)
            ),
        ):
            self._newest.lines[line.task] = told

    def remove(self) -> None:
        found = self._line()
        if found is None:
            return
        line, pk = found
        who, by = self.someone(self.year.is_made_by)
        is_stale = not self.fits()
        seen = self._seen(is_stale)["expected_version"]
        if self.tried(
            who,
            self.year.remove(who, line, is_stale=is_stale),
            lambda: remove_line(by=by, at=self.at, line_id=pk, expected_version=seen),
        ):
            del self._newest.lines[line.task]

    def order(self) -> None:
        """A meeting of the agency orders a task."""
        who, by = self.someone(self.year.is_made_by)
        keeps, keeper = ("home", "home head") if self.year.is_of_province else ("health", "head")
        made: dict[str, Any] = {"by": self.place.named(keeper), "at": self.at}
        new = NewMeeting(self.place.id_of(keeps), Meeting.Kind.REFORM, "Giao ban", self.today, "Giám đốc")
        meeting = record_meeting(**made, meeting=new)
        outcome = add_outcome(
            **made, meeting_id=meeting.pk, expected_version=1, kind="ORDER", text="Làm ngay"
        )
        told = Line(0, "Làm ngay", self._leads(), is_ordered=True)
        self._supplemented(
            who,
            told,
            lambda: order_task(
                by=by, at=self.at, outcome_id=outcome.pk, plan_id=self.pk, line=self._worded(told)
            ),
        )

    def supplement(self) -> None:
        """A task by an order of its own, with its source named."""
        who, by = self.someone(self.year.is_made_by)
        told = Line(0, "Việc bổ sung", self._leads())
        line = replace(self._worded(told), source=Source("petition", None, _SOURCE))
        self._supplemented(who, told, lambda: add_task(plan_id=self.pk, line=line, by=by, at=self.at))

    def _supplemented(self, who: Person, told: Line, action: Callable[[], object]) -> None:
        if self.tried(who, self.year.supplement(who), action):
            self._put(told, Task.objects.latest("id").source_text)

    def draw_up(self) -> None:
        who, by = self.someone(self.year.is_made_by)
        if self.tried(
            who,
            self.year.is_made_by(who) and self.year.in_force is not None and self.year.draft is None,
            lambda: draft_version(by=by, at=self.at, plan_id=self.pk),
        ):
            self.year.draw_up()

    def settle(self) -> None:
        found = self._line()
        if found is None:
            return
        line, pk = found
        who, by = self.someone(self.year.is_made_by)
        change, is_stale = self.random.choice(_CHANGES), not self.fits()
        leads = line.leads if change != "REASSIGNED" and self.fits() else self._leads()
        told = Line(line.task, "Nội dung mới", leads, change, self.words())
        is_worded = (change in ("CHANGED", "REASSIGNED")) == self.fits()
        settlement = Settlement(LineChange(change), told.clause, self._worded(told) if is_worded else None)
        seen = self._seen(is_stale)["expected_version"]
        if self.tried(
            who,
            self.year.settle(who, line, told, is_worded=is_worded, is_stale=is_stale),
            lambda: settle_line(by=by, at=self.at, line_id=pk, expected_version=seen, settlement=settlement),
        ):
            self._newest.lines[line.task] = self.year.settled(line, told)

    def settle_rest(self) -> None:
        who, by = self.someone(self.year.is_made_by)
        clause, is_stale = self.words(), not self.fits()
        rest = [one for one in self._newest.lines.values() if one.change == "UNSETTLED"]
        seen = self._seen(is_stale)
        if self.tried(
            who,
            self.year.is_open_to(who, is_stale=is_stale) and clause.strip() != "",
            lambda: settle_rest(by=by, at=self.at, **seen, clause=clause),
            traced=rest != [],
        ):
            for one in rest:
                self._newest.lines[one.task] = replace(one, change="CARRIED", clause=clause)

    def issue(self) -> None:
        who, by = self.someone(self.year.is_issued_by)
        on, is_stale = self.day(self.today, self.today, PAPERS_ON), not self.fits()
        owner, is_complete = who.agency if self.fits() else "justice", self.fits()
        paper, seen = self.place.documents.get((owner, is_complete), 0), self._seen(is_stale)
        is_proved = is_complete and paper != 0 and owner in (who.agency, self.year.agency)
        if self.tried(
            who,
            self.year.issue(who, on, self.today, is_proved=is_proved, is_stale=is_stale),
            lambda: issue_plan(by=by, at=self.at, **seen, document_id=paper, from_on=on),
        ):
            self.year.come_into_force(on)

    def discard(self) -> None:
        """A plan that was never issued goes with its draft."""
        who, by = self.someone(self.year.is_made_by)
        is_stale = not self.fits()
        seen = self._seen(is_stale)
        if self.tried(
            who,
            self.year.discard(who, is_stale=is_stale),
            lambda: discard_version(by=by, at=self.at, **seen),
        ):
            self.year.versions.pop()
            self.pk = self.pk if self.year.versions else 0

    def differences(self) -> str:
        names = {agency.pk: name for name, agency in self.place.agencies.items()}
        ordered = set(MeetingOutcome.objects.filter(task__isnull=False).values_list("task", flat=True))
        lines: dict[int, dict[int, Line]] = {}
        for row in TaskLine.objects.select_related("version").prefetch_related("agencies"):
            leads = tuple(names[each.organisation_id or 0] for each in row.agencies.all())
            said = Line(row.task_id, row.text, leads, row.change, row.clause, row.task_id in ordered)
            lines.setdefault(row.version.number, {})[row.task_id] = said
        there = [
            (row.number, row.state, row.from_on, lines.get(row.number, {}))
            for row in PlanVersion.objects.order_by("number")
        ]
        meant = [(one.number, one.state, one.from_on, one.lines) for one in self.year.versions]
        if there != meant:
            return f"the versions are {there}, not {meant}"
        rows = Assignment.objects.filter(ended_on__isnull=True)
        owed = {(row.task_id, names[row.organisation_id]) for row in rows}
        return "" if owed == self.year.owed() else f"owed is {owed}, not {self.year.owed()}"

    @property
    def _newest(self) -> Version:
        return self.year.versions[-1]

    def _seen(self, is_stale: bool) -> dict[str, int]:
        """The newest version, as somebody saw it now or before."""
        row = PlanVersion.objects.get(number=self._newest.number)
        return {"version_id": row.pk, "expected_version": row.version - is_stale}

    def _line(self) -> tuple[Line, int] | None:
        """Some line of the newest version."""
        if not self._newest.lines:
            return None
        task = self.random.choice(sorted(self._newest.lines))
        pk = TaskLine.objects.values_list("pk", flat=True).get(version__number=self._newest.number, task=task)
        return self._newest.lines[task], pk

    def _put(self, told: Line, source: str) -> None:
        """A task that was written just now; `source`: the clause by which a draft beside carries it over."""
        line = replace(told, task=Task.objects.latest("id").pk)
        if source:
            self.year.add(line, source)
        else:
            self._newest.lines[line.task] = line

    def _leads(self) -> tuple[str, ...]:
        return tuple(self.random.sample(("health", "justice", "home"), self.random.choice((1, 1, 2))))

    def _worded(self, told: Line) -> NewLine:
        return NewLine("F0", told.words, _DEADLINE, led_by(*map(self.place.id_of, told.leads)))
