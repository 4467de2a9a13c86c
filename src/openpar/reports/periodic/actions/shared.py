"""What the actions share: the turn, the right, the version seen, the trace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import people_holding
from openpar.base.audit.traced import Subject, traced
from openpar.base.notifications.actions import tell
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.typed import text_gaps as any_text_gaps
from openpar.reports.periodic.errors import ReportRefused, StaleReport
from openpar.reports.periodic.models import LONGEST_REASON, PeriodicReport, ReportRevision, RevisionState
from openpar.reports.periodic.permissions import may_write_report
from openpar.reports.periodic.queries.loading import asked_of

refuse_if = ReportRefused.if_any
text_gaps = partial(any_text_gaps, longest=LONGEST_REASON)


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


def link_of(report: PeriodicReport) -> str:
    return f"/reports/{report.pk}/"


def label_of(report: PeriodicReport) -> str:
    """“Sở Y tế, Báo cáo quý III năm 2026 (…)”."""
    asked = asked_of(report)
    names = names_on([report.organisation_id], asked.period.until_on)
    return f"{names.get(report.organisation_id, '')}, {asked.words}"


@traced
def trace(report: PeriodicReport) -> Subject:
    """One entry about the report."""
    return Subject(f"report:{report.pk}", label_of(report))


def tell_organisation(report: PeriodicReport, text: str, at: datetime, *, roles: Iterable[Role]) -> None:
    """People of the organisation who write or sign its reports."""
    held = people_holding(roles, [report.organisation_id], timezone.localdate(at))
    tell(recipients=held, text=text, link=link_of(report), at=at)


def tell_receivers(report: PeriodicReport, text: str, at: datetime) -> None:
    """Sở Nội vụ."""
    held = people_holding([Role.ROUND_MANAGER], None, timezone.localdate(at))
    tell(recipients=held, text=text, link=link_of(report), at=at)
