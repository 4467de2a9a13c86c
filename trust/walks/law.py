"""The independent model of the walk: what the law and the design allow, written down a second time.

Nothing here asks the rules, the stages or the permissions of the program; it reads the rows before and after
a move. Every function tells what was broken, in words; nothing told means nothing broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from trust.walks.world import Snapshot, World, moment

# What may follow what (parindex.md 4.2, 5.1).
NEXT_STAGES = {
    "PREPARATION": {"SELF_SCORING"},
    "SELF_SCORING": {"APPRAISAL"},
    "APPRAISAL": {"EXPLANATION", "DECISION"},
    "EXPLANATION": {"REAPPRAISAL"},
    "REAPPRAISAL": {"DECISION"},
    "DECISION": {"PUBLISHED"},
    "PUBLISHED": set[str](),
}
NEXT_STATES = {
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
            for key in sorted(old.keys() | rows.keys()):
                if old.get(key) != rows.get(key):
                    found.append(Change(table, old.get(key), rows.get(key)))
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
            row.granted_at is not None and row.closed_at is None and self.at < (moment(row.open_until) or self.at)
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
        row.field_code for row in case.before["AppraiserAssignment"].values() if row.appraiser_id == case.actor.id
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
    return (case.holds("APPRAISER") or case.holds("ROUND_MANAGER")) and not case.is_of_unit


def _settles(case: Case) -> bool:
    return case.holds("ROUND_MANAGER") and not case.is_of_unit


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
    "assign_leaves": _rule(_unit, ALL_STAGES, "LeafAssignment"),
    "submit_sheet": _rule(_unit, _IN_UNIT, "Assessment", "DRAFTING", is_now=_open),
    "send_back": _rule(_head, _IN_UNIT, "Assessment", "AWAITING_HEAD"),
    "lock_sheet": _rule(_head, _IN_UNIT, "Assessment Reopening", "AWAITING_HEAD", is_now=_open),
    "ask_reopening": _rule(_unit, _OPENABLE, "Reopening", "LOCKED"),
    "grant_reopening": _rule(_manager, _OPENABLE, "Reopening Assessment", "LOCKED"),
    "refuse_reopening": _rule(_manager, ALL_STAGES, "Reopening"),
    "save_appraisal": _rule(
        _appraises, "APPRAISAL", "Score:APPRAISED Assessment", is_now=_running("APPRAISAL")
    ),
    "agree_with_self": _rule(
        _appraises, "APPRAISAL", "Score:APPRAISED Assessment", is_now=_running("APPRAISAL"), may_do_nothing=True
    ),
    "agree_across_units": _rule(
        _appraises, "APPRAISAL", "Score:APPRAISED Assessment", is_now=_running("APPRAISAL"), may_do_nothing=True
    ),
    "save_explanation": _rule(
        _unit, "EXPLANATION", "Score:EXPLAINED Assessment", "LOCKED", is_now=_running("EXPLANATION")
    ),
    "save_reappraisal": _rule(
        _appraises, "REAPPRAISAL", "Score:REAPPRAISED Assessment", "LOCKED", is_now=_running("REAPPRAISAL")
    ),
    "record_outside_values": _rule(_manager, _LATER, "Score:OUTSIDE Assessment", may_do_nothing=True),
    "clear_outside_value": _rule(_manager, _LATER, "Score:OUTSIDE Assessment"),
    "claim_bonus": _rule(_unit, "SELF_SCORING EXPLANATION", "Adjustment"),
    "record_penalty": _rule(_checks, _LATER, "Adjustment"),
    "decide_adjustment": _rule(_settles, _LATER, "Adjustment Assessment"),
    "set_phases": _rule(_manager, _UNPUBLISHED, "Phase Round"),
    "change_round": _rule(_manager, _UNPUBLISHED, "Round Assessment", may_do_nothing=True),
    "assign_appraiser": _rule(_manager, ALL_STAGES, "AppraiserAssignment"),
    "unassign_appraiser": _rule(_manager, ALL_STAGES, "AppraiserAssignment"),
    "create_round": _rule(_manager, ALL_STAGES, "Round"),
    "add_block": _rule(_manager, "PREPARATION", "RoundBlock"),
    "enrol_units": _rule(_manager, "PREPARATION", "Assessment"),
    "withdraw_unit": _rule(_manager, "PREPARATION", "Assessment"),
    "remove_block": _rule(_manager, "PREPARATION", "RoundBlock Assessment AppraiserAssignment"),
    "open_round": _rule(_manager, "PREPARATION", "Round"),
    "advance_round": _rule(
        _manager, "SELF_SCORING APPRAISAL EXPLANATION REAPPRAISAL", "Round Phase Assessment Reopening"
    ),
    "conclude_council": _rule(_chair, "DECISION", "Round"),
    "publish_round": _rule(_manager, "DECISION", "Round Result RoundBundle"),
    "remind_units": _rule(_manager, "SELF_SCORING EXPLANATION"),
}
# States in which a sheet can be while its round is in a phase.
STATES_IN = {
    "PREPARATION": {"DRAFTING"},
    "SELF_SCORING": set(ALL_STATES),
    "APPRAISAL": set(ALL_STATES),
    **{stage: {"LOCKED"} for stage in ("EXPLANATION", "REAPPRAISAL", "DECISION", "PUBLISHED")},
}


def broken_by_refusal(case: Case) -> Iterator[str]:
    """A refused move changes nothing and leaves no trace and no message."""
    if case.changes:
        told = ", ".join(sorted({change.table for change in case.changes}))
        yield f"refused, but rows changed: {told}"
    if case.before.traces != case.after.traces:
        yield "refused, but it left a trace"
    if case.before.messages != case.after.messages:
        yield "refused, but it told somebody"


def broken_by_success(case: Case, traces: list[tuple[int | None, datetime, str]]) -> Iterator[str]:
    """Everything that may not be after a move that succeeded."""
    rule = RULES[case.move]
    yield from _trace(case, rule, traces)
    if case.round is not None or case.move == "create_round":
        yield from _allowed(case, rule)
    yield from _written(case, rule)
    for change in case.changes:
        yield from _STEPS.get(change.table, _nothing)(case, change)
    yield from _sums(case)


def _nothing(_case: Case, _change: Change) -> Iterator[str]:
    yield from ()


def _trace(case: Case, rule: Rule, traces: list[tuple[int | None, datetime, str]]) -> Iterator[str]:
    if not traces and (case.changes or not rule.may_do_nothing):
        yield "succeeded without a trace"
    if any((who, when) != (case.actor.id, case.at) for who, when, _verb in traces):
        yield "a trace names another person or another moment"
    if case.after.traces[0] != case.before.traces[0] + len(traces):
        yield "a trace is gone"


def _allowed(case: Case, rule: Rule) -> Iterator[str]:
    if not rule.who(case):
        yield "the person may not do this"
    if case.round is not None and case.move != "create_round" and case.round.stage not in rule.stages:
        yield f"not in phase {case.round.stage}"
    if case.sheet is not None and case.sheet.state not in rule.states:
        yield f"not while the sheet is {case.sheet.state}"
    if not rule.is_now(case):
        yield f"not at {case.at}: the window is closed"


def _written(case: Case, rule: Rule) -> Iterator[str]:
    """A move writes its own tables, of its own sheet and round."""
    for change in case.changes:
        kind = f"Score:{change.row.layer}" if change.table == "Score" else change.table
        if kind not in rule.writes:
            yield f"wrote {kind}"
        sheet = _sheet_of(case, change)
        if sheet is None:
            continue
        if case.sheet_id is not None and sheet.id != case.sheet_id:
            yield f"wrote {kind} of sheet {sheet.id}"
        snapshot = case.after if sheet.id in case.after["Assessment"] else case.before
        if case.round_id is not None and snapshot.round_of(sheet).id != case.round_id:
            yield f"wrote {kind} of another round"
        if snapshot is case.before or case.before["Assessment"].get(sheet.id) is None:
            continue
        if case.before.round_of(sheet).stage == "PUBLISHED" and kind != "LeafAssignment":
            yield f"wrote {kind} of a published round"


def _sheet_of(case: Case, change: Change) -> Any:
    if change.table == "Assessment":
        return change.row
    row = change.row
    if change.table == "EvidenceUse":
        row = case.after["Score"].get(row.score_id) or case.before["Score"].get(row.score_id)
    found = getattr(row, "assessment_id", None)
    return case.after["Assessment"].get(found) or case.before["Assessment"].get(found)


def _round_step(case: Case, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    if new is None:
        yield "a round is gone"
    elif old is None:
        if new.stage != "PREPARATION":
            yield f"a round began in {new.stage}"
    else:
        if old.stage == "PUBLISHED":
            yield "a published round changed"
        if new.stage != old.stage:
            yield from _stage_step(case, old, new)
        phases = case.after.of("Phase", round_id=new.id, stage=new.stage)
        dates = (phases[0].opens_at, phases[0].closes_at) if phases else (None, None)
        if new.stage != "PUBLISHED" and (new.window_opens_at, new.window_closes_at) != dates:
            yield "the window of the round is not that of its phase"


def _stage_step(case: Case, old: Any, new: Any) -> Iterator[str]:
    if new.stage not in NEXT_STAGES[old.stage]:
        yield f"from {old.stage} to {new.stage}"
    sheets = case.after.sheets_of(new.id)
    if old.stage == "PREPARATION" and (case.move != "open_round" or not sheets):
        yield "opened by another action or without units"
    if old.stage != "PREPARATION" and any(sheet.state != "LOCKED" for sheet in sheets):
        yield f"{new.stage} with a sheet that is not locked"
    before = {sheet.id: sheet for sheet in case.before.sheets_of(new.id)}
    [phase] = case.before.of("Phase", round_id=new.id, stage=old.stage) or [None]
    early = phase is not None and case.at < (moment(phase.closes_at) or case.at)
    waits = (old.stage == "SELF_SCORING" and any(row.state != "LOCKED" for row in before.values())) or (
        old.stage == "EXPLANATION"
    )
    if early and waits and not case.arguments["reason"].strip():
        yield f"{old.stage} left before its hour without a reason"
    wanted = {"APPRAISAL": ("SELF", "APPRAISED"), "REAPPRAISAL": ("EXPLAINED", "REAPPRAISED")}.get(old.stage)
    for sheet in sheets if wanted else ():
        asked, answered = (
            {row.criterion_id for row in case.after.of("Score", assessment_id=sheet.id, layer=layer)}
            for layer in wanted or ()
        )
        if asked - answered:
            yield f"{old.stage} left with {len(asked - answered)} leaves open"
    if new.stage == "PUBLISHED":
        yield from _publication(case, old, new)


def _publication(case: Case, old: Any, new: Any) -> Iterator[str]:
    if old.council_met_on is None or old.council_chair_id in (None, case.actor.id):
        yield "published without the council, or by its chair alone"
    if new.published_by_id != case.actor.id:
        yield "published in another name"
    totals = []
    for sheet in case.after.sheets_of(new.id):
        [result] = case.after.of("Result", assessment_id=sheet.id) or [None]
        if result is None:
            yield "a sheet without a result"
            continue
        for table, state in (("Adjustment", "CLAIMED"), ("Correction", "PROPOSED")):
            if case.after.of(table, assessment_id=sheet.id, state=state):
                yield f"published with an open {table.lower()}"
        is_silent = not (sheet.self_count or sheet.appraised_count)
        expected = Fraction(0) if is_silent else decided_total(case, sheet.id)
        if not _same(result.total, expected):
            yield f"published {result.total}, the scores give {expected}"
        totals.append((Decimal(result.total or 0), result.rank))
    if any(one[0] > other[0] + 1 and one[1] >= other[1] for one in totals for other in totals):
        yield f"the ranks do not follow the totals: {totals}"


def _sheet_step(case: Case, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    if old is None or new is None:
        return
    if old.state != new.state and case.move not in NEXT_STATES[old.state].get(new.state, ()):
        yield f"sheet from {old.state} to {new.state} by {case.move}"
    if old.state == "LOCKED" == new.state and own_stored(old) != own_stored(new):
        yield f"the frozen total went from {own_stored(old)} to {own_stored(new)}"
    if new.state == "LOCKED":
        if new.locked_by_id is not None and new.locked_by_id == new.submitted_by_id:
            yield "locked by who handed it in"
        if new.locked_by_id is None and not new.locked_automatically:
            yield "locked by nobody"
    if case.move == "submit_sheet" and new.submitted_by_id != case.actor.id:
        yield "handed in in another name"
    if case.move == "lock_sheet" and new.locked_by_id != case.actor.id:
        yield "locked in another name"
    if case.move in ("submit_sheet", "lock_sheet"):
        yield from _unfilled(case, new.id)


def _unfilled(case: Case, sheet: int) -> Iterator[str]:
    rows = {
        case.world.leaves[row.criterion_id]: row
        for row in case.after.of("Score", assessment_id=sheet, layer="SELF")
    }
    for code in sorted(MAXIMA.keys() - OUTSIDE_LEAVES):
        row = rows.get(code)
        if row is None or (row.points is None and row.outcome != "NOT_APPLICABLE"):
            yield f"handed on with {code} not scored"
        elif row.outcome == "EARNED" and code not in WITHOUT_EVIDENCE and not row.note:
            if not case.after.of("EvidenceUse", score_id=row.id):
                yield f"handed on with {code} neither proved nor explained"


def _score_step(case: Case, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    if new is None:
        if old.layer != "OUTSIDE":
            yield f"a score of layer {old.layer} is gone"
        return
    if new.version != (old.version if old else 0) + 1:
        yield f"version {old.version if old else 0} became {new.version}"
    if new.given_points is not None and not new.note:
        yield "points by hand without a reason"
    if old is not None and case.arguments.get("expected_version", old.version) != old.version:
        yield "a stale version was taken"
    peers = {
        row.layer: row
        for row in case.before.of("Score", assessment_id=new.assessment_id, criterion_id=new.criterion_id)
    }
    own, appraised = peers.get("SELF"), peers.get("APPRAISED")
    if new.layer == "APPRAISED" and new.points != (own.points if own else None) and not new.note:
        yield "appraised otherwise without a reason"
    if new.layer == "EXPLAINED":
        is_other = appraised is not None and own is not None and own.points != appraised.points
        if appraised is None or not (appraised.explanation_wanted or is_other):
            yield "explained without being asked or reduced"
    if new.layer == "REAPPRAISED" and "EXPLAINED" not in peers:
        yield "reappraised without an explanation"


def _reopening_step(case: Case, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    if new is None:
        yield "a reopening is gone"
    elif old is None:
        if new.granted_at is not None or new.asked_by_id != case.actor.id:
            yield "asked in another name, or granted in one step"
    elif old.granted_at is None and new.granted_at is not None:
        if new.granted_by_id != case.actor.id or new.granted_by_id == new.asked_by_id:
            yield "granted by who asked"
        if old.closed_at is not None or (moment(new.open_until) or case.at) <= case.at:
            yield "granted after it was refused, or until a moment that has passed"


def _adjustment_step(case: Case, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    if new is None or (old is None and (new.state != "CLAIMED" or Decimal(new.points) <= 0)):
        yield "an adjustment is gone, or was decided by who entered it"
    elif old is not None and (old.points, old.kind) != (new.points, new.kind):
        yield "the points of an adjustment changed"
    elif new.state == "REFUSED" and not new.decision_reason:
        yield "an adjustment refused without a reason"


def _frozen_step(_case: Case, change: Change) -> Iterator[str]:
    if change.old is not None:
        yield f"a {change.table.lower()} changed after publication"


def _phase_step(case: Case, _change: Change) -> Iterator[str]:
    if case.round is not None and case.round.stage != "PREPARATION" and case.move == "set_phases":
        if not case.arguments["reason"].strip():
            yield "the calendar of an opened round changed without a reason"


_STEPS: dict[str, Callable[[Case, Change], Iterator[str]]] = {
    "Round": _round_step,
    "Phase": _phase_step,
    "Assessment": _sheet_step,
    "Score": _score_step,
    "Reopening": _reopening_step,
    "Adjustment": _adjustment_step,
    "Result": _frozen_step,
    "RoundBundle": _frozen_step,
}


# --- Sums: exact fractions, the removed leaves' points spread over the rest of the appraised part. ------


def _part(case: Case, layers: tuple[str, ...], sheet: int, *, outside: bool) -> tuple[Fraction, int, int]:
    """Achieved, maximum, removed maximum of one part; the first of `layers` that is there counts."""
    rows: dict[str, Any] = {}
    for row in case.after.of("Score", assessment_id=sheet):
        code = case.world.leaves[row.criterion_id]
        if row.layer in layers and (code in OUTSIDE_LEAVES) == outside:
            if code not in rows or layers.index(row.layer) < layers.index(rows[code].layer):
                rows[code] = row
    achieved = sum((Fraction(row.points) for row in rows.values() if row.points is not None), Fraction(0))
    removed = sum(
        MAXIMA[code] for code, row in rows.items() if row.points is None and row.outcome == "NOT_APPLICABLE"
    )
    most = sum(points for code, points in MAXIMA.items() if (code in OUTSIDE_LEAVES) == outside)
    return achieved, most, removed


def own_total(case: Case, sheet: int) -> Fraction | None:
    """The unit's own points, without what comes from outside."""
    achieved, most, removed = _part(case, ("SELF",), sheet, outside=False)
    return None if removed == most else achieved * most / (most - removed)


