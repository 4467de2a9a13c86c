"""Keeping one score: shared by self-scoring, appraisal, explanation and the outside parts.

Each of those asks its own questions first; this is the part that is the same: refuse a stale save with
both versions, let the engine say what the answer gives, keep it, leave a trace, renew the standings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.common.compiled import Compiled, hole
from openpar.common.errors import Gap
from openpar.engine.numbers import plain
from openpar.engine.outcomes import Earned, Invalid, Outcome
from openpar.parindex.assessments.entries import Entry as Entry
from openpar.parindex.assessments.errors import BadAnswer, StaleScore
from openpar.parindex.assessments.models import Layer, Score
from openpar.parindex.assessments.sheets import Sheet
from openpar.parindex.criteria.queries import LoadedLeaf

# What was typed; or how to read it once the leaf is known, for pages whose form depends on the rule.
Typed = Entry | Callable[[LoadedLeaf], Entry]


def entry_for(leaf: LoadedLeaf, typed: Typed) -> Entry:
    """The entry, read now if it was not yet. Raises whatever the reading raises."""
    return typed if isinstance(typed, Entry) else typed(leaf)


_EVIDENCE_COUNT = RawSQL(
    "(SELECT COUNT(*) FROM assessments_evidenceuse AS bound WHERE bound.score_id = assessments_score.id)",
    [],
    output_field=IntegerField(),
)


def _of_leaf() -> QuerySet[Score]:
    of_leaf = Score.objects.filter(assessment_id=hole(0), criterion_id=hole(1))
    return of_leaf.annotate(evidence_count=_EVIDENCE_COUNT)


_OF_LEAF = Compiled(_of_leaf, holes=2)


def scores_of_leaf(sheet: Sheet, leaf: LoadedLeaf) -> dict[str, Score]:
    """layer → stored score of one leaf, each with its `evidence_count` (one query)."""
    return {score.layer: score for score in _OF_LEAF.ask(sheet.assessment.pk, leaf.id)}


def told(score: Score) -> dict[str, object]:
    """A score as the trace tells it."""
    return {
        "answer": score.answer,
        "outcome": score.outcome,
        "points": None if score.points is None else plain(score.points),
        "given_points": None if score.given_points is None else plain(score.given_points),
        "note": score.note,
        "explanation_wanted": score.explanation_wanted,
    }


def evaluated(leaf: LoadedLeaf, entry: Entry) -> Outcome:
    """What the answer gives by the rule of the leaf. Raises BadAnswer with every contradiction."""
    gaps: list[Gap] = []
    outcome = leaf.evaluate(entry.answer)
    if isinstance(outcome, Invalid):
        gaps.append(Gap(leaf.code, outcome.sentence, code="invalid"))
    given = entry.given_points
    if given is not None:
        if not 0 <= given <= leaf.maximum:
            gaps.append(
                Gap(
                    leaf.code,
                    _("điểm %(given)s nằm ngoài khoảng từ 0 đến %(most)s.")
                    % {"given": given, "most": leaf.maximum},
                    code="out_of_range",
                )
            )
        elif not entry.note.strip():
            gaps.append(
                Gap(
                    leaf.code,
                    _("điểm cho khác với điểm tính theo số liệu."),
                    _("Nêu lý do ở phần ghi chú, hoặc bỏ điểm nhập tay."),
                    code="no_reason",
                )
            )
    if gaps:
        raise BadAnswer(gaps)
    return outcome


def refuse_stale(stored: Score | None, expected_version: int, *, leaf: LoadedLeaf, entry: Entry) -> None:
    """Raises StaleScore when somebody saved since the form was opened (0: there was nothing yet)."""
    if stored is None or stored.version == expected_version:
        return
    raise StaleScore(
        Gap(
            leaf.code,
            _("%(name)s đã lưu tiêu chí này lúc bạn đang nhập.") % {"name": stored.entered_by.full_name},
            _("Xem hai bản dưới đây, chọn bản đúng rồi lưu lại."),
            code="stale",
        ),
        stored=stored,
        typed=entry.answer,
        typed_note=entry.note,
    )


def keep_score(
    *,
    sheet: Sheet,
    leaf: LoadedLeaf,
    layer: Layer,
    entry: Entry,
    stored: Score | None,
    outcome: Outcome,
    verb: str,
    by: Actor,
    at: datetime,
    entered_by_id: int | None = None,
) -> Score:
    """Writes the score and its trace; the caller has locked, asked and checked, and renews the standings.

    `entered_by_id`: whose figures they are, where `by` only confirms them.
    """
    before = None if stored is None else told(stored)
    computed = outcome.points if isinstance(outcome, Earned) else None
    score = stored or Score(assessment_id=sheet.assessment.pk, criterion_id=leaf.id, layer=layer, version=0)
    score.answer = entry.answer.as_json()
    score.outcome = outcome.state
    score.computed_points = computed
    score.given_points = None if entry.given_points == computed else entry.given_points
    score.points = computed if score.given_points is None else score.given_points
    score.sentence = outcome.sentence
    score.note = entry.note.strip()
    score.explanation_wanted = entry.explanation_wanted
    score.version += 1
    score.entered_by_id = by.person_id if entered_by_id is None else entered_by_id
    score.entered_at = at
    score.save(force_insert=stored is None, force_update=stored is not None)
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"score:{score.pk}",
        about=sheet.about,
        label=f"{leaf.code} {leaf.title} · {sheet.unit_name}",
        before=before,
        after=told(score),
        reason=score.note,
    )
    return score


def points_text(scores: Mapping[str, Score], layer: Layer) -> Decimal | None:
    """The points of one layer of a leaf; None when nothing was entered."""
    score = scores.get(layer)
    return None if score is None else score.points
