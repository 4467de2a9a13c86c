"""The life of a case, from the plan of the year to the summary."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.common.errors import Refused
from openpar.reform.findings.models import Finding, FoundBy
from openpar.reform.inspections.actions.answers import return_self_report, send_self_report
from openpar.reform.inspections.actions.campaigns import drop_unit, plan_units
from openpar.reform.inspections.actions.cases import NewCase, add_member, cancel_case, open_case
from openpar.reform.inspections.actions.concluding import (
    Words,
    drop_limitation,
    issue_conclusion,
    respond,
    write_conclusion,
)
from openpar.reform.inspections.actions.steps import (
    begin_checks,
    close_case,
    record_minutes,
    report_case,
    send_notice,
)
from openpar.reform.inspections.errors import InspectionRefused, StaleInspection
from openpar.reform.inspections.models import (
    CaseState,
    Inspection,
    Mode,
    Side,
    TeamMember,
    UnitResponse,
)
from openpar.reform.inspections.stages import CASE
from openpar.reform.inspections.words import team_name
from tests import factories
from tests.reform.inspections.cases import (
    AT,
    CONCLUSION,
    NOTICE_DAY,
    VISIT,
    Province,
    answered,
    concluded,
    document,
    limited,
    minuted,
    notified,
    opened,
    planned,
    province,
    reported,
    self_reported,
    unit_of,
    working,
)
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def inspected_province() -> Province:
    return province()


@pytest.fixture
def who(inspected_province: Province) -> Province:
    return inspected_province


def codes(refused: pytest.ExceptionInfo[InspectionRefused]) -> list[str]:
    return [gap.code for gap in refused.value.gaps]


# The plan


def test_an_issued_plan_takes_no_more_units_and_loses_none(who: Province) -> None:
    campaign = planned(who, who.units[:2])
    with pytest.raises(InspectionRefused) as refused:
        plan_units(
            by=who.manager,
            at=AT,
            campaign_id=campaign.pk,
            organisation_ids=[who.ward.agency.pk],
            mode=Mode.DESK,
        )
    assert codes(refused) == ["not-draft"]
    first = campaign.units.first()
    assert first is not None
    with pytest.raises(InspectionRefused):
        drop_unit(by=who.manager, at=AT, planned_id=first.pk)


def test_nobody_but_who_manages_reform_plans_for_the_province(who: Province) -> None:
    for stranger in (who.health.head, who.leader, who.team_head):
        with pytest.raises(InspectionRefused) as refused:
            plan_units(
                by=stranger,
                at=AT,
                campaign_id=planned(who).pk,
                organisation_ids=[who.ward.agency.pk],
                mode=Mode.DESK,
            )
        assert codes(refused) == ["not-allowed"]


# Team and case


def test_a_team_is_called_by_the_number_of_its_decision(who: Province) -> None:
    assert team_name(opened(who)) == "Đoàn kiểm tra 1228"


def test_nobody_inspects_the_agency_they_belong_to(who: Province) -> None:
    case = opened(who, [who.health])
    with pytest.raises(InspectionRefused) as refused:
        add_member(
            by=who.manager,
            at=AT,
            inspection_id=case.pk,
            user_id=who.health.officer.person_id,
            part=TeamMember.Part.MEMBER,
        )
    assert codes(refused) == ["own-agency"]
    # Nor after they have moved there since.
    case = working(who, [who.building])
    user = User.objects.get(pk=who.member.person_id)
    factories.give(user, Role.FOCAL_OFFICER, who.building.agency)
    moved = factories.actor(user)
    with pytest.raises(InspectionRefused) as refused:
        answered(moved, unit_of(case, who.building))
    assert codes(refused) == ["own-agency"]


def test_the_inspecting_agency_is_no_unit_of_its_own_plan(who: Province) -> None:
    campaign = planned(who, [who.health])
    with pytest.raises(InspectionRefused) as refused:
        open_case(
            by=who.manager,
            at=AT,
            campaign_id=campaign.pk,
            case=NewCase([who.home.pk], Mode.UNANNOUNCED, document(who.manager, who.home, "9/QĐ").pk),
        )
    assert "strange-unit" in codes(refused)


def test_only_unannounced_cases_take_units_that_are_not_planned(who: Province) -> None:
    campaign = planned(who, [who.health])
    decision = document(who.manager, who.home, "9/QĐ-UBND")
    with pytest.raises(InspectionRefused) as refused:
        open_case(
            by=who.manager,
            at=AT,
            campaign_id=campaign.pk,
            case=NewCase([who.ward.agency.pk], Mode.ON_SITE, decision.pk),
        )
    assert codes(refused) == ["not-planned"]
    case = open_case(
        by=who.manager,
        at=AT,
        campaign_id=campaign.pk,
        case=NewCase([who.ward.agency.pk], Mode.UNANNOUNCED, decision.pk),
    )
    assert case.covers_until == date(2026, 6, 30)
    assert (case.covers_until - case.covers_from).days > 366


def test_everything_missing_of_a_case_is_told_at_once(who: Province) -> None:
    with pytest.raises(InspectionRefused) as refused:
        open_case(
            by=who.manager,
            at=AT,
            campaign_id=planned(who).pk,
            case=NewCase([], "", None, fields=["F9"], covers_from=date(2027, 1, 1)),
        )
    assert codes(refused) == ["no-mode", "no-units", "days-reversed", "no-field", "no-document"]


# Steps


def test_every_step_is_refused_where_the_table_has_none(who: Province) -> None:
    """Each act, tried in each state it does not follow from."""
    case = opened(who, [who.health])

    def acts() -> dict[CaseState, object]:
        common: dict[str, Any] = {"inspection_id": case.pk}
        paper = document(who.manager, who.home, "1/X", at=VISIT).pk
        return {
            CaseState.NOTIFIED: lambda: send_notice(
                by=who.manager, at=VISIT, document_id=paper, self_report_due=date(2027, 1, 1), **common
            ),
            CaseState.WORKING: lambda: begin_checks(by=who.team_head, at=VISIT, **common),
            CaseState.REPORTED: lambda: report_case(by=who.team_head, at=VISIT, document_id=paper, **common),
            CaseState.CLOSED: lambda: close_case(by=who.manager, at=VISIT, document_id=paper, **common),
            CaseState.CANCELLED: lambda: cancel_case(by=who.manager, at=VISIT, reason="Thay đổi", **common),
        }

    for state in (CaseState.PREPARING, CaseState.NOTIFIED, CaseState.WORKING):
        case.refresh_from_db()
        assert case.state == state
        for after, act in acts().items():
            if after in CASE[state]:
                continue
            with pytest.raises(InspectionRefused) as refused:
                act()  # type: ignore[operator]  # one of the acts above
            assert codes(refused) == ["not-now"], (state, after)
        if state is CaseState.PREPARING:
            acts()[CaseState.NOTIFIED]()  # type: ignore[operator]  # one of the acts above
        elif state is CaseState.NOTIFIED:
            acts()[CaseState.WORKING]()  # type: ignore[operator]  # one of the acts above


def test_units_are_told_by_the_notice_and_surprised_without(who: Province) -> None:
    case = notified(who, [who.health])
    told = Message.objects.filter(recipient=who.health.head.id).values_list("text", flat=True)
    assert ["Đoàn kiểm tra 1228 kiểm tra đơn vị" in text for text in told] == [True]
    with pytest.raises(InspectionRefused) as refused:
        notified(who, [who.building], mode=Mode.UNANNOUNCED)
    assert codes(refused) == ["unannounced"]
    surprise = Inspection.objects.exclude(pk=case.pk).get()
    assert not Message.objects.filter(recipient=who.building.head.id).exists()
    begin_checks(by=who.team_head, at=VISIT, inspection_id=surprise.pk)
    assert "đột xuất" in Message.objects.get(recipient=who.building.head.id).text


def test_a_report_of_the_unit_on_itself_has_every_line_and_then_stands(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)
    answered(who.health.officer, unit, side=Side.UNIT, at=NOTICE_DAY)
    with pytest.raises(InspectionRefused) as refused:
        send_self_report(by=who.health.officer, at=NOTICE_DAY, unit_id=unit.pk)
    assert codes(refused) == ["no-answer"] * 8
    self_reported(who.health, unit)
    with pytest.raises(InspectionRefused) as refused:
        answered(who.health.officer, unit, side=Side.UNIT, result="NOT_MET", version=1, at=NOTICE_DAY)
    assert codes(refused) == ["closed"]
    return_self_report(by=who.member, at=NOTICE_DAY, unit_id=unit.pk, reason="Thiếu số liệu")
    again = answered(who.health.officer, unit, side=Side.UNIT, result="NOT_MET", version=1, at=NOTICE_DAY)
    assert again.version == 2


def test_minutes_need_both_signatures_and_an_observation(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    paper = document(who.team_head, who.home, "1/BB", at=VISIT)
    with pytest.raises(InspectionRefused) as refused:
        record_minutes(
            by=who.team_head,
            at=VISIT,
            unit_id=unit.pk,
            document_id=paper.pk,
            signed_on=VISIT.date() + timedelta(days=1),
            signed_for_team="",
            signed_for_unit=" ",
        )
    assert codes(refused) == ["no-observation", "text-missing", "text-missing", "day-outside"]
    minuted(who, unit)
    unit.refresh_from_db()
    assert unit.inspected_on == VISIT.date()
    with pytest.raises(InspectionRefused) as refused:
        answered(who.member, unit, result="NOT_MET", version=1)
    assert codes(refused) == ["closed"]


def test_the_team_reports_when_every_unit_has_minutes(who: Province) -> None:
    case = working(who, [who.health, who.building, who.ward])
    minuted(who, unit_of(case, who.health))
    answered(who.member, unit_of(case, who.ward))
    report = document(who.team_head, who.home, "30/BC", at=VISIT)
    with pytest.raises(InspectionRefused) as refused:
        report_case(by=who.team_head, at=VISIT, inspection_id=case.pk, document_id=report.pk)
    assert sorted((gap.where, gap.code) for gap in refused.value.gaps) == [
        ("Phường Mũi Né", "no-minutes"),
        ("Sở Xây dựng", "no-observation"),
    ]


def test_at_the_desk_there_are_no_minutes_and_the_report_counts(who: Province) -> None:
    case = working(who, [who.health], mode=Mode.DESK)
    unit = unit_of(case, who.health)
    answered(who.member, unit)
    report = document(who.team_head, who.home, "30/BC", at=VISIT)
    report_case(by=who.team_head, at=VISIT, inspection_id=case.pk, document_id=report.pk)
    unit.refresh_from_db()
    assert unit.inspected_on == VISIT.date()


# Conclusion


def test_one_conclusion_for_four_units_makes_a_finding_for_each(who: Province) -> None:
    case = concluded(who)
    findings = Finding.objects.filter(source_id=case.pk, found_by=FoundBy.INSPECTION)
    assert {found.organisation_id for found in findings} == {unit.agency.pk for unit in who.units}
    one = findings.get(organisation=who.ward.agency)
    assert (one.field, one.code, one.finder_id, one.deadline) == (
        "F0",
        "F0-05",
        who.home.pk,
        date(2026, 12, 31),
    )
    assert (one.period_from, one.period_until) == (case.covers_from, case.covers_until)
    assert one.found_on == VISIT.date()
    assert "Đoàn kiểm tra 1228" in one.source_text
    assert one.source_link == f"/inspections/{case.pk}/"
    assert {unit.limitations.get().finding_id for unit in case.units.all()} == {one.pk for one in findings}


def test_a_conclusion_that_findings_refuse_is_not_issued_at_all(
    who: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = reported(who, [who.health])
    limited(who, unit_of(case, who.health))

    def refusing(**_given: object) -> list[Finding]:
        raise Refused.because("", "không nhận", code="planted")

    monkeypatch.setattr("openpar.reform.inspections.actions.concluding.add_findings", refusing)
    with pytest.raises(Refused, match="không nhận"):
        issue(who, case)
    case.refresh_from_db()
    assert (case.state, case.conclusion_id) == (CaseState.REPORTED, None)


def issue(who: Province, case: Inspection, version: int | None = None) -> Inspection:
    case.refresh_from_db()
    return issue_conclusion(
        by=who.manager,
        at=CONCLUSION,
        inspection_id=case.pk,
        expected_version=case.version if version is None else version,
        document_id=document(who.manager, who.home, "88/TB", at=CONCLUSION).pk,
        remedy_due=date(2026, 12, 31),
        response_due=date(2026, 5, 1),
    )


def test_a_conclusion_says_something_of_every_unit(who: Province) -> None:
    case = reported(who, [who.health, who.ward, who.building])
    limited(who, unit_of(case, who.health))
    case.refresh_from_db()
    write_conclusion(
        by=who.team_head,
        at=CONCLUSION,
        inspection_id=case.pk,
        expected_version=case.version,
        words=Words("Các đơn vị đã quan tâm", "Tăng cường chỉ đạo"),
        of_units={unit_of(case, who.ward).pk: Words(strengths="Một cửa tốt")},
    )
    with pytest.raises(InspectionRefused) as refused:
        issue(who, case)
    assert [(gap.where, gap.code) for gap in refused.value.gaps] == [("Sở Xây dựng", "nothing-said")]


def test_a_conclusion_that_somebody_changed_meanwhile_is_not_issued(who: Province) -> None:
    case = reported(who, [who.health])
    limited(who, unit_of(case, who.health))
    with pytest.raises(StaleInspection):
        issue(who, case, version=1)


def test_the_own_deadline_of_a_limitation_goes_before_the_common_one(who: Province) -> None:
    case = reported(who, [who.health])
    limited(who, unit_of(case, who.health), remedy_due=date(2026, 4, 29))
    issue(who, case)
    assert Finding.objects.get(source_id=case.pk).deadline == date(2026, 4, 29)


def test_after_the_conclusion_nothing_of_the_case_changes(who: Province) -> None:
    case = concluded(who, [who.health])
    unit = unit_of(case, who.health)
    acts = (
        lambda: limited(who, unit, at=CONCLUSION),
        lambda: drop_limitation(
            by=who.team_head,
            at=CONCLUSION,
            limitation_id=unit.limitations.get().pk,
            expected_version=1,
        ),
        lambda: answered(who.member, unit, item="0.2", at=CONCLUSION),
        lambda: cancel_case(by=who.manager, at=CONCLUSION, inspection_id=case.pk, reason="x"),
        lambda: add_member(
            by=who.manager,
            at=CONCLUSION,
            inspection_id=case.pk,
            user_id=who.leader.person_id,
            part=TeamMember.Part.MEMBER,
        ),
    )
    for act in acts:
        with pytest.raises(InspectionRefused) as refused:
            act()
        assert codes(refused) == ["not-now"]


def test_each_unit_agrees_or_objects_once_and_by_its_head(who: Province) -> None:
    case = concluded(who, [who.health, who.ward])
    health, ward = unit_of(case, who.health), unit_of(case, who.ward)
    day = CONCLUSION + timedelta(days=2)
    with pytest.raises(InspectionRefused) as refused:
        respond(by=who.health.officer, at=day, unit_id=health.pk, kind="AGREES")
    assert codes(refused) == ["not-allowed"]
    respond(by=who.health.head, at=day, unit_id=health.pk, kind="AGREES")
    with pytest.raises(InspectionRefused) as refused:
        respond(by=who.health.head, at=day, unit_id=health.pk, kind="OBJECTS", text="Không đồng ý")
    assert codes(refused) == ["responded"]
    with pytest.raises(InspectionRefused) as refused:
        respond(by=who.ward.head, at=day, unit_id=ward.pk, kind="OBJECTS")
    assert codes(refused) == ["text-missing"]
    with pytest.raises(InspectionRefused) as refused:
        respond(by=who.ward.head, at=CONCLUSION + timedelta(days=11), unit_id=ward.pk, kind="AGREES")
    assert codes(refused) == ["too-late"]


def test_a_case_ends_when_units_have_answered_or_let_it_pass(who: Province) -> None:
    case = concluded(who, [who.health])
    day = CONCLUSION + timedelta(days=3)
    paper = document(who.manager, who.home, "99/BC-UBND", at=day)
    with pytest.raises(InspectionRefused) as refused:
        close_case(by=who.manager, at=day, inspection_id=case.pk, document_id=paper.pk)
    assert [(gap.where, gap.code) for gap in refused.value.gaps] == [("Sở Y tế", "no-response")]
    later = CONCLUSION + timedelta(days=11)
    assert close_case(by=who.manager, at=later, inspection_id=case.pk, document_id=paper.pk).state == "CLOSED"
    assert UnitResponse.objects.count() == 0


def test_every_step_leaves_a_trace_about_the_case(who: Province) -> None:
    case = concluded(who, [who.health])
    verbs = Entry.objects.filter(about=f"inspection:{case.pk}").order_by("id").values_list("verb", flat=True)
    assert list(dict.fromkeys(verbs)) == [
        "inspection.opened",
        "inspection.member_added",
        "inspection.notified",
        "inspection.begun",
        "inspection.answered",
        "inspection.minutes",
        "inspection.reported",
        "inspection.limitation_added",
        "inspection.concluded",
    ]
