"""What a criterion can be filled from: the figure of an agency for a year, counted now or told before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from openpar.base.facts.owners import QualityWarning, Slice, warnings_about
from openpar.engine.periods import BadPeriod, Period, PeriodKind
from openpar.parindex.indicators.counting import Boards, span_of, tree_day
from openpar.parindex.indicators.definitions import Definition
from openpar.parindex.indicators.figures import Figure, figure_of
from openpar.parindex.indicators.models import IndicatorValue, IndicatorVersion
from openpar.parindex.indicators.queries import figure_of_value, latest_values, version_in
from openpar.parindex.indicators.registers import Listed, listed, register_named


@dataclass(frozen=True)
class Offer:
    """The figure of one indicator and one agency. `value` is the kept value that it is, told by people; None
    for what is counted at this moment, then `facts` are those behind it, or `listed` the lines of a register.
    """

    version: IndicatorVersion
    definition: Definition
    during: Period
    organisation_id: int
    figure: Figure
    value: IndicatorValue | None = None
    facts: Slice | None = None
    listed: Listed | None = None

    def warnings(self) -> tuple[QualityWarning, ...]:
        """What the owner of the dataset says of the facts behind the figure."""
        return warnings_about(self.facts) if self.facts is not None else ()


def offers(
    codes: Iterable[str], organisations: Iterable[int], *, year: int, today: date
) -> dict[tuple[str, int], Offer]:
    """(code, organisation) → what there is for a year, of the indicators that are defined for it and measured
    by the year. As many queries for one agency as for a thousand; nothing is written.
    """
    wanted = list(dict.fromkeys(organisations))
    found = _versions(codes, year)
    told = latest_values([row.pk for row, *_ in found.values()], year, 1, wanted, only_told=True)
    boards: dict[date, Boards] = {}
    offered: dict[tuple[str, int], Offer] = {}
    for code, (row, definition, during) in found.items():
        day = tree_day(during, today)
        register = register_named(definition.dataset)
        counted = listed(register, definition, during, wanted, today) if register else {}
        board = boards.setdefault(day, Boards(day))
        for organisation in wanted:
            said = told.get((row.indicator_id, organisation))
            lines = counted.get(organisation)
            if lines is not None:
                offer = Offer(row, definition, during, organisation, lines.figure, listed=lines)
                offered[code, organisation] = _preferred(offer, said)
            else:
                offered[code, organisation] = _offer(row, definition, during, organisation, board, said)
    return offered


def _versions(codes: Iterable[str], year: int) -> Mapping[str, tuple[IndicatorVersion, Definition, Period]]:
    rows: dict[str, list[IndicatorVersion]] = {}
    for row in IndicatorVersion.objects.filter(indicator__code__in=set(codes)).select_related("indicator"):
        rows.setdefault(row.indicator.code, []).append(row)
    found = {}
    for code, versions in rows.items():
        try:
            version = version_in(versions, code, year)
        except BadPeriod:
            continue
        if version is not None and version[1].period_kind is PeriodKind.YEAR:
            found[code] = version
    return found


def _offer(
    row: IndicatorVersion,
    definition: Definition,
    during: Period,
    organisation: int,
    boards: Boards,
    told: IndicatorValue | None,
) -> Offer:
    counted = figure_of(None, None)
    facts = None
    if definition.is_counted:
        counted = boards.figure(definition, during, organisation)
        if not boards.lacks(definition):
            facts = boards.of(span_of(definition, during)).facts_behind(organisation)
    return _preferred(Offer(row, definition, during, organisation, counted, facts=facts), told)


def _preferred(counted: Offer, told: IndicatorValue | None) -> Offer:
    """What is counted, or what was told where nothing can be counted."""
    if counted.figure.has_numbers or told is None:
        return counted
    return replace(counted, figure=figure_of_value(told), value=told, facts=None, listed=None)
