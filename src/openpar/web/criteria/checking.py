"""What the engine says of a rule while it is being typed: what it gives at most, what it leaves uncovered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import NumberNotUnderstood, format_maximum, parse_decimal
from openpar.engine.errors import InvalidSet
from openpar.engine.rules import Rule, rule_from_mapping
from openpar.parindex.criteria.models import OUTSIDE, ScoredBy


@dataclass(frozen=True)
class RuleCheck:
    """The scale as the agency will see it, and everything that keeps the set from being issued with it."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    scale: tuple[tuple[str, str, bool], ...]
    most: str

    @property
    def is_right(self) -> bool:
        return not self.problems


def checked(
    mapping: Mapping[str, Any], maximum: object, faults: tuple[Gap, ...], scored_by: str
) -> RuleCheck:
    """Judges a typed rule for a leaf whose maximum is given as typed or as a number."""
    problems = [str(fault) for fault in faults]
    most = _maximum(maximum, problems)
    if faults or most is None:
        return RuleCheck(tuple(problems), (), (), "")
    try:
        rule = rule_from_mapping(mapping)
    except InvalidSet as invalid:
        found = tuple(f"{problem.what} {problem.remedy}".strip() for problem in invalid.problems)
        return RuleCheck(found, (), (), "")
    problems += [*rule.problems(most), *_scorer_problems(rule, scored_by)]
    reached = rule.most(most)
    return RuleCheck(
        problems=tuple(problems),
        warnings=rule.warnings(),
        scale=tuple(
            (label, "" if points is None else format_maximum(points), False)
            for label, points in rule.describe(most)
        ),
        most="" if reached is None else format_maximum(reached),
    )


def _maximum(stated: object, problems: list[str]) -> Decimal | None:
    if isinstance(stated, Decimal):
        return stated
    try:
        return parse_decimal(str(stated or ""), where=_("Điểm tối đa"))
    except NumberNotUnderstood as error:
        problems += [str(gap) for gap in error.gaps]
        return None


def _scorer_problems(rule: Rule, scored_by: str) -> list[str]:
    if scored_by not in ScoredBy.values:
        return []
    is_outside = ScoredBy(scored_by) in OUTSIDE
    if is_outside and rule.is_entered_by_unit:
        return [_("Quy tắc này để đơn vị tự chấm, nhưng người chấm là bên ngoài.")]
    if not is_outside and not rule.is_entered_by_unit:
        return [_("Quy tắc này lấy số liệu từ bên ngoài, nhưng người chấm là đơn vị.")]
    return []
