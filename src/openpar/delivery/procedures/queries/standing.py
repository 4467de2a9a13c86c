"""How the procedures of an agency stand on a day, as sets: what counts of procedures are counted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from openpar.delivery.procedures.levels import counts_as
from openpar.delivery.procedures.models import ProcedureVersion, VersionAgency, VersionPaper, VersionTerm
from openpar.delivery.procedures.queries.listing import Asked, offers_on, versions_asked
from openpar.delivery.procedures.words import FeeKind, OnlineLevel

_ONLINE = frozenset({OnlineLevel.FULL, OnlineLevel.PARTIAL})


@dataclass(frozen=True)
class Standing:
    """Procedures by their ids. `stated`: something is recorded of how it is offered; `online`: full or
    partial; `payable`: something is to be paid, and can be paid online.
    """

    handled: frozenset[int]
    stated: frozenset[int]
    online: frozenset[int]
    with_fee: frozenset[int]
    payable: frozenset[int]


@dataclass(frozen=True)
class Contents:
    """Procedures by what is recorded of their parts: all seven mandatory ones, or none beyond the head."""

    complete: frozenset[int]
    blank: frozenset[int]


def standing_of(organisation_id: int, day: date) -> Standing:
    """The procedures that an agency handles on a day; four queries."""
    asked = versions_asked(Asked(day, organisation_id=organisation_id)).order_by()
    procedure_of: Mapping[int, int] = dict(asked.values_list("pk", "procedure_id"))
    handled = frozenset(procedure_of.values())
    offers = offers_on(day, handled, organisation_id)
    paying = VersionTerm.objects.filter(
        version__in=procedure_of, fee_kind__in=[FeeKind.FIXED, FeeKind.VARIABLE]
    )
    with_fee = frozenset(
        procedure_of[version] for version in paying.values_list("version_id", flat=True).distinct()
    )
    return Standing(
        handled=handled,
        stated=frozenset(offers),
        online=frozenset(one for one, offer in offers.items() if counts_as(offer.online_level) in _ONLINE),
        with_fee=with_fee,
        payable=frozenset(one for one in with_fee if one in offers and offers[one].pays_online),
    )


def contents_on(day: date) -> Contents:
    """Of every procedure in force on a day; two queries."""
    in_force = ProcedureVersion.objects.as_of(day)
    return Contents(
        complete=frozenset(complete(in_force).values_list("procedure_id", flat=True)),
        blank=frozenset(_blank(in_force).values_list("procedure_id", flat=True)),
    )


def complete(versions: QuerySet[ProcedureVersion]) -> QuerySet[ProcedureVersion]:
    """Those with the seven mandatory parts: in SQL what `rules.missing_parts` asks of contents."""
    terms = VersionTerm.objects.filter(version=OuterRef("pk"))
    return versions.filter(
        Exists(VersionPaper.objects.filter(version=OuterRef("pk"))),
        Exists(terms),
        ~Exists(terms.filter(unit="")),
        Exists(VersionAgency.objects.filter(version=OuterRef("pk"))),
        ~Q(applicants="") | Q(for_citizens=True) | Q(for_businesses=True),
        sets__isnull=False,
    ).exclude(Q(name="") | Q(steps="") | Q(manner=""))


def _blank(versions: QuerySet[ProcedureVersion]) -> QuerySet[ProcedureVersion]:
    papers = VersionPaper.objects.filter(version=OuterRef("pk"))
    return versions.filter(~Exists(papers), steps="", manner="", sets__isnull=True)
