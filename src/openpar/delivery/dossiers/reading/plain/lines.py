"""Cells as lines of CSV."""

from __future__ import annotations

import numpy as np

from openpar.delivery.dossiers.reading.plain.markup import Bytes, Places, must

_TAB, _NEWLINE = b"\t\n"
# A few bytes may claim a million cells, or a million times the same long text.
_MOST_CELLS, _MOST_BYTES = 4_000_000, 64 << 20


class Lines:
    """The cells as lines, all as wide as the sheet: from the leftmost filled cell to the rightmost. Those of
    its first piece are taken for them unless they are known.
    """

    def __init__(self, columns: tuple[int, int] | None) -> None:
        self.columns = self.seen = columns
        self.parts: list[bytes] = []
        self.row = 0

    @property
    def is_whole(self) -> bool:
        return self.columns == self.seen

    def add(self, source: Bytes, rows: Places, columns: Places, starts: Places, lengths: Places) -> None:
        """Cells in their order; rows without any keep their places."""
        if not len(rows):
            return
        found = int(columns.min()), int(columns.max())
        if self.columns is None or self.seen is None:
            self.columns = self.seen = found
        self.seen = min(self.seen[0], found[0]), max(self.seen[1], found[1])
        if not self.is_whole:
            return
        if not self.parts:
            self.row = int(rows[0])
            self.parts.append(b"sep=\t\n" + b"\n" * self.row)
        left, right = self.columns
        width, height = right - left + 1, int(rows[-1]) - self.row + 1
        # A row of one empty cell would be no row at all.
        must(width > 1 and width * height <= _MOST_CELLS)
        if len(rows) < width * height:
            places = (rows - self.row) * width + columns - left
            scattered = np.zeros((2, width * height), np.int64)
            scattered[0, places], scattered[1, places] = starts, lengths
            starts, lengths = scattered
        with_sign = lengths + 1
        ends = np.cumsum(with_sign)
        must(int(ends[-1]) <= _MOST_BYTES)
        where = np.repeat(starts - (ends - with_sign), with_sign)
        where += np.arange(len(where))
        line = source.take(where)
        line[ends - 1] = _TAB
        line[ends[width - 1 :: width] - 1] = _NEWLINE
        self.parts.append(line.tobytes())
        self.row += height
