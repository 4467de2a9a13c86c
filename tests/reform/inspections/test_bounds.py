"""The first and the last day of every step, what is done once only, and papers that are none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from openpar.base.accounts.models import Role, User
from openpar.base.documents.actions import add_document
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.engine.picking import commitment
from openpar.reform.inspections.actions.answers import (
    attach_to_answer,
    return_self_report,
    send_self_report,
)
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    change_campaign,
    drop_unit,
    issue_campaign,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.cases import NewCase, add_member, open_case, remove_member
from openpar.reform.inspections.actions.concluding import (
    NewLimitation,
    Words,
    add_limitation,
    issue_conclusion,
    respond,
    write_conclusion,
)
from openpar.reform.inspections.actions.draws import commit_draw
from openpar.reform.inspections.actions.steps import (
    begin_checks,
    close_case,
    record_minutes,
    report_case,
    send_notice,
)
from openpar.reform.inspections.errors import InspectionRefused, StaleInspection
from openpar.reform.inspections.models import (
    Campaign,
    CampaignState,
    Inspection,
    Mode,
    Scope,
    Side,
    TeamMember,
)
from tests import factories
from tests.reform.inspections.cases import (
    AT,
    CONCLUSION,
    COVERS,
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
ONE_DAY = timedelta(days=1)


@world
def inspection_days() -> Province:
    return province()


@pytest.fixture
def who(inspection_days: Province) -> Province:
    return inspection_days


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(InspectionRefused) as refused:
        act()
    return factories.codes_of(refused.value)


def moved_into(person: Actor, agency: object) -> Actor:
    """The same person, who works in that agency since."""
    user = User.objects.get(pk=person.person_id)
    factories.give(user, Role.DIVISION_OFFICER, agency)  # type: ignore[arg-type]  # an organisation
    return factories.actor(user)


# Plans


def draft(who: Province) -> Campaign:
    campaign = open_campaign(
        by=who.manager,
        at=AT,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2026,
        draft=CampaignDraft("Kế hoạch kiểm tra", *COVERS),
    )
    ids = [who.health.agency.pk]
    plan_units(by=who.manager, at=AT, campaign_id=campaign.pk, organisation_ids=ids, mode=Mode.ON_SITE)
    campaign.refresh_from_db()
    return campaign


def test_a_plan_is_issued_once_by_a_paper_with_number_and_day_of_its_own_house(who: Province) -> None:
    campaign = draft(who)
    foreign = document(who.health.officer, who.health.agency, "1/KH-SYT")
    bare = add_document(by=who.manager, at=AT, owner_id=who.home.pk, title="Dự thảo", link="https://a.vn/1")
    issue = partial(issue_campaign, by=who.manager, at=AT, campaign_id=campaign.pk)
    assert refusal(partial(issue, document_id=foreign.pk)) == ["no-document"]
    assert refusal(partial(issue, document_id=bare.pk)) == ["no-number"]
    paper = document(who.manager, who.home, "15/KH-UBND")
    issue(document_id=paper.pk)
    assert refusal(partial(issue, document_id=paper.pk)) == ["not-draft"]


def test_a_plan_with_units_that_nobody_had_seen_is_not_issued(who: Province) -> None:
    campaign = draft(who)
    paper = document(who.manager, who.home, "15/KH-UBND")
    issue = partial(issue_campaign, by=who.manager, at=AT, campaign_id=campaign.pk, document_id=paper.pk)
    more = partial(plan_units, by=who.manager, at=AT, campaign_id=campaign.pk, mode=Mode.ON_SITE)
    more(organisation_ids=[who.units[1].agency.pk])
    with pytest.raises(StaleInspection):
        issue(expected_version=campaign.version)
    campaign.refresh_from_db()
    # What is in it already changes nothing.
    more(organisation_ids=[who.units[1].agency.pk])
    drop_unit(by=who.manager, at=AT, planned_id=campaign.units.get(organisation=who.units[1].agency).pk)
    with pytest.raises(StaleInspection):
        issue(expected_version=campaign.version)
    campaign.refresh_from_db()
    assert issue(expected_version=campaign.version).state == CampaignState.ISSUED


def test_a_plan_that_somebody_changed_meanwhile_is_not_overwritten(who: Province) -> None:
    campaign = draft(who)
    change = partial(
        change_campaign,
        by=who.manager,
        at=AT,
        campaign_id=campaign.pk,
        expected_version=campaign.version,
        draft=CampaignDraft("Tên khác", *COVERS),
    )
    change()
    with pytest.raises(StaleInspection):
        change()


def test_no_case_without_an_issued_plan_and_no_plan_without_units(who: Province) -> None:
    campaign = draft(who)
    decision = document(who.manager, who.home, "9/QĐ")
    case = NewCase([who.health.agency.pk], Mode.ON_SITE, decision.pk)
    begin = partial(open_case, by=who.manager, at=AT, campaign_id=campaign.pk, case=case)
    assert refusal(begin) == ["not-issued"]
    bare = open_campaign(
        by=who.manager,
        at=AT,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2027,
        draft=CampaignDraft("Trống", *COVERS),
    )
    issue = partial(issue_campaign, by=who.manager, at=AT, campaign_id=bare.pk, document_id=decision.pk)
    assert refusal(issue) == ["no-units"]


def test_an_agency_plans_its_own_divisions_and_no_others(who: Province) -> None:
    stranger = factories.organisation("Phòng Quy hoạch", kind=Kind.DIVISION, parent=who.building.agency)
    campaign = open_campaign(
        by=who.health.officer,
        at=AT,
        organisation_id=who.health.agency.pk,
        scope=Scope.OWN,
        year=2026,
        draft=CampaignDraft("Nội bộ", *COVERS),
    )
    plan = partial(plan_units, by=who.health.officer, at=AT, campaign_id=campaign.pk, mode=Mode.DESK)
    assert refusal(partial(plan, organisation_ids=[stranger.pk])) == ["strange-unit"]
    own = factories.organisation("Phòng Dược", kind=Kind.DIVISION, parent=who.health.agency)
    assert plan(organisation_ids=[own.pk]) == 1


@pytest.mark.parametrize(("count", "codes"), [(0, ["bad-count"]), (5, ["bad-count"]), (4, []), (1, [])])
def test_between_one_and_all_of_the_list_are_drawn(who: Province, count: int, codes: list[str]) -> None:
    commit = partial(
        commit_draw,
        by=who.manager,
        at=AT,
        campaign_id=planned(who, [who.health]).pk,
        organisation_ids=[unit.agency.pk for unit in who.units],
        count=count,
        seed_digest=commitment("mot-chuoi-kho-doan-2026"),
    )
    if codes:
        assert refusal(commit) == codes
    else:
        assert commit().count == count


# Team and steps


def test_a_team_has_one_head_who_stays_after_the_notice(who: Province) -> None:
    case = opened(who, [who.health])
    second = factories.actor_as(Role.FOCAL_OFFICER, who.finance_agency, "Người thứ hai")
    join = partial(add_member, by=who.manager, at=AT, inspection_id=case.pk)
    assert refusal(partial(join, user_id=second.person_id, part=TeamMember.Part.HEAD)) == ["two-heads"]
    assert refusal(partial(join, user_id=who.member.person_id, part=TeamMember.Part.DEPUTY)) == ["twice"]
    case = notified(who, [who.building])
    leave = partial(remove_member, by=who.manager, at=NOTICE_DAY)
    head, member = case.members.get(part=TeamMember.Part.HEAD), case.members.get(part=TeamMember.Part.MEMBER)
    assert refusal(partial(leave, member_id=head.pk)) == ["not-now"]
    leave(member_id=member.pk)


def test_members_do_not_do_what_their_head_does(who: Province) -> None:
    case = notified(who, [who.health])
    for by in (who.member, who.manager, who.health.head):
        assert refusal(partial(begin_checks, by=by, at=VISIT, inspection_id=case.pk)) == ["not-allowed"]


def test_without_a_head_nothing_begins(who: Province) -> None:
    case = opened(who, [who.health])
    case.members.filter(part=TeamMember.Part.HEAD).delete()
    notice = document(who.manager, who.home, "200/TB", at=NOTICE_DAY)
    send = partial(send_notice, by=who.manager, at=NOTICE_DAY, inspection_id=case.pk, document_id=notice.pk)
    assert refusal(partial(send, self_report_due=date(2026, 3, 20))) == ["no-head"]


def test_the_notice_sets_days_from_today_on(who: Province) -> None:
    case, today = opened(who, [who.health]), NOTICE_DAY.date()
    unit = unit_of(case, who.health)
    notice = document(who.manager, who.home, "200/TB", at=NOTICE_DAY)
    send = partial(send_notice, by=who.manager, at=NOTICE_DAY, inspection_id=case.pk, document_id=notice.pk)
    early = partial(send, self_report_due=today - ONE_DAY, visits={unit.pk: today - ONE_DAY})
    assert refusal(early) == ["past", "past"]
    assert refusal(partial(send, self_report_due=today, visits={0: today})) == ["strange-unit"]
    assert send(self_report_due=today, visits={unit.pk: today}).self_report_due == today


def test_who_has_moved_into_the_unit_neither_begins_nor_writes_nor_concludes(who: Province) -> None:
    case = notified(who, [who.health])
    head = moved_into(who.team_head, who.health.agency)
    assert refusal(partial(begin_checks, by=head, at=VISIT, inspection_id=case.pk)) == ["own-agency"]
    begin_checks(by=who.team_head, at=VISIT, inspection_id=case.pk)
    minuted(who, unit_of(case, who.health))
    report = document(who.team_head, who.home, "30/BC", at=VISIT)
    report_case(by=who.team_head, at=VISIT, inspection_id=case.pk, document_id=report.pk)
    limited(who, unit_of(case, who.health))
    case.refresh_from_db()
    write = partial(write_conclusion, at=CONCLUSION, inspection_id=case.pk, words=Words(), of_units={})
    assert refusal(partial(write, by=head, expected_version=case.version)) == ["own-agency"]
    manager = moved_into(who.manager, who.health.agency)
    assert refusal(partial(issued_by, who, case, by=manager)) == ["own-agency"]
    assert issued_by(who, case).concluded_by_id == who.manager.id


def issued_by(
    who: Province,
    case: Inspection,
    *,
    by: Actor | None = None,
    remedy_due: date = date(2026, 12, 31),
    response_due: date = date(2026, 12, 31),
) -> Inspection:
    case.refresh_from_db()
    return issue_conclusion(
        by=by or who.manager,
        at=CONCLUSION,
        inspection_id=case.pk,
        expected_version=case.version,
        document_id=document(who.manager, who.home, "88/TB", at=CONCLUSION).pk,
        remedy_due=remedy_due,
        response_due=response_due,
    )


# Answers and minutes


def test_the_team_writes_nothing_down_before_it_begins(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)
    assert refusal(partial(answered, who.member, unit, at=NOTICE_DAY)) == ["not-now"]
    stranger = factories.actor_as(Role.FOCAL_OFFICER, who.finance_agency)
    assert refusal(partial(answered, stranger, unit, at=NOTICE_DAY)) == ["not-allowed"]
    other = partial(answered, who.building.officer, unit, side=Side.UNIT, at=NOTICE_DAY)
    assert refusal(other) == ["not-allowed"]


def test_a_report_is_sent_once_and_given_back_by_the_team_before_the_minutes(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)
    give_back = partial(return_self_report, at=VISIT, unit_id=unit.pk, reason="Thiếu số liệu")
    assert refusal(partial(give_back, by=who.member)) == ["not-sent"]
    self_reported(who.health, unit)
    send = partial(send_self_report, by=who.health.officer, at=NOTICE_DAY, unit_id=unit.pk)
    assert refusal(send) == ["sent"]
    assert refusal(partial(send, by=who.building.officer)) == ["not-allowed"]
    for stranger in (who.manager, who.health.head):
        assert refusal(partial(give_back, by=stranger)) == ["not-allowed"]
    begin_checks(by=who.team_head, at=VISIT, inspection_id=case.pk)
    minuted(who, unit)
    assert refusal(partial(give_back, by=who.member)) == ["signed"]


def test_evidence_comes_out_of_the_own_store(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    foreign = document(who.building.officer, who.building.agency, "1/BC-SXD")
    attach = partial(
        attach_to_answer, by=who.health.officer, at=VISIT, unit_id=unit.pk, side=Side.UNIT, item="0.1"
    )
    assert refusal(partial(attach, document_id=foreign.pk)) == ["no-document"]
    own = document(who.health.officer, who.health.agency, "1/BC-SYT")
    first, second = attach(document_id=own.pk), attach(document_id=own.pk)
    assert first.pk == second.pk


def test_minutes_are_signed_between_the_beginning_and_today_and_once(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    answered(who.member, unit)
    later = VISIT + 3 * ONE_DAY
    paper = document(who.team_head, who.home, "1/BB", at=VISIT)
    foreign = document(who.building.officer, who.building.agency, "1/BB-SXD", at=VISIT)
    record = partial(
        record_minutes,
        by=who.team_head,
        at=later,
        unit_id=unit.pk,
        signed_for_team="Trưởng đoàn",
        signed_for_unit="Giám đốc",
    )
    for day in (VISIT.date() - ONE_DAY, later.date() + ONE_DAY):
        assert refusal(partial(record, document_id=paper.pk, signed_on=day)) == ["day-outside"]
    day = VISIT.date()
    assert refusal(partial(record, document_id=foreign.pk, signed_on=day)) == ["no-document"]
    assert refusal(partial(record, by=who.member, document_id=paper.pk, signed_on=day)) == ["not-allowed"]
    assert record(document_id=paper.pk, signed_on=day).inspected_on == day
    assert refusal(partial(record, document_id=paper.pk, signed_on=day)) == ["signed"]


def test_at_the_desk_nobody_signs_minutes(who: Province) -> None:
    case = working(who, [who.health], mode=Mode.DESK)
    assert refusal(partial(minuted, who, unit_of(case, who.health))) == ["desk"]


# Conclusion and end


def test_a_conclusion_sets_days_from_its_own_on(who: Province) -> None:
    case = reported(who, [who.health])
    unit, today = unit_of(case, who.health), CONCLUSION.date()
    late = partial(limited, who, unit, at=CONCLUSION, remedy_due=today - ONE_DAY)
    assert refusal(late) == ["past"]
    limited(who, unit, at=CONCLUSION, remedy_due=today)
    strange = NewLimitation(field="F0", code="F2-03", text="Mã của lĩnh vực khác")
    adding = partial(add_limitation, by=who.team_head, at=CONCLUSION, unit_id=unit.pk)
    assert refusal(partial(adding, limitation=strange)) == ["no-code"]
    early = today - ONE_DAY
    for issue in (partial(issued_by, remedy_due=early), partial(issued_by, response_due=early)):
        assert refusal(partial(issue, who, case)) == ["past"]
    assert issued_by(who, case, remedy_due=today, response_due=today).remedy_due == today


def test_a_unit_answers_to_the_end_of_the_last_day(who: Province) -> None:
    case = concluded(who, [who.health, who.ward])
    assert case.response_due is not None
    last = datetime(2026, case.response_due.month, case.response_due.day, 23, 0, tzinfo=VIETNAM)
    answer = partial(respond, by=who.health.head, unit_id=unit_of(case, who.health).pk, kind="AGREES")
    assert refusal(partial(answer, at=last + ONE_DAY)) == ["too-late"]
    assert answer(at=last).kind == "AGREES"


def test_a_case_is_closed_after_the_last_day_of_the_answers_by_who_concluded(who: Province) -> None:
    case = concluded(who, [who.health])
    assert case.response_due is not None
    last = datetime(2026, case.response_due.month, case.response_due.day, 9, 0, tzinfo=VIETNAM)
    paper = document(who.manager, who.home, "99/BC", at=last)
    close = partial(close_case, inspection_id=case.pk, document_id=paper.pk)
    assert refusal(partial(close, by=who.manager, at=last)) == ["no-response"]
    for stranger in (who.team_head, who.leader, who.health.head):
        assert refusal(partial(close, by=stranger, at=last + ONE_DAY)) == ["not-allowed"]
    assert close(by=who.manager, at=last + ONE_DAY).state == "CLOSED"


def test_units_hear_of_the_conclusion_once(who: Province) -> None:
    case = concluded(who, [who.health])
    told = Message.objects.filter(recipient=who.health.head.id, link=f"/inspections/{case.pk}/")
    assert sum("đã kết luận" in text for text in told.values_list("text", flat=True)) == 1
