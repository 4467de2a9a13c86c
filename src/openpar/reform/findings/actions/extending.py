"""More time: the unit asks, the side that found it decides; the old deadline stays readable."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.findings.actions.shared import (
    as_side,
    cleaned,
    moved,
    refuse_if,
    take_finding,
    tell_finder,
    tell_unit,
    text_gaps,
    trace,
)
from openpar.reform.findings.models import Extension, Finding, FindingState
from openpar.reform.findings.permissions import may_judge, may_remedy

# While the unit still works on it: what is reported waits for the finder, not for time.
_EXTENDABLE = (FindingState.REMEDIATING, FindingState.SENT_BACK)


def ask_extension(*, finding_id: int, wanted_until: date, reason: str, by: Actor, at: datetime) -> Extension:
    """The unit asks for a later deadline, with a reason. Raises FindingRefused."""
    with write_transaction():
        finding = take_finding(finding_id)
        gaps = extension_gaps(finding, as_side(by, at))
        gaps += text_gaps(_("Lý do"), reason, _("Ghi vì sao chưa kịp"))
        today = timezone.localdate(at)
        if finding.deadline is not None and wanted_until <= finding.deadline:
            what = _("không sau hạn đang có (%s)") % format_date(finding.deadline)
            gaps.append(Gap(_("Hạn mới"), what, _("Chọn ngày muộn hơn"), code="not-later"))
        elif wanted_until < today:
            gaps.append(
                Gap(_("Hạn mới"), _("trước hôm nay"), _("Chọn từ hôm nay trở đi"), code="deadline-past")
            )
        refuse_if(gaps)
        assert finding.deadline is not None
        extension = Extension.objects.create(
            finding=finding,
            old_deadline=finding.deadline,
            wanted_until=wanted_until,
            reason=cleaned(reason),
            asked_by_id=by.person_id,
            asked_at=at,
        )
        after = {"wanted_until": wanted_until.isoformat()}
        trace(finding, "finding.extension_asked", by=by, at=at, after=after, reason=extension.reason)
        told = _("Đơn vị %(unit)s xin gia hạn khắc phục đến %(day)s.") % {
            "unit": finding.unit.name,
            "day": format_date(wanted_until),
        }
        tell_finder(finding, told, by=by, at=at)
        return extension


def decide_extension(
    *, extension_id: int, is_granted: bool, reason: str = "", by: Actor, at: datetime
) -> Extension:
    """The side that found it grants or refuses; a refusal has a reason. Raises FindingRefused."""
    with write_transaction():
        extension = Extension.objects.select_for_update().get(pk=extension_id)
        finding = take_finding(extension.finding_id)
        gaps = deciding_gaps(finding, extension, as_side(by, at))
        if not is_granted:
            gaps += text_gaps(_("Lý do"), reason, _("Ghi vì sao không gia hạn"))
        elif not gaps and finding.deadline is not None and extension.wanted_until <= finding.deadline:
            # What was sent back meanwhile has got its own later day: more time is never less.
            what = _("không sau hạn đang có (%s)") % format_date(finding.deadline)
            gaps.append(Gap(_("Hạn mới"), what, code="not-later"))
        refuse_if(gaps)
        extension.state = Extension.State.GRANTED if is_granted else Extension.State.REFUSED
        extension.decided_by_id, extension.decided_at = by.id, at
        extension.decision_reason = cleaned(reason)
        extension.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
        before = {"deadline": finding.deadline.isoformat() if finding.deadline else None}
        if is_granted:
            finding.deadline = extension.wanted_until
            moved(finding, "deadline")
        assert finding.deadline is not None
        after = {"deadline": finding.deadline.isoformat(), "extension_state": extension.state}
        trace(
            finding,
            "finding.extension_decided",
            by=by,
            at=at,
            before=before,
            after=after,
            reason=extension.decision_reason,
        )
        words = (
            _("Được gia hạn khắc phục đến %s.")
            if is_granted
            else _("Không được gia hạn khắc phục, hạn vẫn là %s.")
        )
        tell_unit(finding, words % format_date(finding.deadline), by=by, at=at)
        return extension


def extension_gaps(finding: Finding, by: Actor) -> list[Gap]:
    """Why this person cannot ask for more time now; the button asks the same."""
    if not may_remedy(by, finding):
        return [not_allowed(by, _("Đơn vị phải khắc phục xin gia hạn"))]
    if finding.state not in _EXTENDABLE:
        what = _("tồn tại, hạn chế đang ở trạng thái “%s”") % FindingState(finding.state).label
        return [Gap("", what, _("Chỉ gia hạn khi đang khắc phục"), code="other-state")]
    if finding.extensions.filter(state=Extension.State.ASKED).exists():
        return [Gap("", _("đã có đề nghị đang chờ"), _("Chờ bên phát hiện quyết định"), code="asked-already")]
    return []


def deciding_gaps(finding: Finding, extension: Extension, by: Actor) -> list[Gap]:
    """Why this person cannot decide on the request; the button asks the same."""
    if not may_judge(by, finding):
        return [not_allowed(by, _("Chỉ bên phát hiện quyết định gia hạn"))]
    gaps = []
    if extension.state != Extension.State.ASKED:
        gaps.append(Gap("", _("đề nghị này đã được quyết định"), code="decided"))
    if extension.asked_by_id == by.id:
        what = _("chính bạn đã xin gia hạn")
        gaps.append(Gap("", what, _("Người khác của bên phát hiện quyết định"), code="own-request"))
    return gaps
