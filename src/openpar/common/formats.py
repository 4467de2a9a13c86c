"""Numbers and dates as Vietnamese officials write and read them.

Django's own `vi` formats do not group thousands and refuse 21/11/2026 on input, hence this module. A
number that could be read in two ways is never guessed: 1.500 may be fifteen hundred or one and a half,
and the difference is a rank.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from openpar.common.errors import Gap, Refused
from openpar.common.wording import gettext as _
from openpar.common.wording import ngettext

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MINUS = "\u2212"
Ambiguity = Literal["refuse", "decimal", "thousands"]
_LONGEST_NUMBER = 40
_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f]+")


class NumberNotUnderstood(Refused):
    """The text is not a number."""


class NumberAmbiguous(NumberNotUnderstood):
    """The text is a number in two ways; `candidates` holds both, the one with thousands groups first."""

    candidates: tuple[Decimal, Decimal]

    def __init__(self, gaps: Gap | tuple[Gap, ...], candidates: tuple[Decimal, Decimal]) -> None:
        super().__init__(gaps)
        self.candidates = candidates
        self.args = (self.gaps, candidates)


class DateNotUnderstood(Refused):
    """The text is not a date."""


def format_decimal(
    value: Decimal | int, digits: int | None = None, *, trim: bool = False, rounding: str = ROUND_HALF_UP
) -> str:
    """A number with decimal comma, thousands groups by dots and a true minus sign: −1.234,50.

    `digits` rounds to that many decimals (a mode of the decimal module, half up unless told otherwise);
    without it the number keeps the decimals that it has. `trim` takes away zeros at the end. Raises
    ValueError for NaN and infinities.
    """
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value}")
    if digits is not None:
        number = number.quantize(Decimal(1).scaleb(-digits), rounding=rounding)
    whole, _, decimals = f"{number.copy_abs():f}".partition(".")
    if trim:
        decimals = decimals.rstrip("0")
    text = f"{int(whole):,}".replace(",", ".")
    if decimals:
        text = f"{text},{decimals}"
    return f"{MINUS}{text}" if number < 0 and text.strip("0,.") else text


def format_maximum(value: Decimal | int) -> str:
    """Maximum points as decisions print them, without zeros at the end: 0,5; 10; 20,5."""
    return format_decimal(value, trim=True)


def parse_decimal(
    text: str,
    *,
    percent: bool = False,
    ambiguous: Ambiguity = "refuse",
    where: str = "",
) -> Decimal:
    """The number that a person wrote: "57,52", "57.52", "1.234,5", "1,234.5", "1 234,5", "−3".

    A single separator before exactly three digits ("1.500", "1,500") has two readings: refused with both
    of them, unless `ambiguous` says which one the place knows to be right. With `percent` a sign % at the
    end is allowed; the number is returned as written ("90 %" is 90, not 0.9). Raises NumberNotUnderstood
    or NumberAmbiguous, placed at `where`.
    """
    number = _SPACES.sub(" ", text).strip().replace(MINUS, "-").replace("–", "-")
    if percent:
        number = number.removesuffix("%").strip()
    negative = number.startswith("-")
    number = number[1:] if number[:1] in {"-", "+"} else number
    value = _read_unsigned(number, text, ambiguous, where)
    # Not `-value`: an operator would round to the 28 digits of the context.
    return value.copy_negate() if negative and value else value


def _read_unsigned(number: str, text: str, ambiguous: Ambiguity, where: str) -> Decimal:
    if len(number) > _LONGEST_NUMBER:
        raise _not_a_number(text, where)
    if re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?", number):
        return Decimal(number.replace(" ", "").replace(",", "."))
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number):
        return _one_of_two_readings(number, text, ambiguous, where)
    if re.fullmatch(r"\d+(?:[.,]\d+)?", number):
        return Decimal(number.replace(",", "."))
    for group, point in ((".", ","), (",", ".")):
        if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{point}\d+)?", number):
            return Decimal(number.replace(group, "").replace(point, "."))
    raise _not_a_number(text, where)


def _one_of_two_readings(number: str, text: str, ambiguous: Ambiguity, where: str) -> Decimal:
    grouped = Decimal(re.sub("[.,]", "", number))
    with_decimals = Decimal(number.replace(",", "."))
    if ambiguous == "decimal":
        return with_decimals
    if ambiguous == "thousands":
        return grouped
    first, second = f"{grouped:f}", format_decimal(with_decimals, trim=True)
    # Written once more as 12,345 it would be refused again; a fourth decimal makes it clear.
    written = f"{second}0" if len(second.partition(",")[2]) == 3 else second
    gap = Gap(
        where,
        _("“%(text)s” có thể là %(first)s hoặc %(second)s", text=text.strip(), first=first, second=second),
        _(
            "Bạn muốn nhập số nào? Hãy viết %(first)s (không dấu phân cách) hoặc %(second)s.",
            first=first,
            second=written,
        ),
        code="number-ambiguous",
    )
    raise NumberAmbiguous(gap, (grouped, with_decimals))


def _not_a_number(text: str, where: str) -> NumberNotUnderstood:
    shown = text.strip()[:_LONGEST_NUMBER]
    what = _("“%(text)s” không phải là số", text=shown) if shown else _("chưa có số")
    return NumberNotUnderstood.because(
        where, what, _("Viết số như 57,52 hoặc 1.234,5."), code="number-not-understood"
    )


def format_date(day: date) -> str:
    """21/11/2026. A moment is shown as the day that it is in Viet Nam."""
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(VIETNAM)
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def format_moment(moment: datetime) -> str:
    """17:30 ngày 21/11/2026, in the time of Viet Nam. The moment must know its time zone."""
    local = moment.astimezone(VIETNAM)
    time = f"{local.hour:02}:{local.minute:02}"
    return _("%(time)s ngày %(day)s", time=time, day=format_date(local))


def last_day_before(closes_at: datetime) -> date:
    """The last legal day on which something is open that closes at this moment: closing at midnight, it ends
    with the day before.
    """
    return (closes_at.astimezone(VIETNAM) - timedelta(microseconds=1)).date()


def format_deadline(closes_at: datetime) -> str:
    """17:00 ngày 30/11/2026; what closes at midnight is open until “hết ngày 30/11/2026”."""
    local = closes_at.astimezone(VIETNAM)
    if (local.hour, local.minute) == (0, 0):
        return _("hết ngày %(day)s", day=format_date(last_day_before(closes_at)))
    return format_moment(closes_at)


def parse_date(text: str, *, where: str = "") -> date:
    """A day written as 21/11/2026 (also with - or .) or 2026-11-21; years have four digits.

    Raises DateNotUnderstood, which says when a day does not exist (31/02) or month and day seem exchanged.
    """
    clean = text.strip()
    found = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", clean)
    if found:
        day, month, year = int(found[1]), int(found[3]), int(found[4])
    elif iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", clean):
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    else:
        what = _("chưa có ngày")
        if clean:
            what = _("“%(text)s” không phải là ngày", text=clean[:_LONGEST_NUMBER])
        remedy = _("Viết ngày như 21/11/2026.")
        raise DateNotUnderstood.because(where, what, remedy, code="date-not-understood")
    try:
        return date(year, month, day)
    except ValueError:
        remedy = (
            _("Viết ngày trước, tháng sau: 21/11/2026.")
            if month > 12 >= day
            else _("Hãy xem lại ngày, tháng, năm.")
        )
        raise DateNotUnderstood.because(
            where, _("không có ngày %(day)s trong lịch", day=clean), remedy, code="date-not-in-calendar"
        ) from None


def days_left_words(due_on: date, today: date) -> str:
    """How far a due day is: "còn 3 ngày", "hạn hôm nay", "quá hạn 2 ngày". Calendar days; the due day
    itself counts.
    """
    days = (due_on - today).days
    if days > 0:
        return ngettext("còn %(days)s ngày", "còn %(days)s ngày", days, days=format_decimal(days))
    if days == 0:
        return _("hạn hôm nay")
    return ngettext("quá hạn %(days)s ngày", "quá hạn %(days)s ngày", -days, days=format_decimal(-days))
