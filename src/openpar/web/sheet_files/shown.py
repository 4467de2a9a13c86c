"""What the preview of an uploaded sheet shows: each leaf before and after, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.formats import format_decimal
from openpar.engine.outcomes import Earned
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.answer_texts import cells_of_answer
from openpar.parindex.assessments.sheet_files import SheetChange
from openpar.parindex.criteria.queries import LoadedLeaf


@dataclass(frozen=True)
class ShownEntry:
    """One version of a leaf in words; points None: none yet, or not applicable."""

    figures: str
    note: str
    points: Decimal | None
    sentence: str


@dataclass(frozen=True)
class ShownChange:
    """A leaf that the file would change; `version` is what the system held when the page was drawn."""

    code: str
    title: str
    maximum: Decimal
    row: int
    before: ShownEntry
    after: ShownEntry
    version: int
    saved_by: str


def shown_change(change: SheetChange) -> ShownChange:
    """The change as the page shows it."""
    return ShownChange(
        code=change.leaf.code,
        title=change.leaf.title,
        maximum=change.leaf.maximum,
        row=change.row.row + 1,
        before=shown_entry(change.leaf, change.stored.entry),
        after=shown_entry(change.leaf, change.row.entry),
        version=change.stored.version,
        saved_by=change.stored.saved_by,
    )


def shown_entry(leaf: LoadedLeaf, entry: Entry) -> ShownEntry:
    """An entry in words, with the points that its figures give."""
    outcome = leaf.evaluate(entry.answer)
    points = entry.given_points
    if points is None and isinstance(outcome, Earned):
        points = outcome.points
    return ShownEntry(_figures(leaf, entry), entry.note, points, outcome.sentence)


def _figures(leaf: LoadedLeaf, entry: Entry) -> str:
    if entry.answer.is_blank and entry.given_points is None:
        return _("để trống")
    if not entry.answer.applicable:
        return _("không áp dụng: %s") % (entry.answer.reason or "—")
    cells = cells_of_answer(leaf.engine.rule, entry.answer)
    parts = []
    if cells.answer:
        parts.append(cells.answer.replace("|", " | "))
    numbers = [cell.replace(".", ",") for cell in (cells.numerator, cells.denominator) if cell]
    if numbers:
        parts.append(" / ".join(numbers))
    if entry.given_points is not None:
        parts.append(_("đơn vị cho %s điểm") % format_decimal(entry.given_points))
    return "; ".join(parts)
