"""Proving who one is by a second factor: each code and each answer counts once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.access.errors import AccessRefused
from openpar.base.access.models import Passkey, RecoveryCode, Totp
from openpar.base.access.passkeys import NotThatKey, Proof, Site, digest_in, proof
from openpar.base.access.recovery import digest_of_code
from openpar.base.access.totp import matching_step
from openpar.base.accounts.traces import record_about
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.sealing import CannotUnseal, unseal


def use_code(*, by: Actor, at: datetime, user_id: int, code: str) -> None:
    """Takes a code of the app, or one of the recovery codes. Raises AccessRefused without saying more."""
    with write_transaction():
        if not _takes_app_code(user_id, code, at) and not _takes_recovery_code(user_id, code, by=by, at=at):
            raise AccessRefused(
                Gap(
                    _("Mã xác thực"),
                    _("chưa đúng, đã hết hạn hoặc đã dùng"),
                    _("Nhập mã đang hiện trong ứng dụng, hoặc một mã khôi phục chưa dùng"),
                    code="code-wrong",
                )
            )


def use_passkey(
    *,
    by: Actor,
    at: datetime,
    site: Site,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    user_id: int | None = None,
) -> int:
    """Takes the answer of a passkey and returns whose it is; with `user_id` only that person's keys count.

    A key that counts its uses and has not counted on was copied: refused, and traced.
    """
    copied: Passkey | None = None
    with write_transaction():
        try:
            keys = Passkey.objects.select_for_update(of=("self",)).select_related("user")
            key = keys.filter(credential_digest=digest_in(answer), user__is_active=True).first()
            if key is None or (user_id is not None and key.user_id != user_id):
                raise NotThatKey("unknown key")
            found = proof(site, state, answer, credential=bytes(key.credential))
        except NotThatKey as error:
            raise AccessRefused(_key_gap()) from error
        if _is_copied(key, found):
            copied = key
            record(
                by=by,
                at=at,
                verb="refuse_passkey",
                object=f"passkey:{key.pk}",
                about=f"user:{key.user_id}",
                label=f"{key.user.full_name}: {key.name}",
                before={"uses_counted": key.uses_counted},
                after={"uses_counted": found.uses_counted},
            )
        else:
            key.uses_counted, key.used_at = found.uses_counted, at
            key.save(update_fields=["uses_counted", "used_at"])
    if copied is not None:
        # After the commit, because the trace of the refusal must stay.
        raise AccessRefused(_key_gap())
    return key.user_id


def _takes_app_code(user_id: int, code: str, at: datetime) -> bool:
    app = Totp.objects.select_for_update().filter(user_id=user_id).first()
    if app is None:
        return False
    try:
        secret = unseal(app.secret, purpose=f"totp:{user_id}")
    except CannotUnseal:
        # The key of the installation was changed: the recovery codes are gone too, an administrator clears.
        return False
    step = matching_step(secret, code, at=at, after=app.last_step)
    if step is None:
        return False
    app.last_step = step
    app.save(update_fields=["last_step"])
    return True


def _takes_recovery_code(user_id: int, code: str, *, by: Actor, at: datetime) -> bool:
    digest = digest_of_code(user_id, code)
    codes = RecoveryCode.objects.select_for_update(of=("self",)).select_related("user")
    found = codes.filter(user_id=user_id, digest=digest, used_at__isnull=True).first()
    if found is None:
        return False
    found.used_at = at
    found.save(update_fields=["used_at"])
    left = RecoveryCode.objects.filter(user_id=user_id, used_at__isnull=True).count()
    record_about(found.user, "use_recovery_code", by=by, at=at, after={"codes_left": left})
    tell(
        recipients=[user_id],
        text=_("Một mã khôi phục vừa được dùng để đăng nhập; còn %s mã.") % left,
        link="/account/second-factor/",
        at=at,
        by_mail=True,
    )
    return True


def _is_copied(key: Passkey, found: Proof) -> bool:
    counts = key.uses_counted > 0 or found.uses_counted > 0
    return counts and found.uses_counted <= key.uses_counted


def _key_gap() -> Gap:
    return Gap(
        _("Khóa truy cập"),
        _("chưa xác nhận được"),
        _("Thử lại, hoặc dùng cách khác"),
        code="passkey-wrong",
    )
