"""Working calendars in the database: versions of years and of office hours, and the editions they make.

What is in force is never altered: another decision is another version. Every version that comes into force
makes an **edition** of the whole calendar with the next number; a due date keeps the number it was computed
with, and the calendar of that number can always be built again.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.organisations.models import Organisation


class Stage(models.TextChoices):
    """A version is prepared, then in force for ever; a later one of the same year takes its place."""

    DRAFT = "DRAFT", _("Đang soạn")
    IN_FORCE = "IN_FORCE", _("Đã có hiệu lực")


class Certainty(models.TextChoices):
    """How certain a day is known."""

    VERIFIED = "V", _("Đã kiểm chứng")
    SEEN = "S", _("Thấy trong một nguồn")
    RECALLED = "R", _("Suy ra, ước tính")


class YearVersion(models.Model):
    """The days of one year as somebody decided or estimated them."""

    year = models.PositiveSmallIntegerField(_("Năm"))
    # 1, 2, … within the year.
    number = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.DRAFT)
    # No decision yet: due dates computed with it may change.
    is_estimate = models.BooleanField(default=False)
    source = models.CharField(_("Nguồn"), max_length=300, blank=True)
    certainty = models.CharField(
        _("Độ chắc chắn"), max_length=1, choices=Certainty.choices, default=Certainty.SEEN
    )
    decision_number = models.CharField(_("Số văn bản"), max_length=120, blank=True)
    decided_on = models.DateField(_("Ngày văn bản"), null=True, blank=True)
    # The SHA-256 of the file it was loaded from; empty for what people wrote.
    from_file = models.CharField(max_length=64, blank=True)
    # Counts the edits of a draft: a stale edit is refused.
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[YearVersion]]

    class Meta:
        ordering = ["year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="one_number_a_year"),
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(stage="DRAFT"),
                name="one_draft_a_year",
                violation_error_message=_("Năm này đang có một bản soạn."),
            ),
            models.CheckConstraint(
                condition=Q(stage="DRAFT")
                | ~Q(from_file="")
                | (~Q(decision_number="") & Q(decided_on__isnull=False)),
                name="a_year_in_force_has_its_decision",
                violation_error_message=_("Lịch có hiệu lực phải có số và ngày văn bản."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.number}"


class CalendarDay(models.Model):
    """One special day of a version."""

    class Kind(models.TextChoices):
        OFF = "OFF", _("Ngày nghỉ")
        WORKED = "WORKED", _("Ngày làm bù")
        # Announced, not in force: counts as a working day, and due dates over it say so.
        POSSIBLE = "POSSIBLE", _("Có thể là ngày nghỉ")

    version = models.ForeignKey(YearVersion, models.CASCADE, related_name="days")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager[CalendarDay]]

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "day"],
                name="a_day_once_in_a_year",
                violation_error_message=_("Ngày này đã có trong lịch."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class HoursVersion(models.Model):
    """Office hours during [valid_from, valid_until): national (no organisation), or of one organisation.

    An organisation without hours of its own has those of the one it stands under; without any, the national
    ones. Of two rows that hold on a day the one of the later edition counts.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="office_hours"
    )
    valid_from = models.DateField(_("Từ ngày"))
    valid_until = models.DateField(_("Đến trước ngày"), null=True, blank=True)
    # “07:00-11:30, 13:30-17:00”, as in the files of calendars.
    shifts = models.CharField(_("Giờ làm việc"), max_length=120)
    saturday_reception = models.CharField(_("Giờ nhận hồ sơ thứ Bảy"), max_length=120, blank=True)
    same_day_until = models.TimeField(_("Mốc giải quyết trong ngày"), null=True, blank=True)
    source = models.CharField(_("Nguồn"), max_length=300, blank=True)
    certainty = models.CharField(
        _("Độ chắc chắn"), max_length=1, choices=Certainty.choices, default=Certainty.SEEN
    )
    decision_number = models.CharField(_("Số văn bản"), max_length=120, blank=True)
    decided_on = models.DateField(_("Ngày văn bản"), null=True, blank=True)
    from_file = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager[HoursVersion]]

    class Meta:
        ordering = ["valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="hours_end_after_they_begin",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực."),
            ),
            models.CheckConstraint(
                condition=~Q(from_file="") | (~Q(decision_number="") & Q(decided_on__isnull=False)),
                name="hours_have_their_decision",
                violation_error_message=_("Giờ làm việc phải có số và ngày văn bản."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shifts} ({self.valid_from})"


class Edition(models.Model):
    """The whole calendar after one more version came into force; due dates keep its number."""

    number = models.PositiveIntegerField(primary_key=True)
    in_force_at = models.DateTimeField()
    year_version = models.OneToOneField(
        YearVersion, models.PROTECT, null=True, blank=True, related_name="edition"
    )
    hours_version = models.OneToOneField(
        HoursVersion, models.PROTECT, null=True, blank=True, related_name="edition"
    )
    # SHA-256 over everything in force with this edition: the same number is the same calendar everywhere.
    digest = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Edition]]

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year_version__isnull=False, hours_version__isnull=True)
                | Q(year_version__isnull=True, hours_version__isnull=False),
                name="an_edition_brings_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)
