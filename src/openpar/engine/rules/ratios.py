"""Rules that read a numerator and a denominator: step_on_ratio, ratio_times_max, ratio_with_zero_floor.

0/0 means that nothing arose: NotApplicable, never 0 and never full marks. Bounds are compared undivided.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from openpar.engine.answers import Answer
from openpar.engine.bounds import RATIOS, Interval, coverage_problems
from openpar.engine.numbers import ONE, ZERO, plain, share, subtract
from openpar.engine.outcomes import Earned, Figures, Invalid, Missing, NotApplicable, Outcome
from openpar.engine.parameters import Parameters
from openpar.engine.rules.base import Rule, ScaleRow
from openpar.engine.wording import number, percent, points, ratio


@dataclass(frozen=True, slots=True)
class RatioInput:
    """What the two figures are called, and how they may relate.

    `excused_label` names a third figure taken out of the denominator (tasks that failed for objective
    reasons); `cap_ratio` lets the numerator exceed the denominator and counts the ratio as 1.
    """

    numerator_label: str = "tử số"
    denominator_label: str = "mẫu số"
    excused_label: str = ""
    cap_ratio: bool = False

    @classmethod
    def read(cls, given: Parameters) -> "RatioInput":
        """The parameters `num`, `den`, `excused`, `cap_ratio`."""
        return cls(
            given.text("num", "tử số"),
            given.text("den", "mẫu số"),
            given.text("excused"),
            given.flag("cap_ratio", default=False),
        )

    def as_mapping(self) -> dict[str, object]:
        """Only what differs from the default."""
        found: dict[str, object] = {"num": self.numerator_label, "den": self.denominator_label}
        if self.excused_label:
            found["excused"] = self.excused_label
        if self.cap_ratio:
            found["cap_ratio"] = True
        return found

    def take(self, answer: Answer) -> "Ratio | Missing | Invalid | NotApplicable":
        """The ratio of the answer, its denominator above 0; or why there is none."""
        if answer.numerator is None or answer.denominator is None:
            return Missing(f"Chưa nhập đủ {self.numerator_label} và {self.denominator_label}.")
        top, whole, excused = answer.numerator, answer.denominator, answer.excused or ZERO
        figures: Figures = ((self.numerator_label, number(top)), (self.denominator_label, number(whole)))
        if excused:
            figures += ((self.excused_label or "loại trừ", number(excused)),)
        bottom = subtract(whole, excused)
        text = f"{number(top)}/{number(bottom)}"
        fault = ""
        if top < ZERO or whole < ZERO or excused < ZERO:
            fault = "số liệu không được âm"
        elif excused and not self.excused_label:
            fault = "tiêu chí này không có số được loại trừ"
        elif bottom < ZERO:
            fault = f"số được loại trừ {number(excused)} lớn hơn {self.denominator_label} {number(whole)}"
        elif bottom == ZERO and top > ZERO:
            fault = f"{self.denominator_label} bằng 0 mà {self.numerator_label} lớn hơn 0"
        elif top > bottom and not self.cap_ratio:
            fault = f"{self.numerator_label} lớn hơn {self.denominator_label}"
        if fault:
            return Invalid(f"{text}: {fault}.", figures)
        if bottom == ZERO:
            return NotApplicable(
                f"{text}: không phát sinh ({self.denominator_label} bằng 0), không áp dụng.", figures
            )
        return Ratio(min(top, bottom), bottom, figures, ratio(top, bottom))


class Ratio(NamedTuple):
    """A usable ratio, 0 ≤ numerator ≤ denominator, denominator above 0, and its wording."""

    numerator: Decimal
    denominator: Decimal
    figures: Figures
    text: str


class Step(NamedTuple):
    """Values in the interval earn the points."""

    interval: Interval
    points: Decimal


def read_steps(given: Parameters) -> tuple[Step, ...]:
    """The rows `steps`, each with its bounds and points."""
    found = []
    for row in given.rows("steps"):
        found.append(Step(row.interval(), row.number("points")))
        row.finish()
    return tuple(found)


def steps_as_rows(steps: tuple[Step, ...]) -> list[dict[str, object]]:
    """The form that `read_steps` reads."""
    return [{**step.interval.as_mapping(), "points": plain(step.points)} for step in steps]


@dataclass(frozen=True, slots=True)
class StepOnRatio(Rule):
    """Type 5: the first step whose bounds hold wins; the steps cover [0, 1] without gap or overlap."""

    type = "step_on_ratio"
    aliases = ("step",)
    steps: tuple[Step, ...]
    figures: RatioInput = RatioInput()

    @classmethod
    def read(cls, given: Parameters) -> "StepOnRatio":
        return cls(read_steps(given), RatioInput.read(given))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, **self.figures.as_mapping(), "steps": steps_as_rows(self.steps)}

    def most(self, maximum: Decimal) -> Decimal:
        return max((step.points for step in self.steps), default=ZERO)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return coverage_problems([step.interval for step in self.steps], RATIOS, percent) + negative(
            self.steps
        )

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        found = self.figures.take(answer)
        if not isinstance(found, Ratio):
            return found
        position = self._position(found)
        if position is None:
            return Invalid(f"{found.text}: không bước nào của thang điểm áp dụng.", found.figures)
        step = self.steps[position]
        return Earned(
            step.points,
            f"{found.text} ({step.interval.words(percent)}): {points(step.points)}.",
            found.figures,
        )

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(ScaleRow(step.interval.words(percent), step.points) for step in self.steps)

    def reached(self, answer: Answer) -> int | None:
        found = self.figures.take(answer)
        return self._position(found) if isinstance(found, Ratio) else None

    def _position(self, found: Ratio) -> int | None:
        for at, step in enumerate(self.steps):
            if step.interval.contains_ratio(found.numerator, found.denominator):
                return at
        return None


@dataclass(frozen=True, slots=True)
class RatioTimesMax(Rule):
    """Type 7: numerator / denominator × maximum, unrounded."""

    type = "ratio_times_max"
    aliases = ("ratio",)
    figures: RatioInput = RatioInput()

    @classmethod
    def read(cls, given: Parameters) -> "RatioTimesMax":
        return cls(RatioInput.read(given))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, **self.figures.as_mapping()}

    def most(self, maximum: Decimal) -> Decimal:
        return maximum

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        found = self.figures.take(answer)
        return proportional(found, maximum) if isinstance(found, Ratio) else found

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (ScaleRow(_formula_text(self.figures, maximum), maximum),)


@dataclass(frozen=True, slots=True)
class RatioWithZeroFloor(Rule):
    """Type 8: as ratio_times_max, but 0 below the floor. The floor itself earns, unless `open_floor`."""

    type = "ratio_with_zero_floor"
    zero_below: Decimal
    open_floor: bool = False
    figures: RatioInput = RatioInput()

    @classmethod
    def read(cls, given: Parameters) -> "RatioWithZeroFloor":
        return cls(
            given.number("zero_below"), given.flag("open_floor", default=False), RatioInput.read(given)
        )

    def as_mapping(self) -> dict[str, object]:
        found = {"type": self.type, **self.figures.as_mapping(), "zero_below": plain(self.zero_below)}
        return {**found, "open_floor": True} if self.open_floor else found

    def most(self, maximum: Decimal) -> Decimal:
        return maximum

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        highest_fails = self.open_floor and self.zero_below == ONE
        if ZERO <= self.zero_below <= ONE and not highest_fails:
            return ()
        return (
            f"Mức sàn {number(self.zero_below)} phải nằm từ 0 đến 1 và có thể đạt được (80 % ghi là 0.8).",
        )

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        found = self.figures.take(answer)
        if not isinstance(found, Ratio):
            return found
        if self._is_below(found):
            return Earned(
                ZERO, f"{found.text} ({self._intervals()[1].words(percent)}): 0 điểm.", found.figures
            )
        return proportional(found, maximum)

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        above, below = self._intervals()
        formula = _formula_text(self.figures, maximum)
        return ScaleRow(f"{above.words(percent)}: {formula}", maximum), ScaleRow(below.words(percent), ZERO)

    def reached(self, answer: Answer) -> int | None:
        found = self.figures.take(answer)
        return int(self._is_below(found)) if isinstance(found, Ratio) else None

    def _is_below(self, found: Ratio) -> bool:
        return self._intervals()[1].contains_ratio(found.numerator, found.denominator)

    def _intervals(self) -> tuple[Interval, Interval]:
        if self.open_floor:
            return Interval(gt=self.zero_below), Interval(le=self.zero_below)
        return Interval(ge=self.zero_below), Interval(lt=self.zero_below)


def ratio_input(rule: Rule) -> RatioInput | None:
    """What a rule calls its numerator and its denominator; None for a rule that reads no ratio."""
    if isinstance(rule, StepOnRatio | RatioTimesMax | RatioWithZeroFloor):
        return rule.figures
    return None


def proportional(found: Ratio, maximum: Decimal) -> Earned:
    """The share of the maximum that the ratio earns."""
    earned = share(found.numerator, found.denominator, maximum)
    return Earned(
        earned, f"{found.text}, nhân điểm tối đa {number(maximum)}: {points(earned)}.", found.figures
    )


def negative(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """A problem for every step with points below 0."""
    return tuple(
        f"Bước {at} cho số điểm âm {number(step.points)}."
        for at, step in enumerate(steps, 1)
        if step.points < ZERO
    )


def _formula_text(figures: RatioInput, maximum: Decimal) -> str:
    bottom = figures.denominator_label
    if figures.excused_label:
        bottom = f"({bottom} − {figures.excused_label})"
    return f"{figures.numerator_label} / {bottom} × {number(maximum)}"
