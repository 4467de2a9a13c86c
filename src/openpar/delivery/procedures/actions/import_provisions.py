"""Offers from files: how procedures are offered, each from its day on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.delivery.procedures.actions.provisions import Offer, offer_gaps, offer_of, put_provision
from openpar.delivery.procedures.actions.versions import Register
from openpar.delivery.procedures.errors import ProcedureFileRefused
from openpar.delivery.procedures.models import Procedure, ProcedureVersion, Provision
from openpar.delivery.procedures.rows import ProvisionRow

_Place = tuple[str, int | None]


class Counted(Protocol):
    """What a file did, in rows."""

    added: int
    changed: int
    unchanged: int


def load_provisions(
    rows: Sequence[ProvisionRow], register: Register, loaded: Counted, *, by: Actor, at: datetime
) -> None:
    """Writes the offers, earlier days first. Raises ProcedureFileRefused with every row that cannot be."""
    if not rows:
        return
    procedures = {one.code: one for one in Procedure.objects.all()}
    spans: defaultdict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for code, since, until in ProcedureVersion.objects.values_list(
        "procedure__code", "valid_from", "valid_until"
    ):
        spans[code].append((since, until))
    gaps = [gap for row in rows for gap in _gaps(row, procedures, spans, register)]
    if gaps:
        raise ProcedureFileRefused(gaps)
    known: defaultdict[_Place, list[Provision]] = defaultdict(list)
    for provision in Provision.objects.select_related("procedure").order_by("valid_from"):
        known[provision.procedure.code, provision.organisation_id].append(provision)
    for row in sorted(rows, key=lambda row: row.valid_from):
        organisation_id = register.organisations[row.agency] if row.agency else None
        place = (row.code.national, organisation_id)
        _put(row, procedures[row.code.national], organisation_id, known[place], loaded, by=by, at=at)


def _gaps(
    row: ProvisionRow,
    procedures: dict[str, Procedure],
    spans: dict[str, list[tuple[date, date | None]]],
    register: Register,
) -> list[Gap]:
    code, where = row.code.national, row.where
    if code not in procedures:
        remedy = _("Nạp thủ tục ở bảng Thủ tục trước")
        return [Gap(where, _("không có thủ tục %s") % row.code, remedy, code="procedure-unknown")]
    found = []
    day = row.valid_from
    if not any(since <= day and (until is None or day < until) for since, until in spans[code]):
        what = _("ngày %s thủ tục không có hiệu lực") % f"{day:%d/%m/%Y}"
        found.append(Gap(where, what, _("Chọn ngày thủ tục còn hiệu lực"), code="not-in-force"))
    if row.agency and row.agency not in register.organisations:
        remedy = _("Ghi khóa của đơn vị trong danh mục đơn vị, ví dụ 68-so-y-te")
        found.append(Gap(where, _("không có đơn vị “%s”") % row.agency, remedy, code="unit-unknown"))
    found += [
        Gap(f"{where}: {gap.where}", gap.what, gap.remedy, gap.code) for gap in offer_gaps(_offer(row), day)
    ]
    return found


def _offer(row: ProvisionRow) -> Offer:
    return Offer(
        online_level=row.online_level,
        partial_reason=row.partial_reason,
        reason_published=row.reason_published,
        on_national_portal_since=row.portal_since,
        pays_online=row.pays_online,
        any_place=row.any_place,
        at_one_stop=row.at_one_stop,
        has_internal_workflow=row.has_internal_workflow,
        workflow_basis=row.workflow_basis,
        legal_basis=row.legal_basis,
    )


def _put(
    row: ProvisionRow,
    procedure: Procedure,
    organisation_id: int | None,
    known: list[Provision],
    loaded: Counted,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Corrects the offer of that very day, or puts a new one between those before and after it."""
    offer = _offer(row)
    last = next((one for one in reversed(known) if one.valid_from <= row.valid_from), None)
    following = next((one.valid_from for one in known if one.valid_from > row.valid_from), None)
    if last is not None and last.valid_from == row.valid_from:
        if offer_of(last) == offer:
            loaded.unchanged += 1
            return
        loaded.changed += 1
    else:
        loaded.added += 1
    written = put_provision(
        procedure, organisation_id, row.valid_from, offer, last=last, by=by, at=at, until=following
    )
    known[:] = sorted(
        (*(one for one in known if one.pk != written.pk), written), key=lambda one: one.valid_from
    )
