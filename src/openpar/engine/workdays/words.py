"""The sentences of a reasoning and of what is refused, in Vietnamese; `say` may put them otherwise."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from openpar.engine.workdays.calendar import SECOND, local
from openpar.engine.workdays.facts import (
    DaySpan,
    Deadline,
    DeadlineProblem,
    InvalidDeadline,
    ProblemCode,
    Step,
    StepCode,
    Value,
)
from openpar.engine.workdays.years import shown_day

Say = Callable[[str], str]
# Values that are lengths of time, in microseconds.
_DURATIONS = ("micros", "on_first_day")


def gettext_noop(text: str) -> str:
    """Marks a text of the tables below for translation."""
    return text


_STEPS: Mapping[StepCode, str] = {
    StepCode.RECEIVED: gettext_noop("Tiếp nhận: {at}."),
    StepCode.BEFORE_OPENING: gettext_noop("Trước giờ làm việc: tính là tiếp nhận lúc {counted_from}."),
    StepCode.AT_LUNCH: gettext_noop("Trong giờ nghỉ trưa: tính là tiếp nhận lúc {counted_from}."),
    StepCode.AFTER_CLOSING: gettext_noop("Sau giờ làm việc: tính là tiếp nhận lúc {counted_from}."),
    StepCode.ON_DAY_OFF: gettext_noop("Vào ngày nghỉ: tính là tiếp nhận lúc {counted_from}."),
    StepCode.AFTER_SAME_DAY_MOMENT: gettext_noop("Sau {until}: giải quyết trong ngày làm việc tiếp theo."),
    StepCode.WITHOUT_TIME: gettext_noop("Không có giờ tiếp nhận: coi như nộp kịp trong ngày."),
    StepCode.LAST_WORKING_DAY: gettext_noop(
        "Không tính ngày bắt đầu {received_on}; ngày làm việc thứ {amount} sau đó là {last}."
    ),
    StepCode.LAST_CALENDAR_DAY: gettext_noop(
        "Không tính ngày bắt đầu {received_on}; ngày thứ {amount} sau đó là {last}."
    ),
    StepCode.LAST_HOUR: gettext_noop(
        "{amount} giờ làm việc tính từ {counted_from}: trong ngày đầu {on_first_day}, hết lúc {due}."
    ),
    StepCode.SAME_DAY: gettext_noop("Giải quyết trong ngày làm việc {last}."),
    StepCode.MOVED_TO_WORKING_DAY: gettext_noop(
        "Ngày cuối {last} là ngày nghỉ: chuyển sang ngày làm việc tiếp theo, {due}."
    ),
    StepCode.STOPPED_WORKING_DAYS: gettext_noop(
        "Đồng hồ dừng từ {begins} đến {ends}: cộng thêm {days} ngày làm việc, hạn là {due}."
    ),
    StepCode.STOPPED_CALENDAR_DAYS: gettext_noop(
        "Đồng hồ dừng từ {begins} đến {ends}: cộng thêm {days} ngày, hạn là {due}."
    ),
    StepCode.STOPPED_HOURS: gettext_noop(
        "Đồng hồ dừng từ {begins} đến {ends}: cộng thêm {micros} làm việc, hạn là {due}."
    ),
    StepCode.STARTED_ANEW: gettext_noop(
        "Yêu cầu bổ sung {begins}, bổ sung xong {ends}: thời hạn tính lại từ đầu."
    ),
    StepCode.TOO_LATE_TO_PAUSE: gettext_noop(
        "Dừng từ {begins} đến {ends}: bắt đầu khi thời hạn đã hết nên không kéo dài thời hạn."
    ),
    StepCode.DAYS_OFF: gettext_noop("Ngày nghỉ trong thời gian này: {days}."),
    StepCode.WORKED_SATURDAYS: gettext_noop("Ngày làm bù, là ngày làm việc: {days}."),
    StepCode.POSSIBLE_DAYS_OFF: gettext_noop(
        "Chưa chắc chắn, đang tính là ngày làm việc: {days}. Tính lại khi có quyết định."
    ),
    StepCode.ESTIMATED_YEAR: gettext_noop("Lịch nghỉ năm {year} là dự kiến. Tính lại khi có quyết định."),
    StepCode.DUE: gettext_noop("Hạn trả kết quả: {at}."),
    StepCode.CALENDAR: gettext_noop("Theo lịch làm việc, phiên bản {version}."),
}
_PROBLEMS: Mapping[ProblemCode, str] = {
    ProblemCode.RECEPTION_MISSING: gettext_noop("Chưa có thời điểm tiếp nhận. Nhập ngày, giờ tiếp nhận."),
    ProblemCode.YEAR_WITHOUT_CALENDAR: gettext_noop(
        "Năm {year}: chưa có lịch ngày nghỉ. Nhập lịch của năm này rồi tính lại."
    ),
    ProblemCode.LIMIT_NOT_POSITIVE: gettext_noop("Thời hạn {amount}: phải là số nguyên từ 1 trở lên."),
    ProblemCode.SAME_DAY_WITH_A_NUMBER: gettext_noop(
        "Thời hạn {amount}: giải quyết trong ngày thì không có số; bỏ trống hoặc ghi 1."
    ),
    ProblemCode.MOMENT_WITHOUT_TIME: gettext_noop(
        "{which} {given}: thiếu giờ. Thời hạn tính bằng giờ cần cả giờ, như 2026-02-13T15:30."
    ),
    ProblemCode.MOMENT_WITHOUT_ZONE: gettext_noop(
        "{which} {given}: thiếu múi giờ. Ghi như 2026-02-13T15:30+07:00."
    ),
    ProblemCode.PAUSE_ENDS_BEFORE_IT_BEGINS: gettext_noop(
        "Lần dừng từ {begins} đến {ends}: kết thúc trước khi bắt đầu. Đổi lại hai thời điểm."
    ),
    ProblemCode.PAUSE_BEFORE_RECEPTION: gettext_noop(
        "Lần dừng từ {begins} đến {ends}: bắt đầu trước khi tiếp nhận ({received}). "
        "Chỉ ghi lần dừng sau khi tiếp nhận."
    ),
    ProblemCode.PAUSE_NOT_ENDED: gettext_noop(
        "Đồng hồ còn đang dừng nên chưa có hạn trả. Tính lại khi hồ sơ được tiếp tục giải quyết."
    ),
    ProblemCode.PAUSES_OVERLAP: gettext_noop(
        "Lần dừng bắt đầu {begins}: lần dừng trước đến {ends} mới hết. Gộp hai lần dừng làm một."
    ),
}
# Of which moment a problem speaks.
_WHICH: Mapping[str, str] = {
    "RECEIVED": gettext_noop("Tiếp nhận"),
    "PAUSE_BEGINS": gettext_noop("Lần dừng thứ {number}, lúc bắt đầu"),
    "PAUSE_ENDS": gettext_noop("Lần dừng thứ {number}, lúc kết thúc"),
}


def in_vietnamese(text: str) -> str:
    """The texts as they stand here."""
    return text


def reasoning(deadline: Deadline, say: Say = in_vietnamese) -> tuple[str, ...]:
    """The whole reasoning, a sentence a step."""
    return tuple(step_sentence(step, say) for step in deadline.steps)


def step_sentence(step: Step, say: Say = in_vietnamese) -> str:
    """What one step did."""
    return say(_STEPS[step.code]).format_map(_told(step.values, say))


def problem_sentence(problem: DeadlineProblem, say: Say = in_vietnamese) -> str:
    """What is wrong, where, and what would be right."""
    values = _told(problem.values, say)
    if "which" in values:
        values["which"] = say(_WHICH[values["which"]]).format_map(values)
    return say(_PROBLEMS[problem.code]).format_map(values)


def refusal(invalid: InvalidDeadline, say: Say = in_vietnamese) -> tuple[str, ...]:
    """Everything that is wrong."""
    return tuple(problem_sentence(problem, say) for problem in invalid.problems)


def shown_moment(moment: date, say: Say = in_vietnamese) -> str:
    """15:30 ngày 13/02/2026 in the time of Viet Nam, seconds only when there are some; or the day alone."""
    if not isinstance(moment, datetime):
        return shown_day(moment)
    there = moment if moment.tzinfo is None else local(moment)
    seconds = f":{there.second:02}" if there.second else ""
    time = f"{there.hour:02}:{there.minute:02}{seconds}"
    return say(gettext_noop("{time} ngày {day}")).format(time=time, day=shown_day(there))


def _told(values: Mapping[str, Value], say: Say) -> dict[str, str]:
    return {name: _text(name, value, say) for name, value in values.items()}


def _text(name: str, value: Value, say: Say) -> str:
    if isinstance(value, date):
        return shown_moment(value, say)
    if isinstance(value, tuple):
        return "; ".join(_span(span) for span in value)
    if isinstance(value, int) and name in _DURATIONS:
        return _duration(value, say)
    return str(value)


def _span(span: DaySpan) -> str:
    days = shown_day(span.first)
    if span.last != span.first:
        days = f"{days} – {shown_day(span.last)}"
    return f"{days} ({span.name})" if span.name else days


def _duration(micros: int, say: Say) -> str:
    """2 giờ 30 phút; parts of a second are left out."""
    minutes, seconds = divmod(divmod(micros, SECOND)[0], 60)
    hours, minutes = divmod(minutes, 60)
    parts = (
        (hours, gettext_noop("{count} giờ")),
        (minutes, gettext_noop("{count} phút")),
        (seconds, gettext_noop("{count} giây")),
    )
    told = [say(text).format(count=count) for count, text in parts if count]
    return " ".join(told) or say(gettext_noop("{count} phút")).format(count=0)
