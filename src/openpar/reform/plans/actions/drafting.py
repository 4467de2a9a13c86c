"""The lines of a draft: written, changed, taken away, taken over from the plan of the upper level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import fold, nfc
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.actions.shared import (
    grown,
    legal_day,
    refuse_if,
    take_draft,
    trace_plan,
)
from openpar.reform.plans.deadlines import continuous_each, days_after_event, quarter_end
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import Agencies, Deadline, NewLine
from openpar.reform.plans.models import (
    DeadlineKind,
    LineAgency,
    LineChange,
    PlanVersion,
    Task,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.rules import known_organisations, line_gaps

MOST_LINES = 1000


def add_line(*, by: Actor, at: datetime, version_id: int, expected_version: int, line: NewLine) -> TaskLine:
    """A new task in a draft. Raises PlansRefused with every gap, StalePlan."""
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        return put_lines(version, [line], by=by, at=at)[0]


def put_lines(version: PlanVersion, lines: Sequence[NewLine], *, by: Actor, at: datetime) -> list[TaskLine]:
    """Several new tasks in a draft that the caller has taken. Raises PlansRefused."""
    gaps = [gap for line in lines for gap in line_gaps(line, version.plan)]
    gaps += unknown_agencies(lines, at)
    if version.lines.count() + len(lines) > MOST_LINES:
        what = _("kế hoạch có quá %d nhiệm vụ") % MOST_LINES
        gaps.append(Gap(_("Nhiệm vụ"), what, _("Gộp hoặc bỏ bớt"), code="too-many"))
    refuse_if(gaps)
    position = (version.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    written = []
    for place, line in enumerate(lines):
        task = new_task(version.plan_id, line, by=by, at=at)
        written.append(write_line(version, task, line, position=position + place))
    grown(version)
    for one in written:
        trace_plan(version.plan, "plan.line_added", by=by, at=at, after=_told(one))
    return written


def change_line(*, by: Actor, at: datetime, line_id: int, expected_version: int, line: NewLine) -> TaskLine:
    """Another wording of a task that is new in this draft, or that the draft changes (settle_line), under
    the change that was settled. Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        found = TaskLine.objects.get(pk=line_id)
        version = take_draft(found.version_id, expected_version, by)
        if found.change in (LineChange.CARRIED, LineChange.UNSETTLED, LineChange.DROPPED):
            what, remedy = _("nhiệm vụ này giữ theo văn bản trước"), _("Chọn “Điều chỉnh” và ghi điều khoản")
            raise PlansRefused(Gap("", what, remedy, code="not-changed"))
        gaps = [*line_gaps(line, version.plan), *unknown_agencies([line], at)]
        if found.change != LineChange.NEW:
            gaps += lead_gaps(found, version, LineChange(found.change), line)
        refuse_if(gaps)
        before = _told(found)
        rewrite(found, line)
        grown(version)
        trace_plan(version.plan, "plan.line_changed", by=by, at=at, before=before, after=_told(found))
        return found


