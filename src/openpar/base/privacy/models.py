"""The register of requests about personal data (Luật 91/2025/QH15)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User


class DataRequest(models.Model):
    """One request of one person about their own data. Answered once; never deleted.

    Somebody without an account is known by the dossiers they handed in: their name stays on paper.
    """

    class Kind(models.TextChoices):
        SEE = "SEE", _("Xem dữ liệu cá nhân")
        CORRECT = "CORRECT", _("Sửa dữ liệu cá nhân")
        ERASE = "ERASE", _("Xóa dữ liệu cá nhân")
        WITHDRAW = "WITHDRAW", _("Rút lại sự đồng ý")

    class Outcome(models.TextChoices):
        DONE = "DONE", _("Đã thực hiện")
        PARTLY = "PARTLY", _("Thực hiện một phần")
        REFUSED = "REFUSED", _("Không thực hiện được")

    subject = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="data_requests")
    # The codes of the applicant's dossiers, one a line.
    dossiers = models.TextField(blank=True)
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
    # What the answer erased, by dossier: names of columns and number of rows, never what stood there.
    erased: models.JSONField[Any, Any] = models.JSONField(default=list)
    reminded_on = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[DataRequest]]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__isnull=False, dossiers="") | (Q(subject__isnull=True) & ~Q(dossiers="")),
                name="of_a_person_or_of_dossiers",
                violation_error_message=_("Yêu cầu của một người dùng, hoặc của người nộp các hồ sơ."),
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, outcome="", answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="answered_whole_or_not_at_all",
                violation_error_message=_("Trả lời cần có người, thời điểm, kết quả và nội dung."),
            ),
        ]
        indexes = [models.Index(fields=["answered_at", "due_on"], name="data_request_due")]

    def __str__(self) -> str:
        return f"{self.subject or self.dossiers}: {self.kind}"

    @property
    def codes(self) -> list[str]:
        """The dossiers it is about; none where it is about an account."""
        return self.dossiers.split("\n") if self.dossiers else []

    @property
    def erases(self) -> bool:
        """Is it answered with what is kept of applicants being erased?"""
        is_done = self.outcome in (self.Outcome.DONE, self.Outcome.PARTLY)
        return bool(self.codes) and self.kind == self.Kind.ERASE and is_done

    @property
    def who(self) -> str:
        """Whose data it is about, as registers, messages and the trace name it."""
        if self.subject is not None:
            return self.subject.full_name
        return gettext("Người nộp hồ sơ %s") % ", ".join(self.codes)
