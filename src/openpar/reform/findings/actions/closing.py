"""The side that found it accepts the remedy, or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.reform.findings.actions.shared import (
    acting_for,
    add_step,
    as_side,
    cleaned,
    documents_of_sides,
    moved,
    refuse_if,
    state_gaps,
    take_finding,
    tell_unit,
    text_gaps,
    trace,
)
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.models import Finding, FindingState, FindingStep
from openpar.reform.findings.permissions import may_judge


def close_finding(
    *, finding_id: int, text: str = "", document_ids: Sequence[int] = (), by: Actor, at: datetime
) -> Finding:
    """The remedy is accepted on the evidence of the report, and on documents of the finder's own if any.

    Raises FindingRefused: another side, the person who reported, a state before the report.
    """
    with write_transaction():
        finding, side = take_finding(finding_id), as_side(by, at)
        _refuse_unless_judges(side, finding)
        refuse_if([*closing_gaps(finding, side), *_open_extension_gaps(finding)])
        documents = documents_of_sides(document_ids, acting_for({finding.finder_id}, at))
        finding.state = FindingState.CLOSED
        finding.closed_on, finding.closed_by_id = timezone.localdate(at), by.id
        moved(finding, "state", "closed_on", "closed_by")
        add_step(finding, FindingStep.Kind.CLOSED, text=text, by=by, at=at, documents=documents)
        after = {"finding_state": finding.state, "documents": [one.pk for one in documents]}
        trace(finding, "finding.closed", by=by, at=at, after=after, reason=cleaned(text))
        tell_unit(finding, _("Đã xác nhận khắc phục xong: %s") % finding.text, by=by, at=at)
        return finding


def send_back(
    *, finding_id: int, reason: str, deadline: date | None = None, by: Actor, at: datetime
) -> Finding:
    """The remedy is not accepted; the unit goes on, by a new day where the finder gives one.

    Raises FindingRefused.
    """
    with write_transaction():
        finding = take_finding(finding_id)
        _refuse_unless_judges(as_side(by, at), finding)
        gaps = state_gaps(finding, FindingState.SENT_BACK)
        gaps += text_gaps(_("Lý do"), reason, _("Ghi rõ còn thiếu gì"))
        if deadline is not None and deadline < timezone.localdate(at):
            gaps.append(
                Gap(_("Hạn mới"), _("trước hôm nay"), _("Chọn từ hôm nay trở đi"), code="deadline-past")
            )
        refuse_if(gaps)
        before = {"deadline": finding.deadline.isoformat() if finding.deadline else None}
        finding.state = FindingState.SENT_BACK
        finding.deadline = deadline or finding.deadline
        moved(finding, "state", "deadline")
        add_step(finding, FindingStep.Kind.SENT_BACK, text=reason, by=by, at=at)
        after = {"deadline": finding.deadline.isoformat() if finding.deadline else None}
        trace(finding, "finding.sent_back", by=by, at=at, before=before, after=after, reason=cleaned(reason))
        told = _("Khắc phục chưa đạt: %(text)s. %(reason)s") % {
            "text": finding.text,
            "reason": cleaned(reason),
        }
        tell_unit(finding, told, by=by, at=at)
        return finding


def closing_gaps(finding: Finding, by: Actor) -> list[Gap]:
    """Why this person cannot close it now; the button asks the same."""
    if not may_judge(by, finding):
        return [_only_the_finder(by)]
    gaps = state_gaps(finding, FindingState.CLOSED)
    if finding.state == FindingState.REPORTED and finding.reported_by_id == by.id:
        what = _("chính bạn đã báo cáo khắc phục")
        gaps.append(Gap("", what, _("Người khác của bên phát hiện xác nhận"), code="own-report"))
    return gaps


def _open_extension_gaps(finding: Finding) -> list[Gap]:
    if not finding.extensions.filter(state="ASKED").exists():
        return []
    return [Gap(_("Gia hạn"), _("còn đề nghị chưa quyết định"), _("Quyết định trước"), code="open-extension")]


def _only_the_finder(by: Actor) -> Gap:
    return not_allowed(by, _("Chỉ bên phát hiện xác nhận đã khắc phục"))


def _refuse_unless_judges(by: Actor, finding: Finding) -> None:
    if not may_judge(by, finding):
        raise FindingRefused(_only_the_finder(by))
