"""Definitions and values as pages and actions read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.engine.periods import Calendar, Period, PeriodKind
from openpar.parindex.indicators.counting import Boards, span_of, tree_day
from openpar.parindex.indicators.definitions import Definition
from openpar.parindex.indicators.figures import Figure, FigureState
from openpar.parindex.indicators.models import Indicator, IndicatorValue, IndicatorVersion
from openpar.parindex.indicators.permissions import sees_all_values
from openpar.parindex.indicators.registers import RegisterLine, listed, register_named, stored_lines


def definition_of(row: IndicatorVersion, code: str = "") -> Definition:
    """The plain data of a stored version; `code` saves a query when its indicator is not loaded."""
    return Definition(
        code=code or row.indicator.code,
        name=row.name,
        unit=row.unit,
        numerator_label=row.numerator_label,
        denominator_label=row.denominator_label,
        inclusion=row.inclusion,
        legal_source=row.legal_source,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        calendar=Calendar(row.calendar),
        period_kind=PeriodKind(row.period_kind),
        cut_off_month=row.cut_off_month,
        dataset=row.dataset,
        basis=row.basis,
        numerator=tuple(row.numerator),
        denominator=tuple(row.denominator),
        certainty=row.certainty,
    )


def figure_of_value(value: IndicatorValue) -> Figure:
    """The figure that a stored value tells."""
    return Figure(FigureState(value.state), value.numerator, value.denominator, value.note)


def versions_on(day: date, codes: Iterable[str] | None = None) -> dict[str, IndicatorVersion]:
    """code → the version valid on a day, of these indicators or of all; one query."""
    rows = IndicatorVersion.objects.filter(valid_from__lte=day).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    )
    if codes is not None:
        rows = rows.filter(indicator__code__in=list(codes))
    return {row.indicator.code: row for row in rows.select_related("indicator").order_by("indicator__code")}


def known_codes(codes: Iterable[str]) -> frozenset[str]:
    """Those of the codes that some version defines or defined; no query for none."""
    wanted = set(codes)
    if not wanted:
        return frozenset()
    return frozenset(Indicator.objects.filter(code__in=wanted).values_list("code", flat=True))


def version_in(
    rows: Iterable[IndicatorVersion], code: str, year: int, number: int = 1
) -> tuple[IndicatorVersion, Definition, Period] | None:
    """The version of an indicator by which a period is measured: the one valid on its last day; None where
    none is. Raises BadPeriod.
    """
    for row in sorted(rows, key=lambda row: row.valid_from, reverse=True):
        definition = definition_of(row, code)
        during = definition.period(year, number)
        if _is_valid(row, during.legal_until_on):
            return row, definition, during
    return None


def versions_of(indicator: Indicator) -> list[IndicatorVersion]:
    """All versions of an indicator, the oldest first."""
    return list(indicator.versions.select_related("issued_by").order_by("number"))


def latest_values(
    versions: Iterable[int],
    year: int,
    number: int,
    organisations: Iterable[int] | None = None,
    *,
    only_told: bool = False,
) -> dict[tuple[int, int], IndicatorValue]:
    """(indicator, organisation) → the newest value of a period, of the indicators that these versions belong
    to; one query. `only_told`: not those that were computed.
    """
    rows = IndicatorValue.objects.filter(
        version__indicator__versions__in=list(versions), year=year, number=number
    )
    if organisations is not None:
        rows = rows.filter(organisation_id__in=list(organisations))
    if only_told:
        rows = rows.exclude(origin=IndicatorValue.Origin.COMPUTED)
    newest = rows.order_by().values("version__indicator", "organisation").annotate(newest=Max("pk"))
    found = IndicatorValue.objects.filter(pk__in=newest.values("newest"))
    return {
        (value.version.indicator_id, value.organisation_id): value
        for value in found.select_related("version__indicator", "taken_by", "document", "batch")
    }


def visible_values(actor: Actor) -> QuerySet[IndicatorValue]:
    """The values a person may read: of the own agencies, or all for those who oversee."""
    if sees_all_values(actor):
        return IndicatorValue.objects.all()
    return IndicatorValue.objects.filter(organisation_id__in=actor.organisations())


def history_of_value(value: IndicatorValue) -> list[IndicatorValue]:
    """Every value of the same agency, period and indicator, the newest first."""
    rows = IndicatorValue.objects.filter(
        version__indicator_id=value.version.indicator_id,
        organisation_id=value.organisation_id,
        year=value.year,
        number=value.number,
    )
    return list(rows.select_related("version", "taken_by").order_by("-pk"))


# --- the list and one indicator -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ListedIndicator:
    """One line of the list: what is valid on the day, or the last version that was."""

    code: str
    version: IndicatorVersion
    version_count: int
    is_valid: bool


def listed_indicators(day: date, *, search: str = "") -> list[ListedIndicator]:
    """Every indicator in the order of the codes; two queries."""
    by_code: dict[str, list[IndicatorVersion]] = {}
    rows = IndicatorVersion.objects.select_related("indicator").order_by("indicator__code", "number")
    for row in rows:
        by_code.setdefault(row.indicator.code, []).append(row)
    wanted = search.strip().casefold()
    found = []
    for code, versions in by_code.items():
        valid = [row for row in versions if _is_valid(row, day)]
        shown = (valid or versions)[-1]
        if not wanted or wanted in code or wanted in shown.name.casefold():
            found.append(ListedIndicator(code, shown, len(versions), bool(valid)))
    return found


def _is_valid(row: IndicatorVersion, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or day < row.valid_until)


@dataclass(frozen=True)
class AgencyValue:
    """What is known of one agency in a period: the newest value kept, and what is counted now."""

    organisation_id: int
    name: str
    value: IndicatorValue | None
    kept: Figure | None
    counted: Figure | None

    @property
    def has_changed(self) -> bool:
        """Was a computed value kept, and would it be another one now?"""
        return (
            self.value is not None
            and self.value.origin == IndicatorValue.Origin.COMPUTED
            and self.kept is not None
            and self.counted is not None
            and not self.kept.is_same(self.counted)
        )


def values_by_agency(
    row: IndicatorVersion, during: Period, actor: Actor, today: date
) -> tuple[AgencyValue, ...]:
    """The agencies of which a value was kept or something is counted, in the order of their names; as far as
    the person may see. As many queries for one agency as for all.
    """
    definition = definition_of(row)
    seen = None if sees_all_values(actor) else actor.organisations()
    kept = {
        organisation: value
        for (_indicator, organisation), value in latest_values(
            [row.pk], during.year, during.number, seen
        ).items()
    }
    tree_on = tree_day(during, today)
    counted = _counted_now(definition, during, tree_on, today)
    wanted = {*kept, *counted} if seen is None else {*kept, *seen}
    names = names_on(wanted, tree_on)
    found = [
        AgencyValue(
            organisation_id=organisation,
            name=names.get(organisation, _("Đơn vị %d") % organisation),
            value=kept.get(organisation),
            kept=figure_of_value(kept[organisation]) if organisation in kept else None,
            counted=counted.get(organisation),
        )
        for organisation in wanted
        if organisation in names or organisation in kept
    ]
    return tuple(sorted(found, key=lambda one: (one.name, one.organisation_id)))


def _counted_now(definition: Definition, during: Period, tree_on: date, today: date) -> dict[int, Figure]:
    if not definition.is_counted:
        return {}
    register = register_named(definition.dataset)
    if register is None:
        return figures_now(definition, during, Boards(tree_on))
    everybody = OrganisationVersion.objects.as_of(tree_on).values_list("organisation_id", flat=True)
    found = listed(register, definition, during, list(everybody), today)
    return {organisation: one.figure for organisation, one in found.items() if one.figure.has_numbers}


def figures_now(definition: Definition, during: Period, boards: Boards) -> dict[int, Figure]:
    """organisation → what is counted now, of the organisations that have facts; nothing when the dataset
    cannot answer.
    """
    if boards.lacks(definition):
        return {}
    board = boards.of(span_of(definition, during))
    return {
        organisation: board.figure(definition, organisation)
        for organisation in board.nodes
        if board.has_facts_of(organisation)
    }


@dataclass(frozen=True)
class Recount:
    """A computed value beside what the same definition gives now over the same tree."""

    then: Figure
    now: Figure
    parts_then: Mapping[str, int]
    parts_now: Mapping[str, int]
    # Of a register: the lines that were counted, and those that are counted now.
    lines_then: tuple[RegisterLine, ...] = ()
    lines_now: tuple[RegisterLine, ...] = ()

    @property
    def has_changed(self) -> bool:
        return not self.then.is_same(self.now) or self.lines_then != self.lines_now

    @property
    def differing(self) -> tuple[tuple[str, int, int], ...]:
        """The counts that are no longer what they were: name, then, now."""
        names = dict.fromkeys((*self.parts_then, *self.parts_now))
        pairs = ((name, self.parts_then.get(name, 0), self.parts_now.get(name, 0)) for name in names)
        return tuple((name, then, now) for name, then, now in pairs if then != now)


def recounted(
    value: IndicatorValue, boards: Boards | None = None, *, today: date | None = None
) -> Recount | None:
    """A computed value counted anew by its own definition and tree; None for values that were not computed.
    `today` says how far registers are counted; without, as far as they were for the value.

    Its version and indicator must be loaded. `boards` of the day of its tree may be shared by several values.
    """
    if value.origin != IndicatorValue.Origin.COMPUTED or value.tree_on is None:
        return None
    definition = definition_of(value.version)
    during = definition.period(value.year, value.number)
    register = register_named(definition.dataset)
    if register is not None:
        unit = value.organisation_id
        one = listed(register, definition, during, [unit], today or value.tree_on)[unit]
        then = stored_lines(value.lines)
        return Recount(figure_of_value(value), one.figure, dict(value.parts), one.parts, then, one.lines)
    boards = boards or Boards(value.tree_on)
    now = boards.figure(definition, during, value.organisation_id)
    parts = {}
    if now.has_numbers:
        parts = boards.of(span_of(definition, during)).parts(definition, value.organisation_id)
    return Recount(figure_of_value(value), now, dict(value.parts), parts)
