"""Quality management systems of agencies (TCVN ISO 9001): announced, re-announced, maintained or not."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.delivery.procedures.actions.shared import (
    in_future,
    missing,
    not_allowed,
    organisation_gaps,
    refuse_if,
    refuse_unless_seen,
    too_long,
    trace,
)
from openpar.delivery.procedures.errors import ProceduresRefused
from openpar.delivery.procedures.models import QualitySystem
from openpar.delivery.procedures.permissions import may_record_quality
from openpar.delivery.procedures.words import QualityState

# What one may be right after nothing, and after having given it up: only to announce it (again).
_BEGINS = (QualityState.ANNOUNCED, QualityState.REANNOUNCED)


def record_quality(
    *,
    by: Actor,
    at: datetime,
    organisation_id: int,
    on: date,
    state: QualityState,
    standard: str,
    legal_basis: str,
    seen: str = "",
) -> QualitySystem:
    """How an agency stands from `on`; once more on the same day corrects it.

    `seen`: the mark (`mark_of`) of what the person saw of that day. Raises ProceduresRefused, StaleProcedures
    when something else is recorded of it.
    """
    with write_transaction():
        if not may_record_quality(by, organisation_id):
            raise ProceduresRefused(not_allowed(by))
        gaps = [
            *organisation_gaps(organisation_id),
            *in_future(_("Từ ngày"), on, at),
            *missing(_("Tiêu chuẩn"), standard, _("Ghi tiêu chuẩn, ví dụ TCVN ISO 9001:2015"), "standard"),
            *missing(_("Quyết định, bản công bố"), legal_basis, _("Ghi số, ký hiệu, ngày"), "basis-missing"),
            *too_long(_("Tiêu chuẩn"), standard, 80),
            *too_long(_("Quyết định, bản công bố"), legal_basis, 300),
        ]
        known = QualitySystem.objects.select_for_update().filter(organisation=organisation_id)
        there = known.filter(on=on).first()
        before = known.filter(on__lt=on).order_by("on").last()
        has_one = before is not None and before.state != QualityState.WITHDRAWN
        if state not in _BEGINS and not has_one:
            what = _("trước ngày này đơn vị chưa công bố hệ thống nào")
            gaps.append(Gap(_("Tình trạng"), what, _("Ghi công bố trước"), code="not-announced"))
        refuse_if(gaps)
        facts = quality_facts(there) if there else None
        refuse_unless_seen(_("Tình trạng"), facts, seen)
        row = there or QualitySystem(organisation_id=organisation_id, on=on)
        row.state, row.standard = state, nfc(standard).strip()
        row.legal_basis = nfc(legal_basis).strip()
        row.save()
        trace(
            by=by,
            at=at,
            verb="quality.recorded",
            object=f"organisation:{organisation_id}",
            label=row.standard,
            before=facts,
            after=quality_facts(row),
        )
        return row


def quality_facts(row: QualitySystem) -> dict[str, object]:
    """What is recorded of one day."""
    return {"on": row.on, "state": row.state, "standard": row.standard, "legal_basis": row.legal_basis}
