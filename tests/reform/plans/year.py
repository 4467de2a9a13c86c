"""A small province with its reform plan, made by the same actions that people use.

Two departments and two communes beside Sở Nội vụ; the plan of 2026 has a task with a day, one of a quarter,
one for every commune, a monthly one, and one that waits for guidance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.actions.claiming import confirm_done, report_done
from openpar.reform.plans.actions.drafting import add_line
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.lines import Agencies, Deadline, NewLine, led_by, led_by_class
from openpar.reform.plans.models import (
    Assignment,
    Claim,
    DeadlineKind,
    Duty,
    Plan,
    PlanLevel,
    PlanVersion,
    Task,
    VersionState,
)
from tests import factories

YEAR = 2026
ISSUED = date(2025, 12, 22)
AT = datetime(2025, 12, 23, 9, 0, tzinfo=VIETNAM)


def moment(day: date) -> datetime:
    """Nine in the morning of a day."""
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=VIETNAM)


@dataclass(frozen=True)
class Agency:
    """An agency with its head and its focal officer."""

    organisation: Organisation
    head: Actor
    officer: Actor

    @property
    def pk(self) -> int:
        return self.organisation.pk


@dataclass
class Province:
    """Who is there, and the plan that was issued: tasks by the names used in `province_plan`."""

    committee: Organisation
    home: Agency
    health: Agency
    finance: Agency
    communes: tuple[Agency, Agency]
    division: Organisation
    division_officer: Actor
    manager: Actor
    leader: Actor
    auditor: Actor
    plan: Plan | None = None
    tasks: dict[str, Task] = field(default_factory=dict)

    def issued(self) -> Plan:
        """The plan of the province."""
        assert self.plan is not None
        return self.plan

    def agencies(self) -> tuple[Agency, ...]:
        return (self.home, self.health, self.finance, *self.communes)


def agency(name: str, kind: Kind, parent: Organisation | None = None) -> Agency:
    """An agency and its two people."""
    organisation = factories.organisation(name, kind=kind, parent=parent)
    return Agency(
        organisation,
        factories.actor_as(Role.AGENCY_HEAD, organisation, f"Thủ trưởng {name}"),
        factories.actor_as(Role.FOCAL_OFFICER, organisation, f"Đầu mối {name}"),
    )


def province() -> Province:
    """The people and agencies, before there is a plan."""
    committee = factories.organisation("UBND tỉnh Mẫu", kind=Kind.PEOPLES_COMMITTEE, assessed=False)
    home = agency("Sở Nội vụ", Kind.DEPARTMENT, committee)
    health = agency("Sở Y tế", Kind.DEPARTMENT, committee)
    division = factories.organisation(
        "Phòng Nghiệp vụ Y", kind=Kind.DIVISION, parent=health.organisation, assessed=False
    )
    return Province(
        committee=committee,
        home=home,
        health=health,
        finance=agency("Sở Tài chính", Kind.DEPARTMENT, committee),
        communes=(
            agency("Xã An Bình", Kind.COMMUNE, committee),
            agency("Phường Hòa Bình", Kind.WARD, committee),
        ),
        division=division,
        division_officer=factories.actor_as(Role.DIVISION_OFFICER, division, "Phạm Thị Dung"),
        manager=factories.actor_as(Role.ROUND_MANAGER, home.organisation, "Trần Quang Minh"),
        leader=factories.actor_as(Role.LEADER, committee, "Nguyễn Thị Lãnh Đạo"),
        auditor=factories.actor_as(Role.AUDITOR, committee, "Giám Sát Viên"),
    )


def document(
    by: Actor, owner: Organisation, number: str = "257/KH-UBND", on: date = ISSUED, at: datetime | None = None
) -> Document:
    """An official document with its number and day."""
    return add_document(
        by=by, at=at or moment(on), owner_id=owner.pk, title=f"Văn bản {number}", number=number, issued_on=on
    )


def line(
    text: str = "Ban hành kế hoạch kiểm tra CCHC",
    *,
    leads: Sequence[Agencies] | None = None,
    deadline: Deadline | None = None,
    code: str = "F0",
    cooperating: Sequence[Agencies] = (),
    number: str = "",
    parent: Task | None = None,
) -> NewLine:
    """A line that has no gaps but for the agencies a test gives it."""
    return NewLine(
        field=code,
        text=text,
        deadline=deadline or Deadline.by(date(2026, 3, 31)),
        leads=tuple(leads or ()),
        product="Kế hoạch",
        cooperating=tuple(cooperating),
        number=number,
        parent_task_id=parent.pk if parent else None,
    )


def draft(who: Province, *, year: int = YEAR) -> PlanVersion:
    """The province's plan, nothing in it."""
    plan = create_plan(
        by=who.manager,
        at=AT,
        organisation_id=who.committee.pk,
        year=year,
        level=PlanLevel.PROVINCE,
        title=f"Kế hoạch cải cách hành chính năm {year}",
    )
    return plan.versions.get()


