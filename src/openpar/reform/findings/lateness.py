"""Is a finding overdue, and how is that said; nothing of it is stored."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.reform.findings.models import Finding, FindingState

if TYPE_CHECKING:
    from collections.abc import Collection

# The unit still owes something. What is reported waits for the finder: the clock stands at the report.
OWED: Collection[FindingState] = (FindingState.OPEN, FindingState.REMEDIATING, FindingState.SENT_BACK)


def is_overdue(finding: Finding, today: date) -> bool:
    """Owed still, from the day after the deadline on."""
    return finding.state in OWED and finding.deadline is not None and today > finding.deadline


def overdue_on(today: date) -> Q:
    """The same for the database."""
    return Q(state__in=[str(state) for state in OWED], deadline__lt=today)


def days_overdue(finding: Finding, today: date) -> int:
    """Calendar days since the deadline, 0 where nothing is overdue."""
    if not is_overdue(finding, today) or finding.deadline is None:
        return 0
    return (today - finding.deadline).days


def was_remedied_in_time(finding: Finding) -> bool:
    """Was the report that counts made by the deadline? One without a deadline is never late."""
    if finding.reported_on is None:
        return False
    return finding.deadline is None or finding.reported_on <= finding.deadline


def lateness_words(finding: Finding, today: date) -> str:
    """“Quá hạn 12 ngày”, “Khắc phục chậm 3 ngày”, “Còn 5 ngày”, “Chưa có hạn”; "" where nothing is to say."""
    if finding.deadline is None:
        return "" if finding.state == FindingState.CLOSED else _("Chưa có hạn")
    if finding.state in OWED:
        left = (finding.deadline - today).days
        if left < 0:
            return ngettext("Quá hạn %d ngày", "Quá hạn %d ngày", -left) % -left
        if left == 0:
            return _("Hết hạn hôm nay")
        return ngettext("Còn %d ngày", "Còn %d ngày", left) % left
    if finding.reported_on is not None and finding.reported_on > finding.deadline:
        late = (finding.reported_on - finding.deadline).days
        return ngettext("Khắc phục chậm %d ngày", "Khắc phục chậm %d ngày", late) % late
    return _("Đúng hạn")
