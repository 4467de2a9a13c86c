"""Rows of one version from its contents, and the trace of it; for the actions and the import alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.text import fold, nfc, sort_key
from openpar.delivery.procedures.actions.shared import trace
from openpar.delivery.procedures.contents import Agency, Contents, to_mapping
from openpar.delivery.procedures.models import (
    Procedure,
    ProcedureVersion,
    PublishingDecision,
    Sector,
    VersionAgency,
    VersionBody,
    VersionPaper,
    VersionTerm,
)
from openpar.delivery.procedures.words import Level

_TEXTS = (
    *("steps", "manner", "applicants", "forms", "result", "conditions", "legal_bases"),
    *("kind", "sets", "for_citizens", "for_businesses"),
)


@dataclass(frozen=True)
class Register:
    """What contents refer to by name: sectors and organisations, loaded once."""

    sectors: dict[str, Sector]
    organisations: Mapping[str, int]

    @classmethod
    def load(cls, keys: Iterable[str] = ()) -> Register:
        """With the organisations of these keys."""
        wanted = {key for key in keys if key}
        found = Organisation.objects.filter(key__in=wanted) if wanted else Organisation.objects.none()
        return cls(
            {sector.name: sector for sector in Sector.objects.all()},
            dict(found.values_list("key", "pk")),
        )

    def sector(self, name: str, code: str = "") -> Sector:
        """The sector of this name; a new one is kept at once."""
        if name not in self.sectors:
            clean = nfc(name)
            self.sectors[name] = Sector.objects.create(
                name=clean, code=code, name_sort=sort_key(clean), name_folded=fold(clean)
            )
        return self.sectors[name]

    def gaps(self, agencies: Iterable[Agency], where: str) -> list[Gap]:
        """The organisations that are named and not in the register."""
        remedy = _("Ghi khóa của đơn vị trong danh mục đơn vị, ví dụ 68-so-y-te")
        return [
            Gap(where, _("không có đơn vị “%s”") % agency.key, remedy, code="unit-unknown")
            for agency in agencies
            if agency.key and agency.key not in self.organisations
        ]


def version_row(
    procedure: Procedure,
    contents: Contents,
    *,
    register: Register,
    valid_from: date,
    valid_until: date | None,
    decision: PublishingDecision | None,
    replaced_id: int | None = None,
) -> ProcedureVersion:
    """A version not saved yet; with the id of the one that it corrects."""
    return ProcedureVersion(
        pk=replaced_id,
        procedure=procedure,
        name=contents.name,
        name_sort=sort_key(contents.name),
        name_folded=fold(contents.name),
        sector=register.sector(contents.sector),
        at_province=Level.PROVINCE in contents.levels,
        at_district=Level.DISTRICT in contents.levels,
        at_commune=Level.COMMUNE in contents.levels,
        decision=decision,
        valid_from=valid_from,
        valid_until=valid_until,
        **{name: getattr(contents, name) for name in _TEXTS},
    )


def write_versions(rows: Sequence[tuple[ProcedureVersion, Contents]], register: Register) -> None:
    """Saves versions with their agencies, terms, papers and bodies, in few statements for many of them.

    Corrected ones first, those that end before those that stay open: the table lets a procedure have one open
    version at any moment.
    """
    corrected = sorted(
        (version for version, _contents in rows if version.pk),
        key=lambda version: version.valid_until is None,
    )
    for version in corrected:
        version.save()
    ids = [version.pk for version in corrected]
    for kind in (VersionAgency, VersionTerm, VersionPaper, VersionBody):
        kind.objects.filter(version__in=ids).delete()
    ProcedureVersion.objects.bulk_create(version for version, _contents in rows if not version.pk)
    VersionAgency.objects.bulk_create(
        row for version, contents in rows for row in _agencies(version, contents, register)
    )
    VersionTerm.objects.bulk_create(row for version, contents in rows for row in _terms(version, contents))
    VersionPaper.objects.bulk_create(row for version, contents in rows for row in _papers(version, contents))
    VersionBody.objects.bulk_create(row for version, contents in rows for row in _bodies(version, contents))


def _agencies(version: ProcedureVersion, contents: Contents, register: Register) -> Iterator[VersionAgency]:
    for position, agency in enumerate(contents.agencies, start=1):
        yield VersionAgency(
            version=version,
            position=position,
            kind=agency.kind or "",
            organisation_id=register.organisations[agency.key] if agency.key else None,
        )


def _terms(version: ProcedureVersion, contents: Contents) -> Iterator[VersionTerm]:
    for position, term in enumerate(contents.terms, start=1):
        yield VersionTerm(
            version=version,
            position=position,
            channel=term.channel or "",
            case=term.case,
            limit=term.limit.count if term.limit else None,
            unit=term.limit.unit if term.limit else "",
            limit_note=term.limit_note,
            fee_kind=term.fee_kind or "",
            fee=term.fee,
            fee_note=term.fee_note,
        )


def _papers(version: ProcedureVersion, contents: Contents) -> Iterator[VersionPaper]:
    for position, paper in enumerate(contents.papers, start=1):
        yield VersionPaper(
            version=version,
            position=position,
            case=paper.case,
            name=paper.name,
            originals=paper.originals,
            copies=paper.copies,
        )


def _bodies(version: ProcedureVersion, contents: Contents) -> Iterator[VersionBody]:
    for position, body in enumerate(contents.bodies, start=1):
        yield VersionBody(
            version=version,
            position=position,
            name=body.name,
            is_lead=body.is_lead,
            limit=body.limit.count if body.limit else None,
            unit=body.limit.unit if body.limit else "",
        )


def version_facts(contents: Contents, valid_from: date, valid_until: date | None) -> dict[str, Any]:
    """A version as the trace keeps it."""
    return {
        **to_mapping(contents),
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
    }


def trace_version(
    version: ProcedureVersion,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    reason: str,
) -> None:
    trace(
        by=by,
        at=at,
        verb=verb,
        object=f"procedure:{version.procedure_id}",
        label=f"{version.procedure.full_code} {version.name}",
        before=before,
        after=after,
        reason=reason,
    )


def end_version(version: ProcedureVersion, *, on: date, by: Actor, at: datetime, reason: str) -> None:
    """The last day of a version is the day before `on`."""
    before = {"valid_until": version.valid_until.isoformat() if version.valid_until else None}
    version.valid_until = on
    version.save(update_fields=["valid_until"])
    trace_version(
        version,
        verb="procedure.ended",
        by=by,
        at=at,
        before=before,
        after={"valid_until": on.isoformat()},
        reason=reason,
    )
