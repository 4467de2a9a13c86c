"""People and their roles: one function per intention. Every change leaves its trace; no secret is in it."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.accounts.permissions import may_manage_people, may_set_password
from openpar.base.accounts.traces import record_about
from openpar.base.audit.actions import record
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.common.text import fold, nfc, sort_key

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,79}")


class AccountRefused(Refused):
    """The account or the role will not be changed so; nothing was changed."""


def create_user(
    *,
    by: Actor,
    at: datetime,
    username: str,
    full_name: str,
    email: str = "",
    position: str = "",
    password: str | None = None,
) -> User:
    """A person who can log in once a password is set; without `password` there is none yet, and no way in.

    A password that an administrator gives is changed at the first log-in; one typed at the console of the
    server is its owner's.
    """
    with write_transaction():
        _refuse_strangers(by)
        name = nfc(username).strip().lower()
        user = _described(User(username=name), full_name=full_name, email=email, position=position)
        gaps = [*_username_gaps(name), *_person_gaps(user)]
        if password is None:
            user.set_unusable_password()
        else:
            gaps += _password_gaps(password, user)
            _put_password(user, password, by=by, at=at)
        _refuse(gaps)
        user.save()
        record_about(user, "create_user", by=by, at=at, after=_facts_of(user))
        return user


def change_user(
    *, by: Actor, at: datetime, user_id: int, full_name: str, email: str = "", position: str = ""
) -> User:
    """Another name, address or position of the same person; older traces keep the old name."""
    with write_transaction():
        user = User.objects.select_for_update().get(pk=user_id)
        _refuse_strangers(by)
        before = _facts_of(user)
        _described(user, full_name=full_name, email=email, position=position)
        _refuse(_person_gaps(user))
        user.save(update_fields=["full_name", "name_sort", "name_folded", "email", "position"])
        record_about(user, "change_user", by=by, at=at, before=before, after=_facts_of(user))
        return user


def set_password(*, by: Actor, at: datetime, user_id: int, password: str) -> None:
    """A new password; every session of the person ends. One that somebody else gave is not one's own yet."""
    with write_transaction():
        user = User.objects.select_for_update().get(pk=user_id)
        if not may_set_password(by, user_id):
            raise AccountRefused(_not_allowed(by))
        _refuse([*_password_gaps(password, user), *_kept_password_gaps(password, user, by)])
        _put_password(user, password, by=by, at=at)
        user.save(update_fields=["password", "password_given_at"])
        end_sessions_of(user_id)
        record_about(user, "set_password", by=by, at=at)


def deactivate(*, by: Actor, at: datetime, user_id: int, reason: str = "") -> None:
    """May not log in any more and is not let in with an open session; roles and traces stay as they were."""
    _set_active(False, by=by, at=at, user_id=user_id, reason=reason)


def reactivate(*, by: Actor, at: datetime, user_id: int, reason: str = "") -> None:
    """May log in again, with the roles still held."""
    _set_active(True, by=by, at=at, user_id=user_id, reason=reason)


def give_role(
    *,
    by: Actor,
    at: datetime,
    user_id: int,
    role: Role,
    organisation_id: int,
    held_from: date,
    held_until: date | None = None,
) -> RoleHeld:
    """A role in an organisation during [held_from, held_until)."""
    with write_transaction():
        user = User.objects.select_for_update().get(pk=user_id)
        _refuse_strangers(by)
        held = RoleHeld(
            user=user,
            role=role,
            organisation=Organisation.objects.get(pk=organisation_id),
            held_from=held_from,
            held_until=held_until,
        )
        _refuse([*_period_gaps(held), *_same_role_gaps(held), *_organisation_gaps(held)])
        held.save()
        _trace_role(held, by=by, at=at, verb="give_role", before=None)
        return held


