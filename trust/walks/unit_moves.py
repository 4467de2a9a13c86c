"""The moves of the units and of the appraisers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from openpar.parindex.assessments.actions import (
    agreements,
    appraisals,
    corrections,
    evidence,
    explanations,
    reopenings,
    self_scoring,
    sheet_upload,
)
from openpar.parindex.assessments.models import Layer, RoundStage
from tests.parindex.rounds import SELF_CODES
from trust.walks.hand import BOTH, MANAGERS, Attempt, Hand


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
    layer = (
        Layer.EXPLAINED if is_explained and hand.well else hand.random.choice((Layer.SELF, Layer.EXPLAINED))
    )
    sheet = hand.sheet(*(("LOCKED",) if is_explained else ("DRAFTING",)))
    code = hand.code()
    if layer is Layer.EXPLAINED and hand.well:
        code = hand.random.choice(_explainable(hand, sheet) or SELF_CODES)
    document = (
        hand.world.documents[hand.place(sheet)] if hand.well else hand.random.choice(hand.world.documents)
    )
    arguments = {"code": code, "layer": layer, "document_id": document, **more}
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(action, who, sheet, assessment_id=sheet, **arguments)


def attach(hand: Hand) -> Attempt:
    return _bound(hand, evidence.attach_evidence, pointer="trang 2")


def detach(hand: Hand) -> Attempt:
    attempt = _bound(hand, evidence.detach_evidence)
    bound = [
        use
        for use in hand.now["EvidenceUse"].values()
        if (score := hand.now["Score"][use.score_id]).assessment_id == attempt.sheet
        and score.layer == attempt.arguments["layer"]
    ]
    if not (hand.fits_thing and bound):
        return attempt
    use = hand.random.choice(bound)
    code = hand.world.leaves[hand.now["Score"][use.score_id].criterion_id]
    return replace(attempt, arguments={**attempt.arguments, "code": code, "document_id": use.document_id})


def assign_leaves(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    officer: int | None = hand.world.people[hand.person("officer")].person_id
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
    if hand.fits_thing and full:
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
    who = hand.person(*MANAGERS)
    return hand.attempt(reopenings.grant_reopening, who, sheet, reopening_id=found, open_until=until)


def refuse(hand: Hand) -> Attempt:
    found, sheet = _asked(hand)
    who = hand.person(*MANAGERS)
    return hand.attempt(reopenings.refuse_reopening, who, sheet, reopening_id=found, reason=hand.text())


def appraise(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    code = hand.code()
    if hand.well and hand.random.random() < 0.7:
        done = hand.scored(sheet, Layer.APPRAISED)
        code = next((each for each in SELF_CODES if each not in done), code)
    note = "" if hand.random.random() < 0.2 else None
    entry = hand.entry(code, note=note, wanted=hand.random.random() < 0.3)
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
    who = hand.person("appraiser outside", "appraiser", BOTH)
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
    if hand.fits_thing and open_ones:
        sheet, code = hand.random.choice(open_ones)
    version = hand.version(sheet, code, Layer.EXPLAINED)
    arguments = {"code": code, "entry": hand.entry(code), "expected_version": version}
    who = hand.person(*hand.of_unit(sheet))
    return hand.attempt(explanations.save_explanation, who, sheet, assessment_id=sheet, **arguments)


def reappraise(hand: Hand) -> Attempt:
    sheet, code = hand.sheet(), hand.code()
    explained = [(row.id, code) for row in hand.sheets for code in hand.scored(row.id, Layer.EXPLAINED)]
    if hand.fits_thing and explained:
        sheet, code = hand.random.choice(explained)
    version = hand.version(sheet, code, Layer.REAPPRAISED)
    arguments = {"code": code, "entry": hand.entry(code), "expected_version": version}
    who = hand.person(*hand.appraisers(sheet))
    return hand.attempt(appraisals.save_reappraisal, who, sheet, assessment_id=sheet, **arguments)


def propose(hand: Hand) -> Attempt:
    sheet, code = hand.sheet(), hand.code()
    version = hand.version(sheet, code, Layer.CORRECTED)
    who = hand.person(*hand.appraisers(sheet), "manager", "manager and chair")
    arguments = {"code": code, "entry": hand.entry(code), "document_id": None, "expected_version": version}
    return hand.attempt(corrections.propose_correction, who, sheet, assessment_id=sheet, **arguments)


def _proposed(hand: Hand) -> tuple[int, int | None]:
    """A correction, open when the hand plays well, and its sheet."""
    mine = {row.id for row in hand.sheets}
    rows = [row for row in hand.now["Correction"].values() if row.assessment_id in mine]
    found = hand.one([row for row in rows if row.state == "PROPOSED"], otherwise=rows)
    row = hand.now["Correction"].get(found)
    return found, row.assessment_id if row else None


def confirm(hand: Hand) -> Attempt:
    found, sheet = _proposed(hand)
    who = hand.person("chair", "manager", "manager and chair")
    return hand.attempt(corrections.confirm_correction, who, sheet, correction_id=found)


def refuse_correction(hand: Hand) -> Attempt:
    found, sheet = _proposed(hand)
    who = hand.person("chair", "manager", "manager and chair")
    return hand.attempt(corrections.refuse_correction, who, sheet, correction_id=found, reason=hand.text())


def withdraw_correction(hand: Hand) -> Attempt:
    found, sheet = _proposed(hand)
    row = hand.now["Correction"].get(found)
    proposers = [name for name, who in hand.world.people.items() if row and who.id == row.proposed_by_id]
    return hand.attempt(corrections.withdraw_correction, hand.person(*proposers), sheet, correction_id=found)
