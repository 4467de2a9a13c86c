"""The texts of a form, read field by field, every fault noted at its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from openpar.common.errors import Refused
from openpar.common.formats import parse_date, parse_decimal
from openpar.common.text import nfc

Texts = Mapping[str, Sequence[str]]
Value = TypeVar("Value")


class Given:
    """The texts of a form, read field by field; `errors` holds one sentence per faulty field."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """The last value of a field, trimmed, in the spelling in which text is stored."""
        values = self.texts.get(name) or ("",)
        return nfc(values[-1]).strip()

    def all(self, name: str) -> Sequence[str]:
        return self.texts.get(name) or ()

    def is_ticked(self, name: str) -> bool:
        return bool(self.text(name))

    def number(self, name: str) -> Decimal | None:
        """None when left empty; a fault is noted and gives None too."""
        return self._read(name, parse_decimal)

    def day(self, name: str) -> date | None:
        return self._read(name, parse_date)

    def _read(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except Refused as refusal:
            said = " ".join(str(gap) for gap in refusal.gaps)
            self.errors[name] = f"{said[:1].upper()}{said[1:]}"
            return None
