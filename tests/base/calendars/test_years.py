"""The calendar of a year: begun, edited, put into force by a decision, never altered afterwards."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.calendars.actions import (
    CalendarRefused,
    StaleCalendar,
    add_days,
    begin_year,
    describe_year,
    discard_year,
    load_calendar,
    put_year_in_force,
    remove_day,
    swap_days,
)
from openpar.base.calendars.files import shipped_calendar
from openpar.base.calendars.models import CalendarDay, Certainty, Edition, Stage, YearVersion
from openpar.base.calendars.queries import changed_days, current_edition, work_calendar, year_versions
from openpar.base.organisations.roles import Actor, operator
from openpar.engine.workdays import Limit, Unit, due_at, may_move
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db

OFF, WORKED, POSSIBLE = CalendarDay.Kind.OFF, CalendarDay.Kind.WORKED, CalendarDay.Kind.POSSIBLE
BY = operator("kiem-thu")
DECIDED = {"decision_number": "9441/TB-BNV", "decided_on": date(2026, 10, 16)}


@pytest.fixture
def shipped() -> int:
    """The shipped calendar is in force; the number of its last edition."""
    load_calendar(file=shipped_calendar(settings.OPENPAR_DATA_DIR), by=BY, at=MOMENT)
    edition = current_edition()
    assert edition is not None
    return edition.number


def manager() -> Actor:
    """The one who prepares the rounds."""
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation())


def codes(refused: pytest.ExceptionInfo[CalendarRefused]) -> list[str]:
    return [gap.code for gap in refused.value.gaps]


def enter(draft: YearVersion, first: date, last: date, kind: CalendarDay.Kind = OFF, name: str = "") -> int:
    draft.refresh_from_db()
    return add_days(
        version_id=draft.pk,
        expected_version=draft.version,
        first=first,
        last=last,
        kind=kind,
        name=name,
        by=BY,
        at=MOMENT,
    )


def put(draft: YearVersion, **decided: object) -> Edition:
    draft.refresh_from_db()
    given = {**DECIDED, **decided}
    return put_year_in_force(
        version_id=draft.pk,
        expected_version=draft.version,
        decision_number=str(given["decision_number"]),
        decided_on=given["decided_on"],  # type: ignore[arg-type]  # a day, or None on purpose
        by=BY,
        at=MOMENT,
    )


def test_a_draft_begins_with_the_days_in_force_and_changes_nothing(shipped: int) -> None:
    draft = begin_year(year=2027, by=manager(), at=MOMENT)
    assert (draft.number, draft.stage, draft.is_estimate) == (2, Stage.DRAFT, True)
    assert draft.days.count() == 12
    assert current_edition() == Edition.objects.get(number=shipped)


def test_a_decided_year_takes_the_place_of_the_estimate_and_the_old_edition_stays(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    assert enter(draft, date(2027, 2, 11), date(2027, 2, 14), name="Tết Nguyên đán") == 2
    edition = put(draft)
    assert edition.number == shipped + 1
    received, limit = date(2027, 2, 3), Limit(1, Unit.WORKING_DAY)
    assert due_at(work_calendar(), received, limit).date() == date(2027, 2, 15)
    assert due_at(work_calendar(edition=shipped), received, limit).date() == date(2027, 2, 11)
    assert not work_calendar().year(2027).is_estimate
    assert work_calendar().version == str(edition.number)
    newest, older = year_versions(2027)
    assert (newest.is_current, newest.decision_number) == (True, "9441/TB-BNV")
    assert (older.is_current, older.is_estimate, older.from_file) == (False, True, True)


def test_the_days_that_differ_between_two_editions_are_told(shipped: int) -> None:
    draft = begin_year(year=2026, by=BY, at=MOMENT)
    enter(draft, date(2026, 11, 24), date(2026, 11, 24), name="Ngày Văn hóa Việt Nam")
    edition = put(draft)
    (change,) = changed_days(shipped, edition.number)
    assert (change.day, change.was_working, change.is_working) == (date(2026, 11, 24), True, False)
    assert may_move([change], date(2026, 11, 20), date(2026, 11, 25))
    assert may_move([change], date(2026, 11, 24), date(2026, 11, 24))
    assert not may_move([change], date(2026, 11, 25), date(2026, 11, 27))
    assert not may_move([change], date(2026, 11, 18), date(2026, 11, 23))


def test_nothing_moves_that_the_changed_days_do_not_touch(shipped: int) -> None:
    draft = begin_year(year=2026, by=BY, at=MOMENT)
    draft.refresh_from_db()
    swap_days(
        version_id=draft.pk,
        expected_version=draft.version,
        off_on=date(2026, 6, 15),
        worked_on=date(2026, 6, 20),
        by=BY,
        at=MOMENT,
    )
    edition = put(draft)
    before, after = work_calendar(edition=shipped), work_calendar(edition=edition.number)
    changes = changed_days(shipped, edition.number)
    assert [change.day for change in changes] == [date(2026, 6, 15), date(2026, 6, 20)]
    moved = 0
    for received in (date(2026, 6, number) for number in range(1, 30)):
        for amount in (1, 3, 5, 10):
            for unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
                old, new = (due_at(each, received, Limit(amount, unit)) for each in (before, after))
                moved += old != new
                assert old == new or may_move(changes, received, old.date())
    assert moved > 10


def test_a_swap_enters_both_days_with_their_names(shipped: int) -> None:
    draft = begin_year(year=2028, by=BY, at=MOMENT)
    swap_days(
        version_id=draft.pk,
        expected_version=1,
        off_on=date(2028, 5, 3),
        worked_on=date(2028, 5, 6),
        by=BY,
        at=MOMENT,
    )
    rows = {
        row.day: (row.kind, row.name) for row in draft.days.filter(day__month=5, day__gte=date(2028, 5, 3))
    }
    assert rows == {
        date(2028, 5, 3): (OFF, "Hoán đổi, làm bù 06/05/2028"),
        date(2028, 5, 6): (WORKED, "Làm bù cho 03/05/2028"),
    }


def test_a_day_can_be_renamed_and_taken_out(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    enter(draft, date(2027, 11, 24), date(2027, 11, 24), OFF, "Ngày Văn hóa Việt Nam")
    assert draft.days.get(day=date(2027, 11, 24)).kind == OFF
    draft.refresh_from_db()
    for _twice in range(2):
        remove_day(
            version_id=draft.pk, expected_version=draft.version, day=date(2027, 11, 24), by=BY, at=MOMENT
        )
        draft.refresh_from_db()
    assert not draft.days.filter(day=date(2027, 11, 24)).exists()
    assert Entry.objects.filter(verb="calendar.days_changed").count() == 2


def test_source_and_certainty_of_a_draft(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    describe_year(
        version_id=draft.pk,
        expected_version=1,
        source=" Thông báo   của Bộ Nội vụ ",
        certainty=Certainty.VERIFIED,
        by=BY,
        at=MOMENT,
    )
    draft.refresh_from_db()
    assert (draft.source, draft.certainty) == ("Thông báo của Bộ Nội vụ", Certainty.VERIFIED)


@pytest.mark.parametrize(
    ("first", "last", "kind", "code"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), OFF, "another-year"),
        (date(2027, 1, 5), date(2027, 1, 4), OFF, "range-reversed"),
        (date(2027, 1, 1), date(2027, 2, 28), OFF, "range-too-long"),
        (date(2027, 1, 2), date(2027, 1, 3), OFF, "weekend"),
        (date(2027, 1, 2), date(2027, 1, 3), POSSIBLE, "weekend"),
        (date(2027, 1, 4), date(2027, 1, 4), WORKED, "not-a-weekend"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    first: date, last: date, kind: CalendarDay.Kind, code: str, shipped: int
) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    with pytest.raises(CalendarRefused) as refused:
        enter(draft, first, last, kind)
    assert codes(refused) == [code]


def test_a_swap_needs_a_working_day_and_a_weekend_day_of_the_year(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    with pytest.raises(CalendarRefused) as refused:
        swap_days(
            version_id=draft.pk,
            expected_version=1,
            off_on=date(2027, 1, 2),
            worked_on=date(2028, 1, 4),
            by=BY,
            at=MOMENT,
        )
    assert codes(refused) == ["another-year", "weekend", "not-a-weekend"]


def test_a_year_without_decision_or_days_does_not_come_into_force(shipped: int) -> None:
    draft = begin_year(year=2029, by=BY, at=MOMENT)
    with pytest.raises(CalendarRefused) as refused:
        put(draft, decision_number=" ", decided_on=None)
    assert codes(refused) == ["no-number", "no-date", "no-days-off"]
    assert Edition.objects.count() == shipped


def test_years_come_into_force_one_after_the_other(shipped: int) -> None:
    draft = begin_year(year=2030, by=BY, at=MOMENT)
    enter(draft, date(2030, 1, 1), date(2030, 1, 1))
    with pytest.raises(CalendarRefused) as refused:
        put(draft)
    assert codes(refused) == ["YEARS_NOT_CONSECUTIVE"]
    draft.refresh_from_db()
    assert draft.stage == Stage.DRAFT


def test_one_draft_a_year_and_only_for_years_of_our_time(shipped: int) -> None:
    begin_year(year=2027, by=BY, at=MOMENT)
    for year, code in ((2027, "draft-exists"), (1999, "year-out-of-range"), (2101, "year-out-of-range")):
        with pytest.raises(CalendarRefused) as refused:
            begin_year(year=year, by=BY, at=MOMENT)
        assert codes(refused) == [code]


def test_a_draft_can_be_thrown_away_and_what_is_in_force_cannot(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    discard_year(version_id=draft.pk, by=BY, at=MOMENT)
    assert not YearVersion.objects.filter(pk=draft.pk).exists()
    in_force = YearVersion.objects.get(year=2027)
    for change in (
        lambda: discard_year(version_id=in_force.pk, by=BY, at=MOMENT),
        lambda: enter(in_force, date(2027, 3, 3), date(2027, 3, 3)),
        lambda: put(in_force),
    ):
        with pytest.raises(CalendarRefused) as refused:
            change()
        assert codes(refused) == ["not-draft"]


def test_two_people_at_one_draft_do_not_overwrite_each_other(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    enter(draft, date(2027, 3, 3), date(2027, 3, 3))
    with pytest.raises(StaleCalendar) as refused:
        remove_day(version_id=draft.pk, expected_version=1, day=date(2027, 3, 3), by=BY, at=MOMENT)
    assert codes(refused) == ["stale"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ROUND_MANAGER, Role.ADMINISTRATOR}))
def test_nobody_else_changes_calendars(role: Role) -> None:
    with pytest.raises(CalendarRefused) as refused:
        begin_year(year=2027, by=factories.actor_as(role, factories.organisation()), at=MOMENT)
    assert codes(refused) == ["not-allowed"]
    assert not Entry.objects.filter(about="calendars").exists()


def test_the_database_refuses_to_alter_what_is_in_force(shipped: int) -> None:
    in_force = YearVersion.objects.get(year=2026)
    day = in_force.days.all()[0]
    attempts = (
        lambda: YearVersion.objects.filter(pk=in_force.pk).update(source="khác"),
        lambda: YearVersion.objects.filter(pk=in_force.pk).delete(),
        lambda: CalendarDay.objects.filter(pk=day.pk).update(name="khác"),
        lambda: CalendarDay.objects.filter(pk=day.pk).delete(),
        lambda: CalendarDay.objects.create(version=in_force, day=date(2026, 7, 7), kind=OFF),
        lambda: Edition.objects.filter(number=1).update(digest=""),
    )
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_every_change_leaves_a_trace(shipped: int) -> None:
    draft = begin_year(year=2027, by=BY, at=MOMENT)
    enter(draft, date(2027, 3, 3), date(2027, 3, 4), name="Nghỉ thêm")
    put(draft)
    begin_year(year=2027, by=BY, at=MOMENT)
    discard_year(version_id=YearVersion.objects.get(stage=Stage.DRAFT).pk, by=BY, at=MOMENT)
    verbs = list(Entry.objects.filter(about="calendars").order_by("id").values_list("verb", flat=True))
    assert verbs == [
        "calendar.loaded",
        "calendar.year_begun",
        "calendar.days_changed",
        "calendar.year_in_force",
        "calendar.year_begun",
        "calendar.draft_discarded",
    ]
