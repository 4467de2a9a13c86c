"""Findings, what was done about them, and the conference an agency holds once an index is published.

What was found never changes; what follows is told by steps that are only ever added. A finding belongs to the
unit as it was on the day, to one field, and at most to one line of a criteria set, which it names in words of
its own: the sets lie in a package above.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.common.fields import ExactDecimalField
from openpar.reform.plans.models import Task

LONGEST_LINE = 500


class FoundBy(models.TextChoices):
    """How a shortcoming came to light."""

    APPRAISAL = "APPRAISAL", _("Thẩm định Chỉ số")
    INSPECTION = "INSPECTION", _("Kiểm tra")
    SELF = "SELF", _("Đơn vị tự phát hiện")
    CONFERENCE = "CONFERENCE", _("Hội nghị rút kinh nghiệm")
    PETITION = "PETITION", _("Phản ánh, kiến nghị")
    DATA_CHECK = "DATA_CHECK", _("Kiểm tra dữ liệu")


class Severity(models.TextChoices):
    """How heavy it weighs."""

    MAJOR = "MAJOR", _("Nghiêm trọng")
    MINOR = "MINOR", _("Cần khắc phục")
    OBSERVATION = "OBSERVATION", _("Lưu ý")


class Cause(models.TextChoices):
    """Whose doing it is."""

    SUBJECTIVE = "SUBJECTIVE", _("Chủ quan")
    OBJECTIVE = "OBJECTIVE", _("Khách quan")


class FindingState(models.TextChoices):
    """Where a finding stands; what may follow what: stages.py. Overdue is no state: it is computed."""

    OPEN = "OPEN", _("Chưa có kế hoạch")
    REMEDIATING = "REMEDIATING", _("Đang khắc phục")
    REPORTED = "REPORTED", _("Đã báo cáo khắc phục")
    SENT_BACK = "SENT_BACK", _("Chưa đạt, phải làm tiếp")
    CLOSED = "CLOSED", pgettext_lazy("finding", "Đã khắc phục")


class Finding(models.Model):
    """One shortcoming of one unit."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="findings")
    # The unit as it was on the day: its name does not change under an old finding.
    unit = models.ForeignKey(OrganisationVersion, models.PROTECT, related_name="+")
    field = models.CharField(_("Lĩnh vực"), max_length=4)
    # Of data/findings/taxonomy.yaml; empty where none fits.
    code = models.CharField(_("Mã tồn tại"), max_length=10, blank=True)
    text = models.TextField(_("Tồn tại, hạn chế"))
    text_folded = models.TextField()
    found_by = models.CharField(_("Nguồn"), max_length=10, choices=FoundBy.choices)
    # Who found it, and therefore closes it.
    finder = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    # What it came from, in words, and where that is: an object of a package above is named, not pointed at.
    source_id = models.PositiveBigIntegerField(null=True, blank=True)
    source_text = models.CharField(max_length=LONGEST_LINE, blank=True)
    source_link = models.CharField(max_length=200, blank=True)
    severity = models.CharField(_("Mức độ"), max_length=11, choices=Severity.choices)
    metric = models.CharField(_("Số liệu"), max_length=200, blank=True)
    # The days it is about, both included; may be more than a year. `year`: the reform year of the last day.
    period_from = models.DateField(_("Thời kỳ từ ngày"))
    period_until = models.DateField(_("đến hết ngày"))
    year = models.PositiveSmallIntegerField()
    # The years before in which the same was found, in order: "2017, 2018".
    earlier_years = models.CharField(max_length=200, blank=True)
    request = models.TextField(_("Yêu cầu"), blank=True)
    # The line of the criteria set that it costs, as it was called that year, and the points at stake there:
    # those that a published result lost, else the most that can be lost. `leaf_key` is what stays the same
    # over the years; given by whoever knows the sets.
    leaf_code = models.CharField(max_length=20, blank=True)
    leaf_text = models.CharField(max_length=LONGEST_LINE, blank=True)
    leaf_year = models.PositiveSmallIntegerField(null=True, blank=True)
    leaf_key = models.CharField(max_length=40, blank=True)
    points_at_stake = ExactDecimalField(null=True)
    found_on = models.DateField(_("Ngày phát hiện"))
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    state = models.CharField(max_length=11, choices=FindingState.choices, default=FindingState.OPEN)
    # Counts the changes: a stale edit is refused.
    version = models.PositiveIntegerField(default=1)
    cause = models.CharField(_("Nguyên nhân"), max_length=10, choices=Cause.choices, blank=True)
    cause_text = models.TextField(blank=True)
    division = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    head = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    remedy = models.TextField(_("Biện pháp khắc phục"), blank=True)
    # The last day to remedy and report; null until the finder or the plan of the unit has set one.
    deadline = models.DateField(_("Hạn khắc phục"), null=True, blank=True)
    remedy_task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="findings")
    # The last report of the unit; it is in time by this day, not by the day somebody gets to closing it.
    reported_on = models.DateField(null=True, blank=True)
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[models.Manager[Finding]]

    class Meta:
        ordering = ["-found_on", "-id"]
        indexes = [
            models.Index(fields=["year", "organisation"], name="finding_by_year"),
            models.Index(fields=["found_by", "source_id"], name="finding_by_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")),
                name="finding_period_in_order",
                violation_error_message=_("Ngày cuối của thời kỳ phải từ ngày đầu trở đi."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_finding_says_something"),
            models.CheckConstraint(
                condition=~Q(state__in=("REMEDIATING", "REPORTED", "SENT_BACK"))
                | (Q(deadline__isnull=False) & ~Q(remedy="")),
                name="a_remedied_finding_has_plan_and_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("REPORTED", "SENT_BACK", "CLOSED"), reported_on__isnull=False)
                | Q(state__in=("OPEN", "REMEDIATING")),
                name="a_finding_is_closed_after_a_report",
            ),
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_on__isnull=False, closed_by__isnull=False)
                | Q(~Q(state="CLOSED"), closed_on__isnull=True, closed_by__isnull=True),
                name="only_a_closed_finding_has_a_closing_day",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("reported_by")),
                name="a_finding_is_closed_by_another",
                violation_error_message=_("Người báo cáo khắc phục không được tự xác nhận."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code or self.field} {self.unit_id} {self.year}"

    @property
    def is_of_publication(self) -> bool:
        """Tells what a published result lost: its line and its points are facts, and stay."""
        return self.found_by == FoundBy.APPRAISAL and self.source_id is not None