def end_role(*, by: Actor, at: datetime, role_held_id: int, on: date, reason: str = "") -> RoleHeld:
    """The role ends: `on` is the first day it is no longer held; from today, it ends the person's sessions.

    A role that ends on a later day is not held from that day on, whatever session is open: rights are asked
    of the roles at every request.
    """
    with write_transaction():
        _lock_people()
        held = RoleHeld.objects.select_related("user", "organisation").get(pk=role_held_id)
        _refuse_strangers(by)
        before = _role_facts(held)
        gaps = []
        if held.held_until is not None and held.held_until <= on:
            gaps.append(
                Gap(
                    held.user.full_name,
                    _("đã thôi vai trò này từ ngày %s") % f"{held.held_until:%d/%m/%Y}",
                    _("Chọn ngày sớm hơn nếu cần sửa"),
                    code="role-ended",
                )
            )
        held.held_until = on
        _refuse([*gaps, *_period_gaps(held), *_last_administrator_gaps(without_role=held, day=on)])
        held.save(update_fields=["held_until"])
        if on <= timezone.localdate(at):
            end_sessions_of(held.user_id)
        _trace_role(held, by=by, at=at, verb="end_role", before=before, reason=reason)
        return held


def end_sessions_of(user_id: int) -> None:
    """Part of an action: from the next request on, no session of this person is valid."""
    User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)


def _set_active(active: bool, *, by: Actor, at: datetime, user_id: int, reason: str) -> None:
    with write_transaction():
        _lock_people()
        user = User.objects.get(pk=user_id)
        _refuse_strangers(by)
        before = _facts_of(user)
        if not active:
            _refuse(_last_administrator_gaps(without_user=user, day=timezone.localdate(at)))
        user.is_active = active
        user.save(update_fields=["is_active"])
        end_sessions_of(user_id)
        verb = "reactivate_user" if active else "deactivate_user"
        record_about(user, verb, by=by, at=at, before=before, after=_facts_of(user), reason=reason)


def _lock_people() -> None:
    """Two administrators removing each other at one moment must not both succeed."""
    administrators = User.objects.filter(roles__role=Role.ADMINISTRATOR).values("pk")
    list(User.objects.select_for_update().filter(pk__in=administrators).order_by("pk"))


def _described(user: User, *, full_name: str, email: str, position: str) -> User:
    """Fills a person's texts with the columns for order and search; the one place that does."""
    user.full_name = " ".join(nfc(full_name).split())
    user.name_sort, user.name_folded = _by_given_name(user.full_name), fold(user.full_name)
    user.email, user.position = email.strip(), " ".join(nfc(position).split())
    return user


def _by_given_name(full_name: str) -> str:
    """Vietnamese lists of people go by the given name, which stands last: Trần Văn An before Lê Thị Bình."""
    family, _space, given = full_name.rpartition(" ")
    return sort_key(f"{given} {family}")


def _refuse(gaps: list[Gap]) -> None:
    if gaps:
        raise AccountRefused(gaps)


def _refuse_strangers(by: Actor) -> None:
    if not may_manage_people(by):
        raise AccountRefused(_not_allowed(by))


def _not_allowed(by: Actor) -> Gap:
    return Gap(
        "",
        _("%s không có quyền quản lý người dùng") % by.full_name,
        _("Việc này do quản trị hệ thống làm"),
        code="not-allowed",
    )


def _username_gaps(username: str) -> list[Gap]:
    where = _("Tên đăng nhập")
    if not _USERNAME.fullmatch(username):
        return [
            Gap(
                where,
                _("“%s” không hợp lệ") % username,
                _("Dùng 3 đến 80 chữ cái không dấu, chữ số, dấu chấm, gạch nối, bắt đầu bằng chữ hoặc số"),
                code="username-unfit",
            )
        ]
    if User.objects.filter(username=username).exists():
        return [Gap(where, _("“%s” đã có người dùng") % username, _("Chọn tên khác"), code="username-taken")]
    return []


def _person_gaps(user: User) -> list[Gap]:
    gaps = []
    if not user.full_name or len(user.full_name) > 200 or len(user.position) > 200:
        gaps.append(
            Gap(
                _("Họ và tên"),
                _("để trống hoặc dài quá 200 ký tự"),
                _("Ghi họ tên và chức vụ, mỗi mục không quá 200 ký tự"),
                code="name-unfit",
            )
        )
    if user.email:
        try:
            validate_email(user.email)
        except ValidationError:
            gaps.append(
                Gap(
                    _("Thư điện tử"),
                    _("“%s” không phải địa chỉ thư điện tử") % user.email,
                    _("Ví dụ nguyenvana@lamdong.gov.vn"),
                    code="email-unfit",
                )
            )
    return gaps


