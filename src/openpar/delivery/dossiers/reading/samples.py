"""What a table looks like, from pieces of it: the words of its columns and how they write their moments.

A guess that saves work: whatever a sample lacks is found in the table itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from openpar.delivery.dossiers.reading.tables import Table

# So many pieces of so many bytes, spread over the file: lists are often ordered by agency or by day.
_PIECES, _PIECE = 64, 16 * 1024
_MOST_WORDS, _LONGEST_WORD = 5_000, 200
_MOST_TRIED = 7


class Sample:
    """Some rows of a table, cell by cell."""

    def __init__(self, table: Table) -> None:
        self.rows: list[list[str]] = []
        for piece in _pieces(table.body):
            text = io.StringIO(piece.decode("utf-8", "replace"), newline="")
            try:
                found = list(csv.reader(text, delimiter=table.delimiter))
            except csv.Error:
                continue
            self.rows += [row for row in found if len(row) == len(table.headers)]

    def words(self, at: int) -> tuple[str, ...]:
        """The words of a column, none when it does not look like one of words."""
        found = sorted({word for row in self.rows if (word := row[at].strip(" "))} - {""})
        found = [word for word in found if len(word) <= _LONGEST_WORD and "\0" not in word]
        return tuple(found) if len(found) <= _MOST_WORDS else ()

    def usual(self, at: int, formats: Sequence[str]) -> str:
        """The format in which most cells of a column are written, the first of them when none is told."""
        told = [word for row in self.rows if (word := row[at].strip(" "))]
        tried = told[:: max(len(told) // _MOST_TRIED, 1)]
        return max(formats, key=lambda one: sum(_is_written_so(text, one) for text in tried))


def _pieces(body: bytes) -> list[bytes]:
    """Whole lines from places spread over the file; a small file as it is."""
    if len(body) <= _PIECES * _PIECE:
        return [body]
    found = []
    for number in range(_PIECES):
        begin = number * (len(body) - _PIECE) // (_PIECES - 1)
        begin = body.find(b"\n", begin) + 1 if begin else 0
        found.append(body[begin : body.rfind(b"\n", begin, begin + _PIECE) + 1])
    return found


def _is_written_so(text: str, written: str) -> bool:
    try:
        datetime.strptime(text, written)  # noqa: DTZ007 - whether it fits is all that is asked
    except ValueError:
        return False
    return True
