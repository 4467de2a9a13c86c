"""The index for a period as pages read it: every agency, one agency, its months, against the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import TreeNode, names_on, tree_as_of
from openpar.common.text import sort_key
from openpar.delivery.service_quality.models import Origin
from openpar.delivery.service_quality.periods import IndexPeriod, months_up_to
from openpar.delivery.service_quality.queries.inputs import (
    ByAgency,
    Known,
    end_of,
    figures_known,
    figures_of_periods,
    known_inputs,
    origins_known,
    portal_points,
)
from openpar.delivery.service_quality.rollup import Rolled, Sum, rolled, rolled_up
from openpar.delivery.service_quality.sets import set_of
from openpar.engine.numbers import ZERO, total_of
from openpar.engine.qd766 import IndicatorScore, IndicatorSet, ServiceIndex
from openpar.engine.ranking import Place, rank

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class BoardRow:
    """One organisation with everything below it; `place` among those of its block, None for a roll-up."""

    organisation_id: int
    name: str
    block: str
    rolled: Rolled
    place: Place | None
    has_others: bool

    @property
    def index(self) -> ServiceIndex:
        return self.rolled.index


@dataclass(frozen=True)
class Board:
    """A period: the set it is judged by, the agencies, the organisations that stand above agencies.

    `indicators` is None where no version holds on the last day of the period. `outside` have figures and are
    not in the tree of that day: readable, and added to nobody.
    """

    period: IndexPeriod
    indicators: IndicatorSet | None
    agencies: tuple[BoardRow, ...] = ()
    above: tuple[BoardRow, ...] = ()
    outside: tuple[str, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)


def board(period: IndexPeriod, *, known_on: date | None = None) -> Board:
    """The board as it is now, or as it was known by the end of a day; some four queries for any number."""
    indicators = set_of(period.until_on)
    if indicators is None:
        return Board(period, None)
    tree = tree_as_of(period.until_on)
    nodes = [node for root in tree for node in root.all()]
    scored = scored_agencies(period.until_on)
    own = _judged(figures_known(period, before=end_of(known_on)), indicators)
    found = rolled_up(indicators, own, tree, scored)
    names = {node.organisation_id: node.name for node in nodes}
    rows = [_row(node, found[node.organisation_id]) for node in nodes if node.organisation_id in found]
    is_agency = {row.organisation_id: row.organisation_id in scored or not row.has_others for row in rows}
    agencies = _ranked([row for row in rows if is_agency[row.organisation_id]])
    gone = [one for one in own if one not in names]
    return Board(
        period=period,
        indicators=indicators,
        agencies=agencies,
        above=tuple(row for row in rows if not is_agency[row.organisation_id]),
        outside=tuple(sorted(names_on(gone, period.until_on).values(), key=sort_key)),
        names=names,
    )


def scored_agencies(day: date) -> frozenset[int]:
    """Who has to have figures on a day: those that are assessed. One query."""
    versions = OrganisationVersion.objects.as_of(day).filter(is_scored=True)
    return frozenset(versions.values_list("organisation_id", flat=True))


def _judged(figures: ByAgency, indicators: IndicatorSet) -> ByAgency:
    """Without what was said of indicators that the version of the period does not have."""
    known = {one.id for one in indicators.indicators()}
    return {
        agency: {name: said for name, said in of_agency.items() if name in known}
        for agency, of_agency in figures.items()
    }


def _row(node: TreeNode, found: Rolled) -> BoardRow:
    others = {one for each in found.sums.values() for one in (*each.added, *each.missing)}
    has_others = bool(others - {node.organisation_id})
    return BoardRow(node.organisation_id, node.name, node.block, found, None, has_others)


def _ranked(rows: Sequence[BoardRow]) -> tuple[BoardRow, ...]:
    """Each with its place among those of its block, by points; without points without a place."""
    places: dict[int, Place] = {}
    for block in {row.block for row in rows}:
        values = {row.organisation_id: row.index.points for row in rows if row.block == block}
        places |= rank(values)
    ranked = [replace(row, place=places.get(row.organisation_id)) for row in rows]
    return tuple(sorted(ranked, key=lambda row: sort_key(row.name)))


@dataclass(frozen=True)
class Line:
    """One indicator of one agency: points and sentence, the sum, the agency's own words about it.

    `origin`: where everything in the sum comes from; None where it comes from several, or there is nothing.
    """

    score: IndicatorScore
    sum: Sum
    own: Known | None
    group: str
    origin: Origin | None = None

    @property
    def lost(self) -> Decimal | None:
        """Points not earned of those possible; None where there are none to be earned."""
        if not self.score.indicator.is_scored:
            return None
        if self.score.points is not None:
            return self.score.indicator.maximum - self.score.points
        return self.score.indicator.maximum if self.score.is_waiting else None


@dataclass(frozen=True)
class AgencyIndex:
    """One organisation for a period: its lines in the order of the set, names of everybody concerned."""

    organisation_id: int
    name: str
    period: IndexPeriod
    indicators: IndicatorSet
    rolled: Rolled
    lines: tuple[Line, ...]
    names: Mapping[int, str]
    has_others: bool

    @property
    def index(self) -> ServiceIndex:
        return self.rolled.index

    @property
    def lost_first(self) -> tuple[Line, ...]:
        """Those that lose most first; what is only shown, and what does not apply, last."""
        return tuple(
            sorted(self.lines, key=lambda line: line.lost if line.lost is not None else -1, reverse=True)
        )

    @property
    def lost(self) -> Decimal:
        """All points that are lost or still waited for."""
        return total_of(line.lost or ZERO for line in self.lines)


def agency_index(
    organisation_id: int, period: IndexPeriod, *, known_on: date | None = None
) -> AgencyIndex | None:
    """One organisation with everything below it; None without a set, or when it did not exist that day."""
    indicators = set_of(period.until_on)
    tree = tree_as_of(period.until_on)
    node = node_of(tree, organisation_id)
    if indicators is None or node is None:
        return None
    before = end_of(known_on)
    inside = [one.organisation_id for one in node.all()]
    own = _judged(figures_known(period, before=before, only=inside), indicators)
    found = rolled(indicators, own, inside, scored_agencies(period.until_on))
    words = known_inputs(period, organisation_id, before=before)
    names = {one.organisation_id: one.name for one in node.all()}
    origins = origins_known(period, before=before, only=inside)

    def origin_of(indicator: str) -> Origin | None:
        several = {origins[one][indicator] for one in found.sums[indicator].added}
        return several.pop() if len(several) == 1 else None

    lines = tuple(
        Line(
            score,
            found.sums[score.indicator.id],
            words.get(score.indicator.id),
            of_group.group.name,
            origin_of(score.indicator.id),
        )
        for of_group in found.index.groups
        for score in of_group.lines
    )
    others = _row(node, found).has_others
    return AgencyIndex(organisation_id, node.name, period, indicators, found, lines, names, others)


def node_of(tree: Iterable[TreeNode], organisation_id: int) -> TreeNode | None:
    """An organisation in a tree."""
    return next(
        (node for root in tree for node in root.all() if node.organisation_id == organisation_id), None
    )


@dataclass(frozen=True)
class MonthPoints:
    """The total of one month; None without a set, without the organisation, or without points."""

    period: IndexPeriod
    index: ServiceIndex | None


def history(
    organisation_id: int, last: IndexPeriod, *, known_on: date | None = None, count: int = MONTHS_SHOWN
) -> tuple[MonthPoints, ...]:
    """The months up to the one in which `last` ends, each by the set and the tree of its own last day."""
    months = months_up_to(last, count)
    known = figures_of_periods(months, before=end_of(known_on))
    found = []
    for month in months:
        indicators = set_of(month.until_on)
        # A month nobody has said anything of needs no tree.
        if indicators is None or not known[month]:
            found.append(MonthPoints(month, None))
            continue
        node = node_of(tree_as_of(month.until_on), organisation_id)
        inside = [one.organisation_id for one in node.all()] if node else []
        own = _judged({one: known[month][one] for one in inside if one in known[month]}, indicators)
        has_any = bool(own)
        index = rolled(indicators, own, inside, ()).index if has_any else None
        found.append(MonthPoints(month, index))
    return tuple(found)


@dataclass(frozen=True)
class Difference:
    """Points of the portal that are not ours; `line` is ours where one indicator is meant."""

    organisation_id: int
    name: str
    code: str
    title: str
    portal: Decimal | None
    ours: Decimal | None
    line: IndicatorScore | None
    sum: Sum | None

    @property
    def by(self) -> Decimal | None:
        """The portal's less ours; None where one of them has none."""
        return None if self.portal is None or self.ours is None else self.portal - self.ours


