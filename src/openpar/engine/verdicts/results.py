"""What comes out of judging a dossier: frozen, each with its sentence."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """The legal verdict. From SUPPLEMENT on: counts of their own, neither in time nor late."""

    EARLY = "EARLY"
    ON_TIME = "ON_TIME"
    LATE = "LATE"
    OPEN_IN_TIME = "OPEN_IN_TIME"
    OPEN_OVERDUE = "OPEN_OVERDUE"
    UNTIMED = "UNTIMED"
    SUPPLEMENT = "SUPPLEMENT"
    PAUSED = "PAUSED"
    WITHDRAWN = "WITHDRAWN"
    RETURNED = "RETURNED"
    STOPPED = "STOPPED"
    REFUSED = "REFUSED"
    NOT_RECEIVED = "NOT_RECEIVED"


@dataclass(frozen=True, slots=True)
class LegalVerdict:
    """The verdict, the due day it was measured by (restarted, prolonged), the day it ended, and why."""

    verdict: Verdict
    due_on: date | None
    ended_on: date | None
    sentence: str


@dataclass(frozen=True, slots=True)
class IndexVerdict:
    """Indicator 2.1 of QĐ 766: None if the dossier is not counted. `subtracted`: days taken out."""

    is_on_time: bool | None
    due_on: date | None
    ended_on: date | None
    subtracted: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule of data quality that was hit (dossiers.md 6.4): Q2, Q5, Q9, Q10."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Both verdicts as of a day, where the dossier stands, and what is wrong with its data."""

    status: int
    original_due_on: date | None
    legal: LegalVerdict
    index: IndexVerdict
    findings: tuple[Finding, ...]
