"""The checklist of one unit as a page shows it: every line with what both sides said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.reform.fields import field_name
from openpar.reform.inspections.checklists import ChecklistItem
from openpar.reform.inspections.models import (
    AnswerEvidence,
    CaseState,
    ChecklistAnswer,
    InspectedUnit,
    Side,
)
from openpar.reform.inspections.permissions import agencies_of
from openpar.reform.inspections.queries.visibility import sees_from_inside, visible_cases
from openpar.reform.inspections.words import items_of, team_name


@dataclass(frozen=True)
class Answered:
    """What one side said at one line."""

    answer: ChecklistAnswer
    evidence: tuple[AnswerEvidence, ...]


@dataclass(frozen=True)
class Line:
    """One line of the checklist; an answer that the reader may not see is None too."""

    item: ChecklistItem
    of_unit: Answered | None
    of_team: Answered | None

    def of(self, side: str) -> Answered | None:
        return self.of_unit if side == Side.UNIT else self.of_team


@dataclass(frozen=True)
class ChecklistView:
    """The checklist of a unit, field by field."""

    unit: InspectedUnit
    name: str
    team: str
    fields: tuple[tuple[str, str, tuple[Line, ...]], ...]

    def lines(self) -> tuple[Line, ...]:
        return tuple(line for _code, _name, lines in self.fields for line in lines)


def visible_unit(actor: Actor, unit_id: int) -> InspectedUnit | None:
    """The unit of a case for somebody who sees its checklist: the inspecting side, or its own people."""
    unit = InspectedUnit.objects.filter(pk=unit_id).first()
    if unit is None:
        return None
    case = visible_cases(actor).filter(pk=unit.inspection_id).first()
    if case is None:
        return None
    unit.inspection = case
    if sees_from_inside(actor, case) or unit.organisation_id in agencies_of(actor):
        return unit
    return None


def checklist_view(actor: Actor, unit: InspectedUnit, today: date) -> ChecklistView:
    """Every line with its answers; three queries.

    The inspecting side sees the report of the unit once it is sent, the unit the observations of the team
    once the minutes are signed or the conclusion issued; each its own at any time.
    """
    case = unit.inspection
    is_inside = sees_from_inside(actor, case)
    is_concluded = case.state in (CaseState.CONCLUDED, CaseState.CLOSED)
    shown = set()
    if not is_inside or unit.self_report_sent_at is not None or is_concluded:
        shown.add(str(Side.UNIT))
    if is_inside or unit.minutes_id is not None or is_concluded:
        shown.add(str(Side.TEAM))
    found: dict[tuple[str, str], Answered] = {}
    answers = unit.answers.filter(side__in=shown).select_related("saved_by")
    for answer in answers.prefetch_related("evidence__document"):
        found[answer.side, answer.item] = Answered(answer, tuple(answer.evidence.all()))
    fields: dict[str, list[Line]] = {}
    for item in items_of(case):
        line = Line(item, found.get((Side.UNIT, item.code)), found.get((Side.TEAM, item.code)))
        fields.setdefault(item.field, []).append(line)
    return ChecklistView(
        unit=unit,
        name=names_on([unit.organisation_id], today).get(unit.organisation_id, ""),
        team=team_name(case),
        fields=tuple((code, field_name(code, today), tuple(lines)) for code, lines in fields.items()),
    )
