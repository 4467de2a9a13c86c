"""Type 9: named variables and an ordered list of conditions, each with the expression it selects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.formulas import RESERVED, BadFormula, DividedByZero, Formula, read_formula
from openpar.engine.numbers import ZERO
from openpar.engine.outcomes import Earned, Figures, Invalid, Missing, NotApplicable, Outcome
from openpar.engine.parameters import Parameters
from openpar.engine.rules.base import Rule, ScaleRow, count_fault
from openpar.engine.wording import number, points

_NAME = re.compile(r"[^\W\d]\w*")
NOT_APPLICABLE_RESULT = "not_applicable"


@dataclass(frozen=True, slots=True)
class Variable:
    """One figure that is asked for: its name in the formulas, the question, its unit, whole or decimal.

    Negative values are refused unless `may_be_negative` (a change, a growth rate).
    """

    name: str
    question: str = ""
    unit: str = ""
    whole: bool = False
    may_be_negative: bool = False

    @property
    def label(self) -> str:
        """The question if there is one, else the name."""
        return self.question or self.name


@dataclass(frozen=True, slots=True)
class Branch:
    """If the condition holds (None: in every other case), the points; None as points: not applicable.

    `zero_division_not_applicable`: what a division by zero in this branch means; otherwise it is Invalid.
    """

    condition: Formula | None
    points: Formula | None
    zero_division_not_applicable: bool = False


@dataclass(frozen=True, slots=True)
class FormulaWithConditions(Rule):
    """The first condition that holds selects the expression; none holds: Invalid.

    A result outside [0, maximum] is clipped with `cap`, otherwise Invalid. Each side enters its own values.
    """

    type = "formula_with_variables_and_conditions"
    aliases = ("formula",)
    variables: tuple[Variable, ...]
    branches: tuple[Branch, ...]
    cap: bool = False

    @classmethod
    def read(cls, given: Parameters) -> "FormulaWithConditions":
        variables = tuple(_read_variable(row) for row in given.rows("variables"))
        names = [variable.name for variable in variables]
        for name in sorted({name for name in names if names.count(name) > 1}):
            given.fault(f"Biến “{name}” khai hai lần.", "Mỗi biến chỉ khai một lần.")
        branches = tuple(_read_branch(row, frozenset(names)) for row in given.rows("branches"))
        return cls(variables, branches, given.flag("cap", default=False))

    def as_mapping(self) -> dict[str, object]:
        return {
            "type": self.type,
            "variables": [_variable_as_row(variable) for variable in self.variables],
            "branches": [_branch_as_row(branch) for branch in self.branches],
            "cap": self.cap,
        }

    def most(self, maximum: Decimal) -> Decimal | None:
        return None

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        used = frozenset().union(
            *(part.names for branch in self.branches for part in (branch.condition, branch.points) if part)
        )
        found = [
            f"Biến “{variable.name}” không được công thức nào dùng."
            for variable in self.variables
            if variable.name not in used
        ]
        open_branches = [at for at, branch in enumerate(self.branches) if branch.condition is None]
        if any(at != len(self.branches) - 1 for at in open_branches):
            found.append("Nhánh không có điều kiện phải đứng cuối: các nhánh sau không bao giờ được dùng.")
        if all(branch.points is None for branch in self.branches):
            found.append("Không nhánh nào cho điểm.")
        return tuple(found)

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        given = answer.variables or {}
        fault = self._input_fault(given)
        if fault:
            return fault
        values = {variable.name: given[variable.name] for variable in self.variables}
        figures = tuple((variable.label, number(values[variable.name])) for variable in self.variables)
        listed = ", ".join(f"{name} = {number(value)}" for name, value in values.items())
        for branch in self.branches:
            try:
                if branch.condition is None or branch.condition.holds(values, maximum):
                    return self._branch_outcome(branch, values, maximum, listed, figures)
            except DividedByZero:
                text = f"{listed}: phép chia cho 0"
                if branch.zero_division_not_applicable:
                    return NotApplicable(f"{text}, không áp dụng.", figures)
                return Invalid(f"{text} trong công thức.", figures)
        return Invalid(f"{listed}: không điều kiện nào của công thức thỏa mãn.", figures)

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        rows = []
        for branch in self.branches:
            when = f"nếu {branch.condition.text}" if branch.condition else "còn lại"
            then = branch.points.text if branch.points else "không áp dụng"
            rows.append(ScaleRow(f"{when}: {then}", None))
        return tuple(rows)

    def _input_fault(self, given: Mapping[str, Decimal]) -> Missing | Invalid | None:
        """Why the figures cannot be used: one is missing, unknown, or not a whole number."""
        absent = [variable.label for variable in self.variables if variable.name not in given]
        if absent:
            return Missing(f"Chưa nhập: {', '.join(absent)}.")
        unknown = sorted(given.keys() - {variable.name for variable in self.variables})
        if unknown:
            return Invalid(f"Không có biến: {', '.join(unknown)}.")
        for variable in self.variables:
            value = given[variable.name]
            size = value.copy_abs() if variable.may_be_negative else value
            fault = count_fault(variable.label, size, whole=variable.whole)
            if fault:
                return fault
        return None

    def _branch_outcome(
        self, branch: Branch, values: dict[str, Decimal], maximum: Decimal, listed: str, figures: Figures
    ) -> Outcome:
        condition = f" ({branch.condition.text})" if branch.condition else ""
        if branch.points is None:
            return NotApplicable(f"{listed}{condition}: không áp dụng.", figures)
        earned = branch.points.number(values, maximum)
        text = f"{listed}{condition}: {branch.points.text} = {points(earned)}"
        if ZERO <= earned <= maximum:
            return Earned(earned, f"{text}.", figures)
        if not self.cap:
            return Invalid(f"{text}, ngoài khoảng từ 0 đến {number(maximum)}.", figures)
        clipped = min(maximum, max(ZERO, earned))
        return Earned(clipped, f"{text}, giới hạn còn {points(clipped)}.", figures)


def _read_variable(row: Parameters) -> Variable:
    name = row.text("name", None)
    if not _NAME.fullmatch(name) or name in RESERVED:
        row.fault(
            f"Tên biến “{name}” không hợp lệ.", "Dùng chữ, số và gạch dưới, không trùng từ của công thức."
        )
    variable = Variable(
        name,
        row.text("question"),
        row.text("unit"),
        row.flag("whole", default=False),
        row.flag("may_be_negative", default=False),
    )
    row.finish()
    return variable


def _variable_as_row(variable: Variable) -> dict[str, object]:
    found: dict[str, object] = {"name": variable.name}
    if variable.question:
        found["question"] = variable.question
    if variable.unit:
        found["unit"] = variable.unit
    if variable.whole:
        found["whole"] = True
    return {**found, "may_be_negative": True} if variable.may_be_negative else found


def _read_branch(row: Parameters, names: frozenset[str]) -> Branch:
    condition = _read_expression(row, "if", names) if row.has("if") else None
    result = row.text("points", None)
    expression = None if result == NOT_APPLICABLE_RESULT else _read_expression(row, "points", names)
    zero = row.one_of("zero_division", ("invalid", NOT_APPLICABLE_RESULT), "invalid")
    row.finish()
    return Branch(condition, expression, zero == NOT_APPLICABLE_RESULT)


def _read_expression(row: Parameters, key: str, names: frozenset[str]) -> Formula | None:
    try:
        return read_formula(row.text(key), names, condition=key == "if")
    except BadFormula as fault:
        row.fault(str(fault), "Sửa công thức.")
        return None


def _branch_as_row(branch: Branch) -> dict[str, object]:
    found: dict[str, object] = {"if": branch.condition.text} if branch.condition else {}
    found["points"] = branch.points.text if branch.points else NOT_APPLICABLE_RESULT
    return {**found, "zero_division": NOT_APPLICABLE_RESULT} if branch.zero_division_not_applicable else found
