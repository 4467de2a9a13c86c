"""What every rule type has in common: taken-out leaves, settled points, and the limits 0 and maximum."""

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import ClassVar, NamedTuple

from openpar.engine.answers import Answer
from openpar.engine.numbers import ZERO, is_whole, settle_points
from openpar.engine.outcomes import Earned, Invalid, Missing, NotApplicable, Outcome
from openpar.engine.parameters import Parameters
from openpar.engine.wording import number, points


class ScaleRow(NamedTuple):
    """One row of the scale as a page shows it; `points` is None where they depend on the figures."""

    label: str
    points: Decimal | None


class Rule(ABC):
    """How the answer for one leaf becomes points. Subclasses are frozen dataclasses, one per rule type."""

    __slots__ = ()

    type: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    # Whether the unit itself enters the figures; if not, they come from outside (parindex.md 8).
    is_entered_by_unit: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def read(cls, given: Parameters) -> "Rule":
        """The rule its parameters describe; faults are noted in `given`."""

    @abstractmethod
    def as_mapping(self) -> dict[str, object]:
        """The parameters in the form that `rule_from_mapping` reads, numbers as text."""

    @abstractmethod
    def most(self, maximum: Decimal) -> Decimal | None:
        """The most points the rule can give on a leaf of this maximum; None if that cannot be told."""

    @abstractmethod
    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        """The outcome for a leaf that applies; points as they come, neither settled nor limited."""

    @abstractmethod
    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        """The scale, row by row."""

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        """Defects of the parameters, besides the most points."""
        return ()

    def warnings(self) -> tuple[str, ...]:
        """What is allowed but seldom meant; does not stop a set from being issued."""
        return ()

    def reached(self, answer: Answer) -> int | None:
        """Which row of `describe` the answer reaches; None if none, several, or not to be told."""
        return None

    def problems(self, maximum: Decimal) -> tuple[str, ...]:
        """Why a set with this rule may not be issued; empty if it may."""
        most = self.most(maximum)
        found = self.own_problems(maximum)
        if most is not None and most < maximum:
            found += (
                f"Quy tắc chỉ cho nhiều nhất {points(most)}, không đạt tới điểm tối đa {number(maximum)}.",
            )
        if most is not None and most > maximum:
            found += (f"Quy tắc cho đến {points(most)}, vượt điểm tối đa {number(maximum)}.",)
        return found

    def evaluate(self, answer: Answer, maximum: Decimal, *, allows_not_applicable: bool = True) -> Outcome:
        """The points of one leaf, settled to 24 decimal places, or the reason why there are none.

        A rule whose points leave [0, maximum] is a defect of the set: the outcome is Invalid, never clipped.
        `allows_not_applicable` matters only to a yes-no rule, whose third answer needs the set's consent.
        """
        if not answer.applicable:
            return taken_out(answer.reason)
        outcome = self.judge(answer, maximum)
        if not isinstance(outcome, Earned):
            return outcome
        if not ZERO <= outcome.points <= maximum:
            return Invalid(
                f"Quy tắc cho {points(outcome.points)}, ngoài khoảng từ 0 đến {number(maximum)}: "
                "bộ tiêu chí có lỗi, cần sửa quy tắc.",
                outcome.figures,
            )
        return Earned(settle_points(outcome.points), outcome.sentence, outcome.figures)


def taken_out(reason: str) -> NotApplicable:
    """The outcome of a leaf that somebody declared not applicable."""
    return NotApplicable(f"Không áp dụng: {reason.rstrip('.')}." if reason else "Không áp dụng.")


def missing(what: str) -> Missing:
    """Nothing, or not everything, was entered."""
    return Missing(f"Chưa nhập {what}.")


def count_fault(name: str, value: Decimal, *, whole: bool = True) -> Invalid | None:
    """Why a count cannot be used, if it cannot: negative, or not a whole number."""
    if value < ZERO:
        return Invalid(f"{capital(name)} là {number(value)}; không được âm.")
    if whole and not is_whole(value):
        return Invalid(f"{capital(name)} là {number(value)}; phải là số nguyên.")
    return None


def capital(text: str) -> str:
    """The text with its first letter raised."""
    return text[:1].upper() + text[1:]
