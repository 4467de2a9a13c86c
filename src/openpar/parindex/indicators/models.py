"""Indicators, the versions of their definitions, and the values that were measured.

Neither a definition nor a value is ever altered: a change of the law is a newer version, a later measurement
a newer row.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.intake.models import Batch
from openpar.base.organisations.models import Organisation
from openpar.common.fields import ExactDecimalField


class Indicator(models.Model):
    """What criteria name by its code."""

    code = models.CharField(_("Mã chỉ tiêu"), max_length=60, unique=True)

    objects: ClassVar[models.Manager[Indicator]]

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class IndicatorVersion(models.Model):
    """One definition, valid during [valid_from, valid_until); the versions of an indicator follow one
    another without a day between them.
    """

    class CalendarOf(models.TextChoices):
        REFORM = "REFORM", _("Năm CCHC (15/12–14/12)")
        CIVIL = "CIVIL", _("Năm dương lịch")

    class Kind(models.TextChoices):
        MONTH = "MONTH", _("Tháng")
        QUARTER = "QUARTER", _("Quý")
        HALF = "HALF", _("6 tháng")
        NINE_MONTHS = "NINE_MONTHS", _("9 tháng")
        YEAR = "YEAR", _("Năm")

    class Certainty(models.TextChoices):
        VERIFIED = "V", _("Đã kiểm chứng")
        SEEN = "S", _("Thấy trong một nguồn")
        INFERRED = "R", _("Suy ra")

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="versions")
    # 1, 2, … within the indicator.
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("Tên"), max_length=300)
    # What is counted: “hồ sơ”, “nhiệm vụ”.
    unit = models.CharField(_("Đơn vị tính"), max_length=60)
    numerator_label = models.CharField(_("Tử số"), max_length=200)
    denominator_label = models.CharField(_("Mẫu số"), max_length=200)
    inclusion = models.TextField(_("Cách tính vào"))
    legal_source = models.CharField(_("Căn cứ"), max_length=500)
    calendar = models.CharField(_("Lịch"), max_length=6, choices=CalendarOf.choices)
    period_kind = models.CharField(_("Kỳ"), max_length=11, choices=Kind.choices)
    # A year is counted to the end of this month of its calendar.
    cut_off_month = models.PositiveSmallIntegerField(_("Chốt cuối tháng"), null=True, blank=True)
    # Empty: values are reported or imported.
    dataset = models.CharField(_("Tập dữ liệu"), max_length=40, blank=True)
    basis = models.CharField(_("Tính theo tháng"), max_length=40, blank=True)
    numerator: models.JSONField[Any, Any] = models.JSONField(default=list)
    denominator: models.JSONField[Any, Any] = models.JSONField(default=list)
    certainty = models.CharField(_("Độ chắc chắn"), max_length=1, choices=Certainty.choices)
    valid_from = models.DateField(_("Từ ngày"))
    valid_until = models.DateField(_("Đến trước ngày"), null=True, blank=True)
    # The SHA-256 of the file it was loaded from; empty for what people wrote.
    from_file = models.CharField(max_length=64, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()

    objects: ClassVar[models.Manager[IndicatorVersion]]

    class Meta:
        ordering = ["indicator", "number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="a_definition_number_once"),
            models.UniqueConstraint(
                fields=["indicator"],
                condition=Q(valid_until__isnull=True),
                name="one_open_definition_an_indicator",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="a_definition_ends_after_it_begins",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.number} {self.name}"


class IndicatorValue(models.Model):
    """What was measured of one agency for one period, by which definition, and where it comes from.

    Null is not zero: NO_DATA has no numbers. 0/0 is NOT_APPLICABLE.
    """

    class Origin(models.TextChoices):
        COMPUTED = "COMPUTED", _("Tính từ dữ liệu")
        REPORTED = "REPORTED", _("Báo cáo kèm tài liệu")
        IMPORTED = "IMPORTED", _("Nhập từ tệp")

    class State(models.TextChoices):
        KNOWN = "KNOWN", _("Có số liệu")
        NOT_APPLICABLE = "NOT_APPLICABLE", _("Không phát sinh")
        NO_DATA = "NO_DATA", _("Chưa có dữ liệu")

    version = models.ForeignKey(IndicatorVersion, models.PROTECT, related_name="values")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="indicator_values")
    year = models.PositiveSmallIntegerField()
    # Which quarter, month…; 1 for a year.
    number = models.PositiveSmallIntegerField(default=1)
    # The days of the period, both included.
    from_on = models.DateField()
    until_on = models.DateField()
    origin = models.CharField(max_length=8, choices=Origin.choices)
    state = models.CharField(max_length=14, choices=State.choices)
    numerator = ExactDecimalField(null=True)
    denominator = ExactDecimalField(null=True)
    # Computed: the counts by name that were added up, the day of the tree whose agencies count as below
    # this one, and the digest of the facts as they were.
    parts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # Computed from a register: the very lines that were counted.
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    tree_on = models.DateField(null=True, blank=True)
    facts_sha256 = models.CharField(max_length=64, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()

    objects: ClassVar[models.Manager[IndicatorValue]]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="KNOWN", numerator__isnull=False, denominator__isnull=False)
                & ~Q(denominator=Decimal(0))
                | Q(state="NO_DATA", numerator__isnull=True, denominator__isnull=True)
                | Q(state="NOT_APPLICABLE", numerator=Decimal(0), denominator=Decimal(0))
                | Q(state="NOT_APPLICABLE", numerator__isnull=True, denominator__isnull=True) & ~Q(note=""),
                name="null_is_not_zero_is_not_na",
            ),
            models.CheckConstraint(
                condition=Q(origin="COMPUTED", tree_on__isnull=False) & ~Q(facts_sha256="")
                | Q(origin="REPORTED", document__isnull=False)
                | Q(origin="IMPORTED", batch__isnull=False),
                name="a_value_has_its_source",
            ),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="value_period_in_order"),
        ]
        indexes = [models.Index(fields=["organisation", "year", "number"], name="value_by_agency")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.organisation_id} {self.year}/{self.number}"
