"""The yearly review of procedures (rà soát, đánh giá): plan, what was found, what was decided and done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.models.catalogue import Procedure
from openpar.delivery.procedures.words import Part


class ReviewPlan(models.Model):
    """The plan of a year to review procedures (rà soát, đánh giá; NĐ 63/2010 Chapter V)."""

    year = models.PositiveSmallIntegerField(_("Năm"), unique=True)
    number = models.CharField(_("Số kế hoạch"), max_length=80)
    signed_on = models.DateField(_("Ngày ký"))
    issuer = models.CharField(_("Cơ quan ban hành"), max_length=250)
    is_sample = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[ReviewPlan]]

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.number} ({self.year})"


class ProcedureReview(models.Model):
    """One procedure in the plan of a year: who reviews it, until when, whether it was done."""

    plan = models.ForeignKey(ReviewPlan, models.PROTECT, related_name="reviews")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="reviews")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    due_on = models.DateField(_("Thời hạn"))
    reviewed_on = models.DateField(_("Ngày rà soát xong"), null=True, blank=True)
    conclusion = models.TextField(_("Kết luận"), blank=True)

    objects: ClassVar[models.Manager[ProcedureReview]]

    class Meta:
        ordering = ["plan", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "procedure"],
                name="a_procedure_once_in_a_plan",
                violation_error_message=_("Thủ tục này đã có trong kế hoạch."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.procedure}"


class ReviewProblem(models.Model):
    """A problem that a review found: decided by a simplification, then handled; open until then."""

    review = models.ForeignKey(ProcedureReview, models.PROTECT, related_name="problems")
    part = models.CharField(_("Bộ phận của thủ tục"), max_length=10, choices=Part.choices)
    text = models.TextField(_("Vấn đề"))
    proposal = models.TextField(_("Phương án"), blank=True)
    found_on = models.DateField(_("Ngày phát hiện"))
    decision_number = models.CharField(_("Số quyết định đơn giản hóa"), max_length=80, blank=True)
    decided_on = models.DateField(_("Ngày quyết định"), null=True, blank=True)
    handled_on = models.DateField(_("Ngày xử lý xong"), null=True, blank=True)
    handling = models.TextField(_("Đã xử lý thế nào"), blank=True)

    objects: ClassVar[models.Manager[ReviewProblem]]

    class Meta:
        ordering = ["review", "found_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True, decision_number="")
                | (Q(decided_on__isnull=False) & ~Q(decision_number="")),
                name="a_simplification_has_number_and_day",
                violation_error_message=_("Quyết định đơn giản hóa cần số và ngày."),
            ),
            models.CheckConstraint(
                condition=Q(handled_on__isnull=True, handling="")
                | (Q(handled_on__isnull=False) & ~Q(handling="")),
                name="a_handled_problem_says_how",
                violation_error_message=_("Ghi ngày và cách xử lý."),
            ),
            models.CheckConstraint(
                condition=Q(handled_on__isnull=True) | Q(handled_on__gte=F("found_on")),
                name="handled_after_it_was_found",
                violation_error_message=_("Ngày xử lý không thể trước ngày phát hiện."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.part}"
