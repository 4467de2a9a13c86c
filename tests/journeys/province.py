"""The demo province for the pictures: the round of 2024, and one of today, phase by phase."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Block
from openpar.common.formats import VIETNAM, format_date
from openpar.demo import finished
from openpar.demo.build import SEED
from openpar.demo.calendar import FINISHED, Clock, RoundDates, moment
from openpar.demo.people import HEALTH, HOME_AFFAIRS, JUSTICE, OFFICE, People
from openpar.demo.profiles import ANSWERS, EXPLANATIONS, Profile
from openpar.demo.rounds import (
    GUIDE,
    Story,
    appraise,
    criteria_of,
    fill_sheet,
    lock,
    places_of,
    sheets_of,
    story_of,
)
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.adjustments import claim_bonus, decide_adjustment, record_penalty
from openpar.parindex.assessments.actions.appraisals import save_reappraisal
from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.actions.publication import conclude_council
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
from openpar.parindex.assessments.actions.self_scoring import assign_leaves, submit_sheet
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import Adjustment, Assessment, Layer, Round, RoundStage, Score
from openpar.parindex.criteria.actions import Issuing, bring_in, issue_set
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.yaml_files import read_mapping
from tests import factories
from tests.journeys.browser import ROOT
from tests.journeys.table import YEAR

_DATA = ROOT / "data"
_CLAIMS = {
    OFFICE: ("Sáng kiến số hóa hồ sơ được cấp tỉnh công nhận và nhân rộng", "1"),
    JUSTICE: ("Mô hình “ngày không viết, ngày không hẹn” được Bộ ngành khen", "0.5"),
}
_LATER = timedelta(seconds=20)


def _dates(
    self_scoring: int, appraisal: int, explanation: int, reappraisal: int, decision: int
) -> RoundDates:
    """A calendar in days from today."""
    days = (timezone.localdate() + timedelta(day) for day in (self_scoring, appraisal, explanation))
    others = (timezone.localdate() + timedelta(day) for day in (reappraisal, decision, decision + 40))
    return RoundDates(YEAR, timezone.localdate() + timedelta(self_scoring - 20), *days, *others)


def _phases(dates: RoundDates) -> list[PhaseDates]:
    """Each phase ends at 17:00 of the day before the next one begins."""
    return [
        PhaseDates(phase.stage, phase.opens_at, phase.closes_at - timedelta(hours=7))
        for phase in dates.phases()
    ]


class Province:
    """Built when it is asked for; every method goes one step on."""

    # The leaf over which appraisers and units differ in the pictures, Sở Y tế among them.
    contested = "1.1.3"

    def __init__(self) -> None:
        self._random = Random(SEED)
        factories.lam_dong()
        self._people = People(datetime(2021, 1, 4, 8, 0, tzinfo=VIETNAM), self._random)
        self._people.one_click()
        self._places = places_of(self._people)
        self.finished = finished.build(
            self._set(FINISHED.year), self._places, self._random, lambda _text: None
        )
        self._stories: dict[int, Story] = {}
        self._clock = Clock(moment(timezone.localdate() - timedelta(30)), step=_LATER)
        self.round = self._prepared(self._set(YEAR))

    @property
    def health(self) -> str:
        """The address of the sheet of Sở Y tế."""
        return f"/assessments/{self._sheet(HEALTH).pk}/"

    @property
    def today_text(self) -> str:
        return format_date(timezone.localdate())

    def _set(self, year: int) -> CriteriaSet:
        mapping = read_mapping(_DATA / "criteria" / "SYNTHETIC_so_2026.yaml")
        bands = read_mapping(_DATA / "grading_default.yaml")["bands"]
        at = datetime(year, 1, 10, 8, 0, tzinfo=VIETNAM)
        manager = self._places.manager
        made = bring_in(
            mapping={**mapping, "year": str(year), "bands": bands},
            title=f"Bộ tiêu chí mẫu khối sở, ban, ngành năm {year}",
            is_sample=True,
            by=manager,
            at=at,
        )
        issuing = Issuing(number="000/QĐ-UBND (mẫu)", signed_on=at.date(), issuer="UBND tỉnh (mẫu)")
        return issue_set(set_id=made.pk, issuing=issuing, by=manager, at=at)

    def _sheet(self, key: str) -> Assessment:
        return next(sheet for sheet in sheets_of(self.round) if sheet.organisation.key == key)

    def _now(self) -> datetime:
        """From here on everything happens at once, so that no picture shows a time to come."""
        self._clock.step = timedelta(milliseconds=1)
        return self._clock.set(timezone.now())

    def _prepared(self, criteria_set: CriteriaSet) -> Round:
        dates = _dates(-20, 10, 30, 40, 50)
        by = self._places.manager
        round = create_round(
            title=f"Chỉ số cải cách hành chính năm {YEAR}",
            year=YEAR,
            assessed_from=dates.assessed_from,
            assessed_until=dates.assessed_until,
            manager_id=self._people.organisation(HOME_AFFAIRS),
            guide=GUIDE,
            by=by,
            at=self._clock.tick(),
        )
        set_phases(round_id=round.pk, phases=_phases(dates), reason="", by=by, at=self._clock.tick())
        block = add_block(
            round_id=round.pk,
            block_id=Block.objects.get(code="so").pk,
            criteria_set_id=criteria_set.pk,
            by=by,
            at=self._clock.tick(),
        )
        enrol_units(round_block_id=block.pk, organisation_ids=None, by=by, at=self._clock.tick())
        fields = [field.code for field in criteria_of(block).engine.fields]
        handed = ((self._places.inside, fields), (self._places.office, fields), (self._places.outside, ["2"]))
        for person, codes in handed:
            assign_appraiser(
                round_block_id=block.pk,
                field_codes=codes,
                appraiser_id=person.person_id,
                by=by,
                at=self._clock.tick(),
            )
        return round

    # ---- self-scoring --------------------------------------------------------------------------------

    def open(self) -> None:
        """Opened; most departments are done, Sở Y tế is half-way."""
        self._clock.set(moment(timezone.localdate() - timedelta(20)))
        open_round(round_id=self.round.pk, by=self._places.manager, at=self._clock.tick())
        for sheet in sheets_of(self.round):
            profile = Profile(self._random.uniform(0.6, 0.88), self._random.uniform(0.5, 0.8), self._random)
            self._stories[sheet.pk] = story_of(criteria_of(sheet.round_block), profile)
            if sheet.organisation.key == HEALTH:
                self._begin_health(sheet)
            else:
                self._fill(sheet, set())
                if sheet.organisation.key in _CLAIMS:
                    self._claim(sheet)
                lock(sheet, self._people, self._clock)

    def _fill(self, sheet: Assessment, without: set[str]) -> None:
        answers = {code: one for code, one in self._stories[sheet.pk].claimed.items() if code not in without}
        focal = self._people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
        fill_sheet(sheet, answers, by=focal, random=self._random, clock=self._clock, evidence=34)

    def _claim(self, sheet: Assessment) -> None:
        ground, points = _CLAIMS[sheet.organisation.key]
        claim_bonus(
            assessment_id=sheet.pk,
            ground=ground,
            points=Decimal(points),
            document_id=None,
            explanation="Kèm quyết định công nhận và văn bản nhân rộng",
            by=self._people.of_unit(sheet.unit, Role.FOCAL_OFFICER),
            at=self._clock.tick(),
        )

    def _begin_health(self, sheet: Assessment) -> None:
        story = self._stories[sheet.pk]
        self._stories[sheet.pk] = Story(
            {**story.real, self.contested: _ratio(15, 25)}, {**story.claimed, self.contested: _ratio(23, 25)}
        )
        left = [code for code in story.claimed if code.startswith(("5.", "6.", "7."))]
        self._fill(sheet, {self.contested, *left})
        officer = self._people.named("demo.chuyen-vien")
        assign_leaves(
            assessment_id=sheet.pk,
            codes=[code for code in story.claimed if code.startswith(("2.", "7."))],
            officer_id=officer.person_id,
            by=self._people.named("demo.dau-moi"),
            at=self._clock.tick(),
        )

    def excel_rows(self) -> dict[str, tuple[str | int | None, str | int | None, int | None]]:
        """Figures of the divisions for the leaves of field 6 that are ratios."""
        claimed = self._stories[self._sheet(HEALTH).pk].claimed
        return {
            code: (None, int(answer.numerator), int(answer.denominator))
            for code, answer in claimed.items()
            if code.startswith("6.") and answer.numerator is not None and answer.denominator
        }

    def finish_health(self) -> None:
        """What is left of Sở Y tế, submitted to the head."""
        sheet = self._sheet(HEALTH)
        self._now()
        done = set(sheet.scores.filter(layer=Layer.SELF).values_list("criterion__code", flat=True))
        self._fill(sheet, done)
        submit_sheet(assessment_id=sheet.pk, by=self._people.named("demo.dau-moi"), at=self._clock.tick())

    # ---- appraisal and what follows -----------------------------------------------------------------

    def _move(self, stage: RoundStage, dates: RoundDates) -> None:
        by, why = self._places.manager, "Điều chỉnh theo tiến độ chung"
        self._now()
        set_phases(round_id=self.round.pk, phases=_phases(dates), reason=why, by=by, at=self._clock.now)
        advance_round(round_id=self.round.pk, to=stage, reason=why, by=by, at=self._clock.now)
        self.round.refresh_from_db()

    def to_appraisal(self) -> None:
        """Locked as things stand; the first fields are appraised."""
        self._move(RoundStage.APPRAISAL, _dates(-40, -12, 21, 35, 45))
        for place, sheet in enumerate(sheets_of(self.round)):
            share = self._random.uniform(0.4, 0.8)
            self._appraise(sheet, share, without={self.contested} if place % 3 == 0 else set())

    def _appraise(self, sheet: Assessment, share: float, without: set[str]) -> None:
        real = self._stories[sheet.pk].real
        done = set(sheet.scores.filter(layer=Layer.APPRAISED).values_list("criterion__code", flat=True))
        codes = [code for code in real if code not in done | without]
        by = self._places.appraiser_for(sheet.organisation_id)
        found = {code: real[code] for code in codes[: round(len(codes) * share)]}
        why = "Chỉ 15 trong 25 nhiệm vụ có sản phẩm được nghiệm thu."
        reasons = {self.contested: why} if sheet.organisation.key == HEALTH else {}
        appraise(sheet, found, reasons, by=by, random=self._random, clock=self._clock)

    def to_explanation(self) -> None:
        for sheet in sheets_of(self.round):
            self._appraise(sheet, 1, without=set())
        self._move(RoundStage.EXPLANATION, _dates(-60, -30, -3, 9, 19))

    def to_reappraisal(self) -> None:
        """Every department explains what it was asked for."""
        for sheet in sheets_of(self.round):
            focal = self._people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
            wanted = sheet.scores.filter(layer=Layer.APPRAISED, explanation_wanted=True)
            if sheet.organisation.key == HEALTH:
                continue
            for code in wanted.values_list("criterion__code", flat=True)[:3]:
                save_explanation(
                    assessment_id=sheet.pk,
                    code=code,
                    entry=Entry(
                        self._stories[sheet.pk].claimed[code], note=self._random.choice(EXPLANATIONS)
                    ),
                    expected_version=0,
                    by=focal,
                    at=self._clock.tick(),
                )
        self._move(RoundStage.REAPPRAISAL, _dates(-70, -40, -13, -3, 9))

    def to_decision(self) -> None:
        """Every explanation is answered, the outside parts are in, claims wait."""
        explained = Score.objects.filter(assessment__round_block__round=self.round, layer=Layer.EXPLAINED)
        for score in explained.select_related("assessment", "criterion"):
            sheet = score.assessment
            save_reappraisal(
                assessment_id=sheet.pk,
                code=score.criterion.code,
                entry=Entry(Answer.from_json(score.answer), note=ANSWERS[True]),
                expected_version=0,
                by=self._places.appraiser_for(sheet.organisation_id),
                at=self._clock.tick(),
            )
        self._move(RoundStage.DECISION, _dates(-80, -50, -23, -13, -3))
        values = []
        for sheet in sheets_of(self.round):
            profile = Profile(self._random.uniform(0.68, 0.86), 1.0, self._random)
            leaves = criteria_of(sheet.round_block).outside_leaves
            values += [OutsideValue(sheet.pk, leaf.code, profile.reality(leaf)) for leaf in leaves]
        record_outside_values(
            round_id=self.round.pk,
            values=values,
            source=f"Báo cáo kết quả điều tra xã hội học năm {YEAR} (số liệu mẫu)",
            by=self._places.manager,
            at=self._clock.tick(),
        )

        health = self._sheet(HEALTH)
        record_penalty(
            assessment_id=health.pk,
            ground="Kết luận thanh tra số 12/KL-TTr, mục 3 (số liệu mẫu)",
            points=Decimal("0.5"),
            document_id=None,
            by=self._places.appraiser_for(health.organisation_id),
            at=self._clock.tick(),
        )
        self._decide(self._open_adjustments()[0])

    def _open_adjustments(self) -> list[int]:
        mine = Adjustment.objects.filter(assessment__round_block__round=self.round)
        return list(mine.filter(state=Adjustment.State.CLAIMED).order_by("pk").values_list("pk", flat=True))

    def _decide(self, adjustment_id: int) -> None:
        decide_adjustment(
            adjustment_id=adjustment_id,
            accept=True,
            reason="",
            by=self._places.manager,
            at=self._clock.tick(),
        )

    def settle_adjustments(self) -> None:
        for adjustment_id in self._open_adjustments():
            self._decide(adjustment_id)

    def conclude(self) -> None:
        conclude_council(
            round_id=self.round.pk,
            met_on=timezone.localdate(),
            conclusion="Hội đồng nhất trí kết quả thẩm định và xếp hạng.",
            by=self._places.chair,
            at=self._now(),
        )


def _ratio(numerator: int, denominator: int) -> Answer:
    return Answer(numerator=Decimal(numerator), denominator=Decimal(denominator))
