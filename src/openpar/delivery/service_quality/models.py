"""What is said of an indicator, by whom and from where; rows are added, never changed, and the newest counts.

A figure that is not known is null, never 0; an indicator that does not concern an agency is a third thing
(`Saying`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.intake.models import Batch
from openpar.base.organisations.models import Organisation
from openpar.common.fields import ExactDecimalField
from openpar.delivery.service_quality.periods import IndexPeriodKind

LONGEST_REMARK = 500


class Origin(models.TextChoices):
    """Where figures come from."""

    DOSSIERS = "DOSSIERS", _("đếm từ hồ sơ")
    PROCEDURES = "PROCEDURES", _("đếm từ danh mục thủ tục")
    FILE = "FILE", _("từ tệp")
    TYPED = "TYPED", _("nhập tay, kèm văn bản")


class Saying(models.TextChoices):
    """What a row says: figures, that there are none, or that the indicator does not concern the agency."""

    FIGURES = "FIGURES", _("có số liệu")
    NO_DATA = "NO_DATA", _("chưa có dữ liệu")
    NOT_APPLICABLE = "NOT_APPLICABLE", _("không áp dụng")


class IndicatorInput(models.Model):
    """Numerator and denominator of one indicator for one agency and period, as they were said once.

    `kind`, `year`, `number` are those of `periods.IndexPeriod`; `indicator` is an id of the set of the day on
    which the period ends. A numerator alone is a percentage where the set says so.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=IndexPeriodKind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    indicator = models.CharField(max_length=10)
    saying = models.CharField(max_length=14, choices=Saying.choices)
    numerator = ExactDecimalField(null=True, blank=True)
    denominator = ExactDecimalField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="+")
    # What should be known when the figures are read.
    remark = models.CharField(_("Ghi chú"), max_length=LONGEST_REMARK, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[IndicatorInput]]

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["kind", "year", "number", "organisation"], name="index_inputs_of_a_period")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(~Q(saying="FIGURES"), numerator__isnull=True, denominator__isnull=True)
                | Q(Q(saying="FIGURES"), Q(numerator__isnull=False) | Q(denominator__isnull=False)),
                name="index_figures_where_there_are_any",
            ),
            models.CheckConstraint(
                condition=Q(origin="FILE", batch__isnull=False) | Q(~Q(origin="FILE"), batch__isnull=True),
                name="index_figures_of_a_file_name_it",
            ),
            models.CheckConstraint(
                condition=Q(origin="TYPED") | Q(document__isnull=True),
                name="only_typed_index_figures_have_a_document",
            ),
            models.CheckConstraint(
                condition=~Q(origin="TYPED") | Q(document__isnull=False) | Q(saying="NO_DATA"),
                name="typed_index_figures_have_a_document",
                violation_error_message=_("Số nhập tay phải kèm văn bản."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.indicator} {self.kind} {self.number}/{self.year}"


class PortalPoints(models.Model):
    """Points that the national portal shows for an agency and period: of an indicator, a group or in all.

    `code` is the id of an indicator or a group, empty for the total; null points: the portal shows none.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=IndexPeriodKind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20, blank=True)
    points = ExactDecimalField(null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[PortalPoints]]

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["kind", "year", "number", "organisation"], name="portal_points_of_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.code} {self.kind} {self.number}/{self.year}"
