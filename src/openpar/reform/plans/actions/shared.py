"""What the actions share: the turn, the right, the version seen, the trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.audit.traced import Subject, traced
from openpar.base.documents.models import Document
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.reform.heirs import heirs_on, standing_in
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.models import Assignment, Duty, Plan, PlanVersion, VersionState
from openpar.reform.plans.permissions import may_edit_plan
from openpar.reform.plans.settling import SUMMARY, put_in_sum

refuse_if = PlansRefused.if_any


def refuse_unless(allowed: bool, by: Actor, remedy: str) -> None:
    if not allowed:
        raise PlansRefused(not_allowed(by, remedy))


def stale() -> StalePlan:
    what, remedy = _("người khác vừa sửa mục này"), _("Tải lại trang rồi làm tiếp")
    return StalePlan(Gap("", what, remedy, code="stale"))


def legal_day(at: datetime) -> date:
    """The day in Vietnam on which something happened."""
    return timezone.localdate(at)


def take_version(version_id: int) -> PlanVersion:
    """The version with its plan, locked until the transaction ends."""
    return PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=version_id)


def take_draft(version_id: int, expected_version: int, by: Actor) -> PlanVersion:
    """A draft to be changed by somebody who may. Raises PlansRefused, StalePlan."""
    version = take_version(version_id)
    refuse_unless(may_edit_plan(by, version.plan), by, _("Người lập kế hoạch của đơn vị làm việc này"))
    if version.state != VersionState.DRAFT:
        what, remedy = _("bản này đã ban hành, không sửa được"), _("Lập bản thay thế theo văn bản mới")
        raise PlansRefused(Gap("", what, remedy, code="not-draft"))
    if version.version != expected_version:
        raise stale()
    return version


def grown(version: PlanVersion, *also: str) -> None:
    """Stores that the draft has changed once more."""
    version.version += 1
    version.save(update_fields=["version", *also])


def take_assignment(assignment_id: int) -> Assignment:
    """The obligation with its task and plan, locked. Raises PlansRefused when it has ended."""
    found = Assignment.objects.select_for_update(of=("self",)).select_related("task__plan", "line")
    assignment = found.get(pk=assignment_id)
    if assignment.ended_on is not None:
        what = _("nhiệm vụ không còn giao cho đơn vị này")
        raise PlansRefused(Gap("", what, _("Xem bản kế hoạch đang có hiệu lực"), code="ended"))
    return assignment


def as_side(by: Actor, at: datetime) -> Actor:
    """Who acts, with their roles also for the agencies that theirs carry on at the moment."""
    return standing_in(by, legal_day(at))


def acting_for(organisation_id: int, at: datetime) -> int:
    """The agency; in the place of one that ended, whoever carries it on."""
    return heirs_on([organisation_id], legal_day(at))[organisation_id]


def take_duty(duty_id: int) -> tuple[Assignment, Duty]:
    """The obligation, locked first, and one of its duties. Raises PlansRefused when it has ended."""
    wanted = Duty.objects.values_list("assignment_id", flat=True).get(pk=duty_id)
    assignment = take_assignment(wanted)
    return assignment, Duty.objects.select_for_update(of=("self",)).get(pk=duty_id)


def settle(assignment: Assignment, *also: str) -> None:
    """Stores what its duties say now, and that it has changed once more."""
    put_in_sum(assignment, list(assignment.duties.all()))
    assignment.version += 1
    assignment.save(update_fields=[*SUMMARY, "version", *also])


def store_duty(duty: Duty, *fields: str) -> None:
    """Stores the changed columns of a duty, and that it has changed once more."""
    duty.version += 1
    duty.save(update_fields=[*fields, "version"])


def evidence(document_id: int, by: Actor, owners: Iterable[int], where: str) -> Document:
    """A document of one of `owners` (or of an organisation of `by`). Raises PlansRefused."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None or document.owner_id not in {*owners, *by.organisations()}:
        what = _("không có văn bản này trong kho của đơn vị")
        raise PlansRefused(Gap(where, what, _("Chọn văn bản của đơn vị"), code="no-document"))
    if document.is_secret:
        what, remedy = _("văn bản mật không đưa vào hệ thống"), _("Theo dõi nhiệm vụ mật ngoài hệ thống")
        raise PlansRefused(Gap(where, what, remedy, code="secret"))
    return document


@traced
def trace_plan(plan: Plan) -> Subject:
    """One entry about a plan."""
    return Subject(f"plan:{plan.pk}", plan.title)


def trace_task(
    assignment: Assignment,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry about what an agency owes."""
    name = names_on([assignment.organisation_id], legal_day(at)).get(assignment.organisation_id, "")
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"assignment:{assignment.pk}",
        about=f"plan:{assignment.task.plan_id}",
        label=f"{name}: {assignment.line.text}",
        before=before,
        after=after,
        reason=reason,
    )


def iso(day: date | None) -> str | None:
    """A day as entries of the trace keep it."""
    return day.isoformat() if day is not None else None
