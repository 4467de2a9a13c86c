"""Changes of calendars: drafts of years, what comes into force, office hours, files."""

from openpar.base.calendars.actions.hours import NewHours, set_office_hours
from openpar.base.calendars.actions.loading import Loaded, load_calendar
from openpar.base.calendars.actions.shared import CalendarRefused, StaleCalendar
from openpar.base.calendars.actions.years import (
    add_days,
    begin_year,
    describe_year,
    discard_year,
    put_year_in_force,
    remove_day,
    swap_days,
)

__all__ = [
    "CalendarRefused",
    "Loaded",
    "NewHours",
    "StaleCalendar",
    "add_days",
    "begin_year",
    "describe_year",
    "discard_year",
    "load_calendar",
    "put_year_in_force",
    "remove_day",
    "set_office_hours",
    "swap_days",
]
