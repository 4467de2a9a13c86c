"""The legal verdict and the verdict of QĐ 766, side by side and never mixed (dossiers.md 5.1, 5.2).

Local days (Asia/Ho_Chi_Minh) are compared; with a limit in hours moments are, where both are known. The legal
clock ends when the dossier is done: a result that waits at the counter is not late. A new date that was
granted with an apology changes neither verdict.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from openpar.engine.verdicts.case import Case, Terms
from openpar.engine.verdicts.events import (
    Event,
    EventKind,
    Statuses,
    check_zones,
    day_words,
    follow,
    legal_day,
)
from openpar.engine.verdicts.index import index_verdict
from openpar.engine.verdicts.legal import legal_verdict
from openpar.engine.verdicts.results import Finding, IndexVerdict, LegalVerdict, Verdict, Verdicts
from openpar.engine.verdicts.rules import VerdictRules
from openpar.engine.workdays import WorkCalendar

_WITHOUT_RECEPTION = {EventKind.REFUSED: Verdict.REFUSED, EventKind.WITHDRAWN: Verdict.WITHDRAWN}


def judge(
    calendar: WorkCalendar,
    statuses: Statuses,
    rules: VerdictRules,
    terms: Terms,
    events: Sequence[Event],
    on: date,
) -> Verdicts:
    """Both verdicts as things stood at the end of day `on`: what happened later is not yet known.

    Raises BadEvents for events that contradict each other, InvalidDeadline where no due date can be computed,
    IndexError where a stated day lies outside the calendar.
    """
    check_zones(events)
    known = [event for event in events if event.on <= on]
    course = follow(statuses, known)
    received = next((event.at for event in known if event.kind is EventKind.RECEIVED), None)
    if received is None:
        return _not_received(course.status, known)
    case = Case(calendar, rules, terms, known, course, received, on)
    legal = legal_verdict(case)
    original = case.original_due()
    return Verdicts(
        course.status,
        None if original is None else legal_day(original),
        legal,
        index_verdict(case),
        tuple(_findings(case, legal)),
    )


def last_day_to_apologise(calendar: WorkCalendar, rules: VerdictRules, due_on: date) -> date:
    """The last day for an apology with a new date: so many working days before the due day.

    Raises IndexError for a day outside the calendar.
    """
    day, left = due_on, rules.apology_working_days_before
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working(day)
    return day


def _not_received(status: int, events: Sequence[Event]) -> Verdicts:
    verdict = Verdict.NOT_RECEIVED
    for event in events:
        verdict = _WITHOUT_RECEPTION.get(event.kind, verdict)
    legal = LegalVerdict(verdict, None, None, "Chưa được tiếp nhận: không tính hạn.")
    return Verdicts(
        status, None, legal, IndexVerdict(None, None, None, 0, "Chưa được tiếp nhận: không tính."), ()
    )


def _findings(case: Case, legal: LegalVerdict) -> Iterator[Finding]:
    """What is wrong with the data: Q2, Q5, Q9 and Q10 of the rules of data quality."""
    if case.course.skipped_done:
        yield Finding("Q2", "Đã trả kết quả nhưng không ghi lúc xử lý xong.")
    if case.limit is None:
        yield Finding("Q5", "Không có hạn trả.")
    for kind, allowed, what in (
        (EventKind.SUPPLEMENT_ASKED, case.rules.supplements_allowed, "yêu cầu bổ sung"),
        (EventKind.EXTENDED, case.rules.extensions_allowed, "hẹn lại"),
    ):
        times = case.times(kind)
        if times > allowed:
            yield Finding("Q9", f"{times} lần {what}, được phép {allowed}.")
    if legal.verdict in (Verdict.LATE, Verdict.OPEN_OVERDUE) and legal.due_on is not None:
        last = last_day_to_apologise(case.calendar, case.rules, legal.due_on)
        apologised = case.at(EventKind.EXTENDED)
        if apologised is None or legal_day(apologised) > last:
            yield Finding("Q10", f"Quá hạn mà không xin lỗi, hẹn lại chậm nhất ngày {day_words(last)}.")
