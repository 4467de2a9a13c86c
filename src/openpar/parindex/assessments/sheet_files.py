"""The sheet of an agency in Excel: downloaded, filled in, uploaded, compared with what the system holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openpar.common.errors import FileRefused, Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.scores import Entry, evaluated
from openpar.parindex.assessments.errors import BadAnswer
from openpar.parindex.assessments.models import Assessment, Layer, Score
from openpar.parindex.assessments.sheet_layout import (
    ANSWER,
    SheetHead,
    StoredScore,
    digest_of_entry,
    stored_entries,
)
from openpar.parindex.assessments.sheet_reading import FilledRow, read_grid, rows_of_grid
from openpar.parindex.assessments.sheet_writing import write_sheet
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set

__all__ = [
    "SheetChange",
    "SheetChanges",
    "SheetHead",
    "StoredScore",
    "changes_of",
    "read_sheet_file",
    "sheet_head",
    "stored_scores",
    "write_sheet",
]


@dataclass(frozen=True)
class SheetChange:
    """A leaf that the file would change; `is_stale`: the system holds a newer version than was downloaded."""

    leaf: LoadedLeaf
    row: FilledRow
    stored: StoredScore
    is_stale: bool


@dataclass(frozen=True)
class SheetChanges:
    """What an upload would do: changes to be saved, conflicts to be decided, leaves that stay."""

    fresh: tuple[SheetChange, ...]
    stale: tuple[SheetChange, ...]
    unchanged: int
    absent: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        return not self.fresh and not self.stale


def sheet_head(assessment: Assessment) -> tuple[SheetHead, LoadedSet]:
    """Which sheet this is, with its criteria; loaded with `round_block__round`, `…criteria_set`, `unit`."""
    block = assessment.round_block
    criteria_set = block.criteria_set
    head = SheetHead(
        assessment_id=assessment.pk,
        set_id=criteria_set.pk,
        set_version=criteria_set.version,
        unit=assessment.unit.name,
        round=block.round.title,
        set_title=criteria_set.title,
        is_sample=criteria_set.is_sample,
    )
    return head, loaded_set(criteria_set.pk, criteria_set.version)


def stored_scores(assessment_id: int, criteria: LoadedSet) -> dict[str, StoredScore]:
    """What the unit has entered so far, by code (one query)."""
    rows = Score.objects.filter(assessment_id=assessment_id, layer=Layer.SELF).select_related("entered_by")
    return {
        criteria.code_of[row.criterion_id]: StoredScore(
            entry=Entry(Answer.from_json(row.answer), row.note, row.given_points),
            version=row.version,
            points=row.points,
            saved_by=row.entered_by.full_name,
        )
        for row in rows
    }


def read_sheet_file(path: Path, head: SheetHead, criteria: LoadedSet) -> tuple[FilledRow, ...]:
    """The filled rows of an uploaded file. Raises FileRefused with every bad cell."""
    return rows_of_grid(read_grid(path), head, criteria)


def changes_of(
    rows: tuple[FilledRow, ...], criteria: LoadedSet, stored: Mapping[str, StoredScore]
) -> SheetChanges:
    """Compares a file with the system: rows nobody touched, or that say what is stored, change nothing.

    Raises FileRefused with every answer that its rule refuses, by cell.
    """
    gaps: list[Gap] = []
    fresh: list[SheetChange] = []
    stale: list[SheetChange] = []
    for row in rows:
        leaf = criteria.leaves[row.code]
        rule = leaf.engine.rule
        held = stored_entries(stored, row.code)
        if not row.is_touched or digest_of_entry(rule, row.entry) == digest_of_entry(rule, held.entry):
            continue
        try:
            evaluated(leaf, row.entry)
        except BadAnswer as error:
            gaps += [
                Gap(f"{row.address(ANSWER)} ({row.code})", gap.what, gap.remedy, gap.code)
                for gap in error.gaps
            ]
            continue
        change = SheetChange(leaf, row, held, is_stale=held.version != row.version)
        (stale if change.is_stale else fresh).append(change)
    if gaps:
        raise FileRefused(gaps)
    codes = {row.code for row in rows}
    return SheetChanges(
        fresh=tuple(fresh),
        stale=tuple(stale),
        unchanged=len(rows) - len(fresh) - len(stale),
        absent=tuple(leaf.code for leaf in criteria.self_leaves if leaf.code not in codes),
    )
