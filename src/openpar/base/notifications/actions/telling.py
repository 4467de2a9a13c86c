"""Telling people, in the transaction of what is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openpar.base.accounts.models import User
from openpar.base.notifications.mail_server import mail_is_set_up
from openpar.base.notifications.models import (
    Channel,
    ChannelChoice,
    Delivery,
    Gateway,
    Message,
    Pace,
    Topic,
)
from openpar.base.notifications.rules import settings_in_force
from openpar.common.db import write_transaction

_LONGEST_TEXT = 500


@dataclass(frozen=True)
class Word:
    """What one person is to be told."""

    recipient: int
    text: str
    link: str


def tell(
    *,
    recipients: Iterable[int],
    text: str,
    link: str = "",
    at: datetime,
    by_mail: bool = False,
    topic: Topic = Topic.EVENT,
) -> None:
    """One row per recipient; nobody is told the same thing twice in one call.

    `by_mail`: for what concerns the way in; mailed at once where mail is set up (mail.py), whatever the
    person chose. Everything else leaves the program as the person chose (`Channel`).
    """
    words = [Word(recipient, text, link) for recipient in sorted(set(recipients))]
    tell_all(words=words, topic=Topic.SECURITY if by_mail else topic, at=at)


def tell_all(*, words: Sequence[Word], topic: Topic, at: datetime) -> list[Message]:
    """Everybody their own words, in a few statements; the messages in the order of `words`.

    Part of a transaction of the caller: what leaves the program is noted in the same one.
    """
    paces = _paces({word.recipient for word in words}, topic)
    messages = Message.objects.bulk_create(
        Message(
            recipient_id=word.recipient,
            topic=topic,
            text=word.text[:_LONGEST_TEXT],
            link=word.link,
            sent_at=at,
            is_mail_due=paces[word.recipient, Channel.MAIL] is Pace.AT_ONCE,
            is_digest_due=paces[word.recipient, Channel.MAIL] is Pace.DIGEST,
        )
        for word in words
    )
    if topic is Topic.REMINDER:
        _put_into_gateways(messages, paces, at)
    return messages


def _paces(people: set[int], topic: Topic) -> Mapping[tuple[int, Channel], Pace]:
    """How fast each person gets this topic by each channel."""
    if not mail_is_set_up() or topic is Topic.CHECKPOINT:
        mail = Pace.NEVER
    elif topic is Topic.SECURITY:
        mail = Pace.AT_ONCE
    else:
        mail = settings_in_force().paces[Channel.MAIL]
    gateway = settings_in_force().paces[Channel.GATEWAY]
    paces = {(person, Channel.MAIL): mail for person in people}
    paces |= {(person, Channel.GATEWAY): gateway for person in people}
    may_leave = mail_is_set_up() or topic is Topic.REMINDER
    if topic in (Topic.SECURITY, Topic.CHECKPOINT) or not may_leave:
        return paces
    for choice in ChannelChoice.objects.filter(user_id__in=people):
        if choice.channel != Channel.MAIL or mail_is_set_up():
            paces[choice.user_id, Channel(choice.channel)] = Pace(choice.pace)
    return paces


def _put_into_gateways(
    messages: Sequence[Message], paces: Mapping[tuple[int, Channel], Pace], at: datetime
) -> None:
    """Only reminders: what happened to somebody's work is no business of a gateway."""
    gateways = Gateway.objects.filter(ended_at=None).order_by("pk")
    Delivery.objects.bulk_create(
        Delivery(gateway=gateway, message=message, due_at=at)
        for gateway in gateways
        for message in messages
        if paces[message.recipient_id, Channel.GATEWAY] is Pace.AT_ONCE
    )


def mark_read_below(*, recipients: Iterable[int], link: str, at: datetime) -> int:
    """Marks what these people have unread and that leads somewhere below `link`: something newer replaces it.

    Runs in the transaction of what replaces it. Returns how many messages that were.
    """
    below = Message.objects.filter(recipient_id__in=sorted(set(recipients)), link__startswith=link)
    return below.filter(read_at__isnull=True).update(read_at=at)


def mark_all_read(*, user_id: int, at: datetime) -> int:
    with write_transaction():
        return Message.objects.filter(recipient_id=user_id, read_at__isnull=True).update(read_at=at)


def mark_read(*, user_id: int, message_id: int, at: datetime) -> None:
    """One message of one's own; nothing for a message of somebody else. Raises Message.DoesNotExist."""
    with write_transaction():
        message = Message.objects.select_for_update().get(pk=message_id, recipient_id=user_id)
        if message.read_at is None:
            message.read_at = at
            message.save(update_fields=["read_at"])


def active_of(people: Iterable[int]) -> frozenset[int]:
    """Those of the accounts that are not stopped."""
    return frozenset(User.objects.filter(pk__in=set(people), is_active=True).values_list("pk", flat=True))
