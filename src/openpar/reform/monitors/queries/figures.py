"""What the registers feed: numerator, denominator, the list behind, by agency and period; never a rate.

Sums go upwards (`together`). A quarter or an entry that nobody made leaves the figure unknown, which is
not 0, and is named in `missing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.reform.heirs import forerunners_on
from openpar.reform.monitors.law import Counted, FigureDefinition, figure_definitions
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.queries.boards import judged
from openpar.reform.monitors.queries.inherited import Held, held_by
from openpar.reform.monitors.registers import REGISTERS, PeriodOf, Register
from openpar.reform.monitors.rules.base import Standing


@dataclass(frozen=True)
class MonitorFigure:
    """One figure. `outside` is what left the denominator (secret ones), counted apart; `behind` the addresses
    and words of the entries; `missing` what nobody said. A count has no denominator.
    """

    code: str
    title: str
    report: str
    numerator: int | None
    denominator: int | None
    outside: int | None
    behind: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()
    is_count: bool = False

    @property
    def is_known(self) -> bool:
        """Are all of its parts known?"""
        return self.numerator is not None and (self.is_count or self.denominator is not None)


def monitor_figures(organisation_id: int, during: Period) -> tuple[MonitorFigure, ...]:
    """Every figure of one agency in a period, with what it carries on, in the order of the data."""
    return figures_by_agency([organisation_id], during)[organisation_id]


def figures_by_agency(
    organisation_ids: Collection[int],
    during: Period,
    code: str = "",
    register: str = "",
    carried_on: date | None = None,
) -> dict[int, tuple[MonitorFigure, ...]]:
    """The same for many agencies: up to four queries a register. `code` asks for one figure only, `register`
    for those of one register.

    `carried_on`: the day by which it is told who carries on for whom, the last of the period by default.
    """
    day = carried_on or during.until_on
    before = forerunners_on(organisation_ids, day)
    gone = {each.organisation_id for known in before.values() for each in known}
    wanted = [one for one in figure_definitions(register) if code in ("", one.code)]
    found: dict[int, dict[str, MonitorFigure]] = {one: {} for one in organisation_ids}
    for key in dict.fromkeys(one.register for one in wanted):
        found_in = REGISTERS[key]
        entries = _entries(found_in, {*organisation_ids, *gone}, during)
        standings = judged(found_in, entries, during.until_on)
        by_agency = held_by(found_in, entries, before, day)
        for agency in organisation_ids:
            own = by_agency.get(agency, [])
            missing = _missing(found_in, own, during)
            for one in wanted:
                if one.register == key:
                    found[agency][one.code] = _figure(one, found_in, own, standings, missing)
    return {agency: tuple(figures[one.code] for one in wanted) for agency, figures in found.items()}


def together(figures: Iterable[MonitorFigure]) -> MonitorFigure:
    """The figure of several agencies: sums of both sides; unknown as soon as one is. Raises ValueError for
    none, or for figures of several kinds.
    """
    found = tuple(figures)
    if not found or len({one.code for one in found}) > 1:
        raise ValueError("figures of one kind, at least one, are put together")
    return replace(
        found[0],
        numerator=_sum(one.numerator for one in found),
        denominator=_sum(one.denominator for one in found),
        outside=sum(one.outside or 0 for one in found) if found[0].outside is not None else None,
        behind=tuple(link for one in found for link in one.behind),
        missing=tuple(dict.fromkeys(word for one in found for word in one.missing)),
    )


def _sum(figures: Iterable[int | None]) -> int | None:
    found = list(figures)
    known = [one for one in found if one is not None]
    return sum(known) if len(known) == len(found) else None


def _entries(register: Register, organisation_ids: Collection[int], during: Period) -> list[Entry]:
    if register.counted_by:
        # Of each subject what was counted last by the end of the period, whatever was counted afterwards;
        # nothing where just that was taken out of the register again.
        counted = register.model._default_manager.filter(
            organisation_id__in=list(organisation_ids), **{f"{register.counted_by}__lte": during.until_on}
        )
        newest = {
            (one.organisation_id, *(getattr(one, name) for name in register.subject)): one
            for one in counted.order_by(register.counted_by, "revision")
        }
        return [one for one in newest.values() if not one.is_withdrawn]
    narrowed: dict[str, object] = {"organisation_id__in": list(organisation_ids)}
    if register.period is not PeriodOf.NONE:
        narrowed["year"] = during.year
    if register.period is PeriodOf.QUARTER:
        narrowed["quarter__in"] = [one.number for one in quarters_of(during)]
    rows = register.current(**narrowed)
    return list(rows.order_by("organisation_id", *register.subject))


def quarters_of(during: Period) -> tuple[Period, ...]:
    """The quarters that lie within a period of the reform year; none of a month or of a civil year."""
    if during.calendar is not Calendar.REFORM:
        return ()
    quarters = (period(Calendar.REFORM, PeriodKind.QUARTER, during.year, number) for number in range(1, 5))
    return tuple(
        one for one in quarters if during.from_on <= one.from_on and one.until_on <= during.legal_until_on
    )


def _missing(register: Register, entries: Sequence[Held], during: Period) -> tuple[str, ...]:
    if register.period is PeriodOf.QUARTER:
        there = {getattr(one.entry, "quarter", 0) for one in entries}
        return tuple(one.words for one in quarters_of(during) if one.number not in there)
    if entries:
        return ()
    return (_("chưa có mục nào trong sổ “%s”") % register.title,)


def _figure(
    one: FigureDefinition,
    register: Register,
    held: Sequence[Held],
    standings: dict[int, Standing],
    missing: tuple[str, ...],
) -> MonitorFigure:
    entries = [each.entry for each in held]
    above = below = None
    if not missing:
        above = _counted(one.numerator, entries, standings)
        below = _counted(one.denominator, entries, standings)
    less = one.denominator.less
    return MonitorFigure(
        code=one.code,
        title=one.title,
        report=one.report,
        numerator=above,
        denominator=below,
        outside=sum(getattr(entry, name) or 0 for entry in entries for name in less) if less else None,
        behind=tuple((f"/monitors/{register.key}/entries/{each.entry.pk}/", _words(each)) for each in held),
        missing=missing,
        is_count=one.is_count,
    )


def _words(held: Held) -> str:
    return f"{held.entry} ({held.origin.words})" if held.origin else str(held.entry)


@dataclass(frozen=True)
class Ratio:
    """What one entry says for a figure of columns: above, below, and what left the denominator."""

    title: str
    numerator: int | None
    denominator: int | None
    outside: int | None


def ratios_of(register: Register, entry: Entry) -> tuple[Ratio, ...]:
    """The figures that this entry alone gives; those that count entries by their state are left out."""
    found = []
    for one in figure_definitions(register.key):
        if one.numerator.fields and one.denominator.fields:
            less = one.denominator.less
            outside = sum(getattr(entry, name) or 0 for name in less) if less else None
            above, below = _added(entry, one.numerator), _added(entry, one.denominator)
            found.append(Ratio(one.title, above, below, outside))
    return tuple(found)


def _counted(side: Counted, entries: Sequence[Entry], standings: dict[int, Standing]) -> int | None:
    if side.entries:
        return len(entries)
    if side.states:
        return sum(standings[entry.pk].state in side.states for entry in entries)
    told = [_added(entry, side) for entry in entries]
    return _sum(told)


def _added(entry: Entry, side: Counted) -> int | None:
    """The columns of one entry added up: a group that is not there is none; with none at all, unknown."""
    known: list[int] = [value for name in side.fields if (value := getattr(entry, name)) is not None]
    less: list[int] = [getattr(entry, name) or 0 for name in side.less]
    return sum(known) - sum(less) if known else None
