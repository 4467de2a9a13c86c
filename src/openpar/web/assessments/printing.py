"""The whole sheet as a table for paper."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openpar.parindex.assessments.models import EvidenceUse, Layer
from openpar.parindex.assessments.queries.sheets import LeafLine, SheetView


@dataclass(frozen=True)
class PrintedRow:
    """A line of the table: a field, a criterion, or a leaf with both sides."""

    kind: str
    code: str
    title: str
    maximum: Decimal
    line: LeafLine | None = None
    documents: tuple[str, ...] = ()


def printed_sheet(view: SheetView) -> tuple[PrintedRow, ...]:
    """Every line of the table in its order, the documents of each leaf by name and number; one query."""
    documents = _documents(view)
    rows: list[PrintedRow] = []
    headed: set[str] = set()
    for code, line in view.lines.items():
        leaf = line.leaf
        for above, kind in ((leaf.field_code, "field"), (leaf.parent_code, "criterion")):
            if above and above not in headed:
                headed.add(above)
                rows.append(PrintedRow(kind, above, view.criteria.titles[above], _maximum(view, above)))
        rows.append(
            PrintedRow("leaf", code, leaf.title, leaf.maximum, line, tuple(documents.get(leaf.id, ())))
        )
    return tuple(rows)


def _maximum(view: SheetView, code: str) -> Decimal:
    below = (
        leaf.maximum for leaf in view.criteria.leaves.values() if code in (leaf.field_code, leaf.parent_code)
    )
    return sum(below, Decimal(0))


def _documents(view: SheetView) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    uses = EvidenceUse.objects.filter(
        score__assessment=view.assessment, score__layer__in=(Layer.SELF, Layer.EXPLAINED)
    ).values_list("score__criterion_id", "document__number", "document__title", "pointer")
    for criterion_id, number, title, pointer in uses.order_by("pk"):
        text = ", ".join(part for part in (f"{number} {title}".strip(), pointer) if part)
        found.setdefault(criterion_id, []).append(text)
    return found
