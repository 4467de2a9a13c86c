"""The board of one plan: its tasks as a table, along the year, by field, by agency, and the list behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.engine.tasks import Tally
from openpar.reform.fields import field_name
from openpar.reform.plans.classes import class_names
from openpar.reform.plans.deadlines import reform_year_days
from openpar.reform.plans.models import Assignment, DeadlineKind, Plan, PlanVersion, VersionState
from openpar.reform.plans.permissions import may_edit_plan, may_see_plan, sees_all_plans
from openpar.reform.plans.queries.budgets import budget_of
from openpar.reform.plans.queries.lists import assignments_seen_by
from openpar.reform.plans.queries.pages_board import (
    BoardFilter,
    Group,
    ListRow,
    Standing,
    TaskRow,
    Whole,
    by_agency,
    by_field,
    by_month,
    in_sum,
    list_rows,
    listed,
    narrowed,
    rows_of_tasks,
    task_rows,
    tasks_done,
    whole_tally,
)
from openpar.reform.plans.words import budget_words, deadline_words
from openpar.web.components.paging import Slice, slice_of
from openpar.web.findings.common import side
from openpar.web.http import AuthenticatedRequest, actor, now, page, today
from openpar.web.plans.asked import Links, agency_choices, filter_fields, filter_of, month_words
from openpar.web.plans.columns import BoardRow, board_row, column_words, excused_words
from openpar.web.plans.common import (
    Pill,
    assignment_pill,
    frame,
    overdue_words,
    visible_plan,
)
from openpar.web.plans.drafting import whole_budget
from openpar.web.plans.exporting import tasks_workbook
from openpar.web.plans.targets import target_context
from openpar.web.procedures.listing import workbook_answer

_VIEWS = ("tasks", "time", "fields", "agencies", "list", "targets")
_MONTHS = 13
_TASKS_A_PAGE = 100


@dataclass(frozen=True)
class ShownTask:
    """One line of the plan, its values prepared."""

    number: str
    text: str
    product: str
    leads: str
    deadline: str
    pill: Pill
    counts: str
    link: str
    field: str
    begins: int
    ends: int
    done: int
    assigned: int


@page("GET")
def board(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    plan = visible_plan(request, plan_id)
    version = _in_force(plan)
    if version is None:
        return redirect("plan-draft", plan_id)
    view = request.GET.get("view", "tasks")
    view = view if view in _VIEWS else "tasks"
    day, asked = today(), filter_of(request.GET, plan_id=plan_id)
    seen = assignments_seen_by(side(request))
    found = narrowed(seen, asked, day)
    links = Links.of(reverse("plan", args=[plan_id]), request.GET)
    everything = narrowed(seen, BoardFilter(plan_id=plan_id), day)
    context: dict[str, object] = {
        **_head(request, plan, version, everything, links, day),
        **filter_fields(asked, _agencies(everything, day), day),
        "view": view,
        "views": _views(links, view),
        "month_asked": month_words(int(asked.month[:4]), int(asked.month[5:])) if asked.month else "",
        "task_asked": _task_asked(asked),
        "whole_asked": _whole_words(request) if view in ("tasks", "time") else "",
        "is_narrowed": asked != BoardFilter(plan_id=plan_id) or whole_asked(request) is not None,
        "everything_link": links.to(field="", agency="", state="", month="", task="", whole="", q=""),
    }
    context |= _VIEW_PARTS[view](request, plan, version, found, links, day)
    return render(request, "plans/board.html", context)


def whole_asked(request: AuthenticatedRequest) -> Whole | None:
    """Only tasks of which every agency has come so far."""
    text = request.GET.get("whole", "")
    return Whole(text) if text in set(Whole) else None


def _whole_words(request: AuthenticatedRequest) -> str:
    words = {
        Whole.IMPLEMENTED: _("Chỉ nhiệm vụ mà mọi đơn vị được giao đã triển khai."),
        Whole.COMPLETED: _("Chỉ nhiệm vụ mà mọi đơn vị được giao đã được xác nhận hoàn thành."),
    }
    asked = whole_asked(request)
    return words[asked] if asked is not None else ""


def _in_force(plan: Plan) -> PlanVersion | None:
    versions = PlanVersion.objects.filter(plan=plan, state=VersionState.IN_FORCE)
    return versions.select_related("replaces").first()


def _head(
    request: AuthenticatedRequest,
    plan: Plan,
    version: PlanVersion,
    everything: QuerySet[Assignment],
    links: Links,
    day: date,
) -> dict[str, object]:
    """The document, what may be done, and the figures of the whole plan."""
    who = actor(request)
    may_edit = may_edit_plan(who, plan)
    whole = whole_tally(everything, day)
    has_draft = PlanVersion.objects.filter(plan=plan, state=VersionState.DRAFT).exists()
    return {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "whole": whole,
        "excused": excused_words(whole.excused_overdue),
        "lines": tasks_done(everything, day),
        "budget": whole_budget(version),
        "figure_links": _figure_links(links),
        "whole_links": {one.value: Links(links.path, ()).to(view="tasks", whole=one.value) for one in Whole},
        "sees_all": sees_all_plans(who) or may_edit,
        "may_edit": may_edit,
        "has_draft": has_draft and may_see_plan(who, plan, is_issued=False),
        "prefix": reverse("plan", args=[plan.pk]),
        "year": plan.year,
    }


def _figure_links(links: Links) -> dict[str, str]:
    """The lists behind the figures of the whole plan, without what the page is narrowed by."""
    plain = Links(links.path, ())
    return {standing.name.lower(): plain.to(view="list", state=standing.value) for standing in Standing}


def _views(links: Links, view: str) -> list[tuple[str, str, bool, None]]:
    words = {
        "tasks": _("Nhiệm vụ"),
        "time": _("Theo thời gian"),
        "fields": _("Theo lĩnh vực"),
        "agencies": _("Theo đơn vị"),
        "list": _("Từng đơn vị thực hiện"),
        "targets": _("Chỉ tiêu"),
    }
    return [(words[name], links.to(view=name), name == view, None) for name in _VIEWS]


def _agencies(everything: QuerySet[Assignment], day: date) -> list[tuple[int, str]]:
    ids = set(everything.order_by().values_list("organisation_id", flat=True).distinct())
    return agency_choices(ids, day)


def _task_asked(asked: BoardFilter) -> str:
    if asked.task_id is None:
        return ""
    newest = Assignment.objects.filter(task_id=asked.task_id).select_related("line").order_by("-line_id")
    first = newest.first()
    return first.line.text if first is not None else ""


# ---- the views ----


def _tasks(
    request: AuthenticatedRequest,
    plan: Plan,
    _version: PlanVersion,
    found: QuerySet[Assignment],
    links: Links,
    day: date,
) -> dict[str, object]:
    shown: Slice[dict[str, object]] = slice_of(
        request, task_rows(found, day, whole_asked(request)), size=_TASKS_A_PAGE
    )
    rows = rows_of_tasks(shown.items, day, class_names())
    return {
        "slice": shown,
        "chapters": _chapters([shown_task(row, links, plan.year, day) for row in rows], day),
    }


def _chapters(rows: Sequence[ShownTask], day: date) -> list[tuple[str, list[ShownTask]]]:
    chapters: dict[str, list[ShownTask]] = {}
    for row in rows:
        chapters.setdefault(row.field, []).append(row)
    return [(f"{code}. {field_name(code, day)}", tasks) for code, tasks in chapters.items()]


def _time(
    request: AuthenticatedRequest,
    plan: Plan,
    version: PlanVersion,
    found: QuerySet[Assignment],
    links: Links,
    day: date,
) -> dict[str, object]:
    first, _last = reform_year_days(plan.year)
    due = {(row.year, row.month): row.tally for row in by_month(found, day)}
    months = []
    for place in range(_MONTHS):
        year, month = first.year + (first.month + place - 1) // 12, (first.month + place - 1) % 12 + 1
        tally = due.get((year, month), Tally())
        link = links.to(view="list", month=f"{year:04d}-{month:02d}")
        months.append((month, month_words(year, month), tally, link, (year, month) == (day.year, day.month)))
    return {**_tasks(request, plan, version, found, links, day), "months": months}


def _fields(
    _request: AuthenticatedRequest,
    _plan: Plan,
    version: PlanVersion,
    found: QuerySet[Assignment],
    links: Links,
    day: date,
) -> dict[str, object]:
    on = version.issued_on or day
    groups = by_field(found, day)
    rows = [
        board_row(f"{group.key}. {field_name(group.key, on)}", group, links, field=group.key)
        for group in groups
    ]
    sums = budget_of(version.pk).by_field
    budgets = [(f"{code}. {field_name(code, on)}", budget_words(amount)) for code, amount in sums.items()]
    return _with_total(rows, groups, links, _("Lĩnh vực")) | {"budgets": budgets}


def _agency_rows(
    _request: AuthenticatedRequest,
    _plan: Plan,
    _version: PlanVersion,
    found: QuerySet[Assignment],
    links: Links,
    day: date,
) -> dict[str, object]:
    groups = by_agency(found, day)
    rows = [board_row(row.name, row.group, links, agency=row.organisation_id) for row in groups]
    return _with_total(rows, [row.group for row in groups], links, _("Đơn vị"))


def _with_total(rows: list[BoardRow], groups: Sequence[Group], links: Links, first: str) -> dict[str, object]:
    total = in_sum(groups)
    return {
        "board_rows": rows,
        "total_row": board_row(_("Cộng"), total, links),
        "columns": column_words(),
        "first_column": first,
    }


@dataclass(frozen=True)
class ListedRow:
    """One obligation of a list, its values prepared."""

    found: ListRow
    link: str
    text: str
    deadline: str
    pill: Pill
    about: str


def listed_rows(rows: Sequence[ListRow], day: date, *, with_agency: bool = True) -> list[ListedRow]:
    prefix = reverse("tasks")
    return [
        ListedRow(
            row,
            f"{prefix}{row.assignment.pk}/",
            row.assignment.line.text,
            deadline_words(row.assignment.line),
            assignment_pill(row.assignment, day),
            _about(row, with_agency=with_agency),
        )
        for row in rows
    ]


def _about(row: ListRow, *, with_agency: bool) -> str:
    """Below the words of a task: whose it is, who works on it, what comes of it."""
    one = row.assignment
    officer = one.officer.full_name if one.officer is not None else ""
    agency = row.agency if with_agency else ""
    return " · ".join(filter(None, (agency, row.division, officer, one.line.product)))


def _list(
    request: AuthenticatedRequest,
    _plan: Plan,
    _version: PlanVersion,
    found: QuerySet[Assignment],
    _links: Links,
    day: date,
) -> dict[str, object]:
    shown: Slice[Assignment] = slice_of(request, listed(found))
    return {"slice": shown, "rows": listed_rows(list_rows(shown.items, day), day)}


def _targets(
    _request: AuthenticatedRequest,
    plan: Plan,
    version: PlanVersion,
    _found: QuerySet[Assignment],
    _links: Links,
    _day: date,
) -> dict[str, object]:
    return target_context(plan, version)


_VIEW_PARTS = {
    "tasks": _tasks,
    "time": _time,
    "fields": _fields,
    "agencies": _agency_rows,
    "list": _list,
    "targets": _targets,
}


def shown_task(row: TaskRow, links: Links, year: int, day: date) -> ShownTask:
    """A line with its state in words, and the columns of its bar along the year."""
    first, last = reform_year_days(year)
    ends_on = row.last_due_on or last
    if row.line.deadline_kind in (DeadlineKind.RECURRING, DeadlineKind.CONTINUOUS):
        ends_on = last
    tally = row.tally
    if row.assignment_id is not None:
        link = f"{reverse('tasks')}{row.assignment_id}/"
    else:
        link = links.to(view="list", task=row.task_id, state="")
    return ShownTask(
        number=row.line.number,
        text=row.line.text,
        product=row.line.product,
        leads="; ".join(row.leads),
        deadline=deadline_words(row.line),
        pill=task_pill(row, day),
        counts=_counts_words(tally) if tally.assigned > 1 else "",
        link=link,
        field=row.line.field,
        begins=_month_place(max(row.from_on, first), first),
        ends=_month_place(min(max(ends_on, row.from_on), last), first),
        done=tally.done,
        assigned=tally.assigned,
    )


def _month_place(on: date, first: date) -> int:
    """1 … 13 along the reform year."""
    place = (on.year - first.year) * 12 + on.month - first.month + 1
    return min(max(place, 1), _MONTHS)


def _counts_words(tally: Tally) -> str:
    """“98/130 đơn vị hoàn thành, 12 quá hạn”."""
    said = _("%(done)d/%(assigned)d đơn vị hoàn thành") % {"done": tally.done, "assigned": tally.assigned}
    if not tally.overdue:
        return said
    late = ngettext("%d quá hạn", "%d quá hạn", tally.overdue) % tally.overdue
    return f"{said}, {late}"


def task_pill(row: TaskRow, day: date) -> Pill:
    """How a line stands in sum: the worst of its agencies."""
    tally = row.tally
    if tally.overdue:
        if tally.assigned == 1 and row.first_due_on is not None:
            return "bad", overdue_words((day - row.first_due_on).days)
        return "bad", _("có đơn vị quá hạn")
    if tally.done == tally.assigned:
        return ("warning", _("hoàn thành trễ hạn")) if tally.late else ("done", _("hoàn thành đúng hạn"))
    if tally.waiting:
        return "sent", _("chờ xác nhận")
    if tally.implemented == tally.assigned:
        return "active", _("đã triển khai")
    if tally.implemented:
        return "active", _("đang triển khai")
    return "empty", _("chưa triển khai")


@page("GET")
def export(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """What the filter asks for, agency by agency, as a workbook."""
    plan = visible_plan(request, plan_id)
    day, asked = today(), filter_of(request.GET, plan_id=plan_id)
    found = listed(narrowed(assignments_seen_by(side(request)), asked, day))
    content = tasks_workbook(plan, found, day, now())
    return workbook_answer(content, f"nhiem-vu-{plan.year}-{plan.pk}-{day:%Y-%m-%d}.xlsx")
