"""The layout of the decree and the types of documents, by day (data/documents/*.yaml); read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.errors import Refused
from openpar.common.wording import gettext as _
from openpar.common.yaml_files import data_of
from openpar.reports.documents.model import Align


class UnknownToTheDecree(Refused):
    """There is no such type of document, or no layout in force on that day."""


@dataclass(frozen=True)
class Style:
    """How one kind of line looks. Sizes and gaps in points; `cell` and `element` name its row in
    data/decree30_layout.csv, empty for what the decree leaves open.
    """

    size: int
    align: Align
    bold: bool
    italic: bool
    capitals: bool
    indented: bool
    before: int
    after: int
    cell: str
    element: str


@dataclass(frozen=True)
class Page:
    """The sheet and its margins, millimetres; `header` from the upper edge to the number of the page."""

    width: int
    height: int
    top: int
    bottom: int
    left: int
    right: int
    header: int


@dataclass(frozen=True)
class Layout:
    """One edition, in force in [valid_from, valid_until). `columns` in millimetres; `rules` are shares of the
    width of the text above; `body` and `rules` as data/documents/layouts.yaml describes them.
    """

    valid_from: date
    valid_until: date | None
    source: str
    page: Page
    columns: Mapping[str, Decimal]
    named_font: str
    embedded_fonts: tuple[str, ...]
    body: Mapping[str, Decimal]
    rules: Mapping[str, Decimal]
    styles: Mapping[str, Style]
    urgency_levels: tuple[str, ...]
    secret_levels: tuple[str, ...]
    point_letters: tuple[str, ...]
    most_signature_lines: int
    academic_titles: tuple[str, ...]

    @property
    def text_width(self) -> int:
        """Between the margins of an upright page, millimetres."""
        return self.page.width - self.page.left - self.page.right

    def point_letter(self, number: int) -> str:
        """The letter of the point with a number from 1; past the alphabet the first letter stands before."""
        count = len(self.point_letters)
        first, last = divmod(number - 1, count)
        return (self.point_letters[first - 1] if first else "") + self.point_letters[last]


@dataclass(frozen=True)
class DocumentType:
    """A type of document. `title` is empty for a letter; `addressees` is none, optional or required; `powers`
    tells by which powers it may be signed; `sides` how many sign at least.
    """

    code: str
    name: str
    title: str
    abbreviation: str
    addressees: str
    powers: frozenset[str]
    sides: int

    @property
    def is_letter(self) -> bool:
        return not self.title


def layout_on(day: date | None) -> Layout:
    """The edition in force on a day; for a document without a day the newest. Raises UnknownToTheDecree."""
    editions = layouts_in(Path(settings.OPENPAR_DATA_DIR) / "documents")
    if day is None:
        return editions[-1]
    for layout in editions:
        if layout.valid_from <= day and (layout.valid_until is None or day < layout.valid_until):
            return layout
    what = _("không có thể thức văn bản nào có hiệu lực ngày %(day)s", day=f"{day:%d/%m/%Y}")
    raise UnknownToTheDecree.because(_("Ngày ban hành"), what, code="no-layout")


def document_type(code: str) -> DocumentType:
    """Raises UnknownToTheDecree, which names those there are."""
    types = types_in(Path(settings.OPENPAR_DATA_DIR) / "documents")
    if code not in types:
        what = _("không có loại văn bản “%(code)s”", code=code)
        remedy = _("Chọn một trong: %(codes)s", codes=", ".join(types))
        raise UnknownToTheDecree.because(_("Loại văn bản"), what, remedy, code="no-type")
    return types[code]


@lru_cache(maxsize=4)
def layouts_in(folder: Path) -> tuple[Layout, ...]:
    """Every edition of a folder, oldest first."""
    editions: list[dict[str, Any]] = _read(folder / "layouts.yaml")["editions"]
    return tuple(sorted((_layout(edition) for edition in editions), key=lambda one: one.valid_from))


@lru_cache(maxsize=4)
def types_in(folder: Path) -> Mapping[str, DocumentType]:
    """The types by code."""
    return {
        row["code"]: DocumentType(
            code=row["code"],
            name=row["name"],
            title=row["title"],
            abbreviation=row["abbreviation"],
            addressees=row["addressees"],
            powers=frozenset(row["powers"]),
            sides=row.get("sides", 1),
        )
        for row in _read(folder / "types.yaml")["types"]
    }


def _layout(row: dict[str, Any]) -> Layout:
    return Layout(
        valid_from=row["from"],
        valid_until=row["until"],
        source=row["source"],
        page=Page(**row["page"]),
        columns=_decimals(row["columns"]),
        named_font=row["fonts"]["named"],
        embedded_fonts=tuple(row["fonts"]["embedded"]),
        body=_decimals(row["body"]),
        rules=_decimals(row["rules"]),
        styles={name: _style(values) for name, values in row["styles"].items()},
        urgency_levels=tuple(row["urgency_levels"]),
        secret_levels=tuple(row["secret_levels"]),
        point_letters=tuple(row["point_letters"]),
        most_signature_lines=row["most_signature_lines"],
        academic_titles=tuple(row["academic_titles"]),
    )


def _style(values: dict[str, Any]) -> Style:
    return Style(
        size=values["size"],
        align=values["align"],
        bold=values.get("bold", False),
        italic=values.get("italic", False),
        capitals=values.get("capitals", False),
        indented=values.get("indented", False),
        before=values.get("before", 0),
        after=values.get("after", 0),
        cell=str(values.get("cell", "")),
        element=values.get("element", ""),
    )


def _decimals(row: Mapping[str, Any]) -> Mapping[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in row.items()}


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content
