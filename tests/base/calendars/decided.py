"""A year that somebody decides: begun, its New Year off, put into force; office hours if there are none."""

from __future__ import annotations

from datetime import date

from openpar.base.calendars.actions import add_days, begin_year, put_year_in_force
from openpar.base.calendars.actions.hours import NewHours, set_office_hours
from openpar.base.calendars.models import CalendarDay, HoursVersion, YearVersion
from openpar.base.organisations.roles import operator
from tests.factories import MOMENT

_BY = operator("kiem-thu")


def decide(year: int) -> YearVersion:
    """The year in force under a decision; what was in force of it is replaced."""
    if not HoursVersion.objects.exists():
        decided = (f"{year}/QĐ-UBND", date(year - 1, 10, 16))
        hours = NewHours(None, date(2018, 1, 1), None, "07:00-11:30, 13:30-17:00", "", None, *decided)
        set_office_hours(hours=hours, by=_BY, at=MOMENT)
    draft = begin_year(year=year, by=_BY, at=MOMENT)
    if not draft.days.exists():
        add_days(
            version_id=draft.pk,
            expected_version=draft.version,
            first=date(year, 1, 1),
            last=date(year, 1, 1),
            kind=CalendarDay.Kind.OFF,
            name="Tết Dương lịch",
            by=_BY,
            at=MOMENT,
        )
        draft.refresh_from_db()
    put_year_in_force(
        version_id=draft.pk,
        expected_version=draft.version,
        decision_number=f"{year}/QĐ-TTg",
        decided_on=date(year - 1, 10, 16),
        by=_BY,
        at=MOMENT,
    )
    draft.refresh_from_db()
    return draft
