"""A province with two agencies, and findings brought to each state by the actions people use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.reform.findings.actions.adding import Leaf, NewFinding, add_finding
from openpar.reform.findings.actions.closing import close_finding, send_back
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.models import Cause, Finding, FoundBy
from tests import factories

FOUND = datetime(2026, 3, 10, 9, 0, tzinfo=VIETNAM)
PLANNED = datetime(2026, 3, 16, 9, 0, tzinfo=VIETNAM)
DEADLINE = date(2026, 6, 30)
REPORTED = datetime(2026, 6, 20, 9, 0, tzinfo=VIETNAM)
CLOSED = datetime(2026, 6, 25, 9, 0, tzinfo=VIETNAM)
LEAF = Leaf("1.3.1", "Tỷ lệ đơn vị trực thuộc được kiểm tra", 2025, "criterion:7")


@dataclass
class Province:
    """Sở Nội vụ finds, Sở Y tế remedies; Sở Tư pháp is the stranger."""

    home_affairs: Organisation
    health: Organisation
    training: Organisation
    justice: Organisation
    manager: Actor
    second_manager: Actor
    focal: Actor
    head: Actor
    stranger: Actor
    leader: Actor


def province() -> Province:
    """The three agencies with their people; one division of Sở Y tế."""
    home_affairs = factories.organisation("Sở Nội vụ", block_code="so")
    health = factories.organisation("Sở Y tế", block_code="so")
    justice = factories.organisation("Sở Tư pháp", block_code="so")
    committee = factories.organisation("UBND tỉnh", kind=Kind.PEOPLES_COMMITTEE, assessed=False)
    return Province(
        home_affairs=home_affairs,
        health=health,
        training=factories.organisation("Phòng Đào tạo", kind=Kind.DIVISION, parent=health, assessed=False),
        justice=justice,
        manager=factories.actor_as(Role.ROUND_MANAGER, home_affairs, "Trần Thị Quản"),
        second_manager=factories.actor_as(Role.ROUND_MANAGER, home_affairs, "Lê Văn Hai"),
        focal=factories.actor_as(Role.FOCAL_OFFICER, health, "Nguyễn Thị Hòa"),
        head=factories.actor_as(Role.AGENCY_HEAD, health, "Bùi Văn Trưởng"),
        stranger=factories.actor_as(Role.AGENCY_HEAD, justice, "Người Ngoài"),
        leader=factories.actor_as(Role.LEADER, committee, "Phó Chủ tịch"),
    )


def new_line(place: Province, **changes: object) -> NewFinding:
    """Sở Nội vụ finds that Sở Y tế did not inspect what lies below it; half a point is at stake."""
    line = NewFinding(
        organisation_id=place.health.pk,
        field="F0",
        code="F0-01",
        text="Năm 2025 không kiểm tra đơn vị trực thuộc nào",
        found_by=FoundBy.INSPECTION,
        finder_id=place.home_affairs.pk,
        found_on=date(2026, 3, 10),
        period_from=date(2024, 12, 15),
        period_until=date(2025, 12, 14),
        deadline=DEADLINE,
        source_id=12,
        source_text="Thông báo kết luận 45/TB-SNV",
        leaf=LEAF,
        points_at_stake=Decimal("0.5"),
        request="Kiểm tra ít nhất 30% đơn vị",
    )
    return replace(line, **changes)  # type: ignore[arg-type]  # the tests name fields of the dataclass


def from_inside(place: Province, **changes: object) -> NewFinding:
    """Sở Y tế names a shortcoming of its own."""
    own: dict[str, object] = {
        "found_by": FoundBy.SELF,
        "finder_id": place.health.pk,
        "code": "",
        "text": "Phòng chưa phân công người theo dõi",
        "source_id": None,
        "source_text": "",
        "leaf": None,
        "points_at_stake": None,
    }
    return new_line(place, **{**own, **changes})


def opened(place: Province, **changes: object) -> Finding:
    return add_finding(line=new_line(place, **changes), by=place.manager, at=FOUND)


REMEDY = RemedyPlan("Kiểm tra 5 đơn vị trong quý II", None, Cause.SUBJECTIVE, "Chưa bố trí nhân lực")


def planned(place: Province, **changes: object) -> Finding:
    finding = opened(place, **changes)
    return plan_remedy(finding_id=finding.pk, plan=REMEDY, by=place.focal, at=PLANNED)


def proof(place: Province, owner: Organisation | None = None) -> int:
    """A document of Sở Y tế, or of another."""
    return proof_of(owner or place.health)


def proof_of(owner: Organisation, at: datetime = FOUND, upload: bytes | None = None) -> int:
    """A document in the store of an organisation, by its number or with a file."""
    by = factories.actor_as(Role.FOCAL_OFFICER, owner, "Người nộp")
    return add_document(
        by=by,
        at=at,
        owner_id=owner.pk,
        title="Báo cáo khắc phục",
        number="15/BC",
        upload=upload,
        file_name="bao-cao.pdf" if upload else "",
    ).pk


def reported(place: Province, *, at: datetime = REPORTED, **changes: object) -> Finding:
    finding = planned(place, **changes)
    return report_remedy(
        finding_id=finding.pk, text="Đã kiểm tra 5 đơn vị", document_ids=[proof(place)], by=place.focal, at=at
    )


def sent_back(place: Province) -> Finding:
    finding = reported(place)
    return send_back(finding_id=finding.pk, reason="Thiếu biên bản 2 đơn vị", by=place.manager, at=CLOSED)


def closed(place: Province, *, at: datetime = REPORTED, **changes: object) -> Finding:
    finding = reported(place, at=at, **changes)
    return close_finding(finding_id=finding.pk, by=place.manager, at=max(at, CLOSED))
