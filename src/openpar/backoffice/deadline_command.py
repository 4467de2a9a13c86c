"""`openpar deadline`: the due moment of one limit and its reasoning, from a calendar file; no database."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from openpar.base.calendars.files import CalendarFile, read_calendar, shipped_calendar
from openpar.common.errors import Gap, Refused
from openpar.common.formats import DateNotUnderstood, parse_date
from openpar.engine.workdays import (
    VIETNAM,
    InvalidDeadline,
    Limit,
    Pause,
    PauseKind,
    StepCode,
    Unit,
    WorkCalendar,
    reasoning,
    reckon,
    refusal,
)
from openpar.engine.workdays.words import step_sentence

FINE, WRONG = 0, 1
DATA = Path(__file__).resolve().parents[3] / "data"
_UNITS = {**{unit.value: unit for unit in Unit}, "day": Unit.CALENDAR_DAY}
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
# Told without being asked for: the due date may still change.
_WARNINGS = (StepCode.ESTIMATED_YEAR, StepCode.POSSIBLE_DAYS_OFF)
_HELP = """\
Dòng đầu của kết quả là hạn trả theo ISO 8601, giờ Việt Nam; với --explain, sau đó là cách tính.

Đơn vị: working_day ngày làm việc; calendar_day (hoặc day) ngày; hour giờ làm việc; same_day trong ngày
(không cần --limit). Không tính ngày tiếp nhận; hết hạn lúc hết giờ làm việc của ngày cuối; ngày cuối là ngày
nghỉ thì chuyển sang ngày làm việc tiếp theo. Tiếp nhận sau giờ làm việc, hoặc vào ngày nghỉ, tính là lúc mở
cửa kế tiếp; trong giờ nghỉ trưa tính là đầu giờ chiều. Chỉ ghi ngày, không ghi giờ: tính đúng ngày đó.

--pause TỪ ĐẾN: đồng hồ dừng (chờ nghĩa vụ tài chính; cách tính của QĐ 766) và thời gian dừng được cộng thêm:
  working_day, same_day  số ngày làm việc sau ngày TỪ cho đến hết ngày ĐẾN
  calendar_day           số ngày sau ngày TỪ cho đến hết ngày ĐẾN
  hour                   thời gian trong giờ làm việc giữa hai thời điểm
Lần dừng bắt đầu sau ngày đến hạn (với hour: từ lúc hết hạn) không kéo dài thời hạn. Hạn không rơi vào lúc
đồng hồ đang dừng.
--supplement TỪ ĐẾN: yêu cầu bổ sung, bổ sung xong; cả thời hạn tính lại từ đầu (NĐ 61/2018 Điều 19).

Ví dụ: openpar deadline --received 2026-02-13T15:30 --limit 5 --unit working_day --explain
"""


def add_deadline_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `deadline`."""
    parser = commands.add_parser(
        "deadline",
        help="due moment of a time limit · hạn trả kết quả",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--received", required=True, metavar="MOMENT", help="2026-02-13T15:30 or 2026-02-13 · tiếp nhận"
    )
    parser.add_argument("--limit", metavar="N", help="a whole number · thời hạn")
    parser.add_argument("--unit", required=True, choices=tuple(_UNITS), help="unit of the limit · đơn vị")
    for name, told in (("--pause", "the clock stops · dừng"), ("--supplement", "starts anew · bổ sung")):
        parser.add_argument(name, nargs=2, action="append", default=[], metavar=("FROM", "TO"), help=told)
    parser.add_argument("--calendar", type=Path, metavar="FILE", help="another calendar, .yaml · lịch khác")
    parser.add_argument("--explain", action="store_true", help="with the reasoning · kèm cách tính")
    parser.set_defaults(run=_deadline)


def _deadline(options: argparse.Namespace) -> int:
    unit = _UNITS[options.unit]
    reader = _Reader()
    received = reader.moment("--received", options.received)
    limit = Limit(reader.limit(options.limit, unit), unit)
    pauses = [
        Pause(reader.moment(name, begins), reader.moment(name, ends), kind)
        for name, given, kind in (
            ("--pause", options.pause, PauseKind.STOPS),
            ("--supplement", options.supplement, PauseKind.STARTS_ANEW),
        )
        for begins, ends in given
    ]
    if reader.gaps:
        raise Refused(reader.gaps)
    calendar = _calendar(options.calendar)
    try:
        deadline = reckon(calendar, received, limit, pauses)
    except InvalidDeadline as invalid:
        _tell(refusal(invalid))
        return WRONG
    sys.stdout.write(f"{deadline.due_at.isoformat()}\n")
    if options.explain:
        sys.stdout.writelines(f"{sentence}\n" for sentence in reasoning(deadline))
    else:
        _tell(step_sentence(step) for step in deadline.steps if step.code in _WARNINGS)
    return FINE


def _calendar(path: Path | None) -> WorkCalendar:
    shipped = shipped_calendar(DATA)
    found: CalendarFile = shipped if path is None else read_calendar(path)
    if found.hours:
        return found.calendar()
    _tell([f"{found.name} không nêu giờ làm việc: dùng giờ của {shipped.name} đi kèm chương trình."])
    return found.calendar([each.hours for each in shipped.hours])


class _Reader:
    """The words of the command line as values; everything that is wrong is kept."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []

    def moment(self, where: str, text: str) -> date:
        """A day, or a moment: in the time of Viet Nam unless it names another."""
        try:
            if _MOMENT.fullmatch(text):
                found = datetime.fromisoformat(text)
                return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
            return parse_date(text, where=where)
        except DateNotUnderstood as refused:
            self.gaps += refused.gaps
        except ValueError:
            remedy = "Ghi như 2026-02-13T15:30 hoặc 2026-02-13"
            self.gaps.append(Gap(where, f"“{text}” không phải là một thời điểm", remedy, code="no-moment"))
        return date.min

    def limit(self, text: str | None, unit: Unit) -> int:
        """The number of the limit; `same_day` needs none."""
        if text is None and unit is Unit.SAME_DAY:
            return 1
        if text is not None and _WHOLE.fullmatch(text):
            return int(text)
        remedy = "Ghi số nguyên, như --limit 5; nửa ngày làm việc là --limit 4 --unit hour"
        what = "chưa ghi thời hạn" if text is None else f"“{text}” không phải là số nguyên"
        self.gaps.append(Gap("--limit", what, remedy, code="no-limit"))
        return 1


def _tell(lines: Iterable[str]) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)
