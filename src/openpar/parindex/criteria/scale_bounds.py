"""Words of a scale for an interval or a last day: "trên 90%", "từ 70% đến dưới 90%", "trong tháng 1"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from openpar.common.formats import format_maximum
from openpar.common.text import fold

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%|phan tram)?")
_REST = re.compile(r"(cac |moi )?(truong hop |muc )?(con lai|khac)")
_QUARTERS = {"i": 3, "ii": 6, "iii": 9, "iv": 12, "1": 3, "2": 6, "3": 9, "4": 12}


class Bounds(NamedTuple):
    """What a label says about a value: up to two bounds by name (gt, ge, lt, le, eq), as a share of 1 if
    in per cent.

    `is_percent` tells ratios from counts; `unit` is what is counted ("cuộc", "lần"), empty for ratios.
    """

    limits: dict[str, Decimal]
    is_percent: bool
    unit: str = ""


def is_rest(label: str) -> bool:
    """Is it "the rest": còn lại, trường hợp khác?"""
    return bool(_REST.fullmatch(fold(label)))


def read_bounds(label: str) -> Bounds | None:
    """The interval a label names, or None if it names none.

    trên = gt, dưới = lt, từ … trở lên = ge, đến dưới = lt, "70-90%" = both ends closed; a number by
    itself is `eq`, but 100 % is `ge`, since no ratio is above it.
    """
    said = fold(label).replace(">=", "≥").replace("<=", "≤")
    numbers = list(_NUMBER.finditer(said))
    if not 1 <= len(numbers) <= 2:
        return None
    is_percent = any(number[2] for number in numbers)
    values = [_value(number[1], is_percent) for number in numbers]
    before, after = said[: numbers[0].start()], said[numbers[-1].end() :]
    if len(numbers) == 2:
        between = said[numbers[0].end() : numbers[1].start()]
        if not re.search(r"-|–|—|\bden\b|\btoi\b|<|≤|\bva\b", between):
            return None
        low = "gt" if re.search(r"\b(tren|hon)\b|>", before) else "ge"
        high = "lt" if re.search(r"\bduoi\b|<", between) else "le"
        return Bounds({low: values[0], high: values[1]}, is_percent, _unit(after))
    name = _single_bound(before, after, is_percent, values[0])
    return Bounds({name: values[0]}, is_percent, _unit(after)) if name else None


def _single_bound(before: str, after: str, is_percent: bool, value: Decimal) -> str:
    """The name of the bound; "" if the words around the number speak of something else."""
    if "tro xuong" in after or re.search(r"≤|\b(khong qua|nhieu nhat|toi da)\s*$", before):
        return "le"
    if "tro len" in after or re.search(r"≥|\b(it nhat|toi thieu|tu)\s*$", before):
        return "ge"
    if re.search(r"\b(duoi|nho hon|it hon|thap hon)\s*$|<\s*$", before):
        return "lt"
    if re.search(r"\b(tren|hon|vuot)\s*$|>\s*$", before):
        return "gt"
    if is_percent and not after.strip(" ."):
        return "ge" if value == 1 else "eq"
    counted = re.fullmatch(
        r"\s*(lan|cuoc|hoi nghi|buoi|ky|dot|van ban|sang kien|mo hinh|tin|bai|don vi)?.{0,20}", after
    )
    return "eq" if counted and counted[1] and not is_percent else ""


def _unit(after: str) -> str:
    return after.replace("tro len", "").replace("tro xuong", "").strip(" .")


def _value(digits: str, is_percent: bool) -> Decimal:
    number = Decimal(digits.replace(",", "."))
    return number / 100 if is_percent else number


def describe_bounds(limits: dict[str, Decimal], *, percent: bool) -> str:
    """The words of an interval, as `read_bounds` reads them; no bounds at all are "Còn lại"."""

    def write(value: Decimal) -> str:
        return f"{format_maximum(value * 100)}%" if percent else format_maximum(value)

    if "eq" in limits:
        return f"Bằng {write(limits['eq'])}" + ("" if percent else " lần")
    high = f"dưới {write(limits['lt'])}" if "lt" in limits else write(limits["le"]) if "le" in limits else ""
    if "gt" in limits:
        return f"Trên {write(limits['gt'])}" + (f" đến {high}" if high else "")
    if "ge" in limits:
        return f"Từ {write(limits['ge'])} " + (f"đến {high}" if high else "trở lên")
    if "lt" in limits:
        return f"Dưới {write(limits['lt'])}"
    return f"Từ {high} trở xuống" if high else "Còn lại"


def read_last_day(label: str) -> str | None:
    """The last day that a label such as "trong tháng 1" or "trước ngày 15/02" allows.

    A month ("1": up to its last day), a day of the assessed year ("02-14"), or a full date if the label
    names a year. The day named by "đến ngày" counts itself, that of "trước ngày" does not. None for
    labels that name no last day, also for "sau tháng 1" and "từ tháng 2", which name a first one.
    """
    said = fold(label)
    if re.search(r"\b(sau|tu thang|tu ngay|khong)\b|nam (truoc|sau)", said):
        return None
    if found := re.search(r"\b(?:trong|den het|het|den) thang (0?[1-9]|1[0-2])\b(?!\s*[/.-]?\s*20)", said):
        return str(int(found[1]))
    if found := re.search(r"\b(?:trong|den het|het) quy (iv|i{1,3}|[1-4])\b(?!\s*[/.-]?\s*20)", said):
        return str(_QUARTERS[found[1]])
    day = r"(\d{1,2})/(\d{1,2})(?:/(20\d\d))?(?!\d)"
    if found := re.search(rf"\b(truoc|den|den het|cham nhat|muon nhat)(?: ngay)? {day}", said):
        return _day_before_or_at(int(found[2]), int(found[3]), found[4], strictly=found[1] == "truoc")
    return None


def _day_before_or_at(day: int, month: int, year: str | None, *, strictly: bool) -> str | None:
    try:
        # Without a year any will do that has no 29 February: that day would not exist in most years.
        last = date(int(year or 2001), month, day) - timedelta(days=1 if strictly else 0)
    except ValueError:
        return None
    if year:
        return last.isoformat()
    if last.year != 2001:
        return None
    is_month_end = (last + timedelta(days=1)).day == 1
    return str(last.month) if is_month_end else f"{last.month:02}-{last.day:02}"


def describe_last_day(until: str) -> str:
    """The words of a last day in one of the three forms, as `read_last_day` reads them."""
    parts = until.split("-")
    if len(parts) == 1:
        return f"Trong tháng {until}" if until == "1" else f"Đến hết tháng {until}"
    return f"Đến ngày {'/'.join(reversed(parts))}"
