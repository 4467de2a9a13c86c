"""The rules of a day: what a dossier received on it is handled by. Time limit, fee, online level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from openpar.delivery.procedures.codes import national_number
from openpar.delivery.procedures.contents import Limit, Term
from openpar.delivery.procedures.models import Procedure, ProcedureVersion, Provision, VersionTerm
from openpar.delivery.procedures.queries.loading import term_of
from openpar.delivery.procedures.words import Channel, OnlineLevel


@dataclass(frozen=True)
class RulesOfDay:
    """What held for one procedure on one day, in one channel and case.

    `term` is None when the catalogue states neither limit nor fee for them: not stated, never "at once" or
    "free". `is_case_known` is False when a case was asked for that the version does not name, so that `term`
    is the one of every case. `online_level` is that of the agency asked for; None when nothing is recorded.
    """

    procedure_id: int
    version_id: int
    code: str
    name: str
    sector: str
    day: date
    term: Term | None
    is_case_known: bool
    online_level: OnlineLevel | None

    @property
    def limit(self) -> Limit | None:
        """The time limit; None when it is not stated."""
        return self.term.limit if self.term else None

    @property
    def has_fee(self) -> bool | None:
        """Something is to be paid; None when it is not stated."""
        return self.term.has_fee if self.term else None


@dataclass(frozen=True)
class _Version:
    id: int
    name: str
    sector: str
    since: date
    until: date | None
    terms: dict[tuple[str, str], Term]


@dataclass(frozen=True)
class _Level:
    since: date
    until: date | None
    level: OnlineLevel


@dataclass(frozen=True)
class RuleBook:
    """The rules of several procedures on every day, loaded once: asking it costs no query."""

    ids: dict[str, int]
    versions: dict[str, tuple[_Version, ...]]
    levels: dict[tuple[str, int | None], tuple[_Level, ...]]

    def as_of(
        self,
        code: str,
        day: date,
        *,
        channel: Channel | None = None,
        case: str = "",
        organisation_id: int | None = None,
    ) -> RulesOfDay | None:
        """The rules of `day`, the day on which a dossier was received. `code` in either form.

        None when no such procedure was in force. The most exact term counts: channel and case, then the case
        in every channel, then the channel in every case, then the one for everything.
        """
        number = national_number(code)
        version = next(
            (
                one
                for one in self.versions.get(number or "", ())
                if one.since <= day and (one.until is None or day < one.until)
            ),
            None,
        )
        if number is None or version is None:
            return None
        in_channel = str(channel or "")
        wanted = dict.fromkeys([(in_channel, case), ("", case), (in_channel, ""), ("", "")])
        term = next((version.terms[key] for key in wanted if key in version.terms), None)
        return RulesOfDay(
            procedure_id=self.ids[number],
            version_id=version.id,
            code=number,
            name=version.name,
            sector=version.sector,
            day=day,
            term=term,
            is_case_known=not case or any(known == case for _channel, known in version.terms),
            online_level=self._level(number, organisation_id, day),
        )

    def _level(self, number: str, organisation_id: int | None, day: date) -> OnlineLevel | None:
        """What one agency states of itself counts before what is stated of every agency."""
        for place in dict.fromkeys([organisation_id, None]):
            for one in self.levels.get((number, place), ()):
                if one.since <= day and (one.until is None or day < one.until):
                    return one.level
        return None


def rule_book(codes: Collection[str] | None = None) -> RuleBook:
    """The rules of the procedures with these codes (in either form), of all when None; four queries."""
    procedures = Procedure.objects.all()
    if codes is not None:
        numbers = {number for code in codes if (number := national_number(code))}
        procedures = procedures.filter(code__in=numbers)
    ids = dict(procedures.values_list("code", "pk"))
    names = {pk: code for code, pk in ids.items()}
    terms: defaultdict[int, dict[tuple[str, str], Term]] = defaultdict(dict)
    below = VersionTerm.objects.all()
    rows = ProcedureVersion.objects.select_related("sector").order_by("valid_from")
    offers = Provision.objects.order_by("valid_from")
    if codes is not None:
        below = below.filter(version__procedure__in=names)
        rows, offers = rows.filter(procedure__in=names), offers.filter(procedure__in=names)
    for row in below:
        terms[row.version_id][row.channel, row.case] = term_of(row)
    versions: defaultdict[str, list[_Version]] = defaultdict(list)
    for each in rows:
        versions[names[each.procedure_id]].append(
            _Version(each.pk, each.name, each.sector.name, each.valid_from, each.valid_until, terms[each.pk])
        )
    return RuleBook(ids, {code: tuple(found) for code, found in versions.items()}, _levels(offers, names))


def _levels(
    offers: Iterable[Provision], names: dict[int, str]
) -> dict[tuple[str, int | None], tuple[_Level, ...]]:
    levels: defaultdict[tuple[str, int | None], list[_Level]] = defaultdict(list)
    for offer in offers:
        place = (names[offer.procedure_id], offer.organisation_id)
        levels[place].append(_Level(offer.valid_from, offer.valid_until, OnlineLevel(offer.online_level)))
    return {place: tuple(found) for place, found in levels.items()}


def rules_as_of(
    procedure: Procedure | str,
    day: date,
    channel: Channel | None = None,
    case: str = "",
    *,
    organisation_id: int | None = None,
) -> RulesOfDay | None:
    """The rules of one procedure on `day`; see `RuleBook.as_of`. Many at once: `rule_book`."""
    code = procedure if isinstance(procedure, str) else procedure.code
    return rule_book([code]).as_of(code, day, channel=channel, case=case, organisation_id=organisation_id)


def find_procedure(code: str) -> Procedure | None:
    """The procedure of a code in either form; after a merger of provinces other suffixes lead to it too."""
    number = national_number(code)
    return Procedure.objects.filter(code=number).first() if number else None
