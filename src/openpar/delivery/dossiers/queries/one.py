"""One dossier: its life, its due date and why, both verdicts, what was told when, what is wrong with it."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpar.base.calendars.queries import work_calendar
from openpar.base.facts.current import FIRST, Rewritten, current, rewritten, told
from openpar.base.facts.datasets import registered
from openpar.base.facts.duck import fetched
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.models import Batch
from openpar.base.facts.rows import values_of
from openpar.base.facts.staging import BATCH
from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.declarations import DATASET
from openpar.delivery.dossiers.models import MovedDueDay, QualityHit
from openpar.delivery.dossiers.queries.late import WhyLate, rules_of, verdicts_of, why_late
from openpar.delivery.dossiers.queries.lists import (
    DossierRow,
    organisation_ids,
    plain_day,
    reckoned_of_codes,
    rows_of_codes,
)
from openpar.delivery.dossiers.told import one_told
from openpar.engine.errors import EngineError
from openpar.engine.verdicts import Event, EventKind, Terms, Verdicts, WaitKind, follow, last_day_to_apologise
from openpar.engine.workdays import Deadline, Pause, PauseKind, WorkCalendar, reckon

_SHOWN = ("status", "due_on", "finished_at")


@dataclass(frozen=True)
class Telling:
    """What one list said of the dossier."""

    batch: Batch
    status: int | None
    due_on: date | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Apology:
    """The last day for an apology, the day of the one that was issued, the new date it names, and the number
    of its document ("": not told).
    """

    last_day: date | None
    issued_on: date | None
    new_due_on: date | None
    number: str = ""

    @property
    def is_in_time(self) -> bool:
        """Was it issued by the last day?"""
        return self.issued_on is not None and self.last_day is not None and self.issued_on <= self.last_day


@dataclass(frozen=True)
class OneDossier:
    """Everything the page of a dossier shows. `deadline`: the reckoning of the legal due date; None where no
    limit is known. `edition`: the number of the calendar that it is reckoned with; `moved`: due days before a
    later edition. `moments`: every date that was told, by the name of its column.
    """

    row: DossierRow
    organisation_id: int | None
    events: tuple[Event, ...]
    moments: tuple[tuple[str, datetime], ...]
    verdicts: Verdicts | None
    deadline: Deadline | None
    edition: int
    moved: tuple[MovedDueDay, ...]
    why: WhyLate | None
    apology: Apology
    tellings: tuple[Telling, ...]
    rewritten: tuple[Rewritten, ...]
    hits: tuple[QualityHit, ...]


def organisation_of(code: str) -> int | None:
    """The organisation that a dossier is counted for; None when nobody has told of such a dossier."""
    try:
        rows = current(DATASET, keys=[(code,)])
    except UnknownDataset:
        return None
    if not len(rows):
        return None
    key = str(rows["agency"].plain()[0])
    return organisation_ids([key]).get(key)


def one_dossier(code: str, on: date) -> OneDossier | None:
    """The dossier with this code, judged as of a day; None when there is none."""
    try:
        stored = current(DATASET, keys=[(code,)])
    except UnknownDataset:
        return None
    if not len(stored):
        return None
    row = rows_of_codes([code], on)[0]
    organisation_id = organisation_ids([row.agency]).get(row.agency)
    reckoned = reckoned_of_codes([code], on)
    edition = int(reckoned.editions[0])
    calendar = work_calendar(edition=edition, organisation_id=organisation_id, on=on)
    one = one_told(reckoned.told, 0, on)
    verdicts = verdicts_of(one, calendar, on)
    plain = {name: stored[name].plain()[0] for name in _MOMENTS}
    # The first that was told: a second one counts for nothing.
    issued_on = plain_day(reckoned.rows.moments["extended_at"][0])
    return OneDossier(
        row=row,
        organisation_id=organisation_id,
        events=one.events,
        moments=tuple((name, at) for name, at in plain.items() if at is not None),
        verdicts=verdicts,
        deadline=_deadline(calendar, one.terms, one.events, on),
        edition=edition,
        moved=tuple(
            MovedDueDay.objects.filter(dossier=code)
            .select_related("edition__year_version", "edition__hours_version")
            .order_by("id")
        ),
        why=None if verdicts is None else why_late(one, verdicts, calendar, on),
        apology=Apology(
            _last_day(calendar, row, one.events, on),
            issued_on,
            stored["new_due_on"].plain()[0],
            # The number that was told first goes with the apology that was.
            stored[f"{FIRST}apology_number"].plain()[0] or "",
        ),
        tellings=_tellings(code),
        rewritten=rewritten(DATASET, keys=[(code,)]),
        hits=tuple(
            QualityHit.objects.filter(dossier=code).select_related("found_in", "gone_in").order_by("rule")
        ),
    )


_MOMENTS = (
    *("submitted_at", "received_at", "supplement_asked_at", "supplement_answered_at", "payment_asked_at"),
    *("paid_at", "paused_at", "resumed_at", "extended_at", "refused_at", "finished_at", "handed_over_at"),
)


def _deadline(calendar: WorkCalendar, terms: Terms, events: tuple[Event, ...], on: date) -> Deadline | None:
    """How the due date comes about: the limit, and the waiting that stopped or restarted the clock."""
    received = next((event.at for event in events if event.kind is EventKind.RECEIVED), None)
    if received is None or terms.limit is None:
        return None
    rules = rules_of(events, on)
    try:
        waits = follow(law.statuses(), events).waits
        supplements = [wait for wait in waits if wait.kind is WaitKind.SUPPLEMENT][
            : rules.supplements_allowed
        ]
        pauses = [
            Pause(wait.begins, wait.ends, rules.supplement if wait in supplements else PauseKind.STOPS)
            for wait in waits
            if wait.ends is not None and (wait in supplements or wait.kind in rules.stops)
        ]
        return reckon(calendar, received, terms.limit, pauses)
    except (EngineError, IndexError):
        return None


def _last_day(calendar: WorkCalendar, row: DossierRow, events: tuple[Event, ...], on: date) -> date | None:
    if row.due_on is None:
        return None
    try:
        return last_day_to_apologise(calendar, rules_of(events, on), row.due_on)
    except IndexError:
        return None


def _tellings(code: str) -> tuple[Telling, ...]:
    """What each list said, in the order of the moments they speak of."""
    to = registered(DATASET)
    kinds = {column.name: column.kind for column in to.declaration.plain}
    with told(to, [(code,)]) as duck:
        if duck is None:
            return ()
        found = fetched(duck, f"SELECT {BATCH}, {', '.join(_SHOWN)} FROM told ORDER BY place")
    batches = {
        batch.code: batch
        for batch in Batch.objects.filter(dataset_id=to.dataset_id, code__in=found[BATCH].tolist())
    }
    values: dict[str, list[Any]] = {name: values_of(kinds[name], found[name]).plain() for name in _SHOWN}
    return tuple(
        Telling(batches[batch], *(values[name][place] for name in _SHOWN))
        for place, batch in enumerate(found[BATCH].tolist())
    )