def own_draft(who: Province) -> PlanVersion:
    """The plan of Sở Y tế under that of the province, nothing in it."""
    plan = create_plan(
        by=who.health.officer,
        at=AT,
        organisation_id=who.health.pk,
        year=YEAR,
        level=PlanLevel.AGENCY,
        title=f"Kế hoạch cải cách hành chính năm {YEAR}",
        parent_id=who.issued().pk,
    )
    return plan.versions.get()


def put(version: PlanVersion, by: Actor, *lines: NewLine, at: datetime = AT) -> list[Task]:
    """Lines into a draft."""
    tasks = []
    for one in lines:
        version.refresh_from_db()
        written = add_line(by=by, at=at, version_id=version.pk, expected_version=version.version, line=one)
        tasks.append(written.task)
    return tasks


def issued(
    version: PlanVersion,
    by: Actor,
    owner: Organisation,
    *,
    number: str = "257/KH-UBND",
    on: date = ISSUED,
    at: datetime | None = None,
) -> PlanVersion:
    """The draft comes into force by a document of a day."""
    version.refresh_from_db()
    return issue_plan(
        by=by,
        at=at or moment(on + timedelta(days=1)),
        version_id=version.pk,
        expected_version=version.version,
        document_id=document(by, owner, number, on).pk,
    )


def province_plan() -> Province:
    """The plan of 2026 in force since 22/12/2025, five tasks, eight obligations."""
    who = province()
    version = draft(who)
    names = ("dated", "quarter", "communes", "monthly", "waiting")
    tasks = put(
        version,
        who.manager,
        line(
            "Ban hành kế hoạch kiểm tra CCHC",
            leads=led_by(who.home.pk),
            cooperating=led_by(who.health.pk),
            number="1",
        ),
        line(
            "Rà soát thủ tục hành chính",
            leads=led_by(who.health.pk, who.finance.pk),
            deadline=Deadline(DeadlineKind.QUARTER, quarter=2, words="Quý II"),
            code="F2",
            number="2",
        ),
        line(
            "Niêm yết thủ tục hành chính",
            leads=led_by_class("communes"),
            deadline=Deadline.by(date(2026, 6, 30)),
            code="F2",
            number="3",
        ),
        line(
            "Giải ngân, tự chủ tài chính",
            leads=led_by(who.finance.pk),
            deadline=Deadline(DeadlineKind.RECURRING, each=PeriodKind.MONTH, words="Hằng tháng"),
            code="F5",
            number="4",
        ),
        line(
            "Đề án vị trí việc làm",
            leads=led_by(who.health.pk, who.finance.pk),
            deadline=Deadline(DeadlineKind.AFTER_EVENT, event="Có hướng dẫn của Bộ Nội vụ", days_after=30),
            code="F4",
            number="5",
        ),
    )
    who.plan = issued(version, who.manager, who.home.organisation).plan
    who.tasks = dict(zip(names, tasks, strict=True))
    return who


def owed(who: Province, name: str, agency: Agency) -> Assignment:
    """What an agency owes of a task now."""
    return Assignment.objects.get(
        task=who.tasks[name], organisation=agency.organisation, ended_on__isnull=True
    )


def duty_of(assignment: Assignment, number: int = 1) -> Duty:
    return assignment.duties.get(number=number)


def reported(
    agency: Agency, duty: Duty, completed_on: date, *, at: datetime | None = None, by: Actor | None = None
) -> Claim:
    """The head reports a duty done by a document of the day of completion."""
    duty.refresh_from_db()
    product = document(agency.officer, agency.organisation, "15/KH-S", completed_on)
    return report_done(
        by=by or agency.head,
        at=at or moment(completed_on),
        duty_id=duty.pk,
        expected_version=duty.version,
        completed_on=completed_on,
        document_id=product.pk,
        text="Đã ban hành",
    )


def done(
    who: Province, agency: Agency, duty: Duty, completed_on: date, *, at: datetime | None = None
) -> Claim:
    """Reported, and confirmed by the assigning side on the same day."""
    claim = reported(agency, duty, completed_on, at=at)
    by = who.leader if agency is who.home else who.manager
    return confirm_done(by=by, at=at or moment(completed_on), claim_id=claim.pk)


def in_force(plan: Plan) -> PlanVersion:
    return plan.versions.get(state=VersionState.IN_FORCE)
