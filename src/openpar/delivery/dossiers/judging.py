"""Both verdicts of many dossiers at once: the rules of engine/verdicts over arrays.

Tests hold every row equal to `engine.verdicts.judge` on the events of `told.one_told`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from openpar.base.calendars.columns import CalendarColumns, PauseColumns, due_columns
from openpar.delivery.dossiers.told import Flags, Ints, Moments, Told, has_hour, is_before
from openpar.delivery.dossiers.words import (
    INDEX_LATE,
    INDEX_ON_TIME,
    NOT_COUNTED,
    VERDICT_NUMBER,
    Outcome,
    Status,
)
from openpar.engine.verdicts import Verdict, VerdictRules, WaitKind
from openpar.engine.workdays import PauseKind

Days = npt.NDArray[np.datetime64]
_NAT_US, _NAT_D = np.datetime64("NaT", "us"), np.datetime64("NaT", "D")
_WORKING, _HOUR, _SAME_DAY = 0, 2, 3
_KINDS = (WaitKind.SUPPLEMENT, WaitKind.PAYMENT, WaitKind.PAUSE)
_SUPPLEMENT = 0
# At most one waiting of each kind, and what is added for requests without dates.
_SLOTS = len(_KINDS) + 1
_NONE = -1


@dataclass(frozen=True)
class Judged:
    """What both clocks say, row by row. Days are NaT, numbers 0 where there is nothing.

    `problem`: a place in calendars.columns.PROBLEMS where no due date can be computed; such a row says
    nothing else. `due_on`: by which the legal clock measures; `original_due_on`: that of the receipt;
    `index_due_on`: by which QĐ 766 measures.
    """

    accepted: Flags
    outcome: Ints
    verdict: Ints
    index_verdict: Ints
    original_due_on: Days
    due_on: Days
    index_due_on: Days
    ended_on: Days
    problem: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Waits:
    """Waiting in its order, at most _SLOTS of each row: beginnings, ends (NaT: lasts), kinds (-1: none)."""

    begins: Moments
    ends: Moments
    kinds: Ints

    def taken(self, places: Ints) -> _Waits:
        """Only that of some rows."""
        return _Waits(self.begins[places], self.ends[places], self.kinds[places])


def judge_all(told: Told, calendars: Sequence[CalendarColumns], rules: VerdictRules, on: date) -> Judged:
    """Both verdicts of every row as known at the end of the day `on`; all were received under `rules`.

    Every day that is told must lie in the years of the calendars (`quality.outside_calendar`).
    """
    return _Judging(told.known_on(on), calendars, rules, np.datetime64(on, "D")).judged()


def ends_of(told: Told) -> tuple[Flags, Ints, Moments]:
    """Which rows were accepted, how each left (0: it is here), and the moment that counts as its end."""
    status = told.status
    registered = (status == Status.REGISTERED) | (status == Status.NOT_ACCEPTED)
    accepted: Flags = ~registered & ~np.isnat(told.received)
    done_at = _first(told.finished, told.handed_over)
    left_at = _first(told.refused, told.finished, told.handed_over, told.received)
    done = ((status == Status.DONE) | (status == Status.RESULT_RETURNED)) & ~np.isnat(done_at)
    outcome = np.zeros(len(told), np.int64)
    outcome[done & accepted] = Outcome.DONE
    outcome[status == Status.WITHDRAWN] = Outcome.WITHDRAWN
    outcome[status == Status.STOPPED] = Outcome.STOPPED
    outcome[(status == Status.STOPPED) & told.is_returned] = Outcome.RETURNED
    outcome[status == Status.NOT_ACCEPTED] = Outcome.REFUSED
    end = _where_both(outcome == Outcome.DONE, done_at, left_at)
    return accepted, outcome, _where(outcome > 0, end, _NAT_US)


class _Judging:
    def __init__(
        self, told: Told, calendars: Sequence[CalendarColumns], rules: VerdictRules, on: np.datetime64
    ) -> None:
        self.told, self.calendars, self.rules, self.on = told, calendars, rules, on
        self.problem = np.zeros(len(told), np.uint8)
        self.accepted, self.outcome, self.end = ends_of(told)
        # Few dossiers ever wait: the others need no room for it.
        begins = (told.supplement_asked, told.payment_asked, told.paused)
        waiting = np.logical_or.reduce([~np.isnat(each) for each in begins]) | (told.supplements >= 2)
        self.some = np.flatnonzero(waiting)
        waits = self._waits(self.some)
        edges = np.stack([waits.begins, waits.ends])
        self.by_days: Flags = ~has_hour(told.received)
        self.by_days[self.some] |= (~has_hour(edges) & ~np.isnat(edges)).any(axis=(0, 2))
        self.received = _floored(told.received, self.by_days)
        # Of the rows in `some`, in their order.
        self.waits = self._in_order(waits, self.some)

    def judged(self) -> Judged:
        original, amounts, units = self._original()
        legal_due = self._legal_due(original, amounts, units)
        verdict = self._verdict(legal_due, units)
        index_due = self._index_due(original, amounts, units)
        index = self._index(index_due, units)
        ended_on = self.end.astype("datetime64[D]")
        return Judged(
            accepted=self.accepted,
            outcome=self.outcome,
            verdict=verdict,
            index_verdict=index,
            original_due_on=_where(self.accepted, original.astype("datetime64[D]"), _NAT_D),
            due_on=_where(self.accepted, legal_due.astype("datetime64[D]"), _NAT_D),
            index_due_on=_where(self.accepted, index_due.astype("datetime64[D]"), _NAT_D),
            ended_on=_where(self.outcome > 0, ended_on, _NAT_D),
            problem=self.problem,
        )

    # Waiting

    def _waits(self, some: npt.NDArray[np.intp]) -> _Waits:
        """What these rows tell of waiting, as far as it does not contradict itself."""
        told = self.told.taken(some)
        status, accepted = told.status, self.accepted[some][:, None]
        begins = np.stack([told.supplement_asked, told.payment_asked, told.paused], axis=1)
        ends = np.stack([told.supplement_answered, told.paid, told.resumed], axis=1)
        in_process = (status == Status.RECEIVED) | (status == Status.PROCESSING)
        lasts = np.stack([status == Status.SUPPLEMENT, status == Status.PAYMENT, in_process], axis=1)
        has_left = (self.outcome[some] > 0)[:, None]
        received, end = told.received[:, None], self.end[some][:, None]
        kept = ~np.isnat(begins) & accepted & ~is_before(begins, received + 0 * _span(begins))
        kept &= ~is_before(ends, begins)
        kept &= ~np.isnat(ends) | (lasts & ~has_left)
        kept &= ~(has_left & is_before(end + 0 * _span(ends), ends))
        kinds = np.where(kept, np.arange(3), _NONE)
        return _Waits(_where(kept, begins, _NAT_US), _where(kept, ends, _NAT_US), kinds)

    def _in_order(self, waits: _Waits, some: npt.NDArray[np.intp]) -> _Waits:
        """Sorted; one that begins while another lasts is left out."""
        by_days = self.by_days[some][:, None]
        begins, ends = _floored(waits.begins, by_days), _floored(waits.ends, by_days)
        order = np.argsort(begins, axis=1, kind="stable")
        begins, ends = np.take_along_axis(begins, order, 1), np.take_along_axis(ends, order, 1)
        kinds = np.take_along_axis(waits.kinds, order, 1)
        free = np.full(len(begins), np.datetime64(-(2**62), "us"))
        lasting = np.zeros(len(begins), np.bool_)
        for place in range(len(_KINDS)):
            kept = (kinds[:, place] >= 0) & ~lasting & (begins[:, place] >= free)
            kinds[:, place] = np.where(kept, kinds[:, place], _NONE)
            lasting |= kept & np.isnat(ends[:, place])
            free = np.where(kept & ~np.isnat(ends[:, place]), ends[:, place], free)
        return self._with_more(_Waits(begins, ends, kinds), some)

    def _with_more(self, waits: _Waits, some: npt.NDArray[np.intp]) -> _Waits:
        """Of several requests the dates of one are told: the others are taken to be answered at once."""
        told_whole = ((waits.kinds == _SUPPLEMENT) & ~np.isnat(waits.ends)).any(axis=1)
        more = (self.told.supplements[some] >= 2) & ~told_whole & self.accepted[some]
        at_once = _where(more, self.received[some], _NAT_US)[:, None]
        return _Waits(
            np.hstack([at_once, waits.begins]),
            np.hstack([at_once, waits.ends]),
            np.hstack([np.where(more, _SUPPLEMENT, _NONE)[:, None], waits.kinds]),
        )

    def _counted(self) -> Flags:
        """The waiting that the legal clock knows: as many supplements as are allowed, and what stops it."""
        kinds, rules = self.waits.kinds, self.rules
        lasts = (kinds == _SUPPLEMENT) & np.isnat(self.waits.ends)
        # A request that waits now is the last of those that are told.
        number = np.where(lasts, np.maximum(self.told.supplements[self.some], 1)[:, None], 1)
        counted: Flags = (kinds == _SUPPLEMENT) & (number <= rules.supplements_allowed)
        for place, kind in enumerate(_KINDS):
            if kind in rules.stops:
                counted |= kinds == place
        return counted

    # Due moments

    def _due(self, rows: Ints, amounts: Ints, units: Ints, pauses: Sequence[PauseColumns] = ()) -> Moments:
        """Due moments of some rows, each by its calendar; what cannot be computed is marked.

        Limits and pauses are those of these rows.
        """
        due = np.full(len(rows), _NAT_US)
        groups = self.told.calendars[rows] * 2 + self.by_days[rows]
        for group in _numbers_in(groups):
            chosen = np.flatnonzero(groups == group)
            kind = "datetime64[D]" if group % 2 else "datetime64[us]"
            found = due_columns(
                self.calendars[group // 2],
                self.received[rows[chosen]].astype(kind),
                amounts[chosen],
                units[chosen],
                [
                    PauseColumns(one.begins[chosen].astype(kind), one.ends[chosen].astype(kind), one.kind)
                    for one in pauses
                ],
            )
            due[chosen] = found.due_at
            self.problem[rows[chosen]] = np.where(
                self.problem[rows[chosen]] == 0, found.problem, self.problem[rows[chosen]]
            )
        return due

    def _original(self) -> tuple[Moments, Ints, Ints]:
        """What the receipt says, and the limit: where the receipt promises another day than the limit of the
        procedure, the working days that it promises.
        """
        told = self.told
        amounts, units = told.amounts.copy(), told.units.copy()
        amounts[(units == _HOUR) & self.by_days] = 0
        amounts[~self.accepted] = 0
        stated = told.due_on
        original = np.full(len(told), _NAT_US)
        limited = np.flatnonzero(amounts > 0)
        original[limited] = self._due(limited, amounts[limited], units[limited])
        differs = ~np.isnat(stated) & (original.astype("datetime64[D]") != stated) & self.accepted
        promised = np.flatnonzero(differs)
        if len(promised):
            days = self._working_days(promised, self.received[promised], stated[promised])
            amounts[promised] = np.maximum(days, 1)
            units[promised] = np.where(days > 0, _WORKING, _SAME_DAY)
            self.problem[promised] = 0
            found = self._due(promised, amounts[promised], units[promised])
            agrees = found.astype("datetime64[D]") == stated[promised]
            original[promised] = np.where(agrees, found, stated[promised].astype("datetime64[us]"))
        return original, amounts, units

    def _working_days(self, rows: Ints, after: Moments, until: npt.NDArray[np.datetime64]) -> Ints:
        """Working days of (after, until], 0 when there are none."""
        found = np.zeros(len(rows), np.int64)
        for group in _numbers_in(self.told.calendars[rows]):
            calendar = self.calendars[group]
            chosen = self.told.calendars[rows] == group
            counted = calendar.working_until
            difference = counted[_index(calendar, until[chosen])] - counted[_index(calendar, after[chosen])]
            found[chosen] = np.maximum(difference, 0)
        return found

    def _pauses(self, waits: _Waits, wanted: Flags, anew: bool) -> list[PauseColumns]:
        """Waiting that is wanted, in its order; `anew`: supplements start the limit anew."""
        found = []
        for place in range(_SLOTS):
            begins, ends = waits.begins[:, place], waits.ends[:, place]
            is_supplement = waits.kinds[:, place] == _SUPPLEMENT
            for starts in (True, False) if anew else (False,):
                chosen = wanted[:, place] & ((is_supplement == starts) if anew else True)
                kind = PauseKind.STARTS_ANEW if starts else PauseKind.STOPS
                found.append(
                    PauseColumns(_where(chosen, begins, _NAT_US), _where(chosen, ends, _NAT_US), kind)
                )
        return found

    def _legal_due(self, original: Moments, amounts: Ints, units: Ints) -> Moments:
        wanted = self._counted() & ~np.isnat(self.waits.ends)
        places = np.flatnonzero(wanted.any(axis=1) & (amounts[self.some] > 0))
        due = original.copy()
        if len(places):
            anew = self.rules.supplement is PauseKind.STARTS_ANEW
            pauses = self._pauses(self.waits.taken(places), wanted[places], anew)
            rows = self.some[places]
            due[rows] = self._due(rows, amounts[rows], units[rows], pauses)
        return due

    # Verdicts

    def _is_late(self, ended: Moments, due: Moments, units: Ints) -> Flags:
        """Ended on a later day than due; with a limit in hours also later on that day."""
        found: Flags = ended.astype("datetime64[D]") > due.astype("datetime64[D]")
        some = np.flatnonzero((units == _HOUR) & (ended > due))
        found[some] |= has_hour(ended[some]) & has_hour(due[some])
        return found

    def _verdict(self, due: Moments, units: Ints) -> Ints:
        status, due_on = self.told.status, due.astype("datetime64[D]")
        late = self._is_late(self.end, due, units)
        early = self.end.astype("datetime64[D]") < due_on
        waiting = self._waiting_in_time(due, units)
        verdict = np.where(self.on > due_on, _number(Verdict.OPEN_OVERDUE), _number(Verdict.OPEN_IN_TIME))
        verdict = np.where(waiting == _SUPPLEMENT, _number(Verdict.SUPPLEMENT), verdict)
        verdict = np.where(waiting > _SUPPLEMENT, _number(Verdict.PAUSED), verdict)
        done = np.where(early, _number(Verdict.EARLY), _number(Verdict.ON_TIME))
        done = np.where(late, _number(Verdict.LATE), done)
        verdict = np.where(self.outcome == Outcome.DONE, done, verdict)
        verdict[np.isnat(due)] = _number(Verdict.UNTIMED)
        for outcome, left in (
            (Outcome.WITHDRAWN, Verdict.WITHDRAWN),
            (Outcome.RETURNED, Verdict.RETURNED),
            (Outcome.STOPPED, Verdict.STOPPED),
        ):
            verdict[self.outcome == outcome] = _number(left)
        apart = ~self.accepted & (status != Status.WITHDRAWN)
        verdict[apart] = np.where(
            status[apart] == Status.NOT_ACCEPTED, _number(Verdict.REFUSED), _number(Verdict.NOT_RECEIVED)
        )
        return verdict

    def _waiting_in_time(self, due: Moments, units: Ints) -> Ints:
        """The kind of waiting that stops the clock now, -1 for none."""
        lasts = self._counted() & np.isnat(self.waits.ends)
        found = np.full(len(self.told), _NONE, np.int64)
        due, units = due[self.some], units[self.some]
        for place in range(_SLOTS):
            stops = lasts[:, place] & ~self._is_late(self.waits.begins[:, place], due, units)
            found[self.some[stops]] = self.waits.kinds[stops, place]
        return found

    def _index(self, due: Moments, units: Ints) -> Ints:
        """The verdict of QĐ 766."""
        end = self.end.copy()
        asked = (self.waits.kinds == _SUPPLEMENT) & np.isnat(self.waits.ends)
        asked &= (self.outcome[self.some] == 0)[:, None]
        for place in range(_SLOTS):
            end[self.some[asked[:, place]]] = self.waits.begins[asked[:, place], place]
        end = np.where(np.isnat(end), self.on.astype("datetime64[us]"), end)
        index = np.where(self._is_late(end, due, units), INDEX_LATE, INDEX_ON_TIME)
        if self.rules.more_supplements_are_late:
            index[self.told.supplements >= 2] = INDEX_LATE
        index[np.isnat(due)] = INDEX_ON_TIME if self.rules.no_due_date_is_on_time else NOT_COUNTED
        index[~self.accepted] = NOT_COUNTED
        return index

    def _index_due(self, original: Moments, amounts: Ints, units: Ints) -> Moments:
        kinds = [place for place, kind in enumerate(_KINDS) if kind in self.rules.subtracted]
        wanted = np.isin(self.waits.kinds, kinds) & ~np.isnat(self.waits.ends)
        timed = wanted.any(axis=1) & (amounts[self.some] > 0)
        in_hours = units[self.some] == _HOUR
        due = original.copy()
        places = np.flatnonzero(timed & in_hours)
        if len(places):
            pauses = self._pauses(self.waits.taken(places), wanted[places], anew=False)
            rows = self.some[places]
            due[rows] = self._due(rows, amounts[rows], units[rows], pauses)
        places = np.flatnonzero(timed & ~in_hours)
        if len(places):
            rows = self.some[places]
            due[rows] = self._later(rows, original[rows], self.waits.taken(places), wanted[places])
        return due

    def _later(self, rows: Ints, due: Moments, waits: _Waits, wanted: Flags) -> Moments:
        """The due days of some rows, later by the days of their waiting that are taken out."""
        days = np.zeros(len(rows), np.int64)
        for place in range(_SLOTS):
            chosen = np.flatnonzero(wanted[:, place])
            begins, ends = (of[chosen, place] for of in (waits.begins, waits.ends))
            if self.rules.subtracts_working_days:
                days[chosen] += self._working_days(rows[chosen], begins, ends)
            else:
                days[chosen] += (ends.astype("datetime64[D]") - begins.astype("datetime64[D]")).astype(
                    np.int64
                )
        due_on = due.astype("datetime64[D]")
        if not self.rules.subtracts_working_days:
            return (due_on + days).astype("datetime64[us]")
        later = due_on.copy()
        for group in _numbers_in(self.told.calendars[rows]):
            calendar = self.calendars[group]
            chosen = (self.told.calendars[rows] == group) & (days > 0)
            number = calendar.working_until[_index(calendar, due_on[chosen])] + days[chosen]
            last = len(calendar.working_days) - 1
            index = calendar.working_days[np.minimum(number, last)]
            later[chosen] = (index + calendar.first_day).astype("datetime64[D]")
        return later.astype("datetime64[us]")


def last_days_to_apologise(calendar: CalendarColumns, due_on: Days, days_before: int) -> Days:
    """The last day for an apology with a new date, so many working days before the due day."""
    counted = calendar.working_until[np.maximum(_index(calendar, due_on) - 1, 0)]
    index = calendar.working_days[np.maximum(counted - (days_before - 1), 1)]
    return (index + calendar.first_day).astype("datetime64[D]")


def _index(calendar: CalendarColumns, days: npt.NDArray[np.datetime64]) -> Ints:
    """Days of the tables; those outside of them are held at the edge."""
    found = days.astype("datetime64[D]").astype(np.int64) - calendar.first_day
    return np.clip(found, 0, calendar.size - 1)


def _numbers_in(numbers: Ints) -> list[int]:
    """Which small numbers there are: calendars are few."""
    found: list[int] = np.flatnonzero(np.bincount(numbers)).tolist()
    return found


def _first(*moments: Moments) -> Moments:
    found = moments[0]
    for other in moments[1:]:
        found = np.where(np.isnat(found), other, found)
    return found


def _where(chosen: Flags, values: npt.NDArray[np.datetime64], other: np.datetime64) -> Moments:
    found: Moments = np.where(chosen, values, other)
    return found


def _floored(moments: Moments, chosen: Flags) -> Moments:
    """Only the day of those that are chosen."""
    return _where_both(chosen, moments.astype("datetime64[D]").astype("datetime64[us]"), moments)


def _where_both(chosen: Flags, one: Moments, other: Moments) -> Moments:
    found: Moments = np.where(chosen, one, other)
    return found


def _span(moments: Moments) -> npt.NDArray[np.timedelta64]:
    """Nothing, in the shape of these moments."""
    return np.zeros(moments.shape, "timedelta64[us]")


def _number(verdict: Verdict) -> int:
    return VERDICT_NUMBER[verdict]
