"""What the addresses of the pages of inspections name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.engine.picking import commitment
from openpar.reform.inspections.actions.answers import attach_to_answer
from openpar.reform.inspections.actions.campaigns import CampaignDraft, open_campaign, plan_units
from openpar.reform.inspections.actions.draws import commit_draw
from openpar.reform.inspections.models import Mode, Scope, Side
from tests import factories
from tests.reform.inspections.cases import (
    AT,
    COVERS,
    NOTICE_DAY,
    Office,
    Province,
    answered,
    limited,
    notified,
    reported,
)

SEED = "hat-giong-cua-trang-2026"


@dataclass(frozen=True)
class InspectionThings:
    """A draft and an issued plan of an agency, a draw, a case it reported on; a case that it is a unit of."""

    draft: int
    planned: int
    issued: int
    draw: int
    case: int
    member: int
    inspected: int
    limitation: int
    document: int
    # The agency itself is inspected by another one, which has told it so.
    own_unit: int
    own_evidence: int

    def named(self, address: str) -> Mapping[str, int | str]:
        """The things by the names that the address gives them."""
        if not address.startswith(("inspection", "draw")):
            return {}
        is_unit_side = address in _OF_UNITS
        return {
            "plan_id": self.issued if address in ("inspection-plan", "inspection-new") else self.draft,
            "planned_id": self.planned,
            "draw_id": self.draw,
            "inspection_id": self.case,
            "member_id": self.member,
            "unit_id": self.own_unit if is_unit_side else self.inspected,
            "limitation_id": self.limitation,
            "evidence_id": self.own_evidence,
            **({"document_id": self.document} if address == "inspection-document" else {}),
            "paper": "conclusion",
            "file_kind": "docx",
        }


_OF_UNITS = (
    "inspection-self-report",
    "inspection-self-report-send",
    "inspection-self-report-return",
    "inspection-evidence",
    "inspection-respond",
)


def inspection_things(manager: Actor, agency: Organisation) -> InspectionThings:
    """All of it; the units that `agency` inspects and the agency that inspects it are made for it."""
    inspecting = _province(agency, manager, "được kiểm tra")
    case = reported(inspecting, [inspecting.health, inspecting.building])
    unit = case.units.first()
    member = case.members.first()
    assert unit is not None
    assert member is not None
    limitation = limited(inspecting, unit)
    draft = open_campaign(
        by=manager,
        at=AT,
        organisation_id=agency.pk,
        scope=Scope.PROVINCE,
        year=2026,
        draft=CampaignDraft("Kế hoạch kiểm tra bổ sung", *COVERS),
    )
    ids = [inspecting.ward.agency.pk]
    plan_units(by=manager, at=AT, campaign_id=draft.pk, organisation_ids=ids, mode=Mode.DESK)
    draw = commit_draw(
        by=manager,
        at=AT,
        campaign_id=case.campaign_id,
        organisation_ids=[inspecting.ward.agency.pk, inspecting.commune.agency.pk],
        count=1,
        seed_digest=commitment(SEED),
    )
    planned = draft.units.first()
    assert planned is not None
    own_unit, own_evidence = _as_unit(agency)
    return InspectionThings(
        draft=draft.pk,
        planned=planned.pk,
        issued=case.campaign_id,
        draw=draw.pk,
        case=case.pk,
        member=member.pk,
        inspected=unit.pk,
        limitation=limitation.pk,
        document=case.decision_id,
        own_unit=own_unit,
        own_evidence=own_evidence,
    )


def _province(home: Organisation, manager: Actor, what: str) -> Province:
    """An agency that inspects, with a team and units made for it; none of them is assessed."""
    team = factories.organisation(f"Cơ quan của đoàn, {what}", assessed=False)
    head = factories.actor_as(Role.AGENCY_HEAD, home, "Trưởng đoàn kiểm tra")
    member = factories.actor_as(Role.FOCAL_OFFICER, team, "Thành viên đoàn kiểm tra")
    first, second, third, fourth = (_office(f"Đơn vị {number} {what}") for number in range(1, 5))
    return Province(home, manager, manager, head, member, team, first, second, third, fourth)


def _office(name: str) -> Office:
    agency = factories.organisation(name, assessed=False)
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, f"Đầu mối {name}")
    return Office(agency, officer, factories.actor_as(Role.AGENCY_HEAD, agency, f"Thủ trưởng {name}"))


def _as_unit(agency: Organisation) -> tuple[int, int]:
    """The agency is told that it will be inspected, and has begun its report; ids of unit and evidence."""
    home = factories.organisation("Cơ quan kiểm tra", assessed=False)
    manager = factories.actor_as(Role.ROUND_MANAGER, home, "Quản lý kiểm tra")
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người tự kiểm tra")
    head = factories.actor_as(Role.AGENCY_HEAD, agency, "Thủ trưởng được kiểm tra")
    own = Office(agency, officer, head)
    who = _province(home, manager, "cùng đoàn")
    case = notified(who, [own])
    unit = case.units.get()
    answered(officer, unit, side=Side.UNIT, result="PARTLY", text="Chậm 5 ngày", at=NOTICE_DAY)
    paper = add_document(by=officer, at=NOTICE_DAY, owner_id=agency.pk, title="Kế hoạch", number="2/KH")
    evidence = attach_to_answer(
        by=officer, at=NOTICE_DAY, unit_id=unit.pk, side=Side.UNIT, item="0.1", document_id=paper.pk
    )
    return unit.pk, evidence.pk
