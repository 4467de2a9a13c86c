"""What the two clocks make of waiting: settings with their days, never code (data/dossier_verdicts.yaml)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openpar.engine.workdays import PauseKind


class WaitKind(StrEnum):
    """Why a dossier waits for somebody else."""

    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """One version, for dossiers received on the days [valid_from, valid_until): None is open.

    Legal clock: an answered supplement does `supplement`, at most `supplements_allowed` times; the waiting in
    `stops` stops the clock. An apology must be issued so many working days before the due date. Clock of
    QĐ 766: the waiting in `subtracted` is taken out, in working or calendar days; a second request is late.
    """

    valid_from: date
    valid_until: date | None
    supplement: PauseKind
    stops: frozenset[WaitKind]
    supplements_allowed: int
    extensions_allowed: int
    apology_working_days_before: int
    subtracts_working_days: bool
    subtracted: frozenset[WaitKind]
    more_supplements_are_late: bool
    no_due_date_is_on_time: bool


def rules_on(rules: Iterable[VerdictRules], received_on: date) -> VerdictRules | None:
    """The rules of a dossier by the day it was received; of several, those that began last."""
    found = [
        each
        for each in rules
        if each.valid_from <= received_on and (each.valid_until is None or received_on < each.valid_until)
    ]
    return max(found, key=lambda each: each.valid_from, default=None)
