"""Rules that read an option, ticked items or a grade.

boolean, choice, additive_checklist, quality_grade_percent.
"""

from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.numbers import HUNDRED, ZERO, divide, multiply, share, subtract, total_of
from openpar.engine.outcomes import Earned, Invalid, NotApplicable, Outcome
from openpar.engine.parameters import Pair, Parameters, numbers_as_text, pairs_as_rows
from openpar.engine.rules.base import Rule, ScaleRow, count_fault, missing
from openpar.engine.wording import number, points

NOT_APPLICABLE_CHOICE = "not_applicable"
MINOR_VIOLATIONS = "vi phạm nhẹ"


@dataclass(frozen=True, slots=True)
class Boolean(Rule):
    """Type 1: Có / Không / Không áp dụng. No answer is Missing, not "no"."""

    type = "boolean"
    yes: Decimal
    no: Decimal = ZERO

    @classmethod
    def read(cls, given: Parameters) -> "Boolean":
        return cls(given.number("yes"), given.number("no", ZERO))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, **numbers_as_text(yes=self.yes, no=self.no)}

    def most(self, maximum: Decimal) -> Decimal:
        return max(self.yes, self.no)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return below_zero((("Có", self.yes), ("Không", self.no)))

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.choice is None:
            return missing("câu trả lời Có hoặc Không")
        if answer.choice == "yes":
            return Earned(self.yes, f"Có: {points(self.yes)}.")
        if answer.choice == "no":
            return Earned(self.no, f"Không: {points(self.no)}.")
        if answer.choice == NOT_APPLICABLE_CHOICE:
            return NotApplicable("Không áp dụng theo câu trả lời.")
        return Invalid(f"“{answer.choice}” không phải Có, Không hay Không áp dụng.")

    def evaluate(self, answer: Answer, maximum: Decimal, *, allows_not_applicable: bool = True) -> Outcome:
        if answer.applicable and answer.choice == NOT_APPLICABLE_CHOICE and not allows_not_applicable:
            return Invalid("Bộ tiêu chí không cho phép trả lời “Không áp dụng” ở tiêu chí này.")
        return Rule.evaluate(self, answer, maximum, allows_not_applicable=allows_not_applicable)

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return ScaleRow("Có", self.yes), ScaleRow("Không", self.no)

    def reached(self, answer: Answer) -> int | None:
        return {"yes": 0, "no": 1}.get(answer.choice or "")


@dataclass(frozen=True, slots=True)
class Choice(Rule):
    """Type 2: exactly one option; the options exclude each other, their points need not fall steadily."""

    type = "choice"
    options: tuple[Pair, ...]

    @classmethod
    def read(cls, given: Parameters) -> "Choice":
        return cls(given.pairs("options"))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "options": pairs_as_rows(self.options)}

    def most(self, maximum: Decimal) -> Decimal:
        return max((worth for _, worth in self.options), default=ZERO)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return below_zero(self.options)

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.choice is None:
            return missing("phương án")
        for label, worth in self.options:
            if label == answer.choice:
                return Earned(worth, f"Phương án “{label}”: {points(worth)}.")
        return Invalid(f"Không có phương án “{answer.choice}”; các phương án: {quoted(self.options)}.")

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(ScaleRow(label, worth) for label, worth in self.options)

    def reached(self, answer: Answer) -> int | None:
        return position_of(answer.choice, self.options)


