"""The board: counts by field and by agency, the list behind every count, the workbook, the taxonomy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.formats import format_date
from openpar.common.spreadsheets import Column, SheetSpec, write_workbook
from openpar.reform.fields import field_name, field_short_name
from openpar.reform.findings.lateness import days_overdue, lateness_words
from openpar.reform.findings.models import Finding, FindingState, FoundBy, Severity
from openpar.reform.findings.queries.board import (
    OVERDUE_WORD,
    OWED_WORD,
    Asked,
    Counted,
    Tally,
    agencies_seen,
    counted,
    findings_asked,
    years_seen,
)
from openpar.reform.findings.taxonomy import entries
from openpar.web.components.paging import slice_of
from openpar.web.findings.common import (
    Links,
    Pill,
    asked_of,
    field_choices,
    frame,
    late_pill,
    may_enter,
    side,
    state_choices,
    state_pill,
)
from openpar.web.findings.leaf_field import leaf_link, this_year
from openpar.web.http import AuthenticatedRequest, page, today
from openpar.web.procedures.listing import workbook_answer

MOST_EXPORTED = 10_000
_VIEWS = ("list", "fields", "agencies")


@dataclass(frozen=True)
class Row:
    """One finding of the list, its values prepared."""

    id: int
    text: str
    unit: str
    field: str
    code: str
    source: str
    leaf: str
    leaf_link: str
    points: Decimal | None
    is_lost: bool
    pill: Pill
    late: Pill | None
    deadline: date | None
    earlier_years: str


@dataclass(frozen=True)
class TallyRow:
    """One field or agency with its counts; every count leads to its list."""

    label: str
    link: str
    cells: tuple[tuple[str, int, str], ...]
    points: Decimal


@page("GET")
def findings(request: AuthenticatedRequest) -> HttpResponse:
    who, day = side(request), today()
    base = frame(request, "findings")
    asked = asked_of(request.GET, who)
    found = findings_asked(who, asked, day)
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "list"
    links = Links(asked, reverse("findings"))
    counts = counted(found, day)
    context: dict[str, object] = {
        **base,
        **_choices(asked, who, day),
        "asked": asked,
        "view": view,
        "views": [
            (label, links.to(view=name), name == view, None)
            for name, label in (
                ("list", _("Danh sách")),
                ("fields", _("Theo lĩnh vực")),
                ("agencies", _("Theo đơn vị")),
            )
        ],
        "figures": _figures(counts.whole, links),
        "points": counts.whole.points,
        "at_stake": counts.whole.at_stake,
        "may_enter": may_enter(who),
        "query": request.GET.urlencode(),
    }
    if view == "list":
        rows = found.select_related("unit").order_by("-year", "unit__name_sort", "field", "id")
        listed = slice_of(request, rows)
        context["slice"] = listed
        running = this_year(who, listed.items)
        context["rows"] = [_row(one, day, running.get(one.pk, "")) for one in listed.items]
    else:
        context["tallies"] = _tallies(counts, view, links, day)
    return render(request, "findings/findings.html", context)


def _choices(asked: Asked, who: Actor, day: date) -> dict[str, object]:
    years = [("all", _("Mọi năm")), *((str(year), str(year)) for year in years_seen(who))]
    return {
        "years": years,
        "fields": field_choices(day),
        "agencies": agencies_seen(who, asked.year, day),
        "states": state_choices(),
        "sources": FoundBy.choices,
    }


def _figures(whole: Tally, links: Links) -> list[tuple[str, int, str]]:
    return [
        (_("Tất cả"), whole.total, links.to({"state": "", "is_recurring": False})),
        (_("Còn phải khắc phục"), whole.owed, links.to({"state": OWED_WORD})),
        (_("Quá hạn"), whole.overdue, links.to({"state": OVERDUE_WORD})),
        (_("Chờ xác nhận"), whole.reported, links.to({"state": FindingState.REPORTED.value})),
        (_("Đã khắc phục"), whole.closed, links.to({"state": FindingState.CLOSED.value})),
        (_("Lặp lại"), whole.recurring, links.to({"is_recurring": True})),
    ]


def _tallies(counts: Counted, view: str, links: Links, day: date) -> list[TallyRow]:
    if view == "fields":
        return [
            _tally_row(field_short_name(code, day), tally, links, {"field": code})
            for code, tally in counts.by_field
        ]
    return [
        _tally_row(one.name, one.tally, links, {"organisation_id": one.organisation_id})
        for one in counts.by_agency
    ]


def _tally_row(label: str, tally: Tally, links: Links, where: dict[str, object]) -> TallyRow:
    states: tuple[tuple[str, int, dict[str, object]], ...] = (
        (_("Tất cả"), tally.total, {}),
        (_("Còn phải khắc phục"), tally.owed, {"state": OWED_WORD}),
        (_("Quá hạn"), tally.overdue, {"state": OVERDUE_WORD}),
        (_("Chờ xác nhận"), tally.reported, {"state": FindingState.REPORTED.value}),
        (_("Đã khắc phục"), tally.closed, {"state": FindingState.CLOSED.value}),
        (_("Lặp lại"), tally.recurring, {"is_recurring": True}),
    )
    cells = tuple((name, count, links.to({**where, **more})) for name, count, more in states)
    return TallyRow(label, cells[0][2], cells, tally.points)


def _row(one: Finding, day: date, running: str) -> Row:
    return Row(
        id=one.pk,
        text=one.text,
        unit=one.unit.name,
        field=field_short_name(one.field, one.period_until),
        code=one.code,
        source=str(FoundBy(one.found_by).label),
        leaf=one.leaf_code,
        leaf_link=leaf_link(one, running),
        points=one.points_at_stake,
        is_lost=one.is_of_publication,
        pill=state_pill(one),
        late=late_pill(one, day),
        deadline=one.deadline,
        earlier_years=one.earlier_years,
    )


@page("GET")
def taxonomy(request: AuthenticatedRequest) -> HttpResponse:
    """The codes with their source and how certain they are."""
    day = today()
    context = {
        **frame(request, "findings-taxonomy"),
        "rows": [
            (one, field_short_name(one.field, day), Severity(one.severity).label) for one in entries(day)
        ],
        "certainties": {
            "V": _("đã đối chiếu"),
            "S": _("theo nguồn báo chí"),
            "R": _("thông lệ, cần xác nhận"),
        },
    }
    return render(request, "findings/taxonomy.html", context)


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    """The whole list as a workbook: what the page shows, all pages of it."""
    frame(request, "findings")
    who, day = side(request), today()
    asked = asked_of(request.GET, who)
    found = findings_asked(who, asked, day).select_related("unit")
    rows = found.order_by("-year", "unit__name_sort", "field", "id")
    total = found.count()
    heading = [f"Tồn tại, hạn chế: {total}"]
    if asked.year is not None:
        heading.append(f"Năm {asked.year}")
    if total > MOST_EXPORTED:
        heading.append(f"Chỉ xuất {MOST_EXPORTED} dòng đầu")
    spec = SheetSpec(
        name="Tồn tại, hạn chế",
        columns=_COLUMNS,
        rows=[_cells(number, one, day) for number, one in enumerate(rows[:MOST_EXPORTED], start=1)],
        heading=(*heading, f"Lập ngày {format_date(day)}"),
        frozen_columns=2,
    )
    output = BytesIO()
    write_workbook(output, [spec])
    return workbook_answer(output.getvalue(), f"ton-tai-han-che-{day:%Y-%m-%d}.xlsx")


# In Vietnamese whatever language the reader has chosen, like every document.
_COLUMNS = (
    *(Column("STT", 6), Column("Đơn vị", 30), Column("Tồn tại, hạn chế", 60), Column("Lĩnh vực", 28)),
    *(Column("Mã", 8), Column("Nguồn", 20), Column("Văn bản, kỳ", 30), Column("Mức độ", 14)),
    *(Column("Năm", 8), Column("Lặp lại từ các năm", 16), Column("Tiêu chí", 10), Column("Điểm bị mất", 10)),
    Column("Điểm có thể mất", 10),
    *(Column("Biện pháp", 40), Column("Hạn", 12), Column("Trạng thái", 20), Column("Đúng hạn, quá hạn", 20)),
    *(Column("Số ngày quá hạn", 10), Column("Báo cáo ngày", 12), Column("Xác nhận ngày", 12)),
)


def _cells(number: int, one: Finding, day: date) -> list[str | int | Decimal | date | None]:
    lost, at_stake = (one.points_at_stake, None) if one.is_of_publication else (None, one.points_at_stake)
    return [
        *(number, one.unit.name, one.text, field_name(one.field, one.period_until), one.code),
        *(str(FoundBy(one.found_by).label), one.source_text, str(Severity(one.severity).label), one.year),
        *(one.earlier_years, one.leaf_code, lost, at_stake, one.remedy, one.deadline),
        *(str(FindingState(one.state).label), lateness_words(one, day), days_overdue(one, day) or None),
        *(one.reported_on, one.closed_on),
    ]
