"""A plan is replaced in mid-year: the next version says of every task what becomes of it, by which clause."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.plans.actions.drafting import (
    delete_tasks,
    lead_gaps,
    line_of,
    rewrite,
    unknown_agencies,
    write_agencies,
)
from openpar.reform.plans.actions.shared import (
    grown,
    refuse_if,
    refuse_unless,
    take_draft,
    trace_plan,
)
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import Settlement
from openpar.reform.plans.models import (
    LineChange,
    Plan,
    PlanVersion,
    Target,
    Task,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.permissions import may_edit_plan
from openpar.reform.plans.rules import line_gaps, text_gaps

_LONGEST_CLAUSE = 200


def draft_version(*, by: Actor, at: datetime, plan_id: int) -> PlanVersion:
    """The next version of a plan in force, as a draft in which no task is settled yet; targets come along.

    Raises PlansRefused when nothing is in force, or another draft is being written.
    """
    with write_transaction():
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan_id)
        refuse_unless(may_edit_plan(by, plan), by, _("Người lập kế hoạch của đơn vị làm việc này"))
        in_force = plan.versions.filter(state=VersionState.IN_FORCE).first()
        if in_force is None or plan.versions.filter(state=VersionState.DRAFT).exists():
            what = _("kế hoạch chưa có hiệu lực hoặc đang có dự thảo khác")
            raise PlansRefused(Gap("", what, _("Mở dự thảo đang có"), code="draft-there"))
        version = PlanVersion.objects.create(
            plan=plan,
            number=in_force.number + 1,
            replaces=in_force,
            secret_lines=in_force.secret_lines,
            made_by_id=by.id,
            made_at=at,
        )
        for line in live_lines(in_force):
            copy_line(line, version)
        for target in in_force.targets.all():
            _copy_target(target, version)
        trace_plan(plan, "plan.version_drafted", by=by, at=at, after={"number": version.number})
        return version


def settle_line(
    *, by: Actor, at: datetime, line_id: int, expected_version: int, settlement: Settlement
) -> TaskLine:
    """What becomes of one task of the version before. Raises PlansRefused, StalePlan."""
    with write_transaction():
        line = TaskLine.objects.select_related("task").get(pk=line_id)
        version = take_draft(line.version_id, expected_version, by)
        refuse_if(_settlement_gaps(line, version, settlement, at))
        before: dict[str, object] = {"change": line.change, "clause": line.clause}
        if settlement.line is not None:
            rewrite(line, settlement.line)
        elif line.change in (LineChange.CHANGED, LineChange.REASSIGNED):
            rewrite(line, line_of(_line_before(line, version)))
        line.change, line.clause = settlement.change, nfc(settlement.clause).strip()
        line.save(update_fields=["change", "clause"])
        grown(version)
        after: dict[str, object] = {"change": line.change, "clause": line.clause}
        trace_plan(
            version.plan,
            "plan.line_settled",
            by=by,
            at=at,
            before=before,
            after={"task": line.task_id} | after,
        )
        return line


def settle_rest(*, by: Actor, at: datetime, version_id: int, expected_version: int, clause: str) -> int:
    """Everything not settled yet is carried over by this clause; how many. Raises PlansRefused, StalePlan."""
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        refuse_if(
            text_gaps(_("Điều, khoản"), clause, _("Ghi điều, khoản của văn bản mới"), longest=_LONGEST_CLAUSE)
        )
        words = nfc(clause).strip()
        count = version.lines.filter(change=LineChange.UNSETTLED).update(
            change=LineChange.CARRIED, clause=words
        )
        if count:
            grown(version)
            after = {"carried": count, "clause": words}
            trace_plan(version.plan, "plan.rest_carried", by=by, at=at, after=after)
        return count


def discard_version(*, by: Actor, at: datetime, version_id: int, expected_version: int) -> None:
    """Drops a draft; a plan that was never issued goes with it. A draft into which a meeting, a conference or
    a finding has ordered a task stays. Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        plan = version.plan
        trace_plan(plan, "plan.discarded", by=by, at=at, before={"number": version.number})
        new = list(version.lines.filter(change=LineChange.NEW).values_list("task_id", flat=True))
        version.targets.all().delete()
        version.lines.all().delete()
        delete_tasks(Task.objects.filter(pk__in=new, assignments__isnull=True))
        is_only = version.replaces_id is None
        version.delete()
        if is_only:
            plan.delete()


def live_lines(version: PlanVersion) -> list[TaskLine]:
    """The lines of a version that still ask for something, with their agencies; two queries."""
    lines = version.lines.exclude(change=LineChange.DROPPED).prefetch_related("agencies")
    return list(lines.order_by("position", "id"))


def copy_line(line: TaskLine, version: PlanVersion, change: LineChange = LineChange.UNSETTLED) -> TaskLine:
    """The same wording in another version."""
    values = {
        field.attname: getattr(line, field.attname)
        for field in TaskLine._meta.concrete_fields
        if field.name not in ("id", "version", "change", "clause", "added_on")
    }
    copy = TaskLine.objects.create(version=version, change=change, **values)
    values_of = line_of(line)
    write_agencies(copy, values_of.leads, values_of.cooperating)
    return copy


def _copy_target(target: Target, version: PlanVersion) -> None:
    values = {
        field.attname: getattr(target, field.attname)
        for field in Target._meta.concrete_fields
        if field.name not in ("id", "version", "root")
    }
    Target.objects.create(version=version, root_id=target.root_id or target.pk, **values)


def _line_before(line: TaskLine, version: PlanVersion) -> TaskLine:
    return TaskLine.objects.get(version=version.replaces_id, task=line.task_id)


def _settlement_gaps(line: TaskLine, version: PlanVersion, settlement: Settlement, at: datetime) -> list[Gap]:
    if line.change == LineChange.NEW:
        what = _("nhiệm vụ mới không có ở bản trước")
        return [Gap("", what, _("Sửa hoặc xóa dòng này"), code="is-new")]
    change = settlement.change
    if change in (LineChange.NEW, LineChange.UNSETTLED):
        return [Gap(_("Thay đổi"), _("chưa chọn"), _("Chọn một trong bốn cách"), code="no-change")]
    gaps = text_gaps(
        _("Điều, khoản"), settlement.clause, _("Ghi điều, khoản của văn bản mới"), longest=_LONGEST_CLAUSE
    )
    if change in (LineChange.CARRIED, LineChange.DROPPED):
        if settlement.line is not None:
            what = _("giữ nguyên hoặc thôi thực hiện thì không sửa nội dung")
            gaps.append(Gap(_("Nhiệm vụ"), what, _("Chọn “Điều chỉnh”"), code="not-changed"))
        return gaps
    if settlement.line is None:
        what, remedy = _("chưa ghi nội dung điều chỉnh"), _("Ghi nội dung mới của nhiệm vụ")
        return [*gaps, Gap(_("Nhiệm vụ"), what, remedy, code="no-wording")]
    gaps += [*line_gaps(settlement.line, version.plan), *unknown_agencies([settlement.line], at)]
    return gaps + lead_gaps(line, version, change, settlement.line)
