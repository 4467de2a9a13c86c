"""Rows of dossiers as facts: limits of the day, both verdicts, months, small numbers. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from openpar.base.calendars.columns import CalendarColumns
from openpar.base.calendars.queries import hours_in_force, work_calendar
from openpar.delivery.dossiers import law
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
from openpar.engine.workdays import WorkCalendar

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
# The field of a dossier whose procedure nobody knows and whose list names none.
NO_SECTOR = "Chưa rõ lĩnh vực"
_IN_PERSON = 1


@dataclass(frozen=True)
class Context:
    """What rows are judged with: calendars (every one that counts in some agency), rules with dates."""

    edition: int
    calendars: tuple[CalendarColumns, ...]
    calendar_of: Mapping[str, int]
    rules: tuple[VerdictRules, ...]
    catalogue: Catalogue
    on: date


@dataclass(frozen=True)
class Reckoned:
    """Rows with what was reckoned of them; `unjudged`: rows of which no due date can be computed."""

    rows: DossierRows
    told: Told
    terms: Terms
    sectors: Coded
    judged: Judged
    apologise_by: Days
    extension: Ints
    month_of: Days
    unjudged: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


@lru_cache(maxsize=16)
def _columns(calendar: WorkCalendar) -> CalendarColumns:
    """Tables of a calendar; calendars are kept by `calendars.queries` and never altered."""
    return CalendarColumns(calendar)


def context_for(
    agencies: Sequence[str], ids: Mapping[str, int], procedures: Sequence[str], on: date
) -> Context:
    """Calendars of these agencies, rules of these procedures. Raises CalendarMissing."""
    nation = work_calendar()
    differ = hours_in_force().filter(organisation__isnull=False).exists()
    places: dict[int, int] = {}
    calendars: list[WorkCalendar] = []
    calendar_of = {}
    for key in agencies:
        calendar = work_calendar(organisation_id=ids[key], on=on) if differ and key in ids else nation
        if id(calendar) not in places:
            places[id(calendar)] = len(calendars)
            calendars.append(calendar)
        calendar_of[key] = places[id(calendar)]
    return Context(
        edition=int(nation.version),
        calendars=tuple(_columns(calendar) for calendar in calendars or [nation]),
        calendar_of=calendar_of,
        rules=law.verdict_rules(),
        catalogue=Catalogue(procedures),
        on=on,
    )


def reckon(rows: DossierRows, original_due: Days, context: Context) -> Reckoned:
    """Judges every row; `original_due` is the due day that was told first."""
    channel = np.where(rows.numbers["channel"] < 1, _IN_PERSON, rows.numbers["channel"])
    received = first_told(rows.moments["received_at"], rows.moments["submitted_at"])
    terms = context.catalogue.terms(rows.words["procedure"], rows.words["case_name"], channel, received)
    told = _told(rows, original_due, terms, context)
    judged = _judged(told, context)
    apologise_by = _apologise_by(judged.due_on, told, context)
    apologised = rows.moments["extended_at"].astype("datetime64[D]")
    extension = np.where(apologised <= apologise_by, int(Extension.IN_TIME), int(Extension.TOO_LATE))
    has_none = np.isnat(apologised) | (apologised > np.datetime64(context.on))
    return Reckoned(
        rows=rows,
        told=told,
        terms=terms,
        sectors=_sectors(rows, terms),
        judged=judged,
        apologise_by=apologise_by,
        extension=np.where(has_none, int(Extension.NONE), extension),
        month_of=_month_of(rows, context),
        unjudged=judged.problem > 0,
    )


def _told(rows: DossierRows, original_due: Days, terms: Terms, context: Context) -> Told:
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
        calendars=rows.words["agency"].looked_up(context.calendar_of, 0),
    )


def _judged(told: Told, context: Context) -> Judged:
    """By the rules of the day of reception; what no rule covers is judged by the earliest."""
    rules = sorted(context.rules, key=lambda one: one.valid_from)
    since = np.array([one.valid_from for one in rules], "datetime64[D]")
    days = np.where(np.isnat(told.received), since[-1], told.received.astype("datetime64[D]"))
    places = np.maximum(np.searchsorted(since, days, side="right") - 1, 0)
    if len(rules) == 1:
        return judge_all(told, context.calendars, rules[0], context.on)
    found: dict[str, npt.NDArray[np.generic]] = {}
    for place in np.unique(places).tolist():
        chosen = np.flatnonzero(places == place)
        part = judge_all(told.taken(chosen), context.calendars, rules[place], context.on)
        for field in fields(Judged):
            values = getattr(part, field.name)
            found.setdefault(field.name, np.zeros(len(told), values.dtype))[chosen] = values
    return Judged(**found)  # type: ignore[arg-type]  # every field is an array of its own kind


def _apologise_by(due_on: Days, told: Told, context: Context) -> Days:
    """The last day for an apology, by the rules in force last (the same in every version so far)."""
    before = context.rules[-1].apology_working_days_before
    found = np.full(len(told), np.datetime64("NaT", "D"))
    for place, calendar in enumerate(context.calendars):
        chosen = (told.calendars == place) & ~np.isnat(due_on)
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
    reckoned: Reckoned, numbers: Mapping[str, Mapping[str, int]], edition: int
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
        "calendar": np.full(len(rows), edition, np.int64),
    }
