"""What a published round cost every unit becomes findings, in the transaction of the publication.

One finding for each line below its maximum, with the points lost and the sentence that says why; one more
where the unit's own score was far above the decided one. Which losses count: data/findings/rules.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.formats import format_decimal
from openpar.engine.numbers import ZERO, subtract, total_of
from openpar.parindex.assessments.models import Assessment, Layer, Round
from openpar.parindex.assessments.queries.leaves import fields_of_leaves
from openpar.parindex.assessments.results import BlockResults, LineResult, UnitResult
from openpar.parindex.criteria.lasting import lasting_keys
from openpar.parindex.criteria.queries import LoadedSet
from openpar.reform.findings.actions.adding import Leaf, NewFinding, add_findings
from openpar.reform.findings.actions.conferences import OwedConference, PublishedRound, owe_conferences
from openpar.reform.findings.limits import LostPointsRule, lost_points_rule, remedy_until
from openpar.reform.findings.models import FoundBy
from openpar.reform.findings.taxonomy import proposed_code

SELF_TOO_HIGH = "F0-04"
_STEERING = "F0"


@dataclass(frozen=True)
class _Occasion:
    """What all findings of one publication share."""

    round: Round
    on: date
    deadline: date
    rule: LostPointsRule


@dataclass(frozen=True)
class _Table:
    """A criteria set: the reform field of each leaf, and what stays the same of it over the years."""

    criteria: LoadedSet
    field_of: Mapping[str, str]
    key_of: Mapping[str, str]


def record_lost_points(*, round: Round, blocks: Sequence[BlockResults], by: Actor, at: datetime) -> None:
    """Findings of every unit of the round, and the review conference that each owes now.

    A few queries for hundreds of units. Raises FindingRefused; the publication then does not happen.
    """
    today = timezone.localdate(at)
    occasion = _Occasion(round, today, remedy_until(today), lost_points_rule(today))
    lines: list[NewFinding] = []
    for block in blocks:
        table = _table(block.criteria, occasion)
        for unit in block.units:
            lines += _lines_of_unit(unit, table, occasion)
    add_findings(lines=lines, by=by, at=at)
    _owe(round, today)


def lost_of(unit: UnitResult, line: LineResult) -> Decimal | None:
    """The points of a line that the unit does not have; None where the line does not apply to it.

    Measured on the line: what a set does with the points of lines that were taken out is another matter.
    """
    if line.decided_points is None:
        return line.maximum if _is_silent(unit) else None
    return subtract(line.maximum, line.decided_points)


def _is_silent(unit: UnitResult) -> bool:
    """Nobody ever scored anything for it: 0 in every line."""
    return unit.total == ZERO and not unit.submitted


def _table(criteria: LoadedSet, occasion: _Occasion) -> _Table:
    keys = lasting_keys([leaf.id for leaf in criteria.leaves.values()])
    return _Table(
        criteria,
        fields_of_leaves(criteria, occasion.on),
        {code: keys[leaf.id] for code, leaf in criteria.leaves.items()},
    )


def _lines_of_unit(unit: UnitResult, table: _Table, occasion: _Occasion) -> Iterator[NewFinding]:
    if _is_silent(unit):
        yield _nothing_scored(unit, occasion)
        return
    for line in unit.lines:
        lost = lost_of(unit, line)
        if lost is not None and lost > occasion.rule.more_than:
            yield _lost_line(unit, line, lost, table, occasion)
    compared = [line for line in unit.lines if line.lost is not None]
    own = total_of(line.points[Layer.SELF] or ZERO for line in compared)
    decided = total_of(line.decided_points or ZERO for line in compared)
    if compared and subtract(own, decided) >= occasion.rule.self_above:
        yield _self_too_high(unit, own, decided, occasion)


def _lost_line(
    unit: UnitResult, line: LineResult, lost: Decimal, table: _Table, occasion: _Occasion
) -> NewFinding:
    field = table.field_of[line.code]
    sentence = line.sentences.get(line.decided_layer, "")
    text = _("%(title)s: mất %(lost)s/%(maximum)s điểm.") % {
        "title": line.title,
        "lost": _points(lost),
        "maximum": _points(line.maximum),
    }
    leaf = Leaf(line.code, line.title, occasion.round.year, table.key_of[line.code])
    return _finding(
        unit,
        occasion,
        field=field,
        code=proposed_code(field, line.title, occasion.round.assessed_until),
        text=f"{text} {sentence}".strip(),
        anchor=f"#leaf-{line.code}",
        leaf=leaf,
        points=lost,
    )


def _self_too_high(unit: UnitResult, own: Decimal, decided: Decimal, occasion: _Occasion) -> NewFinding:
    """`own` and `decided`: the sums of the lines that have both."""
    text = _(
        "Tự chấm %(own)s điểm, được %(decided)s điểm ở chính các tiêu chí đó: cao hơn %(above)s điểm."
    ) % {
        "own": _points(own),
        "decided": _points(decided),
        "above": _points(subtract(own, decided)),
    }
    # No points of its own: they are lost on the lines.
    return _finding(
        unit,
        occasion,
        field=_STEERING,
        code=SELF_TOO_HIGH,
        text=text,
        anchor="",
        metric=f"{_points(own)} → {_points(decided)}",
    )


def _nothing_scored(unit: UnitResult, occasion: _Occasion) -> NewFinding:
    """One finding about the whole table instead of one a line."""
    text = _("Không tự chấm điểm, không có tài liệu để thẩm định: 0 điểm.")
    points = total_of(line.maximum for line in unit.lines)
    return _finding(unit, occasion, field=_STEERING, code="", text=text, anchor="", points=points)


def _finding(
    unit: UnitResult,
    occasion: _Occasion,
    *,
    field: str,
    code: str,
    text: str,
    anchor: str,
    leaf: Leaf | None = None,
    points: Decimal | None = None,
    metric: str = "",
) -> NewFinding:
    round = occasion.round
    return NewFinding(
        organisation_id=unit.organisation_id,
        field=field,
        code=code,
        text=text,
        found_by=FoundBy.APPRAISAL,
        finder_id=round.manager_id,
        found_on=occasion.on,
        period_from=round.assessed_from,
        period_until=round.assessed_until,
        deadline=occasion.deadline,
        source_id=unit.assessment_id,
        source_text=round.title,
        source_link=f"/results/{round.pk}/{unit.assessment_id}/{anchor}",
        leaf=leaf,
        points_at_stake=points,
        metric=metric,
    )


def _points(value: Decimal) -> str:
    return format_decimal(value, 2, trim=True)


def _owe(round: Round, today: date) -> None:
    sheets = Assessment.objects.filter(round_block__round=round).values_list("organisation_id", "unit_id")
    # A unit may be assessed in two blocks; it holds one conference.
    owed = [OwedConference(organisation_id, unit_id) for organisation_id, unit_id in dict(sheets).items()]
    published = PublishedRound(round.pk, round.title, round.year, today, round.manager_id)
    owe_conferences(round=published, owed=owed)
