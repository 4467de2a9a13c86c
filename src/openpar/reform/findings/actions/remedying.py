"""The unit remedies: plans by when and how, and reports with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.findings.actions.shared import (
    acting_for,
    add_step,
    as_side,
    cleaned,
    documents_of_sides,
    moved,
    refuse_if,
    state_gaps,
    take_finding,
    tell_finder,
    text_gaps,
    trace,
)
from openpar.reform.findings.actions.tasks import task_of_finding
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.models import Cause, Finding, FindingState, FindingStep
from openpar.reform.findings.permissions import may_remedy
from openpar.reform.heirs import heirs_on


@dataclass(frozen=True)
class RemedyPlan:
    """How a unit means to remedy a finding.

    `deadline` None keeps the one in force. `division_id`: the division that does it, `head_id` the leader who
    answers for it. `plan_id`: also a task in this plan of the unit; a finding has one task at most.
    """

    remedy: str
    deadline: date | None
    cause: Cause
    cause_text: str = ""
    division_id: int | None = None
    head_id: int | None = None
    plan_id: int | None = None


def plan_remedy(
    *, finding_id: int, plan: RemedyPlan, expected_version: int | None = None, by: Actor, at: datetime
) -> Finding:
    """The unit says how and by when it remedies; again as long as it has not reported.

    Never later than the deadline in force: for more time there is `ask_extension`. Raises FindingRefused,
    StaleFinding.
    """
    with write_transaction():
        finding = take_finding(finding_id, expected_version)
        _refuse_unless_remedies(as_side(by, at), finding)
        gaps = state_gaps(finding, FindingState.REMEDIATING)
        gaps += text_gaps(_("Biện pháp khắc phục"), plan.remedy, _("Ghi rõ làm gì"))
        gaps += _deadline_gaps(finding, plan.deadline, timezone.localdate(at))
        gaps += _people_gaps(finding, plan, timezone.localdate(at))
        refuse_if(gaps)
        before = _told(finding)
        finding.state = FindingState.REMEDIATING
        finding.remedy = cleaned(plan.remedy)
        finding.deadline = plan.deadline or finding.deadline
        finding.cause, finding.cause_text = plan.cause, cleaned(plan.cause_text)
        finding.division_id, finding.head_id = plan.division_id, plan.head_id
        if plan.plan_id is not None and finding.remedy_task_id is None:
            finding.remedy_task = task_of_finding(finding, plan_id=plan.plan_id, by=by, at=at)
        moved(
            finding,
            *("state", "remedy", "deadline", "cause", "cause_text", "division", "head", "remedy_task"),
        )
        add_step(finding, FindingStep.Kind.PLANNED, text=finding.remedy, by=by, at=at)
        trace(finding, "finding.planned", by=by, at=at, before=before, after=_told(finding))
        return finding


def report_remedy(
    *, finding_id: int, text: str, document_ids: Sequence[int], by: Actor, at: datetime
) -> Finding:
    """The unit reports the remedy, with at least one document of its store. Raises FindingRefused."""
    with write_transaction():
        finding = take_finding(finding_id)
        _refuse_unless_remedies(as_side(by, at), finding)
        gaps = state_gaps(finding, FindingState.REPORTED)
        gaps += text_gaps(_("Kết quả khắc phục"), text, _("Ghi rõ đã làm gì"))
        if not document_ids:
            what, remedy = (
                _("chưa có tài liệu kiểm chứng"),
                _("Chọn ít nhất một tài liệu trong kho của đơn vị"),
            )
            gaps.append(Gap(_("Tài liệu"), what, remedy, code="no-evidence"))
        refuse_if(gaps)
        owners = acting_for(_owners(finding), at)
        documents = documents_of_sides(document_ids, owners)
        finding.state = FindingState.REPORTED
        finding.reported_on, finding.reported_by_id = timezone.localdate(at), by.id
        moved(finding, "state", "reported_on", "reported_by")
        add_step(finding, FindingStep.Kind.REPORTED, text=text, by=by, at=at, documents=documents)
        after = {"text": cleaned(text), "documents": [one.pk for one in documents]}
        trace(finding, "finding.reported", by=by, at=at, after=after)
        told = _("Đơn vị %(unit)s báo cáo đã khắc phục: %(text)s") % {
            "unit": finding.unit.name,
            "text": finding.text,
        }
        tell_finder(finding, told, by=by, at=at)
        return finding


def remedy_gaps(finding: Finding, by: Actor, wanted: FindingState) -> list[Gap]:
    """Why this person cannot plan (REMEDIATING) or report (REPORTED) now; for the button."""
    if not may_remedy(by, finding):
        return [_only_the_unit(by)]
    return state_gaps(finding, wanted)


def _only_the_unit(by: Actor) -> Gap:
    return not_allowed(by, _("Đầu mối hoặc thủ trưởng đơn vị, hoặc phòng được giao, khắc phục"))


def _refuse_unless_remedies(by: Actor, finding: Finding) -> None:
    if not may_remedy(by, finding):
        raise FindingRefused(_only_the_unit(by))


def _deadline_gaps(finding: Finding, wanted: date | None, today: date) -> list[Gap]:
    where = str(_("Hạn khắc phục"))
    if wanted is None:
        if finding.deadline is None:
            return [Gap(where, _("chưa có"), _("Chọn ngày"), code="no-deadline")]
        return []
    if finding.deadline is not None and wanted > finding.deadline:
        what = _("sau hạn bên phát hiện đặt ra (%s)") % format_date(finding.deadline)
        return [Gap(where, what, _("Chọn ngày sớm hơn, hoặc xin gia hạn"), code="later-than-deadline")]
    if wanted < today and wanted != finding.deadline:
        return [Gap(where, _("trước hôm nay"), _("Chọn từ hôm nay trở đi"), code="deadline-past")]
    return []


def _people_gaps(finding: Finding, plan: RemedyPlan, today: date) -> list[Gap]:
    gaps = []
    units = {finding.organisation_id, heirs_on([finding.organisation_id], today)[finding.organisation_id]}
    if plan.cause not in Cause.values:
        gaps.append(
            Gap(_("Nguyên nhân"), _("chưa chọn"), _("Chọn chủ quan hoặc khách quan"), code="no-cause")
        )
    if plan.division_id is not None:
        below = OrganisationVersion.objects.as_of(today).filter(
            organisation_id=plan.division_id, parent_id__in=units
        )
        if not below.exists():
            gaps.append(Gap(_("Phòng chịu trách nhiệm"), _("không thuộc đơn vị"), code="no-division"))
    if plan.head_id is not None:
        # An agency head of any day: who led when it happened may have left since.
        leads = RoleHeld.objects.filter(
            user_id=plan.head_id, role=Role.AGENCY_HEAD, organisation_id__in=units
        )
        if not leads.exists():
            what = _("không giữ vai trò thủ trưởng ở đơn vị")
            gaps.append(Gap(_("Lãnh đạo chịu trách nhiệm"), what, code="no-head"))
    return gaps


def _owners(finding: Finding) -> set[int]:
    """Whose documents show the remedy: the unit's, and those of the division that does it."""
    return {one for one in (finding.organisation_id, finding.division_id) if one is not None}


def _told(finding: Finding) -> dict[str, object]:
    return {
        "finding_state": finding.state,
        "remedy": finding.remedy,
        "deadline": finding.deadline.isoformat() if finding.deadline else None,
        "cause": finding.cause,
        "division": finding.division_id,
        "task": finding.remedy_task_id,
    }
