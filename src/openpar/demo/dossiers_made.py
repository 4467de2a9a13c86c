"""Realistic years of dossiers: seasonal, mostly in time, with every kind of defect planted and known.

Invented from the first to the last: names, codes and figures stand for no province and no person. The same
seed makes the same year. A year can be told as of any moment, so that lists follow each other as those of a
real system do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.calendars.columns import CalendarColumns, due_columns
from openpar.engine.workdays import Unit, WorkCalendar

Array = npt.NDArray[Any]
_NAT = np.datetime64("NaT", "us")
# More after Tết and before the school year, fewer in the month of Tết (January to December, of the mean).
_SEASON = (0.95, 0.62, 1.18, 1.08, 1.02, 1.04, 1.05, 1.2, 1.06, 1.0, 0.95, 0.85)
# By weekday, Monday first; some one-stop shops receive on Saturday mornings.
_WEEK = (1.35, 1.05, 1.0, 1.0, 0.95, 0.12, 0.0)
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
_GIVEN = ("Mẫu An", "Mẫu Bình", "Mẫu Chi", "Mẫu Dũng", "Mẫu Giang", "Mẫu Hà", "Mẫu Khánh", "Mẫu Lan")
_STATUS_WORDS = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Từ chối tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung",
    7: "Rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
_CHANNEL_WORDS = ("", "Trực tiếp", "Trực tuyến", "Bưu chính công ích")
USUAL = (
    *("STT", "Đơn vị tiếp nhận", "Người tiếp nhận", "Tên thủ tục hành chính", "Mã hồ sơ", "Trạng thái"),
    *("Địa chỉ", "Người nộp", "Chủ hồ sơ", "Ngày nộp hồ sơ", "Ngày nhận", "Ngày hẹn trả"),
    "Ngày kết thúc xử lý",
)
# What a fuller list has beside the usual thirteen columns.
FULL = (
    *USUAL,
    *("Mã thủ tục", "Kênh tiếp nhận", "Ngày trả kết quả", "Ngày yêu cầu bổ sung", "Ngày bổ sung xong"),
    *("Ngày xin lỗi", "Ngày hẹn trả mới", "Số hóa thành phần hồ sơ", "Thanh toán trực tuyến"),
    *("Kết quả điện tử", "Có nghĩa vụ tài chính"),
)


@dataclass(frozen=True)
class MadeProcedure:
    """A procedure of the year: its code and name, working days of its limit, how often it is asked for, and
    its field.
    """

    code: str
    name: str
    days: int
    weight: float = 1.0
    sector: str = ""


@dataclass(frozen=True)
class MadeYear:
    """Dossiers as they will have happened; `planted`: the codes with each defect, by rule."""

    agencies: tuple[str, ...]
    procedures: tuple[MadeProcedure, ...]
    codes: Array
    agency: Array
    procedure: Array
    channel: Array
    submitted: Array
    received: Array
    due_on: Array
    finished: Array
    handed_over: Array
    asked: Array
    answered: Array
    apologised: Array
    new_due_on: Array
    left_as: Array
    digitised: Array
    paid: Array
    electronic: Array
    fee: Array
    planted: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.codes)

    def taken(self, chosen: Array) -> MadeYear:
        """Only these dossiers, by place or by flag; what was planted stays known by its code."""
        columns: dict[str, Any] = {
            name: value[chosen] for name, value in vars(self).items() if isinstance(value, np.ndarray)
        }
        return replace(self, **columns)


def made_year(
    seed: int,
    count: int,
    *,
    calendar: WorkCalendar,
    agencies: Sequence[str],
    procedures: Sequence[MadeProcedure],
    first: date,
    last: date,
    office: str = "H36",
) -> MadeYear:
    """`count` dossiers received from `first` to `last`, both included."""
    chance = np.random.default_rng(seed)
    columns = CalendarColumns(calendar)
    received = np.sort(_moments_of_day(chance, _days(chance, count, first, last)))
    weights = np.array([one.weight for one in procedures])
    procedure = chance.choice(len(procedures), count, p=weights / weights.sum())
    # Few agencies have most of the dossiers, and some are slower than others.
    shares = 1 / np.arange(1, len(agencies) + 1) ** 0.6
    agency = chance.choice(len(agencies), count, p=shares / shares.sum())
    slow = np.random.default_rng(seed + 1).gamma(2.0, 0.5, len(agencies))
    limits = np.array([one.days for one in procedures], np.int64)[procedure]
    due = due_columns(columns, received, limits, Unit.WORKING_DAY).due_at
    asked, answered = _supplements(chance, received, limits)
    waited = np.where(np.isnat(answered), np.timedelta64(0, "D"), answered - asked)
    is_late = chance.random(count) < 0.02 + 0.03 * slow[agency]
    share = np.where(is_late, 1.05 + chance.exponential(0.5, count), chance.beta(4, 2.2, count))
    taken = (due - received).astype(np.int64) * share
    finished = _in_office(chance, received + taken.astype("timedelta64[us]") + waited, columns)
    apologised = np.where(is_late & (chance.random(count) < 0.5), due - np.timedelta64(50, "h"), _NAT)
    apologised[apologised < received] = _NAT
    submitted = received - (chance.integers(0, 30, count) * 3600_000_000).astype("timedelta64[us]")
    left = chance.choice([0, 3, 7, 8], count, p=(0.965, 0.015, 0.012, 0.008))
    return MadeYear(
        agencies=tuple(agencies),
        procedures=tuple(procedures),
        codes=_codes(received, agency, office),
        agency=agency,
        procedure=procedure,
        channel=chance.choice([1, 2, 3], count, p=(0.38, 0.58, 0.04)),
        submitted=submitted,
        received=received,
        due_on=due.astype("datetime64[D]"),
        finished=finished,
        handed_over=finished + np.timedelta64(26, "h"),
        asked=asked,
        answered=answered,
        apologised=apologised,
        new_due_on=np.where(np.isnat(apologised), _NAT, due + np.timedelta64(7, "D")).astype("datetime64[D]"),
        left_as=left,
        digitised=chance.random(count) < 0.7,
        paid=np.where(chance.random(count) < 0.45, 2, 0),
        electronic=chance.random(count) < 0.55,
        fee=chance.random(count) < 0.6,
    )


def _days(chance: np.random.Generator, count: int, first: date, last: date) -> Array:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (days.astype(np.int64) + 3) % 7
    weights = np.array(_SEASON)[month] * np.array(_WEEK)[weekday]
    found: Array = chance.choice(days, count, p=weights / weights.sum())
    return found


def _moments_of_day(chance: np.random.Generator, days: Array) -> Array:
    """Two bumps, at nine in the morning and at three in the afternoon."""
    size = len(days)
    hours = np.where(chance.random(size) < 0.6, chance.normal(9, 1, size), chance.normal(15, 0.9, size))
    seconds = (np.clip(hours, 7.05, 16.9) * 3600).astype(np.int64)
    found: Array = (days.astype("datetime64[us]") + seconds.astype("timedelta64[s]")).astype("datetime64[us]")
    return found


def _in_office(chance: np.random.Generator, moments: Array, columns: CalendarColumns) -> Array:
    """The same days, moved to a working day, at an hour of the office."""
    index = np.clip(moments.astype("datetime64[D]").astype(np.int64) - columns.first_day, 0, columns.size - 1)
    days = (columns.next_working[index] + columns.first_day).astype("datetime64[D]")
    moved = _moments_of_day(chance, days)
    return np.where(moved < moments, np.maximum(moved, moments), moved)


def _supplements(chance: np.random.Generator, received: Array, limits: Array) -> tuple[Array, Array]:
    count = len(received)
    some = (chance.random(count) < 0.06) & (limits >= 3)
    asked = np.where(some, received + np.timedelta64(20, "h"), _NAT)
    answered = asked + (chance.gamma(2, 2, count) * 86_400_000_000).astype("timedelta64[us]")
    return asked.astype("datetime64[us]"), answered.astype("datetime64[us]")


def _codes(received: Array, agency: Array, office: str) -> Array:
    """H36.12-260105-0001: office, day, sequence of the day in each office."""
    days = received.astype("datetime64[D]")
    order = np.lexsort([np.arange(len(days)), agency, days])
    same = np.r_[False, (days[order][1:] == days[order][:-1]) & (agency[order][1:] == agency[order][:-1])]
    starts = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
    sequence = np.zeros(len(order), np.int64)
    sequence[order] = np.arange(len(order)) - starts + 1
    texts = [f"{day:%y%m%d}" for day in days.tolist()]
    codes = np.empty(len(order), object)
    codes[:] = [
        f"{office}.{place + 1}-{text}-{number:04}"
        for place, text, number in zip(agency.tolist(), texts, sequence.tolist(), strict=True)
    ]
    return codes


# --- defects ------------------------------------------------------------------------------------------------


def with_defects(year: MadeYear, seed: int, share: float) -> MadeYear:
    """The year with defects of several rules planted into `share` of its dossiers, each known by its code."""
    chance = np.random.default_rng(seed)
    usable = np.flatnonzero((year.left_as == 0) & np.isnat(year.asked))
    chosen = chance.choice(usable, int(len(year) * share), replace=False)
    rules = ("Q1", "Q2", "Q4", "Q11")
    groups = np.array_split(chosen, len(rules))
    received, finished, codes = year.received.copy(), year.finished.copy(), year.codes.copy()
    received[groups[0]] = _NAT
    finished[groups[1]] = _NAT
    finished[groups[2]] = received[groups[2]] - np.timedelta64(3, "D")
    codes[groups[3]] = [_other_day(code) for code in codes[groups[3]].tolist()]
    planted = {rule: frozenset(codes[rows].tolist()) for rule, rows in zip(rules, groups, strict=True)}
    return replace(
        year, received=received, finished=finished, codes=codes, planted={**year.planted, **planted}
    )


def _other_day(code: str) -> str:
    head, day, number = code.rsplit("-", 2)
    return f"{head}-{day[:4]}{'11' if day[4:] != '11' else '12'}-9{number}"


def backdated(
    year: MadeYear, seed: int, count: int, *, known_by: datetime, calendar: WorkCalendar
) -> MadeYear:
    """The year as it stands after `known_by`: due days moved where a document or supplement allows it; and of
    `count` late dossiers the finish moved before the due day, or the due day behind the finish: `planted`
    has them as Q8 and Q7.

    Half of the latter get an apology that comes after the due day. As many due days again are moved behind
    the day that an apology names, or that a supplement allows.
    """
    chance = np.random.default_rng(seed)
    seen = year.finished < _local(known_by)
    late = year.finished.astype("datetime64[D]") > year.due_on
    plain = seen & (year.left_as == 0) & np.isnat(year.asked) & np.isnat(year.apologised)
    usable, others = np.flatnonzero(plain & late), np.flatnonzero(plain & ~late)
    # Where there are too few late ones, some in time become early.
    usable = np.concatenate([usable, chance.permutation(others)])[:count]
    moved_finish, moved_due = np.array_split(usable, 2)
    finished, due_on = year.finished.copy(), year.due_on.copy()
    apologised, new_due_on = year.apologised.copy(), year.new_due_on.copy()
    # What may be changed: a new date with its document, a limit that starts anew with a supplement.
    extended = ~np.isnat(year.apologised) & seen
    supplemented = ~np.isnat(year.answered) & seen & ~extended
    due_on[extended] = year.new_due_on[extended]
    due_on[supplemented] = _started_anew(year, calendar)[supplemented]
    # And what is excused in appearance only.
    excused = chance.permutation(np.flatnonzero((extended | supplemented) & (year.left_as == 0)))
    excused = excused[: len(moved_due)]
    due_on[excused] += 6
    on_due = due_on[moved_finish].astype("datetime64[us]") + np.timedelta64(9, "h")
    earlier = np.minimum(on_due, finished[moved_finish] - np.timedelta64(1, "D"))
    finished[moved_finish] = np.maximum(earlier, year.received[moved_finish] + np.timedelta64(1, "h"))
    due_on[moved_due] = finished[moved_due].astype("datetime64[D]") + 2
    due_on[moved_due] += due_on[moved_due] == year.due_on[moved_due]
    too_late = moved_due[: len(moved_due) // 2]
    apologised[too_late] = (year.due_on[too_late] + 1).astype("datetime64[us]") + np.timedelta64(9, "h")
    new_due_on[too_late] = due_on[too_late]
    changed = finished[moved_finish] != year.finished[moved_finish]
    planted = {
        "Q8": frozenset(year.codes[moved_finish[changed]].tolist()),
        "Q7": frozenset(year.codes[np.concatenate([moved_due, excused])].tolist()),
    }
    handed = finished + np.timedelta64(26, "h")
    return replace(
        year,
        finished=finished,
        handed_over=handed,
        due_on=due_on,
        apologised=apologised,
        new_due_on=new_due_on,
        planted={**year.planted, **planted},
    )


def _started_anew(year: MadeYear, calendar: WorkCalendar) -> Array:
    """The due day of every dossier whose limit begins once more when its supplement is complete."""
    limits = np.array([one.days for one in year.procedures], np.int64)[year.procedure]
    begins = np.where(np.isnat(year.answered), year.received, year.answered)
    found: Array = due_columns(CalendarColumns(calendar), begins, limits, Unit.WORKING_DAY).due_at
    return found.astype("datetime64[D]")


# --- lists --------------------------------------------------------------------------------------------------


def _local(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "us")


def as_rows(year: MadeYear, as_of: datetime, columns: Sequence[str] = USUAL) -> list[list[str]]:
    """The list that a one-stop system exports at a moment (of the clocks of Việt Nam): header and rows."""
    now = _local(as_of)
    there = np.flatnonzero(np.where(np.isnat(year.received), year.submitted, year.received) <= now)
    makers = _makers(year, there, now)
    listed = [makers[name]() for name in columns]
    return [list(columns), *([*row] for row in zip(*listed, strict=True))]


def as_csv(year: MadeYear, as_of: datetime, columns: Sequence[str] = USUAL) -> bytes:
    """The same as a CSV file."""
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows(as_rows(year, as_of, columns))
    return output.getvalue().encode()


def _makers(year: MadeYear, rows: Array, now: np.datetime64) -> dict[str, Callable[[], list[str]]]:
    def seen(moments: Array) -> Array:
        chosen = moments[rows].astype("datetime64[us]")
        return np.where(chosen <= now, chosen, _NAT)

    finished, handed = seen(year.finished), seen(year.handed_over)
    asked, answered, apologised = seen(year.asked), seen(year.answered), seen(year.apologised)
    status = _status(year, rows, finished, handed, asked, answered)
    names = [f"{_FAMILIES[row % 13]} {_GIVEN[row % 8]} {row}" for row in rows.tolist()]
    places = year.agency[rows].tolist()
    new_due = np.where(np.isnat(apologised), _NAT, year.new_due_on[rows].astype("datetime64[us]"))
    return {
        "STT": lambda: [str(number + 1) for number in range(len(rows))],
        "Đơn vị tiếp nhận": lambda: [year.agencies[place] for place in places],
        "Người tiếp nhận": lambda: [f"Cán bộ mẫu {place}" for place in places],
        "Tên thủ tục hành chính": lambda: [year.procedures[at].name for at in year.procedure[rows].tolist()],
        "Mã thủ tục": lambda: [year.procedures[at].code for at in year.procedure[rows].tolist()],
        "Lĩnh vực": lambda: [year.procedures[at].sector for at in year.procedure[rows].tolist()],
        "Mã hồ sơ": lambda: year.codes[rows].tolist(),
        "Trạng thái": lambda: [_STATUS_WORDS[number] for number in status.tolist()],
        "Địa chỉ": lambda: [
            f"Thôn {row % 20 + 1}, {year.agencies[place]}"
            for row, place in zip(rows.tolist(), places, strict=True)
        ],
        "Người nộp": lambda: names,
        "Chủ hồ sơ": lambda: names,
        "Ngày nộp hồ sơ": lambda: _moments(year.submitted[rows]),
        "Ngày nhận": lambda: _moments(year.received[rows]),
        "Ngày hẹn trả": lambda: _days_in_words(year.due_on[rows]),
        "Ngày kết thúc xử lý": lambda: _moments(finished),
        "Ngày trả kết quả": lambda: _moments(handed),
        "Kênh tiếp nhận": lambda: [_CHANNEL_WORDS[at] for at in year.channel[rows].tolist()],
        "Ngày yêu cầu bổ sung": lambda: _moments(asked),
        "Ngày bổ sung xong": lambda: _moments(answered),
        "Ngày xin lỗi": lambda: _moments(apologised),
        "Ngày hẹn trả mới": lambda: _days_in_words(new_due),
        "Số hóa thành phần hồ sơ": lambda: [str(int(one)) for one in year.digitised[rows].tolist()],
        "Thanh toán trực tuyến": lambda: [str(one) for one in year.paid[rows].tolist()],
        "Kết quả điện tử": lambda: [str(int(one)) for one in year.electronic[rows].tolist()],
        "Có nghĩa vụ tài chính": lambda: [str(int(one)) for one in year.fee[rows].tolist()],
    }


def _status(
    year: MadeYear, rows: Array, finished: Array, handed: Array, asked: Array, answered: Array
) -> Array:
    """What the system says at the moment of which the list speaks."""
    ever_finished = ~np.isnat(year.finished[rows])
    status = np.where(~np.isnat(finished), 9, 4)
    status = np.where(~np.isnat(handed), 10, status)
    # A finish that nobody wrote down: the system says "done" all the same.
    status = np.where(~ever_finished, 9, status)
    waiting = ~np.isnat(asked) & np.isnat(answered)
    status = np.where(waiting & (status == 4), 5, status)
    left = year.left_as[rows]
    status = np.where((left > 0) & (status >= 9), left, status)
    found: Array = status
    return found


def _moments(moments: Array) -> list[str]:
    return [f"{at:%d/%m/%Y %H:%M:%S}" if at else "" for at in moments.astype("datetime64[us]").tolist()]


def _days_in_words(days: Array) -> list[str]:
    return [f"{day:%d/%m/%Y}" if day else "" for day in days.astype("datetime64[D]").tolist()]
