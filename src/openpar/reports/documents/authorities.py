"""Who heads an agency, how a signature stands for it, and which place a document is written at
(data/documents/authorities.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.text import nfc
from openpar.common.yaml_files import data_of

_DEPUTY = "PHÓ "
_COMMITTEE = "Ủy ban nhân dân "


class Power(StrEnum):
    """By what power: as head, acting head (Q.), deputy (KT.), by order (TL.), authorised (TUQ.)."""

    HEAD = "head"
    ACTING = "acting"
    DEPUTY = "deputy"
    BY_ORDER = "by_order"
    AUTHORISED = "authorised"


@dataclass(frozen=True)
class Authority:
    """The head of an agency; `collective` is the body in whose name a head signs (TM.), if any.

    `head` is empty where the data know no title: whoever is said to head the agency signs in that position.
    """

    head: str
    collective: str = ""

    def lines_of(self, position: str, *, authorised: bool = False) -> tuple[str, ...]:
        """The lines above the signature of somebody with a position, at most three.

        The head, the acting head ("Quyền …") and a deputy sign for the agency. Anybody else signs by order
        of the head, or as authorised by the head; the deputy of such a one signs KT. in turn.
        """
        position = " ".join(position.upper().split())
        name = (f"TM. {self.collective}",) if self.collective else ()
        if not self.head:
            above = position.removeprefix(_DEPUTY)
            return (f"KT. {above}", position) if above != position else (position,)
        match self.power_of(position, authorised=authorised):
            case Power.HEAD:
                return (*name, self.head)
            case Power.ACTING:
                return (*name, f"Q. {self.head}")
            case Power.DEPUTY:
                return (*name, f"KT. {self.head}", position)
            case power:
                form = "TUQ." if power == Power.AUTHORISED else "TL."
                above = position.removeprefix(_DEPUTY)
                deputy = (f"KT. {above}", position) if position.startswith(_DEPUTY) else (position,)
                return (f"{form} {self.head}", *deputy)

    def power_of(self, position: str, *, authorised: bool = False) -> Power:
        """By what power somebody with this position signs for the agency."""
        position = " ".join(position.upper().split())
        if position == self.head:
            return Power.HEAD
        if position in (f"QUYỀN {self.head}", f"Q. {self.head}"):
            return Power.ACTING
        if position == _DEPUTY + self.head:
            return Power.DEPUTY
        return Power.AUTHORISED if authorised else Power.BY_ORDER

    def position_of(self, said: str) -> str:
        """The position in which whoever heads the agency signs: of what the person's account says, only that
        of the head, the acting head or a deputy; else that of the head. Empty where neither is known.
        """
        words = " ".join(said.upper().split())
        if not self.head:
            return words
        known = (self.head, f"QUYỀN {self.head}", f"Q. {self.head}", _DEPUTY + self.head)
        return next((one for one in known if _begins(words, one)), self.head)


def authority_of(agency: str) -> Authority:
    """Who heads the agency, told by the first words of its name; without a title for any other name."""
    rows: list[dict[str, str]] = _data(Path(settings.OPENPAR_DATA_DIR) / "documents")["authorities"]
    name = " ".join(nfc(agency).lower().split())
    for row in rows:
        if _begins(name, row["begins"].lower()):
            return Authority(row["head"], row.get("collective", ""))
    return Authority("")


def _begins(text: str, words: str) -> bool:
    """Are these its first words, whole?"""
    return text == words or text.startswith(f"{words} ")


def place_of(committee: str) -> str:
    """“Lâm Đồng” of “Ủy ban nhân dân tỉnh Lâm Đồng”; empty for any other name."""
    if not committee.startswith(_COMMITTEE):
        return ""
    rest = committee.removeprefix(_COMMITTEE)
    words: list[str] = _data(Path(settings.OPENPAR_DATA_DIR) / "documents")["territory_words"]
    levels = [f"{word} " for word in words]
    return next((rest.removeprefix(level) for level in levels if rest.startswith(level)), rest)


@lru_cache(maxsize=4)
def _data(folder: Path) -> Mapping[str, Any]:
    content: dict[str, Any] = data_of(folder / "authorities.yaml")
    return content
