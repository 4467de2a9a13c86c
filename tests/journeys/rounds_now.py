"""The small round of the tests, but today: pages read the real clock, so the running phase surrounds now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Organisation
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.appraisals import agree_with_self, save_appraisal, save_reappraisal
from openpar.parindex.assessments.actions.explanations import save_explanation
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
from openpar.parindex.assessments.models import Assessment, Round, RoundBlock, RoundStage
from tests import factories
from tests.parindex import rounds

STAGES = (
    RoundStage.SELF_SCORING,
    RoundStage.APPRAISAL,
    RoundStage.EXPLANATION,
    RoundStage.REAPPRAISAL,
    RoundStage.DECISION,
)
_LASTS = timedelta(days=14)
_PASSED = timedelta(days=5)


@dataclass
class RoundNow:
    """Three departments, one round; people are made when they are asked for."""

    round: Round
    block: RoundBlock
    home: Organisation
    health: Organisation
    justice: Organisation
    office: Organisation
    opened: dict[RoundStage, datetime]
    _people: dict[tuple[Role, int], User] = field(default_factory=dict)

    @property
    def units(self) -> tuple[Organisation, Organisation, Organisation]:
        return self.home, self.health, self.justice

    def sheet(self, unit: Organisation) -> Assessment:
        return Assessment.objects.get(organisation=unit, round_block=self.block)

    def person(self, role: Role, where: Organisation) -> User:
        """Somebody with this role there, who can log in."""
        key = (role, where.pk)
        if key not in self._people:
            made = factories.person_as(role, where, f"{role.label} A", password=factories.PASSWORD)
            self._people[key] = made
        return self._people[key]

    def at(self, stage: RoundStage) -> datetime:
        """A day after this phase began."""
        return self.opened[stage] + timedelta(days=1)


def round_now(stage: RoundStage = RoundStage.SELF_SCORING) -> RoundNow:
    """A round whose phase `stage` began five days ago; in PUBLISHED the decision is of today."""
    running = min(len(STAGES) - 1, STAGES.index(stage) if stage in STAGES else len(STAGES))
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - _PASSED - running * _LASTS
    opened = {one: first + place * _LASTS for place, one in enumerate(STAGES)}
    found = _prepared(opened)
    for place, reached in enumerate(STAGES[: running + 1]):
        if place:
            _finish(found, STAGES[place - 1])
        _enter(found, reached)
    if stage == RoundStage.PUBLISHED:
        _publish(found)
    found.round.refresh_from_db()
    return found


def _prepared(opened: dict[RoundStage, datetime]) -> RoundNow:
    home, health, justice = (
        factories.organisation(name, block_code="so") for name in ("Sở Nội vụ", "Sở Y tế", "Sở Tư pháp")
    )
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    user = factories.person_as(Role.ROUND_MANAGER, home, "Trần Thị Minh Hạnh", password=factories.PASSWORD)
    manager = factories.actor(user)
    before = opened[RoundStage.SELF_SCORING] - timedelta(days=10)
    year = timezone.localdate().year
    criteria_set = rounds.issued_set(manager)
    round = create_round(
        title=f"Chỉ số cải cách hành chính năm {year}",
        year=year,
        assessed_from=date(year - 1, 12, 15),
        assessed_until=date(year, 12, 14),
        manager_id=home.pk,
        guide="Mỗi tiêu chí gắn tài liệu kiểm chứng, ghi mục, trang.",
        by=manager,
        at=before,
    )
    phases = [PhaseDates(stage, opens, opens + _LASTS) for stage, opens in opened.items()]
    set_phases(round_id=round.pk, phases=phases, reason="", by=manager, at=before)
    block_id = factories.block("so").pk
    block = add_block(
        round_id=round.pk, block_id=block_id, criteria_set_id=criteria_set.pk, by=manager, at=before
    )
    enrol_units(round_block_id=block.pk, organisation_ids=None, by=manager, at=before)
    found = RoundNow(round, block, home, health, justice, office, opened)
    found._people[(Role.ROUND_MANAGER, home.pk)] = user
    for where in (home, office):
        assign_appraiser(
            round_block_id=block.pk,
            field_codes=["1", "2"],
            appraiser_id=found.person(Role.APPRAISER, where).pk,
            by=manager,
            at=before,
        )
    return found


def _manager(found: RoundNow) -> Actor:
    return factories.actor(found.person(Role.ROUND_MANAGER, found.home))


def _enter(found: RoundNow, stage: RoundStage) -> None:
    at = found.opened[stage]
    if stage == RoundStage.SELF_SCORING:
        open_round(round_id=found.round.pk, by=_manager(found), at=at)
    else:
        advance_round(round_id=found.round.pk, to=stage, by=_manager(found), at=at)


def _finish(found: RoundNow, stage: RoundStage) -> None:
    """What people did in a phase that is over."""
    if stage in _DONE:
        _DONE[stage](found)


def score(found: RoundNow, unit: Organisation, *, leaving_out: tuple[str, ...] = ()) -> None:
    """Every leaf of a unit but some, as its focal officer enters it."""
    focal = factories.actor(found.person(Role.FOCAL_OFFICER, unit))
    for code, answer in rounds.FULL_ANSWERS.items():
        if code not in leaving_out:
            save_self_score(
                assessment_id=found.sheet(unit).pk,
                code=code,
                entry=Entry(answer, note="Theo báo cáo năm"),
                expected_version=0,
                by=focal,
                at=found.at(RoundStage.SELF_SCORING),
            )


def submit(found: RoundNow, unit: Organisation) -> None:
    focal = factories.actor(found.person(Role.FOCAL_OFFICER, unit))
    submit_sheet(assessment_id=found.sheet(unit).pk, by=focal, at=found.at(RoundStage.SELF_SCORING))


def _score_and_lock_all(found: RoundNow) -> None:
    for unit in found.units:
        score(found, unit)
        submit(found, unit)
        head = factories.actor(found.person(Role.AGENCY_HEAD, unit))
        lock_sheet(assessment_id=found.sheet(unit).pk, by=head, at=found.at(RoundStage.SELF_SCORING))


def _appraise_all(found: RoundNow) -> None:
    """30 of 50 where Y tế says 40; everything else as the units say."""
    outside = factories.actor(found.person(Role.APPRAISER, found.office))
    at = found.at(RoundStage.APPRAISAL)
    save_appraisal(
        assessment_id=found.sheet(found.health).pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(30, 50), note="Chỉ có sản phẩm của 30 nhiệm vụ", explanation_wanted=True),
        expected_version=0,
        by=outside,
        at=at,
    )
    for unit in found.units:
        agree_with_self(assessment_id=found.sheet(unit).pk, codes=rounds.SELF_CODES, by=outside, at=at)


def _explain(found: RoundNow) -> None:
    save_explanation(
        assessment_id=found.sheet(found.health).pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(35, 50), note="Năm nhiệm vụ có biên bản nghiệm thu"),
        expected_version=0,
        by=factories.actor(found.person(Role.FOCAL_OFFICER, found.health)),
        at=found.at(RoundStage.EXPLANATION),
    )


def _answer(found: RoundNow) -> None:
    save_reappraisal(
        assessment_id=found.sheet(found.health).pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(35, 50), note="Chấp nhận biên bản"),
        expected_version=0,
        by=factories.actor(found.person(Role.APPRAISER, found.office)),
        at=found.at(RoundStage.REAPPRAISAL),
    )


_DONE = {
    RoundStage.SELF_SCORING: _score_and_lock_all,
    RoundStage.APPRAISAL: _appraise_all,
    RoundStage.EXPLANATION: _explain,
    RoundStage.REAPPRAISAL: _answer,
}


def bring_in_outside(found: RoundNow) -> None:
    values = [
        OutsideValue(
            assessment_id=found.sheet(unit).pk,
            code="2.2.1",
            answer=Answer(numerator=Decimal(percent), denominator=Decimal(100)),
        )
        for unit, percent in zip(found.units, (90, 80, 70), strict=True)
    ]
    record_outside_values(
        round_id=found.round.pk,
        values=values,
        source="Báo cáo SIPAS",
        by=_manager(found),
        at=found.at(RoundStage.DECISION),
    )


def conclude(found: RoundNow) -> None:
    at = found.at(RoundStage.DECISION)
    chair = factories.actor(found.person(Role.COUNCIL_CHAIR, found.home))
    conclude_council(
        round_id=found.round.pk, met_on=timezone.localdate(at), conclusion="Nhất trí", by=chair, at=at
    )


def _publish(found: RoundNow) -> None:
    bring_in_outside(found)
    conclude(found)
    at = found.at(RoundStage.DECISION)
    decision = Decision("99/QĐ-UBND", timezone.localdate(at), "Huỳnh Thu Phương", "Phó Chủ tịch")
    publish_round(round_id=found.round.pk, decision=decision, by=_manager(found), at=at)
