"""Counts of the catalogue on a day: form II.07b, and how much is offered online."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap
from openpar.common.text import sort_key
from openpar.delivery.procedures.levels import counts_as
from openpar.delivery.procedures.models import ProcedureVersion, Provision, VersionAgency, VersionTerm
from openpar.delivery.procedures.queries.listing import offers_on
from openpar.delivery.procedures.words import ORGANISATION_KINDS, AgencyKind, FeeKind, Level, OnlineLevel


@dataclass
class ByLevel:
    """A number of procedures at each level; one that is handled at two levels counts at both."""

    province: int = 0
    district: int = 0
    commune: int = 0

    @property
    def total(self) -> int:
        """The sum over the levels, as the form wants it: total = province + district + commune."""
        return self.province + self.district + self.commune

    def add(self, version: ProcedureVersion) -> None:
        self.province += version.at_province
        self.district += version.at_district
        self.commune += version.at_commune


@dataclass
class FormRow:
    """One row of form II.07b: in all, at the one-stop, with an internal workflow; each by level."""

    label: str
    organisation_id: int | None = None
    total: ByLevel = field(default_factory=ByLevel)
    one_stop: ByLevel = field(default_factory=ByLevel)
    workflow: ByLevel = field(default_factory=ByLevel)

    def gaps(self) -> list[Gap]:
        """The equations of the form that do not hold: one-stop ≤ total, workflows = one-stop."""
        found = []
        for level in Level:
            name = level.value.lower()
            total, stop, flow = (getattr(each, name) for each in (self.total, self.one_stop, self.workflow))
            where = f"{self.label}, {level.label}"
            if stop > total:
                what = _("%(part)d thủ tục tại Một cửa, nhiều hơn tổng số %(total)d")
                found.append(Gap(where, what % {"part": stop, "total": total}, code="one-stop-above-total"))
            if flow != stop:
                what = _("%(flow)d quy trình nội bộ, khác %(stop)d thủ tục tại Một cửa")
                remedy = _("Mỗi thủ tục tại Một cửa cần một quy trình nội bộ")
                figures = {"flow": flow, "stop": stop}
                found.append(Gap(where, what % figures, remedy, code="workflow-differs"))
        return found


@dataclass(frozen=True)
class Form07b:
    """Form II.07b/VPCP/KSTT of a day: a row an agency, and the sum of the rows.

    A procedure stands in the row of the agency that leads it. `at_two_levels` tells how many procedures count
    at more than one level, by which the total exceeds the number of procedures.
    """

    day: date
    rows: tuple[FormRow, ...]
    total: FormRow
    procedures: int
    at_two_levels: int
    gaps: tuple[Gap, ...]


def form_07b(day: date) -> Form07b:
    """The counts of a day; four queries."""
    versions = list(ProcedureVersion.objects.as_of(day).select_related("procedure"))
    leads = {
        row.version_id: row
        for row in VersionAgency.objects.filter(version__in=versions).order_by("-position")
    }
    names = names_on({row.organisation_id for row in leads.values() if row.organisation_id}, day)
    offers = offers_on(day, [version.procedure_id for version in versions])
    rows: dict[object, FormRow] = {}
    total = FormRow(_("Tổng số"))
    for version in versions:
        row = _row_of(leads.get(version.pk), rows, names)
        offer = offers.get(version.procedure_id)
        for each in (row, total):
            each.total.add(version)
            if offer and offer.at_one_stop:
                each.one_stop.add(version)
            if offer and offer.has_internal_workflow:
                each.workflow.add(version)
    listed = tuple(sorted(rows.values(), key=lambda row: (row.organisation_id is None, sort_key(row.label))))
    return Form07b(
        day=day,
        rows=listed,
        total=total,
        procedures=len(versions),
        at_two_levels=sum(len(version.levels) > 1 for version in versions),
        gaps=tuple(gap for row in (*listed, total) for gap in row.gaps()),
    )


# The columns of form II.07b, before they are told apart by level.
COLUMNS = ("procedures", "at_one_stop", "workflows")


def versions_counted(day: date, column: str, organisation_id: int) -> list[int]:
    """The versions that a column of form II.07b counts for an agency: of what it leads itself, and what every
    agency of its kind leads.
    """
    here = OrganisationVersion.objects.as_of(day).filter(organisation=organisation_id).first()
    kinds = {kind.value for kind, members in ORGANISATION_KINDS.items() if here and here.kind in members}
    leads = {
        row.version_id: row
        for row in VersionAgency.objects.filter(version__in=ProcedureVersion.objects.as_of(day)).order_by(
            "-position"
        )
    }
    own = [
        version_id
        for version_id, lead in leads.items()
        if lead.organisation_id == organisation_id or (lead.organisation_id is None and lead.kind in kinds)
    ]
    if column == COLUMNS[0]:
        return own
    procedures = dict(ProcedureVersion.objects.filter(pk__in=own).values_list("pk", "procedure_id"))
    offers = offers_on(day, procedures.values())
    name = "at_one_stop" if column == COLUMNS[1] else "has_internal_workflow"
    return [pk for pk, procedure in procedures.items() if getattr(offers.get(procedure), name, False)]


def levels_counted(versions: QuerySet[ProcedureVersion]) -> int:
    """How many there are when each counts once at every level that handles it."""
    flags = ("at_province", "at_district", "at_commune")
    counted = versions.order_by().aggregate(
        **{f"n_{flag}": Count("pk", filter=Q(**{flag: True})) for flag in flags}
    )
    return sum(counted.values())


def _row_of(lead: VersionAgency | None, rows: dict[object, FormRow], names: dict[int, str]) -> FormRow:
    if lead is None:
        return rows.setdefault("", FormRow(_("Chưa nêu cơ quan thực hiện")))
    if lead.organisation_id is not None:
        known = lead.organisation_id
        return rows.setdefault(known, FormRow(names.get(known, ""), known))
    return rows.setdefault(lead.kind, FormRow(str(AgencyKind(lead.kind).label)))


@dataclass(frozen=True)
class OnlineCounts:
    """How much of what is in force on a day is offered online; every figure is a number of procedures.

    `unknown`: nothing is recorded of how they are offered, which is not "information only".
    """

    total: int
    full: int
    partial: int
    information: int
    unknown: int
    on_national_portal: int
    any_place: int
    # Procedures for which something is to be paid, and how many of them can be paid online.
    with_fee: int
    paid_online: int


def online_counts(day: date, *, organisation_id: int | None = None) -> OnlineCounts:
    """The counts of the whole catalogue, with the own offers of an agency if one is named; three queries.

    Which procedures an agency handles is asked of `listing.versions_asked`; pass its ids to `counts_of`.
    """
    ids = ProcedureVersion.objects.as_of(day).values_list("pk", "procedure_id")
    return counts_of(dict(ids), day, organisation_id=organisation_id)


def counts_of(procedure_of: dict[int, int], day: date, *, organisation_id: int | None = None) -> OnlineCounts:
    """The same for some versions: the id of each with that of its procedure."""
    offers = offers_on(day, procedure_of.values(), organisation_id)
    paying = set(
        VersionTerm.objects.filter(
            version__in=procedure_of, fee_kind__in=[FeeKind.FIXED, FeeKind.VARIABLE]
        ).values_list("version_id", flat=True)
    )
    with_fee = [procedure_of[version] for version in paying]
    level = {procedure: counts_as(offer.online_level) for procedure, offer in offers.items()}
    here = list(procedure_of.values())
    return OnlineCounts(
        total=len(here),
        full=_count(here, lambda one: level.get(one) == OnlineLevel.FULL),
        partial=_count(here, lambda one: level.get(one) == OnlineLevel.PARTIAL),
        information=_count(here, lambda one: level.get(one) == OnlineLevel.INFORMATION),
        unknown=_count(here, lambda one: one not in level),
        on_national_portal=_count(here, lambda one: _is_integrated(offers.get(one), day)),
        any_place=_count(here, lambda one: one in offers and offers[one].any_place),
        with_fee=len(with_fee),
        paid_online=_count(with_fee, lambda one: one in offers and offers[one].pays_online),
    )


def _count(ids: Iterable[int], is_counted: Callable[[int], bool]) -> int:
    return sum(is_counted(one) for one in ids)


def _is_integrated(offer: Provision | None, day: date) -> bool:
    since = offer.on_national_portal_since if offer else None
    return since is not None and since <= day