def _password_gaps(password: str, user: User) -> list[Gap]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [Gap(_("Mật khẩu"), said, code="password-weak") for said in error.messages]
    return []


def _kept_password_gaps(password: str, user: User, by: Actor) -> list[Gap]:
    """A password that somebody else gave, and so knows, is not kept."""
    if by.id != user.pk or user.password_given_at is None or not user.check_password(password):
        return []
    what = _("vẫn là mật khẩu được cấp")
    return [Gap(_("Mật khẩu mới"), what, _("Chọn mật khẩu chỉ mình biết"), code="password-kept")]


def _put_password(user: User, password: str, *, by: Actor, at: datetime) -> None:
    user.set_password(password)
    user.password_given_at = None if by.id in (user.pk, None) else at


def _period_gaps(held: RoleHeld) -> list[Gap]:
    if held.held_until is None or held.held_until > held.held_from:
        return []
    return [
        Gap(
            held.user.full_name,
            _("ngày thôi vai trò %(until)s không sau ngày nhận %(since)s")
            % {"until": f"{held.held_until:%d/%m/%Y}", "since": f"{held.held_from:%d/%m/%Y}"},
            _("Chọn ngày thôi sau ngày nhận"),
            code="role-ends-before-it-begins",
        )
    ]


def _same_role_gaps(held: RoleHeld) -> list[Gap]:
    same = RoleHeld.objects.filter(user=held.user, role=held.role, organisation=held.organisation)
    same = same.filter(Q(held_until__isnull=True) | Q(held_until__gt=held.held_from))
    if held.held_until is not None:
        same = same.filter(held_from__lt=held.held_until)
    return [
        Gap(
            held.user.full_name,
            _("đã giữ vai trò “%(role)s” tại đơn vị này từ ngày %(since)s")
            % {"role": Role(held.role).label, "since": f"{other.held_from:%d/%m/%Y}"},
            _("Kết thúc vai trò đó trước, hoặc chọn thời gian không trùng"),
            code="role-overlaps",
        )
        for other in same.order_by("held_from")
    ]


def _organisation_gaps(held: RoleHeld) -> list[Gap]:
    if OrganisationVersion.objects.as_of(held.held_from).filter(organisation=held.organisation).exists():
        return []
    return [
        Gap(
            held.organisation.key,
            _("đơn vị không tồn tại vào ngày %s") % f"{held.held_from:%d/%m/%Y}",
            _("Chọn đơn vị có hiệu lực vào ngày nhận vai trò, hoặc đơn vị kế thừa"),
            code="organisation-absent",
        )
    ]


def _last_administrator_gaps(
    *, day: date, without_role: RoleHeld | None = None, without_user: User | None = None
) -> list[Gap]:
    """Somebody must remain who can let people in: the program has no back door."""
    administrators = RoleHeld.objects.as_of(day).filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if without_role is not None:
        if without_role.role != Role.ADMINISTRATOR:
            return []
        administrators = administrators.exclude(pk=without_role.pk)
    if without_user is not None:
        if not administrators.filter(user=without_user).exists():
            return []
        administrators = administrators.exclude(user=without_user)
    if administrators.exists():
        return []
    return [
        Gap(
            "",
            _("đây là người quản trị hệ thống cuối cùng"),
            _("Giao vai trò quản trị hệ thống cho người khác trước"),
            code="last-administrator",
        )
    ]


def _facts_of(user: User) -> dict[str, object]:
    return {
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "position": user.position,
        "is_active": user.is_active,
    }


def _role_facts(held: RoleHeld) -> dict[str, object]:
    return {
        "role": str(held.role),
        "organisation": held.organisation.key,
        "held_from": held.held_from.isoformat(),
        "held_until": held.held_until.isoformat() if held.held_until else None,
    }


def _trace_role(
    held: RoleHeld, *, by: Actor, at: datetime, verb: str, before: dict[str, object] | None, reason: str = ""
) -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"role:{held.pk}",
        about=f"user:{held.user.pk}",
        label=f"{held.user.full_name}: {Role(held.role).label}",
        before=before,
        after=_role_facts(held),
        reason=reason,
    )
