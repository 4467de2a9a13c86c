"""The board of findings: what is asked for, and counts by field and by agency that lead to lists."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Max, Q, QuerySet

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.text import fold, sort_key
from openpar.engine.numbers import ZERO, add, total_of
from openpar.reform.findings.lateness import OWED, overdue_on
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.findings.queries.visibility import visible_findings

Key = TypeVar("Key", bound=Hashable)

# Beside the states of a finding, what people ask for: still owed, overdue, found again.
OWED_WORD, OVERDUE_WORD = "owed", "overdue"


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed by; an empty value narrows nothing. `state`: one, OWED_WORD or OVERDUE_WORD."""

    year: int | None = None
    field: str = ""
    organisation_id: int | None = None
    state: str = ""
    found_by: str = ""
    code: str = ""
    is_recurring: bool = False
    search: str = ""


def findings_asked(actor: Actor, asked: Asked, today: date) -> QuerySet[Finding]:
    """What the person may see of what was asked for, the newest first."""
    found = visible_findings(actor)
    wanted = Q()
    if asked.year is not None:
        wanted &= Q(year=asked.year)
    for name in ("field", "organisation_id", "found_by", "code"):
        value = getattr(asked, name)
        if value:
            wanted &= Q((name, value))
    if asked.is_recurring:
        wanted &= ~Q(earlier_years="")
    if asked.search.strip():
        folded = fold(asked.search)
        wanted &= (
            Q(text_folded__contains=folded)
            | Q(leaf_code=asked.search.strip())
            | Q(unit__name_folded__contains=folded)
        )
    return found.filter(wanted & _of_state(asked.state, today))


def _of_state(state: str, today: date) -> Q:
    if state == OVERDUE_WORD:
        return overdue_on(today)
    if state == OWED_WORD:
        return Q(state__in=[str(one) for one in OWED])
    return Q(state=state) if state in FindingState.values else Q()


@dataclass
class Tally:
    """How many findings of something stand where, and the points in those not closed.

    `points`: what published results lost. `at_stake`: what the lines that other findings name may lose, each
    line of a unit once, and none that has lost points already.
    """

    total: int = 0
    owed: int = 0
    overdue: int = 0
    reported: int = 0
    closed: int = 0
    recurring: int = 0
    points: Decimal = field(default=ZERO)
    _stakes: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    _lost: set[tuple[int, str]] = field(default_factory=set)

    @property
    def at_stake(self) -> Decimal:
        return total_of(points for line, points in self._stakes.items() if line not in self._lost)

    def count(self, line: _Line, today: date) -> None:
        self.total += 1
        self.recurring += bool(line.earlier_years)
        if line.state == FindingState.CLOSED:
            self.closed += 1
        else:
            self._weigh(line)
        self.reported += line.state == FindingState.REPORTED
        if line.state in OWED:
            self.owed += 1
            self.overdue += line.deadline is not None and line.deadline < today

    def _weigh(self, line: _Line) -> None:
        named = (line.organisation_id, line.leaf_key or line.leaf_text)
        if line.found_by == FoundBy.APPRAISAL and line.source_id is not None:
            self.points = add(self.points, line.points or ZERO)
            self._lost.add(named)
        elif line.points is not None:
            self._stakes[named] = max(line.points, self._stakes.get(named, ZERO))


@dataclass(frozen=True)
class _Line:
    organisation_id: int
    field: str
    state: str
    deadline: date | None
    points: Decimal | None
    earlier_years: str
    found_by: str
    source_id: int | None
    leaf_key: str
    leaf_text: str


@dataclass(frozen=True)
class AgencyTally:
    """The tally of one agency, with its name of today."""

    organisation_id: int
    name: str
    tally: Tally


@dataclass(frozen=True)
class Counted:
    """All that was asked for, by field and by agency (in the order of names)."""

    whole: Tally
    by_field: tuple[tuple[str, Tally], ...]
    by_agency: tuple[AgencyTally, ...]


_COLUMNS = (
    *("organisation_id", "field", "state", "deadline", "points_at_stake", "earlier_years"),
    *("found_by", "source_id", "leaf_key", "leaf_text"),
)


def counted(findings: QuerySet[Finding], today: date) -> Counted:
    """Two queries, however many findings and agencies there are."""
    lines = [_Line(*row) for row in findings.order_by().values_list(*_COLUMNS)]
    agencies = _by(lines, lambda line: line.organisation_id, today)
    names = names_on(agencies, today)
    by_agency = [AgencyTally(one, names.get(one, ""), tally) for one, tally in agencies.items()]
    whole = Tally()
    for line in lines:
        whole.count(line, today)
    return Counted(
        whole=whole,
        by_field=tuple(sorted(_by(lines, lambda line: line.field, today).items())),
        by_agency=tuple(sorted(by_agency, key=lambda one: sort_key(one.name))),
    )


def _by(lines: Iterable[_Line], key: Callable[[_Line], Key], today: date) -> dict[Key, Tally]:
    tallies: dict[Key, Tally] = {}
    for line in lines:
        tallies.setdefault(key(line), Tally()).count(line, today)
    return tallies


def years_seen(actor: Actor) -> tuple[int, ...]:
    """The years with a finding the person may see, the newest first."""
    years = visible_findings(actor).order_by().values_list("year", flat=True).distinct()
    return tuple(sorted(years, reverse=True))


def last_year(actor: Actor) -> int | None:
    """The newest year with a finding the person may see."""
    newest: int | None = visible_findings(actor).aggregate(newest=Max("year"))["newest"]
    return newest


def agencies_seen(actor: Actor, year: int | None, today: date) -> tuple[tuple[int, str], ...]:
    """The agencies with a finding the person may see in a year (None: any), in the order of names."""
    found = visible_findings(actor)
    if year is not None:
        found = found.filter(year=year)
    ids = set(found.order_by().values_list("organisation_id", flat=True).distinct())
    names = names_on(ids, today)
    return tuple(sorted(((one, names.get(one, "")) for one in ids), key=lambda each: sort_key(each[1])))
