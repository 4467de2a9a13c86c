"""The life of one year's calendar: begun as a draft, edited day by day, put into force by a decision."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from openpar.base.calendars.actions.shared import (
    CalendarRefused,
    as_gaps,
    missing_decision,
    new_edition,
    refuse_unfit,
    take_draft,
    take_turn,
    trace,
)
from openpar.base.calendars.models import CalendarDay, Certainty, Edition, Stage, YearVersion
from openpar.base.calendars.queries import engine_year, next_number, years_in_force
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.workdays.years import year_problems

EARLIEST, LATEST = 2000, 2100
_SATURDAY = 5
_LONGEST_RANGE = 31


def begin_year(*, year: int, by: Actor, at: datetime) -> YearVersion:
    """A draft for a year: with the days of the version in force, or empty. Raises CalendarRefused."""
    with write_transaction():
        take_turn(by)
        gaps = []
        where = _("Năm %(year)s") % {"year": year}
        if not EARLIEST <= year <= LATEST:
            remedy = _("Ghi năm như 2027")
            gaps.append(Gap(where, _("ngoài khoảng năm của lịch"), remedy, code="year-out-of-range"))
        if YearVersion.objects.filter(year=year, stage=Stage.DRAFT).exists():
            remedy = _("Sửa tiếp bản đang soạn")
            gaps.append(Gap(where, _("đang có một bản soạn"), remedy, code="draft-exists"))
        if gaps:
            raise CalendarRefused(gaps)
        current = years_in_force().get(year)
        draft = YearVersion(year=year, number=next_number(year), is_estimate=True)
        if current is not None:
            draft.source, draft.certainty = current.source, current.certainty
        draft.save()
        if current is not None:
            CalendarDay.objects.bulk_create(
                CalendarDay(version=draft, day=row.day, kind=row.kind, name=row.name)
                for row in current.days.all()
            )
        trace(draft, "calendar.year_begun", by=by, at=at, after={"year": year})
        return draft


def describe_year(
    *, version_id: int, expected_version: int, source: str, certainty: Certainty, by: Actor, at: datetime
) -> None:
    """Where the days of a draft come from, and how certain they are. Raises CalendarRefused."""
    with write_transaction():
        draft = take_draft(version_id, expected_version, by)
        before = {"source": draft.source, "certainty": draft.certainty}
        draft.source, draft.certainty = " ".join(source.split()), certainty
        _count_up(draft)
        after = {"source": draft.source, "certainty": draft.certainty}
        trace(draft, "calendar.year_described", by=by, at=at, before=before, after=after)


def add_days(
    *,
    version_id: int,
    expected_version: int,
    first: date,
    last: date,
    kind: CalendarDay.Kind,
    name: str,
    by: Actor,
    at: datetime,
) -> int:
    """Enters the days from `first` to `last`, both included; a day that is there gets the new kind and name.

    Of days off and possible ones the weekend is left out: nobody works then anyway. A worked day has to be on
    a weekend. Returns how many days were entered; raises CalendarRefused with everything that is wrong.
    """
    with write_transaction():
        draft = take_draft(version_id, expected_version, by)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        gaps = _range_gaps(draft, first, last)
        if not gaps and kind == CalendarDay.Kind.WORKED:
            gaps = [_not_a_weekend(day) for day in days if day.weekday() < _SATURDAY]
        if kind != CalendarDay.Kind.WORKED:
            days = [day for day in days if day.weekday() < _SATURDAY]
        if not gaps and not days:
            remedy = _("Ngày nghỉ hằng tuần không phải ghi; ngày nghỉ bù ghi vào ngày được nghỉ")
            gaps = [Gap(format_date(first), _("là thứ Bảy, Chủ nhật"), remedy, code="weekend")]
        if gaps:
            raise CalendarRefused(gaps)
        _enter(draft, dict.fromkeys(days, (kind, " ".join(name.split()))), by=by, at=at)
        return len(days)


def swap_days(
    *, version_id: int, expected_version: int, off_on: date, worked_on: date, by: Actor, at: datetime
) -> None:
    """Swaps a working day for a weekend day (hoán đổi): the first is off, the second is worked.

    Raises CalendarRefused; a worked day of another year is entered in that year.
    """
    with write_transaction():
        draft = take_draft(version_id, expected_version, by)
        gaps = [*_range_gaps(draft, off_on, off_on), *_range_gaps(draft, worked_on, worked_on)]
        if off_on.weekday() >= _SATURDAY:
            remedy = _("Chọn ngày làm việc được nghỉ")
            gaps.append(Gap(format_date(off_on), _("là thứ Bảy, Chủ nhật"), remedy, code="weekend"))
        if worked_on.weekday() < _SATURDAY:
            gaps.append(_not_a_weekend(worked_on))
        if gaps:
            raise CalendarRefused(gaps)
        off_name = _("Hoán đổi, làm bù %(day)s") % {"day": format_date(worked_on)}
        worked_name = _("Làm bù cho %(day)s") % {"day": format_date(off_on)}
        entered = {
            off_on: (CalendarDay.Kind.OFF, off_name),
            worked_on: (CalendarDay.Kind.WORKED, worked_name),
        }
        _enter(draft, entered, by=by, at=at)


def remove_day(*, version_id: int, expected_version: int, day: date, by: Actor, at: datetime) -> None:
    """Takes a day out of a draft; one that is not there is no fault. Raises CalendarRefused."""
    with write_transaction():
        draft = take_draft(version_id, expected_version, by)
        found = CalendarDay.objects.filter(version=draft, day=day).first()
        if found is None:
            return
        before = {str(found.day): {"kind": str(found.kind), "name": found.name}}
        found.delete()
        _count_up(draft)
        trace(draft, "calendar.days_changed", by=by, at=at, before=before, after={})


def discard_year(*, version_id: int, by: Actor, at: datetime) -> None:
    """Throws a draft away. Raises CalendarRefused for anything that is in force."""
    with write_transaction():
        draft = take_draft(version_id, None, by)
        trace(draft, "calendar.draft_discarded", by=by, at=at, before={"year": draft.year})
        draft.delete()


def put_year_in_force(
    *,
    version_id: int,
    expected_version: int,
    decision_number: str,
    decided_on: date | None,
    by: Actor,
    at: datetime,
) -> Edition:
    """The draft counts from now on, under its decision, and is never altered again.

    Returns the edition that it makes: whoever keeps due dates asks `changed_days` between the edition before
    and this one. Raises CalendarRefused with everything that is wrong.
    """
    with write_transaction():
        draft = take_draft(version_id, expected_version, by)
        gaps = [*missing_decision(decision_number, decided_on)]
        gaps += as_gaps(tuple(year_problems(engine_year(draft))))
        if not draft.days.filter(kind=CalendarDay.Kind.OFF).exists():
            where = _("Năm %(year)s") % {"year": draft.year}
            remedy = _("Nhập các ngày nghỉ lễ, Tết trước khi cho hiệu lực")
            gaps.append(Gap(where, _("chưa có ngày nghỉ nào"), remedy, code="no-days-off"))
        if gaps:
            raise CalendarRefused(gaps)
        draft.stage, draft.is_estimate = Stage.IN_FORCE, False
        draft.decision_number, draft.decided_on = " ".join(decision_number.split()), decided_on
        draft.save()
        edition = new_edition(at=at, year_version=draft)
        refuse_unfit()
        after = {"number": draft.decision_number, "signed_on": str(decided_on), "edition": edition.number}
        trace(draft, "calendar.year_in_force", by=by, at=at, after=after)
        return edition


def _enter(
    draft: YearVersion, entered: dict[date, tuple[CalendarDay.Kind, str]], *, by: Actor, at: datetime
) -> None:
    there = {row.day: row for row in CalendarDay.objects.filter(version=draft, day__in=list(entered))}
    before = {str(row.day): {"kind": str(row.kind), "name": row.name} for row in there.values()}
    for day, (kind, name) in entered.items():
        row = there.get(day) or CalendarDay(version=draft, day=day)
        row.kind, row.name = kind, name
        row.save()
    _count_up(draft)
    after = {str(day): {"kind": str(kind.value), "name": name} for day, (kind, name) in entered.items()}
    trace(draft, "calendar.days_changed", by=by, at=at, before=before, after=after)


def _count_up(draft: YearVersion) -> None:
    draft.version += 1
    draft.save()


def _range_gaps(draft: YearVersion, first: date, last: date) -> list[Gap]:
    gaps = []
    for day in dict.fromkeys((first, last)):
        if day.year != draft.year:
            what = _("không thuộc năm %(year)s") % {"year": draft.year}
            remedy = _("Ghi ngày vào lịch của năm đó")
            gaps.append(Gap(format_date(day), what, remedy, code="another-year"))
    if last < first:
        remedy = _("Ghi ngày đầu trước, ngày cuối sau")
        gaps.append(Gap(format_date(last), _("trước ngày đầu"), remedy, code="range-reversed"))
    elif (last - first).days >= _LONGEST_RANGE:
        remedy = _("Mỗi lần nhập nhiều nhất 31 ngày liền nhau")
        gaps.append(Gap(format_date(last), _("quá xa ngày đầu"), remedy, code="range-too-long"))
    return gaps


def _not_a_weekend(day: date) -> Gap:
    remedy = _("Ngày làm bù là thứ Bảy hoặc Chủ nhật phải đi làm")
    return Gap(format_date(day), _("không phải thứ Bảy, Chủ nhật"), remedy, code="not-a-weekend")
