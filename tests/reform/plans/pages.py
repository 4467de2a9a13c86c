"""What the addresses of the pages of plans name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.reform.plans.actions.claiming import report_done
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.meetings import NewMeeting, Participant, add_outcome, record_meeting
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.replacing import draft_version
from openpar.reform.plans.actions.requesting import ask_extension
from openpar.reform.plans.actions.targets import NewReading, NewTarget, add_target, record_reading
from openpar.reform.plans.lines import Deadline, led_by
from openpar.reform.plans.models import (
    Assignment,
    DeadlineKind,
    Meeting,
    MeetingOutcome,
    Operator,
    PlanLevel,
    VersionState,
)
from tests import factories
from tests.reform.plans.year import AT, ISSUED, YEAR, line, put

_STARTS = ("plan", "task", "meeting")
_OF_REACHED = ("plan-target", "plan-target-read", "plan-target-document")


@dataclass(frozen=True)
class PlanThings:
    """The plan of one agency, in force and being replaced; a task that was reported done, one with a request
    for more time, one that waits for an event; a meeting with an order.
    """

    plan: int
    line: int
    target: int
    # The target in force with a value recorded of it, beside the one of the draft.
    reached: int
    reading: int
    assignment: int
    reported: int
    waiting: int
    claim: int
    request: int
    document: int
    meeting: int
    outcome: int

    def named(self, address: str) -> Mapping[str, object]:
        """The things by the names that the address gives them; nothing for addresses of others."""
        if not address.startswith(_STARTS):
            return {}
        assignment = {
            "task-claim": self.reported,
            "task-document": self.reported,
            "task-condition": self.waiting,
        }.get(address, self.assignment)
        return {
            "plan_id": self.plan,
            "number": 1,
            "line_id": self.line,
            "target_id": self.reached if address in _OF_REACHED else self.target,
            "reading_id": self.reading,
            "assignment_id": assignment,
            "claim_id": self.claim,
            "request_id": self.request,
            "word": {"task-claim": "confirm", "task-request": "approve"}.get(address, "extension"),
            "evidence_id": self.document,
            "meeting_id": self.meeting,
            "outcome_id": self.outcome,
            "token": "khong-co",
            "paper": "plan",
            "file_kind": "docx",
        }


def plan_things(agency: Organisation) -> PlanThings:
    """All of it, by people of the agency who are asked about nothing."""
    head = factories.actor_as(Role.AGENCY_HEAD, agency, "Người ký kế hoạch")
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người lập kế hoạch")
    plan = create_plan(
        by=officer,
        at=AT,
        organisation_id=agency.pk,
        year=YEAR,
        level=PlanLevel.AGENCY,
        title="Kế hoạch CCHC của đơn vị",
    )
    version = plan.versions.get()
    own, event = led_by(agency.pk), Deadline(DeadlineKind.AFTER_EVENT, event="Có hướng dẫn", days_after=30)
    tasks = put(
        version,
        officer,
        line("Ban hành kế hoạch tuyên truyền", leads=own),
        line("Rà soát thủ tục", leads=own, code="F2"),
        line("Đề án vị trí việc làm", leads=own, code="F4", deadline=event),
    )
    version.refresh_from_db()
    add_target(
        by=officer,
        at=AT,
        version_id=version.pk,
        expected_version=version.version,
        target=NewTarget("F2", "Hồ sơ đúng hạn", PlanLevel.AGENCY, YEAR, Operator.AT_LEAST, Decimal(98)),
    )
    version.refresh_from_db()
    document = add_document(
        by=officer,
        at=AT,
        owner_id=agency.pk,
        title="Kế hoạch",
        number="15/KH-S",
        issued_on=ISSUED,
        upload=b"%PDF-1.7\nplan",
        file_name="ke-hoach.pdf",
    )
    issue_plan(
        by=head,
        at=AT,
        version_id=version.pk,
        expected_version=version.version,
        document_id=document.pk,
    )
    first, second, third = (Assignment.objects.get(task=task) for task in tasks)
    duty = first.duties.get()
    claim = report_done(
        by=officer,
        at=AT,
        duty_id=duty.pk,
        expected_version=duty.version,
        completed_on=AT.date(),
        document_id=document.pk,
    )
    request = ask_extension(
        by=officer,
        at=AT,
        duty_id=second.duties.get().pk,
        new_due_on=date(YEAR, 12, 10),
        reason="Chờ ý kiến",
    )
    reached = version.targets.get()
    reading = record_reading(
        by=officer,
        at=AT,
        target_id=reached.pk,
        reading=NewReading(AT.date(), Decimal("96.5"), document_id=document.pk),
    )
    draft = draft_version(by=officer, at=AT + timedelta(hours=1), plan_id=plan.pk)
    draft_line, draft_target = draft.lines.first(), draft.targets.first()
    assert draft.state == VersionState.DRAFT
    assert draft_line is not None
    assert draft_target is not None
    meeting, outcome = _meeting(agency)
    return PlanThings(
        plan=plan.pk,
        line=draft_line.pk,
        target=draft_target.pk,
        reached=reached.pk,
        reading=reading.pk,
        assignment=second.pk,
        reported=first.pk,
        waiting=third.pk,
        claim=claim.pk,
        request=request.pk,
        document=document.pk,
        meeting=meeting.pk,
        outcome=outcome.pk,
    )


def _meeting(agency: Organisation) -> tuple[Meeting, MeetingOutcome]:
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Thư ký cuộc họp")
    minutes = add_document(
        by=officer,
        at=AT,
        owner_id=agency.pk,
        title="Biên bản",
        number="2/BB",
        upload=b"%PDF-1.7\nminutes",
        file_name="bien-ban.pdf",
    )
    meeting = record_meeting(
        by=officer,
        at=AT,
        meeting=NewMeeting(
            organisation_id=agency.pk,
            kind=Meeting.Kind.MANAGEMENT,
            title="Giao ban tháng 12",
            held_on=AT.date(),
            chair="Giám đốc",
            document_id=minutes.pk,
            participants=(Participant(agency.pk),),
        ),
    )
    outcome = add_outcome(
        by=officer,
        at=AT,
        meeting_id=meeting.pk,
        expected_version=meeting.version,
        kind=MeetingOutcome.Kind.ORDER,
        text="Báo cáo kết quả rà soát",
        organisation_id=agency.pk,
    )
    return meeting, outcome
