"""The nineteen rule types (parindex.md 6): an answer becomes points, or the reason why there are none.

`rule_from_mapping` reads any of them, under its full name or the short one used by the sample sets.
"""

from collections.abc import Mapping

from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.parameters import Parameters
from openpar.engine.rules.base import Rule, ScaleRow
from openpar.engine.rules.cohort import CohortNormalised
from openpar.engine.rules.counts import CountTimesPointsCapped, DeductPerViolation, StepOnCount
from openpar.engine.rules.deadlines import Deadline, DeadlineOption
from openpar.engine.rules.formula import Branch, FormulaWithConditions, Variable
from openpar.engine.rules.lists import AdditiveChecklist, Boolean, Choice, QualityGradePercent
from openpar.engine.rules.outside import ExternalIndex, LeadershipScore, SurveyWeightedAnswers
from openpar.engine.rules.ratios import RatioInput, RatioTimesMax, RatioWithZeroFloor, Step, StepOnRatio
from openpar.engine.rules.special import AlwaysNotApplicable, BonusCapped, PenaltyCapped, Unstated

__all__ = [
    "RULE_TYPES",
    "AdditiveChecklist",
    "AlwaysNotApplicable",
    "BonusCapped",
    "Boolean",
    "Branch",
    "Choice",
    "CohortNormalised",
    "CountTimesPointsCapped",
    "Deadline",
    "DeadlineOption",
    "DeductPerViolation",
    "ExternalIndex",
    "FormulaWithConditions",
    "LeadershipScore",
    "PenaltyCapped",
    "QualityGradePercent",
    "RatioInput",
    "RatioTimesMax",
    "RatioWithZeroFloor",
    "Rule",
    "ScaleRow",
    "Step",
    "StepOnCount",
    "StepOnRatio",
    "SurveyWeightedAnswers",
    "Unstated",
    "Variable",
    "read_rule",
    "rule_from_mapping",
]

# In the order of rule_types.yaml.
RULE_TYPES: tuple[type[Rule], ...] = (
    Boolean,
    Choice,
    AdditiveChecklist,
    CountTimesPointsCapped,
    StepOnRatio,
    StepOnCount,
    RatioTimesMax,
    RatioWithZeroFloor,
    FormulaWithConditions,
    Deadline,
    DeductPerViolation,
    QualityGradePercent,
    SurveyWeightedAnswers,
    ExternalIndex,
    LeadershipScore,
    CohortNormalised,
    BonusCapped,
    PenaltyCapped,
    AlwaysNotApplicable,
)

_KNOWN: tuple[type[Rule], ...] = (*RULE_TYPES, Unstated)
_BY_NAME = {name: rule for rule in _KNOWN for name in (rule.type, *rule.aliases)}


def rule_from_mapping(mapping: Mapping[str, object], where: str = "") -> Rule:
    """The rule that a mapping describes. Raises InvalidSet with every problem, each placed at `where`."""
    problems: list[SetProblem] = []
    rule = read_rule(mapping, where, problems)
    if problems:
        raise InvalidSet(tuple(problems))
    return rule


def read_rule(mapping: Mapping[str, object], where: str, problems: list[SetProblem]) -> Rule:
    """The same for callers who gather problems of many rules: they are added to the list."""
    given = Parameters(mapping, where, problems)
    name = given.text("type")
    kind = _BY_NAME.get(name)
    if kind is RatioTimesMax and given.has("zero_below"):
        kind = RatioWithZeroFloor
    if kind is None:
        known = ", ".join(rule.type for rule in RULE_TYPES)
        given.fault(f"Không có loại quy tắc “{name}”.", f"Chọn một trong: {known}.")
        return Unstated()
    before = len(problems)
    rule = kind.read(given)
    given.finish()
    # A rule with faults is never used; a neutral one keeps the caller's reading going.
    return rule if len(problems) == before else Unstated()
