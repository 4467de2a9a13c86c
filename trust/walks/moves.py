"""The moves of the walk: every action of the index, with chosen or random people, moments and arguments.

A hand that plays well (`well`) aims at what would be accepted; one that does not takes anybody and anything.
Both meet refusals: the law decides what may succeed, not the hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions import (
    adjustments,
    agreements,
    appraisals,
    evidence,
    explanations,
    outside,
    publication,
    reminders,
    reopenings,
    round_changes,
    rounds,
    self_scoring,
    sheet_upload,
)
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import Layer, RoundStage
from tests.parindex.rounds import SELF_CODES, ratio
from trust.walks.world import CALENDAR, PHASES, Snapshot, World, moment

UNKNOWN = 10**9
CODES = (*SELF_CODES, "2.2.1")
Arguments = dict[str, Any]
Move = Callable[["Hand"], "Attempt"]


@dataclass(frozen=True)
class Attempt:
    """One step: who does what, and to which sheet or round."""

    action: Callable[..., Any]
    person: str
    arguments: Arguments
    sheet: int | None = None

    @property
    def name(self) -> str:
        return str(self.action.__name__)

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value}" for key, value in self.arguments.items() if key not in ("by", "at"))
        return f"{self.name}({told}) by {self.person}"


@dataclass
class Hand:
    """Chance, with everything it may choose from at one step."""

    world: World
    now: Snapshot
    round_id: int
    at: datetime
    random: Random
    well: bool = True

    def person(self, *fitting: str) -> str:
        """One of those who may, or anybody."""
        if self.well and fitting:
            return self.random.choice(fitting)
        return self.random.choice(list(self.world.people))

    def one(self, rows: Sequence[Any], *, otherwise: Sequence[Any] = ()) -> int:
        """The id of one of these rows, of one of the others, or of none at all."""
        chosen = rows if self.well and rows else otherwise or rows
        if not chosen or self.random.random() < 0.01:
            return UNKNOWN
        return int(self.random.choice(chosen).id)

    @property
    def round(self) -> Any:
        return self.now["Round"][self.round_id]

    @property
    def sheets(self) -> list[Any]:
        return self.now.sheets_of(self.round_id)

    def sheet(self, *states: str) -> int:
        """A sheet of the round, in one of these states when the hand plays well."""
        return self.one(
            [row for row in self.sheets if row.state in states] if states else self.sheets,
            otherwise=self.sheets,
        )

    def place(self, sheet: int) -> int:
        """Which of the units; 0 where there is no such sheet."""
        row = self.now["Assessment"].get(sheet)
        return self.world.units.index(row.organisation_id) if row else 0

    def of_unit(self, sheet: int, *, head: bool = True, focal: bool = True) -> tuple[str, ...]:
        place = self.place(sheet)
        both = ("manager and head",) if place == 0 else ("appraiser and focal",) if place == 2 else ()
        told = (f"focal {place}",) * focal + (f"head {place}",) * head
        return told + tuple(name for name in both if (head if place == 0 else focal))

    def appraisers(self, sheet: int) -> tuple[str, ...]:
        place = self.place(sheet)
        return ("appraiser outside", *(("appraiser",) if place else ()), *(() if place == 2 else (_BOTH,)))

    def code(self, codes: Sequence[str] = SELF_CODES) -> str:
        if self.well:
            return self.random.choice(codes)
        return self.random.choice((*CODES, "9.9"))

    def version(self, sheet: int, code: str, layer: str) -> int:
        """The version that is stored; a stale one when the hand plays badly."""
        stored = self.score(sheet, code, layer)
        version = stored.version if stored else 0
        return version if self.well else max(0, version + self.random.choice((-1, 0, 1)))

    def score(self, sheet: int, code: str, layer: str) -> Any:
        rows = self.now.of("Score", assessment_id=sheet, layer=layer)
        return next((row for row in rows if self.world.leaves[row.criterion_id] == code), None)

    def scored(self, sheet: int, layer: str) -> tuple[str, ...]:
        rows = self.now.of("Score", assessment_id=sheet, layer=layer)
        return tuple(self.world.leaves[row.criterion_id] for row in rows)

    def text(self, said: str = "Theo báo cáo") -> str:
        return said if self.well or self.random.random() < 0.3 else self.random.choice(("", "  "))

    def entry(self, code: str, *, note: str | None = None, wanted: bool = False) -> Entry:
        """Figures for a leaf; sometimes a point by hand, sometimes nonsense."""
        random = self.random
        if not self.well and random.random() < 0.4:
            answer = random.choice((Answer(), ratio(5, 0), ratio(60, 50), Answer(choice="perhaps")))
        elif code == "1.1.1":
            answer = Answer(choice=random.choice(("yes", "no")))
        elif code == "2.1.2":
            answer = Answer(numerator=Decimal(random.randrange(4)))
        elif random.random() < 0.06:
            answer = Answer(applicable=False, reason="Không phát sinh")
        else:
            answer = ratio(random.randrange(20, 51), 50)
        said = self.text() if note is None else note
        given = Decimal(random.choice(("0", "0.5", "1", "9"))) if random.random() < 0.1 else None
        return Entry(answer, note=said, given_points=given, explanation_wanted=wanted)

    def attempt(
        self, action: Callable[..., Any], person: str, /, sheet: int | None = None, **arguments: Any
    ) -> Attempt:
        return Attempt(
            action, person, {**arguments, "by": self.world.people[person], "at": self.at}, sheet
        )


_BOTH = "appraiser and focal"
_MANAGERS = ("manager", "manager", "manager and head", "manager and chair")


def save_self(hand: Hand) -> Attempt:
    sheet = hand.sheet("DRAFTING")
    code = hand.code()
    if hand.well and hand.random.random() < 0.7:
        code = next((each for each in SELF_CODES if each not in hand.scored(sheet, Layer.SELF)), code)
    who = hand.person(*hand.of_unit(sheet), *(("officer",) if hand.place(sheet) == 1 else ()))
    version = hand.version(sheet, code, Layer.SELF)
    arguments = {"code": code, "entry": hand.entry(code), "expected_version": version}
    return hand.attempt(self_scoring.save_self_score, who, sheet, assessment_id=sheet, **arguments)


def save_whole(hand: Hand) -> Attempt:
    sheet = hand.sheet("DRAFTING")
    codes = hand.random.sample(SELF_CODES, 3)
    entries = {code: (hand.entry(code), hand.version(sheet, code, Layer.SELF)) for code in codes}
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(sheet_upload.save_sheet, who, sheet, assessment_id=sheet, entries=entries)


def _bound(hand: Hand, action: Callable[..., Any], **more: Any) -> Attempt:
    is_explained = hand.round.stage == RoundStage.EXPLANATION
    layer = Layer.EXPLAINED if is_explained and hand.well else hand.random.choice((Layer.SELF, Layer.EXPLAINED))
    sheet = hand.sheet(*(("LOCKED",) if is_explained else ("DRAFTING",)))
    code = hand.code()
    if layer is Layer.EXPLAINED and hand.well:
        code = hand.random.choice(_explainable(hand, sheet) or SELF_CODES)
    document = hand.world.documents[hand.place(sheet)] if hand.well else hand.random.choice(hand.world.documents)
    arguments = {"code": code, "layer": layer, "document_id": document, **more}
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(action, who, sheet, assessment_id=sheet, **arguments)


def attach(hand: Hand) -> Attempt:
    return _bound(hand, evidence.attach_evidence, pointer="trang 2")


def detach(hand: Hand) -> Attempt:
    attempt = _bound(hand, evidence.detach_evidence)
    bound = {
        (row.assessment_id, row.id) for row in hand.now["Score"].values() if row.layer == attempt.arguments["layer"]
    } and [
        use
        for use in hand.now["EvidenceUse"].values()
        if hand.now["Score"][use.score_id].assessment_id == attempt.sheet
        and hand.now["Score"][use.score_id].layer == attempt.arguments["layer"]
    ]
    if not (hand.well and bound):
        return attempt
    use = hand.random.choice(bound)
    code = hand.world.leaves[hand.now["Score"][use.score_id].criterion_id]
    return replace(attempt, arguments={**attempt.arguments, "code": code, "document_id": use.document_id})


def assign_leaves(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    officer = hand.world.people[hand.person("officer")].person_id
    if hand.random.random() < 0.2:
        officer = None
    who = hand.person(*hand.of_unit(sheet))
    codes = [hand.code(), hand.code()]
    return hand.attempt(
        self_scoring.assign_leaves, who, sheet, assessment_id=sheet, codes=codes, officer_id=officer
    )


def submit(hand: Hand) -> Attempt:
    sheet = hand.sheet("DRAFTING")
    full = [
        row.id
        for row in hand.sheets
        if row.state == "DRAFTING" and set(hand.scored(row.id, Layer.SELF)) == set(SELF_CODES)
    ]
    if hand.well and full:
        sheet = hand.random.choice(full)
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(self_scoring.submit_sheet, who, sheet, assessment_id=sheet)


def send_back(hand: Hand) -> Attempt:
    sheet = hand.sheet("AWAITING_HEAD")
    who = hand.person(*hand.of_unit(sheet, focal=False))
    return hand.attempt(self_scoring.send_back, who, sheet, assessment_id=sheet, reason=hand.text())


def lock(hand: Hand) -> Attempt:
    sheet = hand.sheet("AWAITING_HEAD")
    who = hand.person(*hand.of_unit(sheet, focal=False))
    return hand.attempt(self_scoring.lock_sheet, who, sheet, assessment_id=sheet)


def ask(hand: Hand) -> Attempt:
    sheet = hand.sheet("LOCKED")
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(reopenings.ask_reopening, who, sheet, assessment_id=sheet, reason=hand.text())


def _asked(hand: Hand) -> tuple[int, int | None]:
    """A reopening, open when the hand plays well, and its sheet."""
    mine = {row.id for row in hand.sheets}
    rows = [row for row in hand.now["Reopening"].values() if row.assessment_id in mine]
    found = hand.one([row for row in rows if not row.granted_at and not row.closed_at], otherwise=rows)
    row = hand.now["Reopening"].get(found)
    return found, row.assessment_id if row else None


def grant(hand: Hand) -> Attempt:
    found, sheet = _asked(hand)
    until = hand.at + timedelta(minutes=hand.random.choice((1, 60, 3000) if hand.well else (-5, 0, 1)))
    who = hand.person(*_MANAGERS)
    return hand.attempt(
        reopenings.grant_reopening, who, sheet, reopening_id=found, open_until=until
    )


def refuse(hand: Hand) -> Attempt:
    found, sheet = _asked(hand)
    who = hand.person(*_MANAGERS)
    return hand.attempt(
        reopenings.refuse_reopening, who, sheet, reopening_id=found, reason=hand.text()
    )


def appraise(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    code = hand.code()
    if hand.well and hand.random.random() < 0.7:
        done = hand.scored(sheet, Layer.APPRAISED)
        code = next((each for each in SELF_CODES if each not in done), code)
    entry = hand.entry(code, wanted=hand.random.random() < 0.3)
    version = hand.version(sheet, code, Layer.APPRAISED)
    who = hand.person(*hand.appraisers(sheet))
    arguments = {"code": code, "entry": entry, "expected_version": version}
    return hand.attempt(appraisals.save_appraisal, who, sheet, assessment_id=sheet, **arguments)


def agree(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    codes = list(SELF_CODES) if hand.well else [hand.code(), hand.code()]
    who = hand.person(*hand.appraisers(sheet))
    return hand.attempt(appraisals.agree_with_self, who, sheet, assessment_id=sheet, codes=codes)


def agree_across(hand: Hand) -> Attempt:
    who = hand.person("appraiser outside", "appraiser", _BOTH)
    ids = [row.id for row in hand.sheets]
    return hand.attempt(agreements.agree_across_units, who, assessment_ids=ids, code=hand.code())


def _explainable(hand: Hand, sheet: int) -> tuple[str, ...]:
    """The leaves whose appraisal gives other points than the unit, or that are flagged."""
    found = []
    for code in SELF_CODES:
        own, other = hand.score(sheet, code, Layer.SELF), hand.score(sheet, code, Layer.APPRAISED)
        if other and (other.explanation_wanted or (own and own.points != other.points)):
            found.append(code)
    return tuple(found)


def explain(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    open_ones = [(row.id, code) for row in hand.sheets for code in _explainable(hand, row.id)]
    code = hand.code()
    if hand.well and open_ones:
        sheet, code = hand.random.choice(open_ones)
    version = hand.version(sheet, code, Layer.EXPLAINED)
    arguments = {"code": code, "entry": hand.entry(code), "expected_version": version}
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(explanations.save_explanation, who, sheet, assessment_id=sheet, **arguments)


def reappraise(hand: Hand) -> Attempt:
    sheet, code = hand.sheet(), hand.code()
    explained = [(row.id, code) for row in hand.sheets for code in hand.scored(row.id, Layer.EXPLAINED)]
    if hand.well and explained:
        sheet, code = hand.random.choice(explained)
    version = hand.version(sheet, code, Layer.REAPPRAISED)
    arguments = {"code": code, "entry": hand.entry(code), "expected_version": version}
    who = hand.person(*hand.appraisers(sheet))
    return hand.attempt(appraisals.save_reappraisal, who, sheet, assessment_id=sheet, **arguments)


def record_outside(hand: Hand) -> Attempt:
    sheets = hand.sheets if hand.well else hand.sheets[:1]
    values = [
        outside.OutsideValue(row.id, hand.code(("2.2.1",)), ratio(hand.random.randrange(50, 101), 100))
        for row in sheets
    ]
    return hand.attempt(
        outside.record_outside_values,
        hand.person(*_MANAGERS),
        round_id=hand.round_id,
        values=values,
        source=hand.text("Báo cáo SIPAS"),
    )


def clear_outside(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    return hand.attempt(
        outside.clear_outside_value,
        hand.person(*_MANAGERS),
        sheet,
        assessment_id=sheet,
        code=hand.code(("2.2.1",)),
        reason=hand.text(),
    )


def _points(hand: Hand) -> Decimal:
    return Decimal(hand.random.choice(("0.2", "0.5", "3") if hand.well else ("0", "-1", "1")))


def claim(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    return hand.attempt(
        adjustments.claim_bonus,
        hand.person(*hand.of_unit(sheet)),
        sheet,
        assessment_id=sheet,
        ground=hand.text("Sáng kiến"),
        points=_points(hand),
        document_id=None,
        explanation=hand.text(),
    )


def penalise(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    return hand.attempt(
        adjustments.record_penalty,
        hand.person("appraiser outside", "manager", "appraiser"),
        sheet,
        assessment_id=sheet,
        ground=hand.text("Kết luận thanh tra"),
        points=_points(hand),
        document_id=None,
    )


def decide(hand: Hand) -> Attempt:
    mine = {row.id for row in hand.sheets}
    rows = [row for row in hand.now["Adjustment"].values() if row.assessment_id in mine]
    found = hand.one([row for row in rows if row.state == "CLAIMED"], otherwise=rows)
    row = hand.now["Adjustment"].get(found)
    return hand.attempt(
        adjustments.decide_adjustment,
        hand.person(*_MANAGERS),
        row.assessment_id if row else None,
        adjustment_id=found,
        accept=hand.random.random() < 0.6,
        reason=hand.text(),
    )


def set_phases(hand: Hand) -> Attempt:
    """The same calendar with one end moved, to the past as well."""
    stored = hand.now.of("Phase", round_id=hand.round_id)
    phases = [
        PhaseDates(RoundStage(row.stage), _known(row.opens_at), _known(row.closes_at)) for row in stored
    ] or list(CALENDAR)
    place = hand.random.randrange(len(phases))
    days = timedelta(days=hand.random.choice((1, 2, 5) if hand.well else (-3, 0, 400)))
    phases[place] = replace(phases[place], closes_at=phases[place].closes_at + days)
    if not hand.well and hand.random.random() < 0.3:
        phases.append(phases[0])
    return hand.attempt(
        rounds.set_phases, hand.person(*_MANAGERS), round_id=hand.round_id, phases=phases, reason=hand.text()
    )


def _known(value: Any) -> datetime:
    found = moment(value)
    assert found is not None
    return found


def change_round(hand: Hand) -> Attempt:
    until = date(2026, 12, 14) if hand.well else hand.random.choice((date(2026, 12, 13), date(2020, 1, 1)))
    return hand.attempt(
        round_changes.change_round,
        hand.person(*_MANAGERS),
        round_id=hand.round_id,
        title=hand.text(f"Chỉ số {hand.random.randrange(3)}"),
        assessed_from=date(2025, 12, 15),
        assessed_until=until,
        guide="",
        reason=hand.text(),
    )


def _block(hand: Hand) -> int:
    return hand.one(hand.now.of("RoundBlock", round_id=hand.round_id))


def assign_appraiser(hand: Hand) -> Attempt:
    person = hand.world.people[hand.person("idle appraiser", "appraiser", "appraiser outside")]
    return hand.attempt(
        rounds.assign_appraiser,
        hand.person(*_MANAGERS),
        round_block_id=_block(hand),
        field_codes=[hand.random.choice(("1", "2") if hand.well else ("1", "7"))],
        appraiser_id=person.person_id,
    )


def unassign_appraiser(hand: Hand) -> Attempt:
    person = hand.world.people[hand.random.choice(("idle appraiser", "appraiser", "appraiser outside"))]
    return hand.attempt(
        rounds.unassign_appraiser,
        hand.person(*_MANAGERS),
        round_block_id=_block(hand),
        field_code=hand.random.choice(("1", "2")),
        appraiser_id=person.person_id,
    )


def create_round(hand: Hand) -> Attempt:
    until = date(2027, 12, 14) if hand.well else date(2020, 1, 1)
    return hand.attempt(
        rounds.create_round,
        hand.person(*_MANAGERS),
        title=hand.text("Kỳ mới"),
        year=2027,
        assessed_from=date(2026, 12, 15),
        assessed_until=until,
        manager_id=hand.world.manager_id,
    )


def add_block(hand: Hand) -> Attempt:
    return hand.attempt(
        rounds.add_block,
        hand.person(*_MANAGERS),
        round_id=hand.round_id,
        block_id=hand.world.block_id,
        criteria_set_id=hand.world.set_id,
    )


def enrol(hand: Hand) -> Attempt:
    return hand.attempt(
        rounds.enrol_units,
        hand.person(*_MANAGERS),
        round_block_id=_block(hand),
        organisation_ids=hand.world.units,
    )


def withdraw(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    return hand.attempt(rounds.withdraw_unit, hand.person(*_MANAGERS), sheet, assessment_id=sheet)


def remove_block(hand: Hand) -> Attempt:
    return hand.attempt(
        round_changes.remove_block, hand.person(*_MANAGERS), round_block_id=_block(hand)
    )


def open_round(hand: Hand) -> Attempt:
    return hand.attempt(rounds.open_round, hand.person(*_MANAGERS), round_id=hand.round_id)


def advance(hand: Hand) -> Attempt:
    stages = list(RoundStage)
    place = stages.index(RoundStage(hand.round.stage))
    following = stages[min(place + 1, len(stages) - 1)]
    to = following if hand.well else hand.random.choice(stages)
    reason = "" if hand.random.random() < 0.5 else hand.text()
    return hand.attempt(
        rounds.advance_round, hand.person(*_MANAGERS), round_id=hand.round_id, to=to, reason=reason
    )


def conclude(hand: Hand) -> Attempt:
    return hand.attempt(
        publication.conclude_council,
        hand.person("chair", "manager and chair"),
        round_id=hand.round_id,
        met_on=hand.at.date(),
        conclusion=hand.text("Nhất trí"),
    )


def publish(hand: Hand) -> Attempt:
    days = timedelta(days=0 if hand.well else hand.random.choice((-30, 0, 3)))
    decision = publication.Decision(hand.text("99/QĐ"), hand.at.date() + days, "Người ký", "Chủ tịch")
    return hand.attempt(
        publication.publish_round, hand.person(*_MANAGERS), round_id=hand.round_id, decision=decision
    )


def remind(hand: Hand) -> Attempt:
    return hand.attempt(
        reminders.remind_units,
        hand.person(*_MANAGERS),
        round_id=hand.round_id,
        assessment_ids=[row.id for row in hand.sheets] if hand.well else [],
        text=hand.text("Nhắc nộp phiếu"),
    )


MOVES: Mapping[str, Move] = {
    move.__name__: move
    for move in (
        *(save_self, save_whole, attach, detach, assign_leaves, submit, send_back, lock, ask, grant, refuse),
        *(appraise, agree, agree_across, explain, reappraise, record_outside, clear_outside),
        *(claim, penalise, decide, set_phases, change_round, assign_appraiser, unassign_appraiser),
        *(create_round, add_block, enrol, withdraw, remove_block),
        *(open_round, advance, conclude, publish, remind),
    )
}

# What people are busy with in a phase: the more, the more often.
BUSY: Mapping[str, Mapping[str, int]] = {
    "PREPARATION": {"set_phases": 2, "enrol": 2, "add_block": 1, "open_round": 4, "assign_appraiser": 1},
    "SELF_SCORING": {
        **{"save_self": 12, "save_whole": 3, "attach": 3, "detach": 1, "submit": 5, "lock": 4, "send_back": 1},
        **{"ask": 3, "grant": 3, "refuse": 1, "claim": 1, "advance": 2, "assign_leaves": 1},
    },
    "APPRAISAL": {
        **{"appraise": 8, "agree": 4, "agree_across": 2, "ask": 3, "grant": 3, "save_self": 3, "submit": 2},
        **{"lock": 2, "record_outside": 1, "penalise": 1, "decide": 2, "advance": 2, "detach": 1, "refuse": 1},
    },
    "EXPLANATION": {"explain": 6, "attach": 2, "detach": 1, "claim": 1, "decide": 2, "advance": 2},
    "REAPPRAISAL": {"reappraise": 6, "record_outside": 1, "penalise": 1, "decide": 2, "advance": 2},
    "DECISION": {"record_outside": 3, "decide": 2, "penalise": 1, "conclude": 3, "publish": 2},
    "PUBLISHED": {"publish": 1, "record_outside": 1},
}
