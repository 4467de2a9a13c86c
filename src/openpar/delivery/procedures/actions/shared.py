"""What the actions share: one writer at a time, who may, the trace, organisations and days that gaps name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.permissions import not_allowed as nobody_elses
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.delivery.procedures.errors import ProceduresRefused, StaleProcedures
from openpar.delivery.procedures.permissions import may_manage_procedures

# Everything about procedures is found under this word in the trace.
ABOUT = "procedures"
refuse_if = ProceduresRefused.if_any


def lock_catalogue() -> None:
    """One writer of the catalogue at a time: a check over its versions must still hold when they are written.

    SQLite has one writer anyway (`write_transaction`).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE procedures_procedureversion IN SHARE ROW EXCLUSIVE MODE")


def not_allowed(by: Actor) -> Gap:
    return nobody_elses(by, _("Việc này do cán bộ kiểm soát TTHC hoặc Sở Nội vụ làm"))


def refuse_unless_manager(by: Actor) -> None:
    if not may_manage_procedures(by):
        raise ProceduresRefused(not_allowed(by))


def in_future(where: str, day: date | None, at: datetime) -> list[Gap]:
    """A gap when a day that something happened on is still to come."""
    if day is None or day <= timezone.localdate(at):
        return []
    what = _("ngày %s còn ở phía trước") % format_date(day)
    return [Gap(where, what, _("Ghi ngày đã làm"), code="not-yet")]


def missing(where: str, text: str, remedy: str, code: str) -> list[Gap]:
    """A gap when a text is empty."""
    return [] if text.strip() else [Gap(where, _("để trống"), remedy, code=code)]


def too_long(where: str, text: str, longest: int) -> list[Gap]:
    """A gap when a text does not fit: PostgreSQL would refuse it, SQLite would keep it."""
    if len(text) <= longest:
        return []
    return [Gap(where, _("dài quá %d ký tự") % longest, _("Rút ngắn"), code="too-long")]


def organisation_gaps(organisation_id: int) -> list[Gap]:
    if Organisation.objects.filter(pk=organisation_id).exists():
        return []
    return [Gap(_("Đơn vị"), _("không có đơn vị này"), _("Chọn trong danh mục đơn vị"), code="unit-unknown")]


def mark_of(facts: Mapping[str, object] | None) -> str:
    """What stands in a form for the facts that were recorded when it was opened; nothing for none."""
    if not facts:
        return ""
    text = json.dumps(_plain(facts), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def refuse_unless_seen(where: str, there: Mapping[str, object] | None, seen: str) -> None:
    """Raises StaleProcedures when something is recorded, and it is not what the person saw when typing."""
    if there and mark_of(there) != seen:
        what, remedy = _("người khác đã ghi"), _("Xem bản đã lưu; lưu lần nữa nếu vẫn giữ bản của bạn")
        raise StaleProcedures(Gap(where, what, remedy, code="stale"), there)


def trace(
    *,
    by: Actor,
    at: datetime,
    verb: str,
    object: str,
    label: str,
    about: str = ABOUT,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry; days in `before` and `after` as texts."""
    record(
        by=by,
        at=at,
        verb=verb,
        object=object,
        about=about,
        label=label,
        before=_plain(before),
        after=_plain(after),
        reason=reason,
    )


def _plain(facts: Mapping[str, object] | None) -> dict[str, object] | None:
    if facts is None:
        return None
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, str)
        else value
        for name, value in facts.items()
    }
