"""A report is what one organisation owes for one period; its revisions are what it said when.

A figure that is not known is null, not 0. Beside what is reported stands what the product computed, with the
sentence that says from what; whoever reports otherwise says why.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.intake.models import Batch
from openpar.base.organisations.models import Organisation
from openpar.common.fields import ExactDecimalField

LONGEST_REASON = 1000
LONGEST_TEXT = 20_000


class RevisionState(models.TextChoices):
    """Where a revision stands; what may follow what: stages.py."""

    DRAFT = "DRAFT", _("Đang soạn")
    SUBMITTED = "SUBMITTED", _("Đã gửi, chờ tiếp nhận")
    RETURNED = "RETURNED", _("Bị trả lại")
    ACCEPTED = "ACCEPTED", _("Đã tiếp nhận")
    LOCKED = "LOCKED", _("Đã chốt số liệu")
    REPLACED = "REPLACED", _("Đã thay bằng bản sau")


class ReportLock(models.Model):
    """The cut-off of one report of one year: which revisions count from then on, and who was missing."""

    code = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=20)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    # The ids of the organisations that owed the report and had none accepted.
    missing: models.JSONField[Any, Any] = models.JSONField(default=list)

    objects: ClassVar[models.Manager[ReportLock]]

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "year", "level"],
                name="one_cut_off_a_report",
                violation_error_message=_("Số liệu của báo cáo này đã chốt."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.year}"


class PeriodicReport(models.Model):
    """Organisation, report of the calendar and reform year."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(_("Báo cáo"), max_length=20)
    year = models.PositiveSmallIntegerField(_("Năm cải cách"))
    # At which level of the calendar it is owed: unit → province → ministry.
    level = models.CharField(max_length=20)
    # The word by which appendices say whose lines these are: department, commune, province.
    reporter = models.CharField(max_length=20)

    objects: ClassVar[models.Manager[PeriodicReport]]

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code", "year"],
                name="one_report_a_period",
                violation_error_message=_("Đơn vị đã có báo cáo của kỳ này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.year}"


class ReportRevision(models.Model):
    """What an organisation says of a period, first or corrected; once submitted it never changes."""

    report = models.ForeignKey(PeriodicReport, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    appendix_version = models.CharField(max_length=40)
    # The last day that was counted: before the last day of the period if it was counted early.
    until_on = models.DateField(_("Số liệu đến hết ngày"))
    state = models.CharField(max_length=9, choices=RevisionState.choices, default=RevisionState.DRAFT)
    # Counts every change of the draft: the head signs what was read. The figures have a count of their own,
    # so that whoever writes the text does not stand in the way of whoever enters figures.
    version = models.PositiveIntegerField(default=1)
    figures_version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    # Why there is another revision after the first.
    reason = models.TextField(blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    # The day it was due by the calendar in force when it was sent; working days late, null if not known.
    due_on = models.DateField(null=True, blank=True)
    working_days_late = models.PositiveSmallIntegerField(null=True, blank=True)
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    lock = models.ForeignKey(ReportLock, models.PROTECT, null=True, blank=True, related_name="revisions")
    # The signed file of the registry, brought in afterwards.
    signed_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[models.Manager[ReportRevision]]

    class Meta:
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_report_revision_a_number"),
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(state__in=["DRAFT", "SUBMITTED"]),
                name="one_open_revision_a_report",
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(state="ACCEPTED"), name="one_accepted_revision_a_report"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(state="LOCKED"), name="one_locked_revision_a_report"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT", submitted_at__isnull=True)
                | Q(~Q(state="DRAFT"), submitted_at__isnull=False),
                name="only_a_draft_report_is_not_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state="RETURNED", returned_at__isnull=False)
                | Q(~Q(state="RETURNED"), returned_at__isnull=True),
                name="reports_are_returned_with_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="LOCKED", lock__isnull=False) | Q(~Q(state="LOCKED"), lock__isnull=True),
                name="locked_reports_name_their_cut_off",
            ),
            models.CheckConstraint(
                condition=Q(signed_document__isnull=True) | ~Q(state="DRAFT"),
                name="a_draft_report_has_no_signed_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}.{self.number}"


class ReportValue(models.Model):
    """The figures of one line of a revision: what is reported, and what the product computed.

    `reason`: why the two differ, or why nothing is known.
    """

    class Origin(models.TextChoices):
        COMPUTED = "COMPUTED", _("hệ thống tính")
        TYPED = "TYPED", _("nhập tay")
        IMPORTED = "IMPORTED", _("từ tệp")

    revision = models.ForeignKey(ReportRevision, models.CASCADE, related_name="values")
    line = models.CharField(max_length=20)
    first = ExactDecimalField(null=True)
    second = ExactDecimalField(null=True)
    # Empty while nothing is reported.
    origin = models.CharField(max_length=8, choices=Origin.choices, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("Lý do"), max_length=LONGEST_REASON, blank=True)
    computed_first = ExactDecimalField(null=True)
    computed_second = ExactDecimalField(null=True)
    # Which source computed, from what in words, and the page that shows it.
    source = models.CharField(max_length=40, blank=True)
    source_words = models.TextField(blank=True)
    source_link = models.CharField(max_length=300, blank=True)
    computed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[ReportValue]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "line"], name="one_report_value_a_line"),
            models.CheckConstraint(
                condition=Q(origin="IMPORTED", batch__isnull=False)
                | Q(~Q(origin="IMPORTED"), batch__isnull=True),
                name="report_values_of_a_file_name_it",
            ),
            models.CheckConstraint(
                condition=~Q(origin="COMPUTED") | ~Q(source=""), name="computed_values_name_their_source"
            ),
        ]

    def __str__(self) -> str:
        return self.line


class ReportSection(models.Model):
    """A part of the text; the first draft that the product made stays beside it, with what it told from.

    `draft_sources`: the sentences of the draft, each with its link and its source.
    """

    revision = models.ForeignKey(ReportRevision, models.CASCADE, related_name="sections")
    key = models.CharField(max_length=20)
    text = models.TextField(_("Nội dung"), blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    draft_text = models.TextField(blank=True)
    draft_sources: models.JSONField[Any, Any] = models.JSONField(default=list)
    drafted_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[ReportSection]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="one_report_section_a_key"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_written(self) -> bool:
        """Did somebody write in it? What only the product put there may be put anew."""
        return self.by_id is not None


class ReportExplanation(models.Model):
    """Why figures do not add up, by name; holds for exactly this gap."""

    revision = models.ForeignKey(ReportRevision, models.CASCADE, related_name="explanations")
    identity = models.CharField(max_length=60)
    gap = models.BigIntegerField()
    text = models.TextField(_("Giải trình"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[ReportExplanation]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "identity"], name="one_report_explanation_a_gap"),
        ]

    def __str__(self) -> str:
        return self.identity
