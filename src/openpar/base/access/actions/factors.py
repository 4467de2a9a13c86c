"""Second factors, set up and taken away by their person; cleared by an administrator for somebody else."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.access.actions.brakes import not_allowed, reason_missing
from openpar.base.access.errors import AccessRefused
from openpar.base.access.models import Passkey, RecoveryCode, Totp
from openpar.base.access.passkeys import NewKey
from openpar.base.access.permissions import may_clear_factors
from openpar.base.access.queries import factors_of
from openpar.base.access.recovery import digest_of_code, new_codes
from openpar.base.access.rules import RECOVERY_CODES, needs_second_factor
from openpar.base.access.totp import matching_step
from openpar.base.accounts.actions import end_sessions_of
from openpar.base.accounts.models import User
from openpar.base.accounts.traces import record_about
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.sealing import seal
from openpar.common.text import nfc

_MOST_PASSKEYS = 10
_LONGEST_NAME = 80
_PAGE = "/account/second-factor/"


def set_up_totp(*, by: Actor, at: datetime, secret: str, code: str) -> None:
    """The app counts from now on, because it has shown the right code. That code is used up."""
    with write_transaction():
        user = _taken(by.person_id)
        gaps = []
        if Totp.objects.filter(user=user).exists():
            gaps.append(Gap(_("Ứng dụng"), _("đã có"), _("Gỡ ứng dụng cũ trước"), code="totp-there"))
        step = matching_step(secret, code, at=at, after=-1)
        if step is None:
            remedy = _("Nhập sáu chữ số đang hiện; kiểm tra giờ trên điện thoại")
            gaps.append(Gap(_("Mã xác thực"), _("chưa đúng"), remedy, code="code-wrong"))
        if gaps or step is None:
            raise AccessRefused(gaps)
        sealed = seal(secret, purpose=f"totp:{user.pk}")
        Totp.objects.create(user=user, secret=sealed, last_step=step, added_at=at)
        record_about(user, "add_totp", by=by, at=at)
        _tell(user, _("Đã thêm ứng dụng tạo mã để đăng nhập tài khoản của bạn."), at)


def add_passkey(*, by: Actor, at: datetime, key: NewKey, name: str) -> Passkey:
    """One more passkey of one's own, under a name by which its owner knows it."""
    with write_transaction():
        user = _taken(by.person_id)
        called = " ".join(nfc(name).split())[:_LONGEST_NAME] or _("Khóa truy cập")
        gaps = []
        if Passkey.objects.filter(user=user).count() >= _MOST_PASSKEYS:
            what = _("đã có %s khóa") % _MOST_PASSKEYS
            gaps.append(Gap(_("Khóa truy cập"), what, _("Gỡ khóa không dùng nữa"), code="passkeys-many"))
        if Passkey.objects.filter(credential_digest=key.digest).exists():
            what = _("khóa này đã được đăng ký")
            gaps.append(Gap(_("Khóa truy cập"), what, _("Dùng khóa khác"), code="passkey-there"))
        if gaps:
            raise AccessRefused(gaps)
        passkey = Passkey.objects.create(
            user=user,
            name=called,
            credential=key.credential,
            credential_digest=key.digest,
            uses_counted=key.uses_counted,
            added_at=at,
        )
        record_about(user, "add_passkey", by=by, at=at, after={"passkey": called})
        _tell(user, _("Đã thêm khóa truy cập “%s” để đăng nhập tài khoản của bạn.") % called, at)
        return passkey


def renew_recovery_codes(*, by: Actor, at: datetime) -> tuple[str, ...]:
    """New codes, to be shown once and never again; the old ones stop working."""
    with write_transaction():
        user = _taken(by.person_id)
        if not factors_of(user.pk).are_there:
            remedy = _("Thêm ứng dụng tạo mã hoặc khóa truy cập trước")
            raise AccessRefused(Gap(_("Mã khôi phục"), _("chưa cần"), remedy, code="no-factor"))
        codes = new_codes(RECOVERY_CODES)
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=digest_of_code(user.pk, code)) for code in codes
        )
        record_about(user, "renew_recovery_codes", by=by, at=at, after={"codes_left": len(codes)})
        return codes


def remove_totp(*, by: Actor, at: datetime) -> None:
    """Takes one's own app away; every session of the person ends."""
    with write_transaction():
        user = _taken(by.person_id)
        app = Totp.objects.get(user=user)
        _refuse_the_last(by, at)
        app.delete()
        record_about(user, "remove_totp", by=by, at=at)
        _after_removal(user, _("Đã gỡ ứng dụng tạo mã khỏi tài khoản của bạn."), at)


def remove_passkey(*, by: Actor, at: datetime, passkey_id: int) -> None:
    """Takes one of one's own passkeys away; every session of the person ends."""
    with write_transaction():
        user = _taken(by.person_id)
        passkey = Passkey.objects.get(pk=passkey_id, user=user)
        _refuse_the_last(by, at)
        passkey.delete()
        record_about(user, "remove_passkey", by=by, at=at, before={"passkey": passkey.name})
        _after_removal(user, _("Đã gỡ khóa truy cập “%s” khỏi tài khoản của bạn.") % passkey.name, at)


def clear_factors(*, by: Actor, at: datetime, user_id: int, reason: str) -> None:
    """An administrator takes away all second factors of somebody else who has lost them, with a reason.

    The person is told, every session of theirs ends, and at the next log-in a new factor is set up.
    """
    with write_transaction():
        user = _taken(user_id)
        if not may_clear_factors(by, user_id):
            raise AccessRefused(not_allowed(by))
        factors = factors_of(user_id)
        gaps = []
        if not factors.are_there:
            gaps.append(Gap(user.full_name, _("chưa có lớp xác thực thứ hai"), code="no-factor"))
        if not reason.strip():
            gaps.append(reason_missing())
        if gaps:
            raise AccessRefused(gaps)
        before = {
            "totp": factors.app_added_at is not None,
            "passkeys": [key.name for key in factors.passkeys],
            "codes_left": factors.codes_left,
        }
        Totp.objects.filter(user=user).delete()
        Passkey.objects.filter(user=user).delete()
        record_about(user, "clear_factors", by=by, at=at, before=before, reason=reason.strip())
        said = _("%(who)s đã gỡ lớp xác thực thứ hai của bạn. Lý do: %(reason)s") % {
            "who": by.full_name,
            "reason": reason.strip(),
        }
        _after_removal(user, said, at)


def _taken(user_id: int) -> User:
    return User.objects.select_for_update().get(pk=user_id, is_active=True)


def _refuse_the_last(by: Actor, at: datetime) -> None:
    if factors_of(by.person_id).is_single and needs_second_factor(by, timezone.localdate(at)):
        raise AccessRefused(
            Gap(
                "",
                _("Vai trò của bạn cần xác thực hai lớp, và đây là cách duy nhất còn lại"),
                _("Thêm cách khác trước, rồi gỡ cách này"),
                code="last-factor",
            )
        )


def _after_removal(user: User, said: str, at: datetime) -> None:
    """Codes without a factor open nothing and go too."""
    if not factors_of(user.pk).are_there:
        RecoveryCode.objects.filter(user=user).delete()
    end_sessions_of(user.pk)
    _tell(user, said, at)


def _tell(user: User, text: str, at: datetime) -> None:
    tell(recipients=[user.pk], text=text, link=_PAGE, at=at, by_mail=True)