class FindingStep(models.Model):
    """One thing done about a finding, in the words of who did it. Rows are only added."""

    class Kind(models.TextChoices):
        PLANNED = "PLANNED", _("Lập kế hoạch khắc phục")
        REPORTED = "REPORTED", _("Báo cáo khắc phục")
        CLOSED = "CLOSED", _("Xác nhận đã khắc phục")
        SENT_BACK = "SENT_BACK", _("Yêu cầu làm tiếp")
        CLASSIFIED = "CLASSIFIED", _("Phân loại")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    # The deadline in force from this step on, where it sets one.
    deadline = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[FindingStep]]

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.kind}"


class FindingEvidence(models.Model):
    """A document that shows something in one step: what was remedied, or what the closing rests on."""

    step = models.ForeignKey(FindingStep, models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[FindingEvidence]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "document"], name="a_document_once_a_finding_step"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} → {self.step_id}"


class Extension(models.Model):
    """More time asked for and granted or refused by the finding side; the old deadline stays readable."""

    class State(models.TextChoices):
        ASKED = "ASKED", _("Chờ quyết định")
        GRANTED = "GRANTED", _("Đã gia hạn")
        REFUSED = "REFUSED", pgettext_lazy("extension", "Không gia hạn")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="extensions")
    old_deadline = models.DateField()
    wanted_until = models.DateField(_("Xin gia hạn đến"))
    reason = models.TextField(_("Lý do"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Extension]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(state="ASKED"), name="one_open_extension_a_finding"
            ),
            models.CheckConstraint(
                condition=Q(wanted_until__gt=F("old_deadline")),
                name="an_extension_is_later",
                violation_error_message=_("Hạn mới phải sau hạn cũ."),
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_by__isnull=True)
                | Q(~Q(state="ASKED"), decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
                name="extended_by_two_people",
                violation_error_message=_("Người xin gia hạn không được tự quyết định."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} → {self.wanted_until}"


class Conference(models.Model):
    """The conference an agency owes after the publication of an index: owed from the first, held later."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="conferences")
    unit = models.ForeignKey(OrganisationVersion, models.PROTECT, related_name="+")
    # Sở Nội vụ of the round: whoever finds that the conference was not held.
    asked_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    # The published round, named and not pointed at: it lies in a package above.
    round_id = models.PositiveBigIntegerField()
    round_title = models.CharField(max_length=250)
    year = models.PositiveSmallIntegerField(_("Năm Chỉ số"))
    published_on = models.DateField(_("Ngày công bố"))
    # The last day to hold it (data/findings/rules.yaml).
    due_on = models.DateField(_("Hạn tổ chức"))
    held_on = models.DateField(_("Ngày tổ chức"), null=True, blank=True)
    attendance = models.CharField(_("Thành phần"), max_length=LONGEST_LINE, blank=True)
    conclusions = models.TextField(_("Kết luận"), blank=True)
    minutes = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Conference]]

    class Meta:
        ordering = ["-year", "unit__name_sort"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "round_id"], name="one_conference_a_round"),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True, minutes__isnull=True, recorded_by__isnull=True)
                | Q(held_on__isnull=False, minutes__isnull=False, recorded_by__isnull=False)
                & ~Q(conclusions=""),
                name="a_conference_held_has_minutes_and_conclusions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_title} {self.organisation_id}"


class ConferenceOrder(models.Model):
    """A task for the coming year that a conference concluded, and the line of the plan it became."""

    conference = models.ForeignKey(Conference, models.PROTECT, related_name="orders")
    field = models.CharField(_("Lĩnh vực"), max_length=4)
    text = models.CharField(_("Nhiệm vụ"), max_length=LONGEST_LINE)
    deadline = models.DateField(_("Hạn"))
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+")
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField()

    objects: ClassVar[models.Manager[ConferenceOrder]]

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]
