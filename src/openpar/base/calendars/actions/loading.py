"""Takes a calendar file in as the national calendar: whole or not at all, and any number of times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.calendars.actions.shared import new_edition, refuse_unfit, take_turn
from openpar.base.calendars.files import CalendarFile, FileHours, FileYear
from openpar.base.calendars.models import CalendarDay, Certainty, HoursVersion, Stage, YearVersion
from openpar.base.calendars.queries import engine_year, hours_in_force, next_number, years_in_force
from openpar.base.calendars.shifts import shifts_text
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction


@dataclass(frozen=True)
class Loaded:
    """What a file did with years and office hours; `kept`: years that people decided."""

    added: int
    changed: int
    unchanged: int
    kept: tuple[int, ...]


@dataclass
class _Count:
    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def count(self, *, is_new: bool) -> None:
        if is_new:
            self.added += 1
        else:
            self.changed += 1


def load_calendar(*, file: CalendarFile, by: Actor, at: datetime) -> Loaded:
    """Years and national hours of a file come into force as new versions, where they differ.

    What people decided is left as it is, the years among it are named. Raises CalendarRefused.
    """
    with write_transaction():
        take_turn(by)
        count = _Count()
        _load_hours(file, count, at)
        kept = _load_years(file, count, at)
        refuse_unfit()
        if count.added or count.changed:
            record(
                by=by,
                at=at,
                verb="calendar.loaded",
                object="calendars",
                about="calendars",
                label=file.name,
                after={"sha256": file.digest, "added": count.added, "changed": count.changed},
            )
        return Loaded(count.added, count.changed, count.unchanged, kept)


def _load_hours(file: CalendarFile, count: _Count, at: datetime) -> None:
    known = {row.valid_from: row for row in hours_in_force() if row.organisation_id is None}
    for given in file.hours:
        row, there = _hours_row(given, file.digest), known.get(given.hours.valid_from)
        if there is not None and (not there.from_file or _hours_facts(there) == _hours_facts(row)):
            count.unchanged += 1
            continue
        count.count(is_new=there is None)
        row.save(force_insert=True)
        new_edition(at=at, hours_version=row)


def _load_years(file: CalendarFile, count: _Count, at: datetime) -> tuple[int, ...]:
    known, kept = years_in_force(), []
    for given in file.years:
        there = known.get(given.days.year)
        if there is not None and not there.from_file:
            kept.append(given.days.year)
            continue
        if there is not None and _year_facts(there) == (given.days, given.source, given.certainty):
            count.unchanged += 1
            continue
        count.count(is_new=there is None)
        _put_year(given, file.digest, at)
    return tuple(kept)


def _put_year(given: FileYear, digest: str, at: datetime) -> None:
    year = YearVersion.objects.create(
        year=given.days.year,
        number=next_number(given.days.year),
        is_estimate=given.days.is_estimate,
        source=given.source,
        certainty=Certainty(given.certainty),
        from_file=digest,
        # The guards of the database let nobody write days to what is in force.
        stage=Stage.DRAFT,
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(version=year, day=day.day, kind=kind, name=day.name)
        for kind, days in (
            (CalendarDay.Kind.OFF, given.days.days_off),
            (CalendarDay.Kind.WORKED, given.days.worked_saturdays),
            (CalendarDay.Kind.POSSIBLE, given.days.possible_days_off),
        )
        for day in days
    )
    year.stage = Stage.IN_FORCE
    year.save()
    new_edition(at=at, year_version=year)


def _hours_row(given: FileHours, digest: str) -> HoursVersion:
    hours = given.hours
    return HoursVersion(
        valid_from=hours.valid_from,
        valid_until=hours.valid_until,
        shifts=shifts_text(hours.shifts),
        saturday_reception=shifts_text(hours.saturday_reception),
        same_day_until=hours.same_day_until,
        source=given.source or _("Tệp lịch làm việc"),
        certainty=Certainty(given.certainty),
        from_file=digest,
    )


def _hours_facts(row: HoursVersion) -> tuple[object, ...]:
    return (
        row.valid_until,
        row.shifts,
        row.saturday_reception,
        row.same_day_until,
        row.source,
        row.certainty,
    )


def _year_facts(version: YearVersion) -> tuple[object, ...]:
    return (engine_year(version), version.source, version.certainty)