@dataclass(frozen=True)
class Comparison:
    """A period against the portal: how many points were compared, of how many agencies, what differs."""

    compared: int
    agencies: int
    differences: tuple[Difference, ...]


def compared_with_portal(period: IndexPeriod, found: Board) -> Comparison:
    """Differences beyond the tolerance of the set, the greatest first; points of one side only among them."""
    if found.indicators is None:
        return Comparison(0, 0, ())
    theirs = portal_points(period)
    rows = {row.organisation_id: row for row in (*found.agencies, *found.above)}
    names = names_on([one for one in theirs if one not in rows], period.until_on)
    differences = []
    for organisation_id, by_code in theirs.items():
        row = rows.get(organisation_id)
        name = row.name if row else names.get(organisation_id, "")
        for code, points in by_code.items():
            one = _difference(organisation_id, name, code, points, row, found.indicators)
            if _is_beyond(one, found.indicators.tolerance):
                differences.append(one)
    differences.sort(key=lambda one: (one.by is not None, -abs(one.by or ZERO), sort_key(one.name), one.code))
    return Comparison(sum(map(len, theirs.values())), len(theirs), tuple(differences))


def _is_beyond(one: Difference, tolerance: Decimal) -> bool:
    if one.portal is None and one.ours is None:
        return False
    return one.by is None or abs(one.by) > tolerance


def _difference(
    organisation_id: int,
    name: str,
    code: str,
    points: Decimal | None,
    row: BoardRow | None,
    indicators: IndicatorSet,
) -> Difference:
    title = next((group.name for group in indicators.groups if group.id == code), "")
    line, sum_of = None, None
    ours = row.index.points if row and not code else None
    if row and code:
        ours = next((each.points for each in row.index.groups if each.group.id == code), None)
    if any(one.id == code for one in indicators.indicators()):
        title = next(one.name for one in indicators.indicators() if one.id == code)
        if row:
            line, sum_of = row.index.line(code), row.rolled.sums[code]
            ours = line.points
    return Difference(organisation_id, name, code, title, points, ours, line, sum_of)
