"""Management meetings (họp giao ban): who met, what was concluded of whom, and what was ordered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation
from openpar.reform.plans.models.planning import Task


class Meeting(models.Model):
    """One meeting of an organisation; what was concluded stays as it was once the meeting is concluded."""

    class Kind(models.TextChoices):
        LEADERS = "LEADERS", _("Giao ban lãnh đạo")
        MANAGEMENT = "MANAGEMENT", _("Giao ban cơ quan")
        REFORM = "REFORM", _("Giao ban cải cách hành chính")
        REVIEW = "REVIEW", _("Hội nghị sơ kết, tổng kết, rút kinh nghiệm")
        OTHER = "OTHER", _("Cuộc họp khác")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Đang ghi")
        CONCLUDED = "CONCLUDED", _("Đã kết luận")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("Nội dung"), max_length=300)
    held_on = models.DateField(_("Ngày họp"))
    place = models.CharField(_("Địa điểm, hình thức"), max_length=200, blank=True)
    # Who led it, with the position; need not have an account.
    chair = models.CharField(_("Chủ trì"), max_length=200)
    summary = models.TextField(_("Tóm tắt"), blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    concluded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    concluded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Meeting]]

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="DRAFT", concluded_at__isnull=True)
                | Q(state="CONCLUDED", concluded_at__isnull=False),
                name="a_meeting_is_concluded_with_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"


class MeetingParticipant(models.Model):
    """An organisation that took part; `people` as the minutes word it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="participants")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    people = models.CharField(_("Thành phần"), max_length=300, blank=True)

    objects: ClassVar[models.Manager[MeetingParticipant]]

    class Meta:
        ordering = ["meeting", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "organisation"], name="an_organisation_takes_part_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.organisation_id}"


class MeetingOutcome(models.Model):
    """One conclusion: about whom, of what kind; an order may have become a task."""

    class Kind(models.TextChoices):
        CONCLUSION = "CONCLUSION", _("Kết luận")
        PRAISE = "PRAISE", _("Biểu dương")
        CORRECTION = "CORRECTION", _("Chấn chỉnh")
        REMINDER = "REMINDER", _("Nhắc nhở")
        REPRIMAND = "REPRIMAND", _("Phê bình")
        ORDER = "ORDER", _("Giao nhiệm vụ")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="outcomes")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Whom it is about; null: all.
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("Nội dung kết luận"))
    # The order as a task.
    task = models.OneToOneField(Task, models.PROTECT, null=True, blank=True, related_name="ordered_by")

    objects: ClassVar[models.Manager[MeetingOutcome]]

    class Meta:
        ordering = ["meeting", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=True) | Q(kind="ORDER"), name="only_an_order_becomes_a_task"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
