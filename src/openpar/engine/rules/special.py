"""Types 17–19 and the rule nobody has stated yet: bonus_capped, penalty_capped, not_applicable, unstated.

Bonus and penalty stand outside the 100 points; `score_unit` adds them after everything else (parindex.md 9).
"""

from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.numbers import ZERO, plain, total_of
from openpar.engine.outcomes import Earned, Invalid, NotApplicable, Outcome
from openpar.engine.parameters import Parameters
from openpar.engine.rules.base import Rule, ScaleRow, missing
from openpar.engine.wording import number, points


@dataclass(frozen=True, slots=True)
class _Capped(Rule):
    """min(cap, Σ accepted claims), the claims being `counts`: ground → points."""

    cap: Decimal

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "cap": plain(self.cap)}

    def most(self, maximum: Decimal) -> Decimal:
        return self.cap

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return (
            "Điểm thưởng, điểm phạt nằm ngoài tổng điểm: khai bonus_max, penalty_max thay cho tiêu chí này.",
        )

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.counts is None:
            return missing("các khoản")
        if any(claim < ZERO for claim in answer.counts.values()):
            return Invalid("Điểm của từng khoản không được âm.")
        claimed = total_of(answer.counts.values())
        earned = min(self.cap, claimed)
        text = f"{len(answer.counts)} khoản, cộng {points(claimed)}"
        if claimed > self.cap:
            text += f", tối đa {points(self.cap)}"
        figures = tuple((ground, number(claim)) for ground, claim in answer.counts.items())
        return Earned(earned, f"{text}.", figures)

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (ScaleRow("tối đa trong năm", self.cap),)


@dataclass(frozen=True, slots=True)
class BonusCapped(_Capped):
    """Type 17: accepted bonus claims, up to the yearly maximum."""

    type = "bonus_capped"
    aliases = ("bonus",)

    @classmethod
    def read(cls, given: Parameters) -> "BonusCapped":
        return cls(given.number("cap"))


@dataclass(frozen=True, slots=True)
class PenaltyCapped(_Capped):
    """Type 18: penalties entered by the appraiser, up to the yearly maximum; positive, subtracted later."""

    type = "penalty_capped"
    aliases = ("penalty",)

    @classmethod
    def read(cls, given: Parameters) -> "PenaltyCapped":
        return cls(given.number("cap"))


@dataclass(frozen=True, slots=True)
class AlwaysNotApplicable(Rule):
    """Type 19: not a formula but a state; the leaf is taken out for everybody who uses the set."""

    type = "not_applicable"
    reason: str = ""

    @classmethod
    def read(cls, given: Parameters) -> "AlwaysNotApplicable":
        return cls(given.text("reason"))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "reason": self.reason}

    def most(self, maximum: Decimal) -> None:
        return None

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        return NotApplicable(f"Tiêu chí đặc thù không đánh giá. {self.reason}".strip())

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (ScaleRow("không đánh giá", None),)


@dataclass(frozen=True, slots=True)
class Unstated(Rule):
    """No rule yet: the table was imported and nobody has said how figures become points."""

    type = "unstated"
    text: str = ""

    @classmethod
    def read(cls, given: Parameters) -> "Unstated":
        return cls(given.text("text"))

    def as_mapping(self) -> dict[str, object]:
        return {"type": self.type, "text": self.text}

    def most(self, maximum: Decimal) -> None:
        return None

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        return ("Chưa có quy tắc tính điểm.",)

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        return Invalid("Bộ tiêu chí chưa có quy tắc tính điểm cho tiêu chí này.")

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return (ScaleRow(self.text or "chưa có quy tắc", None),)
