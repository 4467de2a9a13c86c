"""What both made-up rounds have in common: preparing, filling sheets, appraising."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from django.utils import timezone

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Block
from openpar.common.db import write_transaction
from openpar.demo.calendar import Clock, RoundDates
from openpar.demo.people import People
from openpar.demo.profiles import NOTES, REASONS, Profile
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.appraisals import save_appraisal
from openpar.parindex.assessments.actions.evidence import attach_evidence
from openpar.parindex.assessments.actions.rounds import (
    add_block,
    assign_appraiser,
    create_round,
    enrol_units,
    open_round,
    set_phases,
)
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, submit_sheet
from openpar.parindex.assessments.actions.sheet_upload import save_sheet
from openpar.parindex.assessments.models import Assessment, Layer, Round, RoundBlock
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.queries import LoadedSet, loaded_set

Say = Callable[[str], None]

# The guide a round opens with, in the words of this program.
GUIDE = (
    "Đơn vị chấm từng tiêu chí thành phần, gắn tài liệu kiểm chứng và ghi mục, trang; tiêu chí không có "
    "tài liệu phải giải trình cách tính điểm. Thủ trưởng duyệt và chốt trước hạn; hết hạn hệ thống tự khóa."
)


@dataclass(frozen=True)
class Places:
    """The people who act in both rounds."""

    people: People
    manager: Actor
    chair: Actor
    inside: Actor
    outside: Actor
    office: Actor

    def appraiser_for(self, organisation_id: int) -> Actor:
        """Somebody who may appraise this unit: not from Sở Nội vụ when Sở Nội vụ is appraised."""
        return self.office if organisation_id in self.inside.organisations() else self.inside


def places_of(people: People) -> Places:
    return Places(
        people=people,
        manager=people.named("demo.quan-ly"),
        chair=people.named("demo.chu-tich-hoi-dong"),
        inside=people.named("demo.tham-dinh"),
        outside=people.named("demo.tham-dinh-ngoai"),
        office=people.named("demo.tham-dinh-van-phong"),
    )


def prepare(
    *,
    dates: RoundDates,
    manager_key: str,
    blocks: Mapping[str, CriteriaSet],
    places: Places,
    clock: Clock,
) -> Round:
    """A round with its calendar, blocks, units and appraisers, opened for self-scoring."""
    by = places.manager
    round = create_round(
        title=f"Chỉ số cải cách hành chính năm {dates.year}",
        year=dates.year,
        assessed_from=dates.assessed_from,
        assessed_until=dates.assessed_until,
        manager_id=places.people.organisation(manager_key),
        guide=GUIDE,
        by=by,
        at=clock.tick(),
    )
    set_phases(round_id=round.pk, phases=dates.phases(), reason="", by=by, at=clock.tick())
    for code, criteria_set in blocks.items():
        block = Block.objects.get(code=code)
        round_block = add_block(
            round_id=round.pk, block_id=block.pk, criteria_set_id=criteria_set.pk, by=by, at=clock.tick()
        )
        enrol_units(round_block_id=round_block.pk, organisation_ids=None, by=by, at=clock.tick())
        _assign(round_block, places, clock)
    open_round(round_id=round.pk, by=by, at=clock.set(dates.phases()[0].opens_at))
    return round


def _assign(round_block: RoundBlock, places: Places, clock: Clock) -> None:
    """Sở Nội vụ and the Office take every field, Justice the field of its trade."""
    fields = [field.code for field in criteria_of(round_block).engine.fields]
    for appraiser, codes in ((places.inside, fields), (places.office, fields), (places.outside, ["2"])):
        assign_appraiser(
            round_block_id=round_block.pk,
            field_codes=codes,
            appraiser_id=appraiser.person_id,
            by=places.manager,
            at=clock.tick(),
        )


def criteria_of(round_block: RoundBlock) -> LoadedSet:
    criteria_set = round_block.criteria_set
    return loaded_set(criteria_set.pk, criteria_set.version)


def sheets_of(round: Round) -> Iterable[Assessment]:
    return (
        Assessment.objects.filter(round_block__round=round)
        .select_related("unit", "organisation", "round_block__criteria_set", "round_block__block")
        .order_by("round_block", "unit__name_sort")
    )


def fill_sheet(
    sheet: Assessment,
    answers: Mapping[str, Answer],
    *,
    by: Actor,
    random: Random,
    clock: Clock,
    evidence: int,
) -> None:
    """Saves a whole sheet as its unit would from Excel: figures, a note, documents for some of the leaves."""
    criteria = criteria_of(sheet.round_block)
    with write_transaction():
        entries = {code: (Entry(answer, note=random.choice(NOTES)), 0) for code, answer in answers.items()}
        save_sheet(assessment_id=sheet.pk, entries=entries, by=by, at=clock.tick())
        wanting = [code for code in answers if criteria.leaves[code].evidence_wanted]
        for number, code in enumerate(random.sample(wanting, min(evidence, len(wanting)))):
            _bind_document(sheet, code, number, criteria.leaves[code].evidence_wanted, by=by, clock=clock)


def _bind_document(
    sheet: Assessment, code: str, number: int, wanted: str, *, by: Actor, clock: Clock
) -> None:
    at = clock.tick()
    document = add_document(
        by=by,
        at=at,
        owner_id=sheet.organisation_id,
        title=f"{wanted} ({sheet.unit.name})",
        number=f"{10 + number * 7}/BC-{sheet.unit.short_name.upper().replace(' ', '')}",
        issuer=sheet.unit.name,
        issued_on=timezone.localdate(at),
        signed_at=at,
    )
    attach_evidence(
        assessment_id=sheet.pk,
        code=code,
        layer=Layer.SELF,
        document_id=document.pk,
        pointer=f"mục {number + 1}, trang {number + 2}",
        by=by,
        at=at,
    )


def lock(sheet: Assessment, people: People, clock: Clock) -> None:
    """The focal officer submits, the head approves and locks."""
    focal = people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
    head = people.of_unit(sheet.unit, Role.AGENCY_HEAD)
    submit_sheet(assessment_id=sheet.pk, by=focal, at=clock.tick())
    lock_sheet(assessment_id=sheet.pk, by=head, at=clock.tick())


@dataclass(frozen=True)
class Story:
    """What is so and what is claimed in one sheet, leaf by leaf."""

    real: Mapping[str, Answer]
    claimed: Mapping[str, Answer]


def story_of(criteria: LoadedSet, profile: Profile) -> Story:
    real, claimed = {}, {}
    for leaf in criteria.self_leaves:
        real[leaf.code] = profile.reality(leaf)
        claimed[leaf.code] = profile.claim(leaf, real[leaf.code])
    return Story(real, claimed)


def appraise(
    sheet: Assessment,
    findings: Mapping[str, Answer],
    reasons: Mapping[str, str],
    *,
    by: Actor,
    random: Random,
    clock: Clock,
) -> None:
    """The appraiser's own figures for these leaves, with a reason where the points differ."""
    criteria = criteria_of(sheet.round_block)
    own = dict(sheet.scores.filter(layer=Layer.SELF).values_list("criterion__code", "points"))
    with write_transaction():
        for code, answer in findings.items():
            outcome = criteria.leaves[code].evaluate(answer)
            differs = getattr(outcome, "points", None) != own.get(code)
            note = reasons.get(code) or random.choice(REASONS)
            save_appraisal(
                assessment_id=sheet.pk,
                code=code,
                entry=Entry(
                    answer, note=note if differs else "", explanation_wanted=differs and random.random() < 0.5
                ),
                expected_version=0,
                by=by,
                at=clock.tick(),
            )
