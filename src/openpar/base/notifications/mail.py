"""Messages that leave by mail: about the way in, at once, and the letter of the day with all that is new.

Who is locked out cannot read in the program what happened to the password; who is away reads what is due.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from openpar.base.accounts.models import User
from openpar.base.notifications.actions.letters import mark_digest_mailed, mark_mailed
from openpar.base.notifications.links import outside_address
from openpar.base.notifications.models import Digest, Message, Topic
from openpar.common.formats import format_date

_log = logging.getLogger("openpar.mail")
_AT_ONCE = 100
# Longer letters are not read; the rest is counted, and stands in the program.
_MOST_IN_DIGEST = 60


@dataclass(frozen=True)
class _Due:
    """A letter that waits: to whom, under which name in the log, how it is written and marked."""

    recipient: User
    name: str
    write: Callable[[], EmailMessage]
    mark: Callable[[], None]


def send_due_mail() -> int:
    """Mails what is due, oldest first, single messages before letters of the day; returns how many went out.

    Each is marked when the server has taken it: after a fall in between it goes out twice, with the same
    Message-ID, never not at all. An address that the server refuses is given up, with a line in the log.
    Raises OSError and SMTPException when the server is away; what is left goes out with the next run.
    """
    due, sent = [*_single(), *_of_the_day()], 0
    if not due:
        return 0
    with get_connection() as mail:
        for one in due:
            if one.recipient.email and one.recipient.is_active:
                try:
                    mail.send_messages([one.write()])
                    sent += 1
                except SMTPRecipientsRefused:
                    _log.warning("%s: the address of account %s is refused", one.name, one.recipient.pk)
            one.mark()
    return sent


def _single() -> Iterator[_Due]:
    waiting = Message.objects.filter(is_mail_due=True).select_related("recipient").order_by("pk")
    for message in waiting[:_AT_ONCE]:
        mark = partial(mark_mailed, message_id=message.pk)
        yield _Due(message.recipient, f"message {message.pk}", partial(_letter, message), mark)


def _of_the_day() -> Iterator[_Due]:
    waiting = Digest.objects.filter(is_mail_due=True).select_related("recipient").order_by("pk")
    for digest in waiting[:_AT_ONCE]:
        mark = partial(mark_digest_mailed, digest_id=digest.pk)
        yield _Due(digest.recipient, f"digest {digest.pk}", partial(_digest_letter, digest), mark)


def _letter(message: Message) -> EmailMessage:
    """About the way in without a link: nobody should learn to follow one from a letter about passwords."""
    number = _number("message", message.pk, message.sent_at)
    if message.topic == Topic.SECURITY:
        subject = _("Thông báo về tài khoản %s") % message.recipient.username
        return _to(message.recipient, subject, message.text, number)
    return _to(message.recipient, str(Topic(message.topic).label), _with_link(message), number)


def _digest_letter(digest: Digest) -> EmailMessage:
    """Reminders first, then what happened; each with the address of its page where the site has one."""
    messages = list(digest.messages.order_by("pk"))
    messages.sort(key=lambda message: message.topic != Topic.REMINDER)
    parts = [_with_link(message) for message in messages[:_MOST_IN_DIGEST]]
    if len(messages) > _MOST_IN_DIGEST:
        parts.append(_("Còn %d thông báo nữa trong chương trình.") % (len(messages) - _MOST_IN_DIGEST))
    said = {"count": len(messages), "day": format_date(digest.day)}
    subject = _("%(count)d thông báo mới, ngày %(day)s") % said
    parts.append(_("Đổi cách nhận: mục “Cách nhận thông báo” trong chương trình."))
    text = "\n\n".join(parts)
    return _to(digest.recipient, subject, text, _number("digest", digest.pk, digest.made_at))


def _with_link(message: Message) -> str:
    return f"{message.text}\n{outside_address(message.link)}".strip()


def _to(recipient: User, subject: str, text: str, number: str) -> EmailMessage:
    return EmailMessage(subject, text, to=[recipient.email], headers={"Message-ID": number})


def _number(kind: str, pk: int, made_at: datetime) -> str:
    """The same at every try, and another for every letter, also after a backup was restored."""
    host = settings.ALLOWED_HOSTS[0].strip("[]*.") or "localhost"
    return f"<{kind}.{pk}.{int(made_at.timestamp() * 1_000_000)}@{host}>"
