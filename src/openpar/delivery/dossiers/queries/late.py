"""Why a dossier was late: who had it how long, which waiting counted, and what is left to explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.calendars.queries import work_calendar
from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.queries.lists import reckoned_of_codes
from openpar.delivery.dossiers.told import OneTold, one_told
from openpar.engine.errors import EngineError
from openpar.engine.verdicts import (
    Event,
    EventKind,
    Verdict,
    VerdictRules,
    Verdicts,
    WaitKind,
    follow,
    judge,
    rules_on,
)
from openpar.engine.verdicts.events import legal_day
from openpar.engine.workdays import PauseKind, WorkCalendar


class Stretch(models.TextChoices):
    """Who had the dossier."""

    PROCESSING = "processing", gettext_lazy("Xử lý")
    AFTER_SUPPLEMENT = "after_supplement", gettext_lazy("Xử lý sau khi bổ sung")
    SUPPLEMENT = "supplement", gettext_lazy("Chờ công dân bổ sung")
    PAYMENT = "payment", gettext_lazy("Chờ nộp nghĩa vụ tài chính")
    PAUSE = "pause", gettext_lazy("Tạm dừng")


_OF_WAIT = {
    WaitKind.SUPPLEMENT: Stretch.SUPPLEMENT,
    WaitKind.PAYMENT: Stretch.PAYMENT,
    WaitKind.PAUSE: Stretch.PAUSE,
}


@dataclass(frozen=True)
class Span:
    """One stretch of the life of a dossier, (begins, until] in working days.

    `counts`: the legal clock ran; `until` is the day of looking while it lasts.
    """

    what: Stretch
    begins: date
    until: date
    lasts: bool
    days: int
    counts: bool


@dataclass(frozen=True)
class WhyLate:
    """`days`: working days after the due day; `decisive`: the span in which most of the clock ran."""

    days: int
    due_on: date
    spans: tuple[Span, ...]
    decisive: Span

    @property
    def sentence(self) -> str:
        """In one sentence: how late, who had it, what did not count."""
        said = _("Quá hạn %(days)d ngày làm việc; lâu nhất: %(what)s, %(length)d ngày làm việc.") % {
            "days": self.days,
            "what": str(self.decisive.what.label).lower(),
            "length": self.decisive.days,
        }
        waited = sum(span.days for span in self.spans if not span.counts)
        if waited:
            said += " " + _("%d ngày chờ đã được trừ.") % waited
        uncounted = [span for span in self.spans if span.counts and span.what in _OF_WAIT.values()]
        if uncounted:
            said += " " + _("%(what)s %(days)d ngày không được trừ.") % {
                "what": uncounted[0].what.label,
                "days": sum(span.days for span in uncounted),
            }
        return said


def verdicts_of(told: OneTold, calendar: WorkCalendar, on: date) -> Verdicts | None:
    """Both verdicts of one dossier with their sentences, by the rules of its reception; None where the plain
    engine refuses what is told.
    """
    try:
        return judge(calendar, law.statuses(), rules_of(told.events, on), told.terms, told.events, on)
    except (EngineError, IndexError):
        return None


def rules_of(events: Sequence[Event], on: date) -> VerdictRules:
    """The rules of the day of reception; the earliest there are for days before them."""
    received = next((event.on for event in events if event.kind is EventKind.RECEIVED), on)
    every = law.verdict_rules()
    return rules_on(every, received) or min(every, key=lambda rules: rules.valid_from)


def why_late(told: OneTold, verdicts: Verdicts, calendar: WorkCalendar, on: date) -> WhyLate | None:
    """The explanation; None for a dossier that is not late."""
    legal = verdicts.legal
    if legal.verdict not in (Verdict.LATE, Verdict.OPEN_OVERDUE) or legal.due_on is None:
        return None
    spans = spans_of(
        told.events, rules_of(told.events, on), calendar, legal.ended_on or on, legal.ended_on is None
    )
    if not spans:
        return None
    days = calendar.working_days_between(legal.due_on, legal.ended_on or on)
    running = [span for span in spans if span.counts] or list(spans)
    return WhyLate(days, legal.due_on, spans, max(running, key=lambda span: span.days))


def spans_of(
    events: Sequence[Event], rules: VerdictRules, calendar: WorkCalendar, until: date, lasts: bool
) -> tuple[Span, ...]:
    """The life of a dossier from reception to `until`, without gaps."""
    received = next((event.on for event in events if event.kind is EventKind.RECEIVED), None)
    if received is None:
        return ()
    spans, at, processing, supplements = [], received, Stretch.PROCESSING, 0

    def add(what: Stretch, ends: date, is_open: bool, counts: bool) -> None:
        nonlocal at
        days = calendar.working_days_between(at, ends) if ends > at else 0
        spans.append(Span(what, at, ends, is_open, days, counts))
        at = ends

    for wait in follow(law.statuses(), events).waits:
        begins = legal_day(wait.begins)
        ends = until if wait.ends is None else legal_day(wait.ends)
        stops = wait.kind in rules.stops
        if wait.kind is WaitKind.SUPPLEMENT:
            supplements += 1
            stops = supplements <= rules.supplements_allowed
        if begins > at:
            add(processing, begins, False, True)
        add(_OF_WAIT[wait.kind], ends, wait.ends is None, not stops)
        if wait.kind is WaitKind.SUPPLEMENT and stops and rules.supplement is PauseKind.STARTS_ANEW:
            processing = Stretch.AFTER_SUPPLEMENT
    if until > at or not spans:
        add(processing, until, lasts, True)
    return tuple(spans)


def why_late_of(codes: Sequence[str], on: date) -> dict[str, WhyLate]:
    """The explanations of a page of late dossiers, by code."""
    if not codes:
        return {}
    reckoned = reckoned_of_codes(codes, on)
    calendars = {edition: work_calendar(edition=edition) for edition in set(reckoned.editions.tolist())}
    found = {}
    for at, code in enumerate(reckoned.rows.codes.tolist()):
        calendar = calendars[int(reckoned.editions[at])]
        told = one_told(reckoned.told, at, on)
        verdicts = verdicts_of(told, calendar, on)
        why = None if verdicts is None else why_late(told, verdicts, calendar, on)
        if why is not None:
            found[code] = why
    return found
