"""Which connected system asks, and how often it may: by its key alone, never by a session."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.api.answers import Declined, Refusal
from openpar.base.access.actions.api_keys import note_key_use
from openpar.base.access.queries import Connected, account_of_key
from openpar.common.pace import Pace, read_limits

_SCHEME = "Bearer "


def who_asks(request: HttpRequest, *, page: str, at: datetime) -> Connected:
    """The system whose key the request shows. Raises Declined: 401, or 429 beyond the limits of its person.

    `page` is the name of the address, as `data/request_limits.yaml` has it.
    """
    given = request.headers.get("Authorization", "")
    if not given.startswith(_SCHEME):
        remedy = _("Gửi kèm tiêu đề Authorization: Bearer opk_…")
        raise _unknown(Refusal(_("thiếu khóa kết nối"), remedy, "Authorization"), "")
    connected = account_of_key(given.removeprefix(_SCHEME).strip(), at=at)
    if connected is None:
        remedy = _("Đề nghị quản trị hệ thống cấp khóa mới")
        what = _("khóa kết nối không đúng, đã chấm dứt, hoặc tài khoản của khóa đã ngừng")
        raise _unknown(Refusal(what, remedy, "Authorization"), ', error="invalid_token"')
    _refuse_haste(request, connected, page)
    if connected.used_on != timezone.localdate(at):
        note_key_use(by=connected.actor, at=at, key_id=connected.key_id)
    return connected


def _unknown(refusal: Refusal, more: str) -> Declined:
    return Declined(401, (refusal,), headers={"WWW-Authenticate": f'Bearer realm="OpenPAR"{more}'})


def _refuse_haste(request: HttpRequest, connected: Connected, page: str) -> None:
    pace = pace_of(settings.OPENPAR_DATA_DIR / "request_limits.yaml")
    seconds = pace.wait(page, request.method or "", str(connected.actor.person_id), is_person=True)
    if seconds:
        what = _("quá nhiều yêu cầu trong một thời gian ngắn")
        refusal = Refusal(what, _("Đợi %d giây rồi gửi lại") % seconds)
        raise Declined(429, (refusal,), headers={"Retry-After": str(seconds)})


@lru_cache(maxsize=1)
def pace_of(path: Path) -> Pace:
    """What this process has counted, by the limits of a file."""
    return Pace(read_limits(path))
