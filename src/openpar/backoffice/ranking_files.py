"""The `rank` command: places and classes for one column of a result file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpar.backoffice.result_files import as_csv, shown_number
from openpar.backoffice.score_files import Row
from openpar.common.errors import FileRefused
from openpar.common.sheets import SheetCaps
from openpar.common.spreadsheets import read_sheet
from openpar.engine.bounds import interval_of
from openpar.engine.errors import BadNumber
from openpar.engine.grading import Band, grade
from openpar.engine.numbers import decimal_of
from openpar.engine.ranking import rank

_CAPS = SheetCaps(rows=1_000_000, columns=2_000, cells=8_000_000)
_BAND = re.compile(r"(.+?)\s*(>=|≥|<=|≤|>|<|=|:)\s*([0-9]+(?:[.,][0-9]+)?)")
_BOUNDS = {">=": "ge", "≥": "ge", "=": "ge", ":": "ge", ">": "gt", "<": "lt", "<=": "le", "≤": "le"}


class BadBands(Exception):
    """The text of the bands cannot be read."""


@dataclass(frozen=True)
class Scores:
    """One column of a result file: block and value of every unit, in the order of the file."""

    column: str
    blocks: Mapping[str, str]
    values: Mapping[str, Decimal | None]


def read_scores(path: Path, column: str) -> Scores:
    """The units with their blocks and one column. Raises FileRefused naming every fault."""
    table = read_sheet(path, caps=_CAPS).rows
    heading = [name or "" for name in table[0]] if table else []
    absent = [name for name in ("unit", column) if name not in heading]
    if absent:
        raise FileRefused.because("dòng 1", f"thiếu cột: {', '.join(absent)}", f"Có: {', '.join(heading)}.")
    rows = [
        Row(number, {name: cell for name, cell in zip(heading, cells, strict=True) if cell}, [])
        for number, cells in enumerate(table[1:], start=2)
    ]
    blocks: dict[str, str] = {}
    values: dict[str, Decimal | None] = {}
    for row in rows:
        unit = row.text("unit")
        if unit is None:
            if row.cells:
                row.fault("unit", "thiếu tên đơn vị.")
            continue
        if unit in values:
            row.fault("unit", f"“{unit}” ghi hai lần.")
        blocks[unit], values[unit] = row.text("block") or "", row.number(column)
    faults = [fault for row in rows for fault in row.faults]
    if faults:
        raise FileRefused.because("", "\n".join(str(fault) for fault in faults))
    return Scores(column, blocks, values)


def bands_from_text(text: str) -> tuple[Band, ...]:
    """Bands such as "Tốt>=80,Khá>=70,Yếu<70", also separated by ; or | (then with decimal commas).

    Their order in the text does not matter: the narrowest claim is tried first. Raises BadBands.
    """
    separator = next((sign for sign in ";|" if sign in text), ",")
    lower: list[tuple[Decimal, bool, Band]] = []
    upper: list[tuple[Decimal, bool, Band]] = []
    for piece in filter(None, (piece.strip() for piece in text.split(separator))):
        found = _BAND.fullmatch(piece)
        if found is None:
            hint = "; dùng ; giữa các mức nếu số có dấu phẩy" if separator == "," else ""
            raise BadBands(f"Không đọc được mức “{piece}”: ghi như Tốt>=80{hint}.")
        bound = _BOUNDS[found[2]]
        try:
            level = decimal_of(found[3].replace(",", "."))
        except BadNumber as bad:
            raise BadBands(str(bad)) from None
        band = Band(found[1].strip(), interval_of({bound: level}))
        side = lower if bound in ("ge", "gt") else upper
        side.append((level, bound in ("gt", "le"), band))
    # “from 90” before “from 80”, “above 80” before “from 80”; “below 30” before “below 50” before “up to 50”.
    lower.sort(key=lambda each: each[:2], reverse=True)
    upper.sort(key=lambda each: each[:2])
    if not lower and not upper:
        raise BadBands("Không có mức xếp loại nào.")
    return tuple(band for _, _, band in (*lower, *upper))


def ranking_table(
    scores: Scores, *, block: str | None, ties: str, on: str, digits: int, mode: str, bands: Sequence[Band]
) -> str:
    """The units by rank and name, block by block (each ranked by itself), unranked ones last."""
    rows: list[list[str]] = []
    for current in dict.fromkeys(scores.blocks.values()) if block is None else [block]:
        values = {unit: scores.values[unit] for unit, of in scores.blocks.items() if of == current}
        places = rank(values, ties=ties, rank_on=on, digits=digits, mode=mode)
        last = len(values) + 1
        in_order = sorted(values, key=lambda unit: (places[unit].rank if unit in places else last, unit))
        for unit in in_order:
            value = values[unit]
            rows.append(
                [
                    str(places[unit].rank) if unit in places else "",
                    unit,
                    current,
                    "" if value is None else shown_number(value, digits, mode),
                    grade(value, bands) or "",
                ]
            )
    return as_csv(("rank", "unit", "block", scores.column, "class"), rows)
