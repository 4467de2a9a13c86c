"""Versions as plain contents, with everything below them, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import QuerySet

from openpar.delivery.procedures.contents import Agency, Body, Contents, Limit, Paper, Term
from openpar.delivery.procedures.models import ProcedureVersion, VersionTerm
from openpar.delivery.procedures.words import AgencyKind, Channel, FeeKind, LimitUnit, ProcedureKind


def with_parts(versions: QuerySet[ProcedureVersion]) -> QuerySet[ProcedureVersion]:
    """The versions with all that `contents_of` reads: five queries for any number of them."""
    return versions.select_related("procedure", "sector", "decision").prefetch_related(
        "agencies__organisation", "terms", "papers", "bodies"
    )


def limit_of(count: int | None, unit: str) -> Limit | None:
    return Limit(count, LimitUnit(unit)) if unit else None


def term_of(row: VersionTerm) -> Term:
    return Term(
        channel=Channel(row.channel) if row.channel else None,
        case=row.case,
        limit=limit_of(row.limit, row.unit),
        limit_note=row.limit_note,
        fee_kind=FeeKind(row.fee_kind) if row.fee_kind else None,
        fee=row.fee,
        fee_note=row.fee_note,
    )


def contents_of(version: ProcedureVersion) -> Contents:
    """The contents of a version that was loaded with `with_parts`."""
    return Contents(
        name=version.name,
        sector=version.sector.name,
        levels=version.levels,
        kind=ProcedureKind(version.kind),
        agencies=tuple(
            Agency(
                AgencyKind(row.kind) if row.kind else None, row.organisation.key if row.organisation else ""
            )
            for row in version.agencies.all()
        ),
        steps=version.steps,
        manner=version.manner,
        sets=version.sets,
        applicants=version.applicants,
        for_citizens=version.for_citizens,
        for_businesses=version.for_businesses,
        forms=version.forms,
        result=version.result,
        conditions=version.conditions,
        legal_bases=version.legal_bases,
        terms=tuple(map(term_of, version.terms.all())),
        papers=tuple(Paper(row.name, row.case, row.originals, row.copies) for row in version.papers.all()),
        bodies=tuple(
            Body(row.name, row.is_lead, limit_of(row.limit, row.unit)) for row in version.bodies.all()
        ),
    )
