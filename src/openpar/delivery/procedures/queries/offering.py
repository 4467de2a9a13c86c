"""Lists about how procedures are offered: partial without a published reason, quality systems of agencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.delivery.procedures.levels import partial_needs_reason_from
from openpar.delivery.procedures.models import ProcedureVersion, Provision, QualitySystem
from openpar.delivery.procedures.queries.reviewing import names_of
from openpar.delivery.procedures.words import OnlineLevel


@dataclass(frozen=True)
class WithoutReason:
    """A procedure offered only partly online without the reason that the law wants published."""

    provision: Provision
    name: str
    organisation: str
    days: int


def partial_without_reason(today: date) -> tuple[WithoutReason, ...]:
    """NĐ 224/2026: partial offers in force today whose reason is not published; none before 01/07/2026."""
    since = partial_needs_reason_from()
    if today < since:
        return ()
    in_force = ProcedureVersion.objects.as_of(today).values("procedure")
    offers = (
        Provision.objects.as_of(today)
        .filter(online_level=OnlineLevel.PARTIAL, procedure__in=in_force)
        .select_related("procedure")
    )
    open_ones = [
        offer for offer in offers if not (offer.partial_reason.strip() and offer.reason_published.strip())
    ]
    names = names_of({offer.procedure_id for offer in open_ones}, today)
    organisations = names_on({one.organisation_id for one in open_ones if one.organisation_id}, today)
    found = [
        WithoutReason(
            provision=offer,
            name=names.get(offer.procedure_id, ""),
            organisation=organisations.get(offer.organisation_id or 0, ""),
            days=(today - max(since, offer.valid_from)).days,
        )
        for offer in open_ones
    ]
    return tuple(sorted(found, key=lambda one: (-one.days, sort_key(one.name))))


@dataclass(frozen=True)
class QualityLine:
    """How an agency stands with its quality system on a day, and since when."""

    organisation_id: int
    name: str
    latest: QualitySystem
    earlier: tuple[QualitySystem, ...]


def quality_on(day: date) -> tuple[QualityLine, ...]:
    """Every agency of which something is recorded by `day`, by name; two queries."""
    rows: dict[int, list[QualitySystem]] = {}
    for row in QualitySystem.objects.filter(on__lte=day).order_by("-on"):
        rows.setdefault(row.organisation_id, []).append(row)
    names = names_on(rows, day)
    lines = [QualityLine(pk, names.get(pk, ""), found[0], tuple(found[1:])) for pk, found in rows.items()]
    return tuple(sorted(lines, key=lambda line: sort_key(line.name)))
