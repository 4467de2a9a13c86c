"""Evidence and official documents: stored once by content, never overwritten, only superseded."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.organisations.models import Organisation


class StoredFile(models.Model):
    """Bytes known by their SHA-256; the same bytes are kept once, whoever brings them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=120)
    stored_at = models.DateTimeField()

    objects: ClassVar[models.Manager[StoredFile]]

    def __str__(self) -> str:
        return self.sha256[:12]


class FileCheck(models.Model):
    """What was found inside a stored file at one time; a later check, by another trust store, stands beside
    it and the latest counts.
    """

    class Signature(models.TextChoices):
        NONE = "NONE", _("Không có chữ ký số")
        VALID = "VALID", _("Chữ ký số hợp lệ")
        UNTRUSTED = "UNTRUSTED", _("Chữ ký đúng, chưa rõ tin cậy")
        UNCHECKED = "UNCHECKED", _("Chưa kiểm tra được chữ ký số")
        CHANGED = "CHANGED", _("Tệp bị thay đổi sau khi ký")
        BROKEN = "BROKEN", _("Chữ ký số hỏng")

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="checks")
    checked_at = models.DateTimeField()
    # The digest of the certificates it was judged by; empty for none.
    trust_store = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=9, choices=Signature.choices)
    # One mapping for each signature, the oldest first (`signatures.Signature`).
    signatures: models.JSONField[Any, Any] = models.JSONField(default=list)
    # Stable words for what readers should know of the content (`pdf_contents`).
    warnings: models.JSONField[Any, Any] = models.JSONField(default=list)

    objects: ClassVar[models.Manager[FileCheck]]

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_id} {self.signature}"


class Document(models.Model):
    """An official document that proves something: for several criteria, rounds and years."""

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="documents")
    title = models.CharField(_("Trích yếu"), max_length=500)
    title_folded = models.CharField(max_length=500)
    number = models.CharField(_("Số, ký hiệu"), max_length=80, blank=True)
    issuer = models.CharField(_("Cơ quan ban hành"), max_length=250, blank=True)
    issued_on = models.DateField(_("Ngày ban hành"), null=True, blank=True)
    # The moment of the digital signature counts for deadlines, never that of the upload.
    signed_at = models.DateTimeField(_("Thời điểm ký số"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="documents")
    file_name = models.CharField(max_length=250, blank=True)
    link = models.URLField(_("Đường dẫn"), max_length=500, blank=True)
    # Of a secret document only number and date are known here: its file and its address stay outside.
    is_secret = models.BooleanField(_("Tài liệu mật"), default=False)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Document]]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file__isnull=False) | ~models.Q(link="") | ~models.Q(number=""),
                name="document_can_be_found",
                violation_error_message=_("Tài liệu cần có tệp, đường dẫn hoặc số, ký hiệu."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_secret=False) | models.Q(file__isnull=True, link=""),
                name="secret_document_stays_outside",
                violation_error_message=_("Tài liệu mật không được đưa vào hệ thống."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
