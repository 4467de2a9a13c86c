"""The independent model of the walk: what may be after a move, asked of the rows before and after it.

Every function tells what was broken, in words; nothing told means nothing broken. The tables: tables.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from trust.walks.sums import decided_total, own_stored, own_total, recognised_total, same, standings
from trust.walks.tables import (
    MAXIMA,
    NEXT_STAGES,
    NEXT_STATES,
    OUTSIDE_LEAVES,
    RULES,
    WITHOUT_EVIDENCE,
    Case,
    Change,
    Rule,
)
from trust.walks.world import moment


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
    # About no sheet at all anybody may agree: nothing is done then.
    if traces or case.changes or case.arguments.get("assessment_ids") != []:
        yield from _allowed(case, rule)
    yield from _written(case, rule)
    for change in case.changes:
        yield from _STEPS.get(change.table, _nothing)(case, change)
    yield from _concluded(case)
    yield from _sums(case)


def _concluded(case: Case) -> Iterator[str]:
    """The council's conclusion stands only as long as the totals that it accepted."""
    if case.round is None or case.round.council_met_on is None:
        return
    if case.after["Round"][case.round.id].council_met_on is None or case.move == "conclude_council":
        return
    for sheet in case.before.sheets_of(case.round.id):
        if recognised_total(case, sheet.id) != recognised_total(case, sheet.id, before=True):
            yield f"the council's conclusion stands, though sheet {sheet.id} has another total"


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
        if case.before.round_of(sheet).stage == "PUBLISHED":
            yield f"wrote {kind} of a published round"


def _sheet_of(case: Case, change: Change) -> Any:
    if change.table == "Assessment":
        return change.row
    row = change.row
    if change.table == "EvidenceUse":
        row = case.after["Score"].get(row.score_id) or case.before["Score"].get(row.score_id)
    found = getattr(row, "assessment_id", 0)
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
    for sheet in sheets:
        if undecided := _undecided(case, old.stage, sheet.id):
            yield f"{old.stage} left with {len(undecided)} leaves open"
    if old.stage == "EXPLANATION" and new.stage == "DECISION":
        if case.before.of("Phase", round_id=new.id, stage="REAPPRAISAL"):
            yield "the second appraisal of the calendar was stepped over"
        if not case.arguments["reason"].strip() and any(_explained(case, sheet.id) for sheet in sheets):
            yield "explanations left without an answer and without a reason"
    if new.stage not in ("SELF_SCORING", "APPRAISAL"):
        for sheet in sheets:
            if case.after.of("Reopening", assessment_id=sheet.id, granted_at=None, closed_at=None):
                yield f"{new.stage} with a request to open sheet {sheet.id} again"
    if new.stage == "PUBLISHED":
        yield from _publication(case, old, new)


def _explained(case: Case, sheet: int) -> bool:
    return bool(case.before.of("Score", assessment_id=sheet, layer="EXPLAINED"))


def _undecided(case: Case, stage: str, sheet: int) -> set[int]:
    """The leaves that an appraisal has left open; a unit that scored nothing is not appraised."""
    rows = case.after.of("Score", assessment_id=sheet)
    layers: dict[str, set[int]] = {}
    for row in rows:
        if row.outcome != "MISSING" or row.points is not None or row.layer == "EXPLAINED":
            layers.setdefault(row.layer, set()).add(row.criterion_id)
    if stage == "REAPPRAISAL":
        return layers.get("EXPLAINED", set()) - layers.get("REAPPRAISED", set())
    if stage == "APPRAISAL" and "SELF" in layers:
        wanted = {key for key, code in case.world.leaves.items() if code not in OUTSIDE_LEAVES}
        return wanted - layers.get("APPRAISED", set())
    return set()


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
        expected = recognised_total(case, sheet.id)
        if not same(result.total, expected):
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
            continue
        is_explained = code in WITHOUT_EVIDENCE or row.outcome != "EARNED" or row.note
        if not is_explained and not case.after.of("EvidenceUse", score_id=row.id):
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
    elif old is not None and new.decided_by_id in (None, old.entered_by_id):
        yield "an adjustment decided by who entered it"
    elif new.state == "REFUSED" and not new.decision_reason:
        yield "an adjustment refused without a reason"


def _correction_step(case: Case, change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    if new is None or (old is not None and old.state != "PROPOSED"):
        yield "a correction that was decided changed"
    elif old is None:
        if new.state != "PROPOSED" or new.proposed_by_id != case.actor.id or not new.reason:
            yield "a correction in another name, without a reason or decided in one step"
        stored = case.before.of(
            "Score", assessment_id=new.assessment_id, criterion_id=new.criterion_id, layer="CORRECTED"
        )
        version = stored[0].version if stored else 0
        if new.replaces_version != version or (version and case.arguments["expected_version"] != version):
            yield "a correction of a version that was not looked at"
    elif (old.answer, old.given_points, old.reason) != (new.answer, new.given_points, new.reason):
        yield "what was proposed changed"
    elif new.state == "WITHDRAWN":
        if new.decided_by_id is not None or old.proposed_by_id != case.actor.id:
            yield "withdrawn by another person"
    elif new.decided_by_id != case.actor.id or new.decided_by_id == new.proposed_by_id:
        yield "a correction decided by who proposed it"


def _frozen_step(_case: Case, change: Change) -> Iterator[str]:
    if change.old is not None:
        yield f"a {change.table.lower()} changed after publication"


def _phase_step(case: Case, _change: Change) -> Iterator[str]:
    if case.move != "set_phases" or case.round.stage == "PREPARATION":
        return
    if not case.arguments["reason"].strip():
        yield "the calendar of an opened round changed without a reason"


_STEPS: dict[str, Callable[[Case, Change], Iterator[str]]] = {
    "Round": _round_step,
    "Phase": _phase_step,
    "Assessment": _sheet_step,
    "Score": _score_step,
    "Reopening": _reopening_step,
    "Adjustment": _adjustment_step,
    "Correction": _correction_step,
    "Result": _frozen_step,
    "RoundBundle": _frozen_step,
}


def _sums(case: Case) -> Iterator[str]:
    """What the lists say of the sheets that were touched is what the scores say."""
    touched = {sheet.id for change in case.changes if (sheet := _sheet_of(case, change)) is not None}
    for key in sorted(touched & case.after["Assessment"].keys()):
        sheet = case.after["Assessment"][key]
        rows = case.after.of("Score", assessment_id=key)
        own = [row for row in rows if row.layer == "SELF"]
        if (own or sheet.state == "LOCKED") and not same(own_stored(sheet), own_total(case, key)):
            yield f"sheet {key} says {own_stored(sheet)}, its scores give {own_total(case, key)}"
        if sheet.self_count != sum(row.outcome != "MISSING" or row.points is not None for row in own):
            yield f"sheet {key} counts {sheet.self_count} of its own scores"
        if any(row.layer in ("APPRAISED", "OUTSIDE") for row in rows):
            told = standings(sheet).get("decided", {}).get("total")
            if not same(told, decided_total(case, key)):
                yield f"sheet {key} says {told} decided, its scores give {decided_total(case, key)}"