def remove_line(*, by: Actor, at: datetime, line_id: int, expected_version: int) -> None:
    """Takes a task that is new in this draft away; one of an earlier version is dropped by settle_line, and
    one that was ordered stays. Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        found = TaskLine.objects.get(pk=line_id)
        version = take_draft(found.version_id, expected_version, by)
        if found.change != LineChange.NEW:
            what, remedy = _("nhiệm vụ có trong bản trước"), _("Chọn “Không thực hiện nữa” và ghi điều khoản")
            raise PlansRefused(Gap("", what, remedy, code="not-new"))
        trace_plan(version.plan, "plan.line_removed", by=by, at=at, before=_told(found))
        found.delete()
        delete_tasks(Task.objects.filter(pk=found.task_id))
        grown(version)


def take_over(
    *, by: Actor, at: datetime, version_id: int, expected_version: int, task_ids: Sequence[int]
) -> tuple[TaskLine, ...]:
    """Tasks of the upper plan become lines of this draft, led by the plan's own organisation.

    Those that were taken over before are left out. Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        plan = version.plan
        if plan.parent_id is None:
            what, remedy = _("kế hoạch chưa gắn với kế hoạch cấp trên"), _("Chọn kế hoạch cấp trên trước")
            raise PlansRefused(Gap("", what, remedy, code="no-parent"))
        taken = set(version.lines.filter(parent_task__isnull=False).values_list("parent_task_id", flat=True))
        upper = TaskLine.objects.filter(
            version__plan=plan.parent_id,
            version__state=VersionState.IN_FORCE,
            task__in=[one for one in task_ids if one not in taken],
        ).exclude(change=LineChange.DROPPED)
        lines = [_taken_over(one, plan.organisation_id) for one in upper]
        if not lines:
            what = _("không có nhiệm vụ nào của kế hoạch cấp trên chưa được đưa vào")
            raise PlansRefused(Gap("", what, _("Chọn nhiệm vụ khác"), code="nothing-chosen"))
        return tuple(put_lines(version, lines, by=by, at=at))


def new_task(plan_id: int, line: NewLine, *, by: Actor, at: datetime) -> Task:
    """The identity of a task, with where it came from."""
    return Task.objects.create(
        plan_id=plan_id,
        source_kind=line.source.kind,
        source_id=line.source.id,
        source_text=nfc(line.source.text).strip(),
        made_by_id=by.id,
        made_at=at,
    )


def delete_tasks(tasks: QuerySet[Task]) -> None:
    """Tasks that no version names any longer. Raises PlansRefused while a meeting, a conference or a finding
    has ordered one: what was ordered stays a task.
    """
    try:
        tasks.delete()
    except ProtectedError:
        what = _("có nhiệm vụ được giao từ cuộc họp, hội nghị hoặc tồn tại cần khắc phục")
        remedy = _("Sửa nội dung nhiệm vụ, giữ nhiệm vụ trong kế hoạch")
        raise PlansRefused(Gap("", what, remedy, code="ordered")) from None


def lead_gaps(row: TaskLine, version: PlanVersion, change: LineChange, line: NewLine) -> list[Gap]:
    """A task of the version before that is changed keeps its lead agencies; one that is given to others
    has others.
    """
    before = TaskLine.objects.get(version=version.replaces_id, task=row.task_id)
    is_same = set(line_of(before).leads) == set(line.leads)
    if change == LineChange.CHANGED and not is_same:
        what, remedy = _("cơ quan chủ trì đã khác"), _("Chọn “Giao cơ quan khác”")
        return [Gap(_("Chủ trì"), what, remedy, code="other-leads")]
    if change == LineChange.REASSIGNED and is_same:
        what, remedy = _("cơ quan chủ trì vẫn như cũ"), _("Chọn “Điều chỉnh”, hoặc đổi cơ quan chủ trì")
        return [Gap(_("Chủ trì"), what, remedy, code="same-leads")]
    return []


def write_line(version: PlanVersion, task: Task, line: NewLine, *, position: int, **also: object) -> TaskLine:
    """A line and its agencies, from values that have no gaps."""
    row = TaskLine(version=version, task=task, position=position)
    for name, value in also.items():
        setattr(row, name, value)
    _fill(row, line, version.plan.year)
    row.save()
    write_agencies(row, line.leads, line.cooperating)
    return row


def rewrite(row: TaskLine, line: NewLine) -> None:
    """Another wording of the same line."""
    _fill(row, line, row.version.plan.year)
    row.save()
    row.agencies.all().delete()
    write_agencies(row, line.leads, line.cooperating)


def write_agencies(row: TaskLine, leads: Iterable[Agencies], cooperating: Iterable[Agencies]) -> None:
    """Who leads and who cooperates, as it is worded."""
    parts = ((LineAgency.Part.LEAD, leads), (LineAgency.Part.COOPERATING, cooperating))
    LineAgency.objects.bulk_create(
        LineAgency(line=row, part=part, organisation_id=each.organisation_id, agency_class=each.agency_class)
        for part, agencies in parts
        for each in agencies
    )


