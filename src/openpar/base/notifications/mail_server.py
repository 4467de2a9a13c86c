"""Is there a mail server?"""

from __future__ import annotations

from django.conf import settings


def mail_is_set_up() -> bool:
    """Without a server nothing is mailed, and nothing waits to be."""
    return bool(settings.EMAIL_HOST)
