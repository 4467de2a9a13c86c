"""What columns and values of lists mean: data/dossiers/layouts.yaml, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings

from openpar.common.text import fold
from openpar.common.yaml_files import data_of

_SIGNS = re.compile(r"[\W_]+")
RETURNED_WORD = "returned"
# The number that stands for “returned” while words are looked up: status 8, counted apart.
RETURNED_NUMBER = 80


class Kind(StrEnum):
    """How the cells of a field are read."""

    CODE = "code"
    WORD = "word"
    MOMENT = "moment"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"
    PERSONAL = "personal"


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "dossier": Kind.CODE,
        **dict.fromkeys(("agency", "procedure", "procedure_name", "case_name", "sector"), Kind.WORD),
        "apology_number": Kind.WORD,
        **dict.fromkeys(("channel", "status", "applicant_kind", "paid_online", "portal_status"), Kind.WORD),
        **dict.fromkeys(("submitted_at", "received_at", "finished_at", "handed_over_at"), Kind.MOMENT),
        **dict.fromkeys(("refused_at", "supplement_asked_at", "supplement_answered_at"), Kind.MOMENT),
        **dict.fromkeys(("payment_asked_at", "paid_at", "paused_at", "resumed_at"), Kind.MOMENT),
        "extended_at": Kind.MOMENT,
        **dict.fromkeys(("due_on", "new_due_on"), Kind.DAY),
        **dict.fromkeys(("supplements", "extensions"), Kind.NUMBER),
        **dict.fromkeys(("has_obligation", "is_digitised", "is_reused", "has_electronic_result"), Kind.FLAG),
        **dict.fromkeys(("applicant", "address", "phone", "officer"), Kind.PERSONAL),
    }
)
# Without these no list of dossiers can be taken in; the agency may be told once for a whole file.
NEEDED = ("dossier", "received_at")
# One of these at least: by it a row says whether the dossier has come to its end.
TELLS_THE_END = frozenset({"status", "finished_at", "handed_over_at"})
# The table of values that the words of a field are looked up in.
VALUES = MappingProxyType(
    {
        "status": "statuses",
        "portal_status": "statuses",
        "channel": "channels",
        "applicant_kind": "applicant_kinds",
        "paid_online": "paid_online",
    }
)


@dataclass(frozen=True)
class Layout:
    """One real layout: the field that each header means, None for columns that are not read."""

    code: str
    title: str
    is_of_dossiers: bool
    certainty: str
    columns: Mapping[str, str | None]


@dataclass(frozen=True)
class Vocabulary:
    """Everything the file says: headers and words compared by `plain`."""

    titles: Mapping[str, str]
    headers: Mapping[str, str]
    values: Mapping[str, Mapping[str, int]]
    layouts: tuple[Layout, ...]


def plain(text: str) -> str:
    """A header or word as it is compared: no case, marks, signs or spaces around."""
    return " ".join(_SIGNS.sub(" ", fold(text)).split())


def vocabulary() -> Vocabulary:
    """The shipped vocabulary."""
    return _read(Path(settings.OPENPAR_DATA_DIR) / "dossiers" / "layouts.yaml")


@lru_cache(maxsize=4)
def _read(path: Path) -> Vocabulary:
    said: dict[str, Any] = data_of(path)
    tables = ("statuses", "channels", "applicant_kinds", "paid_online")
    values = {name: _words(said[name]) for name in tables}
    values["flags"] = _words({1: said["flags"][True], 0: said["flags"][False]})
    return Vocabulary(
        titles={field: headers[0] for field, headers in said["fields"].items()},
        headers={plain(text): field for field, headers in said["fields"].items() for text in headers},
        values=values,
        layouts=tuple(
            Layout(row["code"], row["title"], row["rows"] == "dossiers", row["certainty"], row["columns"])
            for row in said["layouts"]
        ),
    )


def _words(table: Mapping[int | str, list[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, words in table.items():
        number = RETURNED_NUMBER if key == RETURNED_WORD else int(key)
        found |= {plain(str(word)): number for word in words}
        if number != RETURNED_NUMBER:
            found[str(number)] = number
    return found


def layout(code: str) -> Layout | None:
    """The shipped layout of this code."""
    return next((one for one in vocabulary().layouts if one.code == code), None)
