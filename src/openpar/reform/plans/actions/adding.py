"""A task that comes to a plan by an order of its own: a meeting, a finding to be remedied, a petition."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.reform.plans.actions.drafting import new_task, put_lines, unknown_agencies, write_line
from openpar.reform.plans.actions.fanning import assign, cooperate, resolve, store, unjudgeable
from openpar.reform.plans.actions.issuing import tell_agencies
from openpar.reform.plans.actions.replacing import copy_line
from openpar.reform.plans.actions.shared import (
    legal_day,
    refuse_if,
    refuse_unless,
    trace_plan,
)
from openpar.reform.plans.lines import NewLine
from openpar.reform.plans.models import (
    Cooperation,
    LineChange,
    Plan,
    PlanVersion,
    Task,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.permissions import may_edit_plan
from openpar.reform.plans.rules import line_gaps


def add_task(*, plan_id: int, line: NewLine, by: Actor, at: datetime) -> Task:
    """Into the draft of a plan that was never issued; else a supplement to the version in force, owed from
    today, with what it came from in `line.source`. Raises PlansRefused.
    """
    with write_transaction():
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan_id)
        refuse_unless(may_edit_plan(by, plan), by, _("Người lập kế hoạch của đơn vị làm việc này"))
        return put_task(plan, line, by=by, at=at)


def put_task(plan: Plan, line: NewLine, *, by: Actor, at: datetime) -> Task:
    """The same in a transaction of the caller, who has asked whether `by` may."""
    versions = {
        each.state: each for each in plan.versions.select_related("plan").exclude(state=VersionState.REPLACED)
    }
    in_force, draft = versions.get(VersionState.IN_FORCE), versions.get(VersionState.DRAFT)
    if in_force is None and draft is not None:
        return put_lines(draft, [line], by=by, at=at)[0].task
    if in_force is None:
        raise AssertionError("a plan has a version in force or a draft")
    gaps = [*line_gaps(line, plan), *unknown_agencies([line], at)]
    if not (line.source.kind and line.source.text.strip()):
        what = _("kế hoạch đã ban hành: nhiệm vụ bổ sung phải ghi căn cứ")
        gaps.append(Gap(_("Nguồn giao"), what, _("Ghi kết luận, văn bản giao nhiệm vụ"), code="no-source"))
    refuse_if(gaps)
    row = _supplement(in_force, draft, line, legal_day(at), by=by, at=at)
    _give_out(row, plan, legal_day(at), at)
    trace_plan(plan, "plan.task_supplemented", by=by, at=at, after=_told(row, line))
    return row.task


def _supplement(
    in_force: PlanVersion, draft: PlanVersion | None, line: NewLine, on: date, *, by: Actor, at: datetime
) -> TaskLine:
    """The line in the version in force; a draft that will replace it gets it too, carried over."""
    task = new_task(in_force.plan_id, line, by=by, at=at)
    position = (in_force.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    row = write_line(in_force, task, line, position=position, added_on=on)
    if draft is not None:
        copy = copy_line(row, draft, LineChange.CARRIED)
        copy.clause = line.source.text[:200]
        copy.save(update_fields=["clause"])
    return row


def _give_out(row: TaskLine, plan: Plan, on: date, at: datetime) -> None:
    resolved, gaps = resolve([row], plan.organisation_id, on)
    refuse_if([*gaps, *unjudgeable([row], plan.year, on)])
    whom = resolved[row.pk]
    assignments, duties = assign(row, whom.leads, year=plan.year, on=on)
    store(assignments, duties)
    Cooperation.objects.bulk_create(cooperate(row.task_id, whom.cooperating, on))
    words = _("Nhiệm vụ mới: %s") % row.text[:400]
    if len(assignments) == 1:
        tell_agencies(whom.leads, words, f"/tasks/{assignments[0].pk}/", at)
    else:
        tell_agencies(whom.leads, words, f"/plans/{plan.pk}/", at)


def _told(row: TaskLine, line: NewLine) -> dict[str, object]:
    return {
        "task": row.task_id,
        "text": row.text,
        "source_text": line.source.text,
    }
