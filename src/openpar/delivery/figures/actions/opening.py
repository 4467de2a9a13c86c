"""A sheet begins: form, agency and period; and its head is put right while it is a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.delivery.figures.actions.shared import (
    grown,
    refuse_if,
    refuse_unless_enters,
    take_draft,
    trace,
)
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.forms import form_valid_on, text_column
from openpar.delivery.figures.models import (
    FigureLine,
    FigureRevision,
    FigureSheet,
    GapExplanation,
    RevisionState,
)
from openpar.delivery.figures.queries.loading import legal_period
from openpar.delivery.figures.queries.neighbours import before_period
from openpar.engine.forms import Form
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, period


@dataclass(frozen=True)
class PeriodAsked:
    """Which period of which calendar, as somebody chose it."""

    calendar: Calendar
    kind: PeriodKind
    year: int
    number: int = 1

    def period(self) -> Period:
        """Raises FiguresRefused if there is no such period."""
        try:
            return period(self.calendar, self.kind, self.year, self.number)
        except BadPeriod as bad:
            raise FiguresRefused(Gap(_("Kỳ báo cáo"), str(bad), code="no-period")) from None


def open_sheet(
    *,
    by: Actor,
    at: datetime,
    organisation_id: int,
    form_code: str,
    asked: PeriodAsked,
    placement: str = "",
    until_on: date | None = None,
) -> FigureSheet:
    """The sheet of an agency and period, as a draft; one that is there already is given back unchanged.

    Rows begin with the names of the period before, without figures. Raises FiguresRefused.
    """
    with write_transaction():
        refuse_unless_enters(by, organisation_id)
        whole = asked.period()
        found = FigureSheet.objects.filter(
            organisation=organisation_id,
            form_code=form_code,
            calendar=whole.calendar.value,
            kind=whole.kind.value,
            year=whole.year,
            number=whole.number,
        ).first()
        if found is not None:
            return found
        days = _cut_off(whole, until_on)
        form = _form(form_code, days.until_on)
        here = OrganisationVersion.objects.as_of(days.until_on).filter(organisation=organisation_id).first()
        if here is None:
            what = _("đơn vị không có trong danh mục vào ngày cuối kỳ")
            raise FiguresRefused(Gap(_("Đơn vị"), what, _("Chọn kỳ khác"), code="no-agency"))
        sheet = FigureSheet.objects.create(
            organisation_id=organisation_id,
            form_code=form_code,
            calendar=whole.calendar.value,
            kind=whole.kind.value,
            year=whole.year,
            number=whole.number,
        )
        revision = FigureRevision.objects.create(
            sheet=sheet,
            number=1,
            form_version=form.version,
            placement=_placement(form, placement),
            until_on=days.until_on,
            made_by_id=by.id,
            made_at=at,
        )
        _begin_rows(revision, form, days, here.name)
        trace(sheet, "figures.opened", by=by, at=at, after=_head(revision))
        return sheet


def change_head(
    *, by: Actor, at: datetime, revision_id: int, expected_version: int, placement: str, until_on: date | None
) -> FigureRevision:
    """Where counts without a column go, and until which day was counted. Raises FiguresRefused, StaleFigures.

    Figures that stand in columns of their own are not dropped by a choice that has no such columns.
    """
    with write_transaction():
        revision = take_draft(revision_id, expected_version, by)
        days = _cut_off(legal_period(revision.sheet), until_on)
        form = _form(revision.sheet.form_code, days.until_on)
        before, wanted = _head(revision), _placement(form, placement)
        columns = {column.key for column in form.placement(wanted).columns} if wanted else set()
        own = {column.key for each in form.placements for column in each.columns}
        filled = {key for line in revision.lines.all() for key in line.counts if key in own}
        if filled - columns:
            what = _("đã có số liệu ở các cột riêng (bổ sung, trả lại, rút…)")
            remedy = _("Xóa các số đó trước, hoặc giữ cách đặt có cột riêng")
            raise FiguresRefused(Gap(_("Cách đặt"), what, remedy, code="placement-filled"))
        revision.placement, revision.until_on, revision.form_version = wanted, days.until_on, form.version
        if _head(revision) != before:
            grown(revision, "placement", "until_on", "form_version")
            trace(revision.sheet, "figures.head_changed", by=by, at=at, before=before, after=_head(revision))
        return revision


def discard_draft(*, by: Actor, at: datetime, revision_id: int, expected_version: int) -> None:
    """Drops a draft that is the next revision of signed figures, or a first one that nothing came into.

    What was returned is not put back into force by it, so its next draft stays. Raises FiguresRefused.
    """
    with write_transaction():
        revision = take_draft(revision_id, expected_version, by)
        sheet = revision.sheet
        others = sheet.revisions.exclude(pk=revision.pk)
        is_signed = others.filter(state=RevisionState.SIGNED).exists()
        if not is_signed and (others.exists() or sheet.fillings.exists()):
            what = _("chưa có bản nào khác có hiệu lực")
            raise FiguresRefused(Gap("", what, _("Sửa số liệu của bản này rồi ký"), code="only-revision"))
        trace(sheet, "figures.discarded", by=by, at=at, before=_head(revision))
        FigureLine.objects.filter(revision=revision).delete()
        GapExplanation.objects.filter(revision=revision).delete()
        revision.delete()
        if not is_signed:
            sheet.delete()


def _cut_off(whole: Period, until_on: date | None) -> Period:
    if until_on is None:
        return whole
    try:
        return whole.cut_off(until_on)
    except BadPeriod as bad:
        remedy = _("Chọn một ngày trong kỳ")
        raise FiguresRefused(Gap(_("Số liệu đến hết ngày"), str(bad), remedy, code="day-outside")) from None


def _form(code: str, on: date) -> Form:
    form = form_valid_on(code, on)
    if form is None:
        what = _("không có biểu %s vào ngày cuối kỳ") % code
        raise FiguresRefused(Gap(_("Biểu"), what, _("Chọn biểu hoặc kỳ khác"), code="no-form"))
    return form


def _placement(form: Form, wanted: str) -> str:
    """The choice, the first of the form if none was made."""
    names = [each.id for each in form.placements]
    if not names:
        return ""
    if wanted and wanted not in names:
        what, remedy = _("không có cách đặt “%s”") % wanted[:40], _("Chọn một trong danh sách")
        refuse_if([Gap(_("Cách đặt"), what, remedy, code="no-placement")])
    return wanted or names[0]


def _begin_rows(revision: FigureRevision, form: Form, days: Period, agency: str) -> None:
    """The rows of the period before, without their figures; in a form by agency, the agency itself."""
    before = before_period(revision.sheet.organisation_id, revision.sheet.form_code, days)
    if before is not None:
        rows = [(line.block, line.label) for line in before.figures.lines]
    elif text_column(form).key == "unit":
        rows = [("", agency)]
    else:
        rows = []
    FigureLine.objects.bulk_create(
        FigureLine(revision=revision, position=position, block=block, label=label)
        for position, (block, label) in enumerate(rows)
        if not form.blocks or block in form.blocks
    )


def _head(revision: FigureRevision) -> dict[str, object]:
    return {
        "form_version": revision.form_version,
        "placement": revision.placement,
        "until_on": revision.until_on.isoformat(),
    }
