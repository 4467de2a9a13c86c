"""Random walks through the life of an inspection, beside a model that shares no rule with the program.

The model keeps a handful of truths of one case and says of every move by every person whether it is accepted.
A move that is accepted and should not be, or the other way round, is a violation; so is anything that changes
behind an issued conclusion, and a conclusion whose findings are not its limitations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from django.db import DatabaseError, transaction

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reform.findings.models import Finding
from openpar.reform.inspections.actions import answers, cases, concluding, steps
from openpar.reform.inspections.models import (
    ChecklistAnswer,
    Inspection,
    Limitation,
    Mode,
    Side,
    TeamMember,
    UnitResponse,
)
from openpar.reform.inspections.words import items_of
from tests.reform.inspections.cases import AT, Office, Province, document, planned, province

_FIELDS = ("F1",)
_DUE = timedelta(days=30)


@dataclass
class Unit:
    """What the model knows of one unit."""

    office: Office
    pk: int
    filled: bool = False
    sent: bool = False
    observed: bool = False
    minuted: bool = False
    limitations: int = 0
    responded: bool = False


@dataclass
class Model:
    """What the model knows of one case."""

    mode: str
    units: list[Unit]
    state: str = "PREPARING"
    has_head: bool = False
    has_member: bool = False
    is_late: bool = False
    steps: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Move:
    """One thing somebody tries; `unit` is the place of the unit it is about."""

    name: str
    person: str
    unit: int = 0

    def __str__(self) -> str:
        return f"{self.name}({self.unit}) by {self.person}"


@dataclass(frozen=True)
class Stage:
    """The world of the walks: people, an issued plan, papers."""

    who: Province
    people: dict[str, Actor]
    campaign: int
    paper: int


def stage() -> Stage:
    """Made once; every walk is rolled back."""
    who = province()
    campaign = planned(who, [who.health, who.ward])
    people = {
        "manager": who.manager,
        "leader": who.leader,
        "head": who.team_head,
        "member": who.member,
        "officer 0": who.health.officer,
        "head 0": who.health.head,
        "officer 1": who.ward.officer,
        "head 1": who.ward.head,
        "stranger": who.building.head,
    }
    paper = document(who.manager, who.home, "1228/QĐ-UBND")
    return Stage(who, people, campaign.pk, paper.pk)


MOVES = (
    *("take head", "take member", "take own", "notify", "begin", "fill", "send", "return", "observe"),
    *("minutes", "report", "limit", "conclude", "respond", "let pass", "close", "cancel"),
)


def expected(model: Model, move: Move) -> bool:
    """Is this move accepted? Written from governance.md 3.1 alone."""
    unit, person, state = model.units[move.unit], move.person, model.state
    is_open = state in ("PREPARING", "NOTIFIED", "WORKING")
    leads = person == "head" and model.has_head
    in_team = leads or (person == "member" and model.has_member)
    surprise = model.mode == Mode.UNANNOUNCED
    return {
        "take head": person == "manager" and is_open and not model.has_head,
        "take member": person == "manager" and is_open and not model.has_member,
        "take own": False,
        "notify": (person == "manager" or leads)
        and state == "PREPARING"
        and model.has_head
        and not surprise
        and not model.is_late,
        "begin": leads and (state == "NOTIFIED" or (surprise and state == "PREPARING")),
        "fill": person in (f"officer {move.unit}", f"head {move.unit}")
        and state in ("NOTIFIED", "WORKING")
        and not unit.sent,
        "send": person in (f"officer {move.unit}", f"head {move.unit}")
        and state in ("NOTIFIED", "WORKING")
        and unit.filled
        and not unit.sent,
        "return": in_team and state in ("NOTIFIED", "WORKING") and unit.sent and not unit.minuted,
        "observe": in_team and state == "WORKING" and not unit.minuted,
        "minutes": leads and state == "WORKING" and unit.observed and not unit.minuted,
        "report": leads and state == "WORKING" and all(one.minuted for one in model.units),
        "limit": (person == "manager" or leads) and state in ("WORKING", "REPORTED"),
        "conclude": person == "manager"
        and state == "REPORTED"
        and not model.is_late
        and all(one.limitations for one in model.units),
        "respond": person == f"head {move.unit}"
        and state == "CONCLUDED"
        and not unit.responded
        and not model.is_late,
        "let pass": True,
        "close": person == "manager"
        and state == "CONCLUDED"
        and (model.is_late or all(one.responded for one in model.units)),
        "cancel": person == "manager" and state in ("PREPARING", "NOTIFIED"),
    }[move.name]


def follow(model: Model, move: Move) -> None:
    """What an accepted move changes."""
    unit = model.units[move.unit]
    changes: dict[str, Callable[[], None]] = {
        "take head": lambda: setattr(model, "has_head", True),
        "take member": lambda: setattr(model, "has_member", True),
        "notify": lambda: setattr(model, "state", "NOTIFIED"),
        "begin": lambda: setattr(model, "state", "WORKING"),
        "fill": lambda: setattr(unit, "filled", True),
        "send": lambda: setattr(unit, "sent", True),
        "return": lambda: setattr(unit, "sent", False),
        "observe": lambda: setattr(unit, "observed", True),
        "minutes": lambda: setattr(unit, "minuted", True),
        "report": lambda: setattr(model, "state", "REPORTED"),
        "limit": lambda: setattr(unit, "limitations", unit.limitations + 1),
        "conclude": lambda: setattr(model, "state", "CONCLUDED"),
        "respond": lambda: setattr(unit, "responded", True),
        "let pass": lambda: setattr(model, "is_late", True),
        "close": lambda: setattr(model, "state", "CLOSED"),
        "cancel": lambda: setattr(model, "state", "CANCELLED"),
    }
    changes[move.name]()


def perform(at_stage: Stage, case_id: int, model: Model, move: Move) -> None:
    """The move by the real action. Raises Refused, and what the database refuses."""
    unit, by = model.units[move.unit], at_stage.people[move.person]
    # Late: after the day until which a unit may answer; the dates of the steps before are behind it then.
    at = AT + _DUE + timedelta(days=1) if model.is_late else AT
    case: dict[str, Any] = {"by": by, "at": at, "inspection_id": case_id}
    of_unit: dict[str, Any] = {"by": by, "at": at, "unit_id": unit.pk}
    paper, due = at_stage.paper, (AT + _DUE).date()
    people = at_stage.people
    acts: dict[str, Callable[[], object]] = {
        "take head": lambda: cases.add_member(
            **case, user_id=people["head"].person_id, part=TeamMember.Part.HEAD
        ),
        "take member": lambda: cases.add_member(
            **case, user_id=people["member"].person_id, part=TeamMember.Part.MEMBER
        ),
        "take own": lambda: cases.add_member(
            **case, user_id=unit.office.officer.person_id, part=TeamMember.Part.SECRETARY
        ),
        "notify": lambda: steps.send_notice(**case, document_id=paper, self_report_due=due),
        "begin": lambda: steps.begin_checks(**case),
        "fill": lambda: _answer(of_unit, case_id, Side.UNIT),
        "send": lambda: answers.send_self_report(**of_unit),
        "return": lambda: answers.return_self_report(**of_unit, reason="Thiếu"),
        "observe": lambda: _answer(of_unit, case_id, Side.TEAM),
        "minutes": lambda: steps.record_minutes(
            **of_unit, document_id=paper, signed_on=at.date(), signed_for_team="A", signed_for_unit="B"
        ),
        "report": lambda: steps.report_case(**case, document_id=paper),
        "limit": lambda: concluding.add_limitation(
            **of_unit, limitation=concluding.NewLimitation("F1", "Chưa rà soát")
        ),
        "conclude": lambda: concluding.issue_conclusion(
            **case,
            expected_version=Inspection.objects.values_list("version", flat=True).get(pk=case_id),
            document_id=paper,
            remedy_due=due,
            response_due=due,
        ),
        "respond": lambda: concluding.respond(**of_unit, kind=UnitResponse.Kind.AGREES),
        "let pass": lambda: None,
        "close": lambda: steps.close_case(**case, document_id=paper),
        "cancel": lambda: cases.cancel_case(**case, reason="Thay đổi"),
    }
    acts[move.name]()


def _answer(of_unit: dict[str, Any], case_id: int, side: Side) -> None:
    """Every line of one side, saying something else each time."""
    case = Inspection.objects.get(pk=case_id)
    stored = dict(
        ChecklistAnswer.objects.filter(unit=of_unit["unit_id"], side=side).values_list("item", "version")
    )
    for item in items_of(case):
        version = stored.get(item.code, 0)
        answers.save_answer(
            **of_unit,
            side=side,
            item=item.code,
            result="MET",
            text=f"lần {version + 1}",
            expected_version=version,
        )


@dataclass
class Seen:
    """What the walks saw."""

    moves: int = 0
    accepted: int = 0
    reached: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def walk(
    at_stage: Stage,
    chance: Random,
    seen: Seen,
    name: str,
    *,
    moves: int,
    favourite: tuple[str, str] | None = None,
) -> None:
    """One case from its opening, so many moves long; half of the moves are ones that the model accepts."""
    with transaction.atomic():
        model, case_id = _opened(at_stage, chance)
        frozen: object = None
        for _number in range(moves):
            move = _chosen(at_stage, model, chance, favourite)
            wanted = expected(model, move)
            told = _tried(at_stage, case_id, model, move)
            seen.moves += 1
            model.steps.append(f"{move}{'' if told == 'done' else ' ✗'}")
            if told != ("done" if wanted else "refused"):
                seen.broken.append(f"{name}: {told}, expected {wanted}: {'; '.join(model.steps[-12:])}")
                break
            if wanted:
                seen.accepted += 1
                follow(model, move)
            wrong = _wrong(case_id, model, frozen)
            if wrong:
                seen.broken.append(f"{name}: {wrong}: {'; '.join(model.steps[-12:])}")
                break
            frozen = _frozen(case_id, model)
            seen.reached.add(model.state)
        transaction.set_rollback(True)


def _opened(at_stage: Stage, chance: Random) -> tuple[Model, int]:
    who = at_stage.who
    mode = chance.choice([Mode.ON_SITE, Mode.ON_SITE, Mode.UNANNOUNCED])
    offices = [who.health, who.ward]
    case = cases.open_case(
        by=who.manager,
        at=AT,
        campaign_id=at_stage.campaign,
        case=cases.NewCase([office.agency.pk for office in offices], mode, at_stage.paper, fields=_FIELDS),
    )
    rows = {unit.organisation_id: unit.pk for unit in case.units.all()}
    return Model(mode, [Unit(office, rows[office.agency.pk]) for office in offices]), case.pk


def _chosen(at_stage: Stage, model: Model, chance: Random, favourite: tuple[str, str] | None) -> Move:
    everything = list(_all_moves(at_stage))
    if favourite and chance.random() < 0.3:
        return chance.choice([move for move in everything if (move.name, move.person) == favourite])
    if chance.random() < 0.7:
        # What leads on; time passes late only, and giving up seldom.
        onward = [move for move in everything if expected(model, move) and _leads_on(move, model, chance)]
        if onward:
            return chance.choice(onward)
    return chance.choice([move for move in everything if move.name != "let pass"])


def _leads_on(move: Move, model: Model, chance: Random) -> bool:
    """Moves that bring the case forward; others that are accepted come now and then, giving up seldom."""
    unit = model.units[move.unit]
    if move.name == "let pass":
        return model.state == "CONCLUDED" and chance.random() < 0.02
    if move.name == "cancel":
        return chance.random() < 0.01
    is_again = {
        "fill": unit.filled,
        "observe": unit.observed,
        "limit": unit.limitations > 0 or chance.random() < 0.6,
        "return": True,
    }.get(move.name, False)
    return not is_again or chance.random() < 0.05


def _all_moves(at_stage: Stage) -> Iterator[Move]:
    for name in MOVES:
        for person in at_stage.people:
            for unit in (0, 1):
                yield Move(name, person, unit)


def _tried(at_stage: Stage, case_id: int, model: Model, move: Move) -> str:
    """“done”, “refused”, or the error that is no refusal: a defect behind which the database stood."""
    try:
        with transaction.atomic():
            perform(at_stage, case_id, model, move)
    except Refused:
        return "refused"
    except DatabaseError as error:
        return f"error {type(error).__name__}: {error}"
    return "done"


def _wrong(case_id: int, model: Model, frozen: object) -> str:
    """What is not as the model has it, or changed though it may not; nothing when all is well."""
    case = Inspection.objects.get(pk=case_id)
    if case.state != model.state:
        return f"stands at {case.state}, the model at {model.state}"
    if frozen is not None and _frozen(case_id, model) != frozen:
        return "something changed behind the conclusion"
    if model.state in ("CONCLUDED", "CLOSED"):
        said = set(Limitation.objects.filter(unit__inspection=case).values_list("finding_id", flat=True))
        found = set(Finding.objects.filter(source_id=case_id).values_list("pk", flat=True))
        if said != found or len(found) != sum(unit.limitations for unit in model.units):
            return "findings are not the limitations"
    elif Finding.objects.filter(source_id=case_id).exists():
        return "findings before the conclusion"
    barred = {unit.office.officer.id for unit in model.units} | {unit.office.head.id for unit in model.units}
    team = set(case.members.values_list("user_id", flat=True))
    return "somebody inspects their own agency" if team & barred else ""


def _frozen(case_id: int, model: Model) -> object:
    """What may not change any more: None before the conclusion."""
    if model.state not in ("CONCLUDED", "CLOSED", "CANCELLED"):
        return None
    return (
        list(ChecklistAnswer.objects.filter(unit__inspection=case_id).order_by("pk").values_list()),
        list(Limitation.objects.filter(unit__inspection=case_id).order_by("pk").values_list()),
        list(TeamMember.objects.filter(inspection=case_id).order_by("pk").values_list()),
        list(Inspection.objects.filter(pk=case_id).values_list("conclusion", "remedy_due", "strengths")),
    )
