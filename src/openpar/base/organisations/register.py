"""The register as a whole: loaded, checked and changed in one go, by the actions and by the imports alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion, Succession
from openpar.base.organisations.permissions import may_manage_organisations
from openpar.base.organisations.roles import Actor
from openpar.base.organisations.rules import Link, Span, register_gaps, succession_gaps
from openpar.common.errors import Gap, Refused
from openpar.common.text import fold, nfc, sort_key

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_KEY = 120


class OrganisationRefused(Refused):
    """The register of organisations will not be changed so; nothing was changed."""


@dataclass(frozen=True)
class Description:
    """What a version says of an organisation, its dates aside."""

    kind: Kind
    name: str
    short_name: str = ""
    name_en: str = ""
    code: str = ""
    parent_id: int | None = None
    block_id: int | None = None
    is_scored: bool = False
    is_ranked: bool = False
    is_published: bool = False


@dataclass(frozen=True)
class NewOrganisation:
    """An organisation that does not exist yet: its key, for ever, and its first description."""

    key: str
    description: Description


class Names(TypedDict):
    name: str
    name_sort: str
    name_folded: str


def names_of(name: str) -> Names:
    """A name with its columns for order and search; the one place that fills them."""
    clean = " ".join(nfc(name).split())
    return Names(name=clean, name_sort=sort_key(clean), name_folded=fold(clean))


def described(version: OrganisationVersion) -> Description:
    return Description(
        kind=Kind(version.kind),
        **{item.name: getattr(version, item.name) for item in fields(Description) if item.name != "kind"},
    )


@dataclass
class Change:
    """One intention, prepared: versions that end, versions that begin, links between organisations."""

    on: date
    legal_basis: str
    ended: list[OrganisationVersion] = field(default_factory=list)
    # Versions in place of older ones keep their row; new organisations are told apart by having no id yet.
    begun: list[OrganisationVersion] = field(default_factory=list)
    links: list[Succession] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def lock_register() -> None:
    """One writer of the register at a time: a check over all of it must still hold when it is written.

    SQLite has one writer anyway (`write_transaction`).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE organisations_organisationversion IN SHARE ROW EXCLUSIVE MODE")


def refuse_strangers(by: Actor) -> None:
    if not may_manage_organisations(by):
        raise OrganisationRefused.because(
            "",
            _("%(name)s không có quyền thay đổi danh mục đơn vị") % {"name": by.full_name},
            _("Việc này do quản trị hệ thống hoặc người quản lý kỳ đánh giá (Sở Nội vụ) làm"),
            code="not-allowed",
        )


def version_of(
    organisation: Organisation,
    description: Description,
    *,
    valid_from: date,
    valid_until: date | None,
    legal_basis: str,
) -> OrganisationVersion:
    """A version not saved yet, with its sorting and searching columns filled."""
    rest = {item.name: getattr(description, item.name) for item in fields(Description) if item.name != "name"}
    return OrganisationVersion(
        organisation=organisation,
        **rest,
        **names_of(description.name),
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis,
    )


def all_spans() -> dict[int, Span]:
    """The whole register as spans by the id of the version; one query."""
    rows = OrganisationVersion.objects.order_by("id").values_list(
        "id", "organisation__key", "name", "code", "parent__key", "valid_from", "valid_until"
    )
    return {
        row_id: Span(key, name, code, parent or "", since, until, where=name)
        for row_id, key, name, code, parent, since, until in rows
    }


def _identity(organisation: Organisation) -> str:
    """The key; marked while not saved yet, lest a key already taken mixes up two bodies."""
    return organisation.key if organisation.pk else f"+{organisation.key}"


def _span_of(version: OrganisationVersion, keys: Mapping[int, str]) -> Span:
    parent = "" if version.parent_id is None else keys.get(version.parent_id, f"#{version.parent_id}")
    return Span(
        _identity(version.organisation),
        version.name,
        version.code,
        parent,
        version.valid_from,
        version.valid_until,
        where=version.name,
    )


