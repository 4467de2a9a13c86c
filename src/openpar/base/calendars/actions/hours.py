"""Office hours: national ones, and those of an organisation and everything below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.calendars.actions.shared import (
    CalendarRefused,
    as_gaps,
    missing_decision,
    new_edition,
    refuse_unfit,
    take_turn,
)
from openpar.base.calendars.models import Certainty, Edition, HoursVersion
from openpar.base.calendars.shifts import ShiftsNotUnderstood, shifts_of, shifts_text
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.workdays import OfficeHours
from openpar.engine.workdays.years import hours_problems


@dataclass(frozen=True)
class NewHours:
    """Office hours as somebody decided them; the texts are those of `shifts.py`."""

    organisation_id: int | None
    valid_from: date
    valid_until: date | None
    shifts: str
    saturday_reception: str
    same_day_until: time | None
    decision_number: str
    decided_on: date | None
    source: str = ""
    certainty: Certainty = Certainty.SEEN


def set_office_hours(*, hours: NewHours, by: Actor, at: datetime) -> Edition:
    """These hours hold from their first day on; where others held, the newer ones count.

    Returns the edition that they make (see `put_year_in_force`). Raises CalendarRefused with everything that
    is wrong.
    """
    with write_transaction():
        take_turn(by)
        row = HoursVersion(
            organisation_id=hours.organisation_id,
            valid_from=hours.valid_from,
            valid_until=hours.valid_until,
            same_day_until=hours.same_day_until,
            source=" ".join(hours.source.split()),
            certainty=hours.certainty,
            decision_number=" ".join(hours.decision_number.split()),
            decided_on=hours.decided_on,
        )
        gaps = [*_filled(row, hours), *missing_decision(hours.decision_number, hours.decided_on)]
        if hours.organisation_id is not None:
            Organisation.objects.get(pk=hours.organisation_id)
        if gaps:
            raise CalendarRefused(gaps)
        row.save(force_insert=True)
        edition = new_edition(at=at, hours_version=row)
        refuse_unfit()
        record(
            by=by,
            at=at,
            verb="calendar.hours_set",
            object=f"office_hours:{row.pk}",
            about="calendars",
            label=_place(row),
            after={
                "valid_from": str(row.valid_from),
                "valid_until": str(row.valid_until or ""),
                "shifts": row.shifts,
                "saturday_reception": row.saturday_reception,
                "same_day_until": str(row.same_day_until or ""),
                "number": row.decision_number,
                "signed_on": str(row.decided_on or ""),
                "edition": edition.number,
            },
        )
        return edition


def _filled(row: HoursVersion, hours: NewHours) -> list[Gap]:
    """Puts the shifts into the row; what is wrong with them, and with the days."""
    gaps: list[Gap] = []
    named = (("shifts", _("Giờ làm việc")), ("saturday_reception", _("Giờ nhận hồ sơ thứ Bảy")))
    for field, where in named:
        try:
            setattr(row, field, shifts_text(shifts_of(getattr(hours, field), where)))
        except ShiftsNotUnderstood as refused:
            gaps += refused.gaps
    if gaps:
        return gaps
    given = OfficeHours(
        row.valid_from, row.valid_until, shifts_of(row.shifts), shifts_of(row.saturday_reception)
    )
    return as_gaps(tuple(hours_problems(given)))


def _place(row: HoursVersion) -> str:
    if row.organisation_id is None:
        return _("Giờ làm việc chung")
    name = names_on([row.organisation_id], row.valid_from).get(row.organisation_id, "")
    return _("Giờ làm việc của %(name)s") % {"name": name}
