"""What the pages of plans and tasks count and list: one filter for a count and for the list behind it.

Every figure is counted by the database on the summary columns of assignments, so that a board of thousands of
obligations costs the same few queries as one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, cast

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.text import fold, sort_key
from openpar.engine.tasks import Tally
from openpar.reform.plans.models import Assignment, LineAgency, TaskLine
from openpar.reform.plans.queries.lists import assignments_seen_by

# “Sắp đến hạn”: due within so many days, today included.
NEAR_DAYS = 7


class Standing(StrEnum):
    """What a list may be narrowed to; each count of a page is one of them."""

    OPEN = "open"
    OVERDUE = "overdue"
    NEAR = "near"
    REPORTED = "reported"
    STARTED = "started"
    NOT_STARTED = "not-started"
    DONE = "done"
    ON_TIME = "on-time"
    LATE = "late"
    IN_TIME = "in-time"
    IMPLEMENTED = "implemented"
    NO_DAY = "no-day"


def is_overdue(today: date) -> Q:
    """Not done, its deadline past, and not waiting for the confirmation of what was done in time."""
    return Q(done_on__isnull=True, is_waiting=False, due_on__lt=today)


def standing_condition(standing: Standing, today: date) -> Q:
    """The obligations that stand so on a day, among those that count."""
    is_open = Q(done_on__isnull=True)
    overdue = is_overdue(today)
    begun = Q(started_on__isnull=False) | Q(reported_on__isnull=False) | Q(done_on__isnull=False)
    near = Q(due_on__gte=today, due_on__lte=today + timedelta(days=NEAR_DAYS))
    return {
        Standing.OPEN: is_open,
        Standing.OVERDUE: overdue,
        Standing.NEAR: is_open & near & Q(reported_on__isnull=True),
        Standing.REPORTED: is_open & Q(reported_on__isnull=False),
        Standing.STARTED: is_open & begun & Q(reported_on__isnull=True),
        Standing.NOT_STARTED: ~begun,
        Standing.DONE: ~is_open,
        Standing.ON_TIME: ~is_open & Q(was_late=False),
        Standing.LATE: ~is_open & Q(was_late=True),
        Standing.IN_TIME: is_open & ~overdue,
        Standing.IMPLEMENTED: begun,
        Standing.NO_DAY: is_open & Q(due_on__isnull=True),
    }[standing]


@dataclass(frozen=True)
class BoardFilter:
    """What an address asks for; an empty one asks for everything that may be seen."""

    plan_id: int | None = None
    task_id: int | None = None
    field: str = ""
    organisation_id: int | None = None
    standing: Standing | None = None
    month: str = ""
    search: str = ""

    def without_standing(self) -> BoardFilter:
        return replace(self, standing=None)


def narrowed(found: QuerySet[Assignment], asked: BoardFilter, today: date) -> QuerySet[Assignment]:
    """The obligations that count (nothing that ended) and that the filter asks for."""
    found = found.filter(ended_on__isnull=True)
    if asked.plan_id is not None:
        found = found.filter(task__plan_id=asked.plan_id)
    if asked.task_id is not None:
        found = found.filter(task_id=asked.task_id)
    if asked.field:
        found = found.filter(line__field=asked.field)
    if asked.organisation_id is not None:
        found = found.filter(organisation_id=asked.organisation_id)
    if asked.standing is not None:
        found = found.filter(standing_condition(asked.standing, today))
    if asked.month:
        year, month = int(asked.month[:4]), int(asked.month[5:])
        found = found.filter(due_on__year=year, due_on__month=month)
    for word in fold(asked.search).split():
        found = found.filter(line__text_folded__contains=word)
    return found


def _counts(today: date) -> dict[str, Count]:
    """The seven figures of a tally, for one query of many groups."""

    def of(standing: Standing) -> Count:
        return Count("id", filter=standing_condition(standing, today))

    return {
        "on_time": of(Standing.ON_TIME),
        "late": of(Standing.LATE),
        "overdue": of(Standing.OVERDUE),
        "in_time": of(Standing.IN_TIME),
        "implemented": of(Standing.IMPLEMENTED),
        "waiting": Count("id", filter=Q(done_on__isnull=True, is_waiting=True)),
        "excused": Count("id", filter=Q(is_excused=True) & (Q(was_late=True) | is_overdue(today))),
    }


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(**{name: row[name] for name in Tally.__dataclass_fields__})


def _more_counts(today: date) -> dict[str, Count]:
    """What presses: due soon, reported (in time or late) without an answer; and what is late or overdue for a
    reason approved as objective.
    """
    return {
        "near": Count("id", filter=standing_condition(Standing.NEAR, today)),
        "reported": Count("id", filter=standing_condition(Standing.REPORTED, today)),
        "excused_overdue": Count("id", filter=Q(is_excused=True) & is_overdue(today)),
        "excused_late": Count("id", filter=Q(is_excused=True) & standing_condition(Standing.LATE, today)),
    }


def _group(key: str, row: Mapping[str, Any]) -> Group:
    return Group(key, _tally(row), row["near"], row["reported"], row["excused_overdue"], row["excused_late"])


@dataclass(frozen=True)
class Group:
    """One row of a board: obligations that have a field, an agency or a task in common.

    `excused_overdue`, `excused_late`: those of the overdue, and of what was done late, whose reason was
    approved as objective; they stay where they are.
    """

    key: str
    tally: Tally
    near: int
    reported: int
    excused_overdue: int
    excused_late: int


def _grouped(found: QuerySet[Assignment], by: str, today: date) -> list[Group]:
    rows = found.order_by().values(by).annotate(**_counts(today), **_more_counts(today))
    return [_group(str(row[by]), row) for row in rows]


def in_sum(groups: Iterable[Group]) -> Group:
    """Several rows of a board added up."""
    kept = list(groups)
    return Group(
        "",
        sum((group.tally for group in kept), Tally()),
        sum(group.near for group in kept),
        sum(group.reported for group in kept),
        sum(group.excused_overdue for group in kept),
        sum(group.excused_late for group in kept),
    )


def whole_tally(found: QuerySet[Assignment], today: date) -> Group:
    """All of it in one row."""
    return _group("", found.order_by().aggregate(**_counts(today), **_more_counts(today)))


def by_field(found: QuerySet[Assignment], today: date) -> list[Group]:
    """In the order of the fields."""
    return sorted(_grouped(found, "line__field", today), key=lambda group: group.key)


@dataclass(frozen=True)
class AgencyGroup:
    """One agency of a board."""

    organisation_id: int
    name: str
    group: Group


def by_agency(found: QuerySet[Assignment], today: date) -> list[AgencyGroup]:
    """Those with most overdue first, then by name; two queries whatever their number."""
    groups = _grouped(found, "organisation_id", today)
    names = names_on([int(group.key) for group in groups], today)
    rows = [AgencyGroup(int(group.key), names.get(int(group.key), group.key), group) for group in groups]
    return sorted(rows, key=lambda row: (-row.group.tally.overdue, sort_key(row.name)))


@dataclass(frozen=True)
class TasksDone:
    """Lines of a plan counted as lines, whatever the number of agencies: both readings and the denominator.

    A task is implemented when every agency has begun it, and completed when every agency's completion is
    confirmed.
    """

    total: int
    implemented: int
    completed: int


def tasks_done(found: QuerySet[Assignment], today: date) -> TasksDone:
    """One query."""
    behind = Count("task_id", distinct=True, filter=~standing_condition(Standing.IMPLEMENTED, today))
    undone = Count("task_id", distinct=True, filter=Q(done_on__isnull=True))
    row = found.order_by().aggregate(total=Count("task_id", distinct=True), behind=behind, undone=undone)
    return TasksDone(row["total"], row["total"] - row["behind"], row["total"] - row["undone"])


@dataclass(frozen=True)
class TaskRow:
    """One line of the plan with how its obligations stand."""

    task_id: int
    # Not a row of the table: only the columns that a list shows.
    line: TaskLine
    first_due_on: date | None
    last_due_on: date | None
    from_on: date
    tally: Tally
    leads: tuple[str, ...]
    assignment_id: int | None


_LINE = (
    *("field", "number", "text", "product", "deadline_kind", "deadline_words", "event", "each"),
    *("due_on", "quarter"),
)


class Whole(StrEnum):
    """Tasks of which every agency has come so far; what `tasks_done` counts."""

    IMPLEMENTED = "implemented"
    COMPLETED = "completed"


def task_rows(
    found: QuerySet[Assignment], today: date, whole: Whole | None = None
) -> QuerySet[Assignment, dict[str, Any]]:
    """The lines of a plan in its order, to be paged, and then made rows by `rows_of_tasks`."""
    names = {f"line_{name}": F(f"line__{name}") for name in _LINE}
    grouped = found.order_by().values("task_id", "line_id", position=F("line__position"), **names)
    # Rows of values: what they hold is told by the two lines above and below.
    groups = cast("QuerySet[Assignment, dict[str, Any]]", grouped).annotate(
        **_counts(today),
        total=Count("id"),
        first_due=Min("due_on"),
        last_due=Max("due_on"),
        from_on=Min("assigned_on"),
        only=Min("id"),
        lead=Min("organisation_id"),
    )
    ordered = groups.order_by(F("line_field"), F("position"), "task_id")
    if whole is not None:
        reached = F("implemented") if whole is Whole.IMPLEMENTED else F("on_time") + F("late")
        ordered = ordered.filter(total=reached)
    return cast("QuerySet[Assignment, dict[str, Any]]", ordered)


def rows_of_tasks(
    groups: Iterable[dict[str, Any]], today: date, class_names: Mapping[str, str]
) -> list[TaskRow]:
    """With who leads as the document says it; two queries for one page."""
    kept = list(groups)
    lead = LineAgency.Part.LEAD
    said = LineAgency.objects.filter(line_id__in=[group["line_id"] for group in kept], part=lead)
    agencies = list(said.values_list("line_id", "organisation_id", "agency_class"))
    ids = {one for _line, one, _class in agencies if one} | {group["lead"] for group in kept}
    names = names_on(ids, today)
    leads: dict[int, list[str]] = {}
    for line_id, organisation_id, code in agencies:
        word = names.get(organisation_id, "") if organisation_id else class_names.get(code, code)
        leads.setdefault(line_id, []).append(word)
    return [_task_row(group, leads.get(group["line_id"], [])) for group in kept]


def _task_row(group: dict[str, Any], leads: list[str]) -> TaskRow:
    tally = _tally(group)
    return TaskRow(
        task_id=group["task_id"],
        line=TaskLine(**{name: group[f"line_{name}"] for name in _LINE}),
        first_due_on=group["first_due"],
        last_due_on=group["last_due"],
        from_on=group["from_on"],
        tally=tally,
        leads=tuple(leads),
        assignment_id=group["only"] if tally.assigned == 1 else None,
    )


@dataclass(frozen=True)
class Month:
    """What is due in one calendar month."""

    year: int
    month: int
    tally: Tally

    @property
    def key(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def by_month(found: QuerySet[Assignment], today: date) -> list[Month]:
    """The months in which something is due, in their order; one query."""
    dated = found.filter(due_on__isnull=False).order_by()
    groups = dated.values(year=ExtractYear("due_on"), month=ExtractMonth("due_on")).annotate(**_counts(today))
    rows = [Month(group["year"], group["month"], _tally(group)) for group in groups]
    return sorted(rows, key=lambda row: row.key)


@dataclass(frozen=True)
class ListRow:
    """One obligation in a list."""

    assignment: Assignment
    agency: str
    division: str
    is_overdue: bool
    days_overdue: int


def listed(found: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """The most urgent first: without a deadline after those that have one, what is done last."""
    return found.select_related("line", "task__plan", "officer").order_by(
        F("done_on").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "id"
    )


def list_rows(assignments: Iterable[Assignment], today: date) -> list[ListRow]:
    """One page of a list, with names; one query."""
    kept = list(assignments)
    ids = {one.organisation_id for one in kept} | {one.division_id for one in kept if one.division_id}
    names = names_on(ids, today)
    rows = []
    for one in kept:
        late = is_overdue_now(one, today)
        days = (today - one.due_on).days if late and one.due_on else 0
        division = names.get(one.division_id, "") if one.division_id else ""
        rows.append(ListRow(one, names.get(one.organisation_id, ""), division, late, days))
    return rows


def is_overdue_now(one: Assignment, today: date) -> bool:
    """The same as the condition of the database, of one row."""
    is_over = one.due_on is not None and one.due_on < today
    return is_over and one.done_on is None and one.ended_on is None and not one.is_waiting


def tallies_of_plans(plan_ids: Iterable[int], actor: Actor, today: date) -> dict[int, Tally]:
    """How the obligations of each plan stand, of those that the person may see; one query."""
    seen = assignments_seen_by(actor).filter(task__plan_id__in=list(plan_ids), ended_on__isnull=True)
    return {int(group.key): group.tally for group in _grouped(seen, "task__plan_id", today)}
