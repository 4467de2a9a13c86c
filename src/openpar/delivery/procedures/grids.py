"""A file of procedures as grids of text, read in a process of its own; knows no Django.

A workbook may bring several tables, one a sheet; a CSV file brings one.
"""

from __future__ import annotations

from collections.abc import Mapping

from openpar.common.sheets import Sheet, SheetCaps
from openpar.common.spreadsheets import read_sheet, sheet_names
from openpar.common.text import fold

# All procedures of the country, with some years of versions.
CAPS = SheetCaps(rows=60_000, columns=40, cells=1_000_000)


def read_grids(content: bytes, titles: Mapping[str, str], single: str) -> dict[str, Sheet]:
    """The sheets of a workbook whose titles are known, by the word that `titles` gives them.

    A CSV file, and the first sheet of a workbook without any known title, is `single`.

    Raises FileRefused.
    """
    if not content.startswith(b"PK"):
        return {single: read_sheet(content, caps=CAPS)}
    known = {fold(title): word for title, word in titles.items()}
    names = sheet_names(content)
    found = {known[fold(name)]: name for name in names if fold(name) in known}
    if not found:
        return {single: read_sheet(content, caps=CAPS)}
    return {word: read_sheet(content, sheet=name, caps=CAPS) for word, name in found.items()}
