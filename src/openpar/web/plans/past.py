"""A plan on an earlier day, told from the recorded history: its version, its counts, how each task stood.

With it stand the tasks that a replacement or a change had taken away by then, by which document and clause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.engine.tasks import Bucket, Standing, Tally
from openpar.reform.fields import field_name
from openpar.reform.plans.models import EndKind
from openpar.reform.plans.permissions import may_edit_plan, sees_all_plans
from openpar.reform.plans.queries.counting import Counted, LeftOut, count_on
from openpar.reform.plans.queries.lists import assignments_seen_by
from openpar.web.components.paging import slice_of
from openpar.web.findings.common import side
from openpar.web.http import AuthenticatedRequest, actor, asked_day, page, today
from openpar.web.plans.columns import COLUMNS, column_words
from openpar.web.plans.common import Pill, frame, overdue_words, visible_plan

_TASKS_A_PAGE = 100
# Who presses comes first.
_ORDER = (Bucket.OVERDUE, Bucket.IN_TIME, Bucket.LATE, Bucket.ON_TIME)


@dataclass(frozen=True)
class PastRow:
    """One obligation as it stood on the day."""

    text: str
    agency: str
    due_on: date | None
    pill: Pill
    is_excused: bool
    link: str


@dataclass(frozen=True)
class LeftRow:
    """One task that some agencies do not owe any more: since when, why, by which document and clause."""

    text: str
    kind: str
    on: date | None
    document: str
    clause: str
    agencies: tuple[str, ...]


@page("GET")
def past(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    plan = visible_plan(request, plan_id)
    asked, gaps = asked_day(request)
    day = min(asked, today())
    count = count_on(plan_id, day, among=assignments_seen_by(side(request)))
    standing = _in_order(count.behind)
    shown = slice_of(request, standing, size=_TASKS_A_PAGE)
    names = names_on({*count.by_agency, *(one.assignment.organisation_id for one in count.left_out)}, day)
    by_field = [(f"{code}. {field_name(code, day)}", tally) for code, tally in count.by_field.items()]
    by_agency = [(names.get(one, str(one)), tally) for one, tally in count.by_agency.items()]
    context = {
        **frame(request, "plans"),
        "plan": plan,
        "count": count,
        "day": day,
        "day_gaps": gaps,
        "is_later": asked > day,
        "columns": column_words(),
        "boards": [
            (_("Lĩnh vực"), [_cells(*one) for one in by_field]),
            (_("Đơn vị"), [_cells(*one) for one in sorted(by_agency, key=_most_overdue)]),
        ],
        "slice": shown,
        "rows": [_row(one, how, names) for one, how in shown.items],
        "left": _left(count.left_out, names),
        "sees_all": sees_all_plans(actor(request)) or may_edit_plan(actor(request), plan),
        "prefix": reverse("plan", args=[plan_id]),
    }
    return render(request, "plans/past.html", context)


def _cells(name: str, tally: Tally) -> tuple[str, list[int]]:
    return name, [getattr(tally, word) for word, _standing in COLUMNS]


def _most_overdue(row: tuple[str, Tally]) -> tuple[int, str]:
    return -row[1].overdue, sort_key(row[0])


def _in_order(behind: Iterable[Counted]) -> list[tuple[Counted, Standing]]:
    """Those that counted: overdue before what is in time, what is done last; then by their day."""
    counted = [(one, one.standing) for one in behind if one.standing is not None]
    return sorted(
        counted, key=lambda pair: (_ORDER.index(pair[1].bucket), pair[1].due_on or date.max, pair[0].text)
    )


def _row(one: Counted, standing: Standing, names: Mapping[int, str]) -> PastRow:
    return PastRow(
        text=one.text,
        agency=names.get(one.assignment.organisation_id, ""),
        due_on=standing.due_on,
        pill=_pill(standing),
        is_excused=standing.is_excused,
        link=f"{reverse('tasks')}{one.assignment.pk}/",
    )


def _pill(standing: Standing) -> Pill:
    if standing.bucket is Bucket.OVERDUE:
        return "bad", overdue_words(standing.days_overdue)
    if standing.is_done:
        is_late = standing.bucket is Bucket.LATE
        return ("warning", _("hoàn thành trễ hạn")) if is_late else ("done", _("hoàn thành đúng hạn"))
    if standing.is_waiting:
        return "sent", _("chờ xác nhận")
    return ("active", _("đã triển khai")) if standing.is_started else ("empty", _("chưa triển khai"))


def _left(found: Iterable[LeftOut], names: Mapping[int, str]) -> list[LeftRow]:
    """One row for the agencies that lost the same task by the same document, the latest first."""
    agencies: defaultdict[LeftRow, list[str]] = defaultdict(list)
    for one in found:
        owed = one.assignment
        kind = str(EndKind(owed.end_kind).label)
        row = LeftRow(owed.line.text, kind, owed.ended_on, one.document_number, one.clause, ())
        agencies[row].append(names.get(owed.organisation_id, ""))
    rows = [
        LeftRow(row.text, row.kind, row.on, row.document, row.clause, tuple(sorted(some, key=sort_key)))
        for row, some in agencies.items()
    ]
    return sorted(rows, key=lambda row: (row.on or date.min, row.document), reverse=True)