@dataclass(frozen=True, slots=True)
class AdditiveChecklist(Rule):
    """Type 3: the sum of the ticked items. Nothing ticked is an answer only if the person confirmed it."""

    type = "additive_checklist"
    aliases = ("checklist",)
    items: tuple[Pair, ...]

    @classmethod
    def read(cls, given: Parameters) -> "AdditiveChecklist":
        return cls(given.pairs("items"))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "items": pairs_as_rows(self.items)}

    def most(self, maximum: Decimal) -> Decimal:
        return total_of(worth for _, worth in self.items)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return below_zero(self.items)

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.items is None:
            return missing("các mục đạt được")
        worth = dict(self.items)
        unknown = [item for item in answer.items if item not in worth]
        if unknown:
            return Invalid(f"Không có mục “{'”, “'.join(unknown)}”; các mục: {quoted(self.items)}.")
        if len(set(answer.items)) != len(answer.items):
            return Invalid("Có mục được đánh dấu hai lần.")
        earned = total_of(worth[item] for item in answer.items)
        if not answer.items:
            return Earned(earned, f"Không đạt mục nào trong {len(self.items)} mục: {points(earned)}.")
        sums = " + ".join(number(worth[item]) for item in answer.items)
        return Earned(earned, f"Đạt {len(answer.items)}/{len(self.items)} mục: {sums} = {points(earned)}.")

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(ScaleRow(label, worth) for label, worth in self.items)


@dataclass(frozen=True, slots=True)
class QualityGradePercent(Rule):
    """Type 12: a grade is worth a percentage (0–100) of the maximum; each minor violation takes some away.

    `minor_violation` is a percentage, `deduct_of` says of what: the earned points or the maximum.
    Not below 0. The number of minor violations is read from `numerator`; not given means none.
    """

    type = "quality_grade_percent"
    aliases = ("quality_grade",)
    grades: tuple[Pair, ...]
    minor_violation: Decimal = ZERO
    deduct_of: str = ""

    @classmethod
    def read(cls, given: Parameters) -> "QualityGradePercent":
        minor = given.number("minor_violation", ZERO)
        of = given.one_of("deduct_of", ("earned", "maximum"), None if minor else "earned") if minor else ""
        given.has("deduct_of")
        return cls(given.pairs("grades", figure="percent"), minor, of)

    def as_mapping(self) -> dict[str, object]:
        found: dict[str, object] = {"type": self.type, "grades": pairs_as_rows(self.grades, figure="percent")}
        if self.minor_violation:
            found |= {**numbers_as_text(minor_violation=self.minor_violation), "deduct_of": self.deduct_of}
        return found

    def most(self, maximum: Decimal) -> Decimal:
        return share(max((percent for _, percent in self.grades), default=ZERO), HUNDRED, maximum)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return below_zero((*self.grades, ("vi phạm nhẹ", self.minor_violation)))

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.choice is None:
            return missing("mức xếp loại")
        position = position_of(answer.choice, self.grades)
        if position is None:
            return Invalid(f"Không có mức “{answer.choice}”; các mức: {quoted(self.grades)}.")
        minor = answer.numerator or ZERO
        fault = count_fault("số vi phạm nhẹ", minor)
        if fault:
            return fault
        label, percent = self.grades[position]
        earned = share(percent, HUNDRED, maximum)
        text = f"Mức “{label}” ({number(percent)} % của {number(maximum)} điểm): {points(earned)}"
        if not minor or not self.minor_violation:
            return Earned(earned, f"{text}.")
        base = earned if self.deduct_of == "earned" else maximum
        deducted = min(earned, multiply(minor, divide(multiply(base, self.minor_violation), HUNDRED)))
        left = subtract(earned, deducted)
        text += f"; {number(minor)} vi phạm nhẹ, bị trừ {points(deducted)}, còn {points(left)}."
        return Earned(left, text, ((MINOR_VIOLATIONS, number(minor)),))

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(ScaleRow(label, share(percent, HUNDRED, maximum)) for label, percent in self.grades)

    def reached(self, answer: Answer) -> int | None:
        return position_of(answer.choice, self.grades)


def position_of(label: str | None, pairs: tuple[Pair, ...]) -> int | None:
    """Where the label stands in the list."""
    return next((at for at, (name, _) in enumerate(pairs) if name == label), None)


def quoted(pairs: tuple[Pair, ...]) -> str:
    """The labels in quotation marks."""
    return ", ".join(f"“{name}”" for name, _ in pairs)


def below_zero(pairs: tuple[Pair, ...]) -> tuple[str, ...]:
    """A problem for every negative number."""
    return tuple(f"“{label}” có số âm {number(worth)}." for label, worth in pairs if worth < ZERO)