def decided_total(case: Case, sheet: int) -> Fraction | None:
    """What counts in the end, with bonus, penalty and cap."""
    layers = ("CORRECTED", "REAPPRAISED", "APPRAISED")
    achieved, most, removed = _part(case, layers, sheet, outside=False)
    if removed == most:
        return None
    other, other_most, other_removed = _part(case, ("OUTSIDE",), sheet, outside=True)
    total = achieved * most / (most - removed)
    if other_removed < other_most:
        total += other * other_most / (other_most - other_removed)
    accepted = case.after.of("Adjustment", assessment_id=sheet, state="ACCEPTED")
    bonus, penalty = (
        sum((Fraction(row.points) for row in accepted if row.kind == kind), Fraction(0))
        for kind in ("BONUS", "PENALTY")
    )
    return max(Fraction(0), min(Fraction(CAP), total + min(bonus, BONUS_MOST) - min(penalty, PENALTY_MOST)))


def _same(stored: Any, expected: Fraction | None) -> bool:
    if stored is None or expected is None:
        return stored is None and expected is None
    return abs(Fraction(stored) - expected) < Fraction(1, 10**9)


def standings(sheet: Any) -> dict[str, Any]:
    found = sheet.standings
    told: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    return told


def own_stored(sheet: Any) -> Any:
    return standings(sheet).get("self", {}).get("own_total")


def _sums(case: Case) -> Iterator[str]:
    """What the lists say of the sheets that were touched is what the scores say."""
    touched = {sheet.id for change in case.changes if (sheet := _sheet_of(case, change)) is not None}
    for key in sorted(touched & case.after["Assessment"].keys()):
        sheet = case.after["Assessment"][key]
        rows = case.after.of("Score", assessment_id=key)
        own = [row for row in rows if row.layer == "SELF"]
        if (own or sheet.state == "LOCKED") and not _same(own_stored(sheet), own_total(case, key)):
            yield f"sheet {key} says {own_stored(sheet)}, its scores give {own_total(case, key)}"
        if sheet.self_count != sum(row.outcome != "MISSING" or row.points is not None for row in own):
            yield f"sheet {key} counts {sheet.self_count} of its own scores"
        if any(row.layer in ("APPRAISED", "OUTSIDE") for row in rows):
            told = standings(sheet).get("decided", {}).get("total")
            if not _same(told, decided_total(case, key)):
                yield f"sheet {key} says {told} decided, its scores give {decided_total(case, key)}"
