"""Rows of the dataset in memory: columns of one length, words by number, moments of Việt Nam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.facts.declarations import Kind
from openpar.base.facts.rows import Rows, Values
from openpar.delivery.dossiers.declarations import CODE, DOSSIERS
from openpar.delivery.dossiers.reading.rows import Coded
from openpar.delivery.dossiers.told import utc

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]
TEXTS = ("agency", "procedure", "case_name", "sector", "apology_number")
FLAGS = tuple(column.name for column in DOSSIERS.columns if column.kind is Kind.BOOLEAN)
NUMBERS = tuple(column.name for column in DOSSIERS.columns if column.kind is Kind.INTEGER)
MOMENTS = tuple(column.name for column in DOSSIERS.columns if column.kind is Kind.MOMENT)
DAYS = tuple(column.name for column in DOSSIERS.columns if column.kind is Kind.DAY)
_HOURS = 7 * 3_600_000_000
_NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class DossierRows:
    """Columns by their names in the dataset. Numbers and flags are -1, moments and days NaT, words -1 where
    nothing was told.
    """

    codes: Array
    words: Mapping[str, Coded]
    numbers: Mapping[str, Numbers]
    moments: Mapping[str, Moments]
    days: Mapping[str, Moments]

    def __len__(self) -> int:
        return len(self.codes)

    def taken(self, rows: npt.NDArray[np.intp] | Flags) -> DossierRows:
        """Only these rows."""
        # What no list tells is one array under many names.
        done: dict[int, Array] = {}

        def some(values: Array) -> Array:
            if id(values) not in done:
                done[id(values)] = values[rows]
            return done[id(values)]

        return DossierRows(
            some(self.codes),
            {name: Coded(some(coded.places), coded.words) for name, coded in self.words.items()},
            {name: some(values) for name, values in self.numbers.items()},
            {name: some(values) for name, values in self.moments.items()},
            {name: some(values) for name, values in self.days.items()},
        )

    def columns(self) -> dict[str, Array]:
        """As `facts.staging.stage_batch` takes them in."""
        made: dict[str, Array] = {CODE: self.codes}
        for name, coded in self.words.items():
            made[name] = np.array([*coded.words, None], object)[coded.places]
        for name, values in self.numbers.items():
            plain = values.astype(np.bool_) if name in FLAGS else values
            made[name] = np.ma.masked_array(plain, mask=values < 0)
        made |= {name: utc(values) for name, values in self.moments.items()}
        return made | {name: values.astype("datetime64[D]") for name, values in self.days.items()}


def rows_of(stored: Rows) -> DossierRows:
    """Rows of the store, as `facts.current.current` gives them."""
    return DossierRows(
        codes=stored[CODE].values,
        words={name: coded_of(stored[name]) for name in TEXTS},
        numbers={name: numbers_of(stored[name]) for name in (*NUMBERS, *FLAGS)},
        moments={name: local_moments_of(stored[name]) for name in MOMENTS},
        days={name: days_of(stored[name]) for name in DAYS},
    )


def local_moments_of(values: Values) -> Moments:
    """A column of moments on the clocks of Việt Nam."""
    made = (values.values + _HOURS).astype("datetime64[us]")
    made[~values.known] = np.datetime64("NaT")
    return made


def days_of(values: Values) -> Moments:
    """A column of days."""
    made = values.values.astype("datetime64[D]")
    made[~values.known] = np.datetime64("NaT")
    return made


def numbers_of(values: Values) -> Ints:
    """A column of numbers or flags."""
    return np.where(values.known, values.values.astype(np.int64), -1)


def coded_of(values: Values) -> Coded:
    """A column of words."""
    numbers: dict[str, int] = {}
    places = [
        numbers.setdefault(text, len(numbers)) if known else -1
        for text, known in zip(values.values.tolist(), values.known.tolist(), strict=True)
    ]
    return Coded(np.array(places, np.int64), tuple(numbers))


@dataclass(frozen=True)
class Months:
    """Days by the numbers of their months, as `facts.declarations.month_number` makes them; 0 for NaT.

    `periods`: months of reporting, from the 15th of the month before to the 14th, by their names.
    """

    numbers: Ints
    periods: Ints


def months_of(days: Moments) -> Months:
    """Reckoned once for each day between the first and the last: rows are many, days are few."""
    first, last = np.fmin.reduce(days, initial=_NO_DAY), np.fmax.reduce(days, initial=_NO_DAY)
    if np.isnat(first):
        none = np.zeros(len(days), np.int64)
        return Months(none, none)
    every = np.arange(first, last + 1)
    month = every.astype("datetime64[M]")
    number = month.astype(np.int64) + 1970 * 12
    period = number + ((every - month.astype("datetime64[D]")).astype(np.int64) + 1 >= 15)
    # What is NaT finds the nothing at the end.
    places = np.where(np.isnat(days), len(every), (days - first).astype(np.int64))
    return Months(np.append(number, 0)[places], np.append(period, 0)[places])


def first_told(*moments: Moments) -> Moments:
    """The first of several columns that says something, row by row."""
    found = moments[0]
    for other in moments[1:]:
        found = np.where(np.isnat(found), other, found)
    return found


def day64(day: date) -> np.datetime64:
    return np.datetime64(day, "D")
