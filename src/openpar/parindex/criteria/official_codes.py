"""Codes of an official table, mended where a spreadsheet has damaged them.

A spreadsheet takes 1.10 for the number 1.1 and 1.2 for the first of February. What a code must have been
follows from the codes before it: after 1.9 comes 1.10, not a second 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from openpar.common.text import fold, roman_value
from openpar.common.wording import gettext as _

Parts = tuple[int, ...]

_LETTER = re.compile("[A-H]")  # parts above Roman parts; I, V and X are Roman

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Code(NamedTuple):
    """A code as it should read, the code of its parent ("" at the top), and what was mended or looks
    wrong.
    """

    text: str
    parent: str
    warnings: tuple[str, ...] = ()


def clean_code(raw: str) -> str:
    """A code without spaces, brackets and the stop at its end: " 1 .1. " is "1.1", "1,1" is "1.1"."""
    bare = re.sub(r"\s+", "", raw).strip("().;:-")
    return re.sub(r"(?<=\d),(?=\d)", ".", bare)


def looks_like_code(raw: str) -> bool:
    """Is it a number of the table: Roman, dotted, or a date that a spreadsheet made of one?"""
    code = clean_code(raw)
    return bool(
        _LETTER.fullmatch(code)
        or roman_value(code)
        or re.fullmatch(r"(?:[IVX]+\.)?\d{1,2}(?:\.\d{1,3})*", code)
        or _dates(raw)
    )


class CodeReader:
    """Reads the codes of one table from top to bottom."""

    def __init__(self, raw_codes: Iterable[str]) -> None:
        codes = [clean_code(raw) for raw in raw_codes]
        has_parts = any(roman_value(code) or _LETTER.fullmatch(code) for code in codes)
        # Where numbers begin anew under every part, "1" alone would name several lines.
        self.restarts = has_parts and codes.count("1") > 1
        self.parts_restart = codes.count("I") > 1 and any(_LETTER.fullmatch(code) for code in codes)
        self.letter = ""
        self.part = ""
        self.last: Parts | None = None
        self.seen: set[str] = set()

    def read(self, raw: str) -> Code:
        """The code of the next line. Codes that fit nowhere are kept as they are, with a warning."""
        code = clean_code(raw)
        if _LETTER.fullmatch(code) or roman_value(code):
            return self._begin_part(code)
        prefix, _dot, rest = code.rpartition(".") if re.match(r"[IVX]+\.\d", code) else ("", "", code)
        if prefix:  # written in full: I.1.2
            return self._keep(code, prefix if prefix in self.seen else self.part, [])
        warnings: list[str] = []
        parts = self._parts(rest, raw, warnings)
        if parts is None:
            warnings.append(_("Không hiểu mã “%(code)s”.", code=raw))
            return self._keep(code, "", warnings)
        self.last = parts
        start = f"{self.part}." if self.restarts else ""
        text = start + _text(parts)
        parent = self._parent(parts, start, warnings)
        return self._keep(text, parent, warnings)

    def _begin_part(self, code: str) -> Code:
        """A part by letter (A) or Roman number (I), the latter inside the former."""
        self.last = None if self.restarts else self.last
        if _LETTER.fullmatch(code):
            self.letter = self.part = code
            return self._keep(code, "", [])
        self.part = f"{self.letter}.{code}" if self.parts_restart and self.letter else code
        return self._keep(self.part, self.letter, [])

    def _parts(self, code: str, raw: str, warnings: list[str]) -> Parts | None:
        expected = self._expected()
        if re.fullmatch(r"\d{1,3}(?:\.\d{1,3})*", code):
            parts = tuple(int(part) for part in code.split("."))
            mended = (*parts[:-1], parts[-1] * 10)
            if parts not in expected and len(parts) > 1 and mended in expected:
                warnings.append(
                    _(
                        "Bảng tính đã đổi mã %(code)s thành %(text)s: đã sửa lại.",
                        code=_text(mended),
                        text=raw,
                    )
                )
                return mended
            if parts not in expected and self.last is not None:
                last = _text(self.last)
                warnings.append(_("Mã %(code)s không nối tiếp mã %(last)s.", code=code, last=last))
            return parts
        candidates = _dates(raw)
        fitting = [parts for parts in candidates if parts in expected]
        if fitting:
            warnings.append(
                _(
                    "Bảng tính đã đổi mã %(code)s thành ngày “%(day)s”: đã sửa lại.",
                    code=_text(fitting[0]),
                    day=raw,
                )
            )
            return fitting[0]
        if candidates:
            warnings.append(
                _(
                    "Mã là ngày “%(day)s”, không rõ mã đúng; tạm đọc là %(code)s.",
                    day=raw,
                    code=_text(candidates[0]),
                )
            )
            return candidates[0]
        return None

    def _expected(self) -> list[Parts]:
        """What may follow the last code: its first child, or the next one at its own level or above."""
        if self.last is None:
            return [(1,)]
        last = self.last
        following = [(*last[: level - 1], last[level - 1] + 1) for level in range(len(last), 0, -1)]
        return [(*last, 1), *following]

    def _parent(self, parts: Parts, start: str, warnings: list[str]) -> str:
        for length in range(len(parts) - 1, 0, -1):
            parent = start + _text(parts[:length])
            if parent in self.seen:
                if length < len(parts) - 1:
                    warnings.append(_("Thiếu dòng mã %(code)s.", code=start + _text(parts[:-1])))
                return parent
        if len(parts) > 1:
            warnings.append(_("Thiếu dòng mã %(code)s.", code=start + _text(parts[:-1])))
        return self.part

    def _keep(self, text: str, parent: str, warnings: list[str]) -> Code:
        if text in self.seen:
            warnings.append(_("Mã %(code)s lặp lại.", code=text))
        self.seen.add(text)
        return Code(text, parent, tuple(warnings))


def _text(parts: Parts) -> str:
    return ".".join(str(part) for part in parts)


def _dates(raw: str) -> list[Parts]:
    """The codes that a date may have been, the Vietnamese order (day.month) first: 2026-02-01 is 1.2,
    2.1, 1.2.26 …
    """
    text = fold(raw)
    if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:t00:00:00)?", text):
        day, month, year = int(found[3]), int(found[2]), int(found[1]) % 100
    elif found := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?", text):
        day, month, year = int(found[1]), int(found[2]), int(found[3] or 0) % 100
    elif found := re.fullmatch(r"(\d{1,2})[- ](?:thg|thang)? ?(\d{1,2}|[a-z]{3})(?:[- ]\d{2,4})?", text):
        day, month, year = int(found[1]), _month(found[2]), 0
    elif found := re.fullmatch(r"([a-z]{3})[- ](\d{1,2})", text):
        day, month, year = int(found[2]), _month(found[1]), 0
    else:
        return []
    if not month:
        return []
    two = [(day, month), (month, day)]
    return [*two, *((*pair, year) for pair in two if year)]


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0
