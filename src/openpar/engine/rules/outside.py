"""Rules whose figures come from outside: survey_weighted_answers, external_index, leadership_score.

Not there yet is Pending, never 0 (parindex.md 8).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.numbers import HUNDRED, ONE, ZERO, add, divide, multiply, plain, share, subtract, total_of
from openpar.engine.outcomes import Earned, Invalid, NotApplicable, Outcome, Pending
from openpar.engine.parameters import Pair, Parameters, pairs_as_rows
from openpar.engine.rules.base import Rule, ScaleRow, count_fault
from openpar.engine.rules.lists import below_zero
from openpar.engine.wording import number, percent, points, ratio, rounded

BLANK_FORMS = "blank"
CHAIR = "chair"
_ONE_GROUP = ""


@dataclass(frozen=True, slots=True)
class SurveyWeightedAnswers(Rule):
    """Type 13: Σ weight × answers / Σ answers × maximum.

    Weights are shares of 1. `groups` lists respondent groups with their weights (empty: one group, whose name
    is only a label). Counts are keyed "option", or "group/option" with several groups; forms without an
    answer are counted under "blank" and left out of the denominator unless `blank_as_zero`.
    """

    type = "survey_weighted_answers"
    aliases = ("survey",)
    is_entered_by_unit = False
    weights: tuple[Pair, ...]
    groups: tuple[Pair, ...] = ()
    combine: str = "pooled"
    blank_as_zero: bool = False
    minimum_forms: Decimal = ZERO
    label: str = ""

    @classmethod
    def read(cls, given: Parameters) -> "SurveyWeightedAnswers":
        blank = given.one_of("blank", ("left_out", "zero"), "left_out")
        found = cls(
            weights=given.pairs("weights", figure="weight"),
            groups=given.pairs("groups", figure="weight") if given.has("groups") else (),
            combine=given.one_of("combine", ("pooled", "mean_of_groups", "weighted"), "pooled"),
            blank_as_zero=blank == "zero",
            minimum_forms=given.number("minimum_forms", ZERO),
            label=given.text("group"),
        )
        if found.combine != "pooled" and not found.groups:
            given.fault("Cách gộp theo nhóm mà không khai nhóm nào.", "Khai “groups” hoặc dùng pooled.")
        return found

    def as_mapping(self) -> dict[str, object]:
        found: dict[str, object] = {
            "type": self.type,
            "weights": pairs_as_rows(self.weights, figure="weight"),
        }
        if self.groups:
            found |= {"groups": pairs_as_rows(self.groups, figure="weight"), "combine": self.combine}
        if self.blank_as_zero:
            found["blank"] = "zero"
        if self.minimum_forms:
            found["minimum_forms"] = plain(self.minimum_forms)
        if self.label:
            found["group"] = self.label
        return found

    def most(self, maximum: Decimal) -> Decimal:
        return multiply(max((weight for _, weight in self.weights), default=ZERO), maximum)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        found = below_zero((*self.weights, *self.groups))
        if self.combine == "weighted" and total_of(weight for _, weight in self.groups) == ZERO:
            found += ("Tổng trọng số của các nhóm bằng 0.",)
        return found

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.counts is None:
            return Pending("Chưa có kết quả điều tra xã hội học.")
        per_group = self._per_group(answer.counts)
        if isinstance(per_group, Invalid):
            return per_group
        forms = {name: total_of(group.values()) for name, group in per_group.items()}
        # Pooled groups need one form together; otherwise every group needs at least one to have a mean.
        needed = self.minimum_forms if self.combine == "pooled" else max(self.minimum_forms, ONE)
        for name, received in forms.items():
            if received < needed:
                who = f" của nhóm {name}" if name else ""
                return Pending(f"Mới thu {number(received)} phiếu{who}, cần ít nhất {number(needed)} phiếu.")
        if total_of(forms.values()) == ZERO:
            return Pending("Chưa thu được phiếu nào có trả lời.")
        return self._combined(per_group, maximum)

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(
            ScaleRow(f"{label} ({percent(weight)})", multiply(weight, maximum))
            for label, weight in self.weights
        )

    def _per_group(self, counts: Mapping[str, Decimal]) -> dict[str, dict[str, Decimal]] | Invalid:
        """The counts by group and option; blank forms only if they count as 0."""
        options = {label for label, _ in self.weights} | {BLANK_FORMS}
        found: dict[str, dict[str, Decimal]] = {name: {} for name, _ in self.groups} or {_ONE_GROUP: {}}
        for key, count in counts.items():
            group, _, option = key.rpartition("/") if self.groups else ("", "", key)
            if group not in found or option not in options:
                expected = ", ".join(label for label, _ in self.weights)
                return Invalid(f"Không có lựa chọn “{key}” trong phiếu; các lựa chọn: {expected}.")
            fault = count_fault(f"số phiếu {key}", count)
            if fault:
                return fault
            if option != BLANK_FORMS or self.blank_as_zero:
                found[group][option] = count
        return found

    def _combined(self, per_group: dict[str, dict[str, Decimal]], maximum: Decimal) -> Earned:
        weights = dict(self.weights) | {BLANK_FORMS: ZERO}
        # Each group as (weighted answers, forms): kept apart so that the only division is the last step.
        sums = {
            name: (
                total_of(multiply(weights[option], n) for option, n in counts.items()),
                total_of(counts.values()),
            )
            for name, counts in per_group.items()
        }
        forms = total_of(all_forms for _, all_forms in sums.values())
        figures = tuple(
            (f"{name}/{option}" if name else option, number(n))
            for name, counts in per_group.items()
            for option, n in counts.items()
        )
        if self.combine == "pooled":
            weighted = total_of(score for score, _ in sums.values())
            earned = share(weighted, forms, maximum)
            text = (
                f"{number(weighted)}/{number(forms)} phiếu quy đổi, nhân {number(maximum)}: {points(earned)}."
            )
            return Earned(earned, text, figures)
        shares = dict(self.groups) if self.combine == "weighted" else dict.fromkeys(sums, ONE)
        parts = {name: share(score, all_forms, maximum) for name, (score, all_forms) in sums.items()}
        earned = divide(
            total_of(multiply(shares[name], part) for name, part in parts.items()), total_of(shares.values())
        )
        listed = "; ".join(f"{name} {rounded(part, 4)}" for name, part in parts.items())
        how = "bình quân có trọng số" if self.combine == "weighted" else "bình quân"
        return Earned(earned, f"{number(forms)} phiếu; {listed}; {how} các nhóm: {points(earned)}.", figures)


@dataclass(frozen=True, slots=True)
class ExternalIndex(Rule):
    """Type 14: a percentage published elsewhere / 100 × maximum.

    The percentage is `numerator`, of `denominator` 100 if none is given. `not_surveyed` says what an answer
    marked "not surveyed" (choice "no") means: Pending or NotApplicable.
    """

    type = "external_index"
    aliases = ("external_pct",)
    is_entered_by_unit = False
    not_surveyed: str = "pending"

    @classmethod
    def read(cls, given: Parameters) -> "ExternalIndex":
        return cls(given.one_of("not_surveyed", ("pending", "not_applicable"), "pending"))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "not_surveyed": self.not_surveyed}

    def most(self, maximum: Decimal) -> Decimal:
        return maximum

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.numerator is None:
            if answer.choice == "no" and self.not_surveyed == "not_applicable":
                return NotApplicable("Đơn vị không được khảo sát, không áp dụng.")
            return Pending("Chưa có chỉ số được công bố.")
        top = answer.numerator
        bottom = HUNDRED if answer.denominator is None else answer.denominator
        if bottom <= ZERO or not ZERO <= top <= bottom:
            return Invalid(f"{number(top)}/{number(bottom)}: chỉ số phải nằm từ 0 đến 100 %.")
        earned = share(top, bottom, maximum)
        shown = f"{number(top)} %" if bottom == HUNDRED else ratio(top, bottom)
        return Earned(earned, f"{shown} của {number(maximum)} điểm: {points(earned)}.", (("chỉ số", shown),))

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (ScaleRow(f"chỉ số % × {number(maximum)}", maximum),)


@dataclass(frozen=True, slots=True)
class LeadershipScore(Rule):
    """Type 15: points given by the chairman and the vice-chairmen of the People's Committee.

    Read from `points` (already combined), or from `variables`, one entry per leader, the chairman under
    "chair": `mean`, `sum`, or `chair_weight` × chairman + the rest × mean of the others.
    """

    type = "leadership_score"
    aliases = ("leadership",)
    is_entered_by_unit = False
    combine: str = "mean"
    chair_weight: Decimal | None = None

    @classmethod
    def read(cls, given: Parameters) -> "LeadershipScore":
        combine = given.one_of("combine", ("mean", "sum", "chair_weight"), "mean")
        weight = given.number("chair_weight") if combine == "chair_weight" else None
        return cls(combine, weight)

    def as_mapping(self) -> dict[str, object]:
        found: dict[str, object] = {"type": self.type, "combine": self.combine}
        return found if self.chair_weight is None else {**found, "chair_weight": plain(self.chair_weight)}

    def most(self, maximum: Decimal) -> Decimal:
        return maximum

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        if self.chair_weight is None or ZERO <= self.chair_weight <= ONE:
            return ()
        return (f"Trọng số của Chủ tịch {number(self.chair_weight)} phải nằm từ 0 đến 1.",)

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.points is not None:
            return self._within(answer.points, maximum, f"Lãnh đạo đánh giá: {points(answer.points)}.")
        given = answer.variables
        if not given:
            return Pending("Chưa có điểm của lãnh đạo Ủy ban nhân dân tỉnh.")
        if any(value < ZERO for value in given.values()):
            return Invalid("Điểm lãnh đạo cho không được âm.")
        others = [value for name, value in given.items() if name != CHAIR]
        if self.combine == "chair_weight" and (CHAIR not in given or not others):
            return Pending("Chưa có đủ điểm của Chủ tịch và các Phó Chủ tịch.")
        earned = self._combined(given, others)
        return self._within(earned, maximum, f"Điểm của {len(given)} lãnh đạo: {points(earned)}.")

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (ScaleRow("điểm của Chủ tịch và các Phó Chủ tịch", maximum),)

    def _combined(self, given: Mapping[str, Decimal], others: list[Decimal]) -> Decimal:
        if self.combine == "sum":
            return total_of(given.values())
        if self.chair_weight is None:
            return divide(total_of(given.values()), Decimal(len(given)))
        rest = divide(multiply(subtract(ONE, self.chair_weight), total_of(others)), Decimal(len(others)))
        return add(multiply(self.chair_weight, given[CHAIR]), rest)

    def _within(self, earned: Decimal, maximum: Decimal, sentence: str) -> Outcome:
        if ZERO <= earned <= maximum:
            return Earned(earned, sentence)
        return Invalid(f"{points(earned)} không nằm từ 0 đến {number(maximum)}.")
