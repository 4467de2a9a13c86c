"""A sheet taken for writing: locked, with its round, window, rules and the scores it has.

Every action on a sheet begins with `take_sheet`: the row of the assessment is locked until the
transaction ends, so that a save and the lock of the sheet can never pass each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.engine.outcomes import Earned, Invalid, Missing, NotApplicable, Outcome, Pending
from openpar.engine.scoring import UnitScore, score_unit
from openpar.parindex.assessments.errors import UnknownLeaf
from openpar.parindex.assessments.models import (
    Adjustment,
    Assessment,
    Layer,
    Phase,
    Reopening,
    Round,
    RoundStage,
    Score,
)
from openpar.parindex.assessments.rules import Window, decided_layer
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set


@dataclass(frozen=True)
class Sheet:
    """A locked assessment with everything its rules need."""

    assessment: Assessment
    round: Round
    window: Window
    reopened_until: datetime | None
    criteria: LoadedSet

    @property
    def about(self) -> str:
        """The story its audit entries belong to."""
        return f"assessment:{self.assessment.pk}"

    @property
    def unit_name(self) -> str:
        return self.assessment.unit.name

    def leaf(self, code: str) -> LoadedLeaf:
        """The leaf with this code. Raises UnknownLeaf."""
        try:
            return self.criteria.leaves[code]
        except KeyError:
            raise UnknownLeaf(
                (
                    Gap(
                        code,
                        _("không có tiêu chí thành phần này trong bộ tiêu chí của phiếu."),
                        code="unknown",
                    ),
                )
            ) from None


def take_sheet(assessment_id: int) -> Sheet:
    """Locks one assessment, then reads it. Raises Assessment.DoesNotExist.

    On PostgreSQL the lock is a statement of its own: a joined SELECT … FOR UPDATE that had to wait would
    read the round and its dates as they were before the wait. SQLite has one writer, so nothing to wait for.
    """
    if connection.features.has_select_for_update:
        list(Assessment.objects.select_for_update().filter(pk=assessment_id).order_by().values_list("pk"))
    return sheet_of(with_window(Assessment.objects.all()).get(pk=assessment_id))


def with_window(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """The same assessments with all that `sheet_of` asks for, in one query."""
    phase = Phase.objects.filter(
        round=OuterRef("round_block__round"), stage=OuterRef("round_block__round__stage")
    )
    reopening = (
        Reopening.objects.filter(assessment=OuterRef("pk"), granted_at__isnull=False, closed_at__isnull=True)
        .order_by()
        .values("assessment")
        .annotate(until=Max("open_until"))
        .values("until")
    )
    return assessments.select_related("round_block__round", "round_block__criteria_set", "unit").annotate(
        phase_opens_at=Subquery(phase.values("opens_at")[:1]),
        phase_closes_at=Subquery(phase.values("closes_at")[:1]),
        reopened_until=Subquery(reopening),
    )


def sheet_of(assessment: Assessment) -> Sheet:
    """The sheet of an assessment that was loaded by `with_window`."""
    block = assessment.round_block
    return Sheet(
        assessment=assessment,
        round=block.round,
        window=Window(
            RoundStage(block.round.stage),
            getattr(assessment, "phase_opens_at", None),
            getattr(assessment, "phase_closes_at", None),
        ),
        reopened_until=getattr(assessment, "reopened_until", None),
        criteria=loaded_set(block.criteria_set_id, block.criteria_set.version),
    )


def outcome_of(state: str, points: Decimal | None) -> Outcome:
    """The stored outcome of a score as the engine's value, without its sentence."""
    if points is not None:
        return Earned(points, "")
    if state == NotApplicable.state:
        return NotApplicable("")
    if state == Pending.state:
        return Pending("")
    if state == Invalid.state:
        return Invalid("")
    return Missing("")


OutcomesByLayer = dict[str, dict[str, Outcome]]


def outcomes_of(assessment_id: int, criteria: LoadedSet) -> OutcomesByLayer:
    """layer → leaf code → outcome, from the stored scores (one query)."""
    found: OutcomesByLayer = {layer: {} for layer in Layer.values}
    rows = Score.objects.filter(assessment_id=assessment_id).values_list(
        "criterion_id", "layer", "outcome", "points"
    )
    for criterion_id, layer, state, points in rows:
        found[layer][criteria.code_of[criterion_id]] = outcome_of(state, points)
    return found


def decided_outcomes(
    by_layer: Mapping[str, Mapping[str, Outcome]], criteria: LoadedSet
) -> dict[str, Outcome]:
    """What counts in the end per leaf: outside, second appraisal, first appraisal; else nothing yet."""
    decided: dict[str, Outcome] = {}
    for code, leaf in criteria.leaves.items():
        if leaf.is_outside:
            outcome = by_layer[Layer.OUTSIDE].get(code)
        else:
            layer = decided_layer(
                [name for name in (Layer.REAPPRAISED, Layer.APPRAISED) if code in by_layer[name]]
            )
            outcome = by_layer[layer].get(code) if layer else None
        if outcome is not None:
            decided[code] = outcome
    return decided


