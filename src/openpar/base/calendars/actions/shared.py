"""What every action on calendars begins and ends with: the turn, the right, the edition, the trace."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.audit.traced import Subject, traced
from openpar.base.calendars.models import Edition, HoursVersion, Stage, YearVersion
from openpar.base.calendars.permissions import may_manage_calendars
from openpar.base.calendars.queries import (
    digest_of,
    engine_hours,
    engine_year,
    hours_in_force,
    layered,
    years_in_force,
)
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.engine.workdays import CalendarProblem, InvalidCalendar, WorkCalendar


class CalendarRefused(Refused):
    """A calendar will not be changed so; nothing was changed."""


class StaleCalendar(CalendarRefused):
    """Somebody changed the draft since the page was opened."""


def take_turn(by: Actor) -> None:
    """One change of the calendars at a time, by somebody who may. Raises CalendarRefused."""
    # The oldest version stands for all of them: whoever holds it numbers the next edition.
    YearVersion.objects.select_for_update().order_by("pk").first()
    if not may_manage_calendars(by):
        raise CalendarRefused.because(
            "",
            _("%(name)s không có quyền thay đổi lịch làm việc") % {"name": by.full_name},
            _("Việc này do quản trị hệ thống hoặc người quản lý kỳ đánh giá (Sở Nội vụ) làm"),
            code="not-allowed",
        )


def take_draft(version_id: int, expected_version: int | None, by: Actor) -> YearVersion:
    """A draft to be changed. Raises CalendarRefused, StaleCalendar when it is not as the person saw it."""
    take_turn(by)
    version = YearVersion.objects.get(pk=version_id)
    if version.stage != Stage.DRAFT:
        raise CalendarRefused.because(
            _("Năm %(year)s") % {"year": version.year},
            _("lịch đã có hiệu lực, không sửa được"),
            _("Soạn phiên bản mới của năm này"),
            code="not-draft",
        )
    if expected_version is not None and version.version != expected_version:
        raise StaleCalendar.because(
            "", _("người khác vừa sửa bản soạn này"), _("Tải lại trang rồi sửa tiếp"), code="stale"
        )
    return version


def missing_decision(number: str, decided_on: date | None) -> list[Gap]:
    """What lacks of the document that decides."""
    gaps = []
    if not number.strip():
        remedy = _("Ghi số, ký hiệu, ví dụ 12729/VPCP-KGVX")
        gaps.append(Gap(_("Số văn bản"), _("chưa nhập"), remedy, code="no-number"))
    if decided_on is None:
        gaps.append(Gap(_("Ngày văn bản"), _("chưa nhập"), _("Ghi như 25/12/2025"), code="no-date"))
    return gaps


def as_gaps(problems: tuple[CalendarProblem, ...]) -> list[Gap]:
    """What the engine finds wrong, as gaps."""
    return [Gap(each.where, each.what, each.remedy, code=each.code) for each in problems]


def new_edition(
    *, at: datetime, year_version: YearVersion | None = None, hours_version: HoursVersion | None = None
) -> Edition:
    """Numbers the calendar with what has just come into force."""
    last = Edition.objects.order_by("-number").first()
    edition = Edition(
        number=(last.number if last else 0) + 1,
        in_force_at=at,
        year_version=year_version,
        hours_version=hours_version,
    )
    years = years_in_force()
    if year_version is not None:
        years[year_version.year] = year_version
    hours = list(hours_in_force())
    if hours_version is not None:
        hours = [*(row for row in hours if row.pk != hours_version.pk), hours_version]
    edition.digest = digest_of(years.values(), hours)
    edition.save(force_insert=True)
    return edition


def refuse_unfit() -> None:
    """The calendar in force must be whole: years that follow one another, hours for every day."""
    years = [engine_year(version) for version in years_in_force().values()]
    national = [engine_hours(row) for row in hours_in_force() if row.organisation_id is None]
    if not years:
        return
    try:
        WorkCalendar("", years, layered([national]))
    except InvalidCalendar as invalid:
        raise CalendarRefused(as_gaps(invalid.problems)) from invalid


@traced
def trace(version: YearVersion) -> Subject:
    """One entry in the story of the calendars, about a version of a year."""
    label = _("Lịch năm %(year)s, phiên bản %(number)s") % {"year": version.year, "number": version.number}
    return Subject(f"calendar_year:{version.pk}", label, about="calendars")
