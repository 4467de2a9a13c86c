"""Which days a plan means by its words for deadlines (data/plans/deadlines.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.errors import Refused
from openpar.common.formats import parse_date
from openpar.common.text import fold, roman_value
from openpar.common.yaml_files import data_of
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, period
from openpar.reform.plans.lines import Deadline
from openpar.reform.plans.models import DeadlineKind

_NUMBERS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF: 2, PeriodKind.YEAR: 1}
JUDGED = tuple(_NUMBERS)
_DAY = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DAY_OF_YEAR = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})\b")
_MONTH = re.compile(r"\bthang (\d{1,2})(?:[/.-](\d{4}))?\b")
_DAYS_AFTER = re.compile(r"\b(\d{1,3}) ngay\b")
_QUARTER = re.compile(r"\bquy ([iv]+|[1-4])\b")


def reform_year_days(year: int) -> tuple[date, date]:
    """The first and the last day of a reform year."""
    days = period(Calendar.REFORM, PeriodKind.YEAR, year)
    return days.from_on, days.until_on


def quarter_end(year: int, quarter: int) -> date:
    """The last day of “Quý II”. Raises BadPeriod for a quarter that does not exist."""
    return period(Calendar(_data()["quarter"]["calendar"]), PeriodKind.QUARTER, year, quarter).until_on


def continuous_each() -> PeriodKind:
    """How often “thường xuyên” is judged."""
    return PeriodKind(_data()["continuous"]["each"])


def days_after_event() -> int:
    """Calendar days after an event when the plan names none."""
    return int(_data()["after_event_days"]["count"])


def periods_from(each: PeriodKind, year: int, from_on: date) -> tuple[Period, ...]:
    """The periods of a year in which recurring work is owed: those that end on `from_on` or later."""
    calendar = Calendar(_data()["recurring"]["calendar"])
    found = (period(calendar, each, year, number) for number in range(1, _NUMBERS[each] + 1))
    return tuple(one for one in found if one.until_on >= from_on)


def deadline_from_words(text: str, year: int) -> Deadline | None:
    """What a cell of a plan for `year` means; None for words that tell no deadline.

    A day first (“trước 31/12/2026” is that day, “trước 15/9” of the year of the plan), then a quarter or a
    month (its last day), then recurring work, then events.
    """
    words = text.strip()[:200]
    folded = fold(words)
    if not folded:
        return None
    for read in (_recurring, _day, _quarter, _month, _words_alone):
        found = read(folded, words, year)
        if found is not None:
            return found
    return None


def _recurring(folded: str, words: str, _year: int) -> Deadline | None:
    data = _data()["words"]
    for row in data["recurring"]:
        # “năm” alone means the whole year, inside other words it means nothing.
        if _is_said(folded, (word for word in row["words"] if fold(word) != "nam")) or folded in map(
            fold, row["words"]
        ):
            return Deadline(DeadlineKind.RECURRING, each=PeriodKind(row["each"]), words=words)
    return None


def _day(folded: str, words: str, year: int) -> Deadline | None:
    found = _DAY.findall(folded)
    try:
        # A cell that the file holds as a day.
        if iso := _ISO.findall(folded):
            return Deadline.by(date(*map(int, iso[-1])))
        if found:
            return Deadline.by(parse_date("/".join(found[-1])), words)
        found = _DAY_OF_YEAR.findall(folded) if "thang" not in folded else []
        if found:
            return Deadline.by(date(year, int(found[-1][1]), int(found[-1][0])), words)
    except (Refused, ValueError):
        return None
    return None


def _quarter(folded: str, words: str, year: int) -> Deadline | None:
    """The last quarter that is named: “Quý II-III” is due in quarter III."""
    found = _QUARTER.findall(
        re.sub(r"\s*[-–]\s*(?=[iv]+\b|[1-4]\b)", " quy ", folded)
    )  # a dash of typed ranges
    if not found:
        return None
    number = roman_value(found[-1].upper()) or int(found[-1])
    try:
        quarter_end(year, number)
    except BadPeriod:
        return None
    return Deadline(DeadlineKind.QUARTER, quarter=number, words=words)


def _month(folded: str, words: str, year: int) -> Deadline | None:
    found = _MONTH.findall(folded)
    if not found:
        return None
    number, of_year = found[-1]
    try:
        days = period(Calendar.CIVIL, PeriodKind.MONTH, int(of_year or year), int(number))
    except BadPeriod:
        return None
    return Deadline.by(days.until_on, words)


def _words_alone(folded: str, words: str, _year: int) -> Deadline | None:
    data = _data()["words"]
    if _is_said(folded, data["continuous"]):
        return Deadline(DeadlineKind.CONTINUOUS, each=continuous_each(), words=words)
    if _is_said(folded, data["after_event"]):
        told = _DAYS_AFTER.search(folded)
        days = int(told[1]) if told else days_after_event()
        return Deadline(DeadlineKind.AFTER_EVENT, event=words, days_after=days, words=words)
    return None


def _is_said(folded: str, words: Iterable[str]) -> bool:
    return any(re.search(rf"\b{re.escape(fold(word))}\b", folded) for word in words)


def _data() -> dict[str, Any]:
    return _read(Path(settings.OPENPAR_DATA_DIR) / "plans" / "deadlines.yaml")


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content
