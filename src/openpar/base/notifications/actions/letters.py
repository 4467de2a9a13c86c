"""The letter of the day, and what the outbox notes when one has left."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from openpar.base.notifications.models import Digest, Message
from openpar.common.db import write_transaction


def make_digests(*, at: datetime) -> int:
    """Puts what waits for the letter of the day into one letter for each person; returns how many letters.

    A person gets one letter a day: what comes later waits for tomorrow. What was read in the meantime, and
    what waits for somebody without an address, needs no letter.
    """
    today = timezone.localdate(at)
    with write_transaction():
        waiting = Message.objects.filter(is_digest_due=True)
        waiting.filter(read_at__isnull=False).update(is_digest_due=False)
        waiting.filter(recipient__email="").update(is_digest_due=False)
        waiting.filter(recipient__is_active=False).update(is_digest_due=False)
        have_one = Digest.objects.filter(day=today).values("recipient_id")
        people = waiting.exclude(recipient_id__in=have_one).values_list("recipient_id", flat=True)
        digests = Digest.objects.bulk_create(
            Digest(recipient_id=person, day=today, made_at=at) for person in sorted(set(people))
        )
        for digest in digests:
            mine = Message.objects.filter(recipient_id=digest.recipient_id, is_digest_due=True)
            mine.update(digest=digest, is_digest_due=False)
        return len(digests)


def mark_mailed(*, message_id: int) -> None:
    """The letter has gone out, or never will."""
    with write_transaction():
        Message.objects.filter(pk=message_id).update(is_mail_due=False)


def mark_digest_mailed(*, digest_id: int) -> None:
    """The letter of the day has gone out, or never will."""
    with write_transaction():
        Digest.objects.filter(pk=digest_id).update(is_mail_due=False)
