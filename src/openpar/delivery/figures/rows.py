"""Rows of figures as plain values, and their sums. A count that is not there is not known: it is not 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from openpar.common.text import fold
from openpar.delivery.figures.forms import block_label, count_columns, counts_dossiers, total_label
from openpar.engine.forms import Form, FormColumn

MOST_LINES = 300
MOST = 999_999_999


@dataclass(frozen=True)
class Line:
    """One row: its level (may be empty), its name, the counts there are; or a sum as it was stated.

    A stated sum of a level bears the level and no name, that of the whole sheet neither.
    """

    block: str
    label: str
    counts: Mapping[str, int]
    is_total: bool = False
    # The filling that brought each count.
    origins: Mapping[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same row in another period or revision has the same key."""
        return key_of(self.block, self.label, is_total=self.is_total)

    @property
    def words(self) -> str:
        """How the row is called in a sentence."""
        if self.is_total:
            return f"{total_label()}, {block_label(self.block)}" if self.block else total_label()
        return f"{self.label} ({block_label(self.block)})" if self.block else self.label


@dataclass(frozen=True)
class Figures:
    """One revision's figures on its form, columns of the placement included."""

    form: Form
    lines: tuple[Line, ...]
    # Sums that were stated otherwise than the rows add up.
    stated: tuple[Line, ...] = ()

    @property
    def columns(self) -> tuple[FormColumn, ...]:
        return count_columns(self.form)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)

    def used_keys(self, base: Form) -> tuple[str, ...]:
        """The columns of the form itself, and of those that a placement added the ones with any figure."""
        own = {column.key for column in count_columns(base)}
        filled = {key for line in self.lines for key in line.counts}
        return tuple(key for key in self.keys if key in own or key in filled)

    def blocks(self) -> tuple[str, ...]:
        """The levels that rows stand under, in the order in which they come."""
        return tuple(dict.fromkeys(line.block for line in self.lines))

    def lines_of(self, block: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.block == block)


def key_of(block: str, label: str, *, is_total: bool = False) -> str:
    """The key of a row: level and name without regard to case and marks; a sum begins with “=”."""
    return f"={block}" if is_total else f"{block}/{fold(label)}"


def sums(lines: Iterable[Line], keys: Iterable[str]) -> dict[str, int | None]:
    """Each column's sum; None as soon as one row has no figure, or there is no row."""
    listed = list(lines)
    found: dict[str, int | None] = {}
    for key in keys:
        values = [line.counts.get(key) for line in listed]
        known = [value for value in values if value is not None]
        found[key] = sum(known) if listed and len(known) == len(values) else None
    return found


def shown_total(figures: Figures, block: str | None = None) -> dict[str, int | None]:
    """The sums to be shown: those stated where there are such, else those of the rows.

    `block` names a level; None is the whole sheet.
    """
    lines = figures.lines if block is None else figures.lines_of(block)
    stated = next((line.counts for line in figures.stated if line.block == (block or "")), {})
    return {**sums(lines, figures.keys), **stated}


def with_derived(form: Form, counts: Mapping[str, int | None]) -> dict[str, int | None]:
    """The counts with what was newly received, which the forms of dossiers have in two columns."""
    found = dict(counts)
    if counts_dossiers(form):
        online, in_person = found.get("online"), found.get("in_person")
        found["received_new"] = None if online is None or in_person is None else online + in_person
    return found


@dataclass(frozen=True)
class Neighbour:
    """The signed figures of another period of the same agency, with its days."""

    figures: Figures
    words: str
    from_on: date
    until_on: date


def only_different_sums(
    lines: Sequence[Line], stated: Sequence[Line], keys: Sequence[str]
) -> tuple[Line, ...]:
    """Of the sums that were stated, the figures that are not what the rows add up to."""
    kept = []
    for total in stated:
        rows = [line for line in lines if not total.block or line.block == total.block]
        added = sums(rows, keys)
        counts = {key: value for key, value in total.counts.items() if value != added.get(key)}
        if counts:
            origins = {key: filling for key, filling in total.origins.items() if key in counts}
            kept.append(Line(total.block, "", counts, is_total=True, origins=origins))
    return tuple(kept)
