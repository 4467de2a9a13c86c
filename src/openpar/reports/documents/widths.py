"""How long a line of bold text is in Times New Roman: a word processor does not say."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from openpar.common.yaml_files import data_of

_MM_OF_POINT = Decimal("25.4") / 72
_KEPT = frozenset("ơưƠƯđĐ")
_ROUNDED = Decimal("0.001")
_UNKNOWN = 667  # of a letter that is not listed


def bold_width(text: str, size: int) -> Decimal:
    """Millimetres of a line of `size` points; letters of other scripts are taken to be of middling width."""
    widths = _bold(Path(settings.OPENPAR_DATA_DIR) / "documents")
    thousandths = sum(widths.get(_plain(char), _UNKNOWN) for char in unicodedata.normalize("NFC", text))
    return thousandths * size * _MM_OF_POINT / 1000


def widest(text: str, size: int, room: Decimal) -> Decimal:
    """Millimetres of the longest line when the text is broken between words to fit into `room`."""
    longest = line = Decimal(0)
    space = bold_width(" ", size)
    for word in text.split():
        width = bold_width(word, size)
        fits = line and line + space + width <= room + _ROUNDED
        line = line + space + width if fits else width
        longest = max(longest, line)
    return min(longest, room)


def _plain(char: str) -> str:
    """The letter without its tone and other marks, except those that make it wider."""
    for mark in unicodedata.normalize("NFD", char)[1:]:
        if mark == "\u031b":  # the horn
            char = {"o": "ơ", "u": "ư", "O": "Ơ", "U": "Ư"}[unicodedata.normalize("NFD", char)[0]]
            break
    return char if char in _KEPT else unicodedata.normalize("NFD", char)[0]


@lru_cache(maxsize=4)
def _bold(folder: Path) -> Mapping[str, int]:
    widths: dict[str, int] = data_of(folder / "letter_widths.yaml")["bold"]
    return widths
