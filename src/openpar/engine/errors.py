"""What the arithmetic refuses, and how it says so: where, what, and what would be right."""

from dataclasses import dataclass


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class BadNumber(EngineError):
    """A text or value that is no exact decimal number of sensible size."""


class UnknownCode(EngineError):
    """An answer, a removal or a tie-breaker names a code that the criteria set does not have."""


@dataclass(frozen=True, slots=True)
class SetProblem:
    """One defect of a criteria set.

    `kind` tells what may be done about it: a difference of SUM or COUNT may be explained and accepted by a
    named person (real tables are printed so); CODE, RULE, SETTING and FORMAT have to be repaired; a NOTE
    is only a warning.
    """

    where: str
    what: str
    remedy: str
    kind: str = "FORMAT"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what} {self.remedy}".rstrip()


class InvalidSet(EngineError):
    """A criteria set, or a rule in it, that cannot be read; carries every problem found."""

    def __init__(self, problems: tuple[SetProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
