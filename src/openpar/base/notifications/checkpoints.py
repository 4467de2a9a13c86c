"""The daily message with the newest checkpoint: once it lies in a mailbox, it cannot be taken back."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.audit.models import Checkpoint
from openpar.base.notifications.actions import tell
from openpar.base.notifications.models import Message
from openpar.common.db import write_transaction

# Who keeps a checkpoint for the agency.
_KEEPERS = (Role.AGENCY_HEAD, Role.FOCAL_OFFICER)


def tell_checkpoint(*, at: datetime) -> int:
    """Sends the newest checkpoint to every agency, in the program and by e-mail where mail is set up.

    Returns how many people were told; 0 when there is no checkpoint, or everybody has this one already.
    """
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return 0
    link = f"/seals/checkpoints/{newest.size}"
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
        tell(
            recipients=recipients,
            text=_("Mốc niêm phong nhật ký: %(size)d dòng, gốc cây %(root)s. Giữ lại để kiểm tra về sau.")
            % {"size": newest.size, "root": newest.root},
            link=link,
            at=at,
        )
    _mail(recipients, newest)
    return len(recipients)


def _mail(recipients: list[int], newest: Checkpoint) -> None:
    """After the transaction: if a mail fails, tomorrow's checkpoint covers this one."""
    if not settings.EMAIL_HOST:
        return
    addresses = User.objects.filter(pk__in=recipients).exclude(email="").values_list("email", flat=True)
    subject = _("Mốc niêm phong nhật ký %d") % newest.size
    with get_connection() as mail:
        mail.send_messages([EmailMessage(subject, newest.note, to=[address]) for address in addresses])
