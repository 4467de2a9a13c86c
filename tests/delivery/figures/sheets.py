"""Sheets of figures for the tests, made by the same actions that people use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

import openpyxl

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.delivery.figures.actions.filling import bring_in_figures, save_figures
from openpar.delivery.figures.actions.opening import PeriodAsked, open_sheet
from openpar.delivery.figures.actions.signing import explain_gaps, sign_off
from openpar.delivery.figures.files import FigureFile
from openpar.delivery.figures.models import FigureRevision, FigureSheet
from openpar.delivery.figures.queries.sheets import SheetView, sheet_view
from openpar.delivery.figures.rows import Line
from openpar.engine.periods import Calendar, PeriodKind
from tests import factories

AT = datetime(2026, 10, 5, 9, 0, tzinfo=VIETNAM)
II_06A, FORM_06, II_07B = "II.06a/VPCP/KSTT", "06/VPCP/KSTT", "II.07b/VPCP/KSTT"
NAMES = (
    *("received", "online", "in_person", "carried_over", "resolved", "early", "on_time", "late"),
    *("in_process", "in_time", "overdue"),
)
# What VP UBND tỉnh Sơn La published for 15/12/2021–09/06/2022.
SON_LA = {
    "received": 675,
    "resolved": 635,
    "early": 567,
    "on_time": 68,
    "late": 0,
    "returned": 18,
    "in_process": 18,
}


@dataclass(frozen=True)
class Office:
    """An agency with its officer and its head."""

    agency: Organisation
    officer: Actor
    head: Actor


def office(name: str = "Sở Y tế", *, kind: Kind = Kind.DEPARTMENT) -> Office:
    agency = factories.organisation(name, kind=kind)
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Trần Thị Lan")
    return Office(agency, officer, factories.actor_as(Role.AGENCY_HEAD, agency, "Lê Văn Hùng"))


def quarter(number: int = 3, year: int = 2026) -> PeriodAsked:
    return PeriodAsked(Calendar.REFORM, PeriodKind.QUARTER, year, number)


def month(number: int, year: int = 2026) -> PeriodAsked:
    return PeriodAsked(Calendar.REFORM, PeriodKind.MONTH, year, number)


def year(number: int = 2025) -> PeriodAsked:
    return PeriodAsked(Calendar.REFORM, PeriodKind.YEAR, number)


def counts(
    *,
    online: int = 60,
    in_person: int = 30,
    carried_over: int = 10,
    early: int = 50,
    on_time: int = 25,
    late: int = 5,
    in_time: int = 18,
    overdue: int = 2,
) -> dict[str, int]:
    """A row that adds up (100 received) unless it is told otherwise."""
    return {
        "received": online + in_person + carried_over,
        "online": online,
        "in_person": in_person,
        "carried_over": carried_over,
        "resolved": early + on_time + late,
        "early": early,
        "on_time": on_time,
        "late": late,
        "in_process": in_time + overdue,
        "in_time": in_time,
        "overdue": overdue,
    }


def line(label: str = "Hộ tịch", block: str = "", given: Mapping[str, int] | None = None, **own: int) -> Line:
    return Line(block, label, counts(**own) if given is None else given)


def total(given: Mapping[str, int], block: str = "") -> Line:
    return Line(block, "", given, is_total=True)


def opened(
    who: Office,
    asked: PeriodAsked | None = None,
    *,
    form: str = II_06A,
    placement: str = "inside",
    until_on: date | None = None,
) -> FigureSheet:
    return open_sheet(
        by=who.officer,
        at=AT,
        organisation_id=who.agency.pk,
        form_code=form,
        asked=asked or quarter(),
        placement=placement if form != II_07B else "",
        until_on=until_on,
    )


def newest(sheet: FigureSheet) -> FigureRevision:
    found = FigureRevision.objects.filter(sheet=sheet).order_by("-number").first()
    assert found is not None
    return found


def saved(who: Office, sheet: FigureSheet, *lines: Line) -> int:
    revision = newest(sheet)
    changed = save_figures(
        by=who.officer, at=AT, revision_id=revision.pk, expected_version=revision.version, lines=lines
    )
    return changed.cells


def explained(who: Office, sheet: FigureSheet, text: str = "Do nhập thiếu") -> int:
    """Every open gap of the draft, explained."""
    view, revision = view_of(sheet), newest(sheet)
    return explain_gaps(
        by=who.officer,
        at=AT,
        revision_id=revision.pk,
        expected_version=revision.version,
        places=[each.found.id for each in view.judged],
        text=text,
    )


def signed(who: Office, sheet: FigureSheet) -> FigureRevision:
    revision = newest(sheet)
    return sign_off(by=who.head, at=AT, revision_id=revision.pk, expected_version=revision.version)


def sent(
    who: Office, asked: PeriodAsked, *lines: Line, form: str = II_06A, placement: str = "inside"
) -> FigureSheet:
    """A sheet that is filled and signed, what does not add up explained."""
    sheet = opened(who, asked, form=form, placement=placement)
    saved(who, sheet, *lines)
    if view_of(sheet).unexplained:
        explained(who, sheet)
    signed(who, sheet)
    return sheet


def view_of(sheet: FigureSheet, number: int | None = None) -> SheetView:
    found = sheet_view(sheet.pk, number)
    assert found is not None
    return found


def told(sheet: FigureSheet) -> dict[tuple[str, str], int | None]:
    """The gap of everything that does not hold or stays open, by row and identity."""
    return {
        (each.found.where, each.found.finding.identity): each.found.finding.gap
        for each in view_of(sheet).judged
    }


def brought_in(who: Office, sheet: FigureSheet, content: bytes, name: str = "so-lieu.xlsx") -> int:
    revision = newest(sheet)
    changed = bring_in_figures(
        by=who.officer,
        at=AT,
        revision_id=revision.pk,
        expected_version=revision.version,
        file=FigureFile(name, content),
    )
    return changed.cells


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    output = BytesIO()
    book.save(output)
    return output.getvalue()


def numbered(columns: int = 13) -> list[str]:
    """The row of column numbers."""
    return [f"({number})" for number in range(1, columns + 1)]


def cells(label: str, given: Mapping[str, object], ordinal: object = 1) -> list[object]:
    """A row of II.06a as it stands in a file."""
    return [ordinal, label, *(given.get(name) for name in NAMES)]
