"""The file of calendars in the database: loaded once, loaded again without harm, and what people decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.calendars.actions import (
    CalendarRefused,
    Loaded,
    begin_year,
    load_calendar,
    put_year_in_force,
)
from openpar.base.calendars.files import CalendarFile, calendar_of, shipped_calendar
from openpar.base.calendars.models import Certainty, Edition, HoursVersion, YearVersion
from openpar.base.calendars.queries import CalendarMissing, work_calendar
from openpar.base.organisations.roles import operator
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
BY = operator("kiem-thu")


def shipped() -> CalendarFile:
    return shipped_calendar(settings.OPENPAR_DATA_DIR)


def load(file: CalendarFile) -> Loaded:
    return load_calendar(file=file, by=BY, at=MOMENT)


def test_without_a_calendar_nothing_is_computed() -> None:
    with pytest.raises(CalendarMissing, match="chưa có lịch nào"):
        work_calendar()


def test_the_shipped_file_becomes_the_national_calendar() -> None:
    assert load(shipped()) == Loaded(12, 0, 0, ())
    from_file, from_database = shipped().calendar(), work_calendar()
    assert from_database.years == from_file.years
    assert from_database.tables == from_file.tables
    assert set(YearVersion.objects.values_list("year", "certainty")) >= {
        (2026, Certainty.SEEN),
        (2027, Certainty.RECALLED),
    }
    with pytest.raises(CalendarMissing, match="không có phiên bản này"):
        work_calendar(edition=99)


def test_loading_it_again_changes_nothing() -> None:
    load(shipped())
    before = Edition.objects.count(), Entry.objects.count()
    assert load(shipped()) == Loaded(0, 0, 12, ())
    assert (Edition.objects.count(), Entry.objects.count()) == before


def test_a_corrected_file_brings_new_versions_of_what_differs_only() -> None:
    load(shipped())
    last = shipped().years[-1]
    corrected = replace(shipped(), years=(*shipped().years[:-1], replace(last, source="Ước tính mới")))
    assert load(corrected) == Loaded(0, 1, 11, ())
    assert YearVersion.objects.filter(year=last.days.year).count() == 2


def test_a_year_that_people_decided_is_kept_and_named() -> None:
    load(shipped())
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    put_year_in_force(
        version_id=draft.pk,
        expected_version=1,
        decision_number="9441/TB-BNV",
        decided_on=date(2026, 10, 16),
        by=BY,
        at=MOMENT,
    )
    assert load(shipped()) == Loaded(0, 0, 11, (2027,))
    assert not work_calendar().year(2027).is_estimate


def test_a_file_that_would_leave_days_open_is_refused_whole() -> None:
    without_hours = calendar_of(b"years: {2026: {off_weekdays: [2026-01-01]}}", "x.yaml")
    with pytest.raises(CalendarRefused) as refused:
        load(without_hours)
    assert [gap.code for gap in refused.value.gaps] == ["DAYS_WITHOUT_HOURS"]
    assert not YearVersion.objects.exists()
    load(shipped())
    with pytest.raises(CalendarRefused, match="không tiếp nối"):
        load(calendar_of(b"years: {2031: {off_weekdays: [2031-01-01]}}", "x.yaml"))
    assert HoursVersion.objects.count() == 1


def test_only_those_who_may_load() -> None:
    with pytest.raises(CalendarRefused, match="không có quyền"):
        load_calendar(
            file=shipped(), by=factories.actor_as(Role.AGENCY_HEAD, factories.organisation()), at=MOMENT
        )


def test_the_command_loads_the_shipped_file_or_another(tmp_path: Path) -> None:
    said = StringIO()
    call_command("load_calendars", stdout=said)
    call_command("load_calendars", str(settings.OPENPAR_DATA_DIR / "vn_holidays.yaml"), stdout=said)
    assert said.getvalue().splitlines() == [
        "Thêm 12, thay 0, giữ nguyên 0 mục của lịch làm việc.",
        "Thêm 0, thay 0, giữ nguyên 12 mục của lịch làm việc.",
    ]
    bad = tmp_path / "bad.yaml"
    bad.write_text("years: {2026: {}}", encoding="utf-8")
    with pytest.raises(CommandError, match="không nêu ngày nghỉ"):
        call_command("load_calendars", str(bad))
