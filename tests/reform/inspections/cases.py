"""Inspections for the tests, made by the same actions that people use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.reform.findings.actions.adding import Leaf
from openpar.reform.inspections.actions.answers import save_answer, send_self_report
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    issue_campaign,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.cases import NewCase, add_member, open_case
from openpar.reform.inspections.actions.concluding import (
    NewLimitation,
    add_limitation,
    issue_conclusion,
)
from openpar.reform.inspections.actions.steps import (
    begin_checks,
    record_minutes,
    report_case,
    send_notice,
)
from openpar.reform.inspections.models import (
    Campaign,
    ChecklistAnswer,
    InspectedUnit,
    Inspection,
    Limitation,
    Mode,
    Scope,
    Side,
    TeamMember,
)
from openpar.reform.inspections.words import items_of
from tests import factories

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
NOTICE_DAY = AT + timedelta(days=5)
VISIT = AT + timedelta(days=20)
CONCLUSION = AT + timedelta(days=40)
COVERS = (date(2025, 1, 1), date(2026, 6, 30))


@dataclass(frozen=True)
class Office:
    """An agency with its officer and its head."""

    agency: Organisation
    officer: Actor
    head: Actor


@dataclass(frozen=True)
class Province:
    """Sở Nội vụ with its manager and the head of the team; a member from another agency; four units."""

    home: Organisation
    manager: Actor
    leader: Actor
    team_head: Actor
    member: Actor
    finance_agency: Organisation
    health: Office
    building: Office
    commune: Office
    ward: Office

    @property
    def units(self) -> tuple[Office, ...]:
        return (self.health, self.building, self.commune, self.ward)


def office(name: str, kind: Kind = Kind.DEPARTMENT, parent: Organisation | None = None) -> Office:
    agency = factories.organisation(name, kind=kind, parent=parent)
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, f"Đầu mối {name}")
    return Office(agency, officer, factories.actor_as(Role.AGENCY_HEAD, agency, f"Thủ trưởng {name}"))


def province() -> Province:
    home = factories.organisation("Sở Nội vụ")
    finance = factories.organisation("Sở Tài chính")
    return Province(
        home=home,
        manager=factories.actor_as(Role.ROUND_MANAGER, home, "Quản lý CCHC"),
        leader=factories.actor_as(Role.LEADER, factories.organisation("Văn phòng UBND tỉnh"), "Phó Chủ tịch"),
        team_head=factories.actor_as(Role.AGENCY_HEAD, home, "Phó Giám đốc Sở Nội vụ"),
        member=factories.actor_as(Role.FOCAL_OFFICER, finance, "Chuyên viên tài chính"),
        finance_agency=finance,
        health=office("Sở Y tế"),
        building=office("Sở Xây dựng"),
        commune=office("Xã Hòa Bắc", Kind.COMMUNE),
        ward=office("Phường Mũi Né", Kind.WARD),
    )


def document(by: Actor, owner: Organisation, number: str, *, at: datetime = AT, title: str = "") -> Document:
    """An issued document: number, date, what it is about, and its file."""
    return add_document(
        by=by,
        at=at,
        owner_id=owner.pk,
        title=title or f"Văn bản {number}",
        number=number,
        issued_on=at.astimezone(VIETNAM).date(),
        upload=b"%PDF-1.7\n" + number.encode(),
        file_name="van-ban.pdf",
    )


def planned(
    who: Province, units: Sequence[Office] | None = None, *, mode: Mode = Mode.ON_SITE, at: datetime = AT
) -> Campaign:
    """The issued plan of the province for 2026."""
    campaign = open_campaign(
        by=who.manager,
        at=at,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2026,
        draft=CampaignDraft("Kế hoạch kiểm tra CCHC năm 2026", *COVERS, "Bảy lĩnh vực cải cách"),
    )
    chosen = who.units if units is None else units
    if chosen:
        ids = [unit.agency.pk for unit in chosen]
        plan_units(by=who.manager, at=at, campaign_id=campaign.pk, organisation_ids=ids, mode=mode)
    decision = document(who.manager, who.home, "15/KH-UBND", at=at, title="Kế hoạch kiểm tra CCHC")
    return issue_campaign(by=who.manager, at=at, campaign_id=campaign.pk, document_id=decision.pk)


def opened(
    who: Province,
    units: Sequence[Office] | None = None,
    *,
    campaign: Campaign | None = None,
    mode: Mode = Mode.ON_SITE,
    fields: Sequence[str] = ("F0",),
    number: str = "1228/QĐ-UBND",
) -> Inspection:
    """A case with its team, about the field of steering alone unless told otherwise."""
    plan = campaign or planned(who, units, mode=mode)
    decision = document(who.manager, who.home, number, title="Quyết định thành lập Đoàn kiểm tra")
    case = open_case(
        by=who.manager,
        at=AT,
        campaign_id=plan.pk,
        case=NewCase(
            organisation_ids=[unit.agency.pk for unit in (who.units if units is None else units)],
            mode=mode,
            decision_id=decision.pk,
            fields=fields,
        ),
    )
    for person, part in ((who.team_head, TeamMember.Part.HEAD), (who.member, TeamMember.Part.MEMBER)):
        add_member(by=who.manager, at=AT, inspection_id=case.pk, user_id=person.person_id, part=part)
    return case


def notified(
    who: Province, units: Sequence[Office] | None = None, *, mode: Mode = Mode.ON_SITE
) -> Inspection:
    case = opened(who, units, mode=mode)
    notice = document(who.manager, who.home, "200/TB-SNV", at=NOTICE_DAY)
    days = {} if mode == Mode.DESK else {unit.pk: VISIT.date() for unit in case.units.all()}
    return send_notice(
        by=who.manager,
        at=NOTICE_DAY,
        inspection_id=case.pk,
        document_id=notice.pk,
        self_report_due=date(2026, 3, 20),
        visits=days,
    )


def working(who: Province, units: Sequence[Office] | None = None, *, mode: Mode = Mode.ON_SITE) -> Inspection:
    case = notified(who, units, mode=mode)
    return begin_checks(by=who.team_head, at=VISIT, inspection_id=case.pk)


def unit_of(case: Inspection, who: Office) -> InspectedUnit:
    return case.units.get(organisation=who.agency.pk)


def answered(
    by: Actor,
    unit: InspectedUnit,
    item: str = "0.1",
    *,
    side: Side = Side.TEAM,
    result: str = "MET",
    text: str = "",
    version: int = 0,
    at: datetime = VISIT,
) -> ChecklistAnswer:
    return save_answer(
        by=by,
        at=at,
        unit_id=unit.pk,
        side=side,
        item=item,
        result=result,
        text=text,
        expected_version=version,
    )


def self_reported(who: Office, unit: InspectedUnit, *, at: datetime = NOTICE_DAY) -> InspectedUnit:
    """Every line answered and the report sent."""
    for item in items_of(unit.inspection):
        answered(who.officer, unit, item.code, side=Side.UNIT, at=at)
    return send_self_report(by=who.officer, at=at, unit_id=unit.pk)


def minuted(who: Province, unit: InspectedUnit, *, at: datetime = VISIT) -> InspectedUnit:
    """One line observed, and the minutes signed by both sides."""
    answered(who.member, unit, result="PARTLY", text="Ban hành chậm 12 ngày", at=at)
    minutes = document(who.team_head, who.home, f"{unit.pk}/BB-ĐKT", at=at)
    return record_minutes(
        by=who.team_head,
        at=at,
        unit_id=unit.pk,
        document_id=minutes.pk,
        signed_on=at.astimezone(VIETNAM).date(),
        signed_for_team="Phó Giám đốc Sở Nội vụ",
        signed_for_unit="Giám đốc",
    )


def reported(who: Province, units: Sequence[Office] | None = None) -> Inspection:
    case = working(who, units)
    for unit in case.units.all():
        minuted(who, unit)
    report = document(who.team_head, who.home, "30/BC-ĐKT", at=VISIT)
    return report_case(by=who.team_head, at=VISIT, inspection_id=case.pk, document_id=report.pk)


def limited(
    who: Province,
    unit: InspectedUnit,
    code: str = "F0-05",
    text: str = "Chưa có sáng kiến",
    *,
    at: datetime = VISIT,
    remedy_due: date | None = None,
    leaf: Leaf | None = None,
) -> Limitation:
    return add_limitation(
        by=who.team_head,
        at=at,
        unit_id=unit.pk,
        limitation=NewLimitation(
            field=code[:2], code=code, text=text, request="Khắc phục", remedy_due=remedy_due, leaf=leaf
        ),
    )


def concluded(
    who: Province, units: Sequence[Office] | None = None, *, number: str = "88/TB-UBND"
) -> Inspection:
    """Four units, one conclusion: one limitation each."""
    case = reported(who, units)
    for unit in case.units.all():
        limited(who, unit)
    conclusion = document(who.manager, who.home, number, at=CONCLUSION)
    case.refresh_from_db()
    return issue_conclusion(
        by=who.manager,
        at=CONCLUSION,
        inspection_id=case.pk,
        expected_version=case.version,
        document_id=conclusion.pk,
        remedy_due=date(2026, 12, 31),
        response_due=CONCLUSION.date() + timedelta(days=10),
    )