def line_of(row: TaskLine) -> NewLine:
    """The line as values again, as somebody would have written it."""
    agencies = list(row.agencies.all())
    by_part = {
        part: tuple(
            Agencies(each.organisation_id, each.agency_class) for each in agencies if each.part == part
        )
        for part in LineAgency.Part.values
    }
    return NewLine(
        field=row.field,
        text=row.text,
        deadline=deadline_of(row),
        leads=by_part[LineAgency.Part.LEAD],
        product=row.product,
        cooperating=by_part[LineAgency.Part.COOPERATING],
        number=row.number,
        budget=row.budget,
        budget_source=row.budget_source,
        parent_task_id=row.parent_task_id,
        note=row.note,
    )


def deadline_of(row: TaskLine) -> Deadline:
    """The deadline of a line as a value."""
    kind = DeadlineKind(row.deadline_kind)
    return Deadline(
        kind,
        on=row.due_on if kind == DeadlineKind.DATE else None,
        quarter=row.quarter,
        each=PeriodKind(row.each) if row.each else None,
        event=row.event,
        days_after=row.days_after,
        words=row.deadline_words,
    )


def unknown_agencies(lines: Iterable[NewLine], at: datetime) -> list[Gap]:
    """Single agencies that are not in the register today; one query."""
    named = {
        each.organisation_id
        for line in lines
        for each in (*line.leads, *line.cooperating)
        if each.organisation_id is not None
    }
    strange = named - known_organisations(named, legal_day(at))
    if not strange:
        return []
    what = _("có %d cơ quan không có trong danh mục hôm nay") % len(strange)
    return [Gap(_("Chủ trì, phối hợp"), what, _("Chọn cơ quan đang hoạt động"), code="no-agency")]


def _fill(row: TaskLine, line: NewLine, year: int) -> None:
    row.number, row.field = nfc(line.number).strip(), line.field
    row.text = nfc(line.text).strip()
    row.text_folded = fold(row.text)
    row.product, row.note = nfc(line.product).strip(), nfc(line.note).strip()
    row.budget, row.budget_source = line.budget, nfc(line.budget_source).strip()
    row.parent_task_id = line.parent_task_id
    deadline = line.deadline
    row.deadline_kind, row.deadline_words = deadline.kind, nfc(deadline.words).strip()
    row.due_on = row.quarter = row.days_after = None
    row.each = row.event = ""
    if deadline.kind == DeadlineKind.DATE:
        row.due_on = deadline.on
    elif deadline.kind == DeadlineKind.QUARTER and deadline.quarter is not None:
        row.quarter, row.due_on = deadline.quarter, quarter_end(year, deadline.quarter)
    elif deadline.kind in (DeadlineKind.RECURRING, DeadlineKind.CONTINUOUS):
        row.each = (deadline.each or continuous_each()).value
    else:
        row.event = nfc(deadline.event).strip()
        row.days_after = days_after_event() if deadline.days_after is None else deadline.days_after


def _taken_over(upper: TaskLine, organisation_id: int) -> NewLine:
    line = line_of(upper)
    return NewLine(
        field=line.field,
        text=line.text,
        deadline=line.deadline,
        leads=(Agencies(organisation_id),),
        product=line.product,
        number=line.number,
        budget=None,
        parent_task_id=upper.task_id,
    )


def _told(row: TaskLine) -> dict[str, object]:
    """A line in the trace."""
    agencies = row.agencies.values_list("part", "organisation_id", "agency_class")
    return {
        "task": row.task_id,
        "number": row.number,
        "field": row.field,
        "text": row.text,
        "product": row.product,
        "deadline_kind": row.deadline_kind,
        "deadline_on": row.due_on.isoformat() if row.due_on else None,
        "agencies": sorted(f"{part}:{name or where}" for part, where, name in agencies),
    }
