"""Answers of the checklist: saved one by one over a poor line, seen by whom they concern."""

from __future__ import annotations

import pytest

from openpar.base.audit.models import Entry
from openpar.reform.inspections.actions.answers import attach_to_answer, detach_from_answer
from openpar.reform.inspections.checklists import all_checklists, checklist_on, coverage_rules
from openpar.reform.inspections.errors import InspectionRefused, StaleInspection
from openpar.reform.inspections.models import AnswerEvidence, Scope, Side
from openpar.reform.inspections.queries.checklists import checklist_view, visible_unit
from openpar.reform.inspections.queries.visibility import visible_cases
from tests.reform.inspections.cases import (
    NOTICE_DAY,
    VISIT,
    Province,
    answered,
    document,
    minuted,
    notified,
    opened,
    province,
    self_reported,
    unit_of,
    working,
)
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def province_that_answers() -> Province:
    return province()


@pytest.fixture
def who(province_that_answers: Province) -> Province:
    return province_that_answers


def test_the_same_answer_arriving_twice_is_saved_once(who: Province) -> None:
    """The acknowledgement was lost on the way, and the phone sends again with the version it knows."""
    unit = unit_of(working(who, [who.health]), who.health)
    first = answered(who.member, unit, text="Chậm 12 ngày")
    again = answered(who.member, unit, text="Chậm 12 ngày", version=0)
    assert (again.pk, again.version) == (first.pk, 1)
    assert Entry.objects.filter(verb="inspection.answered").count() == 1


def test_what_somebody_else_saved_is_not_written_over(who: Province) -> None:
    unit = unit_of(working(who, [who.health]), who.health)
    answered(who.member, unit, text="Bản của tài chính")
    with pytest.raises(StaleInspection):
        answered(who.team_head, unit, text="Bản của trưởng đoàn")
    stored = unit.answers.get()
    assert stored.text == "Bản của tài chính"
    answered(who.team_head, unit, text="Bản của trưởng đoàn", version=1)
    stored.refresh_from_db()
    assert (stored.text, stored.version) == ("Bản của trưởng đoàn", 2)


def test_each_side_answers_for_itself_alone(who: Province) -> None:
    unit = unit_of(working(who, [who.health]), who.health)
    for stranger, side in (
        (who.health.officer, Side.TEAM),
        (who.member, Side.UNIT),
        (who.building.officer, Side.UNIT),
        (who.leader, Side.TEAM),
    ):
        with pytest.raises(InspectionRefused) as refused:
            answered(stranger, unit, side=side)
        assert [gap.code for gap in refused.value.gaps] == ["not-allowed"]


def test_a_line_of_another_field_than_the_case_is_about_is_refused(who: Province) -> None:
    unit = unit_of(working(who, [who.health]), who.health)
    with pytest.raises(InspectionRefused) as refused:
        answered(who.member, unit, item="2.1")
    assert [gap.code for gap in refused.value.gaps] == ["no-item"]


def test_a_unit_is_not_seen_before_it_was_told(who: Province) -> None:
    case = opened(who, [who.health])
    unit = unit_of(case, who.health)
    assert not visible_cases(who.health.head).exists()
    assert visible_unit(who.health.head, unit.pk) is None
    assert visible_unit(who.member, unit.pk) is not None
    told = notified(who, [who.building])
    assert list(visible_cases(who.building.head)) == [told]
    assert not visible_cases(who.ward.head).exists()


def test_each_side_sees_what_the_other_has_handed_over(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)

    def shown(reader: object, side: str) -> bool:
        seen = visible_unit(reader, unit.pk)  # type: ignore[arg-type]  # an actor
        assert seen is not None
        view = checklist_view(reader, seen, VISIT.date())  # type: ignore[arg-type]  # an actor
        return any(line.of(side) for line in view.lines())

    answered(who.health.officer, unit, side=Side.UNIT, at=NOTICE_DAY)
    assert (shown(who.health.officer, Side.UNIT), shown(who.member, Side.UNIT)) == (True, False)
    self_reported(who.health, unit)
    assert shown(who.member, Side.UNIT)
    from openpar.reform.inspections.actions.steps import begin_checks

    begin_checks(by=who.team_head, at=VISIT, inspection_id=case.pk)
    answered(who.member, unit, item="0.2")
    assert (shown(who.member, Side.TEAM), shown(who.health.head, Side.TEAM)) == (True, False)
    minuted(who, unit)
    assert shown(who.health.head, Side.TEAM)


def test_evidence_comes_from_a_store_of_ones_own(who: Province) -> None:
    unit = unit_of(working(who, [who.health]), who.health)
    own = document(who.member, who.finance_agency, "5/BC", at=VISIT)
    foreign = document(who.health.officer, who.health.agency, "6/BC", at=VISIT)
    with pytest.raises(InspectionRefused) as refused:
        attach_to_answer(
            by=who.member, at=VISIT, unit_id=unit.pk, side=Side.TEAM, item="0.1", document_id=foreign.pk
        )
    assert [gap.code for gap in refused.value.gaps] == ["no-document"]
    for _time in range(2):
        kept = attach_to_answer(
            by=who.member, at=VISIT, unit_id=unit.pk, side=Side.TEAM, item="0.1", document_id=own.pk
        )
    assert AnswerEvidence.objects.count() == 1
    detach_from_answer(by=who.member, at=VISIT, evidence_id=kept.pk)
    assert AnswerEvidence.objects.count() == 0


# The data


def test_every_line_of_the_checklist_names_a_field_of_reform_and_a_code_of_the_taxonomy() -> None:
    from openpar.reform.fields import field_codes
    from openpar.reform.findings.taxonomy import entries

    known = {entry.code: entry.field for entry in entries(VISIT.date())}
    for checklist in all_checklists():
        for item in checklist.items:
            assert item.field in field_codes(only_in_plan=True), item.code
            assert not item.finding or known.get(item.finding) == item.field, item.code
            assert item.question
            assert item.how_to_check
            assert item.evidence
            assert item.certainty in {"V", "S", "R"}


def test_the_checklist_covers_every_field_and_every_code_of_the_taxonomy() -> None:
    from openpar.reform.findings.taxonomy import entries

    checklist = checklist_on(VISIT.date())
    assert [field for field, _items in checklist.by_field()] == ["F0", "F1", "F2", "F3", "F4", "F5", "F6"]
    assert {entry.code for entry in entries(VISIT.date())} <= {item.finding for item in checklist.items}


def test_strata_changed_when_districts_ended() -> None:
    from datetime import date

    before = {rule.stratum for rule in coverage_rules(Scope.PROVINCE, date(2024, 12, 15))}
    after = {rule.stratum for rule in coverage_rules(Scope.PROVINCE, date(2025, 12, 15))}
    assert before - after == {"districts"}
    assert after == {"departments", "communes"}
    assert all(rule.certainty == "R" for rule in coverage_rules(Scope.OWN, date(2026, 1, 1)))
