"""The headings of statistics that one-stop systems print (data/dossiers/layouts.yaml), as our columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpar.common.text import fold

# Fields of the layouts that the identities know by another name, or that say whose row it is.
_NAMES = {
    **dict.fromkeys(("sector", "procedure"), "unit"),
    "received_online": "online",
    "waiting_supplement": "supplement",
}
_SIGNS = re.compile(r"[\W_]+")
# The line below a heading that numbers its columns: (1), (2), (3) = (4) + (5).
_NUMBER_OF_A_COLUMN = re.compile(r"\(?\d{1,2}\)?( *=.*)?")
# Above the heading stand titles and periods.
_MOST_LINES_ABOVE = 12
Grid = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Layout:
    """One kind of statistics: our column by heading, "" for those that are not looked at."""

    code: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class LaidOut:
    """A table with our names above it; `first_row` is that of `rows` in the file."""

    heading: tuple[str, ...]
    rows: Grid
    first_row: int


def layouts_of(said: Mapping[str, Any]) -> tuple[Layout, ...]:
    """The layouts of counts."""
    return tuple(
        Layout(
            row["code"],
            {_plain(header): _NAMES.get(field, field) or "" for header, field in row["columns"].items()},
        )
        for row in said["layouts"]
        if row["rows"] == "counts"
    )


def as_laid_out(grid: Grid, layouts: Sequence[Layout], names: Sequence[str]) -> LaidOut | None:
    """The table as one of these layouts, of which only columns among `names` are kept; None when its heading
    is none of theirs. A heading may stand below titles, and take two lines: “Tiếp nhận”, below it “tổng”.
    """
    for at, height, headers in _headings(grid):
        for layout in layouts:
            if _fits(headers, layout):
                fields = [layout.columns.get(header, "") for header in headers]
                places = [place for place, field in enumerate(fields) if field in names]
                first = at + height
                rows = [
                    [row[place] if place < len(row) else None for place in places] for row in grid[first:]
                ]
                if rows and all(_NUMBER_OF_A_COLUMN.fullmatch(cell) for cell in rows[0] if cell):
                    first, rows = first + 1, rows[1:]
                return LaidOut(tuple(fields[place] for place in places), rows, first + 1)
    return None


def _headings(grid: Grid) -> Iterator[tuple[int, int, list[str]]]:
    """Where a heading may stand, how many lines it takes, and its headers as they are compared."""
    for at, row in enumerate(grid[:_MOST_LINES_ABOVE]):
        yield at, 1, [_plain(cell or "") for cell in row]
        if at + 1 < len(grid):
            yield at, 2, list(_of_two_lines(row, grid[at + 1]))


def _of_two_lines(above: Sequence[str | None], below: Sequence[str | None]) -> Iterator[str]:
    """A cell of the upper line stands over those beside it that are empty and have something below."""
    group = ""
    for place, cell in enumerate(above):
        under = (below[place] if place < len(below) else None) or ""
        group = cell or (group if under else "")
        yield _plain(f"{group} {under}")


def _fits(headers: Sequence[str], layout: Layout) -> bool:
    """Every header is one of the layout, none twice; who the rows are of and one more column are there."""
    there = [header for header in headers if header]
    fields = [layout.columns.get(header) for header in there]
    return None not in fields and len(set(there)) == len(there) and "unit" in fields and len(there) > 1


def _plain(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", fold(text)).split())
