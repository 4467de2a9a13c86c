"""Passing messages on to the gateways; after a fall a message may arrive twice, with the same webhook-id."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime

from openpar.base.accounts.models import User
from openpar.base.notifications.actions.gateways import note_failed, note_taken, purpose_of
from openpar.base.notifications.links import outside_address
from openpar.base.notifications.models import Delivery, Gateway
from openpar.base.notifications.webhooks import Envelope, NoGateway, ask_gateway, sealed_envelope
from openpar.base.organisations.roles import Actor
from openpar.common.sealing import CannotUnseal, unseal

_log = logging.getLogger("openpar.gateways")
_AT_ONCE = 100
# A gateway that is away is not asked again in the same run: others would wait for it.
_MOST_FAILURES = 3

Ask = Callable[[str, Envelope], str]


def deliver_due(*, by: Actor, at: datetime, ask: Ask = ask_gateway) -> int:
    """Sends what is due, oldest first; returns how much the gateways took."""
    return sum(
        _deliver_to(gateway, by=by, at=at, ask=ask) for gateway in Gateway.objects.filter(ended_at=None)
    )


def _deliver_to(gateway: Gateway, *, by: Actor, at: datetime, ask: Ask) -> int:
    waiting = gateway.deliveries.filter(due_at__lte=at).select_related("gateway", "message__recipient")
    taken = failed = 0
    for delivery in waiting.order_by("due_at", "pk")[:_AT_ONCE]:
        try:
            answer = ask(gateway.address, envelope_of(delivery, at=at))
        except (NoGateway, CannotUnseal) as failure:
            _log.warning("delivery %s to gateway %s failed", delivery.pk, gateway.pk)
            said = str(failure) if isinstance(failure, NoGateway) else "secret does not open"
            note_failed(delivery_id=delivery.pk, answer=said[:200], by=by, at=at)
            failed += 1
        else:
            note_taken(delivery_id=delivery.pk, answer=answer[:200], at=at)
            taken += 1
        if failed >= _MOST_FAILURES:
            break
    return taken


def deliveries_wait() -> bool:
    """Is there anything for a gateway?"""
    return Delivery.objects.filter(due_at__isnull=False).exists()


def envelope_of(delivery: Delivery, *, at: datetime) -> Envelope:
    """What is sent: text, link, who by the word that the gateway knows, and nothing else.

    Raises CannotUnseal when the key of the installation has changed.
    """
    gateway, message = delivery.gateway, delivery.message
    body = {
        "type": "notification.test" if delivery.is_test else "notification.reminder",
        "timestamp": message.sent_at.isoformat(),
        "data": {
            "person": _reference(message.recipient, gateway.reference),
            "text": message.text,
            "link": outside_address(message.link),
        },
    }
    return sealed_envelope(
        webhook_id=delivery.webhook_id,
        body=json.dumps(body, ensure_ascii=False).encode(),
        secret=unseal(gateway.secret, purpose=purpose_of(gateway)),
        at=at,
    )


def _reference(person: User, reference: str) -> str:
    if reference == Gateway.Reference.USERNAME:
        return person.username
    return person.email if reference == Gateway.Reference.EMAIL else f"user:{person.pk}"
