"""Rows of dossiers as facts: limits of the day, both verdicts, months, small numbers. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from openpar.base.calendars.columns import CalendarColumns
from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.calendars import Calendars, Placed, calendars_of
from openpar.delivery.dossiers.declarations import AGENCIES, PROCEDURES, SECTORS
from openpar.delivery.dossiers.judging import Judged, judge_all, last_days_to_apologise
from openpar.delivery.dossiers.reading.rows import Coded
from openpar.delivery.dossiers.resolving import Catalogue, Terms
from openpar.delivery.dossiers.rows import (
    DossierRows,
    first_told,
    months_of,
)
from openpar.delivery.dossiers.told import Told
from openpar.delivery.dossiers.words import Extension, Outcome
from openpar.engine.verdicts import VerdictRules

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
# The field of a dossier whose procedure nobody knows and whose list names none.
NO_SECTOR = "Chưa rõ lĩnh vực"
_IN_PERSON = 1


@dataclass(frozen=True)
class Context:
    """What rows are judged with: calendars (every edition, for every agency), rules with dates."""

    calendars: Calendars
    rules: tuple[VerdictRules, ...]
    catalogue: Catalogue
    on: date


@dataclass(frozen=True)
class Reckoned:
    """Rows with what was reckoned of them; `unjudged`: rows of which no due date can be computed.

    `calendars`: those that `told.calendars` are places of; `editions`: the edition of each row. `first_due`:
    the due day that was told first; `told` has none where the clocks follow a later calendar instead.
    """

    rows: DossierRows
    told: Told
    calendars: tuple[CalendarColumns, ...]
    editions: Ints
    first_due: Days
    terms: Terms
    sectors: Coded
    judged: Judged
    apologise_by: Days
    extension: Ints
    month_of: Days
    unjudged: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


def context_for(
    agencies: Sequence[str], ids: Mapping[str, int], procedures: Sequence[str], on: date
) -> Context:
    """Calendars of these agencies, rules of these procedures. Raises CalendarMissing."""
    return Context(calendars_of(agencies, ids, on), law.verdict_rules(), Catalogue(procedures), on)


def reckon(rows: DossierRows, original_due: Days, context: Context) -> Reckoned:
    """Judges every row; `original_due` is the due day that was told first."""
    channel = np.where(rows.numbers["channel"] < 1, _IN_PERSON, rows.numbers["channel"])
    received = first_told(rows.moments["received_at"], rows.moments["submitted_at"])
    terms = context.catalogue.terms(rows.words["procedure"], rows.words["case_name"], channel, received)
    placed, judged = _placed_and_judged(rows, _told(rows, original_due, terms), context)
    apologise_by = _apologise_by(judged.due_on, placed, context)
    apologised = rows.moments["extended_at"].astype("datetime64[D]")
    extension = np.where(apologised <= apologise_by, int(Extension.IN_TIME), int(Extension.TOO_LATE))
    has_none = np.isnat(apologised) | (apologised > np.datetime64(context.on))
    return Reckoned(
        rows=rows,
        told=placed.told,
        calendars=placed.calendars,
        editions=placed.editions,
        first_due=original_due,
        terms=terms,
        sectors=_sectors(rows, terms),
        judged=judged,
        apologise_by=apologise_by,
        extension=np.where(has_none, int(Extension.NONE), extension),
        month_of=_month_of(rows, context),
        unjudged=judged.problem > 0,
    )


def _placed_and_judged(rows: DossierRows, told: Told, context: Context) -> tuple[Placed, Judged]:
    """Every row by its calendar; where an older edition ends too early, by the newest.

    What the receipt promises stays its due day; where that was nothing but the limit by the calendar of its
    day, the clocks measure by the calendar that came since.
    """
    agencies = rows.words["agency"]
    placed = context.calendars.placed(told, agencies)
    follows = _follow_calendar(placed, agencies, context)
    placed = _without_receipt(placed, follows)
    judged = _judged(placed, context)
    beyond = (judged.problem > 0) & (placed.editions != context.calendars.edition)
    if beyond.any():
        placed = _without_receipt(context.calendars.placed(told, agencies, newest=beyond), follows)
        judged = _judged(placed, context)
    if follows.any():
        judged = replace(judged, original_due_on=np.where(follows, told.due_on, judged.original_due_on))
    return placed, judged


def _follow_calendar(placed: Placed, agencies: Coded, context: Context) -> npt.NDArray[np.bool_]:
    """Rows whose receipt says what the limit gave by the calendar of its day, and another calendar counts."""
    told = placed.told
    if len(context.calendars.editions) == 1:
        return np.zeros(len(told), np.bool_)
    received = context.calendars.placed_as_received(told, agencies)
    found: npt.NDArray[np.bool_] = received.editions != placed.editions
    found &= ~np.isnat(told.due_on) & (told.amounts > 0)
    rows = np.flatnonzero(found)
    if len(rows):
        without = replace(received.told.taken(rows), due_on=np.full(len(rows), np.datetime64("NaT", "D")))
        reckoned = _judged(replace(received, told=without, editions=received.editions[rows]), context)
        found[rows] = reckoned.original_due_on == told.due_on[rows]
    return found


def _without_receipt(placed: Placed, chosen: npt.NDArray[np.bool_]) -> Placed:
    """As if the receipts of these rows named no day."""
    if not chosen.any():
        return placed
    due_on = np.where(chosen, np.datetime64("NaT", "D"), placed.told.due_on)
    return replace(placed, told=replace(placed.told, due_on=due_on))


def _told(rows: DossierRows, original_due: Days, terms: Terms) -> Told:
    moments, numbers = rows.moments, rows.numbers
    return Told(
        status=numbers["status"],
        is_returned=numbers["is_returned"] == 1,
        received=moments["received_at"],
        due_on=original_due,
        finished=moments["finished_at"],
        handed_over=moments["handed_over_at"],
        refused=moments["refused_at"],
        supplement_asked=moments["supplement_asked_at"],
        supplement_answered=moments["supplement_answered_at"],
        supplements=numbers["supplements"],
        payment_asked=moments["payment_asked_at"],
        paid=moments["paid_at"],
        paused=moments["paused_at"],
        resumed=moments["resumed_at"],
        amounts=terms.amounts,
        units=terms.units,
        calendars=np.zeros(len(rows), np.int64),
    )


def _judged(placed: Placed, context: Context) -> Judged:
    """By the rules of the day of reception; what no rule covers is judged by the earliest."""
    told, calendars = placed.told, placed.calendars
    rules = sorted(context.rules, key=lambda one: one.valid_from)
    since = np.array([one.valid_from for one in rules], "datetime64[D]")
    days = np.where(np.isnat(told.received), since[-1], told.received.astype("datetime64[D]"))
    places = np.maximum(np.searchsorted(since, days, side="right") - 1, 0)
    if len(rules) == 1:
        return judge_all(told, calendars, rules[0], context.on)
    found: dict[str, npt.NDArray[np.generic]] = {}
    for place in np.unique(places).tolist():
        chosen = np.flatnonzero(places == place)
        part = judge_all(told.taken(chosen), calendars, rules[place], context.on)
        for field in fields(Judged):
            values = getattr(part, field.name)
            found.setdefault(field.name, np.zeros(len(told), values.dtype))[chosen] = values
    return Judged(**found)  # type: ignore[arg-type]  # every field is an array of its own kind


def _apologise_by(due_on: Days, placed: Placed, context: Context) -> Days:
    """The last day for an apology, by the rules in force last (the same in every version so far)."""
    before = context.rules[-1].apology_working_days_before
    found = np.full(len(due_on), np.datetime64("NaT", "D"))
    for place, calendar in enumerate(placed.calendars):
        chosen = (placed.told.calendars == place) & ~np.isnat(due_on)
        found[chosen] = last_days_to_apologise(calendar, due_on[chosen], before)
    return found


def _sectors(rows: DossierRows, terms: Terms) -> Coded:
    """The field that the catalogue names, else the list itself."""
    own = rows.words["sector"]
    names = [*terms.sectors.words, *own.words, NO_SECTOR]
    of_catalogue = len(terms.sectors.words)
    places = np.where(own.places >= 0, own.places + of_catalogue, len(names) - 1)
    places = np.where(terms.sectors.places >= 0, terms.sectors.places, places)
    unique: dict[str, int] = {}
    table = np.array([unique.setdefault(name[:200], len(unique)) for name in names], np.int64)
    return Coded(table[places], tuple(unique))


def _month_of(rows: DossierRows, context: Context) -> Days:
    """The day by which a dossier is filed under a month: reception, else filing, refusal, or today."""
    moments = rows.moments
    found = first_told(
        *(moments[name] for name in ("received_at", "submitted_at", "refused_at", "finished_at"))
    )
    days = found.astype("datetime64[D]")
    return np.where(np.isnat(days), np.datetime64(context.on), days)


def facts_of(
    reckoned: Reckoned, numbers: Mapping[str, Mapping[str, int]]
) -> dict[str, npt.NDArray[np.generic]]:
    """The facts as `facts.staged_facts.stage_facts` takes them in; `numbers` of each dimension."""
    rows, judged = reckoned.rows, reckoned.judged
    own = rows.numbers
    # What is said to have ended before it was received (a mistake, Q4) ended in the month of its reception:
    # so whatever has left was there before, in every month.
    ended_on = np.maximum(first_told(judged.ended_on, reckoned.month_of), reckoned.month_of)
    received, due, ended = (months_of(days) for days in (reckoned.month_of, judged.due_on, ended_on))
    has_left = judged.outcome > Outcome.OPEN
    supplements = np.where(np.isnat(rows.moments["supplement_asked_at"]), 0, 1)
    obligation = np.where(own["has_obligation"] >= 0, own["has_obligation"], reckoned.terms.has_fee)
    channel = np.where(own["channel"] < 1, _IN_PERSON, own["channel"])
    return {
        "key": rows.codes,
        "agency": rows.words["agency"].looked_up(numbers[AGENCIES], 0),
        "procedure": rows.words["procedure"].looked_up(numbers[PROCEDURES], 0),
        "sector": reckoned.sectors.looked_up(numbers[SECTORS], 0),
        "channel": channel,
        "month_received": received.numbers,
        "month_due": due.numbers,
        "month_ended": np.where(has_left, ended.numbers, 0),
        "period_received": received.periods,
        "period_due": due.periods,
        "period_ended": np.where(has_left, ended.periods, 0),
        "accepted": judged.accepted.astype(np.int64),
        "verdict": judged.verdict,
        "index_verdict": judged.index_verdict,
        "outcome": judged.outcome,
        "supplements": np.minimum(np.maximum(own["supplements"], supplements), 2),
        "extension": reckoned.extension,
        "applicant": np.maximum(own["applicant_kind"], 0),
        "obligation": np.maximum(obligation, 0),
        "paid_online": np.maximum(own["paid_online"], 0),
        "digitised": np.maximum(own["is_digitised"], 0),
        "reused": np.maximum(own["is_reused"], 0),
        "electronic": np.maximum(own["has_electronic_result"], 0),
        "calendar": reckoned.editions,
    }
