"""Who has sent the figures of a period, and who has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.delivery.figures.models import FigureRevision, RevisionState
from openpar.engine.periods import Period


@dataclass(frozen=True)
class AgencyLine:
    """One agency and how its sheet stands; `state` None: there is no sheet at all.

    `state` is that of the newest revision; `is_signed` tells whether figures are in force (a revision may be
    signed while the next one is a draft).
    """

    organisation_id: int
    name: str
    sheet_id: int | None
    state: RevisionState | None
    is_signed: bool
    signed_at: datetime | None
    return_reason: str


def reporting_agencies(on: date, only: Iterable[int] | None = None) -> dict[int, str]:
    """The agencies that report, with their names on a day: those that are assessed. One query."""
    versions = OrganisationVersion.objects.as_of(on).filter(is_scored=True)
    if only is not None:
        versions = OrganisationVersion.objects.as_of(on).filter(organisation__in=list(only))
    return dict(versions.order_by("name_sort", "id").values_list("organisation_id", "name"))


def _of_period(form_code: str, period: Period) -> Q:
    return Q(
        sheet__form_code=form_code,
        sheet__calendar=period.calendar.value,
        sheet__kind=period.kind.value,
        sheet__year=period.year,
        sheet__number=period.number,
    )


def agencies_of_period(
    form_code: str, period: Period, only: Iterable[int] | None = None
) -> tuple[AgencyLine, ...]:
    """Every agency that reports or has a sheet, in the order of names; three queries.

    `only` narrows to some agencies, whether they report or not.
    """
    wanted = None if only is None else list(only)
    names = reporting_agencies(period.until_on, wanted)
    revisions = FigureRevision.objects.filter(_of_period(form_code, period)).select_related("sheet")
    if wanted is not None:
        revisions = revisions.filter(sheet__organisation__in=wanted)
    by_agency: dict[int, list[FigureRevision]] = {}
    for revision in revisions.order_by("number"):
        by_agency.setdefault(revision.sheet.organisation_id, []).append(revision)
    names |= names_on([one for one in by_agency if one not in names], period.until_on)
    lines = [_line(one, name, by_agency.get(one, [])) for one, name in names.items()]
    return tuple(sorted(lines, key=lambda line: sort_key(line.name)))


def _line(organisation_id: int, name: str, revisions: list[FigureRevision]) -> AgencyLine:
    if not revisions:
        return AgencyLine(organisation_id, name, None, None, False, None, "")
    newest = revisions[-1]
    signed = next((one for one in revisions if one.state == RevisionState.SIGNED), None)
    before = revisions[-2] if len(revisions) > 1 else None
    reason = before.return_reason if before and before.state == RevisionState.RETURNED else ""
    return AgencyLine(
        organisation_id=organisation_id,
        name=name,
        sheet_id=newest.sheet_id,
        state=RevisionState(newest.state),
        is_signed=signed is not None,
        signed_at=signed.signed_at if signed else None,
        return_reason=reason if newest.state == RevisionState.DRAFT else "",
    )


def signed_revisions(form_code: str, period: Period) -> tuple[FigureRevision, ...]:
    """The revisions in force of a period, one an agency; one query."""
    found = FigureRevision.objects.filter(_of_period(form_code, period), state=RevisionState.SIGNED)
    return tuple(found.select_related("sheet"))
