"""A new password, and telling its owner: also by mail, for whoever can no longer get in to read it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.access.rules import given_password_ends_at
from openpar.base.accounts.actions import set_password
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.formats import format_date


def change_password(*, by: Actor, at: datetime, user_id: int, password: str) -> None:
    """One's own, or somebody else's by an administrator; every session of the person ends.

    One that an administrator gave lapses (`given_password_ends_at`) and is changed at the first log-in.
    Raises AccountRefused.
    """
    with write_transaction():
        set_password(by=by, at=at, user_id=user_id, password=password)
        if by.id == user_id:
            text = _("Mật khẩu của bạn vừa được đổi. Nếu không phải bạn đổi, hãy báo quản trị hệ thống.")
        else:
            text = _(
                "%(who)s đã đặt lại mật khẩu của bạn; các phiên đăng nhập đã đóng. Mật khẩu được cấp hết hạn "
                "ngày %(day)s và phải đổi khi đăng nhập. Nếu bạn không đề nghị, hãy báo quản trị hệ thống."
            ) % {"who": by.full_name, "day": format_date(given_password_ends_at(at))}
        tell(recipients=[user_id], text=text, link="/account/sessions/", at=at, by_mail=True)
