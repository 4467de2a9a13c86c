"""How many recognised initiatives an agency owes in a reform year."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.reform.initiatives.actions.shared import document_gaps, refuse_if
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.models import InitiativeTarget
from openpar.reform.initiatives.permissions import may_set_targets

MOST_PLANNED = 999
_YEARS = range(2011, 2101)


def set_target(
    *,
    organisation_id: int,
    year: int,
    planned: int,
    document_id: int | None,
    expected_revision: int,
    by: Actor,
    at: datetime,
) -> InitiativeTarget:
    """The number and the document that assigns it; `expected_revision` is the newest one seen, 0 none.

    Raises InitiativeRefused with every gap, StaleInitiative.
    """
    with write_transaction():
        # Targets of one agency are set one after the other, also the first.
        Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
        if not may_set_targets(by):
            refuse_if([not_allowed(by, _("Sở Nội vụ nhập chỉ tiêu sáng kiến giao cho đơn vị"))])
        newest = (
            InitiativeTarget.objects.filter(organisation_id=organisation_id, year=year)
            .order_by("-revision")
            .first()
        )
        name = names_on([organisation_id], timezone.localdate(at)).get(organisation_id, "")
        if (newest.revision if newest else 0) != expected_revision:
            what = _("người khác vừa sửa chỉ tiêu này")
            raise StaleInitiative(Gap(name, what, _("Tải lại trang"), code="stale"))
        refuse_if(_gaps(organisation_id, year, planned, document_id, by, at))
        assert document_id is not None
        made = InitiativeTarget.objects.create(
            organisation_id=organisation_id,
            year=year,
            revision=expected_revision + 1,
            planned=planned,
            document_id=document_id,
            by_id=by.person_id,
            at=at,
        )
        record(
            by=by,
            at=at,
            verb="initiative.target_set",
            object=f"initiative_target:{organisation_id}/{year}",
            about=f"organisation:{organisation_id}",
            label=f"{name}, {year}",
            before={"planned": newest.planned} if newest else None,
            after={"planned": planned, "document": document_id},
        )
        return made


def _gaps(
    organisation_id: int, year: int, planned: int, document_id: int | None, by: Actor, at: datetime
) -> list[Gap]:
    gaps = document_gaps(_("Văn bản giao chỉ tiêu"), document_id, by)
    if not 0 <= planned <= MOST_PLANNED:
        gaps.append(Gap(_("Chỉ tiêu"), _("phải từ 0 đến %d") % MOST_PLANNED, code="out-of-bounds"))
    if year not in _YEARS:
        gaps.append(Gap(_("Năm"), _("không có năm %d") % year, code="no-year"))
    there = OrganisationVersion.objects.as_of(timezone.localdate(at))
    if not there.filter(organisation_id=organisation_id).exists():
        gaps.append(Gap(_("Đơn vị"), _("không còn hoạt động"), code="no-agency"))
    return gaps
