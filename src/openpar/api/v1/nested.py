"""Lists inside a dossier (data/dossiers/national_lists.yaml): their shape, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.yaml_files import data_of
from openpar.delivery.dossiers.layouts import plain, vocabulary

# What a refusal says of a word that nobody understands.
_LONGEST_SHOWN = 40


class Cell(StrEnum):
    """What a field of an entry may be."""

    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True)
class NationalList:
    """One list of entries; `says`: fields of the dossier by the field of an entry that tells them.

    An entry whose flag `gone` is set is passed over.
    """

    name: str
    title: str
    fields: Mapping[str, Cell]
    longest: Mapping[str, int]
    gone: str | None
    says: Mapping[str, str]


def national_lists() -> tuple[NationalList, ...]:
    """The shipped lists, in their order."""
    return _read(Path(settings.OPENPAR_DATA_DIR) / "dossiers" / "national_lists.yaml")


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[NationalList, ...]:
    return tuple(
        NationalList(
            name,
            said["title"],
            {field: Cell(kind) for field, kind in said["fields"].items()},
            said["longest"],
            said["gone"],
            said["says"],
        )
        for name, said in data_of(path)["lists"].items()
    )


def said_fields() -> tuple[str, ...]:
    """Every field of a dossier that entries of its lists may tell."""
    return tuple(field for one in national_lists() for field in one.says)


def entry_faults(given: Any, path: str) -> Iterator[Gap]:
    """What keeps a value from being a list of entries, by path; none at all is an empty list."""
    if given is None:
        return
    if not isinstance(given, list):
        yield _fault(path, _("không phải danh sách"), _("Gửi một mảng JSON"))
        return
    for number, entry in enumerate(given):
        if not isinstance(entry, dict):
            what, remedy = _("không phải đối tượng"), _("Gửi một đối tượng JSON với tên các trường")
            yield _fault(f"{path}[{number}]", what, remedy)


def cell_fault(given: Any, path: str) -> Gap | None:
    """A field holds one text, number, true or false; a list or an object in its place is wrong."""
    if not isinstance(given, list | dict):
        return None
    return _fault(path, _("không phải một giá trị"), _("Gửi chữ, số, true hoặc false"))


def list_faults(row: Mapping[str, Any], path: str) -> Iterator[Gap]:
    """Everything that is wrong in the lists of a dossier, by path."""
    for one in national_lists():
        there = f"{path}.{one.name}"
        yield from entry_faults(row.get(one.name), there)
        for number, entry in _entries(row.get(one.name)):
            yield from _faults_of(one, entry, f"{there}[{number}]")


def told_by_lists(row: Mapping[str, Any]) -> dict[str, str]:
    """What the entries say of their dossier, field by field; the lists are in their shape.

    "1" when one of them says so, "0" when those that tell it say no, "" when none tells.
    """
    return {
        field: _told(one, row.get(one.name), by) for one in national_lists() for field, by in one.says.items()
    }


def _told(one: NationalList, given: Any, by: str) -> str:
    gone = one.gone
    cells = [
        entry.get(by)
        for _number, entry in _entries(given)
        if gone is None or _flag(entry.get(gone)) is not True
    ]
    if one.fields[by] is Cell.TEXT:
        said: list[bool | None] = [bool(str(cell).strip()) if cell is not None else False for cell in cells]
    else:
        said = [_flag(cell) for cell in cells]
    if True in said:
        return "1"
    return "0" if False in said else ""


def _entries(given: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, entry in enumerate(given if isinstance(given, list) else ()):
        if isinstance(entry, dict):
            yield number, entry


def _faults_of(one: NationalList, entry: Mapping[str, Any], path: str) -> Iterator[Gap]:
    for field, kind in one.fields.items():
        cell, there = entry.get(field), f"{path}.{field}"
        fault = cell_fault(cell, there)
        if fault is not None:
            yield fault
        elif kind is Cell.FLAG and _flag(cell) is None and not _is_blank(cell):
            what = _("“%s” không phải có hoặc không") % str(cell).strip()[:_LONGEST_SHOWN]
            yield _fault(there, what, _("Ghi 1 hoặc 0"))
        elif field in one.longest and isinstance(cell, str) and len(cell) > one.longest[field]:
            what = _("dài %(found)d ký tự") % {"found": len(cell)}
            yield _fault(there, what, _("Nhiều nhất %(most)d ký tự") % {"most": one.longest[field]})


def _flag(cell: Any) -> bool | None:
    """Yes or no as lists write it; None for nothing and for what is neither."""
    if isinstance(cell, bool) or _is_blank(cell):
        return cell if isinstance(cell, bool) else None
    number = vocabulary().values["flags"].get(plain(str(cell)))
    return None if number is None else bool(number)


def _is_blank(cell: Any) -> bool:
    return cell is None or not str(cell).strip()


def _fault(path: str, what: str, remedy: str) -> Gap:
    return Gap(path, what, remedy, code="message-shape")
