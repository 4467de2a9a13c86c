"""A sheet is the figures of one agency for one period on one form; its revisions are what was said when.

A cell without a figure is not in `counts`: it is not 0. Every cell there is names the act that brought it
(`Filling`): typed by whom, from which file, or counted by which source.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.intake.models import Batch
from openpar.base.organisations.models import Organisation

LONGEST_LABEL = 200


class CalendarChoice(models.TextChoices):
    """The two calendars of engine/periods.py."""

    REFORM = "REFORM", _("Kỳ báo cáo (ngày 15 đến ngày 14)")
    CIVIL = "CIVIL", _("Tháng dương lịch")


class KindChoice(models.TextChoices):
    """The kinds of periods of engine/periods.py."""

    MONTH = "MONTH", _("Tháng")
    QUARTER = "QUARTER", _("Quý")
    HALF = "HALF", _("6 tháng")
    NINE_MONTHS = "NINE_MONTHS", _("9 tháng")
    YEAR = "YEAR", _("Năm")


class RevisionState(models.TextChoices):
    """Where a revision stands; what may follow what: stages.py."""

    DRAFT = "DRAFT", _("Đang lập")
    SIGNED = "SIGNED", _("Đã ký")
    RETURNED = "RETURNED", _("Bị trả lại")
    REPLACED = "REPLACED", _("Đã thay bằng bản sau")


class FigureSheet(models.Model):
    """Agency, form and period: one sheet; the form's version is that of the period's legal last day."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    form_code = models.CharField(_("Biểu"), max_length=40)
    calendar = models.CharField(max_length=8, choices=CalendarChoice.choices)
    kind = models.CharField(max_length=12, choices=KindChoice.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()

    objects: ClassVar[models.Manager[FigureSheet]]

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "form_code", "calendar", "kind", "year", "number"],
                name="one_figure_sheet_a_period",
                violation_error_message=_("Đơn vị đã có phiếu số liệu của kỳ này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.kind} {self.number}/{self.year}"


class FigureRevision(models.Model):
    """What an agency says of a period, first or corrected; once signed it never changes."""

    sheet = models.ForeignKey(FigureSheet, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    form_version = models.CharField(max_length=20)
    # Where counts without a column of their own go; empty for a form without that choice.
    placement = models.CharField(max_length=40, blank=True)
    # The last day that was counted: before the legal last day of the period if it was counted early.
    until_on = models.DateField(_("Số liệu đến hết ngày"))
    state = models.CharField(max_length=8, choices=RevisionState.choices, default=RevisionState.DRAFT)
    # Counts the edits of the draft: a stale edit is refused.
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    # Why there is another revision after the first.
    reason = models.TextField(blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager[FigureRevision]]

    class Meta:
        ordering = ["sheet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="one_figure_revision_a_number"),
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(state="DRAFT"), name="one_figure_draft_a_sheet"
            ),
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(state="SIGNED"), name="one_signed_figure_revision_a_sheet"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT", signed_at__isnull=True)
                | Q(~Q(state="DRAFT"), signed_at__isnull=False),
                name="only_a_draft_of_figures_is_not_signed",
            ),
            models.CheckConstraint(
                condition=Q(state="RETURNED", returned_at__isnull=False)
                | Q(~Q(state="RETURNED"), returned_at__isnull=True),
                name="figures_are_returned_with_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}.{self.number}"


class FigureLine(models.Model):
    """One row of a revision: a field or an agency, within a level where the form has levels.

    `is_total`: the sum as it was stated, kept only where it is another figure than the sum of the rows.
    `counts` by column key; `origins` the filling of each.
    """

    revision = models.ForeignKey(FigureRevision, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    block = models.CharField(max_length=20, blank=True)
    label = models.CharField(_("Lĩnh vực, đơn vị"), max_length=LONGEST_LABEL, blank=True)
    is_total = models.BooleanField(default=False)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    origins: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects: ClassVar[models.Manager[FigureLine]]

    class Meta:
        ordering = ["revision", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "block", "label", "is_total"], name="one_figure_line_a_label"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Filling(models.Model):
    """One act that brought figures into a sheet: who, when, and from where."""

    class Origin(models.TextChoices):
        TYPED = "TYPED", _("nhập tay")
        FILE = "FILE", _("từ tệp")
        COUNTED = "COUNTED", _("đếm từ dữ liệu")

    sheet = models.ForeignKey(FigureSheet, models.PROTECT, related_name="fillings")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="+")
    # Which source counted.
    source = models.CharField(max_length=40, blank=True)

    objects: ClassVar[models.Manager[Filling]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="FILE", batch__isnull=False) | Q(~Q(origin="FILE"), batch__isnull=True),
                name="figures_of_a_file_name_it",
            ),
            models.CheckConstraint(
                condition=Q(origin="COUNTED") & ~Q(source="") | ~Q(origin="COUNTED") & Q(source=""),
                name="counted_figures_name_their_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.source}".strip()


class GapExplanation(models.Model):
    """Why figures do not add up, in the words of somebody who answers for it; holds for exactly this gap.

    `place` is the key of the row (rows.py), `gap` null where a blank cell leaves the identity open.
    """

    revision = models.ForeignKey(FigureRevision, models.CASCADE, related_name="explanations")
    place = models.CharField(max_length=260, blank=True)
    identity = models.CharField(max_length=60)
    gap = models.BigIntegerField(null=True)
    text = models.TextField(_("Giải trình"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[GapExplanation]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "place", "identity"], name="one_explanation_a_gap"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.identity}"


class EvaluationInput(models.Model):
    """What the nine indicators of TT 01/2018 are computed from, for one agency and period.

    `tallies` by indicator: how many ballots got 2, 1 and 0 points; `figures` by name: what indicators 5, 8
    and 9 are scored from. What is not known is not in them.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    calendar = models.CharField(max_length=8, choices=CalendarChoice.choices)
    kind = models.CharField(max_length=12, choices=KindChoice.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    scheme_version = models.CharField(max_length=20)
    tallies: models.JSONField[Any, Any] = models.JSONField(default=dict)
    figures: models.JSONField[Any, Any] = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    objects: ClassVar[models.Manager[EvaluationInput]]

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "calendar", "kind", "year", "number"], name="one_evaluation_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.kind} {self.number}/{self.year}"