def carry_out(change: Change, *, by: Actor, at: datetime, verb: str) -> None:
    """Checks the register as it would be, then writes the change and leaves its traces.

    Raises OrganisationRefused with the gaps already found and all others; the caller holds the transaction.
    """
    gaps = [
        *change.gaps,
        *(gap for version in change.begun for gap in _field_gaps(version)),
        *_gaps_after(change),
    ]
    if gaps:
        raise OrganisationRefused(gaps)
    for version in change.ended:
        before = facts_of(version)
        version.valid_until = change.on
        version.save(update_fields=["valid_until"])
        _trace(version, before=before, by=by, at=at, verb=verb, reason=change.legal_basis)
    for version in change.begun:
        before_it = facts_of(OrganisationVersion.objects.get(pk=version.pk)) if version.pk else None
        write_version(version, before=before_it, by=by, at=at, verb=verb, reason=change.legal_basis)
    for link in change.links:
        write_link(link, by=by, at=at, reason=change.legal_basis)


# What people fill in, and the tables check by themselves; an empty name has a gap of its own.
_CHECKED_FIELDS = {"kind", "name", "short_name", "name_en", "code", "legal_basis"}


def _field_gaps(version: OrganisationVersion) -> list[Gap]:
    """Texts too long and kinds unknown: PostgreSQL would refuse them, SQLite would keep them."""
    checked = _CHECKED_FIELDS if version.name else _CHECKED_FIELDS - {"name"}
    others = {field.name for field in OrganisationVersion._meta.fields} - checked
    try:
        version.clean_fields(exclude=others)
    except ValidationError as error:
        labels = {field.name: field.verbose_name for field in OrganisationVersion._meta.fields}
        return [
            Gap(str(labels[field]), " ".join(said), code="field-unfit")
            for field, said in error.message_dict.items()
        ]
    return []


def _gaps_after(change: Change) -> list[Gap]:
    spans = all_spans()
    keys = dict(Organisation.objects.values_list("id", "key"))
    for version in change.ended:
        spans[version.pk] = replace(spans[version.pk], valid_until=change.on)
    for position, version in enumerate(change.begun, start=1):
        spans[version.pk or -position] = _span_of(version, keys)
    proposed = list(spans.values())
    links = [
        Link(
            _identity(link.predecessor),
            _identity(link.successor) if link.successor else "",
            link.change,
            link.on,
            where=link.predecessor.key,
        )
        for link in change.links
    ]
    return [*register_gaps(proposed), *succession_gaps(links, proposed)]


def facts_of(version: OrganisationVersion) -> dict[str, object]:
    """A version as the trace keeps it."""
    kept: Sequence[str] = (
        *(item.name for item in fields(Description)),
        "valid_from",
        "valid_until",
        "legal_basis",
    )
    facts = {name: getattr(version, name) for name in kept}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def write_version(
    version: OrganisationVersion,
    *,
    before: dict[str, object] | None,
    by: Actor,
    at: datetime,
    verb: str,
    reason: str,
) -> None:
    """Saves a version, with its organisation when that is new, and traces it beside what was `before`."""
    if version.organisation.pk is None:
        version.organisation.save()
        version.organisation = version.organisation  # Django copies the fresh id only on assignment
    version.save()
    _trace(version, before=before, by=by, at=at, verb=verb, reason=reason)


def write_link(link: Succession, *, by: Actor, at: datetime, reason: str) -> None:
    """Saves a succession, whose organisations are saved by now, and the trace of it."""
    link.predecessor, link.successor = link.predecessor, link.successor
    before: dict[str, object] | None = None
    if link.pk:
        before = _link_facts(Succession.objects.select_related("predecessor", "successor").get(pk=link.pk))
    link.save()
    record(
        by=by,
        at=at,
        verb="link_organisations",
        object=f"organisation:{link.predecessor.pk}",
        about="organisations",
        label=str(link),
        before=before,
        after=_link_facts(link),
        reason=reason,
    )


def _link_facts(link: Succession) -> dict[str, object]:
    return {
        "successor": link.successor.key if link.successor else None,
        "change": str(link.change),
        "on": link.on.isoformat(),
        "is_main": link.is_main,
        "legal_basis": link.legal_basis,
    }


def _trace(
    version: OrganisationVersion,
    *,
    before: dict[str, object] | None,
    by: Actor,
    at: datetime,
    verb: str,
    reason: str,
) -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"organisation:{version.organisation.pk}",
        about="organisations",
        label=version.name,
        before=before,
        after=facts_of(version),
        reason=reason,
    )
