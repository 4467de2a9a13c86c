"""Leaves that are measured against the best of the block: their points need the answers of every unit.

While sheets are filled such a leaf is pending. When the results of a round are computed, all its points are
computed anew from the answers: correcting one unit's figure moves the others (parindex.md 6.2, type 16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from openpar.engine.answers import Answer
from openpar.engine.outcomes import Earned
from openpar.engine.rules import CohortNormalised
from openpar.parindex.assessments.models import Layer, RoundStage, Score
from openpar.parindex.assessments.rules import DECIDING
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet


def awaited(leaf: LoadedLeaf, stage: str) -> str:
    """What a page says of a leaf whose points need the whole block: what is waited for, and when it comes.

    `stage` is that of the round; "" for every leaf whose points are there at once.

    Published points stand in the result: the rows of the sheet keep what the unit and the appraiser entered.
    """
    if not isinstance(leaf.engine.rule, CohortNormalised):
        return ""
    if stage == RoundStage.PUBLISHED:
        return _(
            "Điểm của tiêu chí này tính trên số liệu của cả khối khi tổng hợp kết quả; xem ở trang Kết quả."
        )
    return _(
        "Tiêu chí này so với đơn vị tốt nhất của khối: nhập số liệu xong, điểm vẫn để trống và chưa cộng vào "
        "tổng, vì còn chờ số liệu của mọi đơn vị trong khối. Điểm được tính ở giai đoạn “%(decision)s”, khi "
        "tổng hợp cho Hội đồng; đơn vị thấy điểm khi kết quả được công bố."
    ) % {"decision": RoundStage.DECISION.label}


def settle_cohorts(criteria: LoadedSet, scores: Mapping[int, Sequence[Score]]) -> None:
    """Fills in points, outcome and sentence of the cohort leaves of one block, on the loaded rows only.

    `scores` are the rows by sheet. Units without any row (they never scored) are left out of the cohort.
    """
    leaves = {
        leaf.id: leaf for leaf in criteria.leaves.values() if isinstance(leaf.engine.rule, CohortNormalised)
    }
    if not leaves:
        return
    by_leaf: dict[int, list[Score]] = {leaf_id: [] for leaf_id in leaves}
    for rows in scores.values():
        for score in rows:
            if score.criterion_id in leaves:
                by_leaf[score.criterion_id].append(score)
    for leaf_id, rows in by_leaf.items():
        rule = leaves[leaf_id].engine.rule
        assert isinstance(rule, CohortNormalised)
        own = {str(score.assessment_id): score for score in rows if score.layer == Layer.SELF}
        for counted in (own, _deciding(rows)):
            answers = {unit: Answer.from_json(score.answer) for unit, score in counted.items()}
            for unit, outcome in rule.evaluate_cohort(answers, leaves[leaf_id].maximum).items():
                score = counted[unit]
                if score.given_points is None:
                    score.outcome, score.sentence = outcome.state, outcome.sentence
                    score.points = outcome.points if isinstance(outcome, Earned) else None


def _deciding(rows: Iterable[Score]) -> dict[str, Score]:
    """unit → the row that counts in the end."""
    found: dict[str, Score] = {}
    for layer in reversed(DECIDING):
        found.update({str(score.assessment_id): score for score in rows if score.layer == layer})
    return found
