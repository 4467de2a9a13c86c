"""What a rule asks of a person: options, ticks, figures, a day. One function per rule type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.engine.rules import (
    AdditiveChecklist,
    Boolean,
    Choice,
    CohortNormalised,
    CountTimesPointsCapped,
    Deadline,
    DeductPerViolation,
    FormulaWithConditions,
    QualityGradePercent,
    RatioInput,
    RatioTimesMax,
    RatioWithZeroFloor,
    Rule,
    StepOnCount,
    StepOnRatio,
)
from openpar.engine.rules.base import capital
from openpar.engine.rules.lists import MINOR_VIOLATIONS


@dataclass(frozen=True)
class Option:
    """One of several; `value` is what the form sends, `points` None where they depend on the maximum."""

    value: str
    label: str
    points: Decimal | None = None


@dataclass(frozen=True)
class Figure:
    """A number that is asked for, under the name the rule gives it."""

    name: str
    label: str
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Questions:
    """Everything one leaf asks; empty parts are not drawn."""

    legend: str = ""
    options: tuple[Option, ...] = ()
    ticks: tuple[Option, ...] = ()
    figures: tuple[Figure, ...] = ()
    asks_day: bool = False
    asks_signature: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing can be entered for this rule."""
        return not (self.options or self.ticks or self.figures or self.asks_day)


def questions_of(rule: Rule, maximum: Decimal) -> Questions:
    """What the form of a leaf with this rule and maximum asks."""
    ask = _ASK.get(type(rule))
    return Questions() if ask is None else ask(rule, maximum)


def _boolean(rule: Boolean, maximum: Decimal) -> Questions:
    return Questions(
        _("Trả lời"), options=(Option("yes", _("Có"), rule.yes), Option("no", _("Không"), rule.no))
    )


def _choice(rule: Choice, maximum: Decimal) -> Questions:
    return Questions(_("Chọn một phương án"), options=_numbered(rule.options))


def _checklist(rule: AdditiveChecklist, maximum: Decimal) -> Questions:
    return Questions(_("Các mục đạt được"), ticks=_numbered(rule.items))


def _count(rule: CountTimesPointsCapped, maximum: Decimal) -> Questions:
    return Questions(figures=(Figure("numerator", capital(rule.label)),))


def _step_on_count(rule: StepOnCount, maximum: Decimal) -> Questions:
    return Questions(figures=(Figure("numerator", capital(rule.label)),))


def _ratio(rule: StepOnRatio | RatioTimesMax | RatioWithZeroFloor, maximum: Decimal) -> Questions:
    return Questions(figures=_ratio_figures(rule.figures))


def _ratio_figures(read: RatioInput) -> tuple[Figure, ...]:
    figures = (
        Figure("numerator", capital(read.numerator_label)),
        Figure("denominator", capital(read.denominator_label)),
    )
    if not read.excused_label:
        return figures
    hint = _("Được trừ khỏi mẫu số; nêu lý do từng việc ở phần giải trình.")
    return (*figures, Figure("excused", capital(read.excused_label), hint=hint))


def _formula(rule: FormulaWithConditions, maximum: Decimal) -> Questions:
    return Questions(
        figures=tuple(
            Figure(
                f"variable_{place}",
                capital(variable.label),
                unit=variable.unit,
                hint=_("Trong công thức: %s") % variable.name if variable.question else "",
            )
            for place, variable in enumerate(rule.variables)
        )
    )


def _deadline(rule: Deadline, maximum: Decimal) -> Questions:
    return Questions(_("Văn bản"), asks_day=True, asks_signature=rule.counts == "signed_at")


def _deduct(rule: DeductPerViolation, maximum: Decimal) -> Questions:
    return Questions(
        figures=tuple(
            Figure(f"count_{place}", _("Số %s") % kind, hint=_("Không có thì nhập 0."))
            for place, (kind, _worth) in enumerate(rule.kinds)
        )
    )


def _quality_grade(rule: QualityGradePercent, maximum: Decimal) -> Questions:
    rows = rule.describe(maximum)
    options = tuple(Option(str(place), row.label, row.points) for place, row in enumerate(rows))
    found = Questions(_("Mức xếp loại"), options=options)
    if not rule.minor_violation:
        return found
    minor = Figure("numerator", _("Số %s") % MINOR_VIOLATIONS, hint=_("Không có thì để trống."))
    return replace(found, figures=(minor,))


def _cohort(rule: CohortNormalised, maximum: Decimal) -> Questions:
    return Questions(figures=(Figure("numerator", capital(rule.label)),))


def _numbered(pairs: tuple[tuple[str, Decimal], ...]) -> tuple[Option, ...]:
    """Options are sent by their place: labels are long, and browsers may spell them otherwise."""
    return tuple(Option(str(place), label, worth) for place, (label, worth) in enumerate(pairs))


_ASK: dict[type[Rule], Callable[[Any, Decimal], Questions]] = {
    Boolean: _boolean,
    Choice: _choice,
    AdditiveChecklist: _checklist,
    CountTimesPointsCapped: _count,
    StepOnCount: _step_on_count,
    StepOnRatio: _ratio,
    RatioTimesMax: _ratio,
    RatioWithZeroFloor: _ratio,
    FormulaWithConditions: _formula,
    Deadline: _deadline,
    DeductPerViolation: _deduct,
    QualityGradePercent: _quality_grade,
    CohortNormalised: _cohort,
}
