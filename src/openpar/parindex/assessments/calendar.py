"""The calendar of a round: when a phase runs, and what moving on does to the dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.parindex.assessments.models import Round, RoundStage

_ORDER = {stage: place for place, stage in enumerate(RoundStage)}
# A phase that is left in the instant in which it began still ends after its beginning.
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class PhaseDates:
    """When a phase runs: [opens_at, closes_at)."""

    stage: RoundStage
    opens_at: datetime
    closes_at: datetime


def phases_of(round: Round) -> list[PhaseDates]:
    """The calendar of a round as it stands; one query."""
    return [
        PhaseDates(RoundStage(phase.stage), phase.opens_at, phase.closes_at) for phase in round.phases.all()
    ]


def phase_gaps(phases: Sequence[PhaseDates]) -> list[Gap]:
    """What is wrong with a calendar that was typed."""
    known = sorted(phases, key=lambda phase: _ORDER[phase.stage])
    gaps = [
        Gap(str(phase.stage.label), _("kết thúc phải sau khi bắt đầu."), code="phase_order")
        for phase in known
        if phase.closes_at <= phase.opens_at
    ]
    for earlier, later in pairwise(known):
        if later.opens_at < earlier.opens_at:
            gaps.append(
                Gap(
                    str(later.stage.label),
                    _("bắt đầu trước giai đoạn “%s”.") % earlier.stage.label,
                    code="phase_sequence",
                )
            )
    if len({phase.stage for phase in phases}) != len(phases):
        gaps.append(Gap("", _("mỗi giai đoạn chỉ có một lịch."), code="phase_twice"))
    return gaps


@dataclass(frozen=True)
class Shift:
    """What moving on does to the dates of one phase; `after` is None when the round steps over it."""

    before: PhaseDates
    after: PhaseDates | None

    @property
    def stage(self) -> RoundStage:
        return self.before.stage


def shifts_of(
    phases: Iterable[PhaseDates], *, leaving: RoundStage, to: RoundStage, at: datetime
) -> tuple[Shift, ...]:
    """The phases whose dates change when a round goes from `leaving` to `to` at a moment; others stay.

    What lies before `to` is over: it ends at `at` unless it ended earlier. `to` begins at `at` unless it
    began earlier, and ends when the calendar says. A phase between the two is not held: it leaves the
    calendar, otherwise the calendar would promise it, and its order could never be mended.
    """
    shifts = []
    for dates in phases:
        after: PhaseDates | None = dates
        if _ORDER[leaving] < _ORDER[dates.stage] < _ORDER[to]:
            after = None
        elif dates.stage == to:
            after = replace(dates, opens_at=min(dates.opens_at, at))
        elif _ORDER[dates.stage] < _ORDER[to]:
            after = replace(
                dates, opens_at=min(dates.opens_at, at - _INSTANT), closes_at=min(dates.closes_at, at)
            )
        if after != dates:
            shifts.append(Shift(dates, after))
    return tuple(shifts)
