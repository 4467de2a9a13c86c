"""The dossiers behind a number: codes, steps and verdicts, never people; on the page and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_date
from openpar.common.workbooks import Column, SheetSpec, write_workbook
from openpar.delivery.dossiers.figure_columns import COUNTS, codes_counted
from openpar.delivery.dossiers.queries.lists import (
    MOST_SORTED,
    DossierRow,
    Sort,
    codes_behind,
    organisation_ids,
    procedure_names,
    rows_of_codes,
    sorted_codes,
)
from openpar.delivery.dossiers.queries.measures import BASES, Measure, basis_of
from openpar.delivery.figures.forms import form_codes
from openpar.delivery.figures.queries.rollup import agencies_signed
from openpar.engine.verdicts import Verdict
from openpar.web.components.paging import Slice, slice_of
from openpar.web.dossiers.common import Filter, filter_choices, filter_of, frame
from openpar.web.dossiers.words import INDEX, VERDICTS, channel_word, count_word, status_word
from openpar.web.http import AuthenticatedRequest, page, today
from openpar.web.procedures.common import asked_number
from openpar.web.procedures.listing import workbook_answer

# A file of more rows is of no use to anybody who reads it.
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Row:
    """One dossier of the list, its values prepared."""

    code: str
    link: str
    agency: str
    procedure: str
    channel: str
    status: str
    received_on: date | None
    original_due_on: date | None
    due_on: date | None
    ended_on: date | None
    verdict: tuple[str, str]
    index: tuple[str, str]
    days_late: int


@dataclass(frozen=True)
class Behind:
    """Which number is looked behind: what any of the measures counts, or any of the counts of a form.

    `said`: the figure where the reader comes from.
    """

    asked: Filter
    measures: tuple[Measure, ...]
    counts: tuple[str, ...]
    basis: str
    sort: Sort
    codes: Sequence[str]
    said: int | None

    @property
    def title(self) -> str:
        """What is listed, in words."""
        words = [count_word(name) for name in self.counts] or [str(one.label) for one in self.measures]
        return "; ".join(words)

    @property
    def chosen(self) -> str:
        """The measure as the field offers it; empty for several, and for counts of a form."""
        return self.measures[0].value if len(self.measures) == 1 and not self.counts else ""

    @property
    def together(self) -> dict[str, str]:
        """Several at once, as the address asks for them."""
        if self.chosen:
            return {}
        return {"counts": ",".join(self.counts)} if self.counts else {"measures": ",".join(self.measures)}

    @property
    def file_word(self) -> str:
        """What is listed, for the name of a file."""
        return "-".join(self.counts or self.measures)


def behind(request: AuthenticatedRequest) -> Behind:
    """The codes that the address asks for; a word that is none of a list asks for what is usual."""
    asked, given = _of_signed(request, filter_of(request)), request.GET
    name, basis, sort = given.get("measure", ""), given.get("basis", ""), given.get("sort", "")
    counts = tuple(word for word in given.get("counts", "").split(",") if word in COUNTS)
    several = [word for word in given.get("measures", "").split(",") if word in Measure.values]
    measures = tuple(map(Measure, several)) or (Measure.RECEIVED,)
    if name in Measure.values:
        measures, counts = (Measure(name),), ()
    basis = basis if basis in BASES else ""
    return Behind(
        asked,
        measures,
        counts,
        basis or basis_of(measures[0]),
        Sort(sort) if sort in [one.value for one in Sort] else Sort.CODE,
        codes_counted(asked.asked, counts) if counts else codes_behind(asked.asked, *measures, basis=basis),
        asked_number(request, "said"),
    )


def _of_signed(request: AuthenticatedRequest, asked: Filter) -> Filter:
    """Only those whose signed figures a roll-up adds, where the address names its form."""
    form, level = request.GET.get("form", ""), request.GET.get("level", "")
    if form not in form_codes():
        return asked
    signed, seen = agencies_signed(form, asked.view.period, level, asked.sector), asked.asked.organisations
    among = signed if seen is None else signed & seen
    return replace(asked, asked=replace(asked.asked, organisations=among))


@page("GET")
def dossiers(request: AuthenticatedRequest) -> HttpResponse:
    found = behind(request)
    codes: Slice[str] = slice_of(request, sorted_codes(found.codes, found.sort, today()))
    context: dict[str, object] = {
        **frame(request, "dossiers"),
        **filter_choices(request, found.asked),
        "behind": found,
        "slice": codes,
        "rows": shown_rows(rows_of_codes(codes.items, today())),
        "measures": Measure.choices,
        "bases": bases(),
        "sorts": sorts(),
        "is_sorted": len(found.codes) <= MOST_SORTED,
        "most_exported": MOST_EXPORTED,
        "query": request.GET.urlencode(),
        "kept": found.together | {name: given for name in _KEPT if (given := request.GET.get(name))},
    }
    if found.asked.view.gaps:
        context["refused_gaps"] = found.asked.view.gaps
    return render(request, "dossiers/dossiers.html", context, status=422 if found.asked.view.gaps else 200)


# What the fields of the filter do not offer and must not lose.
_KEPT = ("form", "level")


def bases() -> list[tuple[str, str]]:
    return [("received", _("Tiếp nhận")), ("due", _("Đến hạn")), ("ended", _("Kết thúc"))]


def sorts() -> list[tuple[str, str]]:
    return [
        (Sort.CODE.value, _("Mã hồ sơ")),
        (Sort.RECEIVED.value, _("Ngày tiếp nhận")),
        (Sort.DUE.value, _("Hạn trả")),
        (Sort.ENDED.value, _("Ngày kết thúc")),
        (Sort.LATEST.value, _("Trễ nhiều nhất")),
    ]


def shown_rows(rows: Sequence[DossierRow]) -> list[Row]:
    """Rows with words; two queries however many there are."""
    ids = organisation_ids({row.agency for row in rows})
    names = names_on(ids.values(), today())
    procedures = procedure_names({row.procedure for row in rows})
    prefix = reverse("dossier", args=["-"]).removesuffix("-/")
    return [
        Row(
            code=row.code,
            link=reverse("dossier", args=[row.code]) if "/" in row.code else f"{prefix}{row.code}/",
            agency=names.get(ids.get(row.agency, 0), row.agency),
            procedure=procedures.get(row.procedure, row.procedure),
            channel=channel_word(row.channel),
            status=status_word(row.status),
            received_on=row.received_on,
            original_due_on=row.original_due_on,
            due_on=row.due_on,
            ended_on=row.ended_on,
            verdict=verdict_pill(row.verdict),
            index=(INDEX[row.index][0], str(INDEX[row.index][1])),
            days_late=row.days_late,
        )
        for row in rows
    ]


def verdict_pill(verdict: Verdict | None) -> tuple[str, str]:
    """The state and the word of a legal verdict."""
    state, word = VERDICTS[verdict or Verdict.NOT_RECEIVED]
    return state, str(word)


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    """The whole list as a workbook: what the page shows, all pages of it."""
    found = behind(request)
    codes = sorted_codes(found.codes, found.sort, today())[:MOST_EXPORTED]
    rows = shown_rows(rows_of_codes(codes, today()))
    period = found.asked.view.period
    heading = [f"{found.title}: {len(found.codes)} hồ sơ", period.words]
    if len(found.codes) > MOST_EXPORTED:
        heading.append(f"Chỉ xuất {MOST_EXPORTED} hồ sơ đầu")
    spec = SheetSpec(
        name="Hồ sơ",
        columns=_COLUMNS,
        rows=[_cells(number, row) for number, row in enumerate(rows, start=1)],
        heading=(*heading, f"Lập ngày {format_date(today())}"),
        frozen_columns=2,
    )
    output = BytesIO()
    write_workbook(output, [spec])
    name = f"ho-so-{found.file_word}-{period.from_on:%Y%m%d}-{period.until_on:%Y%m%d}.xlsx"
    return workbook_answer(output.getvalue(), name)


# In Vietnamese whatever language the reader has chosen, like every document.
_COLUMNS = (
    *(Column("STT", 6), Column("Mã hồ sơ", 24), Column("Đơn vị", 30), Column("Thủ tục", 44)),
    *(Column("Kênh", 14), Column("Trạng thái", 18), Column("Tiếp nhận", 12), Column("Hạn đầu tiên", 12)),
    *(
        Column("Hạn tính", 12),
        Column("Kết thúc", 12),
        Column("Theo NĐ 61/2018", 16),
        Column("Theo QĐ 766", 14),
    ),
    Column("Số ngày làm việc trễ", 12),
)


def _cells(number: int, row: Row) -> list[Any]:
    return [
        *(number, row.code, row.agency, row.procedure, row.channel, row.status, row.received_on),
        *(row.original_due_on, row.due_on, row.ended_on, row.verdict[1], row.index[1]),
        row.days_late or None,
    ]
