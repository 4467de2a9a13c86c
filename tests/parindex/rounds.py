"""A small round for the tests, brought to each phase by the actions people use.

Two fields, four self-scored leaves and one from outside, three departments: Sở Nội vụ manages the round and
is scored itself; Sở Y tế and Sở Tư pháp are scored; appraisers come from Sở Nội vụ and from Văn phòng.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.common.formats import VIETNAM
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.appraisals import agree_with_self, save_appraisal
from openpar.parindex.assessments.actions.evidence import attach_evidence
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.actions.rounds import (
    add_block,
    advance_round,
    assign_appraiser,
    create_round,
    enrol_units,
    open_round,
    set_phases,
)
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, save_self_score, submit_sheet
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import Assessment, Layer, Round, RoundBlock, RoundStage
from openpar.parindex.criteria.actions import Issuing, bring_in, issue_set
from openpar.parindex.criteria.models import CriteriaSet
from tests import factories

BEFORE = datetime(2026, 11, 1, 8, 0, tzinfo=VIETNAM)
SELF_OPENS = datetime(2026, 11, 10, 0, 0, tzinfo=VIETNAM)
SELF_CLOSES = datetime(2026, 11, 30, 17, 0, tzinfo=VIETNAM)
APPRAISAL = datetime(2026, 12, 1, 8, 0, tzinfo=VIETNAM)
EXPLANATION = datetime(2026, 12, 20, 8, 0, tzinfo=VIETNAM)
REAPPRAISAL = datetime(2027, 1, 5, 8, 0, tzinfo=VIETNAM)
DECISION = datetime(2027, 1, 20, 8, 0, tzinfo=VIETNAM)
DURING_SELF = SELF_OPENS + timedelta(days=1)
CALENDAR = (
    PhaseDates(RoundStage.SELF_SCORING, SELF_OPENS, SELF_CLOSES),
    PhaseDates(RoundStage.APPRAISAL, SELF_CLOSES, EXPLANATION),
    PhaseDates(RoundStage.EXPLANATION, EXPLANATION, REAPPRAISAL),
    PhaseDates(RoundStage.REAPPRAISAL, REAPPRAISAL, DECISION),
    PhaseDates(RoundStage.DECISION, DECISION, DECISION + timedelta(days=60)),
)

SMALL_SET: Mapping[str, Any] = {
    "set": "Bộ tiêu chí mẫu nhỏ",
    "status": "SYNTHETIC",
    "level": "department",
    "year": "2026",
    "total": "10",
    "survey_points": "3",
    "appraisal_points": "7",
    "na_policy": "rescale_appraisal",
    "rounding": {"display": "2", "mode": "half_up"},
    "bonus_penalty": {"bonus_max": "1", "penalty_max": "2", "total_cap": "10"},
    "bands": [
        {"name": "Xuất sắc", "ge": "90"},
        {"name": "Tốt", "ge": "80"},
        {"name": "Khá", "ge": "70"},
        {"name": "Trung bình", "ge": "50"},
        {"name": "Yếu", "lt": "50"},
    ],
    "fields": [
        {
            "code": "1",
            "title": "Chỉ đạo, điều hành",
            "max": "4",
            "criteria": [
                {
                    "code": "1.1",
                    "title": "Kế hoạch",
                    "max": "4",
                    "sub": [
                        {
                            "code": "1.1.1",
                            "title": "Ban hành kế hoạch",
                            "max": "1",
                            "rule": {"type": "boolean", "yes": "1", "no": "0"},
                            "evidence": "Kế hoạch",
                            "by": "self+appraisal",
                        },
                        {
                            "code": "1.1.2",
                            "title": "Tỷ lệ hoàn thành",
                            "max": "3",
                            "rule": {"type": "ratio", "num": "hoàn thành", "den": "được giao"},
                            "evidence": "Báo cáo",
                            "by": "self+appraisal",
                            "na": "mẫu số = 0",
                        },
                    ],
                }
            ],
        },
        {
            "code": "2",
            "title": "Thủ tục hành chính",
            "max": "6",
            "criteria": [
                {
                    "code": "2.1",
                    "title": "Giải quyết hồ sơ",
                    "max": "3",
                    "sub": [
                        {
                            "code": "2.1.1",
                            "title": "Hồ sơ đúng hạn",
                            "max": "2",
                            "rule": {
                                "type": "step",
                                "num": "đúng hạn",
                                "den": "đã giải quyết",
                                "steps": [
                                    {"gt": "0.9", "points": "2"},
                                    {"ge": "0.7", "points": "1"},
                                    {"lt": "0.7", "points": "0"},
                                ],
                            },
                            "evidence": "Trích xuất",
                            "by": "self+appraisal",
                            "na": "mẫu số = 0",
                        },
                        {
                            "code": "2.1.2",
                            "title": "Không có vi phạm",
                            "max": "1",
                            "rule": {"type": "deduct", "per_violation": "0.5", "floor": "0"},
                            "by": "self+appraisal",
                        },
                    ],
                },
                {
                    "code": "2.2",
                    "title": "Hài lòng",
                    "max": "3",
                    "sub": [
                        {
                            "code": "2.2.1",
                            "title": "SIPAS",
                            "max": "3",
                            "rule": {"type": "external_pct"},
                            "by": "survey",
                        }
                    ],
                },
            ],
        },
    ],
}
SELF_CODES = ("1.1.1", "1.1.2", "2.1.1", "2.1.2")


def ratio(numerator: int, denominator: int) -> Answer:
    return Answer(numerator=Decimal(numerator), denominator=Decimal(denominator))


FULL_ANSWERS: Mapping[str, Answer] = {
    "1.1.1": Answer(choice="yes"),
    "1.1.2": ratio(40, 50),
    "2.1.1": ratio(46, 50),
    "2.1.2": Answer(numerator=Decimal(0)),
}


@dataclass
class SmallRound:
    """The round with its people; grows by the functions below."""

    round: Round
    round_block: RoundBlock
    criteria_set: CriteriaSet
    home_affairs: Organisation
    health: Organisation
    justice: Organisation
    manager: Actor
    focal: Actor
    head: Actor
    appraiser: Actor
    outside_appraiser: Actor
    chair: Actor

    def sheet(self, unit: Organisation | None = None) -> Assessment:
        return Assessment.objects.get(organisation=unit or self.health, round_block=self.round_block)


def issued_set(manager: Actor, mapping: Mapping[str, Any] = SMALL_SET) -> CriteriaSet:
    made = bring_in(mapping=mapping, title="Bộ tiêu chí mẫu nhỏ", is_sample=True, by=manager, at=BEFORE)
    issuing = Issuing(number="01/QĐ-UBND", signed_on=date(2026, 10, 1), issuer="UBND tỉnh")
    return issue_set(set_id=made.pk, issuing=issuing, by=manager, at=BEFORE)


def prepared_round(mapping: Mapping[str, Any] = SMALL_SET) -> SmallRound:
    """A round in preparation, with everything it needs to be opened."""
    home_affairs = factories.organisation("Sở Nội vụ", block_code="so")
    health = factories.organisation("Sở Y tế", block_code="so")
    justice = factories.organisation("Sở Tư pháp", block_code="so")
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    manager = factories.actor_as(Role.ROUND_MANAGER, home_affairs, "Trần Thị Quản")
    criteria_set = issued_set(manager, mapping)
    round = create_round(
        title="Chỉ số CCHC năm 2026",
        year=2026,
        assessed_from=date(2025, 12, 15),
        assessed_until=date(2026, 12, 14),
        manager_id=home_affairs.pk,
        by=manager,
        at=BEFORE,
    )
    set_phases(round_id=round.pk, phases=CALENDAR, reason="", by=manager, at=BEFORE)
    block = add_block(
        round_id=round.pk,
        block_id=factories.block("so").pk,
        criteria_set_id=criteria_set.pk,
        by=manager,
        at=BEFORE,
    )
    enrol_units(round_block_id=block.pk, organisation_ids=None, by=manager, at=BEFORE)
    appraiser = factories.actor_as(Role.APPRAISER, home_affairs, "Lê Văn Thẩm")
    outside_appraiser = factories.actor_as(Role.APPRAISER, office, "Phạm Thị Ngoài")
    for person in (appraiser, outside_appraiser):
        assign_appraiser(
            round_block_id=block.pk,
            field_codes=[field["code"] for field in mapping["fields"]],
            appraiser_id=person.person_id,
            by=manager,
            at=BEFORE,
        )
    return SmallRound(
        round=round,
        round_block=block,
        criteria_set=criteria_set,
        home_affairs=home_affairs,
        health=health,
        justice=justice,
        manager=manager,
        focal=factories.actor_as(Role.FOCAL_OFFICER, health, "Nguyễn Thị Hòa"),
        head=factories.actor_as(Role.AGENCY_HEAD, health, "Bùi Văn Trưởng"),
        appraiser=appraiser,
        outside_appraiser=outside_appraiser,
        chair=factories.actor_as(Role.COUNCIL_CHAIR, home_affairs, "Võ Thị Chủ Tịch"),
    )


def opened_round(mapping: Mapping[str, Any] = SMALL_SET) -> SmallRound:
    """A round in self-scoring."""
    small = prepared_round(mapping)
    open_round(round_id=small.round.pk, by=small.manager, at=SELF_OPENS)
    return small


def score_unit(
    small: SmallRound,
    unit: Organisation,
    answers: Mapping[str, Answer] = FULL_ANSWERS,
    *,
    at: datetime = DURING_SELF,
) -> None:
    """Every leaf scored and explained, with one document for the unit bound to the first leaf."""
    focal = factories.actor_as(Role.FOCAL_OFFICER, unit, "Đầu mối")
    sheet = small.sheet(unit)
    for code, answer in answers.items():
        save_self_score(
            assessment_id=sheet.pk,
            code=code,
            entry=Entry(answer, note="Theo báo cáo năm"),
            expected_version=0,
            by=focal,
            at=at,
        )
    document = add_document(
        by=focal,
        at=at,
        owner_id=unit.pk,
        title="Kế hoạch cải cách hành chính",
        number="02/KH",
        issuer="",
        issued_on=None,
        signed_at=None,
        upload=None,
        file_name="",
        link="",
    )
    attach_evidence(
        assessment_id=sheet.pk,
        code="1.1.1",
        layer=Layer.SELF,
        document_id=document.pk,
        pointer="trang 1",
        by=focal,
        at=at,
    )


def lock_unit(small: SmallRound, unit: Organisation, *, at: datetime = DURING_SELF) -> None:
    focal = factories.actor_as(Role.FOCAL_OFFICER, unit, "Cán bộ đầu mối")
    head = factories.actor_as(Role.AGENCY_HEAD, unit, "Thủ trưởng")
    sheet = small.sheet(unit)
    submit_sheet(assessment_id=sheet.pk, by=focal, at=at)
    lock_sheet(assessment_id=sheet.pk, by=head, at=at)


def round_in_appraisal() -> SmallRound:
    """Three locked sheets, ready to be appraised."""
    small = opened_round()
    for unit in (small.home_affairs, small.health, small.justice):
        score_unit(small, unit)
        lock_unit(small, unit)
    advance_round(round_id=small.round.pk, to=RoundStage.APPRAISAL, by=small.manager, at=SELF_CLOSES)
    return small


def reduce_health(small: SmallRound) -> None:
    """The appraiser finds 30 of 50 tasks done where the unit says 40: 1,8 points instead of 2,4."""
    save_appraisal(
        assessment_id=small.sheet(small.health).pk,
        code="1.1.2",
        entry=Entry(ratio(30, 50), note="Chỉ có sản phẩm của 30 nhiệm vụ", explanation_wanted=True),
        expected_version=0,
        by=small.appraiser,
        at=APPRAISAL,
    )


def appraise_the_rest(small: SmallRound) -> None:
    for unit in (small.home_affairs, small.health, small.justice):
        agree_with_self(
            assessment_id=small.sheet(unit).pk, codes=SELF_CODES, by=small.outside_appraiser, at=APPRAISAL
        )


def round_in_decision() -> SmallRound:
    """Appraised, nothing explained, the outside parts in."""
    small = round_in_appraisal()
    reduce_health(small)
    appraise_the_rest(small)
    move_to_decision(small.round.pk, small.manager)
    bring_in_survey(small, {small.home_affairs: 90, small.health: 80, small.justice: 80})
    return small


def move_to_decision(round_id: int, manager: Actor) -> None:
    """From the appraisal through the phases that follow, each at its hour."""
    for phase in CALENDAR[2:]:
        advance_round(round_id=round_id, to=phase.stage, by=manager, at=phase.opens_at)


def bring_in_survey(small: SmallRound, percents: Mapping[Organisation, int]) -> None:
    values = [
        OutsideValue(assessment_id=small.sheet(unit).pk, code="2.2.1", answer=ratio(percent, 100))
        for unit, percent in percents.items()
    ]
    record_outside_values(
        round_id=small.round.pk, values=values, source="Báo cáo SIPAS 2026", by=small.manager, at=DECISION
    )


def published_round() -> SmallRound:
    small = round_in_decision()
    recognise(small.round.pk, chair=small.chair, manager=small.manager)
    small.round.refresh_from_db()
    return small


def recognise(round_id: int, *, chair: Actor, manager: Actor) -> None:
    """The council concludes, the decision is signed, the round is published: on one day."""
    day = DECISION.date()
    conclude_council(round_id=round_id, met_on=day, conclusion="Nhất trí kết quả", by=chair, at=DECISION)
    decision = Decision("99/QĐ-UBND", day, "Nguyễn Văn Chủ", "Chủ tịch")
    publish_round(round_id=round_id, decision=decision, by=manager, at=DECISION)
