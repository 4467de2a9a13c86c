"""Not inspecting one's own subordinates is itself a failing (Báo Phú Yên 19/05/2023): finding F0-01."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.reform.findings.actions.adding import NewFinding, add_findings
from openpar.reform.findings.models import Finding, FoundBy
from openpar.reform.inspections.actions.shared import refuse_if, refuse_unless
from openpar.reform.inspections.permissions import belongs_to
from openpar.reform.inspections.queries.coverage import own_coverage

CODE, FIELD = "F0-01", "F0"


def report_uninspected(*, by: Actor, at: datetime, organisation_id: int, year: int) -> Finding:
    """An agency that has subordinates and inspected none of them in a year gets the finding F0-01.

    By Sở Nội vụ, once the reform year is over. Raises InspectionRefused.
    """
    with write_transaction():
        refuse_unless(by.has(Role.ROUND_MANAGER), by, _("Sở Nội vụ ghi nhận"))
        days = period(Calendar.REFORM, PeriodKind.YEAR, year)
        refuse_if(uninspected_gaps(by, organisation_id, days, at))
        coverage = own_coverage(organisation_id, year, timezone.localdate(at))
        line = NewFinding(
            organisation_id=organisation_id,
            field=FIELD,
            code=CODE,
            text=_(
                "Không kiểm tra công tác cải cách hành chính tại phòng, đơn vị trực thuộc nào trong năm %d"
            )
            % year,
            found_by=FoundBy.INSPECTION,
            finder_id=min(by.organisations(Role.ROUND_MANAGER)),
            found_on=timezone.localdate(at),
            period_from=days.from_on,
            period_until=days.until_on,
            metric=_("0/%d đơn vị trực thuộc") % len(coverage.units),
            source_text=_("Độ bao phủ kiểm tra năm %d") % year,
            source_link=f"/inspections/coverage/?year={year}",
        )
        return add_findings(lines=[line], by=by, at=at)[0]


def uninspected_gaps(by: Actor, organisation_id: int, days: Period, at: datetime) -> list[Gap]:
    """What keeps the finding from being made; the page asks the same."""
    today = timezone.localdate(at)
    if today <= days.until_on:
        remedy = _("Ghi nhận sau ngày %s") % format_date(days.until_on)
        return [Gap(_("Năm"), _("năm %d chưa kết thúc") % days.year, remedy, code="not-over")]
    if belongs_to(by, [organisation_id]):
        what = _("%s là người của đơn vị này") % by.full_name
        return [Gap("", what, _("Người khác ghi nhận"), code="own-agency")]
    coverage = own_coverage(organisation_id, days.year, today)
    if not coverage.units:
        return [Gap("", _("đơn vị không có phòng, đơn vị trực thuộc"), code="no-subordinates")]
    if coverage.inspected:
        what = _("đơn vị đã kiểm tra %d đơn vị trực thuộc") % len(coverage.inspected)
        return [Gap("", what, code="inspected")]
    if Finding.objects.filter(organisation=organisation_id, code=CODE, year=days.year).exists():
        return [Gap("", _("hạn chế này đã được ghi nhận"), code="found-already")]
    return []
