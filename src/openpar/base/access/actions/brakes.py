"""Counting failures. An attempt is counted before it is tried, so that many at once get no extra guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from openpar.base.access.brakes import Watched
from openpar.base.access.errors import AccessRefused, Braked
from openpar.base.access.models import Brake
from openpar.base.access.permissions import may_lift_brakes
from openpar.base.access.rules import LIMITS, is_forgotten, pause_after
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap

_CLEARED_BY_SUCCESS = (Brake.Kind.ACCOUNT_FROM_ADDRESS, Brake.Kind.DEVICE, Brake.Kind.FACTOR)


def count_attempt(*, by: Actor, at: datetime, watched: Sequence[Watched]) -> None:
    """Counts an attempt as failed until `forgive_attempt` says otherwise. Raises Braked during a pause."""
    with write_transaction():
        brakes = _taken(watched, at)
        pauses = [brake.blocked_until for brake in brakes if brake.blocked_until and brake.blocked_until > at]
        if pauses:
            raise Braked(_pause_gap(max(pauses) - at))
        for brake in brakes:
            kind = Brake.Kind(brake.kind)
            brake.failures = 1 if is_forgotten(kind, brake.failed_at, at) else brake.failures + 1
            brake.failed_at = at
            pause = pause_after(kind, brake.failures)
            brake.blocked_until = at + pause if pause else None
            brake.save()


def forgive_attempt(*, by: Actor, at: datetime, watched: Sequence[Watched]) -> None:
    """The attempt was right: what is the person's own starts anew, what others share is one less."""
    with write_transaction():
        for brake in _taken(watched, at):
            if brake.kind in _CLEARED_BY_SUCCESS or brake.failures <= 1:
                brake.delete()
                continue
            brake.failures -= 1
            if not pause_after(Brake.Kind(brake.kind), brake.failures):
                brake.blocked_until = None
            brake.save()


def trace_pause(*, by: Actor, at: datetime, watched: Sequence[Watched]) -> None:
    """The attempt was wrong: a pause that follows leaves its trace, and the person is told of the first.

    Names that no account has leave none: whoever types a thousand of them must not fill the trace.
    """
    with write_transaction():
        for brake in _taken(watched, at):
            is_paused = brake.blocked_until is not None and brake.blocked_until > at
            if not is_paused or (brake.user_id is None and brake.kind != Brake.Kind.ADDRESS):
                continue
            _trace(brake, by=by, at=at, verb="brake_log_in")
            if brake.user_id is not None and brake.failures == LIMITS[Brake.Kind(brake.kind)].free:
                tell(
                    recipients=[brake.user_id],
                    text=_(
                        "Có người nhiều lần nhập sai để vào tài khoản của bạn; hệ thống đã tạm dừng nhận. "
                        "Nếu không phải bạn, hãy báo quản trị hệ thống."
                    ),
                    link="/account/sessions/",
                    at=at,
                )


def lift_brake(*, by: Actor, at: datetime, brake_id: int, reason: str) -> None:
    """An administrator ends a pause before its time, with a reason."""
    with write_transaction():
        brake = Brake.objects.select_for_update(of=("self",)).select_related("user").get(pk=brake_id)
        if not may_lift_brakes(by):
            raise AccessRefused(not_allowed(by))
        if not reason.strip():
            raise AccessRefused(reason_missing())
        _trace(brake, by=by, at=at, verb="lift_brake", reason=reason.strip())
        brake.delete()


def forget_old_brakes(*, by: Actor, at: datetime) -> int:
    """Removes counts that are forgotten in any case; safe to run twice. Returns how many."""
    longest = max(limit.forgets_after for limit in LIMITS.values())
    with write_transaction():
        old = Brake.objects.filter(failed_at__lt=at - longest).exclude(blocked_until__gt=at)
        return old.delete()[0]


def not_allowed(by: Actor) -> Gap:
    return Gap(
        "",
        _("%s không được làm việc này") % by.full_name,
        _("Việc này do một quản trị hệ thống khác làm"),
        code="not-allowed",
    )


def reason_missing() -> Gap:
    return Gap(_("Lý do"), _("để trống"), _("Ghi lý do; lý do được lưu trong nhật ký"), code="reason-missing")


def _taken(watched: Iterable[Watched], at: datetime) -> list[Brake]:
    """The rows, made where missing and locked in one order, so that no two attempts wait for each other."""
    brakes = []
    for one in sorted(watched, key=lambda one: (one.kind, one.key)):
        Brake.objects.get_or_create(
            kind=one.kind,
            key=one.key,
            defaults={"user_id": one.user_id, "address": one.address, "failed_at": at},
        )
        brakes.append(Brake.objects.select_for_update().get(kind=one.kind, key=one.key))
    return brakes


def _pause_gap(left: timedelta) -> Gap:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return Gap(
        "",
        _("Đã thử sai nhiều lần nên hệ thống tạm dừng nhận"),
        _("Đợi %s phút rồi thử lại, hoặc đề nghị quản trị hệ thống mở lại") % minutes,
        code="braked",
    )


def _trace(brake: Brake, *, by: Actor, at: datetime, verb: str, reason: str = "") -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"brake:{brake.pk}",
        about=f"user:{brake.user_id}" if brake.user_id else "",
        label=brake.user.full_name if brake.user else brake.address,
        after={
            "brake": brake.kind,
            "address": brake.address,
            "failures": brake.failures,
            "blocked_until": brake.blocked_until.isoformat() if brake.blocked_until else None,
        },
        reason=reason,
    )
