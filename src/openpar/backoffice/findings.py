"""The form of what `openpar doctor` looks at; each package of checks registers its own with `@check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a finding stands; only WRONG makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


_WORDS = {Mark.OK: "được", Mark.WARNING: "lưu ý", Mark.WRONG: "SAI"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `subject` in a few words, `what` was found, `remedy` what to do about it."""

    mark: Mark
    subject: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        said = f"{_WORDS[self.mark]:<6} {self.subject}: {self.what}"
        return f"{said.rstrip('.')}. {self.remedy}" if self.remedy else said


Check = Callable[[], Iterable[Finding]]
# Asked in this order. Each reads only; one that raises is reported as wrong and does not stop the others.
checks: list[Check] = []


def check(function: Check) -> Check:
    """Registers a check: `@check`."""
    checks.append(function)
    return function
