"""A criteria set and the answers of a unit → points per leaf, scores per field, total and index.

parindex.md 7–10; what happens to removed leaves is in policies.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice

from openpar.engine.answers import Answer
from openpar.engine.criteria.checks import PARTS
from openpar.engine.criteria.tree import CriteriaSet, Leaf, NaPolicy, NaScope, Node, Settings
from openpar.engine.errors import UnknownCode
from openpar.engine.numbers import HUNDRED, ZERO, add, settle, share, subtract, total_of
from openpar.engine.outcomes import Earned, Invalid, Missing, NotApplicable, Outcome, Pending
from openpar.engine.policies import Part, achieved_under, parts_of
from openpar.engine.rules import CohortNormalised
from openpar.engine.rules.base import taken_out
from openpar.engine.wording import number, rounded

BLANK = Answer()


@dataclass(frozen=True, slots=True)
class Line:
    """One leaf of a scored sheet; `points` is None unless the outcome is Earned."""

    code: str
    maximum: Decimal
    outcome: Outcome
    is_outside: bool = False

    @property
    def points(self) -> Decimal | None:
        """The settled points."""
        return self.outcome.points if isinstance(self.outcome, Earned) else None

    @property
    def is_removed(self) -> bool:
        """Is the leaf taken out for this unit?"""
        return isinstance(self.outcome, NotApplicable)


@dataclass(frozen=True, slots=True)
class NodeScore:
    """A field, a criterion, or a part of the sheet: None where everything in it was removed.

    `maximum` is what `achieved` is measured against, so `index` (per cent) = achieved / maximum × 100.
    """

    code: str
    achieved: Decimal | None
    maximum: Decimal
    index: Decimal | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a person has to settle before the sheet is final."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class UnitScore:
    """The result of one unit. Without an index (everything removed) `achieved`, `total` and `index` are None.

    `bonus` and `penalty` are what counted after their caps. `provisional`: a leaf is missing, pending or
    invalid; it counts 0 until then and is named in `waiting` (invalid ones in `gaps`).
    """

    lines: tuple[Line, ...]
    nodes: tuple[NodeScore, ...]
    appraised_part: NodeScore
    outside_part: NodeScore
    achieved: Decimal | None
    maximum: Decimal
    bonus: Decimal
    penalty: Decimal
    total: Decimal | None
    index: Decimal | None
    provisional: bool
    waiting: tuple[str, ...]
    gaps: tuple[Gap, ...]
    explanation: tuple[str, ...]

    def line(self, code: str) -> Line:
        """The line of a leaf. Raises UnknownCode."""
        for line in self.lines:
            if line.code == code:
                return line
        raise UnknownCode(f"Không có tiêu chí thành phần “{code}”.")

    def node(self, code: str) -> NodeScore:
        """The score of anything in the tree, or of the part "appraised" or "outside". Raises UnknownCode."""
        for node in (*self.nodes, self.appraised_part, self.outside_part):
            if node.code == code:
                return node
        raise UnknownCode(f"Không có tiêu chí “{code}”.")

    @property
    def removed(self) -> tuple[Line, ...]:
        """The leaves taken out."""
        return tuple(line for line in self.lines if line.is_removed)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was entered for one unit: answers by leaf code, accepted bonus and penalty, leaves taken out."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    bonus: tuple[Decimal, ...] = ()
    penalty: tuple[Decimal, ...] = ()
    removed: Mapping[str, str] = field(default_factory=dict)


def score_block(criteria_set: CriteriaSet, sheets: Mapping[str, Sheet]) -> dict[str, UnitScore]:
    """The scores of all units of a block, including the leaves that are measured against the block's best."""
    by_unit: dict[str, dict[str, Outcome]] = {unit: {} for unit in sheets}
    for leaf in criteria_set.leaves():
        if isinstance(leaf.rule, CohortNormalised):
            answers = {unit: sheet.answers.get(leaf.code, BLANK) for unit, sheet in sheets.items()}
            for unit, sheet in sheets.items():
                if leaf.code in sheet.removed:
                    answers[unit] = Answer(applicable=False, reason=sheet.removed[leaf.code])
            for unit, outcome in leaf.rule.evaluate_cohort(answers, leaf.maximum).items():
                by_unit[unit][leaf.code] = outcome
    return {
        unit: score_unit(
            criteria_set,
            sheet.answers,
            bonus=sheet.bonus,
            penalty=sheet.penalty,
            removed=sheet.removed,
            cohort=by_unit[unit],
        )
        for unit, sheet in sheets.items()
    }


