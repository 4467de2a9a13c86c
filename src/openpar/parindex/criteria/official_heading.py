"""What the lines above an official table say of it: decision, year, level, total."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpar.common.text import fold

# Lines that our own tables carry, so that they can be read again.
SET_LINE = "Mã bộ tiêu chí:"
STATUS_LINE = "Tình trạng:"
LEVEL_LINE = "Cấp áp dụng:"

_LEVELS = (
    ("department", r"\b(cac so|cap so|so, ban|so, nganh|co quan chuyen mon)\b"),
    ("commune", r"\b(cap xa|xa, phuong|phuong, xa)\b"),
    ("district", r"\b(cap huyen|huyen, thi xa)\b"),
    ("province", r"\b(cap tinh|cac tinh, thanh pho)\b"),
)


@dataclass(frozen=True)
class Heading:
    """`name` identifies the set (number of the decision, or the file); level, year and total are None if
    not said, or said in several ways.
    """

    name: str
    status: str
    level: str | None
    year: int | None
    total: Decimal | None


def read_heading(lines: Sequence[str], path: Path) -> Heading:
    """Reads the lines above a table. The year is that of "năm 2026", not that of the signing date."""
    text = "\n".join(lines)
    said = fold(text)
    years = set(re.findall(r"\bnam (20\d\d)\b", re.sub(r"ngay \d+ thang \d+ nam 20\d\d", "", said)))
    levels = [level for level, words in _LEVELS if re.search(words, said)]
    decision = re.search(r"\d+/QĐ-[A-ZĐ]+", text)
    total = re.search(r"\b(?:thang diem|tong (?:so )?diem)(?: toi da)?\s*:?\s*(\d{2,4})\b", said)
    return Heading(
        name=_after(lines, SET_LINE) or (decision[0] if decision else path.stem),
        status=_after(lines, STATUS_LINE) or "Đọc từ tệp, chưa kiểm tra",
        level=_after(lines, LEVEL_LINE) or (levels[0] if len(levels) == 1 else None),
        year=int(years.pop()) if len(years) == 1 else None,
        total=Decimal(total[1]) if total else None,
    )


def _after(lines: Sequence[str], start: str) -> str:
    return next((line.removeprefix(start).strip() for line in lines if line.startswith(start)), "")
