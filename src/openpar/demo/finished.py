"""The finished round over the nineteen departments as they stood before 01/03/2025."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random

from openpar.base.accounts.models import Role
from openpar.demo import labour
from openpar.demo.calendar import FINISHED, Clock, moment
from openpar.demo.measured import measured_on, take_over
from openpar.demo.people import HOME_AFFAIRS_BEFORE
from openpar.demo.profiles import ANSWERS, EXPLANATIONS, Profile
from openpar.demo.rounds import (
    Places,
    Say,
    Story,
    appraise,
    criteria_of,
    fill_sheet,
    lock,
    prepare,
    sheets_of,
    story_of,
)
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.adjustments import claim_bonus, decide_adjustment
from openpar.parindex.assessments.actions.appraisals import save_reappraisal
from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.models import Assessment, Layer, Round, RoundStage, Score
from openpar.parindex.criteria.models import CriteriaSet

# (quality, candour) by key; the others get something in between. One does worse than the labour department.
_KNOWN = {
    "68-so-noi-vu": (0.86, 0.85),
    "68-van-phong-ubnd": (0.85, 0.8),
    "68-so-tai-chinh": (0.84, 0.75),
    "68-ban-dan-toc": (0.25, 0.6),
}
_BONUS_UNIT = "68-van-phong-ubnd"


def build(criteria_set: CriteriaSet, places: Places, random: Random, say: Say) -> Round:
    """Plays the round to its publication."""
    clock = Clock(moment(FINISHED.prepared))
    round = prepare(
        dates=FINISHED,
        manager_key=HOME_AFFAIRS_BEFORE,
        blocks={"so": criteria_set},
        places=places,
        clock=clock,
    )
    clock.set(moment(FINISHED.self_scoring))
    stories: dict[int, Story] = {}
    measured = measured_on(sheets_of(round), FINISHED.year, FINISHED.self_scoring)
    for sheet in sheets_of(round):
        story = _story(sheet, random)
        stories[sheet.pk] = story
        focal = places.people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
        fill_sheet(sheet, story.claimed, by=focal, random=random, clock=clock, evidence=12)
        take_over(sheet, measured, by=focal, clock=clock)
        if sheet.organisation.key == _BONUS_UNIT:
            _claim_bonus(sheet, places, clock)
        lock(sheet, places.people, clock)
    say("đã chốt 19 phiếu tự chấm năm 2024")
    _move(round, RoundStage.APPRAISAL, FINISHED.appraisal, places, clock)
    for sheet in sheets_of(round):
        reasons = labour.reasons() if _is_labour(sheet) else {}
        by = places.appraiser_for(sheet.organisation_id)
        appraise(sheet, stories[sheet.pk].real, reasons, by=by, random=random, clock=clock)
    _move(round, RoundStage.EXPLANATION, FINISHED.explanation, places, clock)
    for sheet in sheets_of(round):
        _explain(sheet, places, random, clock)
    _move(round, RoundStage.REAPPRAISAL, FINISHED.reappraisal, places, clock)
    for sheet in sheets_of(round):
        _reappraise(sheet, places, random, clock)
    _move(round, RoundStage.DECISION, FINISHED.decision, places, clock)
    _bring_in_outside(round, random, places, clock)
    for adjustment_id in _claims(round):
        decide_adjustment(
            adjustment_id=adjustment_id, accept=True, reason="", by=places.manager, at=clock.tick()
        )
    _publish(round, places, clock)
    say("đã công bố kết quả năm 2024")
    return round


def _is_labour(sheet: Assessment) -> bool:
    return sheet.organisation.key == labour.KEY


def _story(sheet: Assessment, random: Random) -> Story:
    if _is_labour(sheet):
        real = {**labour.SELF, **{code: answer for code, (answer, _why) in labour.APPRAISED.items()}}
        return Story(real, labour.SELF)
    quality, candour = _KNOWN.get(
        sheet.organisation.key, (random.uniform(0.52, 0.84), random.uniform(0.45, 0.75))
    )
    return story_of(criteria_of(sheet.round_block), Profile(quality, candour, random))


def _move(round: Round, to: RoundStage, day: date, places: Places, clock: Clock) -> None:
    clock.set(moment(day))
    advance_round(round_id=round.pk, to=to, by=places.manager, at=clock.tick())


def _claim_bonus(sheet: Assessment, places: Places, clock: Clock) -> None:
    claim_bonus(
        assessment_id=sheet.pk,
        ground="Sáng kiến được cấp tỉnh công nhận và nhân rộng",
        points=Decimal("1"),
        document_id=None,
        explanation="Quyết định công nhận sáng kiến của Chủ tịch UBND tỉnh",
        by=places.people.of_unit(sheet.unit, Role.FOCAL_OFFICER),
        at=clock.tick(),
    )


def _claims(round: Round) -> list[int]:
    return list(
        Assessment.objects.filter(round_block__round=round, adjustments__isnull=False).values_list(
            "adjustments__pk", flat=True
        )
    )


def _explain(sheet: Assessment, places: Places, random: Random, clock: Clock) -> None:
    focal = places.people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
    own = _answers(sheet, Layer.SELF)
    flagged = sheet.scores.filter(layer=Layer.APPRAISED, explanation_wanted=True)
    codes = list(flagged.values_list("criterion__code", flat=True).order_by("criterion__position"))
    texts = {code: random.choice(EXPLANATIONS) for code in codes if random.random() < 0.6}
    if _is_labour(sheet):
        texts = {code: explained.text for code, explained in labour.EXPLAINED.items()}
    for code, text in texts.items():
        save_explanation(
            assessment_id=sheet.pk,
            code=code,
            entry=Entry(own[code], note=text),
            expected_version=0,
            by=focal,
            at=clock.tick(),
        )


def _answers(sheet: Assessment, layer: Layer) -> Mapping[str, Answer]:
    rows = Score.objects.filter(assessment=sheet, layer=layer).values_list("criterion__code", "answer")
    return {code: Answer.from_json(answer) for code, answer in rows}


def _reappraise(sheet: Assessment, places: Places, random: Random, clock: Clock) -> None:
    explained = _answers(sheet, Layer.EXPLAINED)
    appraised = _answers(sheet, Layer.APPRAISED)
    by = places.appraiser_for(sheet.organisation_id)
    for code in explained:
        accepted = random.random() < 0.4
        note = ANSWERS[accepted]
        if _is_labour(sheet):
            accepted, note = labour.EXPLAINED[code].accepted, labour.EXPLAINED[code].reply
        save_reappraisal(
            assessment_id=sheet.pk,
            code=code,
            entry=Entry(explained[code] if accepted else appraised[code], note=note),
            expected_version=0,
            by=by,
            at=clock.tick(),
        )


def _bring_in_outside(round: Round, random: Random, places: Places, clock: Clock) -> None:
    values = []
    for sheet in sheets_of(round):
        quality, _candour = _KNOWN.get(sheet.organisation.key, (random.uniform(0.68, 0.86), 1.0))
        profile = Profile(quality, 1.0, random)
        for leaf in criteria_of(sheet.round_block).outside_leaves:
            answer = labour.OUTSIDE[leaf.code] if _is_labour(sheet) else profile.reality(leaf)
            values.append(OutsideValue(sheet.pk, leaf.code, answer))
    record_outside_values(
        round_id=round.pk,
        values=values,
        source="Báo cáo kết quả điều tra xã hội học năm 2024 (số liệu mẫu)",
        by=places.manager,
        at=clock.tick(),
    )


def _publish(round: Round, places: Places, clock: Clock) -> None:
    conclude_council(
        round_id=round.pk,
        met_on=date(2025, 2, 6),
        conclusion="Hội đồng nhất trí kết quả thẩm định và xếp hạng 19 sở, ban, ngành.",
        by=places.chair,
        at=clock.set(moment(date(2025, 2, 6))),
    )
    decision = Decision(
        number="000/QĐ-UBND (mẫu)",
        signed_on=date(2025, 2, 12),
        signer="Huỳnh Thu Phương",
        signer_position="KT. CHỦ TỊCH, PHÓ CHỦ TỊCH",
    )
    publish_round(
        round_id=round.pk, decision=decision, by=places.manager, at=clock.set(moment(date(2025, 2, 12)))
    )
