"""Type 16: a unit's value against the best value of its block, so every correction moves the whole block."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.numbers import ZERO, settle_points, share
from openpar.engine.outcomes import Earned, Invalid, Missing, NotApplicable, Outcome, Pending
from openpar.engine.parameters import Parameters
from openpar.engine.rules.base import Rule, ScaleRow, missing, taken_out
from openpar.engine.wording import number, points

VALUE_LABEL = "giá trị"


@dataclass(frozen=True, slots=True)
class CohortNormalised(Rule):
    """value / best × maximum; with `lower_is_better` best / value × maximum. Read from `numerator`."""

    type = "cohort_normalised"
    aliases = ("cohort",)
    lower_is_better: bool = False
    label: str = VALUE_LABEL

    @classmethod
    def read(cls, given: Parameters) -> "CohortNormalised":
        direction = given.one_of("direction", ("higher_is_better", "lower_is_better"), "higher_is_better")
        return cls(direction == "lower_is_better", given.text("value", VALUE_LABEL))

    def as_mapping(self) -> dict[str, object]:
        direction = "lower_is_better" if self.lower_is_better else "higher_is_better"
        return {"type": self.type, "direction": direction, "value": self.label}

    def most(self, maximum: Decimal) -> Decimal:
        return maximum

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        if self.lower_is_better:
            return (ScaleRow(f"giá trị tốt nhất của khối / {self.label} × {number(maximum)}", maximum),)
        return (ScaleRow(f"{self.label} / giá trị tốt nhất của khối × {number(maximum)}", maximum),)

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        """The unit alone: Pending, because the points need the values of the whole block."""
        value = self._value(answer)
        if not isinstance(value, Decimal):
            return value
        return Pending(f"{number(value)}: chờ giá trị của các đơn vị khác trong khối.", self._figures(value))

    def evaluate_cohort(self, answers: Mapping[str, Answer], maximum: Decimal) -> dict[str, Outcome]:
        """The outcome of every unit of the block.

        Pending for all who have a value until every unit has one or is not applicable; best value 0:
        NotApplicable for all.
        """
        taken = {unit: taken_out(answer.reason) for unit, answer in answers.items() if not answer.applicable}
        found = {unit: self._value(answer) for unit, answer in answers.items() if unit not in taken}
        values = {unit: value for unit, value in found.items() if isinstance(value, Decimal)}
        if len(values) < len(found):
            pending = {unit: self.judge(answers[unit], maximum) for unit in found}
            return {unit: taken.get(unit) or pending[unit] for unit in answers}
        best = (min if self.lower_is_better else max)(values.values(), default=ZERO)
        judged = {unit: self._outcome(value, best, maximum) for unit, value in values.items()}
        return {unit: taken.get(unit) or judged[unit] for unit in answers}

    def _outcome(self, value: Decimal, best: Decimal, maximum: Decimal) -> Outcome:
        figures = (*self._figures(value), ("giá trị tốt nhất của khối", number(best)))
        if best == ZERO:
            return NotApplicable("Giá trị tốt nhất của khối bằng 0: không áp dụng.", figures)
        top, bottom = (best, value) if self.lower_is_better else (value, best)
        earned = settle_points(share(top, bottom, maximum))
        text = f"{number(top)}/{number(bottom)} (tốt nhất của khối {number(best)}), nhân {number(maximum)}"
        return Earned(earned, f"{text}: {points(earned)}.", figures)

    def _value(self, answer: Answer) -> Decimal | Missing | Invalid:
        if answer.numerator is None:
            return missing(self.label)
        if answer.denominator is not None:
            return Invalid("Tiêu chí này chỉ nhận một giá trị, không nhận mẫu số.")
        if answer.numerator < ZERO:
            return Invalid(f"Giá trị {number(answer.numerator)} không được âm.")
        return answer.numerator

    def _figures(self, value: Decimal) -> tuple[tuple[str, str], ...]:
        return ((self.label, number(value)),)
