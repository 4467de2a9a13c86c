"""Rules that read counts: count_times_points_capped, step_on_count, deduct_per_violation."""

from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.bounds import COUNTS, coverage_problems, first_containing
from openpar.engine.numbers import ZERO, multiply, plain, subtract, total_of
from openpar.engine.outcomes import Earned, Figures, Invalid, Outcome
from openpar.engine.parameters import Pair, Parameters, numbers_as_text, pairs_as_rows
from openpar.engine.rules.base import Rule, ScaleRow, count_fault, missing
from openpar.engine.rules.lists import below_zero, quoted
from openpar.engine.rules.ratios import Step, negative, read_steps, steps_as_rows
from openpar.engine.wording import number, points

COUNT_LABEL = "số lượng"
ANY_VIOLATION = "vi phạm"


@dataclass(frozen=True, slots=True)
class CountTimesPointsCapped(Rule):
    """Type 4: min(cap, count × per); the cap equals the maximum."""

    type = "count_times_points_capped"
    aliases = ("count",)
    per: Decimal
    cap: Decimal
    label: str = COUNT_LABEL

    @classmethod
    def read(cls, given: Parameters) -> "CountTimesPointsCapped":
        return cls(given.number("per"), given.number("cap"), given.text("count", COUNT_LABEL))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "count": self.label, **numbers_as_text(per=self.per, cap=self.cap)}

    def most(self, maximum: Decimal) -> Decimal:
        return self.cap if self.per > ZERO else ZERO

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return below_zero((("per", self.per), ("cap", self.cap)))

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.numerator is None:
            return missing(self.label)
        count = answer.numerator
        fault = count_fault(self.label, count)
        if fault:
            return fault
        uncapped = multiply(count, self.per)
        earned = min(self.cap, uncapped)
        text = f"{number(count)} × {number(self.per)} = {points(uncapped)}"
        if uncapped > self.cap:
            text += f", tối đa {points(self.cap)}"
        return Earned(earned, f"{text}.", ((self.label, number(count)),))

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (
            ScaleRow(f"mỗi {self.label}", self.per),
            ScaleRow("tối đa", self.cap),
        )


@dataclass(frozen=True, slots=True)
class StepOnCount(Rule):
    """Type 6: steps on a whole number; a step `eq` at the top lets larger counts fall to "the rest"."""

    type = "step_on_count"
    steps: tuple[Step, ...]
    label: str = COUNT_LABEL

    @classmethod
    def read(cls, given: Parameters) -> "StepOnCount":
        return cls(read_steps(given), given.text("count", COUNT_LABEL))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "count": self.label, "steps": steps_as_rows(self.steps)}

    def most(self, maximum: Decimal) -> Decimal:
        return max((step.points for step in self.steps), default=ZERO)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return coverage_problems([step.interval for step in self.steps], COUNTS) + negative(self.steps)

    def warnings(self) -> tuple[str, ...]:
        best = max(self.steps, key=lambda step: step.points, default=None)
        if best is None or not best.interval.is_exact or best.interval.ge is None:
            return ()
        level = number(best.interval.ge)
        return (
            f"Bước cao nhất ghi đúng bằng {level}: số lớn hơn {level} rơi xuống bước khác; "
            f"nếu không có ý đó, ghi từ {level} trở lên (ge).",
        )

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.numerator is None:
            return missing(self.label)
        count = answer.numerator
        fault = count_fault(self.label, count)
        if fault:
            return fault
        position = self.reached(answer)
        figures: Figures = ((self.label, number(count)),)
        if position is None:
            return Invalid(f"{number(count)}: không bước nào của thang điểm áp dụng.", figures)
        step = self.steps[position]
        return Earned(
            step.points, f"{number(count)} ({step.interval.words()}): {points(step.points)}.", figures
        )

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(ScaleRow(step.interval.words(), step.points) for step in self.steps)

    def reached(self, answer: Answer) -> int | None:
        if answer.numerator is None:
            return None
        return first_containing([step.interval for step in self.steps], answer.numerator)


@dataclass(frozen=True, slots=True)
class DeductPerViolation(Rule):
    """Type 11: max(floor, maximum − Σ count × per). The deduction has a column of its own in the figures.

    With a single kind the count is read from `numerator` or `counts`; with several, from `counts` per kind.
    """

    type = "deduct_per_violation"
    aliases = ("deduct",)
    kinds: tuple[Pair, ...]
    floor: Decimal = ZERO

    @classmethod
    def read(cls, given: Parameters) -> "DeductPerViolation":
        per = given.found.get("per_violation")
        if isinstance(per, str | int | Decimal):
            kinds: tuple[Pair, ...] = ((ANY_VIOLATION, given.number("per_violation")),)
        else:
            kinds = given.pairs("per_violation")
        return cls(kinds, given.number("floor", ZERO))

    def as_mapping(self) -> dict[str, object]:
        per: object = pairs_as_rows(self.kinds)
        if len(self.kinds) == 1 and self.kinds[0][0] == ANY_VIOLATION:
            per = plain(self.kinds[0][1])
        return {"type": self.type, "per_violation": per, "floor": plain(self.floor)}

    def most(self, maximum: Decimal) -> Decimal:
        return max(self.floor, maximum)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return below_zero((*self.kinds, ("floor", self.floor)))

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        counts = self._counts(answer)
        if counts is None:
            return missing("số vi phạm")
        worth = dict(self.kinds)
        unknown = [kind for kind in counts if kind not in worth]
        if unknown:
            return Invalid(f"Không có loại vi phạm “{'”, “'.join(unknown)}”; các loại: {quoted(self.kinds)}.")
        for kind, count in counts.items():
            fault = count_fault(f"số {kind}", count)
            if fault:
                return fault
        deduction = total_of(multiply(counts[kind], worth[kind]) for kind in counts)
        left = max(self.floor, subtract(maximum, deduction))
        taken = subtract(maximum, left)
        listed = "; ".join(
            f"{number(count)} {kind} × {number(worth[kind])}" for kind, count in counts.items()
        )
        figures = (
            *((kind, number(count)) for kind, count in counts.items()),
            ("Bị trừ", f"−{number(taken)}"),
        )
        return Earned(left, f"{listed}: bị trừ {points(taken)}, còn {points(left)}.", figures)

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        rows = [ScaleRow("không có vi phạm", maximum)]
        rows += [ScaleRow(f"mỗi {kind}: trừ {number(worth)}", None) for kind, worth in self.kinds]
        return (*rows, ScaleRow("thấp nhất", self.floor))

    def _counts(self, answer: Answer) -> dict[str, Decimal] | None:
        if answer.counts is not None:
            return dict(answer.counts)
        if answer.numerator is None:
            return None
        # A bare number cannot be told apart among several kinds; the empty name is refused as unknown.
        return {self.kinds[0][0] if len(self.kinds) == 1 else "(chưa nêu loại)": answer.numerator}
