"""Words of a list as things of the register and the catalogue: agencies, procedures, the limits of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.organisations.models import OrganisationVersion
from openpar.delivery.dossiers.layouts import plain
from openpar.delivery.dossiers.reading.rows import Coded
from openpar.delivery.dossiers.words import CHANNELS
from openpar.delivery.procedures.codes import national_number
from openpar.delivery.procedures.models import ProcedureVersion
from openpar.delivery.procedures.queries.rules_of_day import RuleBook, RulesOfDay, rule_book
from openpar.delivery.procedures.words import LimitUnit, OnlineLevel

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.signedinteger[Any]]
Moments = npt.NDArray[np.datetime64]
# The places of `told.UNITS`.
_UNIT_NUMBER = {
    LimitUnit.WORKING_DAY: 0,
    LimitUnit.CALENDAR_DAY: 1,
    LimitUnit.HOUR: 2,
    LimitUnit.SAME_DAY: 3,
}
_FAR = date(9999, 12, 31)
# What lists put before the name of a place.
_BEFORE_NAMES = (
    "ubnd",
    "uy ban nhan dan",
    "bo phan mot cua",
    "trung tam phuc vu hanh chinh cong",
    "bo phan tiep nhan va tra ket qua",
)
_MOST_ONLINE_QUESTIONS = 200_000


@dataclass(frozen=True)
class _Span:
    organisation_id: int
    key: str
    since: date
    until: date


@dataclass(frozen=True)
class Register:
    """Organisations by everything that a list may call them."""

    spans: Mapping[str, tuple[_Span, ...]]
    ids: Mapping[str, int]

    @classmethod
    def load(cls) -> Register:
        """Every version of every organisation; one query."""
        spans: defaultdict[str, list[_Span]] = defaultdict(list)
        versions = OrganisationVersion.objects.select_related("organisation").order_by("valid_from")
        ids = {}
        for version in versions:
            key = version.organisation.key
            ids[key] = version.organisation_id
            span = _Span(version.organisation_id, key, version.valid_from, version.valid_until or _FAR)
            for called in {key, version.name, version.short_name, version.code}:
                if called:
                    spans[plain(called)].append(span)
        return cls({called: tuple(found) for called, found in spans.items()}, ids)

    def agencies(self, told: Coded, words: Mapping[str, str], days: Moments) -> Coded:
        """The keys of the organisations that are meant, row by row; -1 where the register knows none.

        Of several with one name the one counts that had it on the day of reception.
        """
        keys: dict[str, int] = {}
        direct: dict[str, int] = {}
        places = np.full(len(told.places), -1, np.int64)
        for place, word in enumerate(told.words):
            spans = self._called(words.get(word, word))
            numbers = {span.key: keys.setdefault(span.key, len(keys)) for span in spans}
            if len(numbers) == 1:
                direct[word] = numbers[spans[0].key]
                continue
            rows = np.flatnonzero(told.places == place)
            on = days[rows].astype("datetime64[D]")
            for span in spans:
                valid = (on >= np.datetime64(span.since)) & (on < np.datetime64(span.until))
                places[rows[valid]] = numbers[span.key]
        plainly = told.looked_up(direct)
        return Coded(np.where(plainly >= 0, plainly, places), tuple(keys))

    def _called(self, word: str) -> tuple[_Span, ...]:
        called = plain(word)
        for before in ("", *_BEFORE_NAMES):
            shorter = called.removeprefix(before).strip()
            if shorter in self.spans:
                return self.spans[shorter]
        return ()


def procedures(
    codes: Coded | None, names: Coded | None, words: Mapping[str, Mapping[str, str]], size: int
) -> Coded:
    """The procedure of every row: the national number of its code, else of the procedure with its name, else
    the words of the list themselves.
    """
    by_name: dict[str, str] = {}
    if names is not None:
        versions = ProcedureVersion.objects.order_by("valid_from").values_list("name", "procedure__code")
        by_name = {plain(name): code for name, code in versions}
    meant: list[str] = []
    found = np.full(len(codes.places if codes else names.places if names else ()) or size, -1, np.int64)
    for told, field in ((names, "procedure_name"), (codes, "procedure")):
        if told is None:
            continue
        numbers = {}
        for word in told.words:
            said = words.get(field, {}).get(word, word)
            number = national_number(said) or by_name.get(plain(said))
            if number is None and field == "procedure" and names is not None:
                continue
            numbers[word] = len(meant)
            meant.append(number or said[:200])
        own = told.looked_up(numbers)
        found = np.where(own >= 0, own, found)
    unique: dict[str, int] = {}
    table = np.array([*(unique.setdefault(one, len(unique)) for one in meant), -1], np.int64)
    return Coded(table[found], tuple(unique))


@dataclass(frozen=True)
class Terms:
    """What the catalogue says of every row: the limit (0: none), and whether anything is to be paid (-1: not
    stated); `sectors` by name, -1 where the catalogue does not know the procedure.
    """

    amounts: Ints
    units: Ints
    has_fee: Ints
    sectors: Coded


class Catalogue:
    """The rules of the procedures that a list names."""

    def __init__(self, codes: Collection[str]) -> None:
        self.book: RuleBook = rule_book(codes)

    def terms(self, procedure: Coded, case: Coded, channel: Numbers, received: Moments) -> Terms:
        """Limit, fee and sector of the day of reception."""
        size = len(received)
        amounts, units, fees = (np.zeros(size, np.int64) for _each in range(3))
        fees -= 1
        sectors = np.full(size, -1, np.int64)
        names: dict[str, int] = {}
        days = received.astype("datetime64[D]")
        for rows, rules in self._groups(procedure, case, channel, days):
            limit = rules.limit
            if limit is not None:
                units[rows] = _UNIT_NUMBER[limit.unit]
                amounts[rows] = limit.count if limit.count is not None else 1
            if rules.has_fee is not None:
                fees[rows] = rules.has_fee
            sectors[rows] = names.setdefault(rules.sector, len(names))
        return Terms(amounts, units, fees, Coded(sectors, tuple(names)))

    def _groups(
        self, procedure: Coded, case: Coded, channel: Numbers, days: Moments
    ) -> list[tuple[npt.NDArray[np.intp], RulesOfDay]]:
        """The rows of each version, channel and case, with the rules that hold for them."""
        # Numbers of as few bytes as will do are sorted several times as fast.
        numbers = (procedure.places + 1).astype(np.min_scalar_type(len(procedure.words)))
        order = np.argsort(numbers, kind="stable")
        edges = np.searchsorted(numbers[order], np.arange(1, len(procedure.words) + 2))
        found = []
        for place, word in enumerate(procedure.words):
            versions = self.book.versions.get(national_number(word) or "", ())
            rows = order[edges[place] : edges[place + 1]]
            if not versions or not len(rows):
                continue
            since = np.array([version.since for version in versions], "datetime64[D]")
            version = np.searchsorted(since, days[rows], side="right") - 1
            group = (
                (version * 4 + np.clip(channel[rows], 0, 3)) * (len(case.words) + 1) + case.places[rows] + 1
            )
            for number in np.unique(group[(version >= 0) & ~np.isnat(days[rows])]):
                held = np.flatnonzero(group == number)
                chosen, of_day = rows[held], versions[version[held[0]]]
                rules = self._rules(word, of_day.since, chosen[0], case, channel)
                if rules is not None:
                    found.append((chosen[days[chosen] < _until(of_day.until)], rules))
        return found

    def _rules(self, code: str, on: date, row: int, case: Coded, channel: Numbers) -> RulesOfDay | None:
        named = case.words[case.places[row]] if case.places[row] >= 0 else ""
        return self.book.as_of(code, on, channel=CHANNELS.get(int(channel[row])), case=named)

    def information_only(
        self, procedure: Coded, agency_ids: Ints, days: Moments, chosen: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.intp]:
        """Of some rows those whose procedure offered nothing but information online on that day."""
        informing = {code for (code, _place), levels in self.book.levels.items() if _informs(levels)}
        words = {place for place, word in enumerate(procedure.words) if national_number(word) in informing}
        asked = chosen[np.isin(procedure.places[chosen], list(words))][:_MOST_ONLINE_QUESTIONS]
        return np.array(
            [
                row
                for row in asked.tolist()
                if self._level(procedure.words[procedure.places[row]], days[row], int(agency_ids[row]))
                is OnlineLevel.INFORMATION
            ],
            np.intp,
        )

    def _level(self, code: str, day: np.datetime64, agency_id: int) -> OnlineLevel | None:
        rules = self.book.as_of(code, day.astype("datetime64[D]").astype(object), organisation_id=agency_id)
        return rules.online_level if rules else None


def _until(day: date | None) -> np.datetime64:
    return np.datetime64(day or _FAR, "D")


def _informs(levels: Collection[object]) -> bool:
    return any(getattr(one, "level", None) is OnlineLevel.INFORMATION for one in levels)
