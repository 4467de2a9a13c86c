"""How a procedure is offered from a day on: online level, one-stop, payment, place, internal workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.delivery.procedures.actions.shared import (
    lock_catalogue,
    organisation_gaps,
    refuse_if,
    refuse_unless_manager,
    refuse_unless_seen,
    too_long,
    trace,
)
from openpar.delivery.procedures.models import Procedure, Provision
from openpar.delivery.procedures.rules import online_level_gaps
from openpar.delivery.procedures.words import OnlineLevel


@dataclass(frozen=True)
class Offer:
    """Everything that is said of how a procedure is offered, its dates aside."""

    online_level: OnlineLevel
    partial_reason: str = ""
    reason_published: str = ""
    on_national_portal_since: date | None = None
    pays_online: bool = False
    any_place: bool = False
    at_one_stop: bool = False
    has_internal_workflow: bool = False
    workflow_basis: str = ""
    legal_basis: str = ""


def offer_of(provision: Provision) -> Offer:
    known = {field.name: getattr(provision, field.name) for field in fields(Offer)}
    return Offer(**{**known, "online_level": OnlineLevel(provision.online_level)})


def set_provision(
    *,
    by: Actor,
    at: datetime,
    procedure_id: int,
    organisation_id: int | None,
    on: date,
    offer: Offer,
    seen: str = "",
) -> Provision:
    """The procedure is offered so from `on`, by every agency or by one; what was said before ends there.

    A second word on the same day replaces the first; a day before an already recorded later one is refused.
    `seen`: the mark (`mark_of`) of `last_facts` when the person typed. Raises ProceduresRefused,
    StaleProcedures when the last word is another one by now.
    """
    with write_transaction():
        lock_catalogue()
        refuse_unless_manager(by)
        procedure = Procedure.objects.get(pk=procedure_id)
        last = last_provision(procedure, organisation_id)
        gaps = [*offer_gaps(offer, on), *_order_gaps(last, on), *_beginning_gaps(procedure, on)]
        if organisation_id is not None:
            gaps += organisation_gaps(organisation_id)
        refuse_if(gaps)
        refuse_unless_seen(_("Mức độ trực tuyến"), last_facts(last), seen)
        return put_provision(procedure, organisation_id, on, offer, last=last, by=by, at=at)


def last_facts(last: Provision | None) -> dict[str, object] | None:
    """The last word about an offer, with its first day."""
    return None if last is None else {**asdict(offer_of(last)), "on": last.valid_from}


def last_provision(procedure: Procedure, organisation_id: int | None) -> Provision | None:
    """What was said last of every agency, or of this one."""
    found = Provision.objects.filter(procedure=procedure).order_by("valid_from")
    if organisation_id is None:
        return found.filter(organisation__isnull=True).last()
    return found.filter(organisation=organisation_id).last()


def put_provision(
    procedure: Procedure,
    organisation_id: int | None,
    on: date,
    offer: Offer,
    *,
    last: Provision | None,
    by: Actor,
    at: datetime,
    until: date | None = None,
) -> Provision:
    """Writes what was checked; `last` is the provision of that day or the one before, which ends."""
    same_day = last if last is not None and last.valid_from == on else None
    before = None if last is None else provision_facts(last)
    if last is not None and same_day is None and (last.valid_until is None or last.valid_until > on):
        last.valid_until = on
        last.save(update_fields=["valid_until"])
    provision = Provision(
        pk=same_day.pk if same_day else None,
        procedure=procedure,
        organisation_id=organisation_id,
        valid_from=on,
        valid_until=same_day.valid_until if same_day else until,
        **asdict(offer),
    )
    provision.save()
    trace(
        by=by,
        at=at,
        verb="procedure.offered",
        object=f"procedure:{procedure.pk}",
        label=procedure.full_code,
        before=before,
        after=provision_facts(provision),
        reason=offer.legal_basis,
    )
    return provision


def provision_facts(provision: Provision) -> Mapping[str, object]:
    """A provision as the trace keeps it."""
    return {
        **asdict(offer_of(provision)),
        "organisation": provision.organisation_id,
        "valid_from": provision.valid_from,
        "valid_until": provision.valid_until,
    }


def offer_gaps(offer: Offer, on: date) -> list[Gap]:
    """What keeps an offer from being recorded from `on`."""
    gaps = online_level_gaps(
        offer.online_level, on=on, reason=offer.partial_reason, reason_published=offer.reason_published
    )
    if offer.workflow_basis.strip() and not offer.has_internal_workflow:
        remedy = _("Đánh dấu có quy trình nội bộ, hoặc bỏ quyết định")
        what = _("có quyết định nhưng không có quy trình")
        gaps.append(Gap(_("Quy trình nội bộ"), what, remedy, code="workflow-unfit"))
    for where, text in (
        (_("Nơi công bố lý do"), offer.reason_published),
        (_("Quyết định quy trình nội bộ"), offer.workflow_basis),
        (_("Căn cứ"), offer.legal_basis),
    ):
        gaps += too_long(where, text, 300)
    return gaps


def _order_gaps(last: Provision | None, on: date) -> list[Gap]:
    if last is None or last.valid_from <= on:
        return []
    since = format_date(last.valid_from)
    what = _("đã có thay đổi từ ngày %(since)s, sau ngày %(on)s") % {"since": since, "on": format_date(on)}
    remedy = _("Thay đổi được ghi theo thứ tự ngày: chọn ngày từ %s trở đi") % since
    return [Gap(_("Từ ngày"), what, remedy, code="later-provision")]


def _beginning_gaps(procedure: Procedure, on: date) -> list[Gap]:
    if procedure.versions.as_of(on).exists():
        return []
    what = _("ngày %s thủ tục không có hiệu lực") % format_date(on)
    return [Gap(_("Từ ngày"), what, _("Chọn ngày thủ tục còn hiệu lực"), code="not-in-force")]
