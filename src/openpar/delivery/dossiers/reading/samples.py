"""What a table looks like, from pieces of it: the words of its columns and how they write their moments.

A guess that saves work: whatever a sample lacks is found in the table itself.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from openpar.delivery.dossiers.reading.tables import Table

# So many pieces of so many bytes, spread over the file: lists are often ordered by agency or by day.
_PIECES, _PIECE = 64, 8 * 1024
_MOST_WORDS, _LONGEST_WORD = 5_000, 200
_MOST_TRIED = 7


class Sample:
    """Some rows of a table, column by column."""

    def __init__(self, table: Table) -> None:
        rows: list[list[str]] = []
        for piece in _pieces(table.content, table.begins):
            text = io.StringIO(piece.decode("utf-8", "replace"), newline="")
            with suppress(csv.Error):
                rows += csv.reader(text, delimiter=table.delimiter)
        width = len(table.headers)
        self.columns = list(zip(*(row for row in rows if len(row) == width), strict=True)) or [()] * width

    def words(self, at: int) -> tuple[str, ...]:
        """The words of a column, none when it does not look like one of words."""
        found = sorted({word.strip(" ") for word in set(self.columns[at])} - {""})
        found = [word for word in found if len(word) <= _LONGEST_WORD and "\0" not in word]
        return tuple(found) if len(found) <= _MOST_WORDS else ()

    def usual(self, at: int, formats: Sequence[str]) -> list[str]:
        """The formats in which cells of a column are written, those of most cells first; none is told: the
        first of all.
        """
        told = list(filter(None, self.columns[at]))
        tried = [text.strip(" ") for text in told[:: max(len(told) // _MOST_TRIED, 1)]]
        fitting = Counter(next((one for one in formats if _is_written_so(text, one)), None) for text in tried)
        return [one for one, _count in fitting.most_common() if one is not None] or [formats[0]]

    def is_spaced(self, at: int) -> bool:
        """Some cells of a column have spaces before or behind their word."""
        return any(word != word.strip(" ") for word in set(self.columns[at]))

    def is_even(self, at: int) -> bool:
        """All cells of a column that say something say it in as many signs."""
        return len(set(map(len, self.columns[at])) - {0}) == 1


def _pieces(content: bytes, begins: int) -> list[bytes]:
    """Whole lines from places spread over the file, from where its rows begin; a small file as it is."""
    if len(content) - begins <= _PIECES * _PIECE:
        return [content[begins:]]
    found = []
    for number in range(_PIECES):
        begin = begins + number * (len(content) - begins - _PIECE) // (_PIECES - 1)
        begin = content.find(b"\n", begin) + 1 if number else begins
        found.append(content[begin : content.rfind(b"\n", begin, begin + _PIECE) + 1])
    return found


def _is_written_so(text: str, written: str) -> bool:
    try:
        datetime.strptime(text, written)  # noqa: DTZ007 - whether it fits is all that is asked
    except ValueError:
        return False
    return True
