"""What the pages of figures share: the period asked for, who may see, the sheet, the heads of its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.workbook_heads import head_cells, head_depth
from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.forms import form_codes
from openpar.delivery.figures.models import CalendarChoice, KindChoice, RevisionState
from openpar.delivery.figures.permissions import (
    agencies_entered_by,
    may_enter_figures,
    may_return_figures,
    may_see_figures,
    may_sign_figures,
    sees_all_figures,
)
from openpar.delivery.figures.queries.sheets import SheetView, sheet_view
from openpar.engine.forms import Form
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, period_of
from openpar.web.http import AuthenticatedRequest, actor

PILLS: Mapping[RevisionState, str] = {
    RevisionState.DRAFT: "draft",
    RevisionState.SIGNED: "done",
    RevisionState.RETURNED: "bad",
    RevisionState.REPLACED: "ended",
}
_YEARS_BACK = 6
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Form and period of the address, with why a period could not be had (then it is the usual one)."""

    form_code: str
    asked: PeriodAsked
    period: Period
    gaps: tuple[Gap, ...] = ()

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        one = self.asked
        return urlencode(
            {
                "form": self.form_code,
                "calendar": one.calendar.value,
                "kind": one.kind.value,
                "year": one.year,
                "number": one.number,
            }
        )


def usual_period(calendar: Calendar, kind: PeriodKind, day: date) -> Period:
    """The period that ended last before a day; the current one where none of that year has ended."""
    try:
        now = period_of(calendar, kind, day)
    except BadPeriod:
        # Nine months that are over; their year is that of the day.
        return period_of(calendar, kind, date(day.year, 9, 1))
    if now.until_on < day:
        return now
    try:
        return period_of(calendar, kind, now.from_on - _ONE_DAY)
    except BadPeriod:
        return now


def asked_of(given: QueryDict, day: date) -> Asked:
    """What an address or a form asks for; words that are none of a list are passed over."""
    codes = form_codes()
    code = given.get("form", "")
    calendar = Calendar(_one_of(given.get("calendar", ""), [one.value for one in Calendar]))
    kind = PeriodKind(
        _one_of(given.get("kind", ""), [one.value for one in PeriodKind], PeriodKind.QUARTER.value)
    )
    usual = usual_period(calendar, kind, day)
    year, number = _whole(given.get("year")) or usual.year, _whole(given.get("number"))
    if number is None:
        number = usual.number if year == usual.year else 1
    asked = PeriodAsked(calendar, kind, year, number)
    form_code = code if code in codes else codes[0]
    try:
        return Asked(form_code, asked, asked.period())
    except FiguresRefused as refused:
        fallback = PeriodAsked(calendar, kind, usual.year, usual.number)
        return Asked(form_code, fallback, usual, refused.gaps)


def _one_of(text: str, known: list[str], usual: str = "") -> str:
    return text if text in known else usual or known[0]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else None


def choices(asked: Asked, day: date) -> dict[str, object]:
    """What the fields of the filter offer."""
    years = range(day.year + 1, day.year - _YEARS_BACK, -1)
    return {
        "asked": asked,
        "forms_known": [(code, code) for code in form_codes()],
        "calendars": CalendarChoice.choices,
        "kinds": KindChoice.choices,
        "years": [(year, str(year)) for year in sorted({*years, asked.asked.year}, reverse=True)],
        "numbers": numbers_of(asked.asked.kind),
    }


def numbers_of(kind: PeriodKind) -> list[tuple[int, str]]:
    """The periods of a kind within a year; none to choose where there is one."""
    if kind is PeriodKind.MONTH:
        return [(number, _("Tháng %d") % number) for number in range(1, 13)]
    if kind is PeriodKind.QUARTER:
        return [(number, _("Quý %s") % word) for number, word in enumerate(("I", "II", "III", "IV"), start=1)]
    if kind is PeriodKind.HALF:
        return [(1, _("Đầu năm")), (2, _("Cuối năm"))]
    return []


def frame(request: AuthenticatedRequest, here: str, asked: Asked | None = None) -> dict[str, object]:
    """The tabs of the subject. 404 for whoever has nothing to see here."""
    who = actor(request)
    if not (sees_all_figures(who) or agencies_entered_by(who)):
        raise Http404
    pages = [("figures", _("Phiếu số liệu")), ("figures-evaluation", _("Đánh giá theo TT 01/2018"))]
    if sees_all_figures(who):
        pages.insert(1, ("figures-rollup", _("Tổng hợp toàn tỉnh")))
    ending = f"?{asked.query}" if asked else ""
    return {"tabs": [(label, reverse(name) + ending, name == here, None) for name, label in pages]}


def visible_sheet(request: AuthenticatedRequest, sheet_id: int, number: int | None = None) -> SheetView:
    """The sheet; 404 for whoever may not see the agency's figures."""
    view = sheet_view(sheet_id, number)
    if view is None or not may_see_figures(actor(request), view.sheet.organisation_id):
        raise Http404
    return view


def own_draft(request: AuthenticatedRequest, sheet_id: int) -> SheetView:
    """The newest revision for somebody of the agency; 404 for everybody else."""
    view = visible_sheet(request, sheet_id)
    if not may_enter_figures(actor(request), view.sheet.organisation_id):
        raise Http404
    return view


@dataclass(frozen=True)
class Rights:
    """What the person who asks may do with a sheet, whatever its state."""

    enters: bool
    signs: bool
    returns: bool


def rights(request: AuthenticatedRequest, view: SheetView) -> Rights:
    who, agency = actor(request), view.sheet.organisation_id
    return Rights(may_enter_figures(who, agency), may_sign_figures(who, agency), may_return_figures(who))


@dataclass(frozen=True)
class Head:
    """One heading of the table."""

    text: str
    rows: int
    columns: int


def heads(form: Form) -> list[list[Head]]:
    """The rows of headings, merged as the form prints them."""
    paths = [column.path for column in form.columns]
    found: list[list[Head]] = [[] for _level in range(head_depth(paths))]
    for cell in head_cells(paths):
        head = Head(cell.text, cell.bottom - cell.top + 1, cell.right - cell.left + 1)
        found[cell.top].append(head)
    return found
