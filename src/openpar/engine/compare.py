"""Two scores side by side: where points were lost, and which leaves explain a difference.

Differences are taken between unrounded values, so they may differ by 0.01 from those of printed ones.
"""

from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.errors import EngineError
from openpar.engine.numbers import ZERO, settle, subtract
from openpar.engine.scoring import Line, NodeScore, UnitScore


@dataclass(frozen=True, slots=True)
class Difference:
    """One leaf or node before and after; `change` is None unless both sides have points."""

    code: str
    maximum: Decimal
    before: Decimal | None
    after: Decimal | None
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences of all leaves and nodes, the greatest fall first, and that of the total."""

    lines: tuple[Difference, ...]
    nodes: tuple[Difference, ...]
    total_change: Decimal | None


@dataclass(frozen=True, slots=True)
class Loss:
    """Points not earned on a leaf or node: maximum − points. A leaf without an answer has lost all of it."""

    code: str
    maximum: Decimal
    points: Decimal
    lost: Decimal


def compare(before: UnitScore, after: UnitScore) -> Comparison:
    """For instance the self-score and the appraised score of one unit under the same criteria set.

    Raises EngineError if the two do not have the same leaves.
    """
    if [line.code for line in before.lines] != [line.code for line in after.lines]:
        raise EngineError("Hai bảng điểm không cùng một bộ tiêu chí: không so sánh được.")
    lines = [
        _difference(old.code, new.maximum, old.points, new.points)
        for old, new in zip(before.lines, after.lines, strict=True)
    ]
    nodes = [
        _difference(old.code, new.maximum, old.achieved, new.achieved)
        for old, new in zip(before.nodes, after.nodes, strict=True)
    ]
    return Comparison(
        _greatest_fall_first(lines), _greatest_fall_first(nodes), _change(before.total, after.total)
    )


def lost_points(score: UnitScore) -> tuple[Loss, ...]:
    """The leaves on which points were lost, the greatest loss first; removed leaves lose nothing."""
    return _greatest_loss_first([_line_loss(line) for line in score.lines if not line.is_removed])


def lost_points_by_node(score: UnitScore) -> tuple[Loss, ...]:
    """The same for everything in the tree that has a value."""
    return _greatest_loss_first([_node_loss(node) for node in score.nodes if node.achieved is not None])


def _line_loss(line: Line) -> Loss:
    points = ZERO if line.points is None else line.points
    return Loss(line.code, line.maximum, points, settle(subtract(line.maximum, points)))


def _node_loss(node: NodeScore) -> Loss:
    points = ZERO if node.achieved is None else node.achieved
    return Loss(node.code, node.maximum, points, settle(subtract(node.maximum, points)))


def _greatest_loss_first(losses: list[Loss]) -> tuple[Loss, ...]:
    # Sorting is stable: equal losses stay in the order of the table.
    return tuple(
        sorted((loss for loss in losses if loss.lost > ZERO), key=lambda loss: loss.lost, reverse=True)
    )


def _greatest_fall_first(differences: list[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(differences, key=lambda each: (each.change is None, each.change or ZERO)))


def _difference(code: str, maximum: Decimal, before: Decimal | None, after: Decimal | None) -> Difference:
    return Difference(code, maximum, before, after, _change(before, after))


def _change(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else settle(subtract(after, before))
