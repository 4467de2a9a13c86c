"""A walk over the tables and questions that need no database, step by step beside a model of plain words.

The program answers with its own objects: stages, moments, people, gaps. The model knows numbers and words:
microseconds, names of roles, a dictionary of rights. Both answer every step; the first difference ends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.engine.answers import Answer
from openpar.parindex.assessments import permissions, rules, stages
from openpar.parindex.assessments.models import Correction, Layer, RoundStage, SheetState

_UNIT, _OFFICE, _ELSEWHERE = 1, 9, 5
_START = datetime(2026, 11, 1, tzinfo=UTC)
_MINUTE = 60_000_000
_DAY = 1440 * _MINUTE
_MOST_STEPS = 400
_PHASES = ("SELF_SCORING", "APPRAISAL", "EXPLANATION", "REAPPRAISAL", "DECISION")
_ALL = ("PREPARATION", *_PHASES, "PUBLISHED")
_STATES = ("DRAFTING", "AWAITING_HEAD", "LOCKED")
# Where a round begins: mostly where there is most to do.
_BEGINNINGS = (
    ("PREPARATION", "DRAFTING"),
    *((("SELF_SCORING", "DRAFTING"),) * 4),
    *((("APPRAISAL", "LOCKED"),) * 3),
    ("EXPLANATION", "LOCKED"),
    ("REAPPRAISAL", "LOCKED"),
    ("DECISION", "LOCKED"),
)
_JUMPS = (0, 1, _MINUTE, _MINUTE, _MINUTE, 10 * _MINUTE, 60 * _MINUTE, _DAY)

# --- The model: who may, in words. "own" stands for a role in the unit of the sheet. --------------------
_RIGHTS: dict[str, frozenset[str]] = {
    "coordinate": frozenset({"FOCAL_OFFICER own", "AGENCY_HEAD own"}),
    "lock": frozenset({"AGENCY_HEAD own"}),
    "manage": frozenset({"ROUND_MANAGER office"}),
    "work": frozenset({"FOCAL_OFFICER own", "AGENCY_HEAD own", "DIVISION_OFFICER own"}),
    "penalise": frozenset({"ROUND_MANAGER office"}),
    "settle": frozenset({"ROUND_MANAGER office"}),
}
_ANYWHERE: dict[str, frozenset[str]] = {
    "chair": frozenset({"COUNCIL_CHAIR"}),
    "penalise": frozenset({"APPRAISER"}),
    "settle": frozenset({"COUNCIL_CHAIR"}),
    "oversee": frozenset({"ROUND_MANAGER", "LEADER", "AUDITOR", "COUNCIL_CHAIR"}),
}
_NOT_FOR_THE_OWN_UNIT = frozenset({"penalise", "settle"})
_FOLLOWS = {
    "PREPARATION": "SELF_SCORING",
    "SELF_SCORING": "APPRAISAL",
    "APPRAISAL": "EXPLANATION DECISION",
    "EXPLANATION": "REAPPRAISAL DECISION",
    "REAPPRAISAL": "DECISION",
    "DECISION": "PUBLISHED",
    "PUBLISHED": "",
}
_STATE_FOLLOWS = {
    "DRAFTING": "AWAITING_HEAD LOCKED",
    "AWAITING_HEAD": "DRAFTING LOCKED",
    "LOCKED": "DRAFTING",
}
_CORRECTION_FOLLOWS = {
    "PROPOSED": "CONFIRMED REFUSED WITHDRAWN",
    "CONFIRMED": "",
    "REFUSED": "",
    "WITHDRAWN": "",
}


class _Person:
    """Somebody as the program sees them, and what the model lets them do."""

    def __init__(self, number: int, held: set[tuple[str, str]]) -> None:
        where = {"own": _UNIT, "office": _OFFICE, "elsewhere": _ELSEWHERE}
        self.number = number
        self.actor = Actor(
            number, f"P{number}", frozenset((Role(role), where[place]) for role, place in held)
        )
        words = {f"{role} {place}" for role, place in held}
        names = {role for role, _place in held}
        self.is_of_unit = any(place == "own" for _role, place in held)
        self.may = {name for name, wanted in _RIGHTS.items() if words & wanted}
        self.may |= {name for name, wanted in _ANYWHERE.items() if names & wanted}
        if self.is_of_unit:
            self.may -= _NOT_FOR_THE_OWN_UNIT
        self.is_officer = "DIVISION_OFFICER own" in words
        self.is_appraiser = "APPRAISER" in names


def _people() -> list[_Person]:
    places = ("own", "office", "elsewhere")
    alone = [{(role, place)} for role in Role.values for place in places]
    pairs = [
        {("ROUND_MANAGER", "office"), ("AGENCY_HEAD", "own")},
        {("APPRAISER", "elsewhere"), ("FOCAL_OFFICER", "own")},
        {("COUNCIL_CHAIR", "office"), ("ROUND_MANAGER", "office")},
        {("AGENCY_HEAD", "own"), ("FOCAL_OFFICER", "own")},
        {("DIVISION_OFFICER", "own"), ("APPRAISER", "office")},
    ]
    return [_Person(number, held) for number, held in enumerate([*alone, *pairs, set()])]


Answers = tuple[object, object]


class PureWalk:
    """One round and one sheet that live in memory; `differs_at` tells the first step of another answer."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.people = _people()
        # Those who get far: who hands in, locks and manages.
        self.fitting = [person for person in self.people if person.may & {"coordinate", "lock", "manage"}]
        self.sheet = SimpleNamespace(organisation_id=_UNIT)
        self.seen: Counter[tuple[str, str, str, object]] = Counter()
        self.moves: tuple[Callable[[_Person], Answers], ...] = (
            *(self._save, self._save, self._submit, self._lock, self._lock, self._send_back),
            *(self._ask, self._grant, self._advance, self._window, self._appraise, self._penalise),
            *(self._follows, self._alone, self._leaf, self._points, self._decided, self._overseers),
            *(self._corrections, self._explained),
        )
        self.steps = 0
        self._restart()

    def walk(self, steps: int) -> str:
        """Goes so many steps; the first difference in words, or nothing."""
        random, people, moves, seen = self.random, self.people, self.moves, self.seen
        last = self.steps + steps
        while self.steps < last:
            self.steps += 1
            chance = random.getrandbits(48)
            self._tick(chance & 0xFFFF)
            crowd = self.fitting if chance >> 16 & 3 else people
            person = crowd[(chance >> 18 & 0xFFF) % len(crowd)]
            move = moves[(chance >> 30) % len(moves)]
            key = (self.stage, self.state, move.__name__)
            told, expected = move(person)
            if told != expected:
                held = sorted(f"{role} {where}" for role, where in person.actor.held)
                return f"step {self.steps}: {key} by {held} at {self.t}: {told!r} instead of {expected!r}"
            seen[(*key, told)] += 1
            if self.left == 0 or self.stage == "PUBLISHED":
                self._restart()
            self.left -= 1
        return ""

    # --- The state and the clock -----------------------------------------------------------------------

    def _restart(self) -> None:
        random = self.random
        self.left = _MOST_STEPS
        self.stage, self.state = random.choice(_BEGINNINGS)
        self.until: int | None = None
        self.submitted_by: int | None = None
        self.asked_by: int | None = None
        self.edges: dict[str, tuple[int | None, int | None]] = {}
        opens = random.randrange(3) * _DAY
        for phase in _PHASES:
            closes = opens + random.randrange(1, 4) * _DAY
            self.edges[phase] = (opens, closes) if random.random() < 0.9 else (None, None)
            opens = closes
        self._set_window()
        self.t = max(0, (self.opens or 0) - random.choice((0, 1, _MINUTE)))

    def _set_window(self) -> None:
        self.opens, self.closes = self.edges.get(self.stage, (None, None))
        self.window = rules.Window(RoundStage(self.stage), _moment(self.opens), _moment(self.closes))

    def _tick(self, chance: int) -> None:
        """Forward only, now and then to the very edge of a deadline."""
        if chance < 0xE000:
            self.t += chance & 1
            return
        edges = [edge for edge in (self.opens, self.closes, self.until) if edge is not None and edge > self.t]
        if chance & 15 == 0 and edges:
            self.t = min(edges) - (chance >> 4 & 1)
        else:
            self.t += _JUMPS[chance >> 4 & 7]

    @property
    def at(self) -> datetime:
        return _START + timedelta(microseconds=self.t)

    # --- What the model says of the hour ---------------------------------------------------------------

    def _closed(self, wanted: str) -> str:
        if self.stage != wanted:
            return "other_stage"
        if self.opens is not None and self.t < self.opens:
            return "not_open_yet"
        return "deadline_passed" if self.closes is not None and not self.t < self.closes else ""

    def _self_closed(self, state: str) -> str:
        if state == "LOCKED":
            return "locked"
        closed = "" if self.until is not None and self.t < self.until else self._closed("SELF_SCORING")
        return closed or ("awaiting_head" if state == "AWAITING_HEAD" else "")

    def _asked_self(self, state: str) -> str:
        gap = rules.why_not_self_scoring(
            self.window, SheetState(state), self.at, reopened_until=_moment(self.until)
        )
        return gap.code if gap is not None else ""

    # --- Moves that change the state -------------------------------------------------------------------

    def _save(self, person: _Person) -> Answers:
        officer = person.number if self.t & 1 else -1
        if not permissions.may_score_for_unit(person.actor, self._sheet, leaf_officer_id=officer):
            told = "person"
        else:
            told = self._asked_self(self.state)
        may = "coordinate" in person.may or (person.is_officer and officer == person.number)
        return told, self._self_closed(self.state) if may else "person"

    def _submit(self, person: _Person) -> Answers:
        expected = "person"
        if "coordinate" in person.may:
            # Whether it was handed in already is asked afterwards.
            expected = self._self_closed("LOCKED" if self.state == "LOCKED" else "DRAFTING")
            expected = expected or ("" if self.state == "DRAFTING" else "state")
        told = "person"
        if permissions.may_coordinate_for_unit(person.actor, self._sheet):
            told = self._asked_self("LOCKED" if self.state == "LOCKED" else "DRAFTING")
            following = stages.SHEET[SheetState(self.state)]
            told = told or ("" if SheetState.AWAITING_HEAD in following else "state")
        if told == expected == "":
            self.state, self.submitted_by = "AWAITING_HEAD", person.number
        return told, expected

    def _lock(self, person: _Person) -> Answers:
        told, expected = "person", "person"
        if permissions.may_lock(person.actor, self._sheet):
            told = self._asked_self("LOCKED" if self.state == "LOCKED" else "DRAFTING")
            if not told and self.state == SheetState.DRAFTING:
                told = "state"
            alone = rules.why_not_alone(self.submitted_by, person.actor.person_id)
            told = told or (alone.code if alone is not None else "")
        if "lock" in person.may:
            expected = self._self_closed("LOCKED" if self.state == "LOCKED" else "DRAFTING")
            if not expected and self.state != "AWAITING_HEAD":
                expected = "state"
            expected = expected or ("same_person" if self.submitted_by == person.number else "")
        if told == expected == "":
            self.state, self.until = "LOCKED", None
        return told, expected

    def _send_back(self, person: _Person) -> Answers:
        may = permissions.may_lock(person.actor, self._sheet)
        told = may and self.state == SheetState.AWAITING_HEAD
        expected = "lock" in person.may and self.state == "AWAITING_HEAD"
        if told and expected:
            self.state, self.submitted_by = "DRAFTING", None
        return told, expected

    def _ask(self, person: _Person) -> Answers:
        told = permissions.may_ask_reopening(person.actor, self._sheet)
        expected = "coordinate" in person.may
        if told and expected and self.state == "LOCKED":
            self.asked_by = person.number
        return told, expected

    def _grant(self, person: _Person) -> Answers:
        may = permissions.may_grant_reopening(person.actor, self._round)
        told = may and rules.why_not_alone(self.asked_by, person.actor.person_id) is None
        expected = "manage" in person.may and self.asked_by != person.number
        is_in_time = self.state == "LOCKED" and self.stage in ("SELF_SCORING", "APPRAISAL")
        if told and expected and is_in_time and self.asked_by is not None:
            self.state, self.asked_by, self.submitted_by = "DRAFTING", None, None
            self.until = self.t + self.random.choice((1, _MINUTE, _DAY))
        return told, expected

    def _advance(self, person: _Person) -> Answers:
        chance = self.random.getrandbits(8)
        to = _ALL[chance % len(_ALL)]
        told = permissions.may_manage(person.actor, self._round)
        told = told and RoundStage(to) in stages.ROUND[RoundStage(self.stage)]
        expected = "manage" in person.may and to in _FOLLOWS[self.stage].split()
        if told and expected:
            if self.stage == "SELF_SCORING" or self.until is not None:
                self.state, self.until = "LOCKED", None
            self.stage = to
            self._set_window()
        return told, expected

    # --- Questions -------------------------------------------------------------------------------------

    def _window(self, _person: _Person) -> Answers:
        wanted = _PHASES[self.random.getrandbits(8) % len(_PHASES)]
        gap = self.window.why_closed(RoundStage(wanted), self.at)
        return gap.code if gap is not None else "", self._closed(wanted)

    def _appraise(self, person: _Person) -> Answers:
        chance = self.random.getrandbits(4)
        field, assigned = str(chance & 1), ("0", "1")[: chance >> 1 & 3]
        told = permissions.may_appraise(
            person.actor, self._sheet, field_code=field, assigned_fields=list(assigned)
        )
        corrects = permissions.may_propose_correction(
            person.actor, self._sheet, self._round, field_code=field, assigned_fields=list(assigned)
        )
        has_field = person.is_appraiser and (chance & 1) < len(assigned)
        may = has_field and not person.is_of_unit
        return (told, corrects), (may, not person.is_of_unit and ("manage" in person.may or has_field))

    def _penalise(self, person: _Person) -> Answers:
        told = (
            permissions.may_record_penalty(person.actor, self._sheet, self._round),
            permissions.may_decide_adjustments(person.actor, self._sheet, self._round),
            permissions.may_chair_council(person.actor),
            permissions.works_for_unit(person.actor, self._sheet),
            permissions.belongs_to_unit(person.actor, self._sheet),
        )
        may = person.may
        return told, ("penalise" in may, "settle" in may, "chair" in may, "work" in may, person.is_of_unit)

    def _overseers(self, person: _Person) -> Answers:
        told = permissions.may_see_leadership(person.actor, self.stage)
        decides = permissions.may_decide_correction(person.actor, self._sheet, self._round)
        return (told, decides), (self.stage == "PUBLISHED" or "oversee" in person.may, "settle" in person.may)

    def _follows(self, _person: _Person) -> Answers:
        chance = self.random.getrandbits(8)
        to, state = _ALL[chance % 7], _STATES[chance % 3]
        told = (
            to in stages.ROUND[RoundStage(self.stage)],
            state in stages.SHEET[SheetState(self.state)],
        )
        return told, (to in _FOLLOWS[self.stage].split(), state in _STATE_FOLLOWS[self.state].split())

    def _corrections(self, _person: _Person) -> Answers:
        names = tuple(_CORRECTION_FOLLOWS)
        chance = self.random.getrandbits(8)
        old, new = names[chance & 3], names[chance >> 2 & 3]
        told = Correction.State(new) in stages.CORRECTION[Correction.State(old)]
        is_outside, is_silent = bool(chance >> 4 & 1), bool(chance >> 5 & 1)
        gap = rules.why_not_correctable(self.stage, is_outside=is_outside, is_silent=is_silent)
        expected = "" if self.stage == "DECISION" else "other_stage"
        expected = expected or ("outside" if is_outside else "silent" if is_silent else "")
        return (told, gap.code if gap else ""), (new in _CORRECTION_FOLLOWS[old].split(), expected)

    def _alone(self, person: _Person) -> Answers:
        chance = self.random.getrandbits(8)
        first = None if chance & 3 == 0 else person.number if chance & 3 == 1 else chance
        gap = rules.why_not_alone(first, person.actor.person_id)
        return gap is None, first is None or first != person.number

    def _leaf(self, _person: _Person) -> Answers:
        """One leaf before it is handed in: all gaps of it, by their words."""
        chance = self.random.getrandbits(10)
        outcome = ("", "MISSING", "INVALID", "NOT_APPLICABLE", "EARNED", "PENDING", "EARNED", "EARNED")[
            chance & 7
        ]
        note, count, is_wanted = chance >> 3 & 1, chance >> 4 & 1, chance >> 5 & 1
        reason, has_answer, is_foreseen = chance >> 6 & 1, chance >> 7 & 1, chance >> 8 & 1
        is_taken_out = chance >> 9 & 1
        answer = _ANSWERS[is_taken_out, reason] if has_answer else None
        entry = rules.LeafEntry("1", answer, outcome, "n" * note, count, "e" * is_wanted, bool(is_foreseen))
        told = [gap.code for gap in rules.gaps_before_submission([entry])]
        expected = ""
        if outcome in ("", "MISSING"):
            expected = "blank"
        elif outcome == "INVALID":
            expected = "invalid"
        elif outcome == "NOT_APPLICABLE":
            explained = note or (has_answer and reason)
            if not explained and not (has_answer and not is_taken_out):
                expected = "no_reason"
            elif not explained and not is_foreseen:
                expected = "not_applicable_unforeseen"
        elif is_wanted and not count and not note:
            expected = "no_evidence"
        return tuple(told), (expected,) if expected else ()

    def _points(self, _person: _Person) -> Answers:
        """Points of two sides; 1.0 is 1, and nothing is not 0."""
        chance = self.random.getrandbits(8)
        (one, first), (two, second) = _POINTS[chance & 3], _POINTS[chance >> 2 & 3]
        note = ("", "  ", "n", "n ")[chance >> 4 & 3]
        told = rules.differs(one, two), rules.needs_reason(one, two, note)
        return told, (first != second, first != second and "n" not in note)

    def _decided(self, _person: _Person) -> Answers:
        chance = self.random.getrandbits(6)
        names = [layer for place, layer in enumerate(Layer.values) if chance >> place & 1]
        decided = rules.decided_layer(names)
        wanted = [name for name in ("CORRECTED", "REAPPRAISED", "APPRAISED") if name in names]
        points = dict.fromkeys(names, None)
        told = str(decided) if decided else "", rules.missing_outside(points, ("SELF", "OUTSIDE"))
        missing = tuple(code for code in ("SELF", "OUTSIDE") if code not in names)
        return told, (wanted[0] if wanted else "", missing)

    def _explained(self, _person: _Person) -> Answers:
        chance = self.random.getrandbits(8)
        (one, first), (two, second) = _POINTS[chance & 3], _POINTS[chance >> 2 & 3]
        is_flagged, has_own, has_other = bool(chance >> 4 & 1), chance >> 5 & 1, chance >> 6 & 1
        scores: dict[str, Any] = {}
        if has_own:
            scores["SELF"] = SimpleNamespace(points=one)
        if has_other:
            scores["APPRAISED"] = SimpleNamespace(points=two, explanation_wanted=is_flagged)
        expected = bool(has_other and (is_flagged or (has_own and first != second)))
        return rules.may_be_explained(scores), expected

    @property
    def _sheet(self) -> Any:
        return self.sheet

    @property
    def _round(self) -> Any:
        return _MANAGED


_MANAGED = SimpleNamespace(manager_id=_OFFICE)
_ANSWERS = {
    (out, reason): Answer(applicable=not out, reason="r" * reason) for out in (0, 1) for reason in (0, 1)
}
_POINTS = ((None, "nothing"), (Decimal(0), "0"), (Decimal(1), "1"), (Decimal("1.0"), "1"))


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _START + timedelta(microseconds=microseconds)
