"""The tables of the walk's own model: what the law and the design allow, written down a second time.

Nothing here asks the rules, the stages or the permissions of the program; it reads the rows before and after
a move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from trust.walks.world import Snapshot, World, moment

# What may follow what (parindex.md 4.2, 5.1).
NEXT_STAGES = {
    "PREPARATION": {"SELF_SCORING"},
    "SELF_SCORING": {"APPRAISAL"},
    "APPRAISAL": {"EXPLANATION", "DECISION"},
    "EXPLANATION": {"REAPPRAISAL", "DECISION"},
    "REAPPRAISAL": {"DECISION"},
    "DECISION": {"PUBLISHED"},
    "PUBLISHED": set[str](),
}
NEXT_STATES: dict[str, dict[str, tuple[str, ...]]] = {
    "DRAFTING": {"AWAITING_HEAD": ("submit_sheet",), "LOCKED": ("advance_round",)},
    "AWAITING_HEAD": {"DRAFTING": ("send_back",), "LOCKED": ("lock_sheet", "advance_round")},
    "LOCKED": {"DRAFTING": ("grant_reopening",)},
}
MAXIMA = {"1.1.1": 1, "1.1.2": 3, "2.1.1": 2, "2.1.2": 1, "2.2.1": 3}
OUTSIDE_LEAVES = {"2.2.1"}
WITHOUT_EVIDENCE = {"2.1.2"}
BONUS_MOST, PENALTY_MOST, CAP = 1, 2, 10

ALL_STAGES = frozenset(NEXT_STAGES)
ALL_STATES = frozenset(NEXT_STATES)
_UNPUBLISHED = ALL_STAGES - {"PUBLISHED"}
_LATER = frozenset({"APPRAISAL", "EXPLANATION", "REAPPRAISAL", "DECISION"})
_OPENABLE = frozenset({"SELF_SCORING", "APPRAISAL"})
UNIT = ("FOCAL_OFFICER", "AGENCY_HEAD")


@dataclass(frozen=True)
class Change:
    """One row that came, went or became another."""

    table: str
    old: Any
    new: Any

    @property
    def row(self) -> Any:
        return self.new if self.new is not None else self.old


@dataclass(frozen=True)
class Case:
    """One move with everything around it."""

    world: World
    before: Snapshot
    after: Snapshot
    move: str
    actor: Any
    at: datetime
    round_id: int | None
    sheet_id: int | None
    arguments: dict[str, Any]

    @cached_property
    def changes(self) -> list[Change]:
        found = []
        for table, rows in self.after.rows.items():
            old = self.before[table]
            if old == rows:
                continue
            keys = sorted(key for key in old.keys() | rows.keys() if old.get(key) != rows.get(key))
            found += [Change(table, old.get(key), rows.get(key)) for key in keys]
        return found

    @property
    def round(self) -> Any:
        return None if self.round_id is None else self.before["Round"].get(self.round_id)

    @property
    def sheet(self) -> Any:
        return None if self.sheet_id is None else self.before["Assessment"].get(self.sheet_id)

    def holds(self, role: str, where: int | None = None) -> bool:
        return any(held == role and where in (None, there) for held, there in self.actor.held)

    @property
    def is_of_unit(self) -> bool:
        return any(there == self.sheet.organisation_id for _role, there in self.actor.held)

    def is_running(self, stage: str) -> bool:
        """Is the phase of the round this one, and the moment in [opens, closes)?"""
        if self.round.stage != stage:
            return False
        [phase] = self.before.of("Phase", round_id=self.round.id, stage=stage) or [None]
        return phase is None or bool(moment(phase.opens_at) <= self.at < moment(phase.closes_at))  # type: ignore[operator]  # a phase always has both

    @property
    def is_reopened(self) -> bool:
        return any(
            row.granted_at is not None
            and row.closed_at is None
            and self.at < (moment(row.open_until) or self.at)
            for row in self.before.of("Reopening", assessment_id=self.sheet_id)
        )

    @property
    def is_open_to_unit(self) -> bool:
        return self.is_running("SELF_SCORING") or self.is_reopened


Who = Callable[[Case], bool]


def _unit(case: Case) -> bool:
    return any(case.holds(role, case.sheet.organisation_id) for role in UNIT)


def _scores(case: Case) -> bool:
    if _unit(case):
        return True
    handed = case.before.of("LeafAssignment", assessment_id=case.sheet_id, officer_id=case.actor.id)
    codes = {case.world.leaves[row.criterion_id] for row in handed}
    wanted = {case.arguments["code"]} if "code" in case.arguments else set(case.arguments["entries"])
    return case.holds("DIVISION_OFFICER", case.sheet.organisation_id) and wanted <= codes


def _head(case: Case) -> bool:
    return case.holds("AGENCY_HEAD", case.sheet.organisation_id)


def _manager(case: Case) -> bool:
    where = case.world.manager_id if case.round is None else case.round.manager_id
    return case.holds("ROUND_MANAGER", where)


def _chair(case: Case) -> bool:
    return case.holds("COUNCIL_CHAIR")


def _appraises(case: Case) -> bool:
    """Assigned to the field, and no member of any unit whose rows change."""
    fields = {
        row.field_code
        for row in case.before["AppraiserAssignment"].values()
        if row.appraiser_id == case.actor.id
    }
    for change in case.changes:
        if change.table == "Score":
            unit = case.after["Assessment"][change.row.assessment_id].organisation_id
            if case.world.leaves[change.row.criterion_id][0] not in fields:
                return False
            if any(there == unit for _role, there in case.actor.held):
                return False
    return case.holds("APPRAISER")


def _checks(case: Case) -> bool:
    return (case.holds("APPRAISER") or _manager(case)) and not case.is_of_unit


def _decides(case: Case) -> bool:
    """The second of two people about points: the council's chair or the round's manager, not of the unit."""
    return (_chair(case) or _manager(case)) and not case.is_of_unit


def _settles(case: Case) -> bool:
    entered = case.before["Adjustment"][case.arguments["adjustment_id"]].entered_by_id
    return _decides(case) and entered != case.actor.id


def _proposes(case: Case) -> bool:
    """Who appraises the field, or the manager of the round; nobody for the own unit."""
    fields = {
        row.field_code
        for row in case.before["AppraiserAssignment"].values()
        if row.appraiser_id == case.actor.id
    }
    appraises = case.holds("APPRAISER") and case.arguments["code"][0] in fields
    return (appraises or _manager(case)) and not case.is_of_unit


def _correction(case: Case) -> Any:
    return case.before["Correction"][case.arguments["correction_id"]]


def _second(case: Case) -> bool:
    return _decides(case) and _correction(case).proposed_by_id != case.actor.id


def _proposed(case: Case) -> bool:
    return bool(_correction(case).proposed_by_id == case.actor.id)


@dataclass(frozen=True)
class Rule:
    """When one action may succeed and what it may write; `Score:SELF` names a layer of a table."""

    who: Who
    stages: frozenset[str]
    writes: frozenset[str] = frozenset()
    states: frozenset[str] = ALL_STATES
    is_now: Who = lambda _case: True
    may_do_nothing: bool = False


def _rule(who: Who, stages: Any, writes: str = "", states: str = "", **more: Any) -> Rule:
    named = frozenset(stages.split()) if isinstance(stages, str) else stages
    return Rule(who, named, frozenset(writes.split()), frozenset(states.split()) or ALL_STATES, **more)


def _running(stage: str) -> Who:
    return lambda case: case.is_running(stage)


def _open(case: Case) -> bool:
    return case.is_open_to_unit


def _bound_open(case: Case) -> bool:
    return case.is_open_to_unit if case.arguments["layer"] == "SELF" else case.is_running("EXPLANATION")


_BOUND = "EvidenceUse Score:SELF Score:EXPLAINED Assessment"
_IN_UNIT = frozenset({"SELF_SCORING", "APPRAISAL"})
RULES: dict[str, Rule] = {
    "save_self_score": _rule(_scores, _OPENABLE, "Score:SELF Assessment", "DRAFTING", is_now=_open),
    "save_sheet": _rule(
        _scores, _OPENABLE, "Score:SELF Assessment", "DRAFTING", is_now=_open, may_do_nothing=True
    ),
    "attach_evidence": _rule(
        _scores, "SELF_SCORING APPRAISAL EXPLANATION", _BOUND, "DRAFTING LOCKED", is_now=_bound_open
    ),
    "detach_evidence": _rule(
        _scores, "SELF_SCORING APPRAISAL EXPLANATION", "EvidenceUse", "DRAFTING LOCKED", is_now=_bound_open
    ),
    "assign_leaves": _rule(_unit, _UNPUBLISHED, "LeafAssignment"),
    "submit_sheet": _rule(_unit, _IN_UNIT, "Assessment", "DRAFTING", is_now=_open),
    "send_back": _rule(_head, _IN_UNIT, "Assessment", "AWAITING_HEAD"),
    "lock_sheet": _rule(_head, _IN_UNIT, "Assessment Reopening", "AWAITING_HEAD", is_now=_open),
    "ask_reopening": _rule(_unit, _OPENABLE, "Reopening", "LOCKED"),
    "grant_reopening": _rule(_manager, _OPENABLE, "Reopening Assessment", "LOCKED"),
    "refuse_reopening": _rule(_manager, _OPENABLE, "Reopening", "LOCKED"),
    "save_appraisal": _rule(
        _appraises, "APPRAISAL", "Score:APPRAISED Assessment", is_now=_running("APPRAISAL")
    ),
    "agree_with_self": _rule(
        _appraises,
        "APPRAISAL",
        "Score:APPRAISED Assessment",
        is_now=_running("APPRAISAL"),
        may_do_nothing=True,
    ),
    "agree_across_units": _rule(
        _appraises,
        "APPRAISAL",
        "Score:APPRAISED Assessment",
        is_now=_running("APPRAISAL"),
        may_do_nothing=True,
    ),
    "save_explanation": _rule(
        _unit, "EXPLANATION", "Score:EXPLAINED Assessment", "LOCKED", is_now=_running("EXPLANATION")
    ),
    "save_reappraisal": _rule(
        _appraises, "REAPPRAISAL", "Score:REAPPRAISED Assessment", "LOCKED", is_now=_running("REAPPRAISAL")
    ),
    "record_outside_values": _rule(_manager, _LATER, "Score:OUTSIDE Assessment Round", may_do_nothing=True),
    "clear_outside_value": _rule(_manager, _LATER, "Score:OUTSIDE Assessment Round"),
    "claim_bonus": _rule(_unit, "SELF_SCORING EXPLANATION", "Adjustment"),
    "record_penalty": _rule(_checks, _LATER, "Adjustment"),
    "decide_adjustment": _rule(_settles, _LATER, "Adjustment Assessment Round"),
    "set_phases": _rule(_manager, _UNPUBLISHED, "Phase Round"),
    "change_round": _rule(_manager, _UNPUBLISHED, "Round Assessment", may_do_nothing=True),
    "assign_appraiser": _rule(_manager, _UNPUBLISHED, "AppraiserAssignment"),
    "unassign_appraiser": _rule(_manager, _UNPUBLISHED, "AppraiserAssignment"),
    "create_round": _rule(_manager, ALL_STAGES, "Round"),
    "add_block": _rule(_manager, "PREPARATION", "RoundBlock"),
    "enrol_units": _rule(_manager, "PREPARATION", "Assessment"),
    "withdraw_unit": _rule(_manager, "PREPARATION", "Assessment"),
    "remove_block": _rule(_manager, "PREPARATION", "RoundBlock Assessment AppraiserAssignment"),
    "open_round": _rule(_manager, "PREPARATION", "Round CriteriaSet"),
    "advance_round": _rule(
        _manager, "SELF_SCORING APPRAISAL EXPLANATION REAPPRAISAL", "Round Phase Assessment Reopening"
    ),
    "conclude_council": _rule(_chair, "DECISION", "Round"),
    "publish_round": _rule(_manager, "DECISION", "Round Result RoundBundle"),
    "propose_correction": _rule(_proposes, "DECISION", "Correction"),
    "confirm_correction": _rule(_second, "DECISION", "Correction Score:CORRECTED Assessment Round", "LOCKED"),
    "refuse_correction": _rule(_second, "DECISION", "Correction"),
    "withdraw_correction": _rule(_proposed, "DECISION", "Correction"),
    "remind_units": _rule(_manager, "SELF_SCORING EXPLANATION"),
}
# States in which a sheet can be while its round is in a phase.
STATES_IN = {
    "PREPARATION": {"DRAFTING"},
    "SELF_SCORING": set(ALL_STATES),
    "APPRAISAL": set(ALL_STATES),
    **{stage: {"LOCKED"} for stage in ("EXPLANATION", "REAPPRAISAL", "DECISION", "PUBLISHED")},
}
_SINCE_SELF_SCORING = ALL_STAGES - {"PREPARATION"}
_SINCE_DECISION = frozenset({"DECISION", "PUBLISHED"})
# Where the thing can be that an action is about, for those about a thing that people make on the way.
THINGS_SINCE = {
    **dict.fromkeys(("grant_reopening", "refuse_reopening", "decide_adjustment"), _SINCE_SELF_SCORING),
    **dict.fromkeys(("confirm_correction", "refuse_correction", "withdraw_correction"), _SINCE_DECISION),
}
_OF_ROUND = frozenset(
    {
        *("agree_across_units", "record_outside_values", "set_phases", "change_round", "assign_appraiser"),
        *("unassign_appraiser", "create_round", "add_block", "enrol_units", "remove_block", "open_round"),
        *("advance_round", "conclude_council", "publish_round", "remind_units"),
    }
)
# Is the action about one sheet? Its pairs are then told by the state of that sheet.
HAS_SHEET = {name: name not in _OF_ROUND for name in RULES}


def done_states(name: str, stage: str) -> frozenset[str]:
    """The states of a sheet in which an action can succeed in a phase."""
    if name in ("attach_evidence", "detach_evidence"):
        # The unit's own scores while the sheet is open, its explanations once it is locked.
        return frozenset({"LOCKED" if stage == "EXPLANATION" else "DRAFTING"})
    return RULES[name].states
