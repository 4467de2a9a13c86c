"""The register of requests about personal data (Luật 91/2025/QH15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User


class DataRequest(models.Model):
    """One request of one person about their own data. Answered once; never deleted."""

    class Kind(models.TextChoices):
        SEE = "SEE", _("Xem dữ liệu cá nhân")
        CORRECT = "CORRECT", _("Sửa dữ liệu cá nhân")
        ERASE = "ERASE", _("Xóa dữ liệu cá nhân")
        WITHDRAW = "WITHDRAW", _("Rút lại sự đồng ý")

    class Outcome(models.TextChoices):
        DONE = "DONE", _("Đã thực hiện")
        PARTLY = "PARTLY", _("Thực hiện một phần")
        REFUSED = "REFUSED", _("Không thực hiện được")

    subject = models.ForeignKey(User, models.PROTECT, related_name="data_requests")
    # The subject, or an administrator who enters a request that came on paper.
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    received_at = models.DateTimeField()
    # The last day for the answer, with the days off as they were known when it was entered.
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answer = models.TextField(blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[DataRequest]]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, outcome="", answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="answered_whole_or_not_at_all",
                violation_error_message=_("Trả lời cần có người, thời điểm, kết quả và nội dung."),
            )
        ]
        indexes = [models.Index(fields=["answered_at", "due_on"], name="data_request_due")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.kind}"
