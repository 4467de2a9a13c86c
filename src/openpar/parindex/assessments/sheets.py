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
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.models import Sealing
from openpar.common.clock import age_of
from openpar.common.compiled import Compiled, hole
from openpar.common.errors import Gap
from openpar.engine.numbers import plain
from openpar.engine.outcomes import Earned, Invalid, Missing, NotApplicable, Outcome, Pending
from openpar.engine.scoring import Standing, UnitScore, score_unit, standing
from openpar.parindex.assessments.errors import NotSealed, UnknownLeaf
from openpar.parindex.assessments.models import (
    Adjustment,
    Assessment,
    Layer,
    Round,
    RoundStage,
)
from openpar.parindex.assessments.rules import DECIDING, Window, decided_layer
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
    found = _FOR_WRITING.ask(assessment_id)
    if not found:
        raise Assessment.DoesNotExist(assessment_id)
    refuse_without_seal(found[0])
    return sheet_of(found[0])


def refuse_without_seal(assessment: Assessment) -> None:
    """What nobody seals could be altered unseen: nothing more is taken in until the log is sealed again.

    The clock is the server's own, not the legal moment of the action: the question is whether a machine is at
    work now. Raises NotSealed.
    """
    sealed_until: datetime | None = getattr(assessment, "sealed_until", None)
    if sealed_until is not None and age_of(sealed_until) > settings.OPENPAR_STOP_WITHOUT_SEAL:
        raise NotSealed(
            Gap(
                "",
                _("nhật ký chưa được niêm phong từ %(since)s, nên hệ thống tạm dừng nhận điểm.")
                % {"since": timezone.localtime(sealed_until).strftime("%H:%M %d/%m/%Y")},
                _("Giữ trang này mở và lưu lại sau ít phút; báo quản trị viên nếu kéo dài."),
                code="not_sealed",
            )
        )


# What the actions ask of a sheet; the long texts of round and set stay where they are.
_NEEDED = (
    *(field.name for field in Assessment._meta.concrete_fields),
    *("round_block__round", "round_block__block", "round_block__criteria_set"),
    *("round_block__round__title", "round_block__round__year", "round_block__round__stage"),
    *("round_block__round__window_opens_at", "round_block__round__window_closes_at"),
    *("round_block__round__manager", "round_block__criteria_set__version"),
    *("unit__name", "unit__organisation"),
)


def _for_writing() -> QuerySet[Assessment]:
    return with_window(
        Assessment.objects.only(*_NEEDED)
        .filter(pk=hole(0))
        .annotate(sealed_until=Subquery(Sealing.objects.values("sealed_until")[:1]))
    )


_FOR_WRITING = Compiled(_for_writing, holes=1)


def with_window(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """The same assessments with all that `sheet_of` asks for, in one query."""
    return assessments.select_related("round_block__round", "round_block__criteria_set", "unit")


def sheet_of(assessment: Assessment) -> Sheet:
    """The sheet of an assessment that was loaded by `with_window`."""
    block = assessment.round_block
    return Sheet(
        assessment=assessment,
        round=block.round,
        window=Window(
            RoundStage(block.round.stage),
            block.round.window_opens_at,
            block.round.window_closes_at,
        ),
        reopened_until=assessment.reopened_until,
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

# Written out, because it is asked with the writer's turn in hand: composing it anew each time took longer
# than answering it.
_OUTCOMES = "SELECT criterion_id, layer, outcome, points FROM assessments_score WHERE assessment_id = %s"


def outcomes_of(assessment_id: int, criteria: LoadedSet) -> OutcomesByLayer:
    """layer → leaf code → outcome, from the stored scores (one query)."""
    found: OutcomesByLayer = {layer: {} for layer in Layer.values}
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [assessment_id])
        for criterion_id, layer, state, points in cursor.fetchall():
            exact = None if points is None else Decimal(points)
            found[layer][criteria.code_of[criterion_id]] = outcome_of(state, exact)
    return found


def decided_outcomes(
    by_layer: Mapping[str, Mapping[str, Outcome]], criteria: LoadedSet
) -> dict[str, Outcome]:
    """What counts in the end per leaf: outside, correction, second appraisal, first; else nothing yet."""
    decided: dict[str, Outcome] = {}
    for code, leaf in criteria.leaves.items():
        if leaf.is_outside:
            outcome = by_layer[Layer.OUTSIDE].get(code)
        else:
            layer = decided_layer([name for name in DECIDING if code in by_layer[name]])
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
    """The engine's totals over outcomes that are already known, with every line and sentence."""
    return score_unit(criteria.engine, {}, bonus=bonus, penalty=penalty, cohort=_complete(criteria, outcomes))


def _complete(criteria: LoadedSet, outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """An outcome for every leaf: one that has none is missing, or awaited from outside."""
    return {
        code: outcomes.get(code) or (_AWAITED if leaf.is_outside else _BLANK)
        for code, leaf in criteria.leaves.items()
    }


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


def _told(found: Standing) -> dict[str, object]:
    """The part of `Assessment.standings` of one side: totals and per field, decimals as text."""
    return {
        "total": _text(found.total),
        "index": _text(found.index),
        "provisional": found.provisional,
        "fields": {
            field.code: {
                "achieved": _text(field.achieved),
                "maximum": _text(field.maximum),
                "index": _text(field.index),
            }
            for field in found.fields
        },
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _told_of_unit(criteria: LoadedSet, by_layer: Mapping[str, Mapping[str, Outcome]]) -> tuple[Standing, Any]:
    """The unit's own side: how many leaves of each field are scored, and the total without outside parts.

    The unit may not see the outside parts before publication; the lists of the manager may.
    """
    own = standing(criteria.engine, _complete(criteria, self_outcomes(by_layer)))
    alone = own
    if by_layer[Layer.OUTSIDE]:
        alone = standing(criteria.engine, _complete(criteria, by_layer[Layer.SELF]))
    counts = Counter(
        criteria.leaves[code].field_code
        for code, outcome in by_layer[Layer.SELF].items()
        if not isinstance(outcome, Missing)
    )
    told: dict[str, Any] = {**_told(own), "own_total": _text(alone.total)}
    for code, field in told["fields"].items():
        field["entered"] = counts[code]
    return own, told


def _entered(outcomes: Mapping[str, Outcome]) -> int:
    return sum(not isinstance(outcome, Missing) for outcome in outcomes.values())


_CHANGES_OWN = frozenset({Layer.SELF, Layer.OUTSIDE})
_CHANGES_DECIDED = frozenset({*DECIDING, Layer.OUTSIDE})


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
        own, standings["self"] = _told_of_unit(sheet.criteria, by_layer)
        assessment.self_total = own.total
        assessment.self_count = _entered(by_layer[Layer.SELF])
    if touched & _CHANGES_DECIDED and (by_layer[Layer.APPRAISED] or by_layer[Layer.OUTSIDE]):
        bonus, penalty = adjustments_of(assessment.pk)
        decided = standing(
            sheet.criteria.engine,
            _complete(sheet.criteria, decided_outcomes(by_layer, sheet.criteria)),
            bonus=bonus,
            penalty=penalty,
        )
        standings["decided"] = _told(decided)
        assessment.decided_total = decided.total
        assessment.appraised_count = _entered(by_layer[Layer.APPRAISED])
    assessment.standings = standings
    assessment.save(update_fields=_STANDING_FIELDS)


_STANDING_FIELDS = (
    *("self_total", "decided_total", "standings"),
    *("self_count", "appraised_count", "flagged_count", "self_saved_at"),
)
