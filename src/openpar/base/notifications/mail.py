"""Messages about the way in, mailed as well: who is locked out cannot read them in the program."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from openpar.base.notifications.actions import mark_mailed
from openpar.base.notifications.models import Message

_log = logging.getLogger("openpar.mail")
_AT_ONCE = 100


def send_due_mail() -> int:
    """Mails what is due, oldest first; returns how many went out.

    Each is marked when the server has taken it: after a fall in between it goes out twice, never not at all.
    An address that the server refuses is given up, with a line in the log. Raises OSError and SMTPException
    when the server is away; what is left goes out with the next run.
    """
    due = Message.objects.filter(is_mail_due=True).select_related("recipient").order_by("pk")[:_AT_ONCE]
    messages, sent = list(due), 0
    if not messages:
        return 0
    with get_connection() as mail:
        for message in messages:
            address = message.recipient.email
            if address and message.recipient.is_active:
                try:
                    mail.send_messages([_letter(message, address)])
                    sent += 1
                except SMTPRecipientsRefused:
                    account = message.recipient_id
                    _log.warning("message %s: the address of account %s is refused", message.pk, account)
            mark_mailed(message_id=message.pk)
    return sent


def _letter(message: Message, address: str) -> EmailMessage:
    """No link: nobody should learn to follow one from a letter about passwords."""
    subject = _("Thông báo về tài khoản %s") % message.recipient.username
    return EmailMessage(subject, message.text, to=[address])
