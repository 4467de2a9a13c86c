"""Words of a scale for an interval or a last day: "trên 90%", "từ 70% đến dưới 90%", "trong tháng 1"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from openpar.common.formats import format_maximum
from openpar.common.text import fold

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%|phan tram)?")
_REST = re.compile(r"(cac |moi )?(truong hop |muc )?(con lai|khac)")
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
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
    """The last day, as month-day ("01-31"), that a label such as "trong tháng 1" or "trước ngày 15/02"
    allows.

    The named day of "đến ngày" counts itself, that of "trước ngày" does not. None for labels that name no
    last day (also "sau tháng 1", "từ tháng 2") or a year of their own, which the rule cannot express.
    """
    said = fold(label)
    if re.search(r"\b(sau|tu thang|tu ngay|khong)\b|nam (truoc|sau)|20\d\d", said):
        return None
    if found := re.search(r"\b(trong|den het|het|den) thang (0?[1-9]|1[0-2])\b(?!\s*/)", said):
        month = int(found[2])
        return f"{month:02}-{_MONTH_DAYS[month - 1]:02}"
    if found := re.search(r"\b(trong|den het|het) quy (iv|i{1,3}|[1-4])\b", said):
        month = _QUARTERS[found[2]]
        return f"{month:02}-{_MONTH_DAYS[month - 1]:02}"
    if found := re.search(r"\b(truoc|den|den het|cham nhat|khong qua)( ngay)? (\d{1,2})/(\d{1,2})\b", said):
        return _day_before_or_at(int(found[3]), int(found[4]), strictly=found[1] == "truoc")
    return None


def _day_before_or_at(day: int, month: int, *, strictly: bool) -> str | None:
    if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1]:
        return None
    if not strictly:
        return f"{month:02}-{day:02}"
    if day > 1:
        return f"{month:02}-{day - 1:02}"
    return f"{month - 1:02}-{_MONTH_DAYS[month - 2]:02}" if month > 1 else None


def describe_last_day(until: str) -> str:
    """The words of a last day ("01-31"), as `read_last_day` reads them."""
    month, day = (int(part) for part in until.split("-"))
    if day == _MONTH_DAYS[month - 1]:
        return f"Trong tháng {month}" if month == 1 else f"Đến hết tháng {month}"
    return f"Đến ngày {day:02}/{month:02}"
