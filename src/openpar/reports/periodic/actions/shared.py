"""What the actions share: the turn, the right, the version seen, the trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.reports.periodic.errors import ReportRefused, StaleReport
from openpar.reports.periodic.models import LONGEST_REASON, PeriodicReport, ReportRevision, RevisionState
from openpar.reports.periodic.permissions import may_write_report
from openpar.reports.periodic.queries.loading import asked_of


def not_allowed(by: Actor, remedy: str) -> Gap:
    what = _("%(name)s không có quyền làm việc này") % {"name": by.full_name}
    return Gap("", what, remedy, code="not-allowed")


def refuse_if(gaps: Sequence[Gap]) -> None:
    if gaps:
        raise ReportRefused(gaps)


def refuse_unless_writes(by: Actor, report: PeriodicReport) -> None:
    if not may_write_report(by, report.organisation_id, report.level):
        raise ReportRefused(not_allowed(by, _("Người của chính đơn vị lập báo cáo của đơn vị")))


def stale() -> StaleReport:
    what = _("người khác vừa sửa báo cáo này")
    return StaleReport(Gap("", what, _("Tải lại trang rồi sửa tiếp"), code="stale"))


def take_revision(revision_id: int) -> ReportRevision:
    """The revision, locked until the transaction ends."""
    rows = ReportRevision.objects.select_for_update(of=("self",)).select_related("report")
    return rows.get(pk=revision_id)


def take_draft(revision_id: int, by: Actor) -> ReportRevision:
    """A draft to be changed by somebody who may. Raises ReportRefused."""
    revision = take_revision(revision_id)
    refuse_unless_writes(by, revision.report)
    refuse_unless_draft(revision)
    return revision


def refuse_unless_draft(revision: ReportRevision) -> None:
    if revision.state != RevisionState.DRAFT:
        what = _("bản này đã gửi, không sửa được")
        raise ReportRefused(Gap("", what, _("Lập bản sửa đổi, nêu lý do"), code="not-draft"))


def grown(revision: ReportRevision, *also: str, figures: bool = False) -> None:
    """Stores that the draft has changed once more."""
    revision.version += 1
    if figures:
        revision.figures_version += 1
    revision.save(update_fields=["version", "figures_version", *also])


def reason_gaps(where: str, text: str, remedy: str) -> list[Gap]:
    """A reason must say something, and fit."""
    if not text.strip():
        return [Gap(where, _("để trống"), remedy, code="text-missing")]
    if len(text) > LONGEST_REASON:
        return [Gap(where, _("dài quá %d ký tự") % LONGEST_REASON, _("Rút ngắn"), code="too-long")]
    return []


def link_of(report: PeriodicReport) -> str:
    return f"/reports/{report.pk}/"


def label_of(report: PeriodicReport) -> str:
    """“Sở Y tế, Báo cáo quý III năm 2026 (…)”."""
    asked = asked_of(report)
    names = names_on([report.organisation_id], asked.period.until_on)
    return f"{names.get(report.organisation_id, '')}, {asked.words}"


def trace(
    report: PeriodicReport,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry about the report."""
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"report:{report.pk}",
        about=f"report:{report.pk}",
        label=label_of(report),
        before=before,
        after=after,
        reason=reason,
    )


def tell_organisation(report: PeriodicReport, text: str, at: datetime, *, roles: Iterable[Role]) -> None:
    """People of the organisation who write or sign its reports."""
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(
        organisation=report.organisation_id, role__in=list(roles), user__is_active=True
    )
    tell(recipients=held.values_list("user_id", flat=True), text=text, link=link_of(report), at=at)


def tell_receivers(report: PeriodicReport, text: str, at: datetime) -> None:
    """Sở Nội vụ."""
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(
        role=Role.ROUND_MANAGER, user__is_active=True
    )
    tell(recipients=held.values_list("user_id", flat=True), text=text, link=link_of(report), at=at)
