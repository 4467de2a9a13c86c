"""Headings of a table above one another, as printed forms have them: what is merged over what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class HeadCell:
    """A heading and the cells it stands in; rows and columns count from 0, all inclusive."""

    top: int
    left: int
    bottom: int
    right: int
    text: str

    @property
    def is_merged(self) -> bool:
        return (self.top, self.left) != (self.bottom, self.right)


def head_depth(paths: Sequence[Sequence[str]]) -> int:
    """How many rows the headings take; `paths` are the headings of each column from the top."""
    return max((len(path) for path in paths), default=0)


def head_cells(paths: Sequence[Sequence[str]]) -> tuple[HeadCell, ...]:
    """Neighbours with the same headings above share them; the last heading of a column reaches the bottom."""
    depth = head_depth(paths)
    cells = []
    for level in range(depth):
        place = 0
        while place < len(paths):
            path = paths[place]
            if len(path) <= level:
                place += 1
                continue
            is_last = level == len(path) - 1
            end = place
            while not is_last and end + 1 < len(paths) and _shares(paths[end + 1], path, level):
                end += 1
            bottom = depth - 1 if is_last else level
            cells.append(HeadCell(level, place, bottom, end, path[level]))
            place = end + 1
    return tuple(cells)


def _shares(other: Sequence[str], path: Sequence[str], level: int) -> bool:
    return len(other) > level + 1 and tuple(other[: level + 1]) == tuple(path[: level + 1])
