"""The form of a defect that the walks through life cycles have to find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """`where` is "module:function"; `favourites` are moves, `crowd` people, that walks take more often."""

    life: str
    name: str
    where: str
    old: str
    new: str
    favourites: tuple[str, ...]
    crowd: tuple[str, ...] = ()
