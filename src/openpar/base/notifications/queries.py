"""What a person has been told, and by which ways it leaves the program."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, F, Q, QuerySet

from openpar.base.notifications.models import (
    CHECKPOINTS,
    Channel,
    ChannelChoice,
    Delivery,
    Gateway,
    Message,
    Pace,
)
from openpar.base.notifications.rules import settings_in_force


def unread_count(user_id: int) -> int:
    return Message.objects.filter(recipient_id=user_id, read_at__isnull=True).count()


def messages_of(user_id: int) -> QuerySet[Message]:
    """All messages of one person, newest first."""
    return Message.objects.filter(recipient_id=user_id).order_by("-id")


def latest_messages_of(user_id: int) -> QuerySet[Message]:
    """What belongs on the first page, newest first: all but checkpoints that were read or replaced."""
    return messages_of(user_id).exclude(link__startswith=CHECKPOINTS, read_at__isnull=False)


def paces_of(user_id: int) -> Mapping[Channel, Pace]:
    """What holds for a person: their choice, else data/reminders.yaml."""
    chosen = ChannelChoice.objects.filter(user_id=user_id).values_list("channel", "pace")
    return {
        **settings_in_force().paces,
        **{Channel(channel): Pace(pace) for channel, pace in chosen},
    }


def gateways() -> QuerySet[Gateway]:
    """All of them, those in use first, with `waiting`, `taken` and `given_up`."""
    counted = Gateway.objects.select_related("made_by").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__due_at__isnull=False)),
        taken=Count("deliveries", filter=Q(deliveries__taken_at__isnull=False)),
        given_up=Count("deliveries", filter=Q(deliveries__given_up_at__isnull=False)),
    )
    return counted.order_by(F("ended_at").asc(nulls_first=True), "name", "id")


def latest_deliveries(gateway_id: int, most: int) -> list[Delivery]:
    """The newest deliveries of a gateway."""
    return list(Delivery.objects.filter(gateway_id=gateway_id).order_by("-id")[:most])
