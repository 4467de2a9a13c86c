"""The wordings of the decree: days, numbers, endings of lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from openpar.common.text import nfc

NATIONAL_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
NATIONAL_MOTTO = "Độc lập - Tự do - Hạnh phúc"
BLANK = "……"
# Room for the number that the registry gives and writes in.
_BLANK_NUMBER = " " * 6
_CLOSING = "./."
# Signs of no script, and those that turn the order in which a line is read: a document says what it seems to.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_NUMBER = re.compile(r"(?P<number>[0-9]{1,9})/(?P<symbol>[^/]+)")
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def day_words(day: date | None) -> str:
    """“ngày 06 tháng 02 năm 2022”: days below 10 and the months 1 and 2 take a 0, months 3–9 do not.
    An unknown day is left to be filled in.
    """
    if day is None:
        return "ngày … tháng … năm ……"
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def number_words(number: int | None, symbol: str) -> str:
    """“Số: 02/KH-VPUB”; without a number there is room for it."""
    return f"Số: {_BLANK_NUMBER if number is None else f'{number:02}'}/{symbol}"


def is_symbol(text: str) -> bool:
    """Groups in capitals with hyphens between them and no spaces: BC-SNV, TTr-SNV, SNV-CCHC. What is not
    known yet is dotted.
    """
    groups = text.split("-")
    well_formed = (
        group[:1].upper() == group[:1] and all(char.isalnum() or char in ".&…" for char in group)
        for group in groups
    )
    return len(groups) > 1 and all(groups) and all(well_formed)


def split_number(written: str) -> tuple[int, str] | None:
    """“99/QĐ-UBND” as number (from 1) and symbol; None where it is written in another way."""
    found = _NUMBER.fullmatch("".join(written.split()))
    if found is None or int(found["number"]) < 1 or not is_symbol(found["symbol"]):
        return None
    return int(found["number"]), found["symbol"]


def roman(number: int) -> str:
    """A number from 1 up in Roman figures."""
    written = ""
    for value, figure in _ROMAN:
        times, number = divmod(number, value)
        written += figure * times
    return written


def has_invisible(text: str) -> bool:
    """Has it a control character, a sign that turns the line, or half a letter?"""
    return _INVISIBLE.search(text) is not None


def visible(text: str) -> str:
    """The text in its one spelling, without such signs."""
    return _INVISIBLE.sub("", nfc(text))


def bare(text: str) -> str:
    """Without the sign at the end that the program writes itself."""
    return text.rstrip().removesuffix(_CLOSING).rstrip(" ;.")


def closed(text: str) -> str:
    """The last paragraph of a document, with “./.”"""
    return bare(text) + _CLOSING


def listed(texts: Sequence[str], *, dash: str = "") -> tuple[str, ...]:
    """Every line with a semicolon, the last with a full stop."""
    last = len(texts) - 1
    return tuple(f"{dash}{bare(text)}{'.' if place == last else ';'}" for place, text in enumerate(texts))
