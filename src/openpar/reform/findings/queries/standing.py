"""How findings stood on a day that is over: state and deadline out of what was done about them by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from openpar.reform.findings.lateness import OWED
from openpar.reform.findings.models import Extension, Finding, FindingState, FindingStep

_BECAME = {
    FindingStep.Kind.PLANNED: FindingState.REMEDIATING,
    FindingStep.Kind.REPORTED: FindingState.REPORTED,
    FindingStep.Kind.SENT_BACK: FindingState.SENT_BACK,
    FindingStep.Kind.CLOSED: FindingState.CLOSED,
}


@dataclass(frozen=True)
class Standing:
    """One finding on a day; found by then, whatever was done about it since."""

    on: date
    state: FindingState
    deadline: date | None

    @property
    def is_overdue(self) -> bool:
        """Owed still, from the day after the deadline on."""
        return self.state in OWED and self.deadline is not None and self.on > self.deadline


@dataclass(frozen=True)
class _Moved:
    """The deadline that held from a moment on, and the one before it where that was written down."""

    at: datetime
    before: date | None
    after: date


def standings_on(findings: Collection[Finding], day: date) -> dict[int, Standing]:
    """By finding; two queries however many there are. The day counts whole."""
    states = {one.pk: FindingState.OPEN for one in findings}
    moved: defaultdict[int, list[_Moved]] = defaultdict(list)
    for step in FindingStep.objects.filter(finding__in=states, kind__in=_BECAME).order_by("id"):
        if timezone.localdate(step.at) <= day:
            states[step.finding_id] = _BECAME[FindingStep.Kind(step.kind)]
        if step.deadline is not None:
            moved[step.finding_id].append(_Moved(step.at, None, step.deadline))
    granted = Extension.objects.filter(finding__in=states, state=Extension.State.GRANTED)
    for one in granted.filter(decided_at__isnull=False):
        assert one.decided_at is not None
        moved[one.finding_id].append(_Moved(one.decided_at, one.old_deadline, one.wanted_until))
    return {
        one.pk: Standing(day, states[one.pk], _deadline_on(day, moved[one.pk], one.deadline))
        for one in findings
    }


def _deadline_on(day: date, moved: Collection[_Moved], now: date | None) -> date | None:
    """The last that was set by the day; else the one that the first later change put aside."""
    in_order = sorted(moved, key=lambda one: one.at)
    held = [one.after for one in in_order if timezone.localdate(one.at) <= day]
    if held:
        return held[-1]
    return next((one.before for one in in_order if one.before is not None), now)
