"""Keys of connected systems: made and ended by an administrator, for the accounts of others."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.access.actions.brakes import not_allowed, reason_missing
from openpar.base.access.api_keys import new_api_key
from openpar.base.access.errors import AccessRefused
from openpar.base.access.models import ApiKey
from openpar.base.access.permissions import may_end_api_keys, may_make_api_keys
from openpar.base.access.queries import may_be_connected
from openpar.base.access.rules import LONGEST_KEY_NAME, MOST_API_KEYS
from openpar.base.accounts.models import User
from openpar.base.accounts.traces import record_about
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc

_PAGE = "/account/sessions/"


def make_api_key(*, by: Actor, at: datetime, user_id: int, name: str) -> str:
    """A key with which the system called `name` acts as the account; returned once, kept as a digest.

    The person is told. Raises AccessRefused, User.DoesNotExist (also for an account that was stopped).
    """
    with write_transaction():
        user = User.objects.select_for_update().get(pk=user_id, is_active=True)
        if not may_make_api_keys(by, user_id):
            raise AccessRefused(not_allowed(by))
        called = " ".join(nfc(name).split())
        gaps = _gaps_of_name(called)
        if not may_be_connected(user_id, at=at):
            what = _("chưa giữ vai trò được nạp hồ sơ")
            remedy = _("Giao vai trò “Cán bộ đầu mối” hoặc “Cán bộ kiểm soát TTHC” trước")
            gaps.append(Gap(user.full_name, what, remedy, code="role-missing"))
        if ApiKey.objects.filter(user=user, ended_at=None).count() >= MOST_API_KEYS:
            what = _("đã có %s khóa đang dùng") % MOST_API_KEYS
            gaps.append(Gap(_("Khóa kết nối"), what, _("Chấm dứt khóa không dùng nữa"), code="keys-many"))
        if gaps:
            raise AccessRefused(gaps)
        new = new_api_key()
        ApiKey.objects.create(
            user=user, name=called, prefix=new.prefix, digest=new.digest, made_at=at, made_by_id=by.id
        )
        after = {"api_key": new.prefix, "name": called}
        record_about(user, "api_key.made", by=by, at=at, after=after)
        said = _("%(who)s đã tạo khóa kết nối “%(key)s”: hệ thống đó gửi dữ liệu bằng tài khoản của bạn.")
        _tell(user, said % {"who": by.full_name, "key": called}, at)
        return new.key


def end_api_key(*, by: Actor, at: datetime, key_id: int, reason: str) -> None:
    """The key opens nothing from now on; the person is told. Raises AccessRefused, ApiKey.DoesNotExist."""
    with write_transaction():
        key = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key_id)
        if not may_end_api_keys(by):
            raise AccessRefused(not_allowed(by))
        gaps = [] if reason.strip() else [reason_missing()]
        if key.ended_at is not None:
            gaps.append(Gap(key.name, _("khóa này đã chấm dứt"), code="key-ended"))
        if gaps:
            raise AccessRefused(gaps)
        key.ended_at = at
        key.save(update_fields=["ended_at"])
        before = {"api_key": key.prefix, "name": key.name}
        record_about(key.user, "api_key.ended", by=by, at=at, before=before, reason=reason.strip())
        said = _("%(who)s đã chấm dứt khóa kết nối “%(key)s”. Lý do: %(reason)s")
        told = {"who": by.full_name, "key": key.name, "reason": reason.strip()}
        _tell(key.user, said % told, at)


def note_key_use(*, by: Actor, at: datetime, key_id: int) -> None:
    """The day on which the key was used last; writes nothing when that is known already."""
    day = timezone.localdate(at)
    with write_transaction():
        ApiKey.objects.filter(pk=key_id).exclude(used_on=day).update(used_on=day)


def _gaps_of_name(called: str) -> list[Gap]:
    if called and len(called) <= LONGEST_KEY_NAME:
        return []
    remedy = _("Ghi tên hệ thống được kết nối, ví dụ iGate; nhiều nhất %d ký tự") % LONGEST_KEY_NAME
    return [Gap(_("Tên hệ thống"), _("chưa ghi, hoặc quá dài"), remedy, code="name-unfit")]


def _tell(user: User, text: str, at: datetime) -> None:
    tell(recipients=[user.pk], text=text, link=_PAGE, at=at, by_mail=True)
