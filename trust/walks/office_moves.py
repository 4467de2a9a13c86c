"""The moves of the round manager and of the council."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openpar.parindex.assessments.actions import (
    adjustments,
    outside,
    publication,
    reminders,
    round_changes,
    rounds,
)
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import RoundStage
from tests.parindex.rounds import CALENDAR, ratio
from trust.walks.hand import MANAGERS, Attempt, Hand
from trust.walks.world import moment


def record_outside(hand: Hand) -> Attempt:
    sheets = hand.sheets if hand.well else hand.sheets[:1]
    values = [
        outside.OutsideValue(row.id, hand.code(("2.2.1",)), ratio(hand.random.randrange(50, 101), 100))
        for row in sheets
    ]
    return hand.attempt(
        outside.record_outside_values,
        hand.person(*MANAGERS),
        round_id=hand.round_id,
        values=values,
        source=hand.text("Báo cáo SIPAS"),
    )


def clear_outside(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    return hand.attempt(
        outside.clear_outside_value,
        hand.person(*MANAGERS),
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
        hand.person(*MANAGERS),
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
    elif hand.random.random() < 0.2:
        phases = [phase for phase in phases if phase.stage != RoundStage.REAPPRAISAL]
    return hand.attempt(
        rounds.set_phases, hand.person(*MANAGERS), round_id=hand.round_id, phases=phases, reason=hand.text()
    )


def _known(value: Any) -> datetime:
    found = moment(value)
    assert found is not None
    return found


def change_round(hand: Hand) -> Attempt:
    until = date(2026, 12, 14) if hand.well else hand.random.choice((date(2026, 12, 13), date(2020, 1, 1)))
    return hand.attempt(
        round_changes.change_round,
        hand.person(*MANAGERS),
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
        hand.person(*MANAGERS),
        round_block_id=_block(hand),
        field_codes=[hand.random.choice(("1", "2") if hand.well else ("1", "7"))],
        appraiser_id=person.person_id,
    )


def unassign_appraiser(hand: Hand) -> Attempt:
    person = hand.world.people[hand.random.choice(("idle appraiser", "appraiser", "appraiser outside"))]
    return hand.attempt(
        rounds.unassign_appraiser,
        hand.person(*MANAGERS),
        round_block_id=_block(hand),
        field_code=hand.random.choice(("1", "2")),
        appraiser_id=person.person_id,
    )


def create_round(hand: Hand) -> Attempt:
    until = date(2027, 12, 14) if hand.well else date(2020, 1, 1)
    return hand.attempt(
        rounds.create_round,
        hand.person(*MANAGERS),
        title=hand.text("Kỳ mới"),
        year=2027,
        assessed_from=date(2026, 12, 15),
        assessed_until=until,
        manager_id=hand.world.manager_id,
    )


def add_block(hand: Hand) -> Attempt:
    return hand.attempt(
        rounds.add_block,
        hand.person(*MANAGERS),
        round_id=hand.round_id,
        block_id=hand.world.block_id,
        criteria_set_id=hand.world.set_id,
    )


def enrol(hand: Hand) -> Attempt:
    return hand.attempt(
        rounds.enrol_units,
        hand.person(*MANAGERS),
        round_block_id=_block(hand),
        organisation_ids=hand.world.units,
    )


def withdraw(hand: Hand) -> Attempt:
    sheet = hand.sheet()
    return hand.attempt(rounds.withdraw_unit, hand.person(*MANAGERS), sheet, assessment_id=sheet)


def remove_block(hand: Hand) -> Attempt:
    return hand.attempt(round_changes.remove_block, hand.person(*MANAGERS), round_block_id=_block(hand))


def open_round(hand: Hand) -> Attempt:
    return hand.attempt(rounds.open_round, hand.person(*MANAGERS), round_id=hand.round_id)


def advance(hand: Hand) -> Attempt:
    stages = list(RoundStage)
    place = stages.index(RoundStage(hand.round.stage))
    following = stages[min(place + 1, len(stages) - 1)]
    to = following if hand.fits_thing and hand.random.random() < 0.8 else hand.random.choice(stages)
    reason = "" if hand.random.random() < 0.5 else hand.text()
    return hand.attempt(
        rounds.advance_round, hand.person(*MANAGERS), round_id=hand.round_id, to=to, reason=reason
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
        publication.publish_round, hand.person(*MANAGERS), round_id=hand.round_id, decision=decision
    )


def remind(hand: Hand) -> Attempt:
    return hand.attempt(
        reminders.remind_units,
        hand.person(*MANAGERS),
        round_id=hand.round_id,
        assessment_ids=[row.id for row in hand.sheets] if hand.well else [],
        text=hand.text("Nhắc nộp phiếu"),
    )
