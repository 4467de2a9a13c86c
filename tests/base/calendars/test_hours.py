"""Office hours: national ones, those of a province and of an organisation, and their days of validity."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from openpar.base.calendars.actions import CalendarRefused, NewHours, load_calendar, set_office_hours
from openpar.base.calendars.files import shipped_calendar
from openpar.base.calendars.models import Edition, HoursVersion
from openpar.base.calendars.queries import changed_days, work_calendar
from openpar.base.calendars.shifts import ShiftsNotUnderstood, shifts_of, shifts_text
from openpar.base.organisations.roles import operator
from openpar.engine.workdays import VIETNAM, Limit, Shift, Unit, due_at
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
BY = operator("kiem-thu")
FROM = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _shipped() -> None:
    load_calendar(file=shipped_calendar(settings.OPENPAR_DATA_DIR), by=BY, at=MOMENT)


def hours(organisation_id: int | None = None, **chosen: object) -> NewHours:
    given: dict[str, object] = {
        "organisation_id": organisation_id,
        "valid_from": FROM,
        "valid_until": None,
        "shifts": "07:30-11:30, 13:00-16:30",
        "saturday_reception": "",
        "same_day_until": time(15),
        "decision_number": "12/QĐ-UBND",
        "decided_on": date(2026, 9, 1),
        **chosen,
    }
    return NewHours(**given)  # type: ignore[arg-type]  # a table of the fields, changed by name


def set_(organisation_id: int | None = None, **chosen: object) -> Edition:
    return set_office_hours(hours=hours(organisation_id, **chosen), by=BY, at=MOMENT)


def closing(organisation_id: int | None, on: date = FROM) -> time:
    """When the office closes on a working day, seen through a due date."""
    calendar = work_calendar(organisation_id=organisation_id)
    return due_at(
        calendar, datetime(on.year, on.month, on.day, 9, tzinfo=VIETNAM), Limit(1, Unit.SAME_DAY)
    ).time()


def test_hours_of_a_province_hold_for_all_below_it_and_not_elsewhere() -> None:
    province = factories.organisation("Ủy ban nhân dân tỉnh")
    commune = factories.organisation("Xã Hòa Bắc", parent=province)
    stranger = factories.organisation("Xã khác")
    set_(province.pk)
    assert [closing(each) for each in (province.pk, commune.pk)] == [time(16, 30)] * 2
    assert [closing(each) for each in (stranger.pk, None)] == [time(17)] * 2


def test_an_organisation_s_own_hours_cover_those_above_and_end_on_their_day() -> None:
    province = factories.organisation("Ủy ban nhân dân tỉnh")
    commune = factories.organisation("Xã Hòa Bắc", parent=province)
    set_(province.pk)
    set_(commune.pk, shifts="08:00-16:00", valid_until=date(2026, 12, 1))
    assert closing(commune.pk, date(2026, 9, 30)) == time(17)
    assert closing(commune.pk) == time(16)
    assert closing(commune.pk, date(2026, 11, 30)) == time(16)
    assert closing(commune.pk, date(2026, 12, 1)) == time(16, 30)
    assert closing(province.pk) == time(16, 30)


def test_later_hours_of_the_same_days_take_the_place_of_earlier_ones_and_the_edition_before_stays() -> None:
    first = set_()
    second = set_(shifts="07:00-11:00, 13:00-17:30")
    assert closing(None) == time(17, 30)
    before = work_calendar(edition=first.number)
    assert due_at(before, FROM, Limit(1, Unit.SAME_DAY)).time() == time(16, 30)
    changes = changed_days(first.number, second.number)
    assert (changes[0].day, changes[0].was_working, changes[0].is_working) == (FROM, True, True)


def test_local_hours_change_nothing_for_the_nation() -> None:
    before = set_()
    after = set_(factories.organisation().pk, shifts="08:00-16:00")
    assert changed_days(before.number, after.number) == ()
    assert before.digest != after.digest


def test_saturday_reception_and_the_missing_same_day_rule() -> None:
    place = factories.organisation()
    set_(place.pk, saturday_reception="07:30-11:00", same_day_until=None)
    calendar, saturday = work_calendar(organisation_id=place.pk), datetime(2026, 10, 3, 9, tzinfo=VIETNAM)
    assert due_at(calendar, saturday, Limit(1, Unit.WORKING_DAY)).date() == date(2026, 10, 5)
    late = datetime(2026, 10, 5, 16, tzinfo=VIETNAM)
    assert due_at(calendar, late, Limit(1, Unit.SAME_DAY)) == datetime(2026, 10, 5, 16, 30, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("chosen", "codes"),
    [
        ({"shifts": "sáng, chiều"}, ["no-shifts"]),
        ({"shifts": "07:00-25:00", "saturday_reception": "x"}, ["no-shifts", "no-shifts"]),
        ({"shifts": ""}, ["NO_SHIFTS"]),
        ({"shifts": "13:00-17:00, 07:00-11:00"}, ["SHIFTS_OUT_OF_ORDER"]),
        ({"valid_until": FROM}, ["HOURS_END_BEFORE_THEY_BEGIN"]),
        ({"decision_number": " ", "decided_on": None}, ["no-number", "no-date"]),
    ],
)
def test_hours_that_cannot_be_are_refused(chosen: dict[str, Any], codes: list[str]) -> None:
    before = HoursVersion.objects.count()
    with pytest.raises(CalendarRefused) as refused:
        set_office_hours(hours=hours(**chosen), by=BY, at=MOMENT)
    assert [gap.code for gap in refused.value.gaps] == codes
    assert HoursVersion.objects.count() == before


def test_hours_in_force_are_never_altered() -> None:
    set_()
    for attempt in (
        lambda: HoursVersion.objects.update(shifts="08:00-16:00"),
        lambda: HoursVersion.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_hours_are_written_in_one_way() -> None:
    expected = (Shift(time(7), time(11, 30)), Shift(time(13, 30), time(17)))
    for text in ("07:00-11:30, 13:30-17:00", "7h00 – 11h30,13h30-17h00", "7.00-11.30, 13.30-17.00"):
        assert shifts_of(text) == expected
    assert shifts_text(expected) == "07:00-11:30, 13:30-17:00"
    assert shifts_of("") == ()
    with pytest.raises(ShiftsNotUnderstood, match="không hiểu “7-11”"):
        shifts_of("7-11")
