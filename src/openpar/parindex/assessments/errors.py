"""Refusals of this package: what, where, and what would be right; all gaps at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpar.common.errors import Gap, Refused

if TYPE_CHECKING:
    from openpar.engine.answers import Answer
    from openpar.parindex.assessments.models import Score


class NotAllowed(Refused):
    """This person may not do this."""


class NotNow(Refused):
    """The phase, the hour or the state of the sheet does not allow it."""


class Incomplete(Refused):
    """Something is missing; every gap is listed."""


class BadAnswer(Refused):
    """The figures contradict themselves or the rule."""


class StaleScore(Refused):
    """Somebody saved in between: carries what is stored and what was typed."""

    def __init__(self, gap: Gap, *, stored: Score, typed: Answer, typed_note: str) -> None:
        super().__init__((gap,))
        self.stored = stored
        self.typed = typed
        self.typed_note = typed_note


class StaleFigure(Refused):
    """The measured figure is another one by now than the person was shown."""


class UnknownLeaf(Refused):
    """No such leaf in the criteria set of this sheet."""


class NotSealed(Refused):
    """The log was not sealed for too long: scores are not taken in until it is (docs/trust)."""
