"""What a task waited for has happened: its deadline becomes a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.plans.actions.issuing import tell_agencies
from openpar.reform.plans.actions.shared import (
    evidence,
    iso,
    legal_day,
    refuse_if,
    refuse_unless,
    trace_plan,
)
from openpar.reform.plans.actions.summing import sum_up_many
from openpar.reform.plans.models import (
    Assignment,
    ConditionRecord,
    DeadlineKind,
    DueChange,
    Duty,
    DutyState,
    LineChange,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.permissions import may_edit_plan


def record_condition(
    *,
    by: Actor,
    at: datetime,
    task_id: int,
    happened_on: date,
    document_id: int | None = None,
    due_on: date | None = None,
) -> ConditionRecord:
    """The event of a task that waits, for every agency that owes it: due so many days after it as the plan
    says, or on `due_on`. Recorded once. Raises PlansRefused.
    """
    with write_transaction():
        line = (
            TaskLine.objects.select_related("version__plan", "task")
            .filter(version__state=VersionState.IN_FORCE, task=task_id)
            .exclude(change=LineChange.DROPPED)
            .first()
        )
        if line is None:
            refuse_if([Gap("", _("nhiệm vụ không có trong kế hoạch đang có hiệu lực"), code="no-task")])
            raise AssertionError
        plan = line.version.plan
        refuse_unless(may_edit_plan(by, plan), by, _("Bên giao nhiệm vụ ghi nhận điều kiện"))
        day = due_on or happened_on + timedelta(days=line.days_after or 0)
        refuse_if(_gaps(line, happened_on, day, legal_day(at)))
        document = evidence(document_id, by, {plan.organisation_id}, _("Tài liệu")) if document_id else None
        found = ConditionRecord.objects.create(
            task=line.task, happened_on=happened_on, due_on=day, document=document, by_id=by.id, at=at
        )
        agencies = _set_deadline(line, day, legal_day(at))
        after = {"task": task_id, "happened_on": iso(happened_on), "deadline_on": iso(day)}
        trace_plan(plan, "task.condition_recorded", by=by, at=at, after=after)
        words = {"day": format_date(day), "task": line.text[:300]}
        text = _("Có thời hạn %(day)s: %(task)s") % words
        tell_agencies(agencies, text, f"/plans/{plan.pk}/", at)
        return found


def _gaps(line: TaskLine, happened_on: date, due_on: date, today: date) -> list[Gap]:
    gaps = []
    if line.deadline_kind != DeadlineKind.AFTER_EVENT:
        what = _("thời hạn của nhiệm vụ không phụ thuộc điều kiện")
        gaps.append(Gap(_("Điều kiện"), what, code="no-condition"))
    if ConditionRecord.objects.filter(task=line.task_id).exists():
        what = _("đã ghi nhận; đổi thời hạn bằng gia hạn hoặc văn bản thay thế")
        gaps.append(Gap(_("Điều kiện"), what, code="recorded"))
    if happened_on > today:
        gaps.append(Gap(_("Ngày xảy ra"), _("chưa đến ngày"), _("Ghi sau khi xảy ra"), code="in-future"))
    if due_on < happened_on:
        what = _("trước ngày xảy ra điều kiện")
        gaps.append(Gap(_("Thời hạn"), what, _("Ghi ngày sau đó"), code="before-event"))
    return gaps


def _set_deadline(line: TaskLine, due_on: date, on: date) -> list[int]:
    standing = list(
        Assignment.objects.select_for_update(of=("self",)).filter(task=line.task_id, ended_on__isnull=True)
    )
    open_states = (DutyState.OPEN, DutyState.REPORTED)
    duties = list(Duty.objects.filter(assignment__in=standing, state__in=open_states))
    DueChange.objects.bulk_create(
        DueChange(
            duty=duty,
            on=on,
            before_on=duty.due_on,
            after_on=due_on,
            why=DueChange.Why.CONDITION,
            text=line.event,
        )
        for duty in duties
    )
    for duty in duties:
        duty.due_on = due_on
        duty.first_due_on = duty.first_due_on or due_on
        duty.version += 1
    Duty.objects.bulk_update(duties, ["due_on", "first_due_on", "version"], batch_size=1000)
    sum_up_many(standing)
    return [each.organisation_id for each in standing]
