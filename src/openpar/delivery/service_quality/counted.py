"""Figures that nobody has to type: counted from the dossiers and from the catalogue of procedures.

What is counted from the dossiers, and by which counts, says of_dossiers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.facts.counters import Counters
from openpar.base.facts.counting import board
from openpar.base.facts.declarations import AGENCY
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Organisation
from openpar.delivery.dossiers.declarations import AGENCIES, DATASET, RECEIVED
from openpar.delivery.dossiers.queries.met import Met, procedures_met
from openpar.delivery.procedures.models import ProcedureVersion
from openpar.delivery.procedures.queries.duties import Publishing, publishing_during
from openpar.delivery.procedures.queries.standing import Contents, contents_on, standing_of
from openpar.delivery.service_quality.models import Origin
from openpar.delivery.service_quality.of_dossiers import FROM_DOSSIERS
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.delivery.service_quality.rows import Given, given

PUBLISHED, UPLOADED = "1.1", "1.2"
COMPLETE, ONLINE, MET, PAYABLE, PAID = "1.3", "3.1", "3.2", "3.4", "3.5"
# Whose figures are numbers of procedures: each has its list (`procedures_behind`).
OF_PROCEDURES = frozenset({PUBLISHED, UPLOADED, COMPLETE, ONLINE, MET, PAYABLE, PAID})
COUNTED = frozenset({*FROM_DOSSIERS, *OF_PROCEDURES})


@dataclass(frozen=True)
class Count:
    """One figure as it was counted, and what should be known when it is read."""

    given: Given
    origin: Origin
    remark: str = ""


ByIndicator = dict[str, Count]


def counted_figures(period: IndexPeriod, agencies: Iterable[int], today: date) -> dict[int, ByIndicator]:
    """What can be counted for some agencies, as far as `today`; who has nothing to be counted is left out.

    Some ten queries for all dossiers and contents, five an agency for its procedures.
    """
    wanted = list(agencies)
    found: dict[int, ByIndicator] = {one: {} for one in wanted}
    for organisation_id, figures in dossier_figures(period).items():
        if organisation_id in found:
            found[organisation_id].update(figures)
    around = around_procedures(period, today)
    for organisation_id in wanted:
        found[organisation_id].update(procedure_figures(organisation_id, around))
    return {one: figures for one, figures in found.items() if figures}


def dossier_figures(period: IndexPeriod) -> dict[int, ByIndicator]:
    """By agency, for whoever received a dossier in the period: who received none has nothing to be judged by.

    Nothing at all while there is no dataset of dossiers.
    """
    first, last = period.months
    try:
        counters = board(DATASET, basis=RECEIVED, first=first, last=last)
    except UnknownDataset:
        return {}
    keys = values_in(AGENCIES)
    ids = dict(Organisation.objects.filter(key__in=keys.values()).values_list("key", "pk"))
    agencies = counters.cells[AGENCY].tolist()
    return {
        ids[keys[agency]]: _of_counters(counters, place)
        for place, agency in enumerate(agencies)
        if keys.get(agency) in ids
    }


def _of_counters(counters: Counters, place: int) -> ByIndicator:
    def at(count: str) -> Decimal:
        return Decimal(int(counters[count][place]))

    return {
        name: Count(given(at(above), at(below)), Origin.DOSSIERS)
        for name, (above, below) in FROM_DOSSIERS.items()
        if {above, below} <= counters.counts.keys()
    }


@dataclass(frozen=True)
class Around:
    """What holds for every agency of a period: the day of the catalogue, contents, procedures asked for, and
    how those of the decisions of the period were published.
    """

    day: date
    contents: Contents
    met: Mapping[int, Met]
    publishing: Mapping[int, Publishing]


def around_procedures(period: IndexPeriod, today: date) -> Around:
    """As of the last day of the period, or of `today` before that."""
    day = min(period.until_on, today)
    publishing = publishing_during(period.from_on, period.until_on, today)
    return Around(day, contents_on(day), procedures_met(period.days), publishing)


@dataclass(frozen=True)
class Parts:
    """The procedures above and below the line of one indicator, by their ids."""

    above: frozenset[int]
    below: frozenset[int]
    origin: Origin
    # What is not recorded, so that it stands below the line only.
    remark: str = ""


def procedure_figures(organisation_id: int, around: Around) -> ByIndicator:
    """Of the procedures that an agency handles on a day; nothing where it handles none, or where nothing is
    recorded of what is counted. Of some not recorded the remark tells.
    """
    return {
        name: Count(given(Decimal(len(parts.above)), Decimal(len(parts.below))), parts.origin, parts.remark)
        for name, parts in procedure_parts(organisation_id, around).items()
    }


def procedure_parts(organisation_id: int, around: Around) -> dict[str, Parts]:
    """The sets behind those figures, by indicator."""
    found = dict(_publishing_parts(around.publishing.get(organisation_id)))
    standing = standing_of(organisation_id, around.day)
    handled = standing.handled
    if not handled:
        return found
    if blank := handled & around.contents.blank:
        remark = _("%d thủ tục chưa nhập nội dung") % len(blank)
    else:
        remark = ""
    if blank != handled:
        complete = handled & around.contents.complete
        found[COMPLETE] = Parts(complete, handled, Origin.PROCEDURES, remark)
    if not standing.stated:
        return found
    unknown = len(handled - standing.stated)
    remark = _("%d thủ tục chưa ghi mức cung cấp trực tuyến") % unknown if unknown else ""
    found[ONLINE] = Parts(standing.online, handled, Origin.PROCEDURES, remark)
    found[PAYABLE] = Parts(standing.payable, standing.with_fee, Origin.PROCEDURES, remark)
    # Whose dossiers nobody told of: not one asked for is not known.
    met = around.met.get(organisation_id)
    if met is not None:
        found[MET] = Parts(standing.online & met.online, standing.online, Origin.DOSSIERS, remark)
        found[PAID] = Parts(standing.with_fee & met.paid, standing.with_fee, Origin.DOSSIERS)
    return found


def _publishing_parts(publishing: Publishing | None) -> Iterator[tuple[str, Parts]]:
    if publishing is not None and publishing.published:
        in_time = publishing.published - publishing.published_late
        yield PUBLISHED, Parts(in_time, publishing.published, Origin.PROCEDURES)
    if publishing is not None and publishing.uploaded:
        in_time = publishing.uploaded - publishing.uploaded_late
        yield UPLOADED, Parts(in_time, publishing.uploaded, Origin.PROCEDURES)


@dataclass(frozen=True)
class ProcedureBehind:
    """One procedure of the denominator; `is_above`: it stands in the numerator too."""

    id: int
    code: str
    name: str
    is_above: bool


def procedures_behind(
    indicator: str, period: IndexPeriod, organisation_id: int, day: date
) -> tuple[ProcedureBehind, ...] | None:
    """The procedures below the line of an indicator as they stand on a day, those that are not above first.

    None for an indicator that is not counted of procedures, and where nothing can be counted.
    """
    if indicator not in OF_PROCEDURES:
        return None
    around = around_procedures(period, day)
    parts = procedure_parts(organisation_id, around).get(indicator)
    if parts is None:
        return None
    # What a decision ends or begins later has no version on the day: the nearest one names it.
    versions = ProcedureVersion.objects.filter(procedure__in=parts.below).select_related("procedure")
    nearest: dict[int, ProcedureVersion] = {}
    for one in versions.order_by("valid_from"):
        if one.procedure_id not in nearest or one.valid_from <= around.day:
            nearest[one.procedure_id] = one
    rows = [
        ProcedureBehind(one.procedure_id, one.procedure.full_code, one.name, one.procedure_id in parts.above)
        for one in sorted(nearest.values(), key=lambda one: (one.name_sort, one.pk))
    ]
    return tuple(sorted(rows, key=lambda row: row.is_above))
