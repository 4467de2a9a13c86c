"""Gateways: made, tried out and ended by an administrator; deliveries noted as taken, failed or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.notifications.actions.telling import Word, tell_all
from openpar.base.notifications.errors import NotificationRefused
from openpar.base.notifications.models import Delivery, Gateway, Topic
from openpar.base.notifications.permissions import may_manage_gateways
from openpar.base.notifications.rules import settings_in_force
from openpar.base.notifications.webhooks import gaps_of_address, new_secret
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.sealing import seal
from openpar.common.text import nfc

_LONGEST_NAME, _LONGEST_ADDRESS = 80, 300
_PAGE = "/notifications/gateways/"


def make_gateway(
    *, by: Actor, at: datetime, name: str, address: str, reference: Gateway.Reference
) -> tuple[Gateway, str]:
    """A gateway that gets every reminder from now on, and its secret, which is shown this once.

    Raises NotificationRefused.
    """
    with write_transaction():
        _allowed(by)
        called, to = " ".join(nfc(name).split()), address.strip()
        gaps = gaps_of_address(to)
        if not called or len(called) > _LONGEST_NAME:
            gaps.insert(0, Gap(_("Tên"), _("để trống hoặc dài quá %d ký tự") % _LONGEST_NAME, code="name"))
        if len(to) > _LONGEST_ADDRESS:
            gaps.append(Gap(_("Địa chỉ"), _("dài quá %d ký tự") % _LONGEST_ADDRESS, code="address-long"))
        if Gateway.objects.filter(ended_at=None, address=to).exists():
            gaps.append(Gap(_("Địa chỉ"), _("đã có cổng dùng địa chỉ này"), code="address-twice"))
        if gaps:
            raise NotificationRefused(gaps)
        gateway = Gateway.objects.create(
            name=called, address=to, reference=reference, secret="", made_at=at, made_by_id=by.id
        )
        secret = new_secret()
        gateway.secret = seal(secret, purpose=purpose_of(gateway))
        gateway.save(update_fields=["secret"])
        facts = {"name": called, "address": to, "person_reference": reference.value}
        _trace(gateway, "gateway.made", by=by, at=at, after=facts)
        return gateway, secret


def end_gateway(*, by: Actor, at: datetime, gateway_id: int, reason: str) -> None:
    """Nothing goes to it any more, not even what waits. Raises NotificationRefused, Gateway.DoesNotExist."""
    with write_transaction():
        gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
        _allowed(by)
        gaps = [] if reason.strip() else [Gap(_("Lý do"), _("chưa ghi"), code="reason")]
        if gateway.ended_at is not None:
            gaps.append(Gap(gateway.name, _("cổng này đã ngừng"), code="ended"))
        if gaps:
            raise NotificationRefused(gaps)
        gateway.ended_at = at
        gateway.save(update_fields=["ended_at"])
        waiting = _waiting().filter(gateway=gateway)
        waiting.update(due_at=None, given_up_at=at, answer=_("cổng đã ngừng"))
        _trace(gateway, "gateway.ended", by=by, at=at, reason=reason.strip())


def try_gateway(*, by: Actor, at: datetime, gateway_id: int) -> None:
    """Sends a message to oneself through the gateway; the job takes it along with the others.

    Raises NotificationRefused, Gateway.DoesNotExist.
    """
    with write_transaction():
        gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
        _allowed(by)
        if gateway.ended_at is not None:
            raise NotificationRefused(Gap(gateway.name, _("cổng này đã ngừng"), code="ended"))
        text = _("Tin thử qua cổng “%s”.") % gateway.name
        (message,) = tell_all(words=[Word(by.person_id, text, _PAGE)], topic=Topic.EVENT, at=at)
        Delivery.objects.create(gateway=gateway, message=message, is_test=True, due_at=at)
        _trace(gateway, "gateway.tried", by=by, at=at)


def note_taken(*, delivery_id: int, answer: str, at: datetime) -> None:
    """The gateway has taken it."""
    with write_transaction():
        delivery = _waiting().select_for_update().filter(pk=delivery_id).first()
        if delivery is not None:
            delivery.tries, delivery.tried_at, delivery.answer = delivery.tries + 1, at, answer
            delivery.due_at, delivery.taken_at = None, at
            delivery.save()


def note_failed(*, delivery_id: int, answer: str, by: Actor, at: datetime) -> None:
    """It is tried again later; after the last try it is given up, and the trace says so."""
    with write_transaction():
        waiting = _waiting().select_for_update(of=("self",)).select_related("gateway")
        delivery = waiting.filter(pk=delivery_id).first()
        if delivery is None:
            return
        retries = settings_in_force().retries
        again = None if delivery.tries >= len(retries) else at + retries[delivery.tries]
        delivery.tries, delivery.tried_at, delivery.answer = delivery.tries + 1, at, answer
        delivery.due_at, delivery.given_up_at = again, None if again else at
        delivery.save()
        if again is None:
            facts = {"message": delivery.message_id, "tries": delivery.tries, "gateway_answer": answer}
            _trace(delivery.gateway, "gateway.given_up", by=by, at=at, after=facts)


def purpose_of(gateway: Gateway) -> str:
    """What the secret is sealed for: moved to another row, it does not open."""
    return f"gateway:{gateway.pk}"


def _waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(due_at__isnull=False)


def _allowed(by: Actor) -> None:
    if not may_manage_gateways(by):
        what = _("%s không được làm việc này") % by.full_name
        raise NotificationRefused(Gap("", what, _("Quản trị hệ thống lập cổng tin nhắn"), code="not-allowed"))


def _trace(
    gateway: Gateway,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    name = f"gateway:{gateway.pk}"
    record(by=by, at=at, verb=verb, object=name, about=name, label=gateway.name, after=after, reason=reason)
