"""What the store holds of dossiers, in the order of rows in memory: told before, and judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.facts.current import FIRST, current
from openpar.base.facts.models import Batch
from openpar.base.facts.rows import Rows
from openpar.base.facts.staging import Untold
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.declarations import CODE, DATASET
from openpar.delivery.dossiers.normalising import Context, Reckoned, context_for, reckon
from openpar.delivery.dossiers.quality import Before
from openpar.delivery.dossiers.reading.rows import Coded
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.rows import (
    DAYS,
    FLAGS,
    MOMENTS,
    NUMBERS,
    TEXTS,
    DossierRows,
    Numbers,
    coded_of,
    days_of,
    local_moments_of,
    numbers_of,
    rows_of,
)


@dataclass(frozen=True)
class Earlier:
    """What the store holds of some rows. `is_newer`: some of it speaks of a later moment than the rows.

    `stored` as it lies there, `places` of the rows in it (-1: not there).
    """

    before: Before
    is_newer: bool
    stored: Rows | None
    places: npt.NDArray[np.int64]

    def completed(self, rows: DossierRows, untold: Untold) -> DossierRows:
        """The rows with what was told before, where they do not tell of a column at all."""
        known = self.places >= 0
        if self.stored is None or not known.any():
            return rows
        names = [name for name in untold if self.stored[name].known.any()]
        found = {name: self._filled(rows, name, untold[name], known) for name in names}
        return replace(
            rows,
            words={**rows.words, **{name: found[name] for name in TEXTS if name in found}},
            numbers={**rows.numbers, **{name: found[name] for name in (*NUMBERS, *FLAGS) if name in found}},
            moments={**rows.moments, **{name: found[name] for name in MOMENTS if name in found}},
            days={**rows.days, **{name: found[name] for name in DAYS if name in found}},
        )

    def _filled(
        self, rows: DossierRows, name: str, marked: npt.NDArray[np.bool_] | None, known: npt.NDArray[np.bool_]
    ) -> Any:
        """A column of `DossierRows`, of the kind that it is there."""
        assert self.stored is not None
        chosen = known if marked is None else known & marked
        values = self.stored[name]
        if name in TEXTS:
            coded = coded_of(values)
            return Coded(np.where(chosen, coded.places[self.places], -1), coded.words)
        if name in DAYS:
            return np.where(chosen, days_of(values)[self.places], rows.days[name])
        if name in MOMENTS:
            return np.where(chosen, local_moments_of(values)[self.places], rows.moments[name])
        return np.where(chosen, numbers_of(values)[self.places], rows.numbers[name])


def told_before(rows: DossierRows, as_of: datetime) -> Earlier:
    """What was told of these dossiers before."""
    size = len(rows)
    nothing = Earlier(Before.none(size), False, None, np.full(size, -1, np.int64))
    if not size or not Batch.objects.filter(dataset__name=DATASET).exists():
        return nothing
    found = current(DATASET, keys=[(code,) for code in rows.codes.tolist()])
    if not len(found):
        return nothing
    moments = moments_of_batches()
    newer = any(moments[code] > as_of for code in set(found["newest_batch"].values.tolist()))
    places = _places(found, rows)
    return Earlier(_aligned(found, places, moments), newer, found, places)


def _places(found: Rows, rows: DossierRows) -> npt.NDArray[np.int64]:
    place_of = {code: place for place, code in enumerate(found[CODE].values.tolist())}
    return np.array([place_of.get(code, -1) for code in rows.codes.tolist()], np.int64)


def _aligned(found: Rows, places: npt.NDArray[np.int64], moments: dict[str, datetime]) -> Before:
    """What the store knows, in the order of the rows that have these places in it."""
    known = places >= 0
    days = {code: np.datetime64(moment.astimezone(VIETNAM).date(), "D") for code, moment in moments.items()}
    told_on = np.array([days[code] for code in found["newest_batch"].values.tolist()], "datetime64[D]")
    finished = local_moments_of(found["finished_at"])
    told_on[~np.isnat(finished) | (found["status"].values < 2)] = np.datetime64("NaT")

    def here(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        chosen = values[places]
        chosen[~known] = np.datetime64("NaT")
        return chosen

    def first_moment(name: str) -> npt.NDArray[np.datetime64]:
        return here(local_moments_of(found[f"{FIRST}{name}"]))

    return Before(
        known=known,
        first_due=here(days_of(found[f"{FIRST}due_on"])),
        first_finished=first_moment("finished_at"),
        open_on=here(told_on),
        first_asked=first_moment("supplement_asked_at"),
        first_answered=first_moment("supplement_answered_at"),
        first_extended=first_moment("extended_at"),
        first_new_due=here(days_of(found[f"{FIRST}new_due_on"])),
    )


def original_due(rows: DossierRows, before: Before) -> npt.NDArray[np.datetime64]:
    """The due day that was told first."""
    return np.where(np.isnat(before.first_due), rows.days["due_on"], before.first_due)


def with_history(rows: DossierRows, before: Before) -> DossierRows:
    """The rows with what earlier lists told of supplements and new dates: a list has room for one of each.

    Only the first request for a supplement stops the clock, and only the first new date counts (NĐ 61/2018
    Art. 19): where a list tells another one, what was told first stands, and there were two of them.
    """
    moments, numbers = dict(rows.moments), dict(rows.numbers)
    asked, answered = moments["supplement_asked_at"], moments["supplement_answered_at"]
    again = _other_day(asked, before.first_asked)
    if again.any():
        # The first must have been complete when papers were asked for anew.
        complete = np.fmin(before.first_answered, asked)
        complete = np.where(asked > before.first_asked, complete, before.first_answered)
        moments["supplement_asked_at"] = np.where(again, before.first_asked, asked)
        moments["supplement_answered_at"] = np.where(again, complete, answered)
        numbers["supplements"] = _at_least_two(numbers["supplements"], again)
    extended, new_due = moments["extended_at"], rows.days["new_due_on"]
    anew = _other_day(extended, before.first_extended) | _other_day(new_due, before.first_new_due)
    if anew.any():
        is_told = anew & ~np.isnat(extended) & ~np.isnat(before.first_extended)
        moments["extended_at"] = np.where(is_told, before.first_extended, extended)
        numbers["extensions"] = _at_least_two(numbers["extensions"], anew)
    return replace(rows, moments=moments, numbers=numbers)


def _at_least_two(numbers: Numbers, chosen: npt.NDArray[np.bool_]) -> Numbers:
    return np.where(chosen, np.maximum(numbers, 2), numbers)


def _other_day(now: npt.NDArray[np.datetime64], first: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    """Both are told, and of different days."""
    found: npt.NDArray[np.bool_] = now.astype("datetime64[D]") != first.astype("datetime64[D]")
    return found & ~np.isnat(now) & ~np.isnat(first)


def judged_with(rows: DossierRows, before: Before, context: Context) -> Reckoned:
    """Rows judged in the light of what was told of them before."""
    return reckon(with_history(rows, before), original_due(rows, before), context)


def reckoned_of_store(
    codes: Sequence[str], register: Register, today: date
) -> tuple[Reckoned, Before, Context]:
    """Dossiers as the store has them now, judged as of a day; what was told before, and what they are judged
    with.
    """
    found = current(DATASET, keys=[(code,) for code in codes])
    rows = rows_of(found)
    before = _aligned(found, _places(found, rows), moments_of_batches())
    agencies, procedures = rows.words["agency"].words, rows.words["procedure"].words
    context = context_for(agencies, register.ids, procedures, today)
    return judged_with(rows, before, context), before, context


def moments_of_batches() -> dict[str, datetime]:
    """The moments that the batches speak of, by their codes."""
    return dict(Batch.objects.filter(dataset__name=DATASET).values_list("code", "as_of"))
