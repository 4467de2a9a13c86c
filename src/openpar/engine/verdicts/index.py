"""The clock of QĐ 766 (indicator 2.1): the days of waiting are taken out, a second request is late.

Days are taken out by counting them, as the national portal does, whenever the request came; the legal clock
knows no request after the limit is over. A request that was never answered takes nothing out.
"""

from datetime import date, timedelta

from openpar.engine.verdicts.case import Case
from openpar.engine.verdicts.events import EventKind, day_words, legal_day
from openpar.engine.verdicts.results import IndexVerdict
from openpar.engine.verdicts.rules import WaitKind
from openpar.engine.workdays import Pause, Unit, due_at

_ENDS = (
    ((EventKind.DONE,), "xong"),
    ((EventKind.RESULT_RETURNED,), "trả kết quả"),
    ((EventKind.STOPPED, EventKind.RETURNED, EventKind.REFUSED, EventKind.WITHDRAWN), "kết thúc"),
)


def index_verdict(case: Case) -> IndexVerdict:
    """On time or late; a dossier that is open inside its limit is on time."""
    ended, by = _end(case)
    ended_on = legal_day(ended)
    due, subtracted = _due(case)
    if due is None:
        is_counted = case.rules.no_due_date_is_on_time
        told = "tính là đúng hạn" if is_counted else "không tính"
        return IndexVerdict(is_counted or None, None, ended_on, 0, f"Không có hạn trả: {told}.")
    due_on = legal_day(due)
    requests = case.times(EventKind.SUPPLEMENT_ASKED)
    if requests > 1 and case.rules.more_supplements_are_late:
        said = f"{requests} lần yêu cầu bổ sung: tính là quá hạn."
        return IndexVerdict(False, due_on, ended_on, subtracted, said)
    is_on_time = case.order(ended, due) <= 0
    kind = "ngày làm việc" if case.rules.subtracts_working_days else "ngày"
    without = f" (đã trừ {subtracted} {kind} chờ)" if subtracted else ""
    verdict = "đúng hạn" if is_on_time else "quá hạn"
    said = f"Hạn {day_words(due_on)}{without}, {by} {day_words(ended_on)}: {verdict}."
    return IndexVerdict(is_on_time, due_on, ended_on, subtracted, said)


def _end(case: Case) -> tuple[date, str]:
    """The first that exists: done, result handed over, ended otherwise, a request not answered, the day."""
    for kinds, by in _ENDS:
        at = case.at(*kinds)
        if at is not None:
            return at, by
    last = case.course.waits[-1] if case.course.waits else None
    if last is not None and last.kind is WaitKind.SUPPLEMENT and last.ends is None:
        return last.begins, "yêu cầu bổ sung"
    return case.on, "đến"


def _due(case: Case) -> tuple[date | None, int]:
    """The due day of the receipt, later by the days taken out, and how many those are."""
    due, limit = case.original_due(), case.limit
    waits = [
        (wait.begins, wait.ends)
        for wait in case.course.waits
        if wait.kind in case.rules.subtracted and wait.ends is not None and wait.is_answered
    ]
    if due is None or limit is None or not waits:
        return due, 0
    days = sum(_days(case, legal_day(begins), legal_day(ends)) for begins, ends in waits)
    if limit.unit is Unit.HOUR:
        pauses = [Pause(begins, ends) for begins, ends in waits]
        return due_at(case.calendar, case.received, limit, pauses), days
    return _later(case, legal_day(due), days), days


def _days(case: Case, begins: date, ends: date) -> int:
    """Days of (begins, ends], working or calendar days as the rules say."""
    if case.rules.subtracts_working_days:
        return case.calendar.working_days_between(begins, ends)
    return (ends - begins).days


def _later(case: Case, due_on: date, days: int) -> date:
    if not case.rules.subtracts_working_days:
        return due_on + timedelta(days=days)
    while days:
        due_on += timedelta(days=1)
        days -= case.calendar.is_working(due_on)
    return due_on
