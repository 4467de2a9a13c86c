"""Organisations that end and who carries them on, made by the actions people use."""

from __future__ import annotations

from datetime import date, datetime

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import actor_of
from openpar.base.documents.actions import add_document
from openpar.base.organisations.actions import dissolve, merge
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from tests import factories

MERGED = date(2026, 6, 1)
LATER = datetime(2026, 6, 22, 9, 0, tzinfo=VIETNAM)


def merged(*organisations: Organisation, on: date = MERGED, name: str = "Sở mới") -> Organisation:
    operator, at = factories.registrar(), datetime.combine(on, datetime.min.time(), VIETNAM)
    for below in OrganisationVersion.objects.as_of(on).filter(parent__in=organisations):
        dissolve(by=operator, at=at, on=on, organisation_id=below.organisation_id, legal_basis="QĐ 1")
    return merge(
        by=operator,
        at=at,
        on=on,
        organisation_ids=[one.pk for one in organisations],
        into=factories.new(name),
        legal_basis="NQ 12/NQ-HĐND",
    )


def arrived(role: Role, where: Organisation, full_name: str) -> Actor:
    """Somebody of an organisation that is new: with a role since its first day."""
    since = where.versions.earliest("valid_from").valid_from
    user = factories.person_as(role, where, full_name, held_from=since)
    return actor_of(user.pk, at=datetime.combine(since, datetime.min.time(), VIETNAM))


def document_of(by: Actor, owner: Organisation) -> int:
    return add_document(by=by, at=LATER, owner_id=owner.pk, title="Báo cáo", number="16/BC").pk
