"""A province to measure on: 150 agencies, 100 leaves, everything scored and appraised, one round published.

One sheet is made by the actions; the others are copies of its rows, because it is the pages that are
measured here, not the making.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.common.triggers import without_triggers
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.appraisals import agree_with_self
from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.actions.rounds import advance_round, enrol_units, open_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.models import Assessment, Round, RoundStage, Score
from tests import factories
from tests.parindex import rounds

AGENCIES, WRITERS, FIELDS, LEAVES_OF_A_FIELD = 150, 64, 10, 10


def wide_set() -> dict[str, Any]:
    """A hundred leaves of one point in ten fields: ratios, yes-no, steps, in turn."""
    rules = (
        {"type": "ratio", "num": "đã làm", "den": "phải làm"},
        {"type": "boolean", "yes": "1", "no": "0"},
        {
            "type": "step",
            "num": "đã làm",
            "den": "phải làm",
            "steps": [
                {"ge": "0.9", "points": "1"},
                {"ge": "0.5", "points": "0.5"},
                {"lt": "0.5", "points": "0"},
            ],
        },
    )
    fields = []
    for field in range(1, FIELDS + 1):
        leaves = [
            {
                "code": f"{field}.1.{leaf}",
                "title": f"Tiêu chí thành phần thứ {leaf} của lĩnh vực {field}",
                "max": "1",
                "rule": rules[leaf % len(rules)],
                "evidence": "Báo cáo năm",
                "by": "self+appraisal",
                "na": "mẫu số = 0",
            }
            for leaf in range(1, LEAVES_OF_A_FIELD + 1)
        ]
        most = str(LEAVES_OF_A_FIELD)
        criterion = {"code": f"{field}.1", "title": "Tiêu chí", "max": most, "sub": leaves}
        fields.append(
            {"code": str(field), "title": f"Lĩnh vực {field}", "max": most, "criteria": [criterion]}
        )
    return {
        "set": "Bộ tiêu chí mẫu để đo",
        "status": "SYNTHETIC",
        "level": "department",
        "year": "2026",
        "total": str(FIELDS * LEAVES_OF_A_FIELD),
        "bands": rounds.SMALL_SET["bands"],
        "fields": fields,
    }


def answer_of(code: str) -> Answer:
    """A fixed answer for a leaf of the wide set."""
    if int(code.rpartition(".")[2]) % 3 == 1:
        return Answer(choice="yes")
    return Answer(numerator=Decimal(40 + len(code)), denominator=Decimal(50))


@dataclass(frozen=True)
class Measured:
    """What is measured: an open round with a unit that scores, and a published one."""

    small: rounds.SmallRound
    sheet: Assessment
    published: Round
    codes: Sequence[str]


def _filled(small: rounds.SmallRound, unit: Organisation, codes: Sequence[str]) -> Assessment:
    sheet = small.sheet(unit)
    focal = factories.actor_as(Role.FOCAL_OFFICER, unit)
    for code in codes:
        save_self_score(
            assessment_id=sheet.pk,
            code=code,
            entry=Entry(answer_of(code), note="Theo báo cáo năm"),
            expected_version=0,
            by=focal,
            at=rounds.DURING_SELF,
        )
    sheet.refresh_from_db()
    return sheet


# Rows are written straight in, which the database refuses otherwise.
@without_triggers()
def _copy_to_all(pattern: Assessment) -> None:
    scores = list(pattern.scores.all())
    copies = []
    others = Assessment.objects.filter(round_block=pattern.round_block).exclude(pk=pattern.pk)
    for other in others:
        for score in scores:
            row = copy(score)
            row.pk, row.assessment_id = None, other.pk
            row._state = copy(score._state)
            row._state.adding = True
            copies.append(row)
    Score.objects.bulk_create(copies, batch_size=2000)
    others.update(
        self_total=pattern.self_total,
        standings=pattern.standings,
        self_count=pattern.self_count,
        appraised_count=pattern.appraised_count,
        decided_total=pattern.decided_total,
    )


def enrolled_round(agencies: int) -> tuple[rounds.SmallRound, list[str]]:
    small = rounds.prepared_round(wide_set())
    for number in range(agencies - 3):
        factories.organisation(f"Đơn vị {number + 1}", block_code="so")
    enrol_units(
        round_block_id=small.round_block.pk, organisation_ids=None, by=small.manager, at=rounds.BEFORE
    )
    open_round(round_id=small.round.pk, by=small.manager, at=rounds.SELF_OPENS)
    codes = [
        f"{field}.1.{leaf}" for field in range(1, FIELDS + 1) for leaf in range(1, LEAVES_OF_A_FIELD + 1)
    ]
    return small, codes


def publish(small: rounds.SmallRound, codes: Sequence[str]) -> Round:
    """Takes a filled round to its publication."""
    stages = (
        (RoundStage.APPRAISAL, rounds.SELF_CLOSES),
        (RoundStage.EXPLANATION, rounds.EXPLANATION),
        (RoundStage.REAPPRAISAL, rounds.REAPPRAISAL),
        (RoundStage.DECISION, rounds.DECISION),
    )
    for stage, at in stages:
        advance_round(round_id=small.round.pk, to=stage, by=small.manager, at=at)
        if stage == RoundStage.APPRAISAL:
            pattern = small.sheet(small.health)
            agree_with_self(
                assessment_id=pattern.pk, codes=codes, by=small.outside_appraiser, at=rounds.APPRAISAL
            )
            pattern.refresh_from_db()
            with without_triggers():
                Score.objects.filter(assessment__round_block=small.round_block).exclude(
                    assessment=pattern
                ).delete()
                _copy_to_all(pattern)
    day = rounds.DECISION.date()
    conclude_council(
        round_id=small.round.pk, met_on=day, conclusion="Nhất trí", by=small.chair, at=rounds.DECISION
    )
    decision = Decision("99/QĐ-UBND", day, "Nguyễn Văn Chủ", "Chủ tịch")
    publish_round(round_id=small.round.pk, decision=decision, by=small.manager, at=rounds.DECISION)
    small.round.refresh_from_db()
    return small.round


def build(agencies: int = AGENCIES) -> Measured:
    """A published round of this many agencies, and one in self-scoring with a unit for each writer."""
    first, codes = enrolled_round(agencies)
    pattern = _filled(first, first.health, codes)
    _copy_to_all(pattern)
    published = publish(first, codes)
    second, codes = enrolled_round(WRITERS)
    sheet = _filled(second, second.health, codes)
    _copy_to_all(sheet)
    return Measured(second, sheet, published, codes)
