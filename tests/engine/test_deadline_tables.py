"""Due dates against the worked tables of dossiers.md 4.3 and the yearly calendars; reasoning, refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from openpar.base.calendars.files import read_calendar
from openpar.engine.workdays import (
    VIETNAM,
    CalendarYear,
    InvalidCalendar,
    InvalidDeadline,
    Limit,
    NamedDay,
    OfficeHours,
    Pause,
    PauseKind,
    ProblemCode,
    Shift,
    StepCode,
    Unit,
    WorkCalendar,
    due_at,
    reasoning,
    reckon,
    refusal,
)
from openpar.engine.workdays.words import problem_sentence, step_sentence
from tests.engine.deadline_tables import SHIPPED, DeadlineCase, cases

CALENDAR = read_calendar(SHIPPED).calendar()
FIVE_DAYS = Limit(5, Unit.WORKING_DAY)
OFFICE = OfficeHours(date(2026, 1, 1), None, (Shift(time(7), time(11, 30)), Shift(time(13, 30), time(17))))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_due_moment_is_that_of_the_table(case: DeadlineCase) -> None:
    if case.refused:
        with pytest.raises(InvalidDeadline) as refused:
            reckon(case.calendar, case.received, case.limit, case.pauses)
        assert [problem.code for problem in refused.value.problems] == [case.refused]
        return
    deadline = reckon(case.calendar, case.received, case.limit, case.pauses)
    assert deadline.due_at == case.due
    assert due_at(case.calendar, case.received, case.limit, case.pauses) == case.due
    if case.says:
        assert case.says in reasoning(deadline)


def test_the_tables_are_whole() -> None:
    assert len(cases()) > 60
    assert len([case for case in cases() if case.name.startswith("working_day")][:13]) == 13


def test_a_reasoning_begins_with_the_reception_and_ends_with_the_due_moment_and_the_calendar() -> None:
    for case in cases():
        if not case.refused:
            deadline = reckon(case.calendar, case.received, case.limit, case.pauses)
            codes = [step.code for step in deadline.steps]
            assert (codes[0], *codes[-2:]) == (StepCode.RECEIVED, StepCode.DUE, StepCode.CALENDAR)
            assert deadline.steps[-2].values["at"] == deadline.due_at
            assert deadline.calendar_version == case.calendar.version
            assert all(sentence.endswith(".") and "{" not in sentence for sentence in reasoning(deadline))


def test_every_step_and_every_problem_is_shown_by_some_table() -> None:
    shown, refused = set(), {ProblemCode.RECEPTION_MISSING, ProblemCode.PAUSE_NOT_ENDED}
    for case in cases():
        try:
            found = reckon(case.calendar, case.received, case.limit, case.pauses)
            shown |= {step.code for step in found.steps}
        except InvalidDeadline as invalid:
            refused |= {problem.code for problem in invalid.problems}
    # A moment without a zone cannot be written in a table; the two others are problems of columns only.
    assert set(StepCode) - shown == set()
    assert set(ProblemCode) - refused == {ProblemCode.MOMENT_WITHOUT_ZONE}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    naive = datetime(2026, 3, 2, 9, tzinfo=VIETNAM).replace(tzinfo=None)
    with pytest.raises(InvalidDeadline) as refused:
        reckon(
            CALENDAR,
            naive,
            Limit(0, Unit.HOUR),
            [Pause(date(2026, 3, 5), date(2026, 3, 4)), Pause(date(2030, 1, 1), date(2030, 1, 2))],
        )
    assert refusal(refused.value) == (
        "Thời hạn 0: phải là số nguyên từ 1 trở lên.",
        "Tiếp nhận 09:00 ngày 02/03/2026: thiếu múi giờ. Ghi như 2026-02-13T15:30+07:00.",
        "Lần dừng thứ 1, lúc bắt đầu 05/03/2026: thiếu giờ. Thời hạn tính bằng giờ cần cả giờ, "
        "như 2026-02-13T15:30.",
        "Lần dừng thứ 1, lúc kết thúc 04/03/2026: thiếu giờ. Thời hạn tính bằng giờ cần cả giờ, "
        "như 2026-02-13T15:30.",
        "Lần dừng thứ 2, lúc bắt đầu 01/01/2030: thiếu giờ. Thời hạn tính bằng giờ cần cả giờ, "
        "như 2026-02-13T15:30.",
        "Năm 2030: chưa có lịch ngày nghỉ. Nhập lịch của năm này rồi tính lại.",
        "Lần dừng thứ 2, lúc kết thúc 02/01/2030: thiếu giờ. Thời hạn tính bằng giờ cần cả giờ, "
        "như 2026-02-13T15:30.",
        "Năm 2030: chưa có lịch ngày nghỉ. Nhập lịch của năm này rồi tính lại.",
        "Lần dừng từ 05/03/2026 đến 04/03/2026: kết thúc trước khi bắt đầu. Đổi lại hai thời điểm.",
    )


def test_a_moment_of_another_time_zone_is_that_moment() -> None:
    received = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)  # 17:30 in Viet Nam, after closing
    assert due_at(CALENDAR, received, FIVE_DAYS) == datetime(2026, 3, 10, 17, tzinfo=VIETNAM)
    assert due_at(CALENDAR, received, FIVE_DAYS).utcoffset() == timedelta(hours=7)


def test_pauses_are_taken_in_the_order_of_time() -> None:
    later, earlier = (
        Pause(date(2026, 3, 10), date(2026, 3, 12)),
        Pause(date(2026, 3, 3), date(2026, 3, 5)),
    )
    assert due_at(CALENDAR, date(2026, 3, 2), FIVE_DAYS, [later, earlier]) == due_at(
        CALENDAR, date(2026, 3, 2), FIVE_DAYS, [earlier, later]
    )


def test_a_later_reception_is_never_due_earlier() -> None:
    moments = [datetime(2026, 2, 9, tzinfo=VIETNAM) + timedelta(minutes=17 * n) for n in range(2000)]
    for unit in Unit:
        limit = Limit(1 if unit is Unit.SAME_DAY else 7, unit)
        due = [due_at(CALENDAR, moment, limit) for moment in moments]
        assert due == sorted(due)


def test_a_supplement_may_be_looked_at_both_ways() -> None:
    asked = Pause(date(2026, 3, 4), date(2026, 3, 11))
    anew = Pause(asked.begins, asked.ends, PauseKind.STARTS_ANEW)
    received = date(2026, 3, 2)
    assert due_at(CALENDAR, received, FIVE_DAYS, [asked]).date() == date(2026, 3, 16)
    assert due_at(CALENDAR, received, FIVE_DAYS, [anew]).date() == date(2026, 3, 18)
    assert CALENDAR.working_days_between(received, date(2026, 3, 17)) == 11
    assert CALENDAR.working_days_between(asked.begins, asked.ends) == 5


def test_office_hours_change_on_their_day() -> None:
    winter = OfficeHours(date(2026, 10, 1), None, (Shift(time(8), time(16)),))
    summer = OfficeHours(date(2018, 1, 1), date(2026, 10, 1), OFFICE.shifts)
    both = WorkCalendar("two", CALENDAR.years, [winter, summer])
    one_hour, received = Limit(1, Unit.HOUR), datetime(2026, 9, 30, 16, 30, tzinfo=VIETNAM)
    assert due_at(both, received, one_hour) == datetime(2026, 10, 1, 8, 30, tzinfo=VIETNAM)
    assert due_at(both, date(2026, 9, 29), Limit(2, Unit.WORKING_DAY)).time() == time(16)
    assert due_at(both, date(2026, 9, 29), Limit(1, Unit.WORKING_DAY)).time() == time(17)


@pytest.mark.parametrize(
    ("year", "hours", "code"),
    [
        (CalendarYear(2026, (NamedDay(date(2025, 5, 1)),)), OFFICE, "DAY_OF_ANOTHER_YEAR"),
        (CalendarYear(2026, (), (NamedDay(date(2026, 5, 8)),)), OFFICE, "WORKED_DAY_NOT_A_WEEKEND"),
        (
            CalendarYear(2026, (NamedDay(date(2026, 5, 9)),), (NamedDay(date(2026, 5, 9)),)),
            OFFICE,
            "OFF_AND_WORKED",
        ),
        (CalendarYear(2026, ()), OfficeHours(date(2026, 1, 1), None, ()), "NO_SHIFTS"),
        (
            CalendarYear(2026, ()),
            OfficeHours(date(2026, 1, 1), None, (Shift(time(13), time(17)), Shift(time(7), time(11)))),
            "SHIFTS_OUT_OF_ORDER",
        ),
        (CalendarYear(2026, ()), OfficeHours(date(2026, 2, 1), None, OFFICE.shifts), "DAYS_WITHOUT_HOURS"),
        (
            CalendarYear(2026, ()),
            OfficeHours(date(2026, 1, 1), date(2026, 12, 31), OFFICE.shifts),
            "DAYS_WITHOUT_HOURS",
        ),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(
    year: CalendarYear, hours: OfficeHours, code: str
) -> None:
    with pytest.raises(InvalidCalendar) as refused:
        WorkCalendar("bad", [year], [hours])
    assert [problem.code for problem in refused.value.problems] == [code]


def test_years_follow_one_another_and_hours_do_not_overlap() -> None:
    years = [CalendarYear(2026, ()), CalendarYear(2028, ())]
    second = OfficeHours(date(2026, 3, 1), None, OFFICE.shifts)
    with pytest.raises(InvalidCalendar) as refused:
        WorkCalendar("bad", years, [OFFICE, second])
    codes = [problem.code for problem in refused.value.problems]
    assert codes == ["YEARS_NOT_CONSECUTIVE", "HOURS_OVERLAP"]
    with pytest.raises(InvalidCalendar, match="không có năm nào"):
        WorkCalendar("bad", [], [OFFICE])


def test_sentences_may_be_said_in_another_language() -> None:
    deadline = reckon(CALENDAR, datetime(2026, 3, 2, 14, 30, tzinfo=VIETNAM), Limit(4, Unit.HOUR))
    last = next(step for step in deadline.steps if step.code is StepCode.LAST_HOUR)
    english = {
        "{amount} giờ làm việc tính từ {counted_from}: trong ngày đầu {on_first_day}, hết lúc {due}.": (
            "{amount} office hours from {counted_from}: {on_first_day} on the first day, until {due}."
        ),
        "{count} giờ": "{count} h",
        "{count} phút": "{count} min",
        "{time} ngày {day}": "{day} {time}",
    }
    assert step_sentence(last, lambda text: english[text]) == (
        "4 office hours from 02/03/2026 14:30: 2 h 30 min on the first day, until 03/03/2026 08:30."
    )
    with pytest.raises(InvalidDeadline) as refused:
        reckon(CALENDAR, date(2026, 3, 2), Limit(0, Unit.WORKING_DAY))
    assert problem_sentence(refused.value.problems[0], lambda text: "Limit {amount}") == "Limit 0"