def score_unit(
    criteria_set: CriteriaSet,
    answers: Mapping[str, Answer],
    *,
    bonus: Iterable[Decimal] = (),
    penalty: Iterable[Decimal] = (),
    removed: Mapping[str, str] | None = None,
    cohort: Mapping[str, Outcome] | None = None,
) -> UnitScore:
    """The score of one unit.

    `removed` takes leaves out whatever was answered (code → reason); `cohort` brings the outcomes of leaves
    that need the whole block. Raises UnknownCode if a code is not in the set.
    """
    removed, cohort = removed or {}, cohort or {}
    leaves = criteria_set.leaves()
    unknown = sorted((answers.keys() | removed.keys() | cohort.keys()) - {leaf.code for leaf in leaves})
    if unknown:
        raise UnknownCode(f"Bộ tiêu chí không có tiêu chí thành phần: {', '.join(unknown)}.")
    lines = tuple(
        Line(leaf.code, leaf.maximum, _outcome(leaf, answers, removed, cohort), leaf.scored_by.is_outside)
        for leaf in leaves
    )
    return _scored(criteria_set, lines, total_of(bonus), total_of(penalty))


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of a sheet at a glance: what `score_unit` gives, without lines, sentences, inner nodes."""

    total: Decimal | None
    index: Decimal | None
    provisional: bool
    fields: tuple[NodeScore, ...]


def standing(
    criteria_set: CriteriaSet,
    outcomes: Mapping[str, Outcome],
    *,
    bonus: Iterable[Decimal] = (),
    penalty: Iterable[Decimal] = (),
) -> Standing:
    """Total, index and fields from outcomes that are known for every leaf; for after each save.

    Equal to `score_unit` over the same outcomes (a test compares), in a fraction of its time. Raises KeyError
    naming the leaf without an outcome.
    """
    settings = criteria_set.settings
    by_field = [
        [Line(leaf.code, leaf.maximum, outcomes[leaf.code], leaf.scored_by.is_outside) for leaf in leaves]
        for leaves in criteria_set.leaves_by_field
    ]
    parts = [parts_of(lines) for lines in by_field]
    appraised, outside = Part.sum(part[0] for part in parts), Part.sum(part[1] for part in parts)
    achieved, maximum = achieved_under(settings, appraised, outside, parts)
    bonus_points = min(total_of(bonus), settings.bonus_max)
    penalty_points = min(total_of(penalty), settings.penalty_max)
    total = None if achieved is None else _total(achieved, bonus_points, penalty_points, settings)
    return Standing(
        total=_settled(total),
        index=_index(total, maximum),
        provisional=any(
            isinstance(line.outcome, Missing | Pending | Invalid) for lines in by_field for line in lines
        ),
        fields=tuple(
            _field_score(top.code, pair, settings)
            for top, pair in zip(criteria_set.fields, parts, strict=True)
        ),
    )


def _scored(
    criteria_set: CriteriaSet, lines: tuple[Line, ...], bonus: Decimal, penalty: Decimal
) -> UnitScore:
    """Everything that follows from the outcomes of the leaves."""
    settings = criteria_set.settings
    appraised, outside = parts_of(lines)
    achieved, maximum = achieved_under(settings, appraised, outside, _by_field(criteria_set, lines))
    bonus, penalty = min(bonus, settings.bonus_max), min(penalty, settings.penalty_max)
    total = None if achieved is None else _total(achieved, bonus, penalty, settings)
    waiting = tuple(line.code for line in lines if isinstance(line.outcome, Missing | Pending))
    score = UnitScore(
        lines=lines,
        nodes=_node_scores(criteria_set, lines),
        appraised_part=_raw_score(PARTS[0], appraised, settings),
        outside_part=_raw_score(PARTS[1], outside, settings),
        achieved=_settled(achieved),
        maximum=maximum,
        bonus=bonus,
        penalty=penalty,
        total=_settled(total),
        index=_index(total, maximum),
        provisional=bool(waiting) or any(isinstance(line.outcome, Invalid) for line in lines),
        waiting=waiting,
        gaps=_gaps(criteria_set.leaves(), lines),
        explanation=(),
    )
    return replace(score, explanation=_explanation(score, settings, appraised, outside))


def _by_field(criteria_set: CriteriaSet, lines: tuple[Line, ...]) -> list[tuple[Part, Part]]:
    """The two parts of every field."""
    following = iter(lines)
    return [
        parts_of(line for line in islice(following, len(list(top.leaves())))) for top in criteria_set.fields
    ]


def _outcome(
    leaf: Leaf, answers: Mapping[str, Answer], removed: Mapping[str, str], cohort: Mapping[str, Outcome]
) -> Outcome:
    if leaf.code in removed:
        return taken_out(removed[leaf.code])
    if leaf.code in cohort:
        return cohort[leaf.code]
    outcome = leaf.rule.evaluate(
        answers.get(leaf.code, BLANK), leaf.maximum, allows_not_applicable=leaf.may_be_not_applicable
    )
    if isinstance(outcome, Missing) and leaf.scored_by.is_outside:
        # What comes from outside is not late work of the unit: it is waited for.
        return Pending(outcome.sentence, outcome.figures)
    return outcome


def _gaps(leaves: tuple[Leaf, ...], lines: tuple[Line, ...]) -> tuple[Gap, ...]:
    found = []
    for leaf, line in zip(leaves, lines, strict=True):
        if isinstance(line.outcome, Invalid):
            found.append(Gap(leaf.code, line.outcome.sentence))
        elif line.is_removed and not leaf.may_be_not_applicable:
            said = "Bộ tiêu chí không cho phép tiêu chí này không áp dụng: cần xem xét."
            found.append(Gap(leaf.code, f"{line.outcome.sentence} {said}".strip()))
    return tuple(found)


def _total(achieved: Decimal, bonus: Decimal, penalty: Decimal, settings: Settings) -> Decimal:
    """min(total_cap, achieved + bonus − penalty), not below 0; the cap is applied once, at the end."""
    total = subtract(add(achieved, bonus), penalty)
    if settings.total_cap is not None:
        total = min(settings.total_cap, total)
    return max(ZERO, total)


def _settled(value: Decimal | None) -> Decimal | None:
    return None if value is None else settle(value)


def _index(achieved: Decimal | None, maximum: Decimal) -> Decimal | None:
    """Per cent of what could be achieved; from unsettled points, or their dust would grow."""
    if achieved is None or not maximum:
        return None
    return settle(share(achieved, maximum, HUNDRED))


def _node_scores(criteria_set: CriteriaSet, lines: tuple[Line, ...]) -> tuple[NodeScore, ...]:
    """The scores of everything in the tree, parents before children."""
    found: list[NodeScore] = []
    following = iter(lines)

    def visit(node: Node | Leaf, is_field: bool) -> list[Line]:
        at = len(found)
        if isinstance(node, Leaf):
            below = [next(following)]
        else:
            below = [line for child in node.children for line in visit(child, is_field=False)]
        found.insert(at, _node_score(node.code, below, criteria_set.settings, is_field=is_field))
        return below

    for top in criteria_set.fields:
        visit(top, is_field=True)
    return tuple(found)


def _node_score(code: str, lines: list[Line], settings: Settings, *, is_field: bool) -> NodeScore:
    """Points as they are, against what could be achieved; a field scaled if the set scales by field."""
    if is_field:
        return _field_score(code, parts_of(lines), settings)
    return _raw_score(code, Part.of(lines), settings)


def _field_score(code: str, parts: tuple[Part, Part], settings: Settings) -> NodeScore:
    if settings.na_policy is not NaPolicy.RESCALE_APPRAISAL or settings.na_scope is not NaScope.FIELD:
        return _raw_score(code, Part.sum(parts), settings)
    alive = [part for part in parts if not part.is_gone]
    achieved, maximum = total_of(part.rescaled for part in alive), total_of(part.maximum for part in alive)
    return _measured(code, achieved if maximum else None, maximum)


def _raw_score(code: str, part: Part, settings: Settings) -> NodeScore:
    if not part.left:
        return NodeScore(code, None, part.maximum, None)
    if settings.na_policy is NaPolicy.FULL_MARKS:
        return _measured(code, add(part.achieved, part.removed), part.maximum)
    return _measured(code, part.achieved, part.left)


def _measured(code: str, achieved: Decimal | None, maximum: Decimal) -> NodeScore:
    return NodeScore(code, _settled(achieved), maximum, _index(achieved, maximum))


def _explanation(score: "UnitScore", settings: Settings, appraised: Part, outside: Part) -> tuple[str, ...]:
    """The sentences that lead from the parts to the index."""
    if score.achieved is None or score.total is None or score.index is None:
        return ("Toàn bộ phần thẩm định không áp dụng: đơn vị không có chỉ số.",)
    found = [_part_sentence("Phần tự đánh giá và thẩm định", appraised, settings)]
    if outside.is_gone:
        found.append("Phần đánh giá từ bên ngoài không áp dụng: chỉ tính phần thẩm định.")
    elif outside.maximum:
        found.append(_part_sentence("Phần đánh giá từ bên ngoài", outside, settings))
    if score.bonus or score.penalty:
        found.append(f"Điểm thưởng {number(score.bonus)}, điểm phạt {number(score.penalty)}.")
    if score.total == settings.total_cap:
        found.append(f"Tổng điểm không quá {number(score.total)}.")
    found.append(
        f"Tổng điểm {rounded(score.total, 4)} trên {number(score.maximum)}; "
        f"chỉ số {rounded(score.index, 4)} %."
    )
    return tuple(found)


def _part_sentence(name: str, part: Part, settings: Settings) -> str:
    text = f"{name}: {rounded(part.achieved, 4)} trên {number(part.left)} điểm"
    if not part.removed:
        return f"{text}."
    text += f", đã loại {number(part.removed)} điểm không áp dụng"
    if settings.na_policy is NaPolicy.FULL_MARKS:
        return f"{text} nhưng được tính đủ điểm."
    if settings.na_policy is NaPolicy.SHRINK_DENOMINATOR:
        return f"{text} khỏi điểm tối đa."
    if settings.na_scope is NaScope.FIELD:
        return f"{text}, quy đổi theo từng lĩnh vực về {number(part.maximum)} điểm."
    return f"{text}, quy đổi về {number(part.maximum)}: {rounded(part.rescaled, 4)} điểm."