def self_outcomes(by_layer: Mapping[str, Mapping[str, Outcome]]) -> dict[str, Outcome]:
    """The unit's own points with the outside parts that are already in."""
    return {**by_layer[Layer.SELF], **by_layer[Layer.OUTSIDE]}


def summed(
    criteria: LoadedSet,
    outcomes: Mapping[str, Outcome],
    *,
    bonus: Iterable[Decimal] = (),
    penalty: Iterable[Decimal] = (),
) -> UnitScore:
    """The engine's totals over outcomes that are already known; a leaf without one is missing or awaited."""
    known = {
        code: outcomes.get(code) or (_AWAITED if leaf.is_outside else _BLANK)
        for code, leaf in criteria.leaves.items()
    }
    return score_unit(criteria.engine, {}, bonus=bonus, penalty=penalty, cohort=known)


_AWAITED = Pending("")
_BLANK = Missing("")


def adjustments_of(assessment_id: int) -> tuple[list[Decimal], list[Decimal]]:
    """The accepted bonus and penalty points (one query)."""
    rows = Adjustment.objects.filter(
        assessment_id=assessment_id, state=Adjustment.State.ACCEPTED
    ).values_list("kind", "points")
    bonus = [points for kind, points in rows if kind == Adjustment.Kind.BONUS and points is not None]
    penalty = [points for kind, points in rows if kind == Adjustment.Kind.PENALTY and points is not None]
    return bonus, penalty


def _standing(
    score: UnitScore, criteria: LoadedSet, entered: Mapping[str, Outcome] | None = None
) -> dict[str, object]:
    """The part of `Assessment.standings` of one side: totals and per field, decimals as text.

    `entered` adds how many leaves of each field have been scored.
    """
    nodes = {node.code: node for node in score.nodes}
    counts = Counter(
        criteria.leaves[code].field_code
        for code, outcome in (entered or {}).items()
        if not isinstance(outcome, Missing)
    )
    return {
        "total": None if score.total is None else str(score.total),
        "index": None if score.index is None else str(score.index),
        "provisional": score.provisional,
        "fields": {
            field.code: {
                "achieved": None if (value := nodes[field.code].achieved) is None else str(value),
                "maximum": str(nodes[field.code].maximum),
                "index": None if (value := nodes[field.code].index) is None else str(value),
                "entered": counts[field.code],
            }
            for field in criteria.engine.fields
        },
    }


def _own_total(
    criteria: LoadedSet, by_layer: Mapping[str, Mapping[str, Outcome]], with_outside: UnitScore
) -> str | None:
    """What the unit gave itself, as text: without the outside parts, which it may not see yet."""
    own = summed(criteria, by_layer[Layer.SELF]) if by_layer[Layer.OUTSIDE] else with_outside
    return None if own.total is None else str(own.total)


def _entered(outcomes: Mapping[str, Outcome]) -> int:
    return sum(not isinstance(outcome, Missing) for outcome in outcomes.values())


_CHANGES_OWN = frozenset({Layer.SELF, Layer.OUTSIDE})
_CHANGES_DECIDED = frozenset({Layer.APPRAISED, Layer.REAPPRAISED, Layer.OUTSIDE})


def renew_standings(sheet: Sheet, *written: Layer) -> None:
    """Recomputes what the lists show of this sheet from its stored scores, inside the same transaction.

    `written` names the layers that were written since, so that a save by one side does not pay for the
    totals of the other; none means all of them. Bonus and penalty count like the second appraisal.
    """
    assessment = sheet.assessment
    touched = frozenset(written) or frozenset(Layer)
    by_layer = outcomes_of(assessment.pk, sheet.criteria)
    standings = dict(assessment.standings)
    if touched & _CHANGES_OWN:
        own = summed(sheet.criteria, self_outcomes(by_layer))
        standings["self"] = {
            **_standing(own, sheet.criteria, by_layer[Layer.SELF]),
            "own_total": _own_total(sheet.criteria, by_layer, own),
        }
        assessment.self_total = own.total
        assessment.self_count = _entered(by_layer[Layer.SELF])
    if touched & _CHANGES_DECIDED and (by_layer[Layer.APPRAISED] or by_layer[Layer.OUTSIDE]):
        bonus, penalty = adjustments_of(assessment.pk)
        decided = summed(
            sheet.criteria, decided_outcomes(by_layer, sheet.criteria), bonus=bonus, penalty=penalty
        )
        standings["decided"] = _standing(decided, sheet.criteria)
        assessment.decided_total = decided.total
        assessment.appraised_count = _entered(by_layer[Layer.APPRAISED])
    assessment.standings = standings
    assessment.save(update_fields=_STANDING_FIELDS)


_STANDING_FIELDS = (
    *("self_total", "decided_total", "standings"),
    *("self_count", "appraised_count", "flagged_count", "self_saved_at"),
)
