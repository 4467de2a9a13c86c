"""A report is signed and sent, returned or accepted, corrected by a revision; its signed file comes last."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Manager
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.documents.models import Document
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reports.periodic.actions.computing import compute
from openpar.reports.periodic.actions.shared import (
    grown,
    label_of,
    refuse_if,
    refuse_unless_draft,
    refuse_unless_writes,
    stale,
    take_draft,
    take_revision,
    tell_organisation,
    tell_receivers,
    text_gaps,
    trace,
)
from openpar.reports.periodic.completeness import submission_gaps
from openpar.reports.periodic.errors import ReportRefused
from openpar.reports.periodic.lateness import working_days
from openpar.reports.periodic.models import (
    PeriodicReport,
    ReportExplanation,
    ReportRevision,
    ReportSection,
    ReportValue,
    RevisionState,
)
from openpar.reports.periodic.permissions import may_answer_report, may_submit_report
from openpar.reports.periodic.queries.loading import IN_FORCE, asked_of, authors_of
from openpar.reports.periodic.rules import unexplained

_Part = TypeVar("_Part", ReportValue, ReportSection, ReportExplanation)
_WRITERS = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)


def explain_difference(
    *, by: Actor, at: datetime, revision_id: int, expected_version: int, identity: str, text: str
) -> ReportExplanation:
    """Says why an identity does not hold. Raises ReportRefused, StaleReport."""
    with write_transaction():
        revision = take_draft(revision_id, by)
        if revision.version != expected_version:
            raise stale()
        found = next(
            (one for one in unexplained(revision, with_explained=True) if one.identity == identity), None
        )
        gaps = text_gaps(_("Giải trình"), text, _("Ghi rõ vì sao số liệu không khớp"))
        if found is None or found.gap is None:
            gaps.append(Gap(_("Giải trình"), _("số liệu này đã khớp"), code="no-gap"))
        refuse_if(gaps)
        assert found is not None
        assert found.gap is not None
        ReportExplanation.objects.filter(revision=revision, identity=identity).delete()
        row = ReportExplanation.objects.create(
            revision=revision, identity=identity, gap=found.gap, text=nfc(text).strip(), by_id=by.id, at=at
        )
        grown(revision)
        after = {"gaps": [identity], "text": row.text}
        trace(revision.report, "report.explained", by=by, at=at, after=after)
        return row


def submit_report(*, by: Actor, at: datetime, revision_id: int, expected_version: int) -> ReportRevision:
    """The head signs what was read, and sends it; how late it is, is kept with the calendar of the day.

    Raises ReportRefused with everything that is missing or unexplained, StaleReport.
    """
    with write_transaction():
        revision = take_revision(revision_id)
        report = revision.report
        if not may_submit_report(by, report.organisation_id, report.level):
            raise ReportRefused(not_allowed(by, _("Thủ trưởng của đơn vị ký gửi báo cáo")))
        refuse_unless_draft(revision)
        if revision.version != expected_version:
            raise stale()
        refuse_if(submission_gaps(revision, at))
        days = working_days()
        revision.due_on = days.due_on(asked_of(report), report.level)
        revision.working_days_late = days.late(revision.due_on, timezone.localdate(at))
        revision.state, revision.submitted_by_id, revision.submitted_at = RevisionState.SUBMITTED, by.id, at
        revision.save(update_fields=["due_on", "working_days_late", "state", "submitted_by", "submitted_at"])
        after = {"revision": revision.number, "working_days_late": revision.working_days_late}
        trace(report, "report.submitted", by=by, at=at, after=after)
        tell_receivers(report, _("Đã gửi: %s") % label_of(report), at)
        return revision


def return_report(*, by: Actor, at: datetime, revision_id: int, reason: str) -> ReportRevision:
    """Who receives does not accept; the organisation goes on with the next draft, what was sent stays.

    Raises ReportRefused.
    """
    with write_transaction():
        revision = _take_sent(revision_id, by)
        refuse_if(text_gaps(_("Lý do"), reason, _("Ghi rõ cần sửa gì")))
        revision.state, revision.returned_by_id, revision.returned_at = RevisionState.RETURNED, by.id, at
        revision.return_reason = nfc(reason).strip()
        revision.save(update_fields=["state", "returned_by", "returned_at", "return_reason"])
        _next_draft(revision, revision.return_reason, by=by, at=at)
        after = {"revision": revision.number}
        trace(revision.report, "report.returned", by=by, at=at, after=after, reason=revision.return_reason)
        text = _("Bị trả lại: %(report)s. Lý do: %(reason)s")
        said = {"report": label_of(revision.report), "reason": revision.return_reason}
        tell_organisation(revision.report, text % said, at, roles=_WRITERS)
        return revision


def accept_report(*, by: Actor, at: datetime, revision_id: int) -> ReportRevision:
    """Who receives accepts; an accepted revision before it is replaced, a locked one stays as it is.

    Raises ReportRefused.
    """
    with write_transaction():
        revision = _take_sent(revision_id, by)
        ReportRevision.objects.filter(report=revision.report, state=RevisionState.ACCEPTED).update(
            state=RevisionState.REPLACED
        )
        revision.state, revision.accepted_by_id, revision.accepted_at = RevisionState.ACCEPTED, by.id, at
        revision.save(update_fields=["state", "accepted_by", "accepted_at"])
        trace(revision.report, "report.accepted", by=by, at=at, after={"revision": revision.number})
        text = _("Đã tiếp nhận: %s") % label_of(revision.report)
        tell_organisation(revision.report, text, at, roles=_WRITERS)
        return revision


def revise_report(*, by: Actor, at: datetime, report_id: int, reason: str) -> ReportRevision:
    """The organisation corrects what it has sent: the next draft. What was accepted holds until that is
    accepted, what was locked stays for ever. Raises ReportRefused.
    """
    with write_transaction():
        report = PeriodicReport.objects.select_for_update().get(pk=report_id)
        refuse_unless_writes(by, report)
        gaps = text_gaps(_("Lý do"), reason, _("Ghi vì sao phải sửa báo cáo đã gửi"))
        newest = report.revisions.order_by("-number").first()
        if newest is None or newest.state not in IN_FORCE:
            what, remedy = (
                _("báo cáo đang soạn hoặc đang chờ tiếp nhận"),
                _("Chờ kết quả, hoặc sửa bản đang soạn"),
            )
            gaps.append(Gap("", what, remedy, code="draft-there"))
        refuse_if(gaps)
        assert newest is not None
        revision = _next_draft(newest, nfc(reason).strip(), by=by, at=at)
        after = {"revision": revision.number}
        trace(report, "report.revised", by=by, at=at, after=after, reason=revision.reason)
        return revision


def attach_signed(*, by: Actor, at: datetime, revision_id: int, document_id: int) -> ReportRevision:
    """The signed file with its number from the registry; attached once, then only read.

    Raises ReportRefused.
    """
    with write_transaction():
        revision = take_revision(revision_id)
        report = revision.report
        refuse_unless_writes(by, report)
        document = Document.objects.filter(pk=document_id).first()
        gaps = []
        if revision.state in (RevisionState.DRAFT, RevisionState.RETURNED):
            gaps.append(Gap("", _("bản này chưa gửi hoặc đã bị trả lại"), code="not-submitted"))
        if revision.signed_document_id is not None:
            gaps.append(Gap("", _("đã gắn văn bản ký số"), _("Lập bản sửa đổi"), code="already-signed"))
        if document is None or document.is_secret or document.owner_id not in _owners(by, report):
            what = _("không có tài liệu này trong kho của đơn vị")
            gaps.append(Gap(_("Văn bản đã ký"), what, _("Chọn tài liệu trong kho"), code="document-unfit"))
        elif not document.number or document.issued_on is None or document.file_id is None:
            what = _("thiếu tệp, số ký hiệu hoặc ngày ban hành")
            gaps.append(Gap(document.title, what, _("Bổ sung bản có đủ ba thứ"), code="document-incomplete"))
        refuse_if(gaps)
        assert document is not None
        revision.signed_document = document
        revision.save(update_fields=["signed_document"])
        after = {"revision": revision.number, "document": document.pk, "number": document.number}
        trace(report, "report.signed_attached", by=by, at=at, after=after)
        return revision


def _owners(by: Actor, report: PeriodicReport) -> frozenset[int]:
    """Whose documents may be attached: of the organisation, and of who drafts the report of a province."""
    return by.organisations() | {report.organisation_id}


def _take_sent(revision_id: int, by: Actor) -> ReportRevision:
    """What waits for an answer, to be answered by somebody who may. Raises ReportRefused."""
    revision = take_revision(revision_id)
    refuse_if(answer_gaps(revision, by))
    return revision


def answer_gaps(revision: ReportRevision, by: Actor) -> list[Gap]:
    """What keeps `by` from accepting or returning a revision; the page asks the same."""
    if not may_answer_report(by, authors_of(revision)):
        remedy = _("Sở Nội vụ tiếp nhận; người lập hoặc gửi báo cáo không tự tiếp nhận")
        return [not_allowed(by, remedy)]
    if revision.state != RevisionState.SUBMITTED:
        what = _("bản này không chờ tiếp nhận")
        return [Gap("", what, _("Chỉ tiếp nhận, trả lại bản vừa gửi"), code="not-submitted")]
    return []


def _next_draft(after: ReportRevision, reason: str, *, by: Actor, at: datetime) -> ReportRevision:
    """A copy to go on with, figures computed anew beside those that people entered."""
    revision = ReportRevision.objects.create(
        report=after.report,
        number=after.number + 1,
        appendix_version=after.appendix_version,
        until_on=after.until_on,
        # Whoever returns a report does not write the next one.
        made_by_id=after.made_by_id if after.state == RevisionState.RETURNED else by.id,
        made_at=at,
        reason=reason,
    )
    _copy(ReportValue.objects, after, revision)
    _copy(ReportSection.objects, after, revision)
    _copy(ReportExplanation.objects, after, revision)
    compute(revision, at)
    return revision


def _copy(parts: Manager[_Part], after: ReportRevision, to: ReportRevision) -> None:
    """The same rows once more, in the next revision: who said it and when stays."""
    rows = list(parts.filter(revision=after))
    for row in rows:
        row.pk, row.revision = None, to
        row._state.adding = True
    parts.bulk_create(rows)


def late_words(revision: ReportRevision) -> str:
    """“đúng hạn”, “muộn 2 ngày làm việc (hạn 16/09/2026)”; empty for a draft."""
    if revision.due_on is None or revision.submitted_at is None:
        return ""
    due = format_date(revision.due_on)
    if timezone.localdate(revision.submitted_at) <= revision.due_on:
        return _("đúng hạn %s") % due
    if revision.working_days_late is None:
        return _("muộn, hạn %s") % due
    return _("muộn %(days)d ngày làm việc, hạn %(due)s") % {"days": revision.working_days_late, "due": due}
