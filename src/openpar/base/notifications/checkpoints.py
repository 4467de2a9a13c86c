"""The daily message with the newest checkpoint: once it lies in a mailbox, it cannot be taken back."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.audit.models import Checkpoint
from openpar.base.notifications.actions import mark_read_below, tell
from openpar.base.notifications.mail_server import mail_is_set_up
from openpar.base.notifications.models import CHECKPOINTS, Message, Topic
from openpar.common.db import write_transaction
from openpar.common.formats import format_date, format_decimal

# Who keeps a checkpoint for the agency.
_KEEPERS = (Role.AGENCY_HEAD, Role.FOCAL_OFFICER)
# The whole root stands in the file that the message leads to.
_SHOWN_OF_ROOT = 8


def tell_checkpoint(*, at: datetime) -> int:
    """Sends the newest checkpoint to every agency, in the program and by e-mail where mail is set up.

    Whoever has not read the one of yesterday needs to read only this one: a later checkpoint covers the
    earlier. Returns how many people were told; 0 when there is no checkpoint, or everybody has this one.
    """
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return 0
    link = f"{CHECKPOINTS}{newest.size}"
    with write_transaction():
        told = Message.objects.filter(link=link).values_list("recipient_id", flat=True)
        keepers = (
            RoleHeld.objects.as_of(timezone.localdate(at))
            .filter(role__in=_KEEPERS, user__is_active=True)
            .exclude(user_id__in=told)
            .values_list("user_id", flat=True)
            .distinct()
        )
        recipients = sorted(keepers)
        mark_read_below(recipients=recipients, link=CHECKPOINTS, at=at)
        tell(recipients=recipients, text=_text(newest), link=link, at=at, topic=Topic.CHECKPOINT)
    _mail(recipients, newest)
    return len(recipients)


def _text(newest: Checkpoint) -> str:
    shown = _("Mốc niêm phong nhật ký ngày %(day)s: %(size)s dòng, mã đối chiếu %(root)s…") % {
        "day": format_date(newest.at),
        "size": format_decimal(newest.size),
        "root": newest.root[:_SHOWN_OF_ROOT],
    }
    return shown + " " + _("Bấm để lưu tệp làm bằng chứng.")


def _mail(recipients: list[int], newest: Checkpoint) -> None:
    """After the transaction: if a mail fails, tomorrow's checkpoint covers this one."""
    if not mail_is_set_up():
        return
    addresses = User.objects.filter(pk__in=recipients).exclude(email="").values_list("email", flat=True)
    subject = _("Mốc niêm phong nhật ký %d") % newest.size
    with get_connection() as mail:
        mail.send_messages([EmailMessage(subject, newest.note, to=[address]) for address in addresses])
