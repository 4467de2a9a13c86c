"""The legal clock (NĐ 61/2018 Art. 19): a supplement starts the limit anew, once; the end is status 9."""

from datetime import date

from openpar.engine.verdicts.case import Case
from openpar.engine.verdicts.events import EventKind, Wait, day_words, legal_day
from openpar.engine.verdicts.results import LegalVerdict, Verdict
from openpar.engine.verdicts.rules import WaitKind
from openpar.engine.workdays import Pause, PauseKind, due_at

_LEFT = (
    (EventKind.WITHDRAWN, Verdict.WITHDRAWN, "Người nộp rút hồ sơ"),
    (EventKind.RETURNED, Verdict.RETURNED, "Đã trả lại hồ sơ"),
    (EventKind.STOPPED, Verdict.STOPPED, "Đã dừng giải quyết"),
)
_BY_ORDER = {-1: Verdict.EARLY, 0: Verdict.ON_TIME, 1: Verdict.LATE}
_SAID = {Verdict.EARLY: "trước hạn", Verdict.ON_TIME: "đúng hạn", Verdict.LATE: "quá hạn"}
_WAITING = {
    WaitKind.SUPPLEMENT: "Chờ bổ sung",
    WaitKind.PAYMENT: "Chờ thực hiện nghĩa vụ tài chính",
    WaitKind.PAUSE: "Tạm dừng",
}


def legal_verdict(case: Case) -> LegalVerdict:
    """Early, on time, late, open in time or overdue; what left without a result is counted apart."""
    due = _due(case)
    due_on = None if due is None else legal_day(due)
    for kind, verdict, said in _LEFT:
        if case.at(kind) is not None:
            return LegalVerdict(verdict, due_on, None, f"{said}: đếm riêng, không tính hạn.")
    ended = case.at(EventKind.DONE)
    if ended is None:
        # Nobody wrote down that it was done: the day of the handing over is the best there is.
        ended = case.at(EventKind.RESULT_RETURNED)
    ended_on = None if ended is None else legal_day(ended)
    if due is None or due_on is None:
        return LegalVerdict(Verdict.UNTIMED, None, ended_on, "Không có hạn trả: lỗi dữ liệu, đếm riêng.")
    if ended is None or ended_on is None:
        return _open(case, due, due_on)
    verdict = _BY_ORDER[case.order(ended, due)]
    said = f"Hạn {day_words(due_on)}, xong {day_words(ended_on)}: {_SAID[verdict]}."
    return LegalVerdict(verdict, due_on, ended_on, said)


def _due(case: Case) -> date | None:
    pauses = [
        Pause(wait.begins, wait.ends, _does(case, wait)) for wait in _counted(case) if wait.ends is not None
    ]
    limit = case.limit
    if not pauses or limit is None:
        return case.original_due()
    return due_at(case.calendar, case.received, limit, pauses)


def _does(case: Case, wait: Wait) -> PauseKind:
    return case.rules.supplement if wait.kind is WaitKind.SUPPLEMENT else PauseKind.STOPS


def _counted(case: Case) -> list[Wait]:
    """The waiting that this clock knows: the supplements allowed, and what stops it."""
    waits = case.course.waits
    supplements = [wait for wait in waits if wait.kind is WaitKind.SUPPLEMENT]
    allowed = supplements[: case.rules.supplements_allowed]
    return [wait for wait in waits if wait.kind in case.rules.stops or wait in allowed]


def _open(case: Case, due: date, due_on: date) -> LegalVerdict:
    waiting = _waiting_in_time(case, due)
    if waiting is not None:
        verdict = Verdict.SUPPLEMENT if waiting.kind is WaitKind.SUPPLEMENT else Verdict.PAUSED
        begun = day_words(legal_day(waiting.begins))
        said = f"{_WAITING[waiting.kind]} từ {begun}: đồng hồ dừng, đếm riêng."
        return LegalVerdict(verdict, due_on, None, said)
    is_overdue = case.on > due_on
    state = "quá hạn" if is_overdue else "trong hạn"
    said = f"Hạn {day_words(due_on)}, đến {day_words(case.on)} chưa xong: {state}."
    return LegalVerdict(Verdict.OPEN_OVERDUE if is_overdue else Verdict.OPEN_IN_TIME, due_on, None, said)


def _waiting_in_time(case: Case, due: date) -> Wait | None:
    """What stops the clock now; a waiting that began when the limit was over stops nothing."""
    counted = _counted(case)
    if not counted or counted[-1].ends is not None:
        return None
    return None if case.order(counted[-1].begins, due) > 0 else counted[-1]
