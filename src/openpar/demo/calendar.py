"""When things happen in the made-up years."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from openpar.common.formats import VIETNAM
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import RoundStage

OFFICE_OPENS = time(8, 0)


def moment(day: date, at: time = OFFICE_OPENS) -> datetime:
    """A moment of a legal day in Việt Nam."""
    return datetime.combine(day, at, tzinfo=VIETNAM)


@dataclass
class Clock:
    """Office hours that pass: every `tick` is a little later, inside the phase it was set to."""

    now: datetime
    step: timedelta = field(default=timedelta(seconds=20))

    def tick(self) -> datetime:
        self.now += self.step
        return self.now

    def set(self, to: datetime) -> datetime:
        self.now = to
        return to


@dataclass(frozen=True)
class RoundDates:
    """The days of one round; each phase ends when the next begins."""

    year: int
    prepared: date
    self_scoring: date
    appraisal: date
    explanation: date
    reappraisal: date
    decision: date
    end: date

    @property
    def assessed_from(self) -> date:
        """The reform year begins on 15 December of the year before (NĐ 09/2019/NĐ-CP)."""
        return date(self.year - 1, 12, 15)

    @property
    def assessed_until(self) -> date:
        return date(self.year, 12, 14)

    def phases(self) -> list[PhaseDates]:
        edges = [
            (RoundStage.SELF_SCORING, self.self_scoring),
            (RoundStage.APPRAISAL, self.appraisal),
            (RoundStage.EXPLANATION, self.explanation),
            (RoundStage.REAPPRAISAL, self.reappraisal),
            (RoundStage.DECISION, self.decision),
        ]
        ends = [day for _stage, day in edges[1:]] + [self.end]
        return [
            PhaseDates(stage, moment(opens, time(0, 0)), moment(closes, time(0, 0)))
            for (stage, opens), closes in zip(edges, ends, strict=True)
        ]


# The round over the nineteen departments as they stood before 01/03/2025.
FINISHED = RoundDates(
    year=2024,
    prepared=date(2024, 10, 15),
    self_scoring=date(2024, 11, 11),
    appraisal=date(2024, 12, 2),
    explanation=date(2024, 12, 23),
    reappraisal=date(2025, 1, 6),
    decision=date(2025, 1, 16),
    end=date(2025, 2, 28),
)


def running(today: date) -> RoundDates:
    """A round that is in its appraisal phase today, with three weeks left."""
    return RoundDates(
        year=today.year,
        prepared=today - timedelta(days=60),
        self_scoring=today - timedelta(days=40),
        appraisal=today - timedelta(days=12),
        explanation=today + timedelta(days=21),
        reappraisal=today + timedelta(days=35),
        decision=today + timedelta(days=45),
        end=today + timedelta(days=80),
    )
