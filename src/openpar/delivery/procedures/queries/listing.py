"""The catalogue as a list: what is searched for, on which day, in which state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.text import fold
from openpar.delivery.procedures.codes import national_number
from openpar.delivery.procedures.contents import Term
from openpar.delivery.procedures.levels import levels_counted_as
from openpar.delivery.procedures.models import (
    Procedure,
    ProcedureVersion,
    Provision,
    Sector,
    VersionAgency,
    VersionTerm,
)
from openpar.delivery.procedures.queries.loading import term_of
from openpar.delivery.procedures.words import ORGANISATION_KINDS, AgencyKind, Level, OnlineLevel


class State(models.TextChoices):
    """How a procedure stands on a day; computed from the dates of its versions."""

    IN_FORCE = "IN_FORCE", "IN_FORCE"
    UPCOMING = "UPCOMING", "UPCOMING"
    ENDED = "ENDED", "ENDED"


@dataclass(frozen=True)
class Asked:
    """What a list is asked for; everything but the day is optional."""

    day: date
    search: str = ""
    sector_id: int | None = None
    level: Level | None = None
    # A level of today; old levels counted with it are found too.
    online: OnlineLevel | None = None
    organisation_id: int | None = None
    state: State = State.IN_FORCE


def versions_asked(asked: Asked) -> QuerySet[ProcedureVersion]:
    """One version a procedure, in Vietnamese order of names: the one of the day, for upcoming procedures the
    first, for ended ones the last.

    The search looks for names without regard to marks, and for codes in either form.
    """
    found = _in_state(asked.state, asked.day)
    words = asked.search.strip()
    if number := national_number(words):
        found = found.filter(procedure__code=number)
    elif words:
        found = found.filter(Q(name_folded__contains=fold(words)) | Q(procedure__code__startswith=words))
    if asked.sector_id is not None:
        found = found.filter(sector=asked.sector_id)
    if asked.level is not None:
        found = found.filter(**{f"at_{asked.level.value.lower()}": True})
    if asked.organisation_id is not None:
        found = found.filter(_handled_by(asked.organisation_id, asked.day))
    if asked.online is not None:
        found = found.annotate(online=_online(asked)).filter(online__in=levels_counted_as(asked.online))
    return found.select_related("procedure", "sector").order_by("name_sort", "pk")


def _in_state(state: State, day: date) -> QuerySet[ProcedureVersion]:
    every = ProcedureVersion.objects.all()
    if state is State.IN_FORCE:
        return ProcedureVersion.objects.as_of(day)
    others = ProcedureVersion.objects.filter(procedure=OuterRef("procedure"))
    in_force = Exists(ProcedureVersion.objects.as_of(day).filter(procedure=OuterRef("procedure")))
    if state is State.UPCOMING:
        later = every.filter(valid_from__gt=day).exclude(in_force)
        return later.exclude(Exists(others.filter(valid_from__lt=OuterRef("valid_from"))))
    over = every.filter(valid_until__lte=day).exclude(in_force)
    return over.exclude(Exists(others.filter(valid_from__gt=OuterRef("valid_from"))))


def _handled_by(organisation_id: int, day: date) -> Exists:
    """The agency is named, or is of a kind that is."""
    kind = (
        OrganisationVersion.objects.as_of(day)
        .filter(organisation=organisation_id)
        .values_list("kind", flat=True)
        .first()
    )
    of_kind = [each for each, kinds in ORGANISATION_KINDS.items() if kind in kinds]
    rows = VersionAgency.objects.filter(version=OuterRef("pk"))
    return Exists(rows.filter(Q(organisation=organisation_id) | Q(kind__in=of_kind)))


def _online(asked: Asked) -> Subquery:
    """The level on the day: of the agency asked for when it has one of its own, else of every agency."""
    offers = Provision.objects.as_of(asked.day).filter(procedure=OuterRef("procedure"))
    if asked.organisation_id is not None:
        offers = offers.filter(Q(organisation__isnull=True) | Q(organisation=asked.organisation_id))
        # The agency's own word before that for everybody, on both databases.
        offers = offers.order_by(models.F("organisation").desc(nulls_last=True))
    else:
        offers = offers.filter(organisation__isnull=True)
    return Subquery(offers.values("online_level")[:1])


@dataclass(frozen=True)
class AgencyName:
    """Who handles a procedure as lists show it: a kind, or one organisation."""

    kind: AgencyKind | None
    organisation_id: int | None
    name: str


@dataclass(frozen=True)
class ListLine:
    """One procedure of the list, fully loaded."""

    version: ProcedureVersion
    agencies: tuple[AgencyName, ...]
    terms: tuple[Term, ...]
    provision: Provision | None


def lines_of(
    versions: Sequence[ProcedureVersion], day: date, *, organisation_id: int | None = None
) -> tuple[ListLine, ...]:
    """The versions of one page with agencies, terms and offers; four queries for any number of them."""
    ids = [version.pk for version in versions]
    agencies: defaultdict[int, list[VersionAgency]] = defaultdict(list)
    for row in VersionAgency.objects.filter(version__in=ids).order_by("position"):
        agencies[row.version_id].append(row)
    terms: defaultdict[int, list[Term]] = defaultdict(list)
    for each in VersionTerm.objects.filter(version__in=ids).order_by("position"):
        terms[each.version_id].append(term_of(each))
    named = {row.organisation_id for rows in agencies.values() for row in rows if row.organisation_id}
    names = names_on(named, day)
    offers = offers_on(day, [version.procedure_id for version in versions], organisation_id)
    return tuple(
        ListLine(
            version=version,
            agencies=tuple(agency_name(row, names) for row in agencies[version.pk]),
            terms=tuple(terms[version.pk]),
            provision=offers.get(version.procedure_id),
        )
        for version in versions
    )


def agency_name(row: VersionAgency, names: dict[int, str]) -> AgencyName:
    if row.organisation_id is not None:
        return AgencyName(None, row.organisation_id, names.get(row.organisation_id, ""))
    kind = AgencyKind(row.kind)
    return AgencyName(kind, None, str(kind.label))


def offers_on(
    day: date, procedure_ids: Iterable[int], organisation_id: int | None = None
) -> dict[int, Provision]:
    """How procedures are offered on a day, by procedure: the agency's own word, else everybody's."""
    offers = Provision.objects.as_of(day).filter(procedure__in=list(procedure_ids))
    own = Q(organisation=organisation_id) if organisation_id is not None else Q(pk=None)
    found: dict[int, Provision] = {}
    for offer in offers.filter(Q(organisation__isnull=True) | own):
        if offer.organisation_id is not None or offer.procedure_id not in found:
            found[offer.procedure_id] = offer
    return found


def sectors() -> list[tuple[int, str]]:
    """The sectors in Vietnamese order."""
    return list(Sector.objects.order_by("name_sort").values_list("pk", "name"))


def has_samples() -> bool:
    """Is anything of the catalogue invented?"""
    return Procedure.objects.filter(is_sample=True).exists()
